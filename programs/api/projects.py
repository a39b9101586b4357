"""Projects: one thing one unit does in one programme."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from programs.api.base import DetailView, ListView
from programs.api.rows import Row
from programs.filters_declarations import ProjectFilters
from programs.models import Project
from programs.queries.projects import with_newest


class ProjectRow(Row):
    """One project, with its newest declaration."""

    code = serializers.CharField()
    programme = serializers.CharField(source="programme__code")
    kind = serializers.CharField()
    name = serializers.CharField(source="name_zh")
    name_en = serializers.CharField()
    unit = serializers.CharField(source="unit__code")
    applicant = serializers.CharField(source="applicant__code", allow_null=True)
    decider_level = serializers.ChoiceField(Project.Decider.choices)
    plan_year = serializers.IntegerField(allow_null=True)
    is_active = serializers.BooleanField()
    declaration = serializers.IntegerField(allow_null=True, help_text="Newest declaration (id).")
    workflow = serializers.CharField(allow_null=True)
    stage = serializers.CharField(allow_null=True)
    stage_year = serializers.IntegerField(allow_null=True)


class ProjectList(ListView):
    row, filterset_class, queryset = ProjectRow, ProjectFilters, Project.objects.all()

    def get_queryset(self) -> Any:
        return with_newest(super().get_queryset())

    @extend_schema(summary="Projects", responses=ProjectRow(many=True), tags=["declarations"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class ProjectDetail(DetailView):
    row, queryset = ProjectRow, with_newest(Project.objects.all())
    lookup = {"code": "code"}

    @extend_schema(summary="One project", responses=ProjectRow, tags=["declarations"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)
