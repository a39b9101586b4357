"""Inspections that a procedure waits for: a step ahead asks for one, and nobody has closed it for this attempt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse

from programs.access import Access, Held
from programs.models import Checklist, Decision, Declaration, Inspection, Project, Purpose
from programs.services.deadlines import Deadlines, Window
from programs.services.inspections import OF_DECIDER, who_inspects
from programs.workflow import Transition, Workflow, workflow_of, workflows

RELATED = ("project__unit__parent", "project__programme", "cycle")


@dataclass(frozen=True)
class Due:
    """One inspection to be made. ``window``: dates of the step that asks for it; ``running``: the one already open."""

    declaration: Declaration
    purpose: Purpose
    window: Window | None
    running: Inspection | None

    @property
    def url(self) -> str:
        """Where it is scored, or opened with everything filled in."""
        if self.running is not None:
            return reverse("inspection-score", args=[self.running.pk])
        return open_url(declaration=self.declaration.pk, purpose=self.purpose.value)

    def is_early(self, today: date) -> bool:
        """Whether the step that asks for it is not possible yet."""
        window = self.window
        return bool(window and not window.exemption and window.opens and today < window.opens)


def open_url(**named: str | int) -> str:
    """The page that opens an inspection, told what it is of."""
    return f"{reverse('inspection-open')}?{urlencode(named)}"


def due_inspections(access: Access, today: date) -> list[Due]:
    """What this person can inspect today because a procedure waits for it; what is due first on top."""
    rows = [one for one in _dues(access, Declaration.objects.all()) if not one.is_early(today)]
    return sorted(rows, key=lambda one: (_last_day(one) or date.max, one.declaration.stage_since))


def due_of(access: Access, **of: int) -> list[Due]:
    """What this person can inspect of one declaration or project (``pk=…`` or ``project_id=…``), early or not."""
    return _dues(access, Declaration.objects.filter(**of))


def _last_day(due: Due) -> date | None:
    return due.window.closes if due.window and not due.window.exemption else None


def _dues(access: Access, rows: QuerySet[Declaration]) -> list[Due]:
    """One query for each purpose the person inspects for; when there are any rows, three more."""
    found: list[tuple[Declaration, Purpose]] = []
    for purpose in _asked_for():
        condition = _inspects(access, purpose)
        if condition is not None:
            waiting = rows.filter(condition, is_open=True).select_related(*RELATED).distinct()
            found += [(one, purpose) for one in waiting.order_by("pk")]
    if not found:
        return []
    deadlines = Deadlines([one for one, _purpose in found])
    running = {
        (row.declaration_id, row.purpose): row
        for row in Inspection.objects.filter(declaration__in=[one for one, _purpose in found], state="open")
    }
    return [
        Due(one, purpose, _window(one, purpose, deadlines), running.get((one.pk, purpose.value)))
        for one, purpose in found
    ]


def _asked_for() -> list[Purpose]:
    return [Purpose(code) for code in dict.fromkeys(code for flow in workflows() for code in flow.purposes)]


def _steps(flow: Workflow, purpose: str) -> Iterator[Transition]:
    """Steps of people that ask for an inspection of this purpose."""
    for step in flow.transitions:
        if not step.by_system and any(guard.inspection == purpose for guard in step.guards):
            yield step


def _window(declaration: Declaration, purpose: str, deadlines: Deadlines) -> Window | None:
    steps = [one for one in _steps(workflow_of(declaration.workflow), purpose) if declaration.stage in one.sources]
    forward = next((step for step in steps if not step.is_reverse), None)
    return deadlines.window(declaration, forward.verb) if forward else None


def _inspects(access: Access, purpose: Purpose) -> Q | None:
    """Declarations for which the person may open an inspection of this purpose that is still missing; None: for none."""
    condition = Q()
    for flow in workflows():
        steps = list(_steps(flow, purpose))
        if not steps:
            continue
        stages = {source for step in steps for source in step.sources}
        is_own_side = all(step.is_own_side for step in steps)
        for grant in access.business:
            place = _place(grant, purpose, is_own_side=is_own_side)
            if place is not None:
                missing = Q(~Exists(_done(flow, purpose)))
                condition |= Q(workflow=flow.code, stage__in=sorted(stages)) & place & missing
    return condition & Q(Exists(_lists(purpose))) if condition else None


def _place(grant: Held, purpose: Purpose, *, is_own_side: bool) -> Q | None:
    """Projects over which a grant inspects for this purpose, by the level that decides them; not those of its own body."""
    deciders = []
    for level in Project.Decider.values:
        roles, levels = who_inspects(purpose, Project(decider_level=level))
        if grant.role in roles and (not levels or grant.level in levels):
            deciders.append(level)
    if not deciders:
        return None
    place = Q(project__decider_level__in=deciders, project__unit__path__startswith=grant.path)
    if is_own_side:
        place &= Q(project__unit__level=grant.level)
    if grant.programme_id is not None:
        place &= Q(project__programme_id=grant.programme_id)
    if grant.organization_id is not None and purpose in (*OF_DECIDER, Purpose.PRELIMINARY):
        place &= ~Q(project__applicant_id=grant.organization_id) | Q(project__applicant=None)
    return place


def _done(flow: Workflow, purpose: Purpose) -> QuerySet[Inspection]:
    """Closed inspections of the outer declaration that still count: nobody sent it back since. A recheck counts all year."""
    closed = Inspection.objects.filter(declaration=OuterRef("pk"), purpose=purpose, state=Inspection.State.CLOSED)
    back = [step.verb for step in flow.transitions if step.is_reverse and (step.decides or step.accepts)]
    if purpose == Purpose.RECHECK or not back:
        return closed
    later = Decision.objects.filter(
        declaration=OuterRef("declaration"), verb__in=back, at__gt=OuterRef("closed_at")
    )  # fmt: skip
    return closed.exclude(Exists(later))


def _lists(purpose: Purpose) -> QuerySet[Checklist]:
    """Published checklists that serve for the outer declaration."""
    rows = Checklist.objects.filter(
        programme=OuterRef("project__programme"), state=Checklist.State.PUBLISHED, purposes__contains=[purpose.value]
    )
    return rows.filter(Q(level="") | Q(level=OuterRef("project__decider_level")))
