"""The plan's papers made on its own calendar: 月通报 as a bulletin, 季点评, 半年总结 and 年度排名 as periodic papers.

Each is a draft; people read, open appeals and publish. A draft is made on the first run after the last day to report the
span's figures, so that a late county is in it; a run that is late, or for a past date, makes what is still missing.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from programs.errors import RuleViolation
from programs.models import Bulletin, Programme
from programs.reviews import Outcome
from programs.services.bulletins import create_draft
from programs.services.rankings.papers import last_day, make, reported_period, spans_of
from programs.services.rankings.rules import current_rule

LOOK_BACK = timedelta(days=100)  # older spans are made by hand


def spans_before(today: date) -> list[tuple[str, str]]:
    """(kind, code) of the spans that have ended within the last hundred days, oldest first."""
    spans = spans_of((today.year - 1, today.year))
    return [(kind, code) for kind, code in spans if today - LOOK_BACK <= last_day(kind, code) < today]


def make_papers(*, today: date) -> Outcome:
    """The scheduled review: drafts of the quarter, the half year and the year."""
    made = 0
    for programme in _running(today):
        if current_rule(programme) is None:
            continue
        for kind, code in spans_before(today):
            period = reported_period(programme, kind, code)
            if period is None or period.due_on >= today:
                continue
            if programme.rankings.filter(kind=kind, period_code=code).exists():
                continue  # a withdrawn one is made again by a person
            make(actor=None, programme=programme, kind=kind, code=code, as_of=_end_of(today))
            made += 1
    return Outcome(made, {"papers": made})


def make_bulletins(*, today: date) -> Outcome:
    """The scheduled review: a draft of the monthly bulletin, the day after figures were due."""
    made = 0
    for programme in _running(today):
        period = (
            programme.periods.filter(due_on__lt=today, due_on__gte=today - timedelta(days=25))
            .order_by("-ends_on")
            .first()
        )
        if period is None or Bulletin.objects.filter(programme=programme, period=period).exists():
            continue
        try:
            create_draft(actor=None, programme=programme, period=period)
        except RuleViolation:  # somebody was faster: draft_exists
            continue
        made += 1
    return Outcome(made, {"bulletins": made})


def _running(today: date) -> list[Programme]:
    return [
        one
        for one in Programme.objects.select_related("jurisdiction").order_by("position")
        if one.ends_on is None or one.ends_on >= today - LOOK_BACK
    ]


def _end_of(day: date) -> datetime | None:
    """The end of a past day; None today: the moment itself."""
    if day >= timezone.localdate():
        return None
    return timezone.make_aware(datetime.combine(day, time.max))
