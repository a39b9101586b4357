"""Entering figures: the list of open grids, the grid, saving while typing, submitting."""

from __future__ import annotations

import json
import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView, View

from programs.errors import RuleViolation
from programs.models import Period, Programme, ReportState, Role, Unit
from programs.queries.carry_over import carry_over
from programs.queries.entry_grid import Grid, Row, build_grid
from programs.queries.open_forms import open_forms
from programs.services import progress
from programs.services.entry import Saved, Typed, save_drafts
from programs.services.no_change import fill_blanks, report_no_change
from programs.templatetags.luoshi import format_number
from programs.views.base import ScopedView, add_to_messages

FIELD = re.compile(r"c-(\d{1,18})-(\d{1,18})\Z")
MOST_CELLS = 5000


class EntryListView(ScopedView, TemplateView):
    """Every grid the person can fill now."""

    roles = (Role.REPORTER,)
    template_name = "programs/entry/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        forms = open_forms(self.access)
        return super().get_context_data(forms=forms, to_send=sum(form.to_send > 0 for form in forms), **kwargs)


class GridMixin(ScopedView):
    """Programme, period and part of the tree named in the address; what is out of scope is 404."""

    roles = (Role.REPORTER,)
    kwargs: dict[str, str]

    @cached_property
    def programme(self) -> Programme:
        return self.get_programme(self.kwargs["programme"])

    @cached_property
    def period(self) -> Period:
        found = Period.objects.filter(
            programme=self.programme, code=self.kwargs["period"], opens_on__lte=timezone.localdate()
        )
        period = found.select_related("programme__jurisdiction", "programme__basis__document", "locked_by").first()
        if period is None:
            raise Http404
        return period

    @cached_property
    def within(self) -> Unit | None:
        code = self.request.GET.get("within", "")
        return self.get_unit(code) if code else None

    def grid(self, **limits: Any) -> Grid:
        return build_grid(access=self.access, period=self.period, within=self.within, **limits)

    @property
    def here(self) -> str:
        query = f"?within={self.within.code}" if self.within else ""
        return reverse("entry-grid", args=[self.programme.code, self.period.code]) + query


