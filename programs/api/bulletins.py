"""Bulletins (通报): what was known at a moment, printed and sealed."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from programs.api.base import DetailView, ListView
from programs.api.rows import Row
from programs.filters import BulletinFilters
from programs.models import Bulletin


class BulletinRow(Row):
    """One bulletin. ``sha256`` and ``sm3`` are of its PDF, null until it is made; ``code`` verifies it publicly."""

    id = serializers.IntegerField()
    programme = serializers.CharField(source="programme__code")
    period = serializers.CharField(source="period__code")
    year = serializers.IntegerField()
    issue_no = serializers.IntegerField()
    as_of = serializers.DateTimeField()
    state = serializers.ChoiceField(Bulletin.State.choices)
    code = serializers.CharField()
    sha256 = serializers.CharField(source="file__sha256", allow_null=True)
    sm3 = serializers.CharField(source="file__sm3", allow_null=True)
    size = serializers.IntegerField(source="file__size", allow_null=True)
    created_at = serializers.DateTimeField()
    published_at = serializers.DateTimeField(allow_null=True)


class BulletinFull(BulletinRow):
    """A bulletin with the figures as printed."""

    snapshot = serializers.DictField()


@extend_schema(summary="Bulletins", responses=BulletinRow(many=True), tags=["bulletins"])
class BulletinList(ListView):
    row, filterset_class, queryset = BulletinRow, BulletinFilters, Bulletin.objects.all()


@extend_schema(summary="One bulletin with its figures", responses=BulletinFull, tags=["bulletins"])
class BulletinDetail(DetailView):
    row, queryset = BulletinFull, Bulletin.objects.all()
