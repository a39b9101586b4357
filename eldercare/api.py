"""Facilities and institutions for other systems."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from eldercare.filters import FacilityFilters, InstitutionFilters
from eldercare.models import Facility, Institution, Served
from eldercare.models.institutions import Risk
from eldercare.queries.standards import facility_checks, standards_by_type
from programs.api.base import DetailView, ListView
from programs.api.rows import Figure, Row


class FacilityRow(Row):
    """One facility. A null figure is not known, which is neither 0 nor a failure."""

    id = serializers.IntegerField()
    programme = serializers.CharField(source="programme__code")
    type = serializers.CharField(source="facility_type__code")
    type_name = serializers.CharField(source="facility_type__name_zh")
    type_name_en = serializers.CharField(source="facility_type__name_en")
    unit = serializers.CharField(source="unit__code")
    name = serializers.CharField(source="name_zh")
    name_en = serializers.CharField()
    project = serializers.CharField(source="project__code", allow_null=True)
    area = Figure(help_text="m²")
    beds = serializers.IntegerField(allow_null=True)
    nursing_beds = serializers.IntegerField(allow_null=True)
    embedded_beds = serializers.IntegerField(allow_null=True)
    medical_care = serializers.BooleanField(allow_null=True)
    takes_disabled = serializers.BooleanField(allow_null=True)
    opened_on = serializers.DateField(allow_null=True, help_text="null: not open yet")
    closed_on = serializers.DateField(allow_null=True)
    serves = serializers.ListField(child=serializers.CharField(), help_text="Units it serves, its own among them.")
    version = serializers.IntegerField()
    updated_at = serializers.DateTimeField()

    expressions = {
        "serves": ArraySubquery(
            Served.objects.filter(facility=OuterRef("pk")).order_by("unit__code").values("unit__code")
        )
    }


class CheckRow(serializers.Serializer):
    """One standard of the facility's plan beside what the facility has."""

    measure = serializers.CharField()
    comparator = serializers.CharField()
    wanted = serializers.CharField()
    actual = serializers.CharField(allow_null=True)
    result = serializers.ChoiceField(["pass", "fail", "unknown"])
    clause = serializers.CharField(allow_null=True)


class FacilityFull(FacilityRow):
    """One facility with its checks against the standards in force today."""

    checks = CheckRow(many=True)
    beside = ("checks",)


class InstitutionRow(Row):
    """One institution. Of the custody account only whether there is one."""

    id = serializers.IntegerField()
    programme = serializers.CharField(source="programme__code")
    unit = serializers.CharField(source="unit__code")
    name = serializers.CharField(source="name_zh")
    name_en = serializers.CharField()
    nature = serializers.ChoiceField(Institution.Nature.choices, allow_blank=True)
    operator = serializers.CharField()
    facility = serializers.IntegerField(source="facility_id", allow_null=True)
    filing_no = serializers.CharField()
    filed_on = serializers.DateField(allow_null=True)
    beds = serializers.IntegerField(allow_null=True)
    nursing_beds = serializers.IntegerField(allow_null=True)
    fire_accepted = serializers.BooleanField(allow_null=True)
    fire_accepted_on = serializers.DateField(allow_null=True)
    cameras = serializers.BooleanField(allow_null=True, help_text="In public areas.")
    medical = serializers.ChoiceField(Institution.Medical.choices, allow_blank=True)
    takes_prepaid = serializers.BooleanField(allow_null=True)
    custody_account = serializers.BooleanField(allow_null=True)
    risk_level = serializers.ChoiceField(
        Risk.choices, allow_blank=True, help_text="Decided by a person; empty: not decided."
    )
    opened_on = serializers.DateField(allow_null=True)
    closed_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()
    updated_at = serializers.DateTimeField()


@extend_schema(summary="Elder-care facilities", responses=FacilityRow(many=True), tags=["facilities"])
class FacilityList(ListView):
    row, filterset_class, queryset = FacilityRow, FacilityFilters, Facility.objects.all()


@extend_schema(summary="One facility with its checks", responses=FacilityFull, tags=["facilities"])
class FacilityDetail(DetailView):
    row, queryset = FacilityFull, Facility.objects.all()

    def complete(self, found: dict[str, Any]) -> dict[str, Any]:
        facility = Facility.objects.get(pk=found["id"])
        standards = standards_by_type([facility.programme_id], timezone.localdate()).get(facility.facility_type_id, [])
        checks = [
            {
                "measure": check.standard.measure,
                "comparator": check.standard.comparator,
                "wanted": f"{check.standard.value.normalize():f}",
                "actual": None if check.shown is None else f"{check.shown.normalize():f}",
                "result": check.result.value,
                "clause": check.standard.clause.path if check.standard.clause else None,
            }
            for check in facility_checks(facility, standards)
        ]
        return found | {"checks": checks}


@extend_schema(summary="Elder-care institutions", responses=InstitutionRow(many=True), tags=["institutions"])
class InstitutionList(ListView):
    row, filterset_class, queryset = InstitutionRow, InstitutionFilters, Institution.objects.all()


@extend_schema(summary="One institution", responses=InstitutionRow, tags=["institutions"])
class InstitutionDetail(DetailView):
    row, queryset = InstitutionRow, Institution.objects.all()