class EntryGridView(GridMixin, TemplateView):
    """The grid. Without script the form saves and submits as a whole; with script cells are saved while typing."""

    template_name = "programs/entry/grid.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        grid = self.grid()
        context = {
            "grid": grid,
            "counts": grid.counts,
            "programme": self.programme,
            "period": self.period,
            "within": self.within,
            "place": self._place(grid),
            "parents": self._parts(grid),
            "store": f"luoshi-unsent:{self.request.user.pk}:{self.period.pk}",
            "page_keys": page_keys(),
            "crumbs": [
                (_("Workbench"), reverse("workbench")),
                (self.programme.short, reverse("programme", args=[self.programme.code])),
            ],
        }
        return super().get_context_data(**(kwargs | context))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """``action``: save, fill (blank cells with last period), submit, complete (only complete rows), withdraw-<unit>."""
        action = request.POST.get("action", "save")
        try:
            saved = self._save_changes() if not action.startswith("withdraw") else []
            refused = [answer.refusal for answer in saved if answer.refusal]
            for refusal in refused:
                add_to_messages(request, refusal)
            if refused:
                return self.render_to_response(self.get_context_data(), status=409)
            self._act(action)
        except RuleViolation as violation:
            add_to_messages(request, violation)
            return self.render_to_response(self.get_context_data(), status=violation.status)
        return redirect(self.here)

    def _act(self, action: str) -> None:
        if action == "fill":
            answers = fill_blanks(actor=self.request.user, period=self.period, within=self.within)
            filled = sum(answer.draft is not None for answer in answers)
            messages.info(
                self.request,
                ngettext(
                    "%(n)s blank cell filled with last period's figure; nothing was sent.",
                    "%(n)s blank cells filled with last period's figures; nothing was sent.",
                    filled,
                )
                % {"n": filled},
            )
        elif action in {"submit", "complete"}:
            self._submit(complete_rows_only=action == "complete")
        elif action.startswith("withdraw-"):
            self._withdraw(action.removeprefix("withdraw-"))
        else:
            messages.success(self.request, _("The draft is saved; nothing was sent."))

    def _submit(self, *, complete_rows_only: bool) -> None:
        grid = self.grid()
        rows = [row for row in grid.rows if row.is_complete] if complete_rows_only else grid.rows
        reports = [cell.report.pk for row in rows for cell in row.owed if cell.editable and cell.draft and cell.report]
        if not reports:
            raise RuleViolation(
                "nothing_to_submit",
                _("There is nothing new to submit."),
                next_step=_("Enter figures, or fill blank cells with last period's."),
            )
        progress.submit(actor=self.request.user, report_ids=reports)
        text = ngettext(
            "%(n)s figure submitted. You can withdraw it until it is reviewed.",
            "%(n)s figures submitted. You can withdraw them until they are reviewed.",
            len(reports),
        )
        messages.success(self.request, text % {"n": len(reports)})

    def _withdraw(self, unit: str) -> None:
        grid = self.grid(units=[int(unit)] if unit.isdecimal() and len(unit) < 19 else [])
        reports = [cell.report.pk for cell in grid.cells if cell.report and cell.state == ReportState.SUBMITTED]
        if not reports:
            raise RuleViolation(
                "nothing_to_withdraw", _("Nothing here can be withdrawn now."), next_step=_("Reload the page.")
            )
        progress.withdraw(actor=self.request.user, report_ids=reports)
        messages.info(
            self.request,
            ngettext(
                "%(n)s figure withdrawn; it is a draft again.",
                "%(n)s figures withdrawn; they are drafts again.",
                len(reports),
            )
            % {"n": len(reports)},
        )

    def _save_changes(self) -> list[Saved]:
        """Store what differs from what the page showed; fields the page did not send are left alone."""
        shown = {(cell.indicator.pk, cell.unit.pk): cell for cell in self.grid().cells if cell.editable}
        typed = []
        for name, text in self.request.POST.items():
            match = FIELD.match(name)
            cell = shown.get((int(match[1]), int(match[2]))) if match else None
            if cell is None:
                continue
            reason = self.request.POST.get(f"r-{cell.key}", cell.reason)
            version = self.request.POST.get(f"v-{cell.key}", "")
            if text.strip() != cell.text or reason.strip() != cell.reason:
                typed.append(
                    Typed(
                        cell.indicator.pk,
                        cell.unit.pk,
                        text,
                        reason,
                        int(version) if version.isdecimal() and len(version) < 10 else None,
                    )
                )
        return save_drafts(actor=self.request.user, period=self.period, cells=typed[:MOST_CELLS]) if typed else []

    def _parts(self, grid: Grid) -> list[Unit]:
        """Units above the rows by which the grid can be narrowed; none when there is only one."""
        above = {row.unit.parent_id for row in grid.rows if not row.away}
        found = list(self.scoped(Unit).filter(pk__in=above, valid_to=None).order_by("code"))
        return found if len(found) > 1 or self.within else []

    def _place(self, grid: Grid) -> str:
        if self.within:
            return self.within.label
        units = [row.unit for row in grid.rows if not row.away]
        if len(units) == 1:
            return units[0].label
        paths = [
            grant.path
            for grant in self.access.business
            if grant.role == Role.REPORTER and grant.covers(None, self.programme)
        ]
        roots = list(Unit.objects.filter(path__in=paths).order_by("path")) if paths else []
        return roots[0].label if roots else self.programme.jurisdiction.label


