"""Counting again what was counted in working days, after the calendar changed (specification 10.3)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.services import record
from programs.models import Period
from programs.services import notices
from programs.services.calendar import WorkCalendar

Recount = Callable[..., int]
_recounts: dict[str, Recount] = {}


def register_recount(area: str, recount: Recount) -> None:
    """Add a function ``(*, reason, actor) -> int`` that counts an area's stored dates again and keeps the old ones.

    Called inside the transaction that changed the calendar. From ``AppConfig.ready()``.
    """
    _recounts[area] = recount


@transaction.atomic
def recount_all(*, reason: str, actor: User | None = None) -> dict[str, int]:
    """Count everything again that may still change; answers how many dates moved, by area."""
    areas: dict[str, Recount] = {"notices": notices.recompute_terms, "periods": recount_periods, **_recounts}
    return {area: recount(reason=reason, actor=actor) for area, recount in areas.items()}


def recount_periods(*, reason: str, actor: User | None = None) -> int:
    """Due days of open periods that are provisional or still to come. A day that has passed stays what people relied on."""
    today = timezone.localdate()
    rows = Period.objects.select_for_update(of=("self",)).select_related("programme__jurisdiction")
    changed = 0
    for period in rows.filter(locked_at=None, due_on__gte=today).order_by("id"):
        calendar = WorkCalendar(period.ends_on, period.ends_on + timedelta(days=120))
        due = calendar.add(period.ends_on, period.programme.due_workdays)
        before = (period.due_on, period.due_is_provisional)
        if before == (due.date, due.provisional) or due.date < today:
            continue
        period.due_on, period.due_is_provisional = due.date, due.provisional
        period.locks_on = max(period.locks_on, due.date)
        period.save(update_fields=["due_on", "due_is_provisional", "locks_on"])
        record(
            "period.due",
            actor=actor,
            obj=period,
            unit_path=period.programme.jurisdiction.path,
            before={"due_on": before[0], "provisional": before[1]},
            after={"due_on": due.date, "provisional": due.provisional},
            reason=reason,
        )
        changed += 1
    return changed
