"""Opening and locking reporting periods."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import require
from programs.errors import Conflict, RuleViolation
from programs.models import Period, Programme, Role
from programs.models.progress import ReportState
from programs.services.calendar import WorkCalendar
from programs.services.summaries import mark_dirty

MONTHS: dict[str, int] = {
    Programme.Cadence.MONTH: 1,
    Programme.Cadence.QUARTER: 3,
    Programme.Cadence.HALF: 6,
    Programme.Cadence.YEAR: 12,
}


def period_code(cadence: str, start: date) -> str:
    """``2026-10``, ``2026-Q4``, ``2026-H2`` or ``2026`` for the period that starts on ``start``."""
    if cadence == Programme.Cadence.YEAR:
        return str(start.year)
    if cadence == Programme.Cadence.HALF:
        return f"{start.year}-H{(start.month + 5) // 6}"
    if cadence == Programme.Cadence.QUARTER:
        return f"{start.year}-Q{(start.month + 2) // 3}"
    return f"{start:%Y-%m}"


def spans(cadence: str, first: date, last: date) -> Iterator[tuple[date, date]]:
    """First and last day of every period of that cadence that contains ``first`` or starts by ``last``."""
    step = MONTHS[cadence]
    index = first.year * 12 + (first.month - 1) // step * step
    while (start := date(index // 12, index % 12 + 1, 1)) <= last:
        index += step
        yield start, date(index // 12, index % 12 + 1, 1) - timedelta(days=1)


@transaction.atomic
def ensure_periods(*, programme: Programme, today: date | None = None) -> list[Period]:
    """Create the periods of ``programme`` that have begun by ``today`` and do not exist yet; may run twice.

    Due: nth working day after the end; locked ``lock_days`` after the end. Both are settings of the city, the
    documents give no interval (DI37).
    """
    today = today or timezone.localdate()
    last = min(today, programme.ends_on or today)
    existing = set(programme.periods.values_list("code", flat=True))
    rows = []
    first = max(programme.starts_on, programme.reports_from or programme.starts_on)
    calendar = WorkCalendar(first, last + timedelta(days=500))
    for start, end in spans(programme.cadence, first, last):
        code = period_code(programme.cadence, start)
        if code in existing:
            continue
        due = calendar.add(end, programme.due_workdays)
        rows.append(
            Period(
                programme=programme,
                code=code,
                starts_on=start,
                ends_on=end,
                opens_on=start,
                due_on=due.date,
                due_is_provisional=due.provisional,
                locks_on=max(end + timedelta(days=programme.lock_days), due.date),
            )
        )
    created = Period.objects.bulk_create(rows, ignore_conflicts=True)
    if created:
        # who owes figures is known from the first day on: the summaries say "0 of n" before anything is approved
        owed = programme.indicators.filter(is_reported=True).values_list("pk", flat=True)
        mark_dirty(
            (indicator, period.pk)
            for indicator in owed
            for period in programme.periods.filter(code__in=[row.code for row in created])
        )
        record(
            "period.open",
            obj=programme,
            unit_path=programme.jurisdiction.path,
            after={"periods": [row.code for row in created]},
        )
    return created


@transaction.atomic
def lock_period(*, actor: User | None, period_id: int, reason: str, comment: str = "") -> Period:
    """Lock a period. ``reason`` is a Period.LockReason; ``approved`` is refused while a figure that is owed is not approved.

    ``actor`` None is the calendar's own job and only for ``expired``. Raises Conflict when it is locked already.
    """
    period = Period.objects.select_for_update(of=("self",)).select_related("programme__jurisdiction").get(pk=period_id)
    if actor is not None:
        require(actor, Role.APPROVER, unit=period.programme.jurisdiction, programme=period.programme)
    if period.is_locked:
        raise Conflict(
            "already_locked",
            _("%(period)s is locked already: %(why)s.")
            % {"period": period.code, "why": period.get_lock_reason_display()},
        )
    if reason == Period.LockReason.CLOSED and not comment.strip():
        raise RuleViolation(
            "reason_missing",
            _("Closing a period wants a written reason."),
            field="comment",
            next_step=_("Write why it is closed now."),
        )
    if reason == Period.LockReason.APPROVED:
        _refuse_if_incomplete(period)
    period.locked_at, period.lock_reason, period.lock_comment, period.locked_by = (
        timezone.now(),
        reason,
        comment.strip(),
        actor,
    )
    period.save(update_fields=["locked_at", "lock_reason", "lock_comment", "locked_by"])
    record(
        "period.lock",
        actor=actor,
        obj=period,
        unit_path=period.programme.jurisdiction.path,
        after={"period": period.code, "lock_reason": reason},
        reason=comment,
    )
    return period


@transaction.atomic
def unlock_period(*, actor: User, period_id: int, comment: str) -> Period:
    """Open a locked period again, with a written reason. Raises Conflict when it is not locked."""
    period = Period.objects.select_for_update(of=("self",)).select_related("programme__jurisdiction").get(pk=period_id)
    require(actor, Role.APPROVER, unit=period.programme.jurisdiction, programme=period.programme)
    if not period.is_locked:
        raise Conflict("not_locked", _("%(period)s is not locked.") % {"period": period.code})
    if not comment.strip():
        raise RuleViolation(
            "reason_missing",
            _("Opening a locked period wants a written reason."),
            field="comment",
            next_step=_("Write why it is opened again."),
        )
    before = {"lock_reason": period.lock_reason, "locked_at": period.locked_at}
    period.locked_at, period.lock_reason, period.lock_comment, period.locked_by = None, "", "", None
    period.locks_on = max(period.locks_on, timezone.localdate() + timedelta(days=5))
    period.save(update_fields=["locked_at", "lock_reason", "lock_comment", "locked_by", "locks_on"])
    record(
        "period.unlock",
        actor=actor,
        obj=period,
        unit_path=period.programme.jurisdiction.path,
        before=before,
        after={"period": period.code, "locks_on": period.locks_on},
        reason=comment,
    )
    return period


def lock_expired(*, today: date | None = None) -> int:
    """Lock every period whose ``locks_on`` has passed; returns how many. May run twice or late without harm."""
    today = today or timezone.localdate()
    due = list(Period.objects.filter(locked_at=None, locks_on__lt=today).values_list("pk", flat=True))
    locked = 0
    for pk in due:
        try:
            lock_period(actor=None, period_id=pk, reason=Period.LockReason.EXPIRED)
        except Conflict:  # another worker locked it between the two queries
            continue
        locked += 1
    return locked


def _refuse_if_incomplete(period: Period) -> None:
    from programs.queries.duties import duties_in

    owed = duties_in(period).count()
    approved = period.reports.filter(state=ReportState.APPROVED).count()
    if approved < owed:
        raise RuleViolation(
            "not_all_approved",
            _("%(approved)s of %(owed)s figures are approved.") % {"approved": approved, "owed": owed},
            rule=_("A period is locked as approved only when everything owed is approved."),
            next_step=_("Approve the rest, or close the period with a reason."),
        )
