"""Money is exact: yuan with two decimals in the database, 万元 on the screen (specification 10.5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from programs.errors import RuleViolation
from programs.numbers import NotANumber, read_number

CENT = Decimal("0.01")
TEN_THOUSAND = Decimal(10_000)
LARGEST = Decimal(10) ** 14


class YuanField(models.DecimalField):
    """Yuan. The column is an unbounded ``numeric`` with a check: ``numeric(16, 2)`` would round a third decimal silently."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 16, "decimal_places": 2} | kwargs)

    def db_type(self, connection: Any) -> str:
        return "numeric"

    def db_check(self, connection: Any) -> str:
        column = connection.ops.quote_name(self.column)
        return f"min_scale({column}) <= 2 AND abs({column}) < {LARGEST:f}"


def yuan(value: Decimal | int | str, *, field: str = "amount") -> Decimal:
    """``value`` as yuan with two decimals. RuleViolation ``money_decimals`` for a third one, ``money_size`` beyond 10¹⁴."""
    exact = Decimal(value)
    if not exact.is_finite() or abs(exact) >= LARGEST:
        raise RuleViolation(
            "money_size",
            _("%(amount)s yuan is larger than any amount this system keeps.") % {"amount": value},
            field=field,
            next_step=_("Check the measure and the number of digits."),
        )
    if exact != exact.quantize(CENT):
        raise RuleViolation(
            "money_decimals",
            _("%(amount)s yuan has more than two decimals.") % {"amount": f"{exact:f}"},
            rule=_("Money is kept exactly, in yuan and cents."),
            field=field,
            next_step=_("Enter the amount that stands on the voucher."),
        )
    return exact.quantize(CENT)


def positive(value: Decimal | int | str, *, field: str = "amount") -> Decimal:
    """``yuan(value)``, more than zero; RuleViolation ``money_not_positive``."""
    exact = yuan(value, field=field)
    if exact <= 0:
        raise RuleViolation(
            "money_not_positive",
            _("The amount is %(amount)s yuan; it must be more than zero.") % {"amount": f"{exact:f}"},
            field=field,
            next_step=_("Enter the amount that stands on the voucher; take a wrong row back with its reversal."),
        )
    return exact


def read_wan(text: str) -> Decimal:
    """What an official types into a field in 万元 (``150``, ``150.5``, ``1500000元``) as yuan. Raises ValidationError."""
    try:
        return yuan(read_number(text, "万元").value * TEN_THOUSAND)
    except NotANumber as error:
        raise ValidationError(f"{error.message} {error.next_step}", code=error.code) from error
    except RuleViolation as error:
        raise ValidationError(f"{error.message} {error.next_step}", code=error.code) from error


def as_wan(value: Decimal) -> Decimal:
    """Yuan in units of 10,000, exact, without trailing zeros: 1500000.00 → 150."""
    return Decimal(value) / TEN_THOUSAND


def plain_wan(value: Decimal) -> str:
    """Yuan in units of 10,000 as typed into a field: 1500000.00 → 150, 2850000.50 → 285.00005."""
    text = f"{as_wan(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
