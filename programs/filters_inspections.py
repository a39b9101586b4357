"""What inspections, rectifications and checklists can be narrowed by; the same for pages and API."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_filters as filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from programs.filter_fields import (
    NO,
    YES,
    CodeFilter,
    FlagFilter,
    KeyFilter,
    ListFilters,
    TextFilter,
    WithinFilter,
    programme_filter,
    unit_filter,
)
from programs.models import Checklist, Declaration, Inspection, Organization, Project, Purpose, Rectification
from programs.queries.supervision_inbox import inspections_for, rectifications_for

EITHER = [("true", YES), ("false", NO)]


class InspectionFilters(ListFilters):
    programme = programme_filter()
    purpose = filters.ChoiceFilter(choices=Purpose.choices, label=_("Purpose"))
    state = filters.ChoiceFilter(choices=Inspection.State.choices, label=_("State"))
    outcome = filters.ChoiceFilter(
        choices=[("pass", pgettext_lazy("inspection", "passed")), ("fail", pgettext_lazy("inspection", "failed"))],
        label=_("Outcome"),
    )
    within = WithinFilter("unit__path")
    q = TextFilter("project__name_zh__icontains", "project__name_en__icontains", "unit__name__icontains")
    mine = FlagFilter(label=_("Begun by me"), method="for_caller")

    class Meta:
        model = Inspection
        fields: list[str] = []

    def for_caller(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        mine = Q(pk__in=inspections_for(self.request.user).values("pk"))
        return rows.filter(mine if value else ~mine)


class InspectionApiFilters(InspectionFilters):
    unit = unit_filter()
    project = CodeFilter(Project.objects.all(), "project", label=_("Project (code)"))
    declaration = KeyFilter(Declaration.objects.all(), "declaration", label=_("Declaration (number)"))


class RectificationFilters(ListFilters):
    programme = programme_filter()
    state = filters.ChoiceFilter(choices=Rectification.State.choices, label=_("State"))
    late = filters.ChoiceFilter(choices=EITHER, label=_("Late"), method="only_late")
    escalation = filters.ChoiceFilter(
        choices=[("1", _("to the county")), ("2", _("to the city"))], label=_("Escalated")
    )
    repeated = filters.ChoiceFilter(choices=EITHER, label=_("Found again"), method="only_repeated")
    within = WithinFilter("unit__path")
    q = TextFilter("goal__icontains", "finding__text__icontains", "finding__inspection__project__name_zh__icontains")
    mine = FlagFilter(label=_("Waiting for me"), method="for_caller")

    class Meta:
        model = Rectification
        fields: list[str] = []

    def for_caller(self, rows: QuerySet, name: str, value: bool) -> QuerySet:
        mine = Q(pk__in=rectifications_for(self.request.user).values("pk"))
        return rows.filter(mine if value else ~mine)

    def only_late(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        late = is_late(timezone.localdate())
        return rows.filter(late) if value == "true" else rows.exclude(late)

    def only_repeated(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(finding__repeats__isnull=value != "true")


class RectificationApiFilters(RectificationFilters):
    unit = unit_filter()
    organization = CodeFilter(Organization.objects.all(), "organization", label=_("Body (code)"))


class ChecklistFilters(ListFilters):
    programme = programme_filter()
    state = filters.ChoiceFilter(choices=Checklist.State.choices, label=_("State"))
    purpose = filters.ChoiceFilter(choices=Purpose.choices, label=_("Purpose"), method="with_purpose")

    class Meta:
        model = Checklist
        fields: list[str] = []

    def with_purpose(self, rows: QuerySet, name: str, value: Any) -> QuerySet:
        return rows.filter(purposes__contains=[value])


def is_late(today: date) -> Q:
    """Still to be done after its last day; what is reported waits for the revisit and shows another light."""
    return Q(due_on__lt=today, state__in=[Rectification.State.ASSIGNED, Rectification.State.IN_PROGRESS])
