"""What the plans ask for: programmes, indicators, targets, tasks, periods."""

from __future__ import annotations

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from programs.api.base import DetailView, ListView
from programs.api.rows import Figure, Row
from programs.filters import IndicatorFilters, PeriodFilters, ProgrammeFilters, TargetFilters, TaskFilters
from programs.models import Indicator, Period, Programme, Target, Task, Unit


class Codes(serializers.ListField):
    """A list of codes."""

    child = serializers.CharField()


class ProgrammeRow(Row):
    """One plan being carried through in one jurisdiction."""

    code = serializers.CharField()
    module = serializers.CharField()
    name = serializers.CharField(source="name_zh")
    name_en = serializers.CharField()
    short = serializers.CharField(source="short_zh")
    short_en = serializers.CharField()
    jurisdiction = serializers.CharField(source="jurisdiction__code")
    document = serializers.CharField(source="document__code")
    basis = serializers.CharField(source="basis__path", allow_null=True, help_text="Clause that asks for reporting.")
    lead = serializers.CharField(source="lead__code", allow_null=True)
    reporting_level = serializers.ChoiceField(Unit.Level.choices)
    cadence = serializers.ChoiceField(Programme.Cadence.choices)
    due_workdays = serializers.IntegerField()
    lock_days = serializers.IntegerField()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(allow_null=True)


class IndicatorRow(Row):
    """One figure with one definition. A ratio names its two parts; everything else is reported or derived."""

    code = serializers.CharField()
    programme = serializers.CharField(source="programme__code")
    source_key = serializers.CharField()
    name = serializers.CharField(source="name_zh")
    name_en = serializers.CharField()
    short = serializers.CharField(source="short_zh")
    short_en = serializers.CharField()
    definition = serializers.CharField(source="definition_zh")
    definition_en = serializers.CharField()
    measure = serializers.CharField(source="unit_zh", help_text="Unit of measure.")
    measure_en = serializers.CharField(source="unit_en")
    decimals = serializers.IntegerField()
    counting = serializers.ChoiceField(Indicator.Counting.choices)
    direction = serializers.ChoiceField(Indicator.Direction.choices)
    binding = serializers.ChoiceField(Indicator.Binding.choices, allow_blank=True)
    numerator = serializers.CharField(source="numerator__code", allow_null=True)
    denominator = serializers.CharField(source="denominator__code", allow_null=True)
    factor = Figure(allow_null=False)
    is_reported = serializers.BooleanField()
    is_headline = serializers.BooleanField()
    weight = Figure(allow_null=False)
    baseline = Figure()
    baseline_on = serializers.DateField(allow_null=True)
    clause = serializers.CharField(source="clause__path", allow_null=True)
    clause_id = serializers.IntegerField(allow_null=True)
    valid_from = serializers.DateField(allow_null=True)
    valid_to = serializers.DateField(allow_null=True)


class TargetRow(Row):
    """One version of what one unit was assigned. ``value`` null is not 0; ``state`` says why there is none."""

    id = serializers.IntegerField()
    programme = serializers.CharField(source="indicator__programme__code")
    indicator = serializers.CharField(source="indicator__code")
    unit = serializers.CharField(source="unit__code")
    period_kind = serializers.ChoiceField(Target.PeriodKind.choices)
    year = serializers.IntegerField(allow_null=True)
    due_on = serializers.DateField(allow_null=True)
    state = serializers.ChoiceField(Target.State.choices)
    comparator = serializers.ChoiceField(Target.Comparator.choices)
    value = Figure()
    value_to = Figure()
    text = serializers.CharField(source="text_zh")
    text_en = serializers.CharField()
    series_code = serializers.CharField()
    hardness = serializers.ChoiceField(Target.Hardness.choices)
    level = serializers.ChoiceField(Target.Level.choices)
    clause = serializers.CharField(source="clause__path", allow_null=True)
    clause_id = serializers.IntegerField(allow_null=True)
    issues = Codes(help_text="Known defects of the source that concern this target.")
    is_inferred = serializers.BooleanField()
    note = serializers.CharField(source="note_zh")
    note_en = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    replaced_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()
    authorised_by = serializers.CharField(source="authorised_by__code", allow_null=True)

    expressions = {
        "issues": ArraySubquery(
            Target.issues.through.objects.filter(target_id=OuterRef("pk")).order_by("documentissue__code").values("documentissue__code")
        )
    }  # fmt: skip


