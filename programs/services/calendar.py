"""Working days on the city's own calendar (specification 1.4 and 10.3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from programs.models import Workday

ONE = timedelta(days=1)


@dataclass(frozen=True)
class Deadline:
    """A date, and whether it rests on a year whose holidays are not published yet (Monday to Friday assumed)."""

    date: date
    provisional: bool


class WorkCalendar:
    """The calendar between two dates, read in one query."""

    def __init__(self, first: date, last: date) -> None:
        self._worked = dict(Workday.objects.filter(date__range=(first, last)).values_list("date", "is_workday"))

    def is_workday(self, day: date) -> bool:
        return self._worked.get(day, day.weekday() < 5)

    def is_known(self, day: date) -> bool:
        return day in self._worked

    def add(self, start: date, days: int) -> Deadline:
        """The ``days``-th working day after ``start``; the day of the event is not counted (Civil Code art. 201)."""
        day, left, provisional = start, days, False
        while left > 0:
            day += ONE
            provisional = provisional or not self.is_known(day)
            left -= self.is_workday(day)
        return Deadline(day, provisional)

    def roll(self, day: date) -> Deadline:
        """``day``, or the next working day when it is none (Civil Code art. 203)."""
        provisional = not self.is_known(day)
        while not self.is_workday(day):
            day += ONE
            provisional = provisional or not self.is_known(day)
        return Deadline(day, provisional)

    def between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``; negative when ``end`` lies before."""
        if end < start:
            return -self.between(end, start)
        return sum(self.is_workday(start + ONE * i) for i in range(1, (end - start).days + 1))


def add_working_days(start: date, days: int) -> Deadline:
    """One-off form of ``WorkCalendar.add``. Shape: a Deadline."""
    return WorkCalendar(start, start + timedelta(days=days * 3 + 20)).add(start, days)
