"""What a body says about its task in each period: in words, or that nothing changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import Access, read_access
from programs.assignment_steps import OWNER, WORKING
from programs.errors import Conflict, RuleViolation
from programs.models import Programme, TaskAssignment, TaskFeedback
from programs.services.assignments import WHO, acting, locked, refuse_unseen, write_step
from programs.services.calendar import WorkCalendar
from programs.services.periods import period_code, spans

KEPT_OPEN = 3  # how many periods back something may still be said; set by the city


@dataclass(frozen=True)
class Span:
    """One period of feedback: its code, days, and the last day on which it is not late."""

    code: str
    starts_on: date
    ends_on: date
    due_on: date


def open_spans(programme: Programme, today: date) -> list[Span]:
    """The periods about which something can be said on ``today``, newest first: the running one and those before it.

    They go on after the plan's own end: a task is followed until it is closed.
    """
    first = max(programme.starts_on, today - timedelta(days=31 * 12 * (KEPT_OPEN + 1)))
    found = list(spans(programme.cadence, first, today))[-KEPT_OPEN - 1 :]
    if not found:
        return []
    calendar = WorkCalendar(found[0][0], today + timedelta(days=500))
    return [
        Span(period_code(programme.cadence, start), start, end, calendar.add(end, programme.due_workdays).date)
        for start, end in reversed(found)
    ]


@transaction.atomic
def give_feedback(
    *,
    actor: User,
    assignment_id: int,
    period_code: str,
    text: str = "",
    problems: str = "",
    unchanged: bool = False,
    today: date | None = None,
) -> TaskFeedback:
    """Say how the task stands in a period; again is a new row. ``unchanged`` repeats the words said last.

    The first feedback on an accepted task begins it. Raises RuleViolation ``not_found``, ``period_unknown``,
    ``text_missing``, ``nothing_before``; Conflict ``not_open``; PermissionDenied for another role.
    """
    return _give(read_access(actor), actor, assignment_id, period_code, text, problems, unchanged, today)


@transaction.atomic
def unchanged_many(*, actor: User, periods: Mapping[int, str], today: date | None = None) -> int:
    """“Nothing changed” for several tasks (id → period code), all or none; returns how many."""
    access = read_access(actor)
    for pk in sorted(periods):
        _give(access, actor, pk, periods[pk], "", "", True, today)
    return len(periods)


def _give(
    access: Access, actor: User, pk: int, code: str, text: str, problems: str, unchanged: bool, today: date | None
) -> TaskFeedback:
    assignment, day = locked(pk), today or timezone.localdate()
    refuse_unseen(access, assignment)
    held = acting(access, assignment, OWNER)
    if held is None:
        raise PermissionDenied(str(WHO[OWNER]))
    if assignment.state not in WORKING:
        raise Conflict(
            "not_open",
            _("The task stands at “%(state)s”; nothing more is asked of you.")
            % {"state": assignment.get_state_display()},
            next_step=_("Reload the page."),
        )
    if assignment.state == TaskAssignment.State.ASSIGNED:
        raise Conflict(
            "not_accepted", _("The task is not accepted yet."), next_step=_("Accept it first, then report on it.")
        )
    span = _span(assignment.task.programme, code, day)
    text, problems = _words(assignment, text, problems, unchanged)
    found = TaskFeedback.objects.create(
        assignment=assignment, period_code=span.code, text=text, problems=problems, is_unchanged=unchanged,
        was_late=day > span.due_on, by=actor, office=held.organization,
    )  # fmt: skip
    if assignment.state == TaskAssignment.State.ACCEPTED:
        write_step(assignment, verb="begin", to_state=TaskAssignment.State.IN_PROGRESS, actor=actor, held=held)
        assignment.save(update_fields=["state", "version"])
    record(
        "assignment.feedback", actor=actor, obj=assignment, unit_path=assignment.unit.path,
        after={"task": assignment.task.number, "period": span.code, "unchanged": unchanged, "late": found.was_late},
    )  # fmt: skip
    return found


def _span(programme: Programme, code: str, today: date) -> Span:
    known = open_spans(programme, today)
    found = next((span for span in known if span.code == code), None)
    if found is None:
        raise RuleViolation(
            "period_unknown",
            _("Nothing is asked for %(code)s.") % {"code": code},
            field="period",
            next_step=_("Choose one of: %(codes)s.") % {"codes": ", ".join(span.code for span in known)},
        )
    return found


def _words(assignment: TaskAssignment, text: str, problems: str, unchanged: bool) -> tuple[str, str]:
    if not unchanged:
        if not text.strip():
            raise RuleViolation(
                "text_missing",
                _("Nothing was written."),
                field="text",
                next_step=_("Write what was done, or choose “unchanged”."),
            )
        return text.strip(), problems.strip()
    before = assignment.feedback.order_by("-id").first()
    if before is None:
        raise RuleViolation(
            "nothing_before",
            _("There is no earlier report that could be unchanged."),
            field="text",
            next_step=_("Write a first report."),
        )
    return before.text, before.problems