class TaskRow(Row):
    """One numbered task of a plan."""

    id = serializers.IntegerField()
    programme = serializers.CharField(source="programme__code")
    number = serializers.IntegerField()
    section_no = serializers.CharField()
    section = serializers.CharField()
    section_en = serializers.CharField()
    summary = serializers.CharField(source="summary_zh")
    summary_en = serializers.CharField()
    lead = serializers.CharField(source="lead__code", allow_null=True)
    responsible = Codes(help_text="Organizations that answer for it.")
    counties_implicitly_responsible = serializers.BooleanField()
    measures = serializers.ListField(child=serializers.DictField())
    year = serializers.IntegerField(allow_null=True)
    clause = serializers.CharField(source="clause__path", allow_null=True)
    clause_id = serializers.IntegerField(allow_null=True)
    note = serializers.CharField(source="note_zh")
    note_en = serializers.CharField()

    expressions = {
        "responsible": ArraySubquery(
            Task.responsible.through.objects.filter(task_id=OuterRef("pk")).order_by("organization__code").values("organization__code")
        )
    }  # fmt: skip


class PeriodRow(Row):
    """One reporting period of one programme."""

    id = serializers.IntegerField()
    programme = serializers.CharField(source="programme__code")
    code = serializers.CharField(help_text="2026-10, 2026-Q3, 2026-H1, 2026")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    opens_on = serializers.DateField()
    due_on = serializers.DateField()
    due_is_provisional = serializers.BooleanField(help_text="The calendar of that year is not loaded yet.")
    locks_on = serializers.DateField()
    locked_at = serializers.DateTimeField(allow_null=True)
    lock_reason = serializers.ChoiceField(Period.LockReason.choices, allow_blank=True)
    lock_comment = serializers.CharField()


@extend_schema(summary="Programmes", responses=ProgrammeRow(many=True), tags=["programmes"])
class ProgrammeList(ListView):
    row, order, filterset_class, queryset = ProgrammeRow, "code", ProgrammeFilters, Programme.objects.all()


@extend_schema(summary="One programme by its code", responses=ProgrammeRow, tags=["programmes"])
class ProgrammeDetail(DetailView):
    row, lookup, queryset = ProgrammeRow, {"code": "code"}, Programme.objects.all()


@extend_schema(summary="Indicators", responses=IndicatorRow(many=True), tags=["indicators"])
class IndicatorList(ListView):
    row, order, filterset_class, queryset = IndicatorRow, "id", IndicatorFilters, Indicator.objects.all()


@extend_schema(summary="One indicator by its code", responses=IndicatorRow, tags=["indicators"])
class IndicatorDetail(DetailView):
    row, lookup, queryset = IndicatorRow, {"code": "code"}, Indicator.objects.all()


@extend_schema(
    summary="Targets in force (with history=true, replaced versions too)",
    responses=TargetRow(many=True),
    tags=["targets"],
)
class TargetList(ListView):
    row, filterset_class, queryset = TargetRow, TargetFilters, Target.objects.all()


@extend_schema(summary="One version of a target", responses=TargetRow, tags=["targets"])
class TargetDetail(DetailView):
    row, queryset = TargetRow, Target.objects.all()


@extend_schema(summary="Tasks", responses=TaskRow(many=True), tags=["tasks"])
class TaskList(ListView):
    row, filterset_class, queryset = TaskRow, TaskFilters, Task.objects.all()


@extend_schema(summary="One task", responses=TaskRow, tags=["tasks"])
class TaskDetail(DetailView):
    row, queryset = TaskRow, Task.objects.all()


@extend_schema(summary="Reporting periods", responses=PeriodRow(many=True), tags=["periods"])
class PeriodList(ListView):
    row, filterset_class, queryset = PeriodRow, PeriodFilters, Period.objects.all()


@extend_schema(summary="One reporting period", responses=PeriodRow, tags=["periods"])
class PeriodDetail(DetailView):
    row, queryset = PeriodRow, Period.objects.all()
