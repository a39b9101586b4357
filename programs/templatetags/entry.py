"""Cells of the entry grid. Written in Python because a grid may hold thousands: a template takes three times as long."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from programs.queries.entry_grid import Cell, Row
from programs.templatetags.luoshi import number

register = template.Library()

NOT_OWED = '<td class="not-owed" title="{}"><div class="cols3"><span></span><span class="now null">/</span></div></td>'
CELL = (
    '<td class="{css}" data-key="{key}"><div class="cols3"><span class="lab">{name}<span class="sub">{measure}</span></span>'
    '<span class="prev" data-l="{l_previous}">{previous}</span>'
    '<input class="cell" inputmode="decimal" autocomplete="off" name="c-{key}" value="{text}" aria-label="{unit} {name} ({measure})"{state}>'
    '<span class="goal" data-l="{l_target}">{target}</span></div>{version}</td>'
)


@register.simple_tag
def grid_cells(row: Row) -> SafeString:
    """The row's cells: last period, input, target; everything that came from a person is escaped."""
    words = {"l_previous": escape(_("Last period")), "l_target": escape(_("Target")), "unit": escape(row.unit.label)}
    not_owed = NOT_OWED.format(escape(_("not asked of this unit")))
    return SafeString("".join(_cell(cell, words) if cell.owed else not_owed for cell in row.cells))


def _cell(cell: Cell, words: Mapping[str, str]) -> str:
    state, version = ' readonly data-sent=""', ""
    if cell.editable:
        state = f' aria-invalid="true" aria-describedby="m-{cell.key}"' if cell.problems else ""
        if cell.begins_anew:
            state += ' data-anew=""'
        version = f'<input type="hidden" name="v-{cell.key}" value="{cell.version}">'
    return CELL.format(
        css=cell.css, key=cell.key, name=escape(cell.indicator.short), measure=escape(cell.indicator.measure), text=escape(cell.text),
        previous=number(cell.previous), target=number(cell.target.value if cell.target else None), state=state, version=version, **words,
    )  # fmt: skip
