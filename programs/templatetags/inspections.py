"""Two small things the scoring page needs: a score as JSON in a hidden field, and a value by its key."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django import template

register = template.Library()


@register.filter
def as_json(value: Mapping[str, str]) -> str:
    """The mapping as compact JSON; the template escapes it for the attribute."""
    return json.dumps(dict(value), ensure_ascii=False, separators=(",", ":"))


@register.filter
def item(mapping: Mapping[str, Any], key: str) -> Any:
    """``mapping[key]``, or nothing."""
    return mapping.get(key, "")
