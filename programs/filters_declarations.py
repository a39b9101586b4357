"""What lists of projects and declarations can be narrowed by; the same for pages and API."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.access import access_of
from programs.filter_fields import (
    FlagFilter,
    ListFilters,
    TextFilter,
    WholeNumberFilter,
    WithinFilter,
    programme_filter,
)
from programs.models import Declaration, Project, Unit
from programs.queries.inbox import waiting_for
from programs.queries.projects import kind_choices, stage_choices
from programs.workflow import workflows

ALL = pgettext_lazy("choice of a filter", "all")


def workflow_choices() -> list[tuple[str, Any]]:
    return [(flow.code, flow.name) for flow in workflows()]


class ProjectFilters(ListFilters):
    """Of a queryset annotated by ``queries.projects.with_newest``."""

    programme = programme_filter()
    kind = filters.ChoiceFilter(choices=kind_choices, empty_label=ALL, label=_("Kind"))
    plan_year = WholeNumberFilter(min_value=1949, max_value=2200, label=_("Plan year"))
    stage = filters.ChoiceFilter(choices=stage_choices, empty_label=ALL, label=_("Stage"), method="at_stage")
    within = WithinFilter("unit__path")
    q = TextFilter("name_zh__icontains", "name_en__icontains", "code__startswith", "unit__name__icontains")

    class Meta:
        model = Project
        fields: list[str] = []

    def at_stage(self, qs: QuerySet, _name: str, value: str) -> QuerySet:
        workflow, _dot, stage = value.partition(".")
        return qs.filter(workflow=workflow, stage=stage)


class ProjectPageFilters(ProjectFilters):
    """For the page: a short list of cities and counties to choose from instead of every unit."""

    within = WithinFilter("unit__path")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in self.form.fields.values():
            if hasattr(one, "empty_label"):
                one.empty_label = ALL
        self.form.fields["programme"].label = _("Programme")
        self.form.fields["programme"].label_from_instance = lambda programme: programme.short
        field: Any = self.form.fields["within"]
        field.label = _("Unit")
        field.queryset = field.queryset.filter(level__in=[Unit.Level.CITY, Unit.Level.COUNTY])
        field.label_from_instance = lambda unit: unit.label


class DeclarationFilters(ListFilters):
    programme = programme_filter("project__programme")
    project = filters.CharFilter("project__code", max_length=60, label=_("Project (code)"))
    workflow = filters.ChoiceFilter(choices=workflow_choices, label=_("Procedure"))
    stage = filters.CharFilter(max_length=40, label=_("Stage (code)"))
    year = WholeNumberFilter("cycle__year", min_value=1949, max_value=2200, label=_("Year"))
    unit = WithinFilter("project__unit__path")
    open = FlagFilter(field_name="is_open", label=_("Still open"))
    waiting = filters.ChoiceFilter(choices=[("me", _("me"))], label=_("Waiting for"), method="for_caller")

    class Meta:
        model = Declaration
        fields: list[str] = []

    def for_caller(self, qs: QuerySet, _name: str, _value: str) -> QuerySet:
        """Those from whose stage the caller can take a step forward."""
        return qs.filter(pk__in=waiting_for(access_of(self.request.user)).order_by().values("pk"))
