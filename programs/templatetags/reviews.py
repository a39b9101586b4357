"""What a run of a scheduled review said, in words."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

register = template.Library()

# Keys of results as the reviews write them. One that is not here is shown as it is.
WORDS: dict[str, Promise] = {
    "year": pgettext_lazy("result", "year"),
    "month": pgettext_lazy("result", "month"),
    "no_period": pgettext_lazy("result", "programmes without a period"),
    "past_day": pgettext_lazy("result", "nobody is reminded for a past day"),
    "rest_day": pgettext_lazy("result", "a day of rest"),
    "outside_hours": pgettext_lazy("result", "outside working hours"),
    "without_a_person": pgettext_lazy("result", "without a person in charge"),
    "declarations_late": pgettext_lazy("result", "declarations late"),
    "declarations_near": pgettext_lazy("result", "declarations due soon"),
    "rectifications_late": pgettext_lazy("result", "rectifications late"),
    "rectifications_near": pgettext_lazy("result", "rectifications due soon"),
    "assignments_late": pgettext_lazy("result", "tasks late"),
    "assignments_near": pgettext_lazy("result", "tasks due soon"),
    "rectifications": pgettext_lazy("result", "rectifications escalated"),
    "assignments": pgettext_lazy("result", "tasks escalated"),
    "opened": pgettext_lazy("result", "opened"),
    "alerts_opened": pgettext_lazy("result", "alerts raised"),
    "alerts_escalated": pgettext_lazy("result", "alerts escalated"),
    "alerts_closed": pgettext_lazy("result", "alerts settled"),
    "places": pgettext_lazy("result", "places"),
    "draws": pgettext_lazy("result", "draws"),
    "papers": pgettext_lazy("result", "papers"),
    "bulletins": pgettext_lazy("result", "bulletins"),
}
SILENT = {"past_day", "rest_day", "outside_hours"}  # their number says nothing


@register.filter
def result_words(result: dict[str, Any]) -> list[tuple[str | Promise, Any]]:
    """``{"month": "2026-10"}`` → [("month", "2026-10")] with names in the active language."""
    return [(WORDS.get(name, name), "" if name in SILENT else value) for name, value in result.items()]
