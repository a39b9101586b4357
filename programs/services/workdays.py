"""Filling the working-day calendar from the holiday library (specification 10.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.metadata import version

import chinese_calendar
from django.db import transaction

from audit.services.record import record
from programs.models import Workday

FIRST_YEAR = 2020  # plans in the packs start in 2021; earlier years are loaded on request


@dataclass
class CalendarReport:
    """``provisional``: wanted years that the library does not know; deadlines in them assume Monday to Friday."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    kept: int = 0  # edited by the city
    years: list[int] = field(default_factory=list)
    provisional: list[int] = field(default_factory=list)


@transaction.atomic
def load_calendar(*, years: Iterable[int], actor=None, dry_run: bool = False) -> CalendarReport:
    """Store every day of the given years.

    A row that the city edited stays; a year the library lacks is reported, never guessed.
    """
    report = CalendarReport()
    for year in sorted(set(years)):
        days = _year(year)
        if days is None:
            report.provisional.append(year)
        else:
            report.years.append(year)
            _store(days, report)
    if report.created or report.updated:
        record("calendar.load", actor=actor, object_type="programs.workday",
               after={"years": report.years, "created": report.created, "updated": report.updated})  # fmt: skip
    if dry_run:
        transaction.set_rollback(True)
    return report


def wanted_years(today: date) -> range:
    """From FIRST_YEAR to the next year, whose holidays are published in about November."""
    return range(FIRST_YEAR, today.year + 2)


def _year(year: int) -> list[Workday] | None:
    source = f"chinesecalendar {version('chinesecalendar')}"
    day, days = date(year, 1, 1), []
    try:
        while day.year == year:
            on_holiday, name = chinese_calendar.get_holiday_detail(day)
            days.append(Workday(date=day, is_workday=not on_holiday, source=source, note=name or ""))
            day += timedelta(days=1)
    except NotImplementedError:
        return None
    return days


def _store(days: list[Workday], report: CalendarReport) -> None:
    known = {row.date: row for row in Workday.objects.filter(date__range=(days[0].date, days[-1].date))}
    new, changed = [], []
    for day in days:
        row = known.get(day.date)
        if row is None:
            new.append(day)
        elif row.edited:
            report.kept += 1
        elif (row.is_workday, row.note) != (day.is_workday, day.note):
            changed.append(day)
        else:
            report.unchanged += 1
    Workday.objects.bulk_create(new)
    Workday.objects.bulk_update(changed, ["is_workday", "source", "note"])
    report.created += len(new)
    report.updated += len(changed)
