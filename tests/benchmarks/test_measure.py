"""How the benchmarks judge what they measured."""

import pytest

from benchmarks.measure import Line, Samples, in_turn, percentile
from benchmarks.report import verdict


def line(product: float, floor: float | None, **fields) -> Line:
    samples = None if floor is None else Samples((floor,))
    return Line(
        **(
            {"bar": "P0", "what": "x", "unit": "ms", "product": Samples((product,)), "limit": 1.5, "floor": samples}
            | fields
        )
    )


@pytest.mark.parametrize(
    ("product", "floor", "fields", "expected"),
    [
        (15, 10, {}, "PASS"),
        (15.1, 10, {}, "**SHORT**"),
        (5, 10, {"at_most": False, "limit": 0.5}, "PASS"),
        (4.9, 10, {"at_most": False, "limit": 0.5}, "**SHORT**"),
        (10, None, {"limit": 10}, "PASS"),
        (10.1, None, {"limit": 10}, "**SHORT**"),
        (1, 10, {"exact": False}, "**WRONG**"),
    ],
)
def test_a_line_is_judged_at_its_limit(product, floor, fields, expected):
    assert verdict(line(product, floor, **fields)) == expected


def test_samples_give_the_median_and_both_ends():
    samples = Samples((5, 1, 3, 2, 4))
    assert (samples.median, samples.low, samples.high) == (3, 1, 5)


@pytest.mark.parametrize(("share", "expected"), [(0.5, 10), (0.95, 19), (1, 20), (0.01, 1)])
def test_percentile_is_a_value_that_was_measured(share, expected):
    assert percentile(list(range(20, 0, -1)), share) == expected


def test_nothing_measured_has_no_percentile():
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.5)


def test_floor_and_product_are_measured_in_turn_after_one_unmeasured_round():
    calls = []
    floor, product = in_turn(lambda: calls.append("f") or len(calls), lambda: calls.append("p") or len(calls), rounds=2)
    assert "".join(calls) == "fpfpfp"
    assert (floor.values, product.values) == ((3, 5), (4, 6))
