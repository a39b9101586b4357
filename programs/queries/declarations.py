"""A declaration as its page and the API show it: stages with dates and owners, steps and who may take them, papers, history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from policies.models import Clause
from programs.access import Access, Held
from programs.errors import RuleViolation
from programs.models import Attachment, Decision, Declaration, DeclarationRevision, Inspection, NoticeItem
from programs.services.attachments import hands_it_in, is_settled, wanted_by
from programs.services.deadlines import Deadlines, Window
from programs.services.declarations.deciding import own_refusal, who_acts
from programs.services.declarations.starting import is_editable
from programs.workflow import DocumentKind, Stage, Transition, Workflow, workflow_of

NEAR_DAYS = 7  # calendar days before the last day of a step
RELATED = ("project__unit__parent", "project__programme__jurisdiction", "project__applicant", "cycle", "created_by")


def with_related(rows: QuerySet[Declaration]) -> QuerySet[Declaration]:
    """What every view of a declaration needs of it."""
    return rows.select_related(*RELATED)


@dataclass(frozen=True)
class Option:
    """A step from the present stage. ``held``: the grant under which the person may take it; ``refusal``: why not."""

    step: Transition
    target: Stage
    window: Window | None
    held: Held | None
    refusal: RuleViolation | None
    who: str

    @property
    def is_mine(self) -> bool:
        return self.held is not None and self.refusal is None


@dataclass(frozen=True)
class Step:
    """A main stage for ``components/stepper.html``."""

    state: str
    name: str
    date: str = ""
    more: str = ""
    light: str = ""
    light_word: str = ""


@dataclass(frozen=True)
class PaperRow:
    """A kind of paper: what is attached now, and how many versions stand behind it. ``wanted``: a step from here wants it."""

    kind: DocumentKind | None
    name: str
    paper: Attachment | None
    versions: int = 0
    wanted: bool = False
    can_bring: bool = False  # whether this person may add or replace it now


def light_of(window: Window | None, today: date) -> tuple[str, str]:
    """A light and its words for the last day of a step."""
    if window is None or window.closes is None:
        return "wait", _("in progress")
    if window.exemption:
        return "wait", _("exempted from the date")
    days = (window.closes - today).days
    if days < 0:
        return "late", ngettext("%(n)s day late", "%(n)s days late", -days) % {"n": -days}
    if days <= NEAR_DAYS:
        return "near", _("today") if days == 0 else ngettext("%(n)s day left", "%(n)s days left", days) % {"n": days}
    return "wait", _("until %(day)s") % {"day": window.closes.isoformat()}


def next_window(declaration: Declaration, flow: Workflow, deadlines: Deadlines) -> Window | None:
    """The dates of the first step forward from the present stage."""
    for step in flow.steps_from(declaration.stage):
        if not step.is_reverse:
            return deadlines.window(declaration, step.verb)
    return None


@dataclass
class DeclarationPage:
    """Everything about one declaration (loaded by ``with_related``) for one person. A fixed number of queries."""

    declaration: Declaration
    user: User
    access: Access
    today: date = field(default_factory=timezone.localdate)

    @cached_property
    def flow(self) -> Workflow:
        return workflow_of(self.declaration.workflow)

    @property
    def stage(self) -> Stage:
        return self.flow.stage(self.declaration.stage)

    @cached_property
    def deadlines(self) -> Deadlines:
        return Deadlines([self.declaration])

    @cached_property
    def decisions(self) -> list[Decision]:
        """Oldest first."""
        rows = Decision.objects.filter(declaration=self.declaration).select_related("actor")
        found = list(rows.order_by("pk"))
        for one in found:
            one.flow = self.flow  # type: ignore[attr-defined]
        return found

    @property
    def sent_back(self) -> Decision | None:
        """The newest decision when it is one of the deciding side that sent the declaration back."""
        newest = self.decisions[-1] if self.decisions else None
        return newest if is_sent_back(self.flow, newest) else None

    @cached_property
    def revisions(self) -> list[DeclarationRevision]:
        """Newest first."""
        rows = DeclarationRevision.objects.filter(declaration=self.declaration).select_related("author")
        return list(rows.order_by("-number"))

    @cached_property
    def attachments(self) -> list[Attachment]:
        """Every version of every paper of the project and of this declaration, oldest first."""
        rows = Attachment.objects.filter(project_id=self.declaration.project_id).select_related("file", "uploaded_by")
        return [row for row in rows.order_by("pk") if row.declaration_id in (None, self.declaration.pk)]

    @cached_property
    def inspections(self) -> list[Inspection]:
        rows = Inspection.objects.filter(declaration=self.declaration).select_related("checklist")
        return list(rows.order_by("-pk"))

    @cached_property
    def notices(self) -> list[NoticeItem]:
        rows = NoticeItem.objects.filter(declaration=self.declaration).select_related("notice")
        return list(rows.order_by("-pk"))

    @cached_property
    def clauses(self) -> dict[str, Clause]:
        """Clauses of the plan by path, for those the workflow names."""
        named = {one.clause for one in self.flow.transitions} | {one.clause for one in self.flow.documents}
        named |= {guard.clause for step in self.flow.transitions for guard in step.guards}
        rows = Clause.objects.filter(
            path__in=named - {""}, document_id=self.declaration.project.programme.document_id
        ).select_related("document")
        return {row.path: row for row in rows}

    @cached_property
    def is_editable(self) -> bool:
        """Whether the application waits for its applying side and this person enters for it."""
        if not is_editable(self.declaration):
            return False
        project = self.declaration.project
        return self.access.can("reporter", unit=project.unit, programme=project.programme)

    @cached_property
    def options(self) -> list[Option]:
        """Steps that a person may take from here, in the workflow's order, reverse ones last."""
        handed_in = [(one.actor_id, one.organization_id) for one in self.decisions if one.hands_in]
        project = self.declaration.project
        found = []
        for step in sorted(self.flow.steps_from(self.declaration.stage), key=lambda one: one.is_reverse):
            levels = step.levels_for(project.unit.level)
            held = self.access.acting(step.roles, levels=levels, unit=project.unit, programme=project.programme)
            refusal = own_refusal(self.declaration, step, self.user, held, handed_in) if held else None
            window = self.deadlines.window(self.declaration, step.verb)
            who = who_acts(replace(step, levels=levels))
            found.append(Option(step, self.flow.stage(step.target), window, held, refusal, who))
        return found

    @property
    def mine(self) -> list[Option]:
        return [one for one in self.options if one.is_mine]

    @property
    def others(self) -> list[Option]:
        return [one for one in self.options if not one.is_mine]

    @cached_property
    def window(self) -> Window | None:
        return next_window(self.declaration, self.flow, self.deadlines)

    @cached_property
    def position(self) -> int:
        """Index of the main stage at which the declaration stands; a side stage stands where its way forward starts."""
        main = [stage.code for stage in self.flow.main]
        if self.declaration.stage in main:
            return main.index(self.declaration.stage)
        for step in self.flow.steps_from(self.declaration.stage):
            if not step.is_reverse:
                known = [code for code in step.sources if code in main]
                if known:
                    return main.index(known[0])
        seen = [one.from_stage for one in reversed(self.decisions) if one.from_stage in main]
        return main.index(seen[0]) if seen else 0

    @cached_property
    def steps(self) -> list[Step]:
        """The stepper."""
        return [self._step(index, stage) for index, stage in enumerate(self.flow.main)]

    def _step(self, index: int, stage: Stage) -> Step:
        name = str(stage.name)
        done = stage.is_final and self.declaration.stage == stage.code
        if index > self.position:
            return self._ahead(stage, name)
        reached = next((one for one in reversed(self.decisions) if one.to_stage == stage.code), None)
        day = (
            reached.decided_on
            if reached
            else (timezone.localtime(self.declaration.created_at).date() if index == 0 else None)
        )
        who = (reached.office or (reached.actor.full_name if reached.actor else _("by the system"))) if reached else ""
        when = day.isoformat() if day else "—"
        if index < self.position or done:
            return Step("past", name, when, who, "done")
        if not self.declaration.is_open:  # ended aside: refused, lapsed
            return Step("now", name, when, str(self.stage.name), "none", _("ended"))
        light, word = light_of(self.window, self.today)
        if self.declaration.stage != stage.code:
            light, word = "back", str(self.stage.name)
        forward = next((one.step for one in self.options if not one.step.is_reverse), None)
        return Step("now", name, when, self._short_who(forward) if forward else who, light, word)

    def _ahead(self, stage: Stage, name: str) -> Step:
        step = next((one for one in self.flow.transitions if one.target == stage.code and not one.is_reverse), None)
        if step is None:
            return Step("next", name, "—", "", "todo")
        window = self.deadlines.window(self.declaration, step.verb)
        when = "—"
        if window is not None and window.workdays is None and window.closes is not None:
            when = _("until %(day)s") % {"day": window.closes.isoformat()}
        elif window is not None and window.workdays is not None:
            when = ngettext("within %(n)s working day", "within %(n)s working days", window.workdays) % {
                "n": window.workdays
            }
        who = _("by the system") if step.by_system else self._short_who(step)
        return Step("next", name, when, who, "todo")

    def _short_who(self, step: Transition) -> str:
        return short_who(replace(step, levels=step.levels_for(self.declaration.project.unit.level)))

    @cached_property
    def papers(self) -> list[PaperRow]:
        """One row per kind of the workflow, then what else is attached."""
        wanted = {code for one in self.flow.steps_from(self.declaration.stage) for code in one.documents}
        rows = []
        for kind in self.flow.documents:
            of_kind = [one for one in self.attachments if one.kind == kind.code]
            current = next((one for one in reversed(of_kind) if one.replaced_at is None), None)
            can_bring = self._can_bring(kind.code, current)
            rows.append(PaperRow(kind, str(kind.name), current, len(of_kind), kind.code in wanted, can_bring))
        known = {kind.code for kind in self.flow.documents}
        rest = [one for one in self.attachments if one.kind not in known and one.replaced_at is None]
        return rows + [PaperRow(None, one.note or _("Other paper"), one, 1) for one in rest]

    def _can_bring(self, kind: str, current: Attachment | None) -> bool:
        """What ``services.attachments`` would let this person do with a paper of the workflow."""
        one, steps = self.declaration, wanted_by(self.declaration, kind)
        if not one.is_open or (steps and not hands_it_in(self.access, one.project, steps)):
            return False
        if current is None:
            return True
        newest = self.revisions[0] if self.revisions else None
        handed_in = newest is not None and any(paper["kind"] == kind for paper in newest.papers)
        taken = {step.verb for step in self.decisions}
        return not is_settled(one, kind, taken) and (is_editable(one) or not handed_in)

    @property
    def current_papers(self) -> list[Attachment]:
        return [one for one in self.attachments if one.replaced_at is None]


