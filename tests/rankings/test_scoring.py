"""Scores: ties, what is missing, NULL, zero targets, smaller is better, and what moves a unit up."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.models import Indicator, Target
from programs.queries.figures import Figure
from programs.queries.targets import completion
from programs.services.rankings.rules import RulePart
from programs.services.rankings.scoring import Scored, _places, points_of, printed, unplaced

D = Decimal


def indicator(code="a", direction="higher", decimals=0, baseline=None):
    return Indicator(code=code, direction=direction, decimals=decimals, baseline=baseline, counting="point")


def cell(value, target=100, **fields):
    own = indicator(**fields)
    goal = None if target is None else Target(pk=1, value=D(target), comparator="gte", state="number")
    value = None if value is None else D(value)
    share = completion(value=value, target=goal and goal.value, direction=own.direction, baseline=own.baseline)
    return SimpleNamespace(indicator=own, value=value, target=goal, share=share, figure=Figure(value, 1, 1))


def part(code="a", weight=100, measure="completion", full=None):
    return RulePart(code, D(weight), measure, full and D(full))


def unit(code):
    return SimpleNamespace(code=code)


def places(*rows, missing="excluded"):
    """rows: (unit code, [(part, cell)])"""
    return _places([(unit(code), [Scored(p, c, points_of(p, c, missing)) for p, c in scored]) for code, scored in rows])


@pytest.mark.parametrize(
    ("value", "target", "fields", "missing", "points"),
    [
        ("50", 100, {}, "excluded", D(50)),
        ("0", 100, {}, "excluded", D(0)),
        (None, 100, {}, "excluded", None),
        (None, 100, {}, "zero", D(0)),
        ("5", None, {}, "excluded", None),
        ("5", None, {}, "zero", None),  # the plan asks nothing of this unit: no missing result
        ("250", 100, {}, "excluded", D(100)),
        ("0", 0, {}, "excluded", D(100)),
        ("3", 4, {"direction": "lower"}, "excluded", D(100)),
        ("5", 4, {"direction": "lower"}, "excluded", None),  # no baseline: how far cannot be said
        ("5", 4, {"direction": "lower", "baseline": D(6)}, "excluded", D(50)),
        ("9", 4, {"direction": "lower", "baseline": D(6)}, "excluded", D(0)),
    ],
)
def test_points_of_a_part(value, target, fields, missing, points):
    assert points_of(part(), cell(value, target, **fields), missing) == points


@pytest.mark.parametrize(("value", "points"), [("80", D(80)), ("120", D(100)), ("-5", D(0)), (None, None)])
def test_a_part_judged_by_its_value(value, points):
    assert points_of(part(measure="value", full=100), cell(value), "excluded") == points


@pytest.mark.parametrize(
    ("reached", "score"), [("79.94", "79.9"), ("79.95", "80.0"), ("0.05", "0.1"), ("99.99", "100.0")]
)
def test_scores_are_rounded_half_up(reached, score):
    assert str(printed(D(reached), D(100))) == score


def test_equal_scores_share_a_place_and_the_next_is_skipped():
    found = places(*[(code, [(part(), cell(value))]) for code, value in (("c", 80), ("a", 80), ("b", 90), ("d", 10))])
    assert [(row["unit"], row["position"]) for row in found] == [("b", 1), ("a", 2), ("c", 2), ("d", 4)]


def test_a_missing_part_is_left_out_and_the_rest_counts_for_100():
    two = [(part("a", 60), cell(50)), (part("b", 40), cell(None, code="b"))]
    left_out, as_zero = places(("u", two))[0], places(("u", two), missing="zero")[0]
    assert (left_out["score"], left_out["counted"], left_out["parts"][1]["points"]) == ("50.0", "60", None)
    assert (as_zero["score"], as_zero["counted"], as_zero["parts"][1]["points"]) == ("30.0", "100", "0")


def test_every_part_opens_to_its_inputs():
    found = places(("u", [(part(), cell("47", 100))]))[0]["parts"][0]
    assert {name: found[name] for name in ("indicator", "weight", "value", "target", "share", "points", "target_id")} == {
        "indicator": "a", "weight": "100", "value": "47", "target": "100", "share": "0.47", "points": "47", "target_id": 1,
    }  # fmt: skip


def test_the_first_needs_no_move_and_the_next_is_told_the_exact_figure():
    first, second = places(("a", [(part(), cell(80))]), ("b", [(part(), cell(70))]))
    assert first["moves"] == []
    assert second["moves"] == [{"indicator": "a", "from": "70", "to": "80", "score": "80.0"}]


@given(st.lists(st.integers(0, 120), min_size=2, max_size=8), st.integers(1, 99), st.integers(2, 60))
def test_the_figure_told_lifts_a_unit_exactly_one_place_and_one_less_does_not(values, weight, target):
    def rows(changed=None):
        return [
            (str(number), [(part("a", weight), cell((changed or {}).get(number, value), target)), (part("b", 100 - weight), cell(50, 100, code="b"))])
            for number, value in enumerate(values)
        ]  # fmt: skip

    before = {row["unit"]: row for row in places(*rows())}
    for number in range(len(values)):
        row = before[str(number)]
        for move in row["moves"]:
            if move["indicator"] != "a":
                continue
            to = int(move["to"])
            after = {one["unit"]: one for one in places(*rows({number: to}))}[str(number)]
            assert after["position"] < row["position"]
            short = {one["unit"]: one for one in places(*rows({number: to - 1}))}[str(number)]
            assert short["position"] == row["position"]


@given(st.lists(st.one_of(st.none(), st.integers(0, 200)), min_size=1, max_size=12))
def test_order_follows_results_only(values):
    rows = [(f"{number:02d}", [(part(), cell(value))]) for number, value in enumerate(values) if value is not None]
    found = places(*rows)
    assert [D(row["score"]) for row in found] == sorted((D(row["score"]) for row in found), reverse=True)


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([(10, cell(95)), (90, cell(5, None))], "too_little"),
        ([(50, cell(95)), (50, cell(5, None))], ""),
        ([(49, cell(95)), (51, cell(None))], "too_little"),
        ([(10, cell(5, None)), (90, cell(5, None))], "no_target"),
        ([(10, cell(None)), (90, cell(5, None))], "no_data"),
    ],
)
def test_a_score_on_less_than_the_minimum_takes_no_place(rows, why):
    scored = [Scored(part(weight=w), c, points_of(part(weight=w), c, "excluded")) for w, c in rows]
    assert unplaced(scored, 50) == why
    if why == "too_little":
        assert unplaced(scored, 10) == ""


def test_a_part_says_why_it_is_left_out():
    found = places(("u", [(part(), cell(50)), (part(), cell(5, None)), (part(), cell(None))]))[0]["parts"]
    assert [one["why_not"] for one in found] == ["", "no_target", "no_data"]
