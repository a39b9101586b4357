"""Specification 6.1 and 17: vectors and boundaries, from exact numbers."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from eldercare.formulas import (
    Phase,
    Result,
    compare,
    drill_slots,
    handover_due,
    land_needed,
    phase_of,
    required_area,
    share,
    workers_needed,
)


@pytest.mark.parametrize(
    ("households", "per_hundred", "area"),
    [
        (250, 30, 75),
        (250, 20, 50),
        (0, 30, 0),
        (1, 30, 1),  # 0.3 m² rounded up once, at the end
        (3, 30, 1),
        (333, 30, 100),  # 99.9
        (334, 30, 101),  # 100.2
        (101, 20, 21),  # 20.2
        (299, 30, 90),  # 89.7; rounding households down to 200 would give 60, up to 300 would give 90 by chance
        (149, 30, 45),  # 44.7; rounding households to hundreds would give 30 or 60
        (250, Decimal("30.01"), 76),
        (None, 30, None),
    ],
)
def test_area_owed_is_proportional(households, per_hundred, area):
    assert required_area(households, per_hundred) == area


@pytest.mark.parametrize(("households", "per_hundred"), [(-1, 30), (100, -1)])
def test_negative_households_are_an_error(households, per_hundred):
    with pytest.raises(ValueError, match="not negative"):
        required_area(households, per_hundred)


@pytest.mark.parametrize(
    ("actual", "comparator", "wanted", "result"),
    [
        (79, "gte", 80, Result.FAIL),
        (80, "gte", 80, Result.MET),
        (Decimal("1999.99"), "gte", 2000, Result.FAIL),
        (Decimal("2000"), "gte", 2000, Result.MET),
        (Decimal("54.99"), "gte", 55, Result.FAIL),
        (Decimal("55"), "gte", 55, Result.MET),
        (0, "gte", 1, Result.FAIL),
        (None, "gte", 80, Result.UNKNOWN),
        (2000, "lte", 2000, Result.MET),
        (Decimal("2000.01"), "lte", 2000, Result.FAIL),
        (Decimal("49.99"), "lt", 50, Result.MET),
        (50, "lt", 50, Result.FAIL),
    ],
)
def test_a_standard_is_met_at_its_limit_and_unknown_is_no_failure(actual, comparator, wanted, result):
    assert compare(actual, comparator, wanted) == result


def test_shares_are_exact():
    assert compare(share(11, 20), "gte", 55) == Result.MET  # 55 % exactly
    assert compare(share(5499, 10_000), "gte", 55) == Result.FAIL
    assert compare(share(44, 80), "gte", 55) == Result.MET
    assert compare(share(43, 80), "gte", 55) == Result.FAIL  # 53.75
    assert share(1, 3) * 3 == 100  # no rounding on the way
    assert share(5, 0) is None
    assert share(None, 80) is None
    assert share(0, 80) == 0


@pytest.mark.parametrize(
    ("accepted", "due"),
    [
        (date(2024, 3, 1), date(2024, 5, 30)),  # specification 17
        (date(2024, 1, 31), date(2024, 4, 30)),  # over 29 February
        (date(2023, 1, 31), date(2023, 5, 1)),  # the year before has no such day
        (date(2024, 2, 29), date(2024, 5, 29)),
        (date(2023, 11, 30), date(2024, 2, 28)),
        (date(2024, 12, 1), date(2025, 3, 1)),
        (None, None),
    ],
)
def test_handover_is_counted_in_calendar_days(accepted, due):
    assert handover_due(accepted, 90) == due


@pytest.mark.parametrize(
    ("built", "finished", "reached", "phase"),
    [
        ("49.99", None, None, Phase.BEFORE),
        ("50", None, None, Phase.OVERDUE),
        ("50", None, date(2024, 6, 1), Phase.OVERDUE),
        ("30", None, date(2024, 6, 1), Phase.OVERDUE),  # figures corrected downwards do not undo the event
        ("80", date(2024, 5, 31), date(2024, 6, 1), Phase.IN_TIME),
        ("80", date(2024, 6, 1), date(2024, 6, 1), Phase.IN_TIME),
        ("80", date(2024, 6, 2), date(2024, 6, 1), Phase.LATE),
        ("20", date(2024, 6, 2), None, Phase.IN_TIME),
        (None, None, None, Phase.UNKNOWN),
    ],
)
def test_the_phase_rule_follows_the_event_not_a_date(built, finished, reached, phase):
    part = None if built is None else share(Decimal(built), 100)
    assert phase_of(part, 50, finished_on=finished, limit_reached_on=reached) == phase


def test_exactly_half_of_an_odd_area():
    assert (
        phase_of(share(Decimal("50000.00"), Decimal("100000.01")), 50, finished_on=None, limit_reached_on=None)
        == Phase.BEFORE
    )
    assert (
        phase_of(share(Decimal("50000.01"), Decimal("100000.02")), 50, finished_on=None, limit_reached_on=None)
        == Phase.OVERDUE
    )


def codes_held(slots):
    return {slot.code: slot.held_on for slot in slots}


def test_drills_of_the_half_years():
    slots = drill_slots(2026, [date(2025, 12, 31), date(2027, 1, 1)], [date(2026, 6, 30), date(2026, 7, 1)])
    assert codes_held(slots) == {"year": None, "half1": date(2026, 6, 30), "half2": date(2026, 7, 1)}
    slots = drill_slots(2026, [date(2026, 12, 31)], [date(2026, 6, 30)])
    assert codes_held(slots) == {"year": date(2026, 12, 31), "half1": date(2026, 6, 30), "half2": None}
    half2 = slots[2]
    assert not half2.is_missing(date(2026, 12, 31))
    assert half2.is_missing(date(2027, 1, 1))
    slots = drill_slots(2026, [], [date(2026, 7, 1)])
    assert slots[1].is_missing(date(2026, 7, 1))
    assert not slots[1].is_missing(date(2026, 6, 30))


def test_an_institution_opened_in_autumn_owes_nothing_of_spring():
    assert [slot.code for slot in drill_slots(2026, [], [], since=date(2026, 7, 1))] == ["year", "half2"]
    assert [slot.code for slot in drill_slots(2026, [], [], since=date(2026, 6, 30))] == ["year", "half1", "half2"]
    assert drill_slots(2026, [], [], since=date(2027, 1, 1)) == []


def test_land_and_workers():
    assert land_needed(1_000_001, Decimal("0.2")) == Fraction(1_000_001, 5)
    assert land_needed(None, Decimal("0.2")) is None
    assert [workers_needed(n, 1000) for n in (0, 1, 1000, 1001, None)] == [0, 1, 1, 2, None]
    assert workers_needed(101, 100) == 2