def short_who(step: Transition) -> str:
    """``county: reviewer, approver`` for one line of the stepper."""
    from programs.models import Role, Unit

    roles = " / ".join(str(Role(role).label) for role in step.roles)
    levels = " / ".join(str(Unit.Level(level).label) for level in step.levels)
    return f"{levels} {roles}".strip()


def verb_name(flow: Workflow, decision: Decision) -> str:
    """What the decision did, in words; the code when the workflow no longer has the step."""
    step = flow.transition(decision.from_stage, decision.verb)
    return str(step.done or step.name) if step else decision.verb


def is_sent_back(flow: Workflow, decision: Decision | None) -> bool:
    """Whether the newest decision undid something: returned it, did not pass it, proposed to revoke it."""
    step = flow.transition(decision.from_stage, decision.verb) if decision else None
    return bool(step and step.is_reverse and (step.decides or step.accepts))


def stage_name(flow: Workflow, code: str) -> str:
    """The stage in words; its code when the workflow no longer has it."""
    return next((str(stage.name) for stage in flow.stages if stage.code == code), code)


def changes(before: DeclarationRevision | None, after: DeclarationRevision) -> list[tuple[str, Any, Any]]:
    """What differs between two revisions: (key, then, now); papers as ``paper:<kind>`` with name and short hash."""
    old, new = before.data if before else {}, after.data
    found = [(key, old.get(key), new.get(key)) for key in sorted({*old, *new}) if old.get(key) != new.get(key)]
    then, now = _papers(before.papers if before else []), _papers(after.papers)
    return found + [
        (f"paper:{kind}", then.get(kind), now.get(kind))
        for kind in sorted({*then, *now})
        if then.get(kind) != now.get(kind)
    ]


def _papers(rows: Iterable[dict[str, Any]]) -> dict[str, str]:
    return {row["kind"]: f"{row['name']} v{row['version']} {row['sha256'][:12]}" for row in rows}


def dated(rows: Sequence[Declaration]) -> list[tuple[Declaration, Window | None]]:
    """Declarations (``with_related``) with the dates of their next step; three queries at most."""
    deadlines = Deadlines(rows)
    return [(one, next_window(one, workflow_of(one.workflow), deadlines)) for one in rows]
