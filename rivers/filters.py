"""What the register can be narrowed by; the same for the page and the API."""

from __future__ import annotations

import django_filters as filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from programs.filter_fields import (
    FlagFilter,
    ListFilters,
    TextFilter,
    WholeNumberFilter,
    WithinFilter,
    programme_filter,
    unit_filter,
)
from programs.models import Project
from rivers.models import WaterBody
from rivers.workflow import CITY_FLOW, COUNTY_FLOW, PROVINCE_FLOW

STAGES = {stage.code: stage.name for flow in (COUNTY_FLOW, PROVINCE_FLOW, CITY_FLOW) for stage in flow.stages}
KINDS = [("river", _("river reach")), ("reservoir", _("reservoir"))]


class WaterFilters(ListFilters):
    """``stage`` is that of the newest declaration; the queryset comes from ``rivers.queries.register``."""

    level = filters.ChoiceFilter("project__decider_level", choices=Project.Decider.choices, label=_("Level"))
    kind = filters.ChoiceFilter("project__kind", choices=KINDS, label=_("Kind"))
    plan_year = WholeNumberFilter("project__plan_year", min_value=2000, max_value=2100, label=_("Year of the plan"))
    unit = unit_filter("project__unit")
    stage = filters.ChoiceFilter("stage", choices=list(STAGES.items()), label=_("Stage"))
    named = FlagFilter(field_name="named_on", label=_("Named"), method="is_named")
    programme = programme_filter()
    within = WithinFilter("project__unit__path")
    q = TextFilter("project__name_zh__icontains", "project__name_en__icontains", "segment_zh__icontains")

    class Meta:
        model = WaterBody
        fields: list[str] = []

    def is_named(self, qs: QuerySet, _name: str, value: bool) -> QuerySet:
        return qs.filter(named_on__isnull=not value)


PAGE_FILTERS = ("unit", "level", "kind", "plan_year", "stage", "named", "q")
