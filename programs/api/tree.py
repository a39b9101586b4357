"""Units and organizations."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from programs.api.base import DetailView, ListView
from programs.api.rows import Row
from programs.filter_fields import current_units
from programs.filters import OrganizationFilters, UnitFilters
from programs.models import Organization, Unit


class UnitRow(Row):
    """One administrative unit in force. ``parent`` administers it; ``located_in`` is its territory where that differs."""

    code = serializers.CharField(help_text="12 digits")
    name = serializers.CharField()
    name_en = serializers.CharField()
    short_name = serializers.CharField()
    level = serializers.ChoiceField(Unit.Level.choices)
    kind = serializers.ChoiceField(Unit.Kind.choices)
    quota_class = serializers.ChoiceField(Unit.QuotaClass.choices, allow_blank=True)
    parent = serializers.CharField(source="parent__code", allow_null=True)
    located_in = serializers.CharField(source="located_in__code", allow_null=True)
    is_local_code = serializers.BooleanField(help_text="The code is this city's own, not a national one.")
    note = serializers.CharField(source="note_zh")
    note_en = serializers.CharField()
    valid_from = serializers.DateField(allow_null=True)


class OrganizationRow(Row):
    """One body that acts."""

    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    kind = serializers.ChoiceField(Organization.Kind.choices)
    unit = serializers.CharField(source="unit__code")
    successor = serializers.CharField(source="successor__code", allow_null=True)
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)
    note = serializers.CharField(source="note_zh")
    note_en = serializers.CharField()


@extend_schema(summary="Administrative units the caller may see", responses=UnitRow(many=True), tags=["units"])
class UnitList(ListView):
    row, order, filterset_class = UnitRow, "code", UnitFilters
    queryset = current_units()


@extend_schema(summary="One unit by its 12-digit code", responses=UnitRow, tags=["units"])
class UnitDetail(DetailView):
    row, lookup, queryset = UnitRow, {"code": "code"}, current_units()


@extend_schema(summary="Organizations", responses=OrganizationRow(many=True), tags=["organizations"])
class OrganizationList(ListView):
    row, order, filterset_class = OrganizationRow, "code", OrganizationFilters
    queryset = Organization.objects.all()


@extend_schema(summary="One organization by its code", responses=OrganizationRow, tags=["organizations"])
class OrganizationDetail(DetailView):
    row, lookup, queryset = OrganizationRow, {"code": "code"}, Organization.objects.all()
