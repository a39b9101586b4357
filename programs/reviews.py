"""Scheduled reviews: what happens on the plan's own calendar, and the one way to run it.

The core registers its reviews in ``ProgramsConfig.ready()``, an initiative in its own. A review must be safe twice, late,
and for a past date: it looks at what is true on ``today`` and changes only what is not so yet.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Protocol

from celery.schedules import crontab
from django.core.exceptions import ImproperlyConfigured
from django.utils.functional import Promise


@dataclass(frozen=True)
class Outcome:
    """``changed``: how many things the run made or moved. ``result``: {what: number} for the page, {} when nothing to add."""

    changed: int = 0
    result: dict[str, Any] = field(default_factory=dict)


class Run(Protocol):
    def __call__(self, *, today: date) -> Outcome: ...


@dataclass(frozen=True)
class Review:
    """One kind of review.

    ``run``: dotted path of ``(*, today: date) -> Outcome``, called in a transaction under a lock of its own.
    ``schedule``: when Celery beat runs it (Shanghai time) until an administrator says otherwise. ``day_offset``: the day
    it looks at is today plus this many days (-1: the day that has just ended). ``clause``: who asked for it, if a plan did.
    """

    code: str
    label: str | Promise
    run: str
    schedule: crontab
    about: str | Promise = ""
    day_offset: int = 0
    clause: str = ""

    def as_of(self, today: date) -> date:
        return today + timedelta(days=self.day_offset)


_reviews: dict[str, Review] = {}


def register(review: Review) -> Review:
    """Make a review known. Raises ImproperlyConfigured when another one has its code."""
    if _reviews.get(review.code, review) != review:
        raise ImproperlyConfigured(f"Two reviews call themselves {review.code!r}.")
    _reviews[review.code] = review
    return review


def review_of(code: str) -> Review:
    """The review with this code; KeyError for one nobody registered."""
    return _reviews[code]


def reviews() -> list[Review]:
    return sorted(_reviews.values(), key=lambda review: review.code)


def daily(hour: int, minute: int) -> crontab:
    """Every day at this time."""
    return crontab(hour=str(hour), minute=str(minute))


def hourly(hours: str, minute: int) -> crontab:
    """Every hour of ``hours`` ("9-16")."""
    return crontab(hour=hours, minute=str(minute))


# Functions (*, today: date) -> int that escalate what is late in an area; the review "escalate" calls each.
_escalations: dict[str, str] = {}


def register_escalation(area: str, path: str) -> None:
    """Let the review "escalate" call the function at ``path``: ``(*, today: date) -> int``, how many it escalated."""
    if _escalations.get(area, path) != path:
        raise ImproperlyConfigured(f"Two functions escalate {area!r}.")
    _escalations[area] = path


def escalations() -> dict[str, str]:
    return dict(sorted(_escalations.items()))
