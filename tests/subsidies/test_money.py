"""Amounts: typed in 万元, kept to the cent, shown without rounding."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from programs.errors import RuleViolation
from subsidies.forms import WanField
from subsidies.money import as_wan, plain_wan, read_wan, yuan
from subsidies.templatetags.money import money, wan


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("150", "1500000"), ("150.5", "1505000"), ("１５０", "1500000"), ("1500000元", "1500000"), ("0.8亿元", "80000000"), ("0.000001", "0.01"), ("1,500", "15000000"), ("0", "0")],
)  # fmt: skip
def test_what_officials_type(typed, kept):
    assert read_wan(typed) == Decimal(kept)


@pytest.mark.parametrize("typed", ["0.0000001", "abc", "/", "15万亩", "1,50", "9999999999999999"])
def test_what_cannot_be_money_is_refused_with_what_to_do(typed):
    with pytest.raises(ValidationError):
        read_wan(typed)


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_every_cent_survives_the_way_to_the_screen_and_back(cents):
    amount = Decimal(cents) / 100
    assert read_wan(f"{as_wan(abs(amount)):f}") == abs(amount)
    assert read_wan(plain_wan(abs(amount))) == abs(amount)
    assert Decimal(wan(amount).replace(",", "")) * 10_000 == amount


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e14"])
def test_no_amount_without_an_end(amount):
    with pytest.raises(RuleViolation, match="larger than"):
        yuan(amount)


def test_money_on_the_screen():
    with translation.override("en"):
        assert money(Decimal("80000000.00")) == "8,000 ×10,000 yuan"
        assert wan(None) == "—"
        assert wan(Decimal("0.00")) == "0"
        assert wan(Decimal("2850000.50")) == "285.00005"


@pytest.mark.parametrize(
    ("amount", "typed"),
    [("1500000.00", "150"), ("1500000", "150"), ("2850000.50", "285.00005"), ("0.00", "0"), ("100000000", "10000")],
)
def test_a_field_is_filled_with_what_would_be_typed(amount, typed):
    assert plain_wan(Decimal(amount)) == typed
    assert WanField().prepare_value(Decimal(amount)) == typed
