"""Rectifications: read them, assign a finding, take a step."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from programs.api.base import DetailView, ListView
from programs.api.reports import KEY, MATCH
from programs.api.rows import Row
from programs.api.writes import StrictInput, WriteMixin, parsed
from programs.filter_fields import current_units
from programs.filters_inspections import RectificationApiFilters
from programs.models import Finding, Organization, Rectification, RectificationStep
from programs.rectification_steps import STEPS
from programs.services import rectifications as service

RECTIFICATIONS = Rectification.objects.all()
BIGGEST = 2_000_000_000


class RectificationRow(Row):
    """One finding being put right. ``escalation``: 0 nobody, 1 the county, 2 the city."""

    id = serializers.IntegerField()
    programme = serializers.CharField(source="programme__code")
    unit = serializers.CharField(source="unit__code")
    organization = serializers.CharField(source="organization__code", allow_null=True)
    inspection = serializers.IntegerField(source="finding__inspection_id")
    finding = serializers.IntegerField(source="finding_id")
    text = serializers.CharField(source="finding__text")
    repeats = serializers.IntegerField(source="finding__repeats_id", allow_null=True)
    goal = serializers.CharField()
    state = serializers.ChoiceField(Rectification.State.choices)
    due_on = serializers.DateField()
    first_due_on = serializers.DateField()
    due_is_provisional = serializers.BooleanField()
    escalation = serializers.IntegerField()
    assigned_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class RectificationStepOut(serializers.Serializer):
    """One step, as taken; never changed afterwards."""

    verb = serializers.CharField()
    from_state = serializers.CharField()
    to_state = serializers.ChoiceField(Rectification.State.choices)
    actor = serializers.CharField(allow_null=True)
    office = serializers.CharField()
    comment = serializers.CharField()
    file_name = serializers.CharField()
    revisited_on = serializers.DateField(allow_null=True)
    at = serializers.DateTimeField()


class RectificationFull(RectificationRow):
    """A rectification with its steps. ``revision``: number of the newest one."""

    revision = serializers.IntegerField()
    steps = RectificationStepOut(many=True)


class AssignInput(StrictInput):
    """Owner and last day of a finding: ``due_on`` or ``workdays``; without ``unit`` it is where the inspection lies."""

    finding = serializers.IntegerField(min_value=1, max_value=BIGGEST)
    goal = serializers.CharField(max_length=300)
    due_on = serializers.DateField(required=False, allow_null=True, default=None)
    workdays = serializers.IntegerField(min_value=1, max_value=250, required=False, allow_null=True, default=None)
    unit = serializers.CharField(max_length=12, required=False, default="")
    organization = serializers.CharField(max_length=60, required=False, default="")


class TakeInput(StrictInput):
    """One step. ``revision``: that of the rectification looked at, here or as If-Match; another one is 409."""

    verb = serializers.ChoiceField(sorted(STEPS))
    comment = serializers.CharField(max_length=2000, allow_blank=True, required=False, default="")
    revisited_on = serializers.DateField(required=False, allow_null=True, default=None)
    revision = serializers.IntegerField(min_value=0, max_value=BIGGEST, required=False, allow_null=True, default=None)


class RectificationAnswers(WriteMixin):
    """Answers one rectification in full."""

    row: type[Row] = RectificationRow
    queryset = RECTIFICATIONS

    def complete(self, found: dict[str, Any]) -> dict[str, Any]:
        steps = RectificationStep.objects.filter(rectification=found["id"]).order_by("id")
        names = ("verb", "from_state", "to_state", "actor", "office", "comment", "file_name", "revisited_on", "at")
        lookups = ("verb", "from_state", "to_state", "actor__full_name", *names[4:])
        return found | {
            "revision": steps.aggregate(newest=Max("pk"))["newest"] or 0,
            "steps": [dict(zip(names, row, strict=True)) for row in steps.values_list(*lookups)],
        }


class RectificationList(RectificationAnswers, ListView):
    filterset_class = RectificationApiFilters

    @extend_schema(summary="Rectifications", responses=RectificationRow(many=True), tags=["rectifications"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        summary="Assign a finding", request=AssignInput, responses={201: RectificationFull}, parameters=[KEY],
        tags=["rectifications"], filters=False,
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        return self.run(self._assign)

    def _assign(self) -> tuple[int, Any]:
        given = parsed(AssignInput, self.request)
        made = service.assign(
            actor=self.request.user,
            finding_id=self.named(Finding, "finding", pk=given["finding"]).pk,
            goal=given["goal"], due_on=given["due_on"], workdays=given["workdays"],
            unit=self.named_or_none(current_units(), "unit", code=given["unit"]),
            organization=self.named_or_none(Organization, "organization", code=given["organization"]),
        )  # fmt: skip
        return 201, self.read_one(pk=made.pk)


class RectificationDetail(RectificationAnswers, DetailView):
    @extend_schema(summary="One rectification with its steps", responses=RectificationFull, tags=["rectifications"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class RectificationStepView(RectificationAnswers):
    """One step. Who may take it is decided by the service."""

    @extend_schema(
        summary="Take a step", request=TakeInput, responses={200: RectificationFull}, parameters=[KEY, MATCH],
        tags=["rectifications"],
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        return self.run(lambda: self._step(pk))

    def _step(self, pk: int) -> tuple[int, Any]:
        given, one = parsed(TakeInput, self.request), self.get_or_404(RECTIFICATIONS, pk=pk)
        service.take(
            actor=self.request.user, rectification_id=one.pk, verb=given["verb"], comment=given["comment"],
            revisited_on=given["revisited_on"], seen=self.expected_revision(given["revision"]),
        )  # fmt: skip
        return 200, self.read_one(pk=one.pk)
