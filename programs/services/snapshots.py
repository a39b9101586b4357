"""A scheduled review: figures and lights of every programme as they stood at the end of a month, with a hash."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta

import orjson
from django.utils import timezone

from programs.models import Period, Programme, Snapshot
from programs.reviews import Outcome
from programs.services.bulletins.snapshot import build

MISSING = "no_period"


def snapshot_month(*, today: date) -> Outcome:
    """Keep the last month that ended before ``today`` for every programme with a period in it.

    The figures are those approved before the first day of the next month, whenever the review runs; a month that is kept
    is never written again.
    """
    first = today.replace(day=1)
    last_day = first - timedelta(days=1)
    month = f"{last_day:%Y-%m}"
    moment = timezone.make_aware(datetime.combine(first, time.min))
    kept = set(Snapshot.objects.filter(month=month).values_list("programme_id", flat=True))
    made = without = 0
    for programme in Programme.objects.select_related("jurisdiction", "document", "basis", "lead"):
        if programme.pk in kept:
            continue
        period = _period_of(programme, last_day)
        if period is None:
            without += 1
            continue
        _keep(programme, period, month, moment)
        made += 1
    return Outcome(made, {"month": month, MISSING: without} if without else {"month": month})


def digest_of(data: dict) -> str:
    """SHA-256 over the canonical JSON (sorted keys, UTF-8, no white space): 64 hex digits."""
    return hashlib.sha256(orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _period_of(programme: Programme, last_day: date) -> Period | None:
    """The newest period that had begun by the last day of the month."""
    ended = programme.ends_on is not None and programme.ends_on < last_day.replace(day=1)
    if ended:
        return None
    return programme.periods.filter(starts_on__lte=last_day).order_by("-starts_on").first()


def _keep(programme: Programme, period: Period, month: str, moment: datetime) -> None:
    period.programme = programme
    data = build(programme, period, moment)
    Snapshot.objects.create(programme=programme, month=month, data=data, sha256=digest_of(data))
