"""Template tags and filters of the whole site: figures, dates and lights as Chinese offices write them.

A figure that is not known is never shown as zero: ``—`` stands for not assigned or not filled, ``/`` for not applicable
(docs/looks.md). Arithmetic belongs in queries; these only write numbers down.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template
from django.core.paginator import Paginator
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext, pgettext_lazy

from programs import charts

register = template.Library()

CLOSED = ".!?;:\u3002\uff01\uff1f\uff1b\uff1a\u2026\u201d"  # what ends a sentence already, in English and Chinese
DASH = "—"
NOT_APPLICABLE = "/"
TEN_THOUSAND = 10_000

# The eight lights (docs/looks.md); a ninth kind needs a ninth shape first.
LIGHTS = {
    "done": pgettext_lazy("light", "Done"),
    "ok": pgettext_lazy("light", "On time"),
    "near": pgettext_lazy("light", "Due soon"),
    "late": pgettext_lazy("light", "Late"),
    "back": pgettext_lazy("light", "Returned"),
    "wait": pgettext_lazy("light", "Waiting for review"),
    "todo": pgettext_lazy("light", "Not started"),
    "none": pgettext_lazy("light", "Not assigned"),
}

MESSAGES = {
    "err": ("✕ ", pgettext_lazy("message", "Must be changed")),
    "warn": ("▲ ", pgettext_lazy("message", "Needs a reason")),
    "back": ("■ ", pgettext_lazy("message", "Returned")),
    "ok": ("✓ ", pgettext_lazy("message", "Done")),
    "info": ("", gettext_lazy("Notice")),
    "note": ("", gettext_lazy("Note")),
}


def format_number(value: Decimal | float | int, places: int | None = None) -> str:
    """Write ``value`` with thousands separators, rounded half up to ``places`` (None: as many as it carries)."""
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    if places is not None:
        number = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
        return f"{number:,f}"
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def number(value: Any, places: int | None = None) -> str:
    """``{{ value|number:2 }}`` → 1,234.50; None → —. Places default to what the value carries."""
    if value is None or value == "":
        return DASH
    return format_number(value, None if places in (None, "") else int(places))


@register.filter
def percent(ratio: Any, places: int = 1) -> str:
    """``{{ 0.814|percent }}`` → 81.4%; None → —. Takes a ratio, not a percentage."""
    if ratio is None or ratio == "":
        return DASH
    return format_number(Decimal(str(ratio)) * 100, int(places)) + "%"


@register.filter
def amount(value: Any, unit: str = "") -> str:
    """A figure with its unit, in units of ten thousand from 10,000 on where the language counts that way.

    ``{{ 32000|amount:indicator.unit_of_measure }}`` → 3.2 万亩 in Chinese, 32,000 亩 in English; None → —.
    """
    if value is None or value == "":
        return DASH
    exact = Decimal(str(value))
    if abs(exact) >= TEN_THOUSAND and (get_language() or "").startswith("zh"):
        return gettext("%(number)s × 10,000 %(unit)s") % {"number": format_number(exact / TEN_THOUSAND), "unit": unit}
    return f"{format_number(exact)} {unit}".rstrip()


@register.simple_tag
def figure(value: Any, places: int | None = None, reason: str = "", applicable: bool = True) -> SafeString:
    """A figure for a table cell; an absent one says why: ``{% figure cell.value 2 reason=cell.reason %}``."""
    if value is not None and value != "" and applicable:
        return format_html("{}", number(value, places))
    why = reason or (gettext("not known") if applicable else gettext("not applicable"))
    sign = DASH if applicable else NOT_APPLICABLE
    return format_html('<span class="null" title="{}">{}<span class="sr"> {}</span></span>', why, sign, why)


def _local(value: datetime.date | datetime.datetime) -> datetime.date | datetime.datetime:
    if isinstance(value, datetime.datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


@register.filter
def day(value: datetime.date | None) -> str:
    """A date in a sentence: 11月4日, 4 November; with the year when it is not this year's. None → —."""
    if value is None:
        return DASH
    local = _local(value)
    if local.year == timezone.localdate().year:
        return date_format(local, pgettext("date in a sentence", "j F"))
    return date_format(local, pgettext("date with year in a sentence", "j F Y"))


@register.filter
def day_time(value: datetime.datetime | None) -> str:
    """A moment in a sentence or a history: 11月4日 16:20. None → —."""
    return DASH if value is None else f"{day(value)} {_local(value):%H:%M}"


@register.filter
def month(value: datetime.date | None) -> str:
    """A reporting month in a sentence: 10月, October; None → —."""
    return DASH if value is None else date_format(_local(value), pgettext("month in a sentence", "F"))


