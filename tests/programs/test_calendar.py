"""Working days: the vectors of specification 17, holidays, worked weekends, a year that is not loaded."""

import itertools
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programs.models import Programme, Workday
from programs.services.calendar import WorkCalendar, add_working_days
from programs.services.periods import period_code, spans

REST = (
    "01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25 10-01 10-02 10-05 10-06 10-07"
)
WORKED = "01-04 02-14 02-28 05-09 09-20 10-10"


@pytest.fixture
def year_2026(db):
    rows = {
        date(2026, 1, 1) + timedelta(days=i): (date(2026, 1, 1) + timedelta(days=i)).weekday() < 5 for i in range(365)
    }
    rows |= {date.fromisoformat(f"2026-{d}"): False for d in REST.split()} | {
        date.fromisoformat(f"2026-{d}"): True for d in WORKED.split()
    }
    Workday.objects.bulk_create([Workday(date=d, is_workday=w, source="test") for d, w in rows.items()])


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-04-30", 5, "2026-05-11"),
        ("2026-09-18", 5, "2026-09-24"),
        ("2026-10-30", 1, "2026-11-02"),
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-09-30", 1, "2026-10-08"),
    ],
)
def test_vectors(year_2026, start, days, end):
    deadline = add_working_days(date.fromisoformat(start), days)
    assert (deadline.date.isoformat(), deadline.provisional) == (end, False)


def test_a_year_that_is_not_loaded_is_provisional(year_2026):
    assert add_working_days(date(2026, 12, 31), 3).provisional
    assert add_working_days(date(2026, 12, 28), 3) == add_working_days(date(2026, 12, 28), 3)
    assert not add_working_days(date(2026, 12, 28), 3).provisional


def test_rolls_to_the_next_working_day(year_2026):
    calendar = WorkCalendar(date(2026, 9, 1), date(2026, 10, 31))
    assert calendar.roll(date(2026, 10, 3)).date == date(2026, 10, 8)
    assert calendar.roll(date(2026, 10, 10)).date == date(2026, 10, 10)  # a worked Saturday


@pytest.mark.django_db
@settings(max_examples=50, deadline=None)
@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(1, 30))
def test_adding_and_counting_agree(start, days):
    calendar = WorkCalendar(start, start + timedelta(days=120))
    end = calendar.add(start, days).date
    assert calendar.between(start, end) == days
    assert calendar.is_workday(end)


@pytest.mark.parametrize(
    ("cadence", "codes"),
    [
        (Programme.Cadence.MONTH, ["2025-11", "2025-12", "2026-01", "2026-02"]),
        (Programme.Cadence.QUARTER, ["2025-Q4", "2026-Q1"]),
        (Programme.Cadence.HALF, ["2025-H2", "2026-H1"]),
        (Programme.Cadence.YEAR, ["2025", "2026"]),
    ],
)
def test_periods_have_no_gap(cadence, codes):
    found = list(spans(cadence, date(2025, 11, 15), date(2026, 2, 10)))
    assert [period_code(cadence, start) for start, _end in found] == codes
    for (_a, end), (start, _b) in itertools.pairwise(found):
        assert start == end + timedelta(days=1)
