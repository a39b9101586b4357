"""The formula language: what it computes, and everything it refuses."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.formulas import FormulaError, parse

D = Decimal


@pytest.mark.parametrize(
    ("text", "values", "expected"),
    [
        ("[a] + [b]", {"a": D(2), "b": D(3)}, "5"),
        ("[a] - [b] * 2", {"a": D(2), "b": D(3)}, "-4"),
        ("([beds] - [nursing-beds]) / [beds] * 100", {"beds": D(80), "nursing-beds": D(44)}, "45"),
        ("-[a]", {"a": D("1.5")}, "-1.5"),
        ("min([a], [b], 3)", {"a": D(7), "b": D(4)}, "3"),
        ("max([a], 0)", {"a": D(-7)}, "0"),
        ("[a] / 3", {"a": D(1)}, "0.3333"),
        ("[a] * 0.1", {"a": D(3)}, "0.3"),
        ("1e2 * [a]", {"a": D(1)}, "100"),
        ("[a]*1.5e-1+.5+2.", {"a": D(10)}, "4"),
        ("[a]", {"a": D(0)}, "0"),
    ],
)
def test_what_it_computes(text, values, expected):
    assert parse(text).evaluate(values) == D(expected)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("[a] + [b]", {"a": None, "b": D(3)}),
        ("[a] / [b]", {"a": D(1), "b": D(0)}),
        ("[a] / ([b] - [b])", {"a": D(0), "b": D(5)}),
        ("[a] * [a] * [a]", {"a": D(10) ** 9}),
        ("0 * [a]", {"a": None}),
    ],
)
def test_what_stays_unknown(text, values):
    assert parse(text).evaluate(values) is None


HOSTILE = [
    "", "   ", "[a", "a]", "[]", "[A]", "[a b]", "[-a]", "beds", "[a] +", "* [a]", "[a] [b]", "([a]", "[a])", "[a] ** 9", "[a] // 2", "[a] % 2",
    "__import__('os')", "[a].__class__", "().__class__", "[a] if 1 else 2", "lambda: 1", "[a] and [b]", "not [a]", "[a] < 2", "[x for x in y]",
    "{1}", "'a'", '"a"', "f'{1}'", "open('x')", "min([a])", "min()", "max(*[a])", "min(x=1, y=2)", "abs([a])", "print(1)", "exec('1')", "[a]; [b]",
    "[a]\n[b]", "1j", "0x", "1__0", "_", "__0", "[a] @ [b]", "~[a]", "[a] ^ 2", "[a] | 2", "1e999", "9" * 400, "a:=1", "[a] = 1", "$[a]", "[a]#",
    "[a]\\", "[a]，2", "（[a]）", "[а]", "\x00", "[a]\u202e", "(" * 250 + "[a]" + ")" * 250, "-" * 499 + "1", "+".join(["[a]"] * 126), "x" * 501,
    "min([a], " * 40 + "1" + ")" * 40 + ".real", "min(min, 1)", "[a](1)", "1[a]", "1 if", "...", "True", "None",
    "0x10+[a]", "0b1+[a]", "0o7+[a]", "1_000+[a]", "[a]+0_0", "1.5.2+[a]", "1e+[a]", "[a]+1 000", "mini([a], 1)", "1min([a], 2)",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_what_it_refuses(text):
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert str(caught.value)


@given(st.text(alphabet="[]ab-+*/(),. 019_emnix\n'\"=:<>", max_size=60))
def test_no_text_does_anything_but_compute_or_be_refused(text):
    try:
        formula = parse(text)
    except FormulaError:
        return
    result = formula.evaluate(dict.fromkeys(formula.codes, D("7.5")))
    assert result is None or isinstance(result, Decimal)


@given(*[st.decimals(-(10**6), 10**6, places=2)] * 3)
def test_it_agrees_with_plain_arithmetic(a, b, c):
    expected = None if c == 0 else round((a - b) / c * 100, 4)
    got = parse("([a] - [b]) / [c] * 100").evaluate({"a": a, "b": b, "c": c})
    assert got == expected if expected is None else abs(got - expected) <= D("0.0001")


def test_codes_stand_once_in_order():
    assert parse("[b] + [a] + [b]").codes == ("b", "a")


def test_a_long_sum_is_no_deep_nesting():
    text = "+".join(["[a]"] * 90)
    assert parse(text).evaluate({"a": D(1)}) == 90
