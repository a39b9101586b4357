"""Template filters of the model villages."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import template
from django.utils.translation import pgettext

from programs.templatetags.luoshi import DASH, format_number

register = template.Library()


@register.filter
def wan(amount: Decimal | None) -> str:
    """Yuan in units of 10,000, exactly: 1500000.00 → 150; None → —."""
    return DASH if amount is None else format_number(amount / Decimal(10_000))


@register.filter
def names(words: Iterable[Any]) -> str:
    """Names in a row, separated as the language does."""
    return pgettext("between names", ", ").join(str(word) for word in words)


@register.filter
def below(belt: Any, paths: Iterable[str]) -> bool:
    """Whether the belt's county lies below one of the paths."""
    return any(belt.project.unit.path.startswith(path) for path in paths)
