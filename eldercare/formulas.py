"""The arithmetic of specification 6.1, 6.3 and 6.4 in pure functions: no database, no rounding before the last step.

Counts are int, areas Decimal in m². None means unknown, which is neither zero nor a failure.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

Exact = int | Decimal | Fraction


class Result(StrEnum):
    """What a check found. UNKNOWN: a figure is missing; it fails nothing."""

    MET = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"


class Phase(StrEnum):
    """Where the facility of a phased estate stands against the share of planned construction (specification 6.1)."""

    UNKNOWN = "unknown"
    BEFORE = "before"  # the share lies below the limit, the facility is not finished
    OVERDUE = "overdue"  # the share has reached the limit, the facility is not finished
    IN_TIME = "in_time"
    LATE = "late"  # finished, but after the limit was reached


def required_area(households: int | None, per_hundred: Exact) -> int | None:
    """m² an estate owes, rounded up once at the end: 250 households at 30 m² owe 75, at 20 m² 50. None: not known."""
    if households is None:
        return None
    if households < 0 or per_hundred < 0:
        raise ValueError("households and area per hundred households are not negative")
    return math.ceil(Fraction(households) * Fraction(per_hundred) / 100)


def share(part: Exact | None, whole: Exact | None) -> Fraction | None:
    """``part`` of ``whole`` in per cent, exact; None when either is unknown or the whole is 0."""
    if part is None or not whole:
        return None
    return Fraction(part) * 100 / Fraction(whole)


def compare(actual: Exact | None, comparator: str, wanted: Exact) -> Result:
    """Whether ``actual`` meets a standard; ``comparator`` is gte, gt, lte, lt or eq."""
    if actual is None:
        return Result.UNKNOWN
    value, limit = Fraction(actual), Fraction(wanted)
    met = {"gte": value >= limit, "gt": value > limit, "lte": value <= limit, "lt": value < limit, "eq": value == limit}
    return Result.MET if met[comparator] else Result.FAIL


def handover_due(accepted_on: date | None, days: int) -> date | None:
    """Last day of the hand-over: calendar days after completion acceptance; 2024-03-01 and 90 days → 2024-05-30."""
    return None if accepted_on is None else accepted_on + timedelta(days=days)


def phase_of(
    built_share: Fraction | None, limit: Exact, *, finished_on: date | None, limit_reached_on: date | None
) -> Phase:
    """The event-driven rule CR18: the facility is finished before ``limit`` per cent of construction is complete."""
    if finished_on is not None:
        return Phase.LATE if limit_reached_on is not None and finished_on > limit_reached_on else Phase.IN_TIME
    if limit_reached_on is not None:
        return Phase.OVERDUE
    if built_share is None:
        return Phase.UNKNOWN
    return Phase.OVERDUE if built_share >= Fraction(limit) else Phase.BEFORE


def workers_needed(people: int | None, each: Exact) -> int | None:
    """Social workers for ``people`` when one serves ``each`` of them: 1,001 elders want 2."""
    return None if people is None else math.ceil(Fraction(people) / Fraction(each))


def land_needed(people: int | None, per_person: Exact) -> Fraction | None:
    """Land for elder care in m²: ``per_person`` times the people."""
    return None if people is None else Fraction(people) * Fraction(per_person)


@dataclass(frozen=True)
class Slot:
    """One drill a year asks for: ``code`` year, half1 or half2; ``due`` its last day; ``held_on`` the first that counts."""

    code: str
    due: date
    held_on: date | None

    def is_missing(self, today: date) -> bool:
        """Whether its time has passed without a drill."""
        return self.held_on is None and today > self.due


def drill_slots(
    year: int, comprehensive: Collection[date], on_site: Collection[date], *, since: date | None = None
) -> list[Slot]:
    """The drills of CR19: a comprehensive one in the calendar year, an on-site one in January to June and in July to December.

    ``since``: the day the institution opened; a slot that ended before it is not owed and left out.
    """
    first, middle, last = date(year, 1, 1), date(year, 6, 30), date(year, 12, 31)
    spans = [
        ("year", first, last, comprehensive),
        ("half1", first, middle, on_site),
        ("half2", middle + timedelta(days=1), last, on_site),
    ]
    return [
        Slot(code, end, min((day for day in days if start <= day <= end), default=None))
        for code, start, end, days in spans
        if since is None or since <= end
    ]
