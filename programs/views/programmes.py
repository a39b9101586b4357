"""Programmes: the list, and one programme's page with its figures, gaps, ranking, trend and map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from programs import charts, mapping
from programs.models import Bulletin, Indicator, Organization, Period, Programme, Task, Unit, UnitOutline
from programs.modules import module_of
from programs.queries.dashboard import (
    Board,
    Cell,
    Trend,
    children_of,
    choose_period,
    indicators_of,
    periods_of,
    shown_roots,
    trend,
    visible_programmes,
)
from programs.queries.missing import owed_in
from programs.queries.ranking import rank, with_minimum_share
from programs.templatetags.plans import in_shown_measure, shown_figure, shown_target, value_of
from programs.views.base import ANY_BUSINESS, ScopedView
from programs.views.moments import MomentMixin

ROWS_SHOWN = 12


class ProgrammesView(MomentMixin, ScopedView, TemplateView):
    """Every programme the person may see, by jurisdiction and initiative, with its headline figures. Seven queries."""

    roles = ANY_BUSINESS
    template_name = "programs/programmes/list.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        programmes = list(visible_programmes(self.request.user))
        roots = shown_roots(self.access, programmes)
        chosen = {pk: choose_period(periods, "", self.moment.day) for pk, periods in periods_of(programmes).items()}
        headlines = list(
            Indicator.objects.filter(programme__in=roots, is_headline=True)
            .select_related("programme", "clause")
            .order_by("programme", "position")
        )
        board = Board(
            periods=[p for p in chosen.values() if p], indicators=headlines, units=roots.values(), moment=self.moment
        )
        places: dict[Unit, list[dict]] = {}
        for programme in programmes:
            if programme.pk not in roots:
                continue
            period = chosen[programme.pk]
            cells = (
                [board.cell(i, roots[programme.pk]) for i in headlines if i.programme_id == programme.pk]
                if period
                else []
            )
            row = {
                "programme": programme,
                "module": module_of(programme.module),
                "root": roots[programme.pk],
                "period": period,
                "cells": cells,
            }
            places.setdefault(programme.jurisdiction, []).append(row)
        for rows in places.values():
            rows.sort(key=lambda row: (row["module"].order, row["programme"].position))
        return super().get_context_data(**kwargs) | {"places": places, "moment": self.moment}


class ProgrammeView(MomentMixin, ScopedView, TemplateView):
    """One programme in one period at one unit, as known at one moment. A fixed number of queries."""

    roles = ANY_BUSINESS
    template_name = "programs/programmes/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        programme = self.get_or_404(
            with_minimum_share(Programme.objects.select_related("jurisdiction", "document", "lead", "basis__document")),
            code=self.kwargs["code"],
        )
        root = self._root(programme)
        periods = periods_of([programme])[programme.pk]
        period = choose_period(periods, self.request.GET.get("period", ""), self.moment.day)
        if period is None and periods:
            raise Http404
        common = super().get_context_data(**kwargs) | {
            "programme": programme, "root": root, "top": self.top, "periods": periods, "period": period, "moment": self.moment,
            "crumbs": self._crumbs(programme, root), "task_count": Task.objects.filter(programme=programme).count(),
        }  # fmt: skip
        return common if period is None else common | self._figures(programme, root, periods, period)

    def _root(self, programme: Programme) -> Unit:
        """The unit asked for, inside the jurisdiction and the person's scope in this programme; else the topmost one."""
        roots = shown_roots(self.access, [programme])
        if programme.pk not in roots:
            raise Http404
        self.top = roots[programme.pk]
        code = self.request.GET.get("unit", "")
        if not code or code == self.top.code:
            return self.top
        unit = self.get_unit(code)
        if not unit.path.startswith(programme.jurisdiction.path) or not self.access.sees(unit, programme):
            raise Http404
        return unit

    def _crumbs(self, programme: Programme, root: Unit) -> list[tuple[str, str | None]]:
        crumbs: list[tuple[str, str | None]] = [(_("Programmes"), reverse("programmes"))]
        if root.pk == self.top.pk:
            return [*crumbs, (programme.short, None)]
        crumbs.append((programme.short, self._address(unit=None)))
        if root.parent is not None and root.parent_id != self.top.pk and root.parent.path.startswith(self.top.path):
            crumbs.append((root.parent.label, self._address(unit=root.parent.code)))
        return [*crumbs, (root.label, None)]

    def _address(self, **changes: str | None) -> str:
        query = self.request.GET.copy()
        for key, value in changes.items():
            query.pop(key, None)
            if value:
                query[key] = value
        return f"?{query.urlencode()}"

    def _figures(self, programme: Programme, root: Unit, periods: Sequence[Period], period: Period) -> dict[str, Any]:
        indicators = indicators_of(programme, period.ends_on)
        children = list(children_of(root, period.ends_on))
        board = Board(periods=[period], indicators=indicators, units=[root, *children], moment=self.moment, parent=root)
        owed = owed_in(programme=programme, period=period, root=root, groups=children, moment=self.moment)
        everything = "all" in self.request.GET
        columns = indicators if everything else [i for i in indicators if i.is_headline or i.weight > 0]
        rows = [self._row(board, columns, child, owed.by_group.get(child.pk)) for child in children]
        shown = [row for row in rows if row["counts"]]
        chosen = self._indicator(indicators, columns)
        minimum = programme.minimum  # type: ignore[attr-defined]
        ranking = rank(board, indicators, [row["unit"] for row in shown], minimum=minimum)
        headline = [board.cell(indicator, root) for indicator in indicators if indicator.is_headline]
        return {
            "kpis": headline, "owed": owed, "owed_rows": owed.rows if "owed" in self.request.GET else owed.rows[:ROWS_SHOWN], "columns": columns,
            "everything": everything, "rows": shown, "silent": len(rows) - len(shown), "totals": board.row(columns, root),
            "ranking": ranking, "own": self._own_place(programme, root, period, indicators, minimum), "indicator": chosen, "indicators": indicators,
            "bulletins": Bulletin.objects.visible_to(self.request.user).filter(programme=programme, state=Bulletin.State.PUBLISHED).order_by("-as_of")[:12],
        } | (self._charts(board, chosen, root, [row["unit"] for row in shown], periods) if chosen else {})  # fmt: skip

    def _row(
        self, board: Board, columns: Sequence[Indicator], unit: Unit, reports: tuple[int, int] | None
    ) -> dict[str, Any]:
        cells = board.row(columns, unit)
        return {
            "unit": unit,
            "cells": cells,
            "reports": reports,
            "counts": bool(reports)
            or any((c.target is not None and not c.is_shared) or c.figure.reports for c in cells),
        }

    def _indicator(self, indicators: Sequence[Indicator], columns: Sequence[Indicator]) -> Indicator | None:
        wanted = self.request.GET.get("indicator", "")
        if wanted:
            found = next((one for one in indicators if one.code == wanted), None)
            if found is None:
                raise Http404
            return found
        return next((one for one in columns if one.is_headline), columns[0] if columns else None)

    def _own_place(
        self, programme: Programme, root: Unit, period: Period, indicators: Sequence[Indicator], minimum: int
    ) -> dict[str, Any] | None:
        """Where ``root`` stands among its neighbours: position only, none of their figures."""
        if root.pk == programme.jurisdiction_id or root.parent is None:
            return None
        weighted = [indicator for indicator in indicators if indicator.weight > 0]
        neighbours = list(children_of(root.parent, period.ends_on))
        board = Board(periods=[period], indicators=weighted, units=neighbours, moment=self.moment, parent=root.parent)
        ranking = rank(board, weighted, neighbours, minimum=minimum)
        for group in ranking.groups:
            place = group.of(root.pk)
            if place is not None:
                return {"place": place, "group": group, "size": len(group.places)}
        return None

    def _charts(
        self, board: Board, indicator: Indicator, root: Unit, units: Sequence[Unit], periods: Sequence[Period]
    ) -> dict[str, Any]:
        cell = board.cell(indicator, root)
        cells = [board.cell(indicator, unit) for unit in units]
        series = trend(cell=cell, periods=periods, moment=self.moment)
        return {
            "cell": cell, "series": series, "lines": line_of(series, indicator), "comparison": comparison(cells),
            "map": map_of(root, cells, indicator) if root.level == Unit.Level.CITY else None, "map_cells": cells,
        }  # fmt: skip


