"""Money on the screen and on paper: 万元, exact, never rounded."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from programs.templatetags.luoshi import DASH, figure, format_number
from subsidies.money import as_wan

register = template.Library()


@register.filter
def wan(value: Decimal | None) -> str:
    """Yuan as a figure in units of 10,000 for a column headed so: 1500000.00 → 150, None → —."""
    return DASH if value is None else format_number(as_wan(value))


@register.filter
def money(value: Decimal | None) -> str:
    """Yuan in a sentence: 150万元, 1.5 million stays exact as 150 × 10,000 yuan in English; None → —."""
    if value is None:
        return DASH
    return gettext("%(amount)s ×10,000 yuan") % {"amount": format_number(as_wan(value))}


@register.simple_tag
def wan_figure(value: Any, reason: str = "") -> SafeString:
    """A cell in units of 10,000 yuan; an absent one says why."""
    return figure(None if value is None else as_wan(value), reason=reason)
