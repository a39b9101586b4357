"""Filter sets as a page shows them: names instead of codes, short lists to choose from.

The labels of the API name what a value looks like (a code of 12 digits); on a page a person chooses from a list.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programs.filter_fields import ALL, ListFilters
from programs.models import Unit

LABELS = {"programme": _("Programme"), "within": _("Unit"), "organization": _("Body"), "number": _("No.")}
NAMES = {
    "programme": lambda programme: programme.short,
    "within": lambda unit: unit.label,
    "organization": lambda body: body.label,
}
Filters = TypeVar("Filters", bound=ListFilters)


def for_page(found: Filters) -> Filters:
    """The filter set with the labels of a page; of the units the cities and counties, and the one already chosen.

    To be called before anything is read from it: a form that was validated keeps the labels it had.
    """
    for name, field in found.form.fields.items():
        field.label = LABELS.get(name, field.label)
        if getattr(field, "empty_label", None) is not None:
            field.empty_label = ALL
        if name in NAMES:
            field.label_from_instance = NAMES[name]
    within: Any = found.form.fields.get("within")
    if within is not None:
        chosen = str(found.data.get("within", ""))[:12] if found.data else ""
        short = Q(level__in=[Unit.Level.CITY, Unit.Level.COUNTY]) | Q(code=chosen)
        within.queryset = within.queryset.filter(short).order_by("code")
    return found
