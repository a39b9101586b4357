"""REST: model villages and towns with their stage, honour and project list."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from programs.api.base import DetailView, ListView
from programs.api.rows import Figure, Row
from programs.filter_fields import ListFilters, WholeNumberFilter, WithinFilter, programme_filter, unit_filter
from programs.models import Project
from villages.models import BuildProject, Candidate, Honour
from villages.queries import candidates


class VillageFilters(ListFilters):
    programme = programme_filter("project__programme")
    unit = unit_filter("project__unit")
    within = WithinFilter("project__unit__path")
    level = filters.ChoiceFilter(choices=Project.Decider.choices, field_name="project__decider_level", label=_("Level"))
    kind = filters.ChoiceFilter(
        choices=[("village", _("Model village")), ("town", _("Model town"))],
        field_name="project__kind",
        label=_("Kind"),
    )
    year = WholeNumberFilter(
        min_value=2000, max_value=2200, field_name="cycle_year", label=_("Year of the application")
    )
    stage = filters.CharFilter(max_length=40, field_name="stage", label=_("Stage (code)"))

    class Meta:
        model = Candidate
        fields: list[str] = []


class VillageRow(Row):
    """One village or town with the stage of its newest application. Amounts in yuan."""

    code = serializers.CharField(source="project__code")
    programme = serializers.CharField(source="project__programme__code")
    kind = serializers.CharField(source="project__kind", help_text="village or town")
    level = serializers.ChoiceField(Project.Decider.choices, source="project__decider_level")
    name = serializers.CharField(source="project__name_zh")
    name_en = serializers.CharField(source="project__name_en")
    unit = serializers.CharField(source="project__unit__code")
    year = serializers.IntegerField(source="cycle_year", allow_null=True)
    stage = serializers.CharField(allow_null=True)
    declaration = serializers.IntegerField(source="declaration_pk", allow_null=True)
    style = serializers.ChoiceField(Candidate.Style.choices, allow_blank=True)
    belt = serializers.CharField(source="belt__project__code", allow_null=True)
    hamlets = serializers.ListField(child=serializers.CharField())
    hamlets_are_all = serializers.BooleanField()
    has_industry = serializers.BooleanField()
    has_potential = serializers.BooleanField()
    has_tourism = serializers.BooleanField()
    has_culture = serializers.BooleanField()
    has_strong_cadres = serializers.BooleanField()
    has_willing_people = serializers.BooleanField()
    investment = Figure(help_text="Sum of the building projects; null without any.")
    honoured_on = serializers.DateField(allow_null=True)
    plaque = serializers.CharField(allow_null=True)
    revoked_on = serializers.DateField(allow_null=True)


class WorksRow(serializers.Serializer):
    """One building project. ``investment`` in yuan."""

    builder = serializers.CharField()
    place = serializers.CharField()
    content = serializers.CharField()
    investment = Figure(allow_null=False)
    finish_by = serializers.DateField()
    finished_on = serializers.DateField(allow_null=True)
    sources = serializers.ListField(child=serializers.CharField())
    is_tendered = serializers.BooleanField()


class VillageDetailRow(VillageRow):
    works = WorksRow(many=True)
    beside = ("works",)


def rows() -> QuerySet[Candidate]:
    """Candidates with the columns that are no fields."""
    honour = Honour.objects.filter(project=OuterRef("project")).order_by("-honoured_on", "-pk")
    total = (
        BuildProject.objects.filter(candidate=OuterRef("pk"))
        .order_by()
        .values("candidate")
        .annotate(n=Sum("investment"))
    )
    return candidates().annotate(
        investment=Subquery(total.values("n")),
        honoured_on=Subquery(honour.values("honoured_on")[:1]),
        plaque=Subquery(honour.values("plaque_no")[:1]),
        revoked_on=Subquery(honour.values("revoked_on")[:1]),
    )


@extend_schema(summary="Model villages and towns", responses=VillageRow(many=True), tags=["villages"])
class VillageList(ListView):
    row, filterset_class, queryset = VillageRow, VillageFilters, Candidate.objects.all()

    def get_queryset(self) -> QuerySet:
        return self.scoped(rows())


@extend_schema(summary="One village or town with its project list", responses=VillageDetailRow, tags=["villages"])
class VillageDetail(DetailView):
    row, lookup = VillageDetailRow, {"code": "project__code"}

    @property
    def queryset(self) -> QuerySet:
        return rows()

    def complete(self, found: dict[str, Any]) -> dict[str, Any]:
        works = BuildProject.objects.filter(candidate__project__code=found["code"])
        return found | {"works": WorksRow(works, many=True).data}