@register.filter
def iso(value: datetime.date | None) -> str:
    """A date in a table: 2026-10-12; None → —."""
    return DASH if value is None else f"{_local(value):%Y-%m-%d}"


@register.filter
def iso_time(value: datetime.datetime | None) -> str:
    """A moment in a table: 2026-10-12 16:20; None → —."""
    return DASH if value is None else f"{_local(value):%Y-%m-%d %H:%M}"


@register.filter
def sentence(text: str) -> str:
    """What somebody typed, with the full stop that it lacks; nothing stays nothing."""
    text = (text or "").rstrip()
    return text if not text or text[-1] in CLOSED else text + pgettext("end of a sentence", ".")


@register.filter
def under(row: Sequence[Any], labels: Sequence[Any]) -> Iterable[tuple[Any, Any]]:
    """The cells of a row with the labels of their columns: (label, cell)."""
    return zip(labels, row, strict=True)


@register.filter
def elided(paginator: Paginator, current: int) -> Iterable[int | str]:
    """The page numbers to offer around ``current``: 1 2 … 9 10 11 … 60 61."""
    return paginator.get_elided_page_range(current, on_each_side=2, on_ends=1)


@register.simple_tag
def sort_state(key: str, current: str) -> dict[str, str]:
    """What ``components/sort_header.html`` needs: the next ordering, the arrow, and the value of aria-sort."""
    if current == key:
        return {"next": f"-{key}", "arrow": " ↑", "aria": "ascending"}
    if current == f"-{key}":
        return {"next": key, "arrow": " ↓", "aria": "descending"}
    return {"next": key, "arrow": "", "aria": ""}


@register.simple_tag
def light(kind: str, word: str = "") -> SafeString:
    """A light: a shape and a word. ``{% light "late" %}``, ``{% light row.light row.light_words %}``.

    Raises ``ValueError`` for a kind that has no shape.
    """
    if kind not in LIGHTS:
        raise ValueError(f"There is no light {kind!r}; there are {', '.join(LIGHTS)}")
    return format_html('<span class="light light--{}">{}</span>', kind, word or LIGHTS[kind])


@register.simple_block_tag(end_name="endmsg")
def msg(content: str, kind: str, what: str = "", role: str = "", id: str = "") -> SafeString:
    """A message around markup: ``{% msg "err" %}what is wrong, rule, <span class="do">next step</span>{% endmsg %}``.

    ``kind`` is err, warn, back, ok, info or note; ``what`` replaces the word it begins with; ``role`` is ``alert`` only
    for errors after a submit. For plain text use ``components/msg.html``.
    """
    sign, word = MESSAGES[kind]
    attributes = format_html(' role="{}"', role) if role else ""
    attributes += format_html(' id="{}"', id) if id else ""
    return format_html(
        '<div class="msg msg--{}"{}><span class="what">{}{}</span><div>{}</div></div>',
        kind,
        SafeString(attributes),
        sign,
        what or word,
        content,
    )


@register.simple_tag
def message_word(kind: str) -> str:
    """The sign and word a message of ``kind`` begins with."""
    sign, word = MESSAGES[kind]
    return f"{sign}{word}"


@register.simple_tag
def bullet(
    value: Any, target: Any, *, elapsed: Any = None, part: Any = None, label: str = "", css: str = ""
) -> SafeString:
    """A bullet chart from plain numbers; the shapes are ``programs.charts.bullet``. ``label`` is read aloud."""
    chart = charts.bullet(value, target, elapsed=elapsed, part=part)
    return render_to_string("components/bullet.html", {"chart": chart, "label": label, "css": css})


@register.simple_tag
def sparkline(values: Sequence[Any], *, odd: Sequence[int] = (), hi: Sequence[int] = (), label: str = "") -> SafeString:
    """A sparkline from a list of numbers or None, oldest first."""
    chart = charts.sparkline(values, odd=odd, hi=hi)
    return render_to_string("components/sparkline.html", {"chart": chart, "label": label})


@register.simple_tag
def line_chart(lines: Sequence[charts.Line], x_labels: Sequence[str], *, label: str) -> SafeString:
    """A line chart drawn twice, for a desk and for a phone, so that its words stay legible; CSS shows one of them.

    ``label`` is read aloud and carries the main numbers. A PDF includes ``components/line_chart.html`` directly.
    """
    wide = charts.line_chart(lines, x_labels)
    slim = charts.line_chart(lines, x_labels, width=358, height=230)
    drawings = [
        render_to_string("components/line_chart.html", {"chart": chart, "label": label, "css": css})
        for chart, css in ((wide, "only-wide"), (slim, "only-narrow"))
    ]
    return SafeString("".join(drawings))
