"""Periodic papers with their ranking of results."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from programs.api.base import DetailView, ListView
from programs.api.rows import Row
from programs.filters import RankingFilters
from programs.models import Ranking


class RankingRow(Row):
    """One paper. ``sha256`` and ``sm3`` are of its PDF, null until it is made; ``code`` verifies it publicly."""

    id = serializers.IntegerField()
    programme = serializers.CharField(source="programme__code")
    kind = serializers.ChoiceField(Ranking.Kind.choices)
    period = serializers.CharField(source="period_code")
    state = serializers.ChoiceField(Ranking.State.choices)
    rule_version = serializers.IntegerField(source="rule__version")
    as_of = serializers.DateTimeField()
    appeal_until = serializers.DateField(allow_null=True)
    code = serializers.CharField()
    sha256 = serializers.CharField(source="pdf__sha256", allow_null=True)
    sm3 = serializers.CharField(source="pdf__sm3", allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)


class RankingFull(RankingRow):
    """A paper with everything it prints: the rule, the places with their inputs, what moves a unit up."""

    snapshot = serializers.DictField()


@extend_schema(summary="Reviews and rankings", responses=RankingRow(many=True), tags=["rankings"])
class RankingList(ListView):
    row, filterset_class, queryset = RankingRow, RankingFilters, Ranking.objects.all()


@extend_schema(summary="One paper with its places and their inputs", responses=RankingFull, tags=["rankings"])
class RankingDetail(DetailView):
    row, queryset = RankingFull, Ranking.objects.all()
