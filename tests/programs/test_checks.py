"""What blocks a figure, what wants a reason, what the reviewer is told."""

from decimal import Decimal as D

import pytest

from programs.checks import MESSAGES, CellContext, check_cell
from programs.models import Indicator


def indicator(**fields) -> Indicator:
    return Indicator(
        **(
            {
                "name_zh": "户数",
                "name_en": "Households",
                "unit_zh": "户",
                "counting": "cumulative",
                "jump_factor": D(3),
                "decimals": 0,
            }
            | fields
        )
    )


def codes(value, context=None, **fields):
    return [(f.code, f.level) for f in check_cell(indicator(**fields), D(value), context or CellContext())]


@pytest.mark.parametrize(
    ("value", "context", "fields", "expected"),
    [
        ("5", {}, {}, []),
        ("0", {}, {}, []),
        ("-0.01", {}, {"decimals": 2}, [("negative", "error")]),
        ("5.5", {}, {}, [("decimals", "error")]),
        ("5.0", {}, {}, []),
        ("1000000000000", {}, {}, [("absurd", "error")]),
        ("999999999999", {}, {}, []),
        ("27", {"maximum": D(27)}, {}, []),
        ("28", {"maximum": D(27)}, {}, [("above_maximum", "error")]),
        ("1098", {"previous": D(1126)}, {}, [("drop", "reason")]),
        ("1126", {"previous": D(1126)}, {}, []),
        ("10", {"previous": D(1126), "restarts": True}, {"counting": "cumulative_year"}, []),
        ("10", {"previous": D(1126), "restarts": True}, {}, [("drop", "reason")]),
        ("10", {"previous": D(12)}, {"counting": "point"}, []),
        ("301", {"previous": D(100)}, {}, [("jump", "reason")]),
        ("300", {"previous": D(100)}, {}, []),
        ("13", {"previous": D(4)}, {}, []),  # small numbers may move
        ("80000", {"previous": D(8)}, {}, [("maybe_ten_thousand", "reason")]),
        ("8", {"previous": D(80000)}, {"counting": "point"}, [("maybe_ten_thousand", "reason")]),
        ("30", {"previous": D(100)}, {"counting": "point"}, [("fall", "reason")]),
        ("34", {"previous": D(100)}, {"counting": "point"}, []),
        ("7", {"previous": D(0)}, {}, []),
        ("50", {"previous": D(50), "history": [D(50)] * 5, "target": D(60)}, {}, [("stale", "note")]),
        ("50", {"previous": D(50), "history": [D(50)] * 5, "target": D(50)}, {}, []),
        ("50", {"previous": D(50), "history": [D(50)] * 5}, {}, []),
    ],
)
def test_findings(value, context, fields, expected):
    assert codes(value, CellContext(**context), **fields) == expected


def test_every_message_can_be_worded():
    for found in (
        check_cell(indicator(), D(-1), CellContext()),
        check_cell(indicator(), D("1.5"), CellContext(previous=D(1), maximum=D(1), maximum_name="总数")),
        check_cell(indicator(), D(1098), CellContext(previous=D(1126))),
        check_cell(indicator(), D(80000), CellContext(previous=D(8))),
        check_cell(indicator(), D(50), CellContext(previous=D(50), history=[D(50)] * 6, target=D(60))),
    ):
        assert found
        for finding in found:
            assert finding.code in MESSAGES
            assert "%(" not in finding.message + finding.rule + finding.next_step
