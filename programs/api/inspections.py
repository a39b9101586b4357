"""Checklists and inspections: read them, open one, score, close. A device that was offline sends once, with its own key."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.db.models.expressions import Combinable
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from programs.api.base import DetailView, ListView
from programs.api.plans import Codes
from programs.api.problems import NotFoundHere
from programs.api.reports import KEY, MATCH
from programs.api.rows import DecimalText, Figure, Row
from programs.api.writes import StrictInput, WriteMixin, parsed
from programs.filters_inspections import ChecklistFilters, InspectionApiFilters
from programs.models import (
    Checklist,
    ChecklistItem,
    Declaration,
    Finding,
    Inspection,
    InspectionScore,
    Programme,
    Project,
    Purpose,
    Unit,
)
from programs.services import inspections as service
from programs.services.scoring import NOTE_LENGTH

INSPECTIONS = Inspection.objects.all()
CHECKLISTS = Checklist.objects.all()
BIGGEST = 2_000_000_000


class ChecklistRow(Row):
    """One version of a checklist. ``pass_points`` null: no pass mark."""

    id = serializers.IntegerField()
    programme = serializers.CharField(source="programme__code")
    unit = serializers.CharField(source="unit__code")
    code = serializers.CharField()
    version = serializers.IntegerField()
    name = serializers.CharField(source="name_zh")
    name_en = serializers.CharField()
    state = serializers.ChoiceField(Checklist.State.choices)
    mode = serializers.ChoiceField(Checklist.Mode.choices)
    purposes = Codes()
    full_points = Figure()
    pass_points = Figure()
    clause = serializers.CharField(source="clause__path", allow_null=True)
    published_at = serializers.DateTimeField(allow_null=True)


class ItemOut(serializers.Serializer):
    """One item of a checklist."""

    code = serializers.CharField()
    group = serializers.CharField()
    text = serializers.CharField()
    text_en = serializers.CharField()
    comparator = serializers.ChoiceField(["", "gte", "lte", "eq"])
    threshold = Figure()
    measure = serializers.CharField()
    points = Figure()
    may_not_apply = serializers.BooleanField()
    clause = serializers.CharField(allow_null=True)


class ChecklistFull(ChecklistRow):
    """A checklist with its items, in order."""

    items = ItemOut(many=True)


class InspectionRow(Row):
    """One inspection. ``revision`` grows with every saving; ``outcome`` is empty until it is closed."""

    id = serializers.IntegerField()
    programme = serializers.CharField(source="programme__code")
    unit = serializers.CharField(source="unit__code")
    project = serializers.CharField(source="project__code", allow_null=True)
    declaration = serializers.IntegerField(source="declaration_id", allow_null=True)
    checklist = serializers.IntegerField(source="checklist_id")
    purpose = serializers.ChoiceField(Purpose.choices)
    state = serializers.ChoiceField(Inspection.State.choices)
    outcome = serializers.ChoiceField([("pass", "pass"), ("fail", "fail")], allow_blank=True)
    total = Figure()
    inspected_on = serializers.DateField(allow_null=True)
    inspector = serializers.CharField(source="inspector__full_name")
    office = serializers.CharField()
    conclusion = serializers.CharField()
    satisfaction = Figure()
    previous = serializers.IntegerField(source="previous_id", allow_null=True)
    revision = serializers.IntegerField(source="version")
    opened_at = serializers.DateTimeField()
    closed_at = serializers.DateTimeField(allow_null=True)


class ScoreOut(serializers.Serializer):
    """The score of one item; null points are not scored, which is not 0."""

    item = serializers.CharField()
    result = serializers.ChoiceField(InspectionScore.Result.choices, allow_blank=True)
    value = Figure()
    points = Figure()
    note = serializers.CharField()
    by = serializers.CharField()
    at = serializers.DateTimeField()


class InspectionFindingOut(serializers.Serializer):
    """One thing found wrong. ``repeats``: the earlier finding on the same item here."""

    id = serializers.IntegerField()
    item = serializers.CharField(allow_null=True)
    text = serializers.CharField()
    severity = serializers.ChoiceField(Finding.Severity.choices)
    repeats = serializers.IntegerField(allow_null=True)
    rectification = serializers.IntegerField(allow_null=True)


class InspectionFull(InspectionRow):
    """An inspection with scores and findings."""

    scores = ScoreOut(many=True)
    findings = InspectionFindingOut(many=True)


class OpenInput(StrictInput):
    """What is inspected: a project, or a unit of a programme. ``client_key``: made by the caller; twice has one effect."""

    checklist = serializers.IntegerField(min_value=1, max_value=BIGGEST)
    purpose = serializers.ChoiceField(Purpose.choices)
    project = serializers.CharField(max_length=60, required=False, default="")
    declaration = serializers.IntegerField(
        min_value=1, max_value=BIGGEST, required=False, allow_null=True, default=None
    )
    programme = serializers.CharField(max_length=60, required=False, default="")
    unit = serializers.CharField(max_length=12, required=False, default="")
    previous = serializers.IntegerField(min_value=1, max_value=BIGGEST, required=False, allow_null=True, default=None)
    client_key = serializers.UUIDField(required=False, allow_null=True, default=None)


class ScoreBase(serializers.Serializer):
    """A score as the device had seen it."""

    result = serializers.CharField(max_length=4, allow_blank=True, required=False)
    value = serializers.CharField(max_length=40, allow_blank=True, required=False)
    points = serializers.CharField(max_length=40, allow_blank=True, required=False)
    note = serializers.CharField(max_length=NOTE_LENGTH, allow_blank=True, required=False)


class ScoreInput(StrictInput):
    """One item. ``base``: the same fields as the caller had seen them, so that other items can be merged."""

    item = serializers.CharField(max_length=12)
    result = serializers.ChoiceField(["", "pass", "fail", "na"], allow_blank=True, required=False, default="")
    value = serializers.CharField(max_length=40, allow_blank=True, allow_null=True, required=False, default=None)
    points = serializers.CharField(max_length=40, allow_blank=True, allow_null=True, required=False, default=None)
    note = serializers.CharField(max_length=NOTE_LENGTH, allow_blank=True, required=False, default="")
    base = ScoreBase(required=False, allow_null=True, default=None)


class ScoresInput(StrictInput):
    """Some items. ``version``: the revision looked at, here or as If-Match."""

    version = serializers.IntegerField(min_value=0, max_value=BIGGEST, required=False, allow_null=True, default=None)
    scores = ScoreInput(many=True, allow_empty=False, max_length=300)


class PersonInput(serializers.Serializer):
    name = serializers.CharField(max_length=60)
    organization = serializers.CharField(max_length=120, allow_blank=True, required=False, default="")


class FindingInput(serializers.Serializer):
    text = serializers.CharField(max_length=500)
    item = serializers.CharField(max_length=12, allow_blank=True, required=False, default="")
    severity = serializers.ChoiceField(Finding.Severity.choices, required=False, default=Finding.Severity.MINOR)


class CloseInput(StrictInput):
    """The end of an inspection. ``outcome`` only where a score template has no pass mark."""

    version = serializers.IntegerField(min_value=0, max_value=BIGGEST, required=False, allow_null=True, default=None)
    inspected_on = serializers.DateField()
    conclusion = serializers.CharField(max_length=2000)
    panel = PersonInput(many=True, required=False, default=list, max_length=30)
    methods = serializers.ListField(
        child=serializers.CharField(max_length=30), required=False, default=list, max_length=10
    )
    satisfaction = serializers.DecimalField(
        max_digits=5, decimal_places=2, required=False, allow_null=True, default=None
    )
    outcome = serializers.ChoiceField(["pass", "fail"], required=False, allow_null=True, default=None)
    findings = FindingInput(many=True, required=False, default=list, max_length=50)


@extend_schema(summary="Checklists", responses=ChecklistRow(many=True), tags=["inspections"])
class ChecklistList(ListView):
    row, filterset_class, queryset = ChecklistRow, ChecklistFilters, CHECKLISTS


@extend_schema(summary="One version of a checklist with its items", responses=ChecklistFull, tags=["inspections"])
class ChecklistDetail(DetailView):
    row, queryset = ChecklistRow, CHECKLISTS

    def complete(self, found: dict[str, Any]) -> dict[str, Any]:
        rows = ChecklistItem.objects.filter(checklist=found["id"]).order_by("position", "code")
        names: dict[str, Combinable] = {
            "code": F("code"), "group": F("group_zh"), "text": F("text_zh"), "text_en": F("text_en"),
            "comparator": F("comparator"), "threshold": DecimalText(F("threshold")), "measure": F("measure_zh"),
            "points": DecimalText(F("points")), "may_not_apply": F("may_not_apply"), "clause": F("clause__path"),
        }  # fmt: skip
        items = [dict(zip(names, row, strict=True)) for row in rows.values_list(*names.values())]
        return found | {"items": items}


class InspectionAnswers(WriteMixin):
    """Answers one inspection in full."""

    row: type[Row] = InspectionRow
    queryset = INSPECTIONS

    def complete(self, found: dict[str, Any]) -> dict[str, Any]:
        scores = InspectionScore.objects.filter(inspection=found["id"]).order_by("item__position", "item__code")
        findings = Finding.objects.filter(inspection=found["id"]).order_by("id")
        score_names = ("item", "result", "value", "points", "note", "by", "at")
        finding_names = ("id", "item", "text", "severity", "repeats", "rectification")
        return found | {
            "scores": [
                dict(zip(score_names, row, strict=True))
                for row in scores.values_list(
                    "item__code", "result", DecimalText(F("value")), DecimalText(F("points")), "note", "by__full_name",
                    "at",
                )
            ],
            "findings": [
                dict(zip(finding_names, row, strict=True))
                for row in findings.values_list("id", "item__code", "text", "severity", "repeats_id", "rectification")
            ],
        }  # fmt: skip


class InspectionList(InspectionAnswers, ListView):
    filterset_class = InspectionApiFilters

    @extend_schema(summary="Inspections", responses=InspectionRow(many=True), tags=["inspections"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        summary="Open an inspection", request=OpenInput, responses={201: InspectionFull}, parameters=[KEY],
        tags=["inspections"], filters=False,
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        return self.run(self._open)

    def _open(self) -> tuple[int, Any]:
        given = parsed(OpenInput, self.request)
        declaration = self.named_or_none(
            Declaration.objects.select_related("project__unit", "project__programme"), "declaration",
            pk=given["declaration"],
        )  # fmt: skip
        project = self.named_or_none(
            Project.objects.select_related("unit", "programme"), "project", code=given["project"]
        ) or (declaration and declaration.project)
        unit = project.unit if project else self.named_or_none(Unit, "unit", code=given["unit"])
        programme = (
            project.programme if project else self.named_or_none(Programme, "programme", code=given["programme"])
        )
        if unit is None or programme is None:
            raise NotFoundHere(
                "subject_missing",
                _("It is not said what is inspected."),
                field="project",
                next_step=_("Name a project, or a unit and a programme."),
            )
        found = service.open_inspection(
            actor=self.request.user, purpose=given["purpose"], programme=programme, unit=unit, project=project,
            checklist=self.named(Checklist, "checklist", pk=given["checklist"]), declaration=declaration,
            previous=self.named_or_none(Inspection, "previous", pk=given["previous"]),
            client_key=given["client_key"],
        )  # fmt: skip
        return 201, self.read_one(pk=found.pk)


class InspectionDetail(InspectionAnswers, DetailView):
    @extend_schema(
        summary="One inspection with its scores and findings", responses=InspectionFull, tags=["inspections"]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class InspectionScoresView(InspectionAnswers):
    """Store some scores. Who may is decided by the service."""

    @extend_schema(
        summary="Store scores", request=ScoresInput, responses={200: InspectionFull}, parameters=[KEY, MATCH],
        tags=["inspections"],
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        return self.run(lambda: self._save(pk))

    def _save(self, pk: int) -> tuple[int, Any]:
        given, one = parsed(ScoresInput, self.request), self.get_or_404(INSPECTIONS, pk=pk)
        version = self.expected_revision(given["version"])
        service.save_scores(
            actor=self.request.user, inspection_id=one.pk, version=one.version if version is None else version,
            scores=given["scores"],
        )  # fmt: skip
        return 200, self.read_one(pk=one.pk)


class InspectionCloseView(InspectionAnswers):
    """Close an inspection. Who may is decided by the service."""

    @extend_schema(
        summary="Close an inspection", request=CloseInput, responses={200: InspectionFull},
        parameters=[KEY, MATCH], tags=["inspections"],
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        return self.run(lambda: self._close(pk))

    def _close(self, pk: int) -> tuple[int, Any]:
        given, one = parsed(CloseInput, self.request), self.get_or_404(INSPECTIONS, pk=pk)
        version = self.expected_revision(given.pop("version"))
        service.close(
            actor=self.request.user,
            inspection_id=one.pk,
            version=one.version if version is None else version,
            **given,
        )
        return 200, self.read_one(pk=one.pk)