def line_of(series: Trend, indicator: Indicator) -> list[charts.Line]:
    """This year, last year and the even pace, each labelled with its last number; empty when nothing is known."""
    lines = []
    for kind, word, values in (
        ("now", _("This year"), series.now),
        ("plan", _("Even pace"), series.plan),
        ("past", _("Last year"), series.past),
    ):
        known = [value for value in values if value is not None]
        if known:
            shown = [None if value is None else in_shown_measure(value, indicator) for value in values]
            lines.append(charts.Line(kind, f"{word} {shown_figure(known[-1], indicator)}", shown))
    return lines if any(line.kind != "plan" for line in lines) else []


def comparison(cells: Sequence[Cell]) -> dict[str, Any] | None:
    """Bars of completion where at least one unit has a target, else of the figures themselves. None without any number."""
    if any(cell.share is not None for cell in cells):
        rows = [
            (cell.unit.short_name or cell.unit.label, None if cell.share is None else cell.share * 100)
            for cell in cells
        ]
        return {"bars": charts.bars(rows, maximum=100), "places": 1, "percent": True}
    if any(cell.value is not None for cell in cells):
        indicator = cells[0].indicator
        rows = [
            (
                cell.unit.short_name or cell.unit.label,
                None if cell.value is None else in_shown_measure(cell.value, indicator),
            )
            for cell in cells
        ]
        places = None if indicator.is_shown_in_ten_thousands else indicator.decimals
        return {"bars": charts.bars(rows), "places": places, "percent": False}
    return None


