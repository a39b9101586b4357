"""Assigned tasks: whose turn it is, all of them, several at once, and the board of a programme."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView, View

from programs.errors import RuleViolation
from programs.forms import read_tokens
from programs.models import Programme, Role, TaskAssignment
from programs.page_filters import for_page
from programs.queries.assignments import LETTERS, LIGHTS, Board, TaskLights, waiting_for
from programs.queries.dashboard import visible_programmes
from programs.queries.supervision_cycle import cycle_exists
from programs.services.assignments import State, take_many
from programs.services.task_feedback import open_spans, unchanged_many
from programs.supervision_filters import AssignmentFilters
from programs.views.base import ANY_BUSINESS, ScopedView, add_to_messages

PER_PAGE = 60
RELATED = ("task__programme", "task__clause", "unit", "organization")


class AssignmentListView(ScopedView, TemplateView):
    """``/assignments/``: what waits for this person, or (``all``, or with any filter) everything in sight. Fixed queries."""

    roles = ANY_BUSINESS
    template_name = "programs/supervision/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        get, today = self.request.GET, timezone.localdate()
        mine = waiting_for(self.access).select_related(*RELATED)
        narrowed = any(get.get(name) for name in AssignmentFilters.base_filters)
        show_all = narrowed or "all" in get
        everything = self.scoped(TaskAssignment.objects.select_related(*RELATED))
        filters = for_page(
            AssignmentFilters(get, queryset=everything.order_by("task", "unit", "organization"), request=self.request)
        )
        rows = filters.qs if show_all else mine
        page = Paginator(rows, PER_PAGE).get_page(get.get("page"))
        lights = TaskLights(today)
        for row in page.object_list:
            row.light = lights.of(row.state, row.due_on, row.reported_by_id is not None)
            row.words = lights.words(row.light, row.due_on)
        programmes = list(visible_programmes(self.request.user).filter(tasks__isnull=False).distinct())
        tabs = [
            {
                "url": reverse("assignments"),
                "label": _("Waiting for me"),
                "count": mine.count(),
                "current": not show_all,
            },
            {"url": "?all=", "label": _("All in sight"), "count": None, "current": show_all},
        ]
        return super().get_context_data(**kwargs) | {
            "page": page, "tabs": tabs, "filter": filters, "show_all": show_all, "programmes": programmes,
            "buttons": [] if show_all else self._buttons(page.object_list),
        }  # fmt: skip

    def _buttons(self, rows: Any) -> list[dict[str, Any]]:
        if not self.access.has(Role.REPORTER):
            return []
        found = []
        if any(row.state == State.ASSIGNED for row in rows):
            found.append({"name": "act", "value": "accept", "label": _("Accept {n}"), "main": True})
        if any(row.state in (State.ACCEPTED, State.IN_PROGRESS) for row in rows):
            found.append({"name": "act", "value": "unchanged", "label": _("{n} unchanged"), "main": not found})
        return found


class AssignmentBulkView(ScopedView, View):
    """Accept several tasks at once, or say of several that nothing changed in the newest period that has ended."""

    roles = (Role.REPORTER,)
    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        versions = read_tokens(request.POST.getlist("cells"))
        rows = list(self.scoped(TaskAssignment.objects.select_related("task__programme")).filter(pk__in=versions))
        if not rows:
            messages.error(request, _("Nothing is selected. Tick the tasks first."))
            return self._back()
        known = {row.pk: versions[row.pk] for row in rows}
        try:
            if request.POST.get("act") == "unchanged":
                done = unchanged_many(actor=self.request.user, periods=self._periods(rows))
                text = ngettext("%(n)s task reported as unchanged.", "%(n)s tasks reported as unchanged.", done)
            else:
                done = take_many(actor=self.request.user, verb="accept", versions=known)
                text = ngettext("%(n)s task accepted.", "%(n)s tasks accepted.", done)
        except PermissionDenied as refused:
            messages.error(request, str(refused))
        except RuleViolation as violation:
            add_to_messages(request, violation)
        else:
            messages.success(request, text % {"n": done})
        return self._back()

    @staticmethod
    def _periods(rows: list[TaskAssignment]) -> dict[int, str]:
        today = timezone.localdate()
        codes: dict[int, str] = {}
        for row in rows:
            programme = row.task.programme
            if programme.pk not in codes:
                spans = open_spans(programme, today)
                ended = [span for span in spans if span.ends_on < today]
                codes[programme.pk] = (ended or spans)[0].code if spans else ""
        return {row.pk: codes[row.task.programme_id] for row in rows}

    def _back(self) -> HttpResponse:
        target = self.request.POST.get("next", "")
        allowed = {self.request.get_host()}
        return redirect(target if url_has_allowed_host_and_scheme(target, allowed) else "assignments")


class AssignmentBoardView(ScopedView, TemplateView):
    """``/assignments/board/<programme>/?by=unit|body&light=&section=``: who stands where with which task. Fixed queries."""

    roles = ANY_BUSINESS
    template_name = "programs/supervision/board.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        programme: Programme = self.get_programme(self.kwargs["programme"])
        get = self.request.GET
        light = get.get("light", "") if get.get("light", "") in LIGHTS else ""
        by = "body" if get.get("by") == "body" else "unit"
        board = Board(
            user=self.request.user, programme=programme, today=timezone.localdate(), light=light,
            section=get.get("section", ""),
        )  # fmt: skip
        if not board.units and board.bodies:
            by = "body"
        kept = {name: get[name] for name in ("light", "section") if get.get(name)}
        lights = [
            {
                "key": key,
                "word": word,
                "count": board.counts[key],
                "url": self._url(by, kept | {"light": key}),
            }
            for key, word in LIGHTS.items()
        ]
        tabs = [
            {"url": self._url(one, kept), "label": label, "count": count, "current": by == one}
            for one, label, count in (
                ("unit", _("By unit"), len(board.units)),
                ("body", _("By body"), len(board.bodies)),
            )
        ]
        states = [(LETTERS[state], state.label, board.states[state]) for state in State]
        return super().get_context_data(**kwargs) | {
            "programme": programme, "board": board, "by": by, "light": light, "lights": lights, "tabs": tabs,
            "states": states, "section": get.get("section", ""), "groups": list(board.groups()) if by == "unit" else [],
            "clear": self._url(by, {name: value for name, value in kept.items() if name != "light"}),
            "has_cycle": cycle_exists(programme.code),
            "crumbs": [(_("Assigned tasks"), reverse("assignments")), (programme.short, reverse("programme", args=[programme.code]))],
        }  # fmt: skip

    @staticmethod
    def _url(by: str, kept: dict[str, str]) -> str:
        return "?" + urlencode({"by": by} | kept)
