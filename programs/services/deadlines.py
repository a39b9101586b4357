"""When a step may be taken and must be: rows of the city, the nearest unit's first, cohorts exempted with a reason."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from django.db.models import Q
from django.utils import timezone

from programs.models import CohortExemption, Declaration, StageDeadline
from programs.services.calendar import WorkCalendar


@dataclass(frozen=True)
class Window:
    """First and last day of a step (either may be None), both included. ``exemption``: the reason of a freed cohort."""

    opens: date | None
    closes: date | None
    provisional: bool = False
    is_hard: bool = True
    clause: str = ""
    is_city_rule: bool = False  # no clause: the city set it
    exemption: str = ""
    workdays: int | None = None  # the last day is so many working days after the step before

    def holds(self, day: date) -> bool:
        """Whether ``day`` lies inside; an exempted cohort always may."""
        if self.exemption:
            return True
        return (self.opens is None or day >= self.opens) and (self.closes is None or day <= self.closes)


class Deadlines:
    """The rows of some declarations, read in two queries, and one for the calendar when working days count."""

    def __init__(self, declarations: Iterable[Declaration]) -> None:
        self._declarations = found = list(declarations)
        programmes = {one.project.programme_id for one in found}
        flows = {one.workflow for one in found}
        self._rows = list(
            StageDeadline.objects.filter(programme__in=programmes, workflow__in=flows, replaced_at=None).select_related(
                "unit", "clause"
            )
        )
        self._exempt = list(
            CohortExemption.objects.filter(
                Q(workflow__in=flows), programme__in=programmes, revoked_at=None
            ).select_related("unit")
        )

    def window(self, declaration: Declaration, verb: str) -> Window | None:
        """Dates of ``verb`` for this declaration (``project.unit`` and ``cycle`` loaded); None when no row says any."""
        path = declaration.project.unit.path
        rows = [
            row
            for row in self._rows
            if (row.programme_id, row.workflow, row.verb)
            == (declaration.project.programme_id, declaration.workflow, verb)
            and (row.unit is None or path.startswith(row.unit.path))
        ]
        if not rows:
            return None
        row = max(rows, key=lambda one: len(one.unit.path) if one.unit else 0)
        opens = _day(declaration.cycle.year + row.opens_year_offset, row.opens_month, row.opens_day)
        closes = _day(declaration.cycle.year + row.closes_year_offset, row.closes_month, row.closes_day)
        provisional = False
        if row.workdays is not None:
            deadline = self._calendar.add(_since(declaration), row.workdays)
            closes, provisional = deadline.date, deadline.provisional
        return Window(
            opens=opens,
            closes=closes,
            provisional=provisional,
            is_hard=row.is_hard,
            clause=row.clause.path if row.clause else "",
            is_city_rule=row.clause_id is None,
            exemption=self._exemption(declaration, verb),
            workdays=row.workdays,
        )

    @cached_property
    def _calendar(self) -> WorkCalendar:
        """From the oldest step to three times the longest span after the newest: no holiday is longer than that."""
        days = [_since(one) for one in self._declarations]
        longest = max(row.workdays or 0 for row in self._rows)
        return WorkCalendar(min(days), max(days) + timedelta(days=longest * 3 + 20))

    def _exemption(self, declaration: Declaration, verb: str) -> str:
        path = declaration.project.unit.path
        for one in self._exempt:
            if (
                (one.programme_id, one.year, one.workflow)
                == (declaration.project.programme_id, declaration.cycle.year, declaration.workflow)
                and one.verb in ("", verb)
                and (one.unit is None or path.startswith(one.unit.path))
            ):
                return one.reason
        return ""


def _since(declaration: Declaration) -> date:
    return timezone.localtime(declaration.stage_since).date()


def _day(year: int, month: int | None, day: int | None) -> date | None:
    """The date; a day the month does not have (29 February) is its last."""
    if month is None or day is None:
        return None
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))