def map_of(root: Unit, cells: Sequence[Cell], indicator: Indicator) -> mapping.Map | None:
    """The units below ``root`` coloured by completion. One query; None without outlines."""
    outlines = dict(UnitOutline.objects.filter(unit__parent=root).values_list("unit_id", "geometry"))
    regions = [
        mapping.Region(c.unit.pk, c.unit.short_name or c.unit.label, f"{value_of(c)} / {shown_target(c.target, indicator)}" if c.target else value_of(c), c.share, outlines[c.unit.pk])
        for c in cells if c.unit.pk in outlines
    ]  # fmt: skip
    return mapping.draw(regions)


class TasksView(ScopedView, TemplateView):
    """The numbered tasks of a programme with the bodies that answer for them. Four queries."""

    roles = ANY_BUSINESS
    template_name = "programs/programmes/tasks.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        programme = self.get_programme(self.kwargs["code"])
        body = self.request.GET.get("body", "")
        tasks = (
            Task.objects.filter(programme=programme).select_related("lead", "clause").prefetch_related("responsible")
        )
        bodies = Organization.objects.filter(tasks__programme=programme).distinct().order_by("code")
        if body:
            tasks = tasks.filter(responsible__code=body)
        sections: dict[str, list[Task]] = {}
        for task in tasks:
            sections.setdefault(f"{task.section_no} {section_of(task)}", []).append(task)
        return super().get_context_data(**kwargs) | {
            "programme": programme, "sections": sections, "count": sum(map(len, sections.values())), "bodies": bodies, "body": body,
            "crumbs": [(_("Programmes"), reverse("programmes")), (programme.short, reverse("programme", args=[programme.code])), (_("Tasks"), None)],
        }  # fmt: skip


def section_of(task: Task) -> str:
    """The section's name in the active language."""
    return task.section_en if (get_language() or "").startswith("en") and task.section_en else task.section
