"""What the lists of supervision can be narrowed by; the same for pages and API."""

from __future__ import annotations

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.filter_fields import (
    CodeFilter,
    FlagFilter,
    KeyFilter,
    ListFilters,
    WholeNumberFilter,
    WithinFilter,
    programme_filter,
)
from programs.models import Extension, Organization, Problem, TaskAssignment
from programs.queries.assignments import LIGHTS, has_light
from programs.queries.supervision_inbox import extensions_for, problems_for
from programs.services.extensions import WAITING


class AssignmentFilters(ListFilters):
    programme = programme_filter("task__programme")
    within = WithinFilter("unit__path")
    organization = CodeFilter(Organization.objects.all(), "organization", label=_("Body (code)"))
    part = filters.ChoiceFilter(choices=TaskAssignment.Part.choices, label=_("Part in the task"))
    state = filters.ChoiceFilter(choices=TaskAssignment.State.choices, label=_("State"))
    light = filters.ChoiceFilter(choices=list(LIGHTS.items()), label=_("Light"), method="with_light")
    number = WholeNumberFilter("task__number", min_value=1, max_value=32_000, label=_("Number of the task"))

    class Meta:
        model = TaskAssignment
        fields: list[str] = []

    def with_light(self, qs: QuerySet, _name: str, value: str) -> QuerySet:
        return qs.filter(has_light(value, timezone.localdate()))


class ExtensionFilters(ListFilters):
    programme = programme_filter()
    within = WithinFilter("unit__path")
    assignment = KeyFilter(TaskAssignment.objects.all(), "assignment", label=_("Assignment (number)"))
    is_open = FlagFilter(label=_("Waiting for a decision"), method="waiting")
    mine = FlagFilter(label=_("Waiting for me"), method="for_caller")

    class Meta:
        model = Extension
        fields: list[str] = []

    def waiting(self, qs: QuerySet, _name: str, value: bool) -> QuerySet:
        return qs.filter(WAITING) if value else qs.exclude(WAITING)

    def for_caller(self, qs: QuerySet, _name: str, value: bool) -> QuerySet:
        mine = Q(pk__in=extensions_for(self.request.user).values("pk"))
        return qs.filter(mine if value else ~mine)


class ProblemFilters(ListFilters):
    programme = programme_filter()
    within = WithinFilter("unit__path")
    state = filters.ChoiceFilter(choices=Problem.State.choices, label=_("State"))
    verdict = filters.ChoiceFilter(choices=Problem.Verdict.choices, label=_("Result of the vote"))
    mine = FlagFilter(label=_("Waiting for me"), method="for_caller")

    class Meta:
        model = Problem
        fields: list[str] = []

    def for_caller(self, qs: QuerySet, _name: str, value: bool) -> QuerySet:
        mine = Q(pk__in=problems_for(self.request.user).values("pk"))
        return qs.filter(mine if value else ~mine)
