"""What lists can be narrowed by; the same for pages and API. Values that are unknown or out of scope are the same error."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import Any

import django_filters as filters
from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from policies.models import Clause, Document
from programs.models import (
    Bulletin,
    Indicator,
    Organization,
    Period,
    Programme,
    ProgressReport,
    ReportingDuty,
    ReportState,
    Target,
    Task,
    Unit,
)

YES, NO = pgettext_lazy("answer", "yes"), pgettext_lazy("answer", "no")
YES_NO = [("true", YES), ("false", NO), ("1", YES), ("0", NO)]
UNKNOWN = _("“%(value)s” is unknown here, or lies outside your units.")


def visible(rows: QuerySet) -> Callable[[Any], QuerySet]:
    """Choices of a filter: what the person asking may see (everything that is scoped when nobody asks: the schema)."""

    def of(request: Any) -> QuerySet:
        return rows.visible_to(request.user) if request is not None and hasattr(rows, "visible_to") else rows.all()

    return of


@extend_schema_field(OpenApiTypes.STR)
class CodeFilter(filters.ModelChoiceFilter):
    """One object named by its code."""

    def __init__(self, rows: QuerySet, field_name: str, *, label: Any, to: str = "code", **kwargs: Any) -> None:
        super().__init__(queryset=visible(rows), field_name=field_name, to_field_name=to, label=label, error_messages={"invalid_choice": UNKNOWN}, **kwargs)


@extend_schema_field(OpenApiTypes.INT)
class KeyFilter(CodeFilter):
    """One object named by its number."""

    def __init__(self, rows: QuerySet, field_name: str, *, label: Any, **kwargs: Any) -> None:
        super().__init__(rows, field_name, label=label, to="pk", **kwargs)


@extend_schema_field(OpenApiTypes.BOOL)
class FlagFilter(filters.TypedChoiceFilter):
    """true or false; anything else is an error, not "either"."""

    def __init__(self, *, label: Any, **kwargs: Any) -> None:
        super().__init__(choices=YES_NO, coerce=lambda text: text in {"true", "1"}, label=label, **kwargs)


class WithinFilter(CodeFilter):
    """A unit and everything below it, by the unit's code; ``field_name`` is the lookup to a unit's path."""

    def __init__(self, field_name: str, **kwargs: Any) -> None:
        super().__init__(current_units(), field_name, label=_("Unit and everything below it (12-digit code)"), **kwargs)

    def filter(self, qs: QuerySet, value: Unit | None) -> QuerySet:
        return qs if value is None else qs.filter(**{f"{self.field_name}__startswith": value.path})


def current_units() -> QuerySet[Unit]:
    """Units in force today's register."""
    return Unit.objects.filter(valid_to=None)


def programme_filter(field_name: str = "programme") -> CodeFilter:
    return CodeFilter(Programme.objects.all(), field_name, label=_("Programme (code)"))


def indicator_filter(field_name: str = "indicator") -> CodeFilter:
    return CodeFilter(Indicator.objects.all(), field_name, label=_("Indicator (code)"))


def unit_filter(field_name: str = "unit") -> CodeFilter:
    return CodeFilter(current_units(), field_name, label=_("Unit (12-digit code)"))


def clause_filter() -> KeyFilter:
    return KeyFilter(Clause.objects.all(), "clause", label=_("Clause (number)"))


class TextFilter(filters.CharFilter):
    """Words looked for in several columns; ``lookups`` are tried one by one."""

    def __init__(self, *lookups: str, **kwargs: Any) -> None:
        self.lookups = lookups
        super().__init__(label=_("Words"), max_length=60, **kwargs)

    def filter(self, qs: QuerySet, value: str) -> QuerySet:
        if not value:
            return qs
        condition = Q()
        for lookup in self.lookups:
            condition |= Q(**{lookup: value})
        return qs.filter(condition)


@extend_schema_field(OpenApiTypes.INT)
class WholeNumberFilter(filters.NumberFilter):
    """A whole number; 2024.5 is an error."""

    field_class = forms.IntegerField

    def get_max_validator(self) -> None:
        """The bounds are given where the filter is declared."""
        return


class ListFilters(filters.FilterSet):
    """Base of all filter sets. ``only``: names of the filters wanted; building the others' fields costs more than the query."""

    def __init__(self, data: Any = None, queryset: QuerySet | None = None, *, only: Container[str] | None = None, **kwargs: Any) -> None:
        if only is not None:
            self.base_filters = {name: one for name, one in type(self).base_filters.items() if name in only}
        super().__init__(data, queryset, **kwargs)


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
    q = TextFilter("title_zh__icontains", "title_en__icontains", "summary_zh__icontains", "summary_en__icontains", "path__icontains")

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
    organization = CodeFilter(Organization.objects.all(), "organization", label=_("Organization (code)"), method="answered_for_by")
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


class PeriodCodeMixin:
    """For filter sets with a field ``period``: ``2026-10`` names one period per programme; a code nobody has is an error."""

    def is_valid(self) -> bool:
        if not super().is_valid():  # type: ignore[misc]
            return False
        code = self.form.cleaned_data.get("period")  # type: ignore[attr-defined]
        if code:
            rows = visible(Period.objects.filter(code=code))(self.request)  # type: ignore[attr-defined]
            programme = self.form.cleaned_data.get("programme")  # type: ignore[attr-defined]
            self.periods = list(rows.filter(programme=programme).values_list("pk", flat=True) if programme else rows.values_list("pk", flat=True))
            if not self.periods:
                self.form.add_error("period", UNKNOWN % {"value": code})  # type: ignore[attr-defined]
                return False
        return True

    def in_period(self, qs: QuerySet, _name: str, _value: str) -> QuerySet:
        return qs.filter(period_id__in=self.periods)


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
    submitted_after = filters.IsoDateTimeFilter(field_name="submitted_at", lookup_expr="gte", label=_("Submitted at or after"))

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
