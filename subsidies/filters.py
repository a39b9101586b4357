"""What the API's lists of money can be narrowed by."""

from __future__ import annotations

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from programs.filter_fields import CodeFilter, FlagFilter, KeyFilter, ListFilters, WithinFilter, programme_filter
from programs.models import Programme
from subsidies.models import Award, Fund, Transfer


class FundFilters(ListFilters):
    programme = programme_filter()
    ring_fenced = FlagFilter(field_name="is_ring_fenced", label=_("Ring-fenced"))

    class Meta:
        model = Fund
        fields: list[str] = []


class AwardFilters(ListFilters):
    programme = programme_filter("project__programme")
    fund = CodeFilter(Fund.objects.all(), "fund", label=_("Fund (code)"))
    within = WithinFilter("project__unit__path")
    year = filters.NumberFilter(label=_("Year"))
    ordered = FlagFilter(method="with_order", label=_("Ordered to be paid"))
    cancelled = FlagFilter(method="were_cancelled", label=_("Cancelled"))

    class Meta:
        model = Award
        fields: list[str] = []

    def with_order(self, rows: QuerySet, _name: str, value: bool) -> QuerySet:
        return rows.filter(order__isnull=not value)

    def were_cancelled(self, rows: QuerySet, _name: str, value: bool) -> QuerySet:
        return rows.filter(cancelled_at__isnull=not value)


class TransferFilters(ListFilters):
    award = KeyFilter(Award.objects.all(), "award", label=_("Award (id)"))
    programme = CodeFilter(Programme.objects.all(), "award__project__programme", label=_("Programme (code)"))
    within = WithinFilter("award__project__unit__path")
    reversed = FlagFilter(field_name="is_reversed", label=_("Taken back"))

    class Meta:
        model = Transfer
        fields: list[str] = []
