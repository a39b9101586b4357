"""What lists of elder care can be narrowed by; the same for pages and API."""

from __future__ import annotations

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from eldercare.models import Estate, Facility, Institution
from eldercare.models.institutions import Risk
from programs.filter_fields import FlagFilter, ListFilters, TextFilter, WithinFilter, programme_filter, unit_filter


class OpenMixin:
    """``open``: in operation, or not."""

    def is_open(self, qs: QuerySet, _name: str, value: bool) -> QuerySet:
        open_ones = qs.filter(opened_on__isnull=False, closed_on=None)
        return open_ones if value else qs.exclude(pk__in=open_ones.values("pk"))


class FacilityFilters(OpenMixin, ListFilters):
    programme = programme_filter()
    type = filters.CharFilter("facility_type__code", max_length=40, label=_("Type of facility (code)"))
    unit = unit_filter()
    within = WithinFilter("unit__path")
    open = FlagFilter(label=_("In operation"), field_name="opened_on", method="is_open")
    q = TextFilter("name_zh__icontains", "name_en__icontains", "unit__name__icontains")

    class Meta:
        model = Facility
        fields: list[str] = []


class EstateFilters(ListFilters):
    programme = programme_filter()
    kind = filters.ChoiceFilter(choices=Estate.Kind.choices, label=_("Kind"))
    unit = unit_filter()
    within = WithinFilter("unit__path")
    q = TextFilter("name_zh__icontains", "name_en__icontains", "unit__name__icontains")

    class Meta:
        model = Estate
        fields: list[str] = []


class InstitutionFilters(OpenMixin, ListFilters):
    programme = programme_filter()
    unit = unit_filter()
    within = WithinFilter("unit__path")
    nature = filters.ChoiceFilter(choices=Institution.Nature.choices, label=_("Nature"))
    risk = filters.ChoiceFilter("risk_level", choices=Risk.choices, label=_("Risk level"))
    open = FlagFilter(label=_("In operation"), field_name="opened_on", method="is_open")
    q = TextFilter("name_zh__icontains", "name_en__icontains", "operator__icontains", "unit__name__icontains")

    class Meta:
        model = Institution
        fields: list[str] = []
