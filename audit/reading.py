"""Reading the log: who may see which entries, and how much of them."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from audit.models import AuditEntry
from audit.verbs import VERBS

# acts whose before and after hold no business data: the audit administrator sees them in full
OPEN_AREAS = ("account.", "grant.", "api_key.", "audit.", "feedback.")
PER_PAGE = 50


def entries_within(paths: list[str]) -> QuerySet[AuditEntry]:
    """Entries about objects in units at or below ``paths`` (such as ``/1/17/``)."""
    condition = Q(pk__in=[])
    for path in paths:
        condition |= Q(unit_path__startswith=path)
    return AuditEntry.objects.filter(condition)


def is_open(entry: AuditEntry) -> bool:
    """Whether the entry's values are not business data."""
    return entry.verb.startswith(OPEN_AREAS)


def changes(entry: AuditEntry, *, with_values: bool) -> list[dict]:
    """Field by field {name, before, after, changed}; values are None where they are not shown."""
    before, after = entry.before or {}, entry.after or {}
    rows = []
    for name in sorted({*before, *after}):
        row = {"name": name, "before": None, "after": None, "changed": before.get(name) != after.get(name)}
        if with_values:
            row |= {"before": before.get(name, ""), "after": after.get(name, "")}
        rows.append(row)
    return rows


class AuditFilter(django_filters.FilterSet):
    """Filters of the log. Unknown or malformed values are refused beside their field."""

    actor = django_filters.CharFilter(field_name="actor_name", lookup_expr="iexact", label=_("Account"))
    verb = django_filters.ChoiceFilter(
        choices=lambda: [(code, words) for code, words in VERBS.items()], label=_("Act"), empty_label=_("all acts")
    )
    object_type = django_filters.CharFilter(lookup_expr="iexact", label=_("Kind of object"))
    object_id = django_filters.CharFilter(label=_("Number of the object"))
    since = django_filters.DateFilter(field_name="at", lookup_expr="date__gte", label=_("From"))
    until = django_filters.DateFilter(field_name="at", lookup_expr="date__lte", label=_("To"))

    class Meta:
        model = AuditEntry
        fields: list[str] = []
