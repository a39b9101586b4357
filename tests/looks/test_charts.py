"""The geometry of charts: numbers that are known, unknown, too large or missing."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs import charts


def test_bullet_puts_the_target_at_full_width():
    drawn = charts.bullet(Decimal(16), Decimal(34), elapsed=Decimal("0.45"), part=26)
    assert (drawn.fill, drawn.part, drawn.tick) == (47.1, 76.5, 45.0)
    assert drawn.known
    assert not drawn.over


def test_bullet_above_target_is_cut_and_says_so():
    drawn = charts.bullet(130, 100)
    assert (drawn.fill, drawn.over, drawn.tick) == (100.0, True, None)


@pytest.mark.parametrize(("value", "target"), [(None, 10), (5, None), (5, 0), (5, -1)])
def test_bullet_without_a_scale_draws_no_value(value, target):
    drawn = charts.bullet(value, target, elapsed=0.5)
    assert (drawn.fill, drawn.known, drawn.tick) == (0.0, False, 50.0)


def test_bullet_tells_zero_from_unknown():
    assert charts.bullet(0, 10).known
    assert not charts.bullet(None, 10).known


def test_sparkline_lifts_the_pen_over_unknown_months():
    drawn = charts.sparkline([1, 2, None, 4])
    assert drawn.path.count("M") == 2
    assert [(dot.kind, dot.x) for dot in drawn.dots] == [("now", 88.0)]


def test_sparkline_marks_what_is_odd_and_ends_at_the_last_known_value():
    drawn = charts.sparkline([1, 9, 2, None], odd={1}, hi={3})
    assert [dot.kind for dot in drawn.dots] == ["odd", "now"]


def test_sparkline_of_nothing_and_of_no_change():
    assert charts.sparkline([None, None]).path == ""
    assert charts.sparkline([]).dots == []
    flat = charts.sparkline([5, 5, 5], height=24)
    assert {dot.y for dot in flat.dots} == {12.0}


@given(st.lists(st.one_of(st.none(), st.decimals(-(10**9), 10**9, places=2)), max_size=40))
def test_sparkline_stays_inside_its_box(values):
    drawn = charts.sparkline(values)
    assert all(0 <= dot.x <= drawn.width and 0 <= dot.y <= drawn.height for dot in drawn.dots)


@pytest.mark.parametrize(
    ("values", "ticks"),
    [
        ([3.84], [0, 1, 2, 3, 4]),
        ([100], [0, 25, 50, 75, 100]),
        ([-30, 50], [-40, -20, 0, 20, 40, 60]),
        ([], [0, 0.25, 0.5, 0.75, 1]),
        ([0, 0], [0, 0.25, 0.5, 0.75, 1]),
    ],
)
def test_ticks_are_round_and_include_zero(values, ticks):
    assert charts.nice_ticks(values) == ticks


@given(st.lists(st.floats(-1e12, 1e12, allow_subnormal=False).filter(lambda v: v == 0 or abs(v) > 1e-6), max_size=30))
def test_ticks_cover_every_value_in_few_steps(values):
    ticks = charts.nice_ticks(values)
    assert 2 <= len(ticks) <= 8
    hair = (ticks[1] - ticks[0]) * 1e-6
    assert all(ticks[0] - hair <= v <= ticks[-1] + hair for v in values)


def three_lines():
    months = [str(month) for month in range(1, 13)]
    return [
        charts.Line("now", "This year 9", [1, 5, 9]),
        charts.Line("plan", "Plan 12", [float(m) for m in range(1, 13)]),
        charts.Line("past", "Last year 12", [float(m) for m in range(1, 13)]),
    ], months


def test_line_labels_at_the_edge_do_not_overlap():
    lines, months = three_lines()
    drawn = charts.line_chart(lines, months)
    edge = sorted(label.y for label in drawn.labels if label.x > drawn.right)
    assert len(edge) == 2
    assert edge[1] - edge[0] >= 16


def test_line_chart_draws_this_year_last_so_that_it_lies_on_top():
    lines, months = three_lines()
    drawn = charts.line_chart(lines, months)
    assert [kind for kind, _ in drawn.paths] == ["past", "plan", "now"]
    assert drawn.dot is not None
    assert drawn.dot.x < drawn.right


@pytest.mark.parametrize("width", [358, 584])
def test_line_chart_labels_stay_inside(width):
    lines, months = three_lines()
    drawn = charts.line_chart(lines, months, width=width)
    for label in drawn.labels:
        room = 7 * len(label.text)
        assert label.x - (room if label.anchor == "end" else 0) >= 0
        assert label.x + (room if label.anchor == "start" else 0) <= width
        assert 0 < label.y < drawn.height


def test_narrow_line_chart_thins_its_months():
    lines, months = three_lines()
    assert len(charts.line_chart(lines, months).x_ticks) == 12
    assert len(charts.line_chart(lines, months, width=358).x_ticks) == 6


def test_line_chart_of_unknown_values_has_axes_only():
    drawn = charts.line_chart([charts.Line("now", "none", [None, None])], ["1", "2"])
    assert (drawn.labels, drawn.dot, drawn.paths) == ([], None, [("now", "")])


@pytest.mark.parametrize(
    "lines",
    [
        [charts.Line("now", str(n), [1]) for n in range(4)],
        [charts.Line("next", "unknown kind", [1])],
        [charts.Line("now", "too long", [1, 2, 3])],
    ],
)
def test_line_chart_refuses_what_it_cannot_draw(lines):
    with pytest.raises(ValueError, match=r"line|Line"):
        charts.line_chart(lines, ["1", "2"])


def test_bars_share_one_scale_and_leave_unknown_empty():
    rows = charts.bars([("a", Decimal(4)), ("b", 1), ("c", None), ("d", -2)])
    assert [row.width for row in rows] == [100.0, 25.0, None, 0.0]
    assert [row.width for row in charts.bars([("a", 4)], maximum=8)] == [50.0]
    assert [row.width for row in charts.bars([("a", 0), ("b", None)])] == [0.0, None]


def test_parts_fill_their_room_in_order():
    drawn = charts.parts([(40, 40), (None, 40), (10, 20)])
    assert [part.x for part in drawn] == [0.0, 40.0, 80.0]
    assert [part.width for part in drawn] == [39.4, 0.0, 9.7]
    assert [part.shade for part in drawn] == [1, 2, 3]


def test_parts_without_points_are_refused():
    with pytest.raises(ValueError, match="zero"):
        charts.parts([(1, 0)])


def test_labels_of_lines_that_stop_early_do_not_stand_on_each_other():
    """A yearly programme has one period a year: this year's and last year's point lie side by side (found on its page)."""
    found = charts.line_chart([charts.Line("now", "now 74.1", [74.1]), charts.Line("past", "past 71.5", [71.5])], ["1"])
    first, second = sorted(label.y for label in found.labels)
    assert second - first >= 16
    low = charts.line_chart(
        [charts.Line(kind, kind, [1, 80, None]) for kind in ("now", "past", "plan")], ["1", "2", "3"]
    )
    heights = sorted(label.y for label in low.labels)
    assert all(below - above >= 16 for above, below in itertools.pairwise(heights))
