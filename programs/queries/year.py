"""A year of the working-day calendar, month by month, for the page and the API."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit.models import AuditEntry
from programs.models import Workday

# Names as the holiday library writes them.
HOLIDAYS: dict[str, Promise] = {
    "New Year's Day": _("New Year's Day"),
    "Spring Festival": _("Spring Festival"),
    "Tomb-sweeping Day": _("Tomb-sweeping Day"),
    "Labour Day": _("Labour Day"),
    "Dragon Boat Festival": _("Dragon Boat Festival"),
    "National Day": _("National Day"),
    "Mid-autumn Festival": _("Mid-autumn Festival"),
    "Anti-Fascist 70th Day": _("70th anniversary of the victory"),
}
WEEKDAYS = (
    pgettext_lazy("narrow weekday", "Mon"),
    pgettext_lazy("narrow weekday", "Tue"),
    pgettext_lazy("narrow weekday", "Wed"),
    pgettext_lazy("narrow weekday", "Thu"),
    pgettext_lazy("narrow weekday", "Fri"),
    pgettext_lazy("narrow weekday", "Sat"),
    pgettext_lazy("narrow weekday", "Sun"),
)
FIRST_WEEKEND = 5
CHANGES = 20


@dataclass(frozen=True)
class CalendarDay:
    """One day. ``kind``: holiday (a weekday off), worked (a weekend worked), weekend or work."""

    date: date
    is_workday: bool
    is_known: bool
    note: str | Promise = ""
    edited: bool = False

    @property
    def kind(self) -> str:
        is_weekend = self.date.weekday() >= FIRST_WEEKEND
        if self.is_workday:
            return "worked" if is_weekend else "work"
        return "weekend" if is_weekend and not self.note else "holiday"


@dataclass(frozen=True)
class Stretch:
    """Days on end of one kind and name."""

    first: CalendarDay
    last: CalendarDay

    def is_followed_by(self, day: CalendarDay) -> bool:
        same = (day.kind, str(day.note), day.edited) == (self.last.kind, str(self.last.note), self.last.edited)
        return same and (day.date - self.last.date).days == 1


@dataclass(frozen=True)
class Month:
    """``weeks``: rows of seven from Monday, None outside the month."""

    first: date
    weeks: list[list[CalendarDay | None]]

    @property
    def marked(self) -> list[Stretch]:
        """Days that differ from Monday to Friday, to be told in words; days on end with one name together."""
        days = [day for week in self.weeks for day in week if day and (day.kind in ("holiday", "worked") or day.edited)]
        found: list[Stretch] = []
        for day in days:
            before = found[-1] if found else None
            if before is not None and before.is_followed_by(day):
                found[-1] = Stretch(before.first, day)
            else:
                found.append(Stretch(day, day))
        return found


@dataclass(frozen=True)
class Year:
    """``is_known``: every day has a row; otherwise days without one assume Monday to Friday and dates are provisional."""

    year: int
    months: list[Month]
    is_known: bool


def days_of(year: int) -> dict[date, CalendarDay]:
    """Every day of the year, one query."""
    rows = {row.date: row for row in Workday.objects.filter(date__year=year)}
    days = {}
    for month in range(1, 13):
        for number in range(1, calendar.monthrange(year, month)[1] + 1):
            day = date(year, month, number)
            row = rows.get(day)
            days[day] = (
                CalendarDay(day, day.weekday() < FIRST_WEEKEND, is_known=False)
                if row is None
                else CalendarDay(day, row.is_workday, True, HOLIDAYS.get(row.note, row.note), row.edited)
            )
    return days


def read_year(year: int) -> Year:
    """The year as twelve months. One query."""
    days = days_of(year)
    months = []
    for month in range(1, 13):
        weeks = calendar.Calendar().monthdatescalendar(year, month)
        cells = [[days.get(day) if day.month == month else None for day in week] for week in weeks]
        months.append(Month(date(year, month, 1), cells))
    return Year(year, months, all(day.is_known for day in days.values()))


def changes_of(year: int) -> list[AuditEntry]:
    """Who changed a day of the year by hand, newest first."""
    rows = AuditEntry.objects.filter(verb="calendar.edit", object_id__startswith=f"{year}-")
    return list(rows.order_by("-id")[:CHANGES])
