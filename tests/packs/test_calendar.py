"""The working-day calendar (specification 10.3 and 17)."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command

from programs.models import Workday
from programs.services.calendar import add_working_days
from programs.services.workdays import load_calendar

pytestmark = pytest.mark.django_db


def worked(first: date, last: date) -> list[date]:
    return list(Workday.objects.filter(date__range=(first, last), is_workday=True).values_list("date", flat=True))


def test_2026_has_the_published_holidays_and_worked_weekends():
    load_calendar(years=[2026])
    off = [
        (date(2026, 1, 1), 3),
        (date(2026, 2, 15), 9),
        (date(2026, 4, 4), 3),
        (date(2026, 5, 1), 5),
        (date(2026, 6, 19), 3),
        (date(2026, 9, 25), 3),
        (date(2026, 10, 1), 7),
    ]
    for first, days in off:
        assert worked(first, first + timedelta(days=days - 1)) == []
    weekend = [day for day in worked(date(2026, 1, 1), date(2026, 12, 31)) if day.weekday() > 4]
    assert weekend == [
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    ]
    assert Workday.objects.count() == 365


@pytest.mark.parametrize(
    ("posted", "ends"), [(date(2026, 4, 30), date(2026, 5, 11)), (date(2026, 9, 18), date(2026, 9, 24))]
)
def test_five_working_days_of_publicity(posted, ends):
    load_calendar(years=[2026])
    deadline = add_working_days(posted, 5)
    assert (deadline.date, deadline.provisional) == (ends, False)


def test_a_day_edited_by_the_city_wins():
    Workday.objects.create(date=date(2026, 3, 2), is_workday=False, source="city notice", edited=True)
    report = load_calendar(years=[2026])
    assert report.kept == 1
    assert not Workday.objects.get(date=date(2026, 3, 2)).is_workday


def test_year_without_published_holidays_is_provisional_and_not_guessed(capsys):
    call_command("load_calendar", "--years", "2026", "2027")
    assert "Not published in the library: 2027" in capsys.readouterr().out
    assert not Workday.objects.filter(date__year=2027).exists()
    assert add_working_days(date(2026, 12, 30), 3).provisional


def test_second_run_changes_nothing_and_dry_run_writes_nothing():
    assert load_calendar(years=[2025], dry_run=True).created == 365
    assert not Workday.objects.exists()
    load_calendar(years=[2025])
    again = load_calendar(years=[2025])
    assert (again.created, again.updated, again.unchanged) == (0, 0, 365)
