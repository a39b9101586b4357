"""Waters for REST clients."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from programs.api.base import DetailView, ListView
from programs.api.plans import Codes
from programs.api.rows import Figure, Row
from programs.models import Project
from rivers.filters import WaterFilters
from rivers.models import RiverChief, WaterBody, WaterQuality
from rivers.queries import register


class WaterRow(Row):
    """One water of a plan's list. The year of the plan and the three dates are four things."""

    code = serializers.CharField(source="project__code", help_text="Key of the water; names repeat.")
    seq = serializers.IntegerField(help_text="Number in the plan's list.")
    programme = serializers.CharField(source="programme__code")
    name = serializers.CharField(source="project__name_zh")
    name_en = serializers.CharField(source="project__name_en")
    segment = serializers.CharField(source="segment_zh")
    segment_en = serializers.CharField()
    kind = serializers.ChoiceField(choices=["river", "reservoir"], source="project__kind")
    level = serializers.ChoiceField(Project.Decider.choices, source="project__decider_level")
    unit = serializers.CharField(source="project__unit__code")
    length_km = Figure()
    length_is_approximate = serializers.BooleanField()
    reservoir_class = serializers.ChoiceField(WaterBody.ReservoirClass.choices, allow_blank=True)
    responsible = serializers.CharField(source="responsible_text", help_text="As the plan writes it.")
    parties = Codes(help_text="Codes of the bodies named there.")
    plan_year = serializers.IntegerField(source="project__plan_year")
    build_done_on = serializers.DateField(allow_null=True)
    evaluated_on = serializers.DateField(allow_null=True)
    named_on = serializers.DateField(allow_null=True)
    naming_number = serializers.CharField()
    register_number = serializers.CharField()
    sign_updated_on = serializers.DateField(allow_null=True)
    stage = serializers.CharField(allow_null=True, help_text="Of the newest declaration; null: none yet.")
    year = serializers.IntegerField(allow_null=True, help_text="Year of its self-evaluation.")
    declaration = serializers.IntegerField(source="declaration_id", allow_null=True)

    expressions = {
        "parties": ArraySubquery(
            WaterBody.parties.through.objects.filter(waterbody_id=OuterRef("pk")).order_by("organization__code").values("organization__code")
        )
    }  # fmt: skip


class MonthRow(serializers.Serializer):
    """The class of one month; a month that is not listed has none, which is not a pass."""

    month = serializers.DateField(help_text="Its first day.")
    grade = serializers.IntegerField(help_text="1 (best) to 6 (worse than class V).")
    source = serializers.CharField()


class ChiefRow(serializers.Serializer):
    level = serializers.ChoiceField(RiverChief.Level.choices)
    person = serializers.CharField()
    post = serializers.CharField()
    since = serializers.DateField()


class WaterDetailRow(WaterRow):
    """One water with its monthly classes and its chiefs in office."""

    classes = MonthRow(many=True)
    chiefs = ChiefRow(many=True)

    expressions = WaterRow.expressions | {
        "classes": ArraySubquery(
            WaterQuality.objects.filter(water_id=OuterRef("pk"), replaced_at=None).order_by("month")
            .values(json=JSONObject(month="month", grade="grade", source="source"))
        ),
        "chiefs": ArraySubquery(
            RiverChief.objects.filter(water_id=OuterRef("pk"), until=None).order_by("level")
            .values(json=JSONObject(level="level", person="person", post="post", since="since"))
        ),
    }  # fmt: skip


@extend_schema(summary="Waters of the happy-rivers plans", responses=WaterRow(many=True), tags=["rivers"])
class RiverList(ListView):
    row, filterset_class, queryset = WaterRow, WaterFilters, WaterBody.objects.all()

    def get_queryset(self) -> QuerySet[WaterBody]:
        return register(super().get_queryset()).order_by()


@extend_schema(summary="One water with its monthly classes", responses=WaterDetailRow, tags=["rivers"])
class RiverDetail(DetailView):
    row, lookup, queryset = WaterDetailRow, {"code": "project__code"}, WaterBody.objects.all()

    def scoped(self, rows: Any) -> Any:
        return register(super().scoped(rows))
