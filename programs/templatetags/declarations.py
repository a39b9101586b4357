"""Parts that initiatives bring to the pages of projects and declarations."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.loader import get_template
from django.utils.safestring import SafeString

from programs.modules import Panel

register = template.Library()


@register.simple_tag(takes_context=True)
def panel(context: template.Context, one: Panel) -> SafeString:
    """Draw a Panel: its template sees the page's variables and, over them, its own."""
    with context.push(**one.context):
        inner: Any = get_template(one.template)
        return inner.template.render(context)


@register.filter
def clause_at(clauses: dict[str, Any], path: str) -> Any:
    """The Clause with this path, or the path itself where the plan's document has none."""
    return clauses.get(path, path)
