"""Small words of a bulletin: names, figures, targets and periods of a snapshot's rows, in the active language."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, pgettext

from programs.models import Programme, Target
from programs.templatetags.luoshi import DASH, format_number

Json = dict[str, Any]


def said(row: Json, field: str) -> str:
    """``field`` of a snapshot's row in the active language, Chinese where there is no English."""
    if (get_language() or "").startswith("en") and row.get(f"{field}_en"):
        return row[f"{field}_en"]
    return row[f"{field}_zh"]


def ended(text: str) -> str:
    """The sentence with its full stop."""
    return text if not text or text[-1] in "。.！!？?" else text + pgettext("end of a sentence", ".")


def number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def figure(text: str | None, indicator: Json | None) -> str:
    """A figure with the indicator's decimals at most; — when it is unknown."""
    if text is None:
        return DASH
    value = Decimal(text)
    return format_number(round(value, indicator["decimals"]) if indicator else value)


def goal(cell: Json, indicator: Json) -> str:
    """The target as the table writes it: with its comparator unless it is the usual one; / when it does not apply."""
    if cell["target_state"] == Target.State.NOT_APPLICABLE:
        return "/"
    if cell["target"] is None:
        return DASH
    sign = {
        Target.Comparator.LTE: "≤",
        Target.Comparator.LT: "<",
        Target.Comparator.GT: ">",
        Target.Comparator.ABOUT: "≈",
    }.get(cell["comparator"], "")
    return f"{sign}{format_number(Decimal(cell['target']))}"


def bracketed(text: str) -> str:
    return pgettext("document number after a title", "(%s)") % text if text else ""


def period_words(period: Json) -> str:
    """2026年10月, 2026年第三季度, 2026年上半年, 2026年."""
    start = date.fromisoformat(period["starts_on"])
    match period["cadence"]:
        case Programme.Cadence.MONTH:
            return date_format(start, gettext("F Y"))
        case Programme.Cadence.QUARTER:
            names = {
                1: gettext("the first quarter of %s"),
                4: gettext("the second quarter of %s"),
                7: gettext("the third quarter of %s"),
                10: gettext("the fourth quarter of %s"),
            }
            return names[start.month] % start.year
        case Programme.Cadence.HALF:
            return (
                gettext("the first half of %s") if start.month == 1 else gettext("the second half of %s")
            ) % start.year
    return gettext("the year %s") % start.year
