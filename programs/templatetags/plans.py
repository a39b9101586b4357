"""Template tags for plans: a target in words, the way from a figure back to its reports."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_CEILING, Decimal

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from programs.models import Indicator, Target
from programs.queries.dashboard import Cell
from programs.queries.targets import SOFT, threshold
from programs.templatetags.luoshi import DASH, NOT_APPLICABLE, TEN_THOUSAND, format_number, percent

register = template.Library()

SIGNS = {"gt": "> ", "lte": "≤ ", "lt": "< ", "eq": "= ", "about": "≈ "}


def in_shown_measure(value: Decimal, indicator: Indicator) -> Decimal:
    """A number of an indicator in the measure it is shown in: 4225 people are 0.4225 ten thousand in Chinese."""
    return value / TEN_THOUSAND if indicator.is_shown_in_ten_thousands else value


@register.filter
def as_shown(value: Decimal | None, indicator: Indicator) -> str:
    """A target or a sum in the measure it is shown in, with as many decimals as it carries."""
    return DASH if value is None else format_number(in_shown_measure(value, indicator))


@register.filter
def shown_figure(value: Decimal | None, indicator: Indicator) -> str:
    """A figure in the measure it is shown in, with the decimals of its indicator."""
    if value is None:
        return DASH
    if indicator.is_shown_in_ten_thousands:
        return as_shown(value, indicator)
    return format_number(value, indicator.decimals)


@register.filter
def still_missing(cell: Cell) -> str:
    """What is missing to the target, rounded up to the indicator's decimals so that it is enough when reached."""
    if cell.gap is None:
        return DASH
    step = Decimal(1).scaleb(-cell.indicator.decimals)
    return shown_figure(cell.gap.quantize(step, rounding=ROUND_CEILING), cell.indicator)


@register.filter
def target_words(target: Target | None, indicator: Indicator | None = None) -> str:
    """``≤ 5``, ``2 to 3``, the words of a target that is no number; — not assigned or lost, / not applicable."""
    return _words(target, indicator, format_number)


@register.filter
def shown_target(target: Target | None, indicator: Indicator) -> str:
    """The same in the measure its figures are shown in."""
    return _words(target, indicator, lambda value: as_shown(value, indicator))


def _words(target: Target | None, indicator: Indicator | None, written: Callable[[Decimal], str]) -> str:
    if target is None or target.state in (Target.State.NOT_ASSIGNED, Target.State.LOST):
        return DASH
    if target.state == Target.State.NOT_APPLICABLE:
        return NOT_APPLICABLE
    if target.comparator == Target.Comparator.GTE_SERIES and (reference := threshold(target)) is not None:
        return written(reference)
    if target.value is None:
        return target.text or str(target.get_comparator_display())
    value = written(target.value)
    if target.comparator == Target.Comparator.RANGE and target.value_to is not None:
        return pgettext("range", "%(low)s to %(high)s") % {"low": value, "high": written(target.value_to)}
    sign = SIGNS.get(target.comparator, "")
    if not sign and indicator is not None and indicator.direction == Indicator.Direction.LOWER:
        sign = "≥ "
    return f"{sign}{value}"


@register.filter
def with_measure(text: str, indicator: Indicator) -> str:
    """``34`` → ``34 villages``; — stays as it is; a percentage sign stands right behind its number."""
    if text in (DASH, NOT_APPLICABLE):
        return text
    return f"{text}%" if indicator.measure == "%" else f"{text} {indicator.measure}"


@register.filter
def with_shown_measure(text: str, indicator: Indicator) -> str:
    """The same for what ``value_of``, ``target_words`` or ``as_shown`` wrote: ``0.5`` → ``0.5`` ten thousand people."""
    if indicator.is_shown_in_ten_thousands and text not in (DASH, NOT_APPLICABLE):
        return f"{text} {indicator.shown_measure}"
    return with_measure(text, indicator)


@register.filter
def is_soft(target: Target | None) -> bool:
    """Whether the document says generally, in principle, strive for … (specification 1.3)."""
    return target is not None and target.hardness in SOFT


@register.filter
def why_no_target(target: Target | None) -> str:
    """Why there is no number: the note of the row, else the state."""
    if target is None:
        return _("not assigned: the document gives no number for this unit")
    return target.note or str(target.get_state_display())


@register.filter
def value_of(cell: Cell) -> str:
    """The figure with the decimals of its indicator; — without one."""
    return shown_figure(cell.value, cell.indicator)


@register.filter
def signed(value: Decimal | None, places: int | None = None) -> str:
    """A difference with its sign: +3, −18.0, 0."""
    if value is None:
        return DASH
    if value == 0:
        return "0"
    return ("+" if value > 0 else "−") + format_number(abs(value), places)


@register.simple_tag
def trace_url(cell: Cell, as_of: str = "") -> str:
    """The address that leads from a figure to its reports, keeping the moment."""
    address = reverse("trace", args=[cell.indicator.code, cell.period.code, cell.unit.code])
    return f"{address}?{urlencode({'as_of': as_of})}" if as_of else address


@register.simple_tag
def figure_link(cell: Cell, as_of: str = "") -> SafeString:
    """The figure as a link to its trace; an absent one says that nothing is approved, and leads there too."""
    if cell.value is None:
        why = _("nothing approved yet") if cell.figure.expected else _("not asked of this unit")
        return format_html('<span class="null" title="{}">{}<span class="sr"> {}</span></span>', why, DASH, why)
    return format_html('<a class="figure" href="{}">{}</a>', trace_url(cell, as_of), value_of(cell))


@register.simple_tag
def how_far(cell: Cell) -> str:
    """“47.1%; 45% of the time has passed”; empty when neither can be said."""
    parts = []
    if cell.target is not None and cell.share is not None:
        parts.append(percent(cell.share))
    elif cell.below and cell.value is not None:
        parts.append(_("%(share)s of the sum assigned below") % {"share": percent(cell.value / cell.below)})
    if cell.time is not None:
        parts.append(_("%(share)s of the time has passed") % {"share": percent(cell.time, 0)})
    return pgettext("between parts of a sentence", "; ").join(parts)
