"""Problems on the list of the people's congress: listed, owned, rectified, voted on (003·四(四)(五), 五(一))."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import User
from audit.services import record
from programs.access import Access, Held, read_access
from programs.errors import Conflict, RuleViolation
from programs.models import Organization, Problem, ProblemStep, Programme, Role, Task, Unit
from programs.queries.supervision_cycle import clause_path
from programs.services import evidence
from programs.services.refusals import Forbidden

State, Verdict = Problem.State, Problem.Verdict
OWNER, CITY = "owner", "city"


@dataclass(frozen=True)
class Step:
    """One step of a problem. ``side``: the body that owns it reports, the city's approver does the rest."""

    verb: str
    sources: tuple[str, ...]
    target: str
    side: str
    name: str | Promise
    done: str | Promise
    wants_comment: bool = False


STEPS = (
    Step("assign", (State.LISTED,), State.ASSIGNED, CITY, pgettext_lazy("problem", "Assign"), pgettext_lazy("problem", "assigned")),
    Step("start", (State.ASSIGNED,), State.RECTIFYING, OWNER, gettext_lazy("Begin to rectify"), gettext_lazy("began to rectify")),
    Step("report", (State.RECTIFYING,), State.REPORTED, OWNER, gettext_lazy("Report as solved"), gettext_lazy("reported as solved"), wants_comment=True),
    Step("send_back", (State.REPORTED,), State.RECTIFYING, CITY, gettext_lazy("Send back"), gettext_lazy("sent back"), wants_comment=True),
    Step("vote", (State.REPORTED, State.CLOSED), State.CLOSED, CITY, gettext_lazy("Record the vote"), gettext_lazy("recorded the vote")),
)  # fmt: skip
WHO = {
    OWNER: gettext_lazy("A reporter of the body that owns the problem takes this step."),
    CITY: gettext_lazy("The approver of the programme takes this step."),
}


@transaction.atomic
def list_problem(
    *,
    actor: User | None,
    programme: Programme,
    source: str,
    raised_on: date,
    text: str,
    unit: Unit,
    organization: Organization | None = None,
    goal: str = "",
    due_on: date | None = None,
    task: Task | None = None,
) -> Problem:
    """Put a problem on the list under the next number; the approver of the programme. ``actor`` None: loaded from data.

    Raises RuleViolation ``foreign_unit``, ``foreign_body``, ``future``; PermissionDenied for another role.
    """
    if actor is not None and _held(read_access(actor), programme, programme.jurisdiction, None, CITY) is None:
        raise PermissionDenied(str(WHO[CITY]))
    if not unit.path.startswith(programme.jurisdiction.path):
        raise RuleViolation(
            "foreign_unit", _("%(unit)s does not belong to this programme.") % {"unit": unit.label}, field="unit",
            next_step=_("Choose a unit of the city."),
        )  # fmt: skip
    if organization is not None and organization.unit_id != unit.pk:
        raise RuleViolation(
            "foreign_body",
            _("%(body)s is not a body of %(unit)s.") % {"body": organization.label, "unit": unit.label},
            field="organization",
            next_step=_("Choose the unit of the body, or another body."),
        )
    if raised_on > timezone.localdate():
        raise RuleViolation(
            "future", _("%(day)s has not come yet.") % {"day": raised_on}, field="raised_on",
            next_step=_("Enter the day on which the list was handed over."),
        )  # fmt: skip
    Programme.objects.select_for_update().get(pk=programme.pk)  # numbers without gaps or doubles
    number = (Problem.objects.filter(programme=programme).aggregate(top=Max("number"))["top"] or 0) + 1
    problem = Problem.objects.create(
        programme=programme, number=number, source=source.strip(), raised_on=raised_on, text=text.strip(), goal=goal.strip(),
        unit=unit, organization=organization, task=task, due_on=due_on, created_by=actor,
    )  # fmt: skip
    record(
        "problem.list", actor=actor, obj=problem, unit_path=unit.path,
        after={"programme": programme.code, "number": number, "unit": unit.code, "due_on": due_on},
    )  # fmt: skip
    return problem


