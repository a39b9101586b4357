"""Coverage, counted cases, and the split of a plan's yearly tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from eldercare.forms import reach
from eldercare.models import CountKind, FacilityType, Standard, YearCount
from eldercare.queries.coverage import OVER, coverage, quota_checks
from eldercare.queries.hints import hints
from eldercare.queries.split import split_of
from eldercare.queries.standards import in_force
from eldercare.services.counts import save_counts
from eldercare.views.base import PlanView
from programs.errors import RuleViolation
from programs.models import Period, Programme, Role, Unit
from programs.templatetags.luoshi import format_number
from programs.views.base import sentence


class CoverageView(PlanView):
    """Units served of units there are, by county; what the quotas can reach; the registry beside the reports."""

    tab = "eldercare-coverage"
    template_name = "eldercare/coverage.html"

    def figures(self, programme: Programme) -> dict[str, Any]:
        today = timezone.localdate()
        standards = list(
            Standard.objects.filter(in_force(today), facility_type__programme=programme, measure__in=OVER)
            .select_related("facility_type", "clause__document")
            .order_by("facility_type__position", "id")
        )
        columns, rows = coverage(self.request.user, programme, standards)
        period = (
            Period.objects.filter(programme=programme, starts_on__lte=today, reports__value__isnull=False)
            .order_by("-starts_on")
            .first()
        )
        year = period.starts_on.year if period is not None else self.year
        indicators, beside = hints(self.request.user, programme, period, year)
        plan_wide = Standard.objects.filter(
            in_force(today), facility_type__programme=programme, facility_type__subject=FacilityType.Subject.PLAN
        ).select_related("clause__document")
        return {
            "columns": columns, "rows": rows, "quotas": quota_checks(programme), "indicators": indicators, "beside": beside,
            "period": period, "plan_wide": plan_wide, "draws_url": _address("draws"),
        }  # fmt: skip


def _address(name: str) -> str:
    """The address of a page of the core, empty while it is not routed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@dataclass
class CountCell:
    """One cell of the grid of counted cases."""

    name: str
    text: str
    seen: str
    error: str = ""


class CountsView(PlanView):
    """The grid of counted cases of one year: counties down, kinds across; saved as a whole."""

    tab = "eldercare-counts"
    template_name = "eldercare/counts.html"
    status = 200
    errors: dict[str, str] = {}
    message = ""

    def post(self, request: HttpRequest) -> HttpResponse:
        if not self.access.has(Role.REPORTER):
            raise PermissionDenied(_("Counted cases are entered by reporters."))
        typed: dict[tuple[int, int], str] = {}
        seen: dict[tuple[int, int], str] = {}
        for name, text in self.request.POST.items():
            cell = _cell(name)
            if cell is not None:
                typed[cell] = text[:60]
                seen[cell] = self.request.POST.get(f"seen-{cell[0]}-{cell[1]}", "")[:20]
        try:
            changed = save_counts(actor=self.request.user, programme=self.plan, year=self.year, typed=typed, seen=seen)
        except RuleViolation as violation:
            self.errors = {one.field: sentence(one) for one in violation.errors}
            self.message, self.status = sentence(violation), violation.status
            return self.render_to_response(self.get_context_data(), status=self.status)
        text = ngettext("%(n)s figure is saved.", "%(n)s figures are saved.", changed) % {"n": changed}
        messages.success(request, text)
        query = urlencode({"programme": self.plan.code, "year": str(self.year)})
        return redirect(f"{reverse(self.tab)}?{query}")

    def figures(self, programme: Programme) -> dict[str, Any]:
        kinds = list(CountKind.objects.filter(programme=programme).select_related("clause__document"))
        counts = {
            (row.kind_id, row.unit_id): row.count
            for row in self.scoped(YearCount).filter(kind__programme=programme, year=self.year)
        }
        own = set(reach(self.access, programme).filter(level=Unit.Level.COUNTY).values_list("pk", flat=True))
        rows = [
            {"unit": unit, "is_open": unit.pk in own, "cells": [self._cell(kind, unit, counts) for kind in kinds]}
            for unit in self.counties
        ]
        entered = [[n for (kind, _unit), n in counts.items() if kind == one.pk] for one in kinds]
        totals = [sum(numbers) if numbers else None for numbers in entered]
        return {
            "kinds": kinds, "rows": rows, "totals": totals, "year": self.year, "years": self.years, "message": self.message,
            "can_save": any(row["is_open"] for row in rows),
        }  # fmt: skip

    def _cell(self, kind: CountKind, unit: Unit, counts: dict[tuple[int, int], int]) -> CountCell:
        name, stored = f"c-{kind.pk}-{unit.pk}", counts.get((kind.pk, unit.pk))
        seen = "" if stored is None else str(stored)
        text = "" if stored is None else format_number(stored)
        return CountCell(name, self.request.POST.get(name, text), seen, self.errors.get(name, ""))


def _cell(name: str) -> tuple[int, int] | None:
    """``c-3-17`` → (3, 17); None for any other field."""
    prefix, _dash, rest = name.partition("-")
    kind, _dash, unit = rest.partition("-")
    if prefix != "c" or not (kind.isascii() and kind.isdigit() and unit.isascii() and unit.isdigit()):
        return None
    return (int(kind), int(unit)) if len(kind) < 18 and len(unit) < 18 else None


class SplitView(PlanView):
    """What each unit was assigned in the plan's own table: "/" apart from 0, units without a row shown, totals checked."""

    tab = "eldercare-split"
    template_name = "eldercare/split.html"

    def figures(self, programme: Programme) -> dict[str, Any]:
        return {"split": split_of(self.request.user, programme)}
