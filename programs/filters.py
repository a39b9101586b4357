"""What lists can be narrowed by; the same for pages and API."""

from __future__ import annotations

import django_filters as filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from policies.models import Clause, Document
from programs.filter_fields import (
    CodeFilter,
    FlagFilter,
    ListFilters,
    PeriodCodeMixin,
    TextFilter,
    WholeNumberFilter,
    WithinFilter,
    clause_filter,
    indicator_filter,
    programme_filter,
    unit_filter,
)
from programs.models import (
    Bulletin,
    Draw,
    Indicator,
    Organization,
    Period,
    Programme,
    ProgressReport,
    Ranking,
    ReportingDuty,
    ReportState,
    Target,
    Task,
    Unit,
)


class UnitFilters(ListFilters):
    level = filters.ChoiceFilter(choices=Unit.Level.choices, label=_("Level"))
    kind = filters.ChoiceFilter(choices=Unit.Kind.choices, label=_("Kind"))
    within = WithinFilter("path")
    parent = unit_filter("parent")
    q = TextFilter("name__icontains", "name_en__icontains", "pinyin__istartswith", "code__startswith")

    class Meta:
        model = Unit
        fields: list[str] = []


class OrganizationFilters(ListFilters):
    kind = filters.ChoiceFilter(choices=Organization.Kind.choices, label=_("Kind"))
    unit = unit_filter()
    within = WithinFilter("unit__path")
    programme = CodeFilter(Programme.objects.all(), "programme", label=_("Programme (code)"), method="with_part_in")
    q = TextFilter("name__icontains", "name_en__icontains", "code__startswith")

    class Meta:
        model = Organization
        fields: list[str] = []

    def with_part_in(self, qs: QuerySet, _name: str, programme: Programme) -> QuerySet:
        """Bodies that lead the programme or answer for one of its tasks."""
        tasks = Task.objects.filter(Q(lead=OuterRef("pk")) | Q(responsible=OuterRef("pk")), programme=programme)
        return qs.filter(Q(pk=programme.lead_id) | Exists(tasks))


class DocumentFilters(ListFilters):
    programme = CodeFilter(Programme.objects.all(), "programmes", label=_("Programme (code)"))
    authority = filters.ChoiceFilter(choices=Document.Authority.choices, label=_("Authority"))
    q = TextFilter("title_zh__icontains", "title_en__icontains", "number__icontains", "code__startswith")

    class Meta:
        model = Document
        fields: list[str] = []


class ClauseFilters(ListFilters):
    programme = CodeFilter(Programme.objects.all(), "document__programmes", label=_("Programme (code)"))
    document = CodeFilter(Document.objects.all(), "document", label=_("Document (code)"))
    path = filters.CharFilter(max_length=80, label=_("Path of the clause"))
    q = TextFilter(
        "title_zh__icontains",
        "title_en__icontains",
        "summary_zh__icontains",
        "summary_en__icontains",
        "path__icontains",
    )

    class Meta:
        model = Clause
        fields: list[str] = []


class ProgrammeFilters(ListFilters):
    programme = CodeFilter(Programme.objects.all(), "pk", label=_("Programme (code)"), method="only")
    module = filters.CharFilter(max_length=30, label=_("Module (code)"))
    jurisdiction = unit_filter("jurisdiction")
    q = TextFilter("name_zh__icontains", "name_en__icontains", "code__startswith")

    class Meta:
        model = Programme
        fields: list[str] = []

    def only(self, qs: QuerySet, _name: str, programme: Programme) -> QuerySet:
        return qs.filter(pk=programme.pk)


class IndicatorFilters(ListFilters):
    programme = programme_filter()
    counting = filters.ChoiceFilter(choices=Indicator.Counting.choices, label=_("Counting rule"))
    binding = filters.ChoiceFilter(choices=Indicator.Binding.choices, label=_("Binding"))
    is_reported = FlagFilter(label=_("Entered by reporters"))
    is_headline = FlagFilter(label=_("Headline figure"))
    clause = clause_filter()
    q = TextFilter("name_zh__icontains", "name_en__icontains", "code__startswith")

    class Meta:
        model = Indicator
        fields: list[str] = []