class EntrySaveView(GridMixin, View):
    """Cells as they are typed: JSON in, JSON out. Answers every row touched, because one cell can be judged by another."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> JsonResponse:
        period = self.period
        try:
            cells = parse_cells(request.body)
        except ValueError:
            return JsonResponse(
                {"error": _("The page sent something unreadable. Reload it; nothing was changed.")}, status=400
            )
        try:
            saved = save_drafts(actor=self.request.user, period=period, cells=cells)
        except RuleViolation as violation:
            return JsonResponse(
                {"error": str(violation.message), "do": str(violation.next_step), "locked": True},
                status=violation.status,
            )
        grid = self.grid(units=sorted({cell.unit_id for cell in cells}))
        refused = [
            {
                "key": f"{s.typed.indicator_id}-{s.typed.unit_id}",
                "text": str(s.refusal.message),
                "do": str(s.refusal.next_step),
                "theirs": s.theirs.text if s.theirs else None,
                "version": s.theirs.version if s.theirs else 0,
            }
            for s in saved
            if s.refusal
        ]
        return JsonResponse(
            {
                "at": timezone.localtime().strftime("%H:%M"),
                "rows": [row_json(row, request) for row in grid.rows],
                "refused": refused,
                "converted": [f"{s.typed.indicator_id}-{s.typed.unit_id}" for s in saved if s.converted],
            }
        )


class NoChangeView(GridMixin, TemplateView):
    """GET: the line that lists what would be sent as last period; POST: send exactly that."""

    LISTED = 3

    def get_template_names(self) -> list[str]:
        return [
            "programs/entry/_no_change.html"
            if getattr(self.request, "htmx", False)
            else "programs/entry/no_change.html"
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        plan = carry_over(self.access, self.period)
        shown = [
            f"{c.unit.label} {c.indicator.short} {format_number(c.value)} {c.indicator.measure}"
            for c in plan.cells[: self.LISTED]
        ]
        context = {
            "programme": self.programme,
            "period": self.period,
            "plan": plan,
            "count": len(plan.cells),
            "shown": shown,
            "more": max(len(plan.cells) - self.LISTED, 0),
        }
        return super().get_context_data(**(kwargs | context))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            moved = report_no_change(actor=self.request.user, period=self.period, digest=request.POST.get("digest", ""))
        except RuleViolation as violation:
            add_to_messages(request, violation)
            return redirect(self.here)
        sent = len(moved.reports)
        messages.success(
            request,
            ngettext("%(n)s figure sent as last period.", "%(n)s figures sent as last period.", sent) % {"n": sent},
        )
        return redirect("workbench")


def parse_cells(body: bytes) -> list[Typed]:
    """``{"cells": [{"indicator", "unit", "text", "reason", "version"}]}``; ValueError when it is anything else."""
    try:
        rows = json.loads(body)["cells"]
        if not isinstance(rows, list) or len(rows) > MOST_CELLS:
            raise ValueError("cells")
        return [
            Typed(
                _key(row["indicator"]),
                _key(row["unit"]),
                str(row["text"])[:200],
                str(row.get("reason", ""))[:500],
                _version(row.get("version")),
            )
            for row in rows
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("cells") from error


def _key(value: Any) -> int:
    number = int(value)
    if not 0 < number < 2**63:
        raise ValueError("key")
    return number


def _version(value: Any) -> int | None:
    return None if value is None else int(value)


def row_json(row: Row, request: HttpRequest) -> dict[str, Any]:
    """What the page needs to redraw one row without touching the cell being typed in."""
    kind, words = row.light
    return {
        "unit": row.unit.pk,
        "light": {"kind": kind, "words": words},
        "fine": row.is_fine,
        "signature": row.signature,
        "says": render_to_string("programs/entry/_says.html", {"row": row}, request=request) if row.said else "",
        "cells": [
            {
                "key": cell.key, "css": cell.css, "version": cell.version, "text": cell.text, "reason": cell.reason, "blank": cell.is_blank,
                "value": None if cell.value is None else format_number(cell.value), "ready": cell.is_ready,
                "err": any(p.kind == "err" for p in cell.blocking), "warn": any(p.wants_reason for p in cell.blocking),
            }
            for cell in row.owed
        ],
    }  # fmt: skip


def page_keys() -> list[tuple[list[str], str]]:
    """Keys of the grid for the help dialog."""
    return [
        (["↑", "↓", "Enter"], _("move between cells")),
        (["="], _("same as last period")),
        (["Alt", "N"], _("fill blank cells with last period's figures")),
        (["Ctrl", "V"], _("paste a block from a spreadsheet")),
        (["Ctrl", "Z"], _("undo the last paste")),
        (["F8"], _("next problem")),
    ]
