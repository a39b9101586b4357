"""Figures as officials type them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from programs.numbers import NotANumber, read_number


@pytest.mark.parametrize(
    ("text", "measure", "value"),
    [
        ("12", "户", "12"),
        (" １，２３４．５ ", "户", "1234.5"),
        ("1,234,567", "户", "1234567"),
        ("0", "处", "0"),
        ("-5", "户", "-5"),
        ("8万", "亩", "80000"),
        ("8万亩", "亩", "80000"),
        ("1.2公顷", "亩", "18"),
        ("30亩", "万亩", "0.003"),
        ("3亿元", "万元", "30000"),
        ("5000元", "万元", "0.5"),
        ("402.1 万元", "万元", "402.1"),
        ("600斤", "公斤", "300"),
        ("55%", "%", "55"),
        ("12 户", "户", "12"),
        ("2000㎡", "平方米", "2000"),
    ],
)
def test_is_read(text, measure, value):
    assert read_number(text, measure).value == Decimal(value)


@pytest.mark.parametrize(
    ("text", "measure", "code"),
    [
        ("", "户", "empty"),
        ("   ", "户", "empty"),
        ("/", "户", "not_applicable"),
        ("—", "户", "not_applicable"),
        ("十二", "户", "format"),
        ("1e5", "户", "measure"),
        ("=1+1", "户", "format"),
        ("1,23", "户", "grouping"),
        ("12,34,567", "户", "grouping"),
        ("3亩", "户", "measure"),
        ("5元", "亩", "measure"),
        ("10亩", "平方米", "measure"),
        ("9" * 16, "户", "size"),
        ("99999999999亿", "户", "size"),
        ("1.2.3", "户", "format"),
        ("NaN", "户", "format"),
        ("--3", "户", "format"),
    ],
)
def test_is_refused(text, measure, code):
    with pytest.raises(NotANumber) as refusal:
        read_number(text, measure)
    assert refusal.value.code == code
    assert refusal.value.next_step


def test_says_when_it_converted():
    assert not read_number("12.5", "户").converted
    assert read_number("１２", "户").converted
    assert read_number("1,200", "户").converted
    assert read_number("8万", "亩").converted


@given(st.decimals(min_value=0, max_value=10**12, places=4), st.booleans())
def test_reads_back_what_it_prints(value, grouped):
    assert read_number(f"{value:,f}" if grouped else f"{value:f}", "万元").value == value


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text):
    try:
        reading = read_number(text, "亩")
    except NotANumber:
        return
    assert reading.value.is_finite()
