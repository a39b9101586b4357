"""What the registry of elder care asked in a month: rows entered and counts of a year. Never who, never when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from django.db.models import Count, Model
from django.utils.translation import gettext_noop

from eldercare.models import Estate, Facility, Institution, YearCount
from programs.models import Unit
from programs.queries.burden_lines import Line

KEPT_BY_THE_SYSTEM = ("id", "programme", "version", "updated_by", "updated_at")


def lines(city: Unit, first: date, last: date) -> Iterator[Line]:
    """Rows whose newest entry lies in the month, by programme; a row has as many cells as it has fields of its own."""
    month = {"unit__path__startswith": city.path, "updated_by__isnull": False, "updated_at__date__range": (first, last)}
    forms: Counter[str] = Counter()
    cells: Counter[str] = Counter()
    for model in (Facility, Institution, Estate):
        rows = model.objects.filter(**month).order_by().values_list("programme__code").annotate(n=Count("pk"))
        for code, number in rows:
            forms[code] += number
            cells[code] += number * _fields(model)
    for code in sorted(forms):
        yield Line(gettext_noop("Entries of the registry"), code, forms[code], cells[code])
    counts = YearCount.objects.filter(**month).order_by().values_list("kind__programme__code")
    for code, number in counts.annotate(n=Count("pk")):
        yield Line(gettext_noop("Counts of a year"), code, number, number)


def _fields(model: type[Model]) -> int:
    return sum(field.name not in KEPT_BY_THE_SYSTEM for field in model._meta.concrete_fields)