def take(
    *,
    actor: User,
    problem_id: int,
    verb: str,
    state: str,
    comment: str = "",
    upload: File | None = None,
    goal: str = "",
    due_on: date | None = None,
    verdict: str = "",
    voted_on: date | None = None,
) -> Problem:
    """Take one step. ``state``: the one the person looked at. ``goal``, ``due_on``: with assign; ``verdict``, ``voted_on``: with vote.

    A vote “not satisfied” sends the problem back to be rectified; the vote stays on it until the next. Raises
    RuleViolation ``not_found``, ``comment_missing``, ``plan_missing``, ``vote_missing``; Conflict ``wrong_state``;
    PermissionDenied for another role; Forbidden ``self_decision``.
    """
    kept = evidence.keep(upload)
    with transaction.atomic():
        problem = (
            Problem.objects.select_for_update(of=("self",))
            .select_related("programme__jurisdiction", "unit", "organization")
            .filter(pk=problem_id)
            .first()
        )
        access = read_access(actor)
        if problem is None or not access.sees(problem.unit, problem.programme):
            raise RuleViolation(
                "not_found", _("The problem is missing or outside your scope."), next_step=_("Reload the page.")
            )
        step = next((one for one in STEPS if one.verb == verb and problem.state in one.sources), None)
        if step is None or state != problem.state:
            raise Conflict(
                "wrong_state",
                _("The problem stands at “%(state)s” now.") % {"state": problem.get_state_display()},
                next_step=_("Reload the page; somebody may have been faster."),
            )
        held = _held(access, problem.programme, problem.unit, problem.organization, step.side)
        if held is None:
            raise PermissionDenied(str(WHO[step.side]))
        _refuse_own(problem, step, actor)
        _check_words(step, comment)
        target = _apply(problem, step, actor, goal=goal, due_on=due_on, verdict=verdict, voted_on=voted_on)
        before = problem.state
        ProblemStep.objects.create(
            problem=problem, verb=verb, from_state=before, to_state=target, actor=actor, office=held.organization,
            comment=_said(step, comment, problem), file=kept.file if kept else None, file_name=kept.name if kept else "",
        )  # fmt: skip
        problem.state = target
        problem.save(update_fields=["state", "goal", "due_on", "verdict", "voted_on", "reported_by"])
        record(
            "problem.step", actor=actor, obj=problem, unit_path=problem.unit.path, reason=comment.strip(),
            before={"state": before}, after={"state": target, "verb": verb, "verdict": problem.verdict},
        )  # fmt: skip
        return problem


def available(access: Access, problem: Problem) -> list[Step]:
    """Steps this person may take now (``programme.jurisdiction``, ``unit`` and ``organization`` loaded)."""
    return [
        step
        for step in STEPS
        if problem.state in step.sources
        and _held(access, problem.programme, problem.unit, problem.organization, step.side) is not None
    ]


def may_list(access: Access, programme: Programme) -> bool:
    """Whether this person puts problems on the list of ``programme``."""
    return _held(access, programme, programme.jurisdiction, None, CITY) is not None


def _held(access: Access, programme: Programme, unit: Unit, body: Organization | None, side: str) -> Held | None:
    for held in access.business:
        if not held.covers(unit, programme):
            continue
        if side == CITY and held.role == Role.APPROVER and held.level == programme.jurisdiction.level:
            return held
        fits = body is None or held.organization_id in (None, body.pk, body.successor_id)
        if side == OWNER and held.role == Role.REPORTER and held.level == unit.level and fits:
            return held
    return None


def _refuse_own(problem: Problem, step: Step, actor: User) -> None:
    if step.side == CITY and problem.reported_by_id == actor.pk:
        raise Forbidden(
            "self_decision",
            _("You reported this problem as solved yourself."),
            rule=_("Nobody decides what they submitted."),
            next_step=_("Ask a colleague with the same role."),
        )


def _check_words(step: Step, comment: str) -> None:
    if step.wants_comment and not comment.strip():
        raise RuleViolation(
            "comment_missing",
            _("This step wants some words."),
            field="comment",
            next_step=_("Write what was done, or what is to be put right."),
        )


def _apply(
    problem: Problem, step: Step, actor: User, *, goal: str, due_on: date | None, verdict: str, voted_on: date | None
) -> str:
    """Move what belongs to the step into the row; answers the state it leads to."""
    if step.verb == "assign":
        problem.goal, problem.due_on = goal.strip() or problem.goal, due_on or problem.due_on
        if not problem.goal or problem.due_on is None:
            raise RuleViolation(
                "plan_missing",
                _("A goal and a date are wanted before the problem is assigned."),
                field="goal" if not problem.goal else "due_on",
                rule=_("The rectification plan names goal, owner and date of every problem."),
                clause=clause_path(problem.programme.code, "CR14"),
                next_step=_("Enter both."),
            )
    elif step.verb == "report":
        problem.reported_by = actor
    elif step.verb == "vote":
        if verdict not in (Verdict.SATISFIED, Verdict.BASICALLY, Verdict.UNSATISFIED) or voted_on is None:
            raise RuleViolation(
                "vote_missing",
                _("The result of the vote and its day are wanted."),
                field="verdict" if voted_on else "voted_on",
                clause=clause_path(problem.programme.code, "CR15"),
                next_step=_("Enter both as the congress announced them."),
            )
        if voted_on > timezone.localdate():
            raise RuleViolation(
                "future", _("%(day)s has not come yet.") % {"day": voted_on}, field="voted_on",
                next_step=_("Record the vote when it was held."),
            )  # fmt: skip
        problem.verdict, problem.voted_on = verdict, voted_on
        if verdict == Verdict.UNSATISFIED:
            return State.RECTIFYING
    return step.target


def _said(step: Step, comment: str, problem: Problem) -> str:
    words = comment.strip()
    if step.verb == "vote":
        words = f"{problem.get_verdict_display()} {problem.voted_on:%Y-%m-%d} {words}".strip()
    return words
