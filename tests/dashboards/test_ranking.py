"""Positions, ties, parts without data, groups that are not compared, and what would move a unit up."""

from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace

import pytest

from programs.models import Target
from programs.queries.dashboard import Board
from programs.queries.ranking import WHY_NOT, rank, score
from programs.queries.targets import completion
from tests.dashboards.figures import count
from tests.factories import make_duty, make_indicator, make_target, make_unit


@dataclass
class Fake:
    """A cell as far as a score looks at it."""

    share: Decimal | None
    weight: int
    target: object = None
    value: Decimal | None = None

    @property
    def indicator(self):
        return SimpleNamespace(weight=Decimal(self.weight))


def place_of(*shares):
    return score(
        SimpleNamespace(code="1"), [Fake(None if share is None else Decimal(share), weight) for share, weight in shares]
    )


def test_a_part_without_data_is_left_out_and_the_rest_counts_for_100():
    assert place_of(("0.5", 60), ("1", 40)).score == Decimal("70.0")
    found = place_of(("0.5", 60), (None, 40))
    assert (found.score, found.counted, found.is_rescaled) == (Decimal("50.0"), 60, True)
    assert place_of((None, 60), (None, 40)) is None


def test_points_never_exceed_the_weight_nor_fall_below_zero():
    assert place_of(("3", 50), ("0", 50)).score == Decimal("50.0")
    assert place_of(("-2", 50), ("1", 50)).score == Decimal("50.0")


@pytest.mark.parametrize(
    ("value", "baseline", "share"),
    [(5, 20, "1"), (10, 20, "0.6667"), (25, 20, "0"), (10, None, None), (None, 20, None)],
)
def test_smaller_is_better_counts_the_way_from_the_baseline(value, baseline, share):
    found = completion(
        value=None if value is None else Decimal(value),
        target=Decimal(5),
        direction="lower",
        baseline=None if baseline is None else Decimal(baseline),
    )
    assert found == (None if share is None else Decimal(share))


@pytest.fixture
def ranked(place):
    """Four counties and a zone with one weighted indicator of target 10 each."""
    zone = make_unit("county", place.city, kind="functional_zone")
    counties = [*place.counties, make_unit("county", place.city), make_unit("county", place.city)]
    indicator = make_indicator(place.programme, weight=50)
    for unit in [*counties, zone]:
        make_duty(indicator, unit)
        make_target(indicator, unit, 10)
    return SimpleNamespace(place=place, indicator=indicator, counties=counties, zone=zone)


def ranking_of(ranked):
    units = [*ranked.counties, ranked.zone]
    board = Board(periods=[ranked.place.period], indicators=[ranked.indicator], units=units)
    return rank(board, [ranked.indicator], units)


def test_equal_scores_share_a_position_and_zones_and_units_without_data_are_not_ranked(ranked):
    for unit, value in zip(ranked.counties, (4, 8, 4), strict=False):
        count(ranked.place, value, unit=unit, indicator=ranked.indicator)
    count(ranked.place, 10, unit=ranked.zone, indicator=ranked.indicator)
    found = ranking_of(ranked)
    assert [(p.unit, p.position, p.score) for p in found.groups[0].places] == [
        (ranked.counties[1], 1, Decimal("80.0")), (ranked.counties[0], 2, Decimal("40.0")), (ranked.counties[2], 2, Decimal("40.0")),
    ]  # fmt: skip
    assert {unit for unit, _why in found.unranked} == {ranked.zone, ranked.counties[3]}


def test_zero_is_a_result_and_null_is_none(ranked):
    count(ranked.place, 0, unit=ranked.counties[0], indicator=ranked.indicator)
    found = ranking_of(ranked)
    assert [(p.unit, p.score) for p in found.groups[0].places] == [(ranked.counties[0], Decimal("0.0"))]


def test_advice_says_what_is_missing_and_where_it_leads(ranked):
    for unit, value in zip(ranked.counties, (4, 8), strict=False):
        count(ranked.place, value, unit=unit, indicator=ranked.indicator)
    last = ranking_of(ranked).groups[0].places[-1]
    assert last.advice.part.cell.gap == 6
    assert (last.advice.score, last.advice.position) == (Decimal("100.0"), 1)


def test_an_unassigned_target_is_no_zero(ranked):
    Target.objects.filter(unit=ranked.counties[0]).update(state="not_assigned", value=None)
    count(ranked.place, 7, unit=ranked.counties[0], indicator=ranked.indicator)
    found = ranking_of(ranked)
    assert not found.groups
    assert ranked.counties[0] in {unit for unit, _why in found.unranked}


def test_a_score_on_less_than_the_minimum_share_takes_no_position_and_a_missing_target_is_no_missing_data(ranked):
    """One indicator of 10 with targets for the counties, one of 90 without: ten of a hundred points decide nothing."""
    big = make_indicator(ranked.place.programme, weight=450)
    units = ranked.counties
    for unit in units:
        make_duty(big, unit)
        count(ranked.place, 10, unit=unit, indicator=ranked.indicator)
    make_target(big, units[0], 10)
    make_target(big, units[1], 10)
    count(ranked.place, 5, unit=units[0], indicator=big)
    board = Board(periods=[ranked.place.period], indicators=[ranked.indicator, big], units=units)
    found = rank(board, [ranked.indicator, big], units)
    group = found.groups[0]
    assert [(place.unit, place.position, place.counted, place.total) for place in group.places] == [
        (units[0], 1, 500, 500)
    ]
    assert [(place.unit, place.position, place.counted) for place in group.unplaced] == [
        (unit, 0, 50) for unit in sorted(units[1:], key=lambda unit: unit.code)
    ]
    why = {place.unit: [part.why_not for part in place.parts] for place in group.rows}
    assert why[units[0]] == ["", ""]
    assert why[units[1]] == ["", "no_data"]
    assert why[units[2]] == ["", "no_target"]
    assert len(rank(board, [ranked.indicator, big], units, minimum=10).groups[0].places) == 4


def test_a_unit_for_which_nothing_was_set_is_not_ranked_for_that_reason(ranked):
    Target.objects.filter(unit=ranked.counties[0]).delete()
    count(ranked.place, 7, unit=ranked.counties[0], indicator=ranked.indicator)
    assert dict(ranking_of(ranked).unranked)[ranked.counties[0]] == WHY_NOT["no_target"]
