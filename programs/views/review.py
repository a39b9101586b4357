# LEAD: read /work/main/COORDINATION.md before editing this file (two engineers are here).
"""Reviewing and approving: what waits, what is odd about it, approval in bulk, return with a reason."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from programs.errors import RuleViolation
from programs.forms import ReturnForm
from programs.models import Period, Programme, Role
from programs.queries.review_queue import Item, Queue, add_series, piles, read_queue
from programs.services import progress
from programs.services.calendar import WorkCalendar
from programs.views.base import ScopedView, add_to_messages

PER_PAGE = 100
REDO_DAYS = 5


class ReviewListView(ScopedView, TemplateView):
    """Every period with figures that wait for the person."""

    roles = (Role.REVIEWER, Role.APPROVER)
    template_name = "programs/review/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(piles=piles(self.access), is_approver=self.access.has(Role.APPROVER), **kwargs)


class ReviewQueueView(ScopedView, TemplateView):
    """One period's queue in four tabs; ``?return=<report>`` opens the drawer that sends one back."""

    roles = (Role.REVIEWER, Role.APPROVER)
    template_name = "programs/review/queue.html"

    @cached_property
    def programme(self) -> Programme:
        return self.get_programme(self.kwargs["programme"])

    @cached_property
    def period(self) -> Period:
        period: Period = self.get_or_404(Period.objects.select_related("programme__jurisdiction"), programme=self.programme, code=self.kwargs["period"])
        if not any(grant.role in self.roles and grant.covers(None, self.programme) for grant in self.access.held):
            raise Http404
        return period

    @cached_property
    def queue(self) -> Queue:
        return read_queue(self.access, self.request.user.pk, self.period)

    @property
    def tab(self) -> str:
        asked = self.request.GET.get("tab", "")
        if asked in {"look", "normal", "same", "missing"}:
            return asked
        return next((kind for kind in ("look", "normal", "same") if self.queue.of(kind)), "look")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tab, queue = self.tab, self.queue
        page = Paginator(queue.of(tab), PER_PAGE).get_page(self.request.GET.get("page"))
        add_series(page.object_list, self.period)
        names = [("look", _("To look at")), ("normal", _("Normal change")), ("same", _("Same as last period"))]
        tabs = [{"url": f"?tab={kind}", "label": label, "count": len(queue.of(kind)), "current": kind == tab} for kind, label in names]
        tabs.append({"url": "?tab=missing", "label": _("Not reported"), "count": sum(n for _u, n, _b in queue.missing), "current": tab == "missing"})
        context = {
            "programme": self.programme, "period": self.period, "queue": queue, "tab": tab, "tabs": tabs, "page": page,
            "groups": queue.groups(tab) if tab in {"normal", "same"} else [], "drawer": self._drawer(), "redo_days": self._redo_days(),
            "needs_comment": any(item.unreviewed for item in page.object_list), "crumbs": [(_("Review"), reverse("review")), (self.programme.short, None)],
            "page_keys": [(["Ctrl", "Enter"], _("approve what is selected"))],
        }  # fmt: skip
        return super().get_context_data(**(context | kwargs))

    def _drawer(self) -> Item | None:
        wanted = self.request.GET.get("return", "")
        return next((item for item in self.queue.items if str(item.report.pk) == wanted), None)

    def _redo_days(self) -> list[tuple[date, int]]:
        today = timezone.localdate()
        calendar = WorkCalendar(today, today + timedelta(days=30))
        return [(calendar.add(today, n).date, n) for n in range(1, REDO_DAYS + 1)]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """``action``: approve (``pick`` and ``group`` name what) or return (``report``, comment, ask, redo_by)."""
        try:
            if request.POST.get("action") == "return":
                self._return()
            else:
                self._approve()
        except RuleViolation as violation:
            add_to_messages(request, violation)
            return self.render_to_response(self.get_context_data(typed=request.POST), status=violation.status)
        return redirect(f"{request.path}?tab={self.request.GET.get('tab', '')}")

    def _approve(self) -> None:
        expected = parse_tokens(self.request.POST.getlist("pick") + [self.request.POST.get(f"set-{group}", "") for group in self.request.POST.getlist("group")])
        if not expected:
            raise RuleViolation("nothing_selected", _("Nothing is selected."), next_step=_("Select figures, then approve."))
        moved = progress.approve(actor=self.request.user, report_ids=list(expected), expected=expected, comment=self.request.POST.get("comment", ""))
        approved = sum(report.state == "approved" for report in moved.reports)
        reviewed = len(moved.reports) - approved
        if approved:
            messages.success(self.request, ngettext("%(n)s figure approved; it counts now.", "%(n)s figures approved; they count now.", approved) % {"n": approved})
        if reviewed:
            messages.success(self.request, ngettext("%(n)s figure reviewed; it goes to the approver.", "%(n)s figures reviewed; they go to the approver.", reviewed) % {"n": reviewed})

    def _return(self) -> None:
        form = ReturnForm(self.request.POST)
        expected = parse_tokens(self.request.POST.getlist("report"))
        if not form.is_valid():
            raise RuleViolation("bad_form", _("The day or the text cannot be read."), next_step=_("Choose a day from the list; write at most 500 characters."))
        if not expected:
            raise RuleViolation("nothing_selected", _("Nothing is selected."), next_step=_("Select a figure, then return it."))
        progress.return_reports(actor=self.request.user, report_ids=list(expected), expected=expected, **form.cleaned_data)
        messages.info(self.request, ngettext("%(n)s figure returned; the reporter sees your words beside the cell.", "%(n)s figures returned; the reporters see your words beside the cells.", len(expected)) % {"n": len(expected)})


def parse_tokens(values: list[str]) -> dict[int, int]:
    """``["12:1,13:2", "14:1"]`` → {12: 1, 13: 2, 14: 1}; what is no pair of numbers is a RuleViolation."""
    found = {}
    for token in ",".join(values).split(","):
        if not token:
            continue
        report, colon, revision = token.partition(":")
        if not (colon and report.isascii() and report.isdigit() and revision.isascii() and revision.isdigit() and len(token) < 30):
            raise RuleViolation("bad_selection", _("The selection cannot be read."), next_step=_("Reload the page and select again."))
        found[int(report)] = int(revision)
    return found
