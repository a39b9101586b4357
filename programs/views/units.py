"""Units: one unit with all its programmes; the topmost own unit is the city page (overview)."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import TemplateView, View

from programs.models import Indicator, Organization, Programme, Unit
from programs.modules import module_of
from programs.queries.dashboard import Board, Cell, children_of, choose_period, periods_of, visible_programmes
from programs.queries.missing import NOT_SENT, RETURNED, counts_in
from programs.queries.targets import root_units
from programs.views.base import ANY_BUSINESS, ScopedView
from programs.views.moments import MomentMixin


class OverviewView(ScopedView, View):
    """Leads to the page of the person's topmost unit: the city for the city's people, the county for a county's."""

    roles = ANY_BUSINESS

    def get(self, request: HttpRequest) -> HttpResponse:
        roots = root_units(self.access.paths())
        if not roots:
            raise Http404
        return redirect("unit", code=roots[0].code)


class UnitView(MomentMixin, ScopedView, TemplateView):
    """Facts of a unit, its programmes' figures, what it owes, the units below. A fixed number of queries."""

    roles = ANY_BUSINESS
    template_name = "programs/units/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        unit = self.get_or_404(
            Unit.objects.select_related("parent__parent", "located_in", "successor"),
            code=self.kwargs["code"],
            valid_to=None,
        )
        programmes = [
            p
            for p in visible_programmes(self.request.user)
            if unit.path.startswith(p.jurisdiction.path) and self.access.sees(unit, p)
        ]
        children = list(children_of(unit, self.moment.day))
        return super().get_context_data(**kwargs) | {
            "unit": unit, "moment": self.moment, "children": children, "hosts": list(unit.hosts.filter(valid_to=None)), "crumbs": self._crumbs(unit),
            "organizations": list(Organization.objects.filter(unit=unit, valid_to=None).order_by("kind", "code")[:60]),
            "others": [] if programmes else [p for p in visible_programmes(self.request.user) if p.jurisdiction.path.startswith(unit.path)],
            "sections": self._sections(unit, programmes), "is_city": unit.level == Unit.Level.CITY,
        }  # fmt: skip

    def _crumbs(self, unit: Unit) -> list[tuple[str, str | None]]:
        above, at = [], unit.parent
        while at is not None:
            seen = any(at.path.startswith(path) for path in self.access.paths())
            above.append((at.label, reverse("unit", args=[at.code]) if seen else None))
            at = at.parent
        return [*reversed(above), (unit.label, None)]

    def _sections(self, unit: Unit, programmes: list[Programme]) -> list[dict[str, Any]]:
        """Per programme: its period, its cells at the unit, what is owed. Six queries."""
        chosen = {pk: choose_period(periods, "", self.moment.day) for pk, periods in periods_of(programmes).items()}
        periods = {pk: period for pk, period in chosen.items() if period is not None}
        indicators = list(
            Indicator.objects.filter(programme__in=list(periods))
            .select_related("programme", "clause__document")
            .order_by("programme", "position")
        )
        board = Board(
            periods=periods.values(), indicators=indicators, units=[unit], moment=self.moment, parent=unit.parent
        )
        owed = counts_in(periods=periods.values(), root=unit, moment=self.moment)
        sections = []
        for programme in sorted(programmes, key=lambda p: (module_of(p.module).order, p.position)):
            period = chosen[programme.pk]
            cells = [board.cell(i, unit) for i in indicators if i.programme_id == programme.pk]
            counts = owed.get(period.pk, {}) if period else {}
            sections.append({
                "programme": programme, "module": module_of(programme.module), "period": period, "cells": [cell for cell in cells if _says_something(cell, overview=unit.level == Unit.Level.CITY)],
                "owed": sum(counts.values()), "approved": counts.get("approved", 0), "not_sent": counts.get(NOT_SENT, 0), "returned": counts.get(RETURNED, 0),
            })  # fmt: skip
        return sections


def _says_something(cell: Cell, *, overview: bool) -> bool:
    """Worth a row: a figure, a figure owed, or a target (not assigned included: the document names the unit).

    The overview of a city shows headline figures and what has a target or was assigned below; the rest stands on the
    programme's page.
    """
    if overview:
        return cell.indicator.is_headline or cell.target is not None or cell.below is not None
    return bool(
        cell.figure.expected
        or cell.figure.reports
        or (cell.target is not None and not cell.is_shared)
        or cell.below is not None
    )