class TargetFilters(ListFilters):
    programme = programme_filter("indicator__programme")
    indicator = indicator_filter()
    unit = unit_filter()
    within = WithinFilter("unit__path")
    year = WholeNumberFilter(min_value=1949, max_value=2200, label=_("Year"))
    state = filters.ChoiceFilter(choices=Target.State.choices, label=_("State"))
    clause = clause_filter()
    history = FlagFilter(label=_("Replaced versions too"), method="with_history")

    class Meta:
        model = Target
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        queryset = super().filter_queryset(queryset)
        return queryset if self.form.cleaned_data.get("history") else queryset.filter(replaced_at=None)

    def with_history(self, qs: QuerySet, _name: str, _value: bool) -> QuerySet:
        """Decided in ``filter_queryset``: an absent flag narrows too."""
        return qs


class TaskFilters(ListFilters):
    programme = programme_filter()
    organization = CodeFilter(
        Organization.objects.all(), "organization", label=_("Organization (code)"), method="answered_for_by"
    )
    number = WholeNumberFilter(min_value=0, max_value=30_000, label=_("Number"))
    year = WholeNumberFilter(min_value=1949, max_value=2200, label=_("Year"))
    clause = clause_filter()
    q = TextFilter("summary_zh__icontains", "summary_en__icontains", "section__icontains")

    class Meta:
        model = Task
        fields: list[str] = []

    def answered_for_by(self, qs: QuerySet, _name: str, organization: Organization) -> QuerySet:
        """Tasks the body leads or shares."""
        shared = Task.responsible.through.objects.filter(task_id=OuterRef("pk"), organization=organization)
        return qs.filter(Q(lead=organization) | Exists(shared))


class PeriodFilters(ListFilters):
    programme = programme_filter()
    code = filters.CharFilter(max_length=8, label=_("Code (2026-10, 2026-Q3 …)"))
    locked = FlagFilter(label=_("Locked"), field_name="locked_at", method="is_locked")

    class Meta:
        model = Period
        fields: list[str] = []

    def is_locked(self, qs: QuerySet, _name: str, value: bool) -> QuerySet:
        return qs.filter(locked_at__isnull=not value)


class ReportFilters(PeriodCodeMixin, ListFilters):
    programme = programme_filter("indicator__programme")
    indicator = indicator_filter()
    unit = unit_filter()
    within = WithinFilter("unit__path")
    period = filters.CharFilter(max_length=8, label=_("Period (2026-10, 2026-Q3 …)"), method="in_period")
    state = filters.ChoiceFilter(choices=ReportState.choices, label=_("State"))
    submitted_after = filters.IsoDateTimeFilter(
        field_name="submitted_at", lookup_expr="gte", label=_("Submitted at or after")
    )

    class Meta:
        model = ProgressReport
        fields: list[str] = []


class DueFilters(ListFilters):
    programme = programme_filter("indicator__programme")
    indicator = indicator_filter()
    unit = unit_filter()
    within = WithinFilter("unit__path")
    period = filters.CharFilter(max_length=8, field_name="period_code", label=_("Period (2026-10, 2026-Q3 …)"))
    due_by = filters.DateFilter(field_name="due_on", lookup_expr="lte", label=_("Due on or before"))

    class Meta:
        model = ReportingDuty
        fields: list[str] = []


class BulletinFilters(PeriodCodeMixin, ListFilters):
    programme = programme_filter()
    period = filters.CharFilter(max_length=8, label=_("Period (2026-10, 2026-Q3 …)"), method="in_period")
    year = WholeNumberFilter(min_value=1949, max_value=2200, label=_("Year"))
    state = filters.ChoiceFilter(choices=Bulletin.State.choices, label=_("State"))

    class Meta:
        model = Bulletin
        fields: list[str] = []


class DrawFilters(ListFilters):
    """Open to anybody: a programme is named by its code whoever asks."""

    programme = filters.CharFilter("programme__code", max_length=60, label=_("Programme (code)"))
    year = WholeNumberFilter(label=_("Year"))
    state = filters.ChoiceFilter(choices=Draw.State.choices, label=_("State"))

    class Meta:
        model = Draw
        fields: list[str] = []


class RankingFilters(ListFilters):
    programme = programme_filter()
    kind = filters.ChoiceFilter(choices=Ranking.Kind.choices, label=_("Paper"))
    state = filters.ChoiceFilter(choices=Ranking.State.choices, label=_("State"))
    period = filters.CharFilter("period_code", max_length=8, label=_("Span"))

    class Meta:
        model = Ranking
        fields: list[str] = []
