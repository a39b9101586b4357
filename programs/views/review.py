"""Reviewing and approving: the queue of one period, returning with a reason, withdrawing one's own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.generic import TemplateView, View

from programs.errors import RuleViolation
from programs.forms import ReturnForm, read_tokens
from programs.models import Period, ProgressReport, ReportState, Role
from programs.queries.review_queue import LOOK, LOOKUPS, MISSING, NORMAL, SAME, UNREVIEWED, Queue, QueueRow, open_piles
from programs.services import progress
from programs.views.base import ScopedView, add_to_form, add_to_messages, sentence

PER_PAGE = 60
TABS = (LOOK, NORMAL, SAME, UNREVIEWED, MISSING)


class PeriodMixin:
    """``self.period`` from the address, with its programme; 404 outside the person's scope."""

    kwargs: dict[str, str]

    @cached_property
    def period(self: Any) -> Period:
        related = ("programme__jurisdiction", "programme__basis__document", "locked_by")
        period: Period = self.get_or_404(
            Period.objects.select_related(*related),
            programme__code=self.kwargs["programme"],
            code=self.kwargs["period"],
        )
        return period

    def crumbs(self: Any, *more: tuple[str, str | None]) -> list[tuple[str, str | None]]:
        """The way back: workbench, programme, and what is between."""
        programme = self.period.programme
        return [
            (_("Workbench"), reverse("workbench")),
            (programme.short, reverse("programme", args=[programme.code])),
            *more,
        ]


class ReviewListView(ScopedView, TemplateView):
    """The open periods this person reviews or approves."""

    roles = (Role.REVIEWER, Role.APPROVER)
    template_name = "programs/review/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = open_piles(self.access, self.request.user)
        return super().get_context_data(
            rows=rows, waiting=sum(row.waiting for row in rows), is_approver=self.access.has(Role.APPROVER), **kwargs
        )


class ReviewQueueView(PeriodMixin, ScopedView, View):
    """One period: tabs of odd, changed, unchanged, unreviewed and missing figures; decisions in bulk or one by one.

    POST: ``cells`` (or ``one``) name figures and the revisions looked at; ``act`` is approve, ask (for the drawer) or return.
    """

    roles = (Role.REVIEWER, Role.APPROVER)

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        wanted = request.GET.get("return", "")
        return self._show(returning=[row for row in self._all if str(row.report.pk) == wanted])

    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        tokens = read_tokens([request.POST["one"]] if "one" in request.POST else request.POST.getlist("cells"))
        act = request.POST.get("act", "approve")
        if not tokens:
            messages.error(request, _("Nothing is selected. Tick the figures first, then decide."))
            return self._show(status=422)
        if act == "ask":
            return self._show(returning=[row for row in self._all if row.report.pk in tokens], picked=tokens)
        return self._return(tokens) if act == "return" else self._approve(tokens)

    def _approve(self, tokens: dict[int, int]) -> HttpResponse:
        why = self.request.POST.get("why", "")[:500]
        try:
            moved = progress.approve(actor=self.request.user, report_ids=list(tokens), expected=tokens, comment=why)
        except RuleViolation as violation:
            return self._show(problem=violation, picked=tokens, why=why, status=violation.status)
        reviewed = sum(report.state == ReportState.REVIEWED for report in moved.reports)
        approved = len(moved.reports) - reviewed
        if reviewed:
            self._say(
                ngettext(
                    "%(n)s figure is reviewed and goes to the approver.",
                    "%(n)s figures are reviewed and go to the approver.",
                    reviewed,
                ),
                reviewed,
            )
        if approved:
            self._say(
                ngettext(
                    "%(n)s figure is approved and counts from now on.",
                    "%(n)s figures are approved and count from now on.",
                    approved,
                ),
                approved,
            )
        return redirect(self._back())

    def _return(self, tokens: dict[int, int]) -> HttpResponse:
        form = ReturnForm(self.request.POST)
        rows = [row for row in self._all if row.report.pk in tokens]
        if not form.is_valid():
            return self._show(returning=rows, form=form, picked=tokens, status=422)
        data = form.cleaned_data
        try:
            moved = progress.return_reports(
                actor=self.request.user,
                report_ids=list(tokens),
                expected=tokens,
                comment=form.words,
                ask=data["ask"],
                redo_by=data["redo_by"],
            )
        except RuleViolation as violation:
            add_to_form(form, violation)
            return self._show(
                returning=rows, form=form, picked=tokens, problem=None if rows else violation, status=violation.status
            )
        done = len(moved.reports)
        self._say(
            ngettext(
                "%(n)s figure is returned; the reporter sees the reason beside the cell.",
                "%(n)s figures are returned; the reporters see the reason beside the cells.",
                done,
            ),
            done,
        )
        return redirect(self._back())

    def _say(self, text: str, count: int) -> None:
        messages.success(self.request, text % {"n": count})

    @cached_property
    def queue(self) -> Queue:
        get = self.request.GET
        return Queue(
            user=self.request.user,
            access=self.access,
            period=self.period,
            within=get.get("within", ""),
            indicator=get.get("indicator", ""),
        )

    @property
    def _all(self) -> list[QueueRow]:
        return [*self.queue.rows, *self.queue.unreviewed]

    def _back(self) -> str:
        kept = {key: value for key, value in self.request.GET.items() if key in {"tab", "within", "indicator"}}
        return f"{self.request.path}?{urlencode(kept)}" if kept else self.request.path

    def _tab(self) -> str:
        """The tab asked for; otherwise the first with anything in it."""
        asked, counts = self.request.GET.get("tab", ""), self.queue.counts
        if asked in TABS:
            return asked
        return LOOK if self.queue.rows else next((tab for tab in TABS if counts[tab]), LOOK)

    def _show(
        self, *, returning: list[QueueRow] | None = None, form: ReturnForm | None = None, problem: RuleViolation | None = None,
        picked: dict[int, int] | None = None, why: str = "", status: int = 200,
    ) -> HttpResponse:  # fmt: skip
        queue, tab, programme = self.queue, self._tab(), self.period.programme
        page = Paginator([] if tab == MISSING else queue.of_kind(tab), PER_PAGE).get_page(self.request.GET.get("page"))
        queue.detail([*page.object_list, *(returning or [])])
        context = {
            "queue": queue, "period": self.period, "programme": programme, "tab": tab, "tabs": self._tabs(tab), "page": page, "counts": queue.counts,
            "lines": queue.lines() if tab == LOOK else [], "returning": returning or [], "picked": picked or {}, "why": why, "back": self._back(),
            "form": (form or ReturnForm()) if returning else None, "problem": sentence(problem) if problem else "",
            "approves": self.access.can(Role.APPROVER, programme=programme), "crumbs": self.crumbs((_("Review"), reverse("review"))),
            "page_keys": [(["Ctrl", "Enter"], _("Approve what is selected"))],
        }  # fmt: skip
        return render(self.request, "programs/review/queue.html", context, status=status)

    def _tabs(self, current: str) -> list[dict[str, Any]]:
        labels = {
            LOOK: _("To look at"), NORMAL: _("Normal change"), SAME: _("Same as last period"), UNREVIEWED: _("Not reviewed yet"), MISSING: _("Not reported"),
        }  # fmt: skip
        counts = self.queue.counts
        kept = {key: value for key, value in self.request.GET.items() if key in {"within", "indicator"}}
        return [
            {"url": "?" + urlencode(kept | {"tab": tab}), "label": labels[tab], "count": counts[tab], "current": tab == current}
            for tab in TABS if tab != UNREVIEWED or counts[tab]
        ]  # fmt: skip


class WithdrawView(PeriodMixin, ScopedView, View):
    """Take submitted figures back before anybody reviewed them; they become drafts again."""

    roles = (Role.REPORTER,)

    def get(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        return self._show()

    def post(self, request: HttpRequest, **kwargs: str) -> HttpResponse:
        tokens = read_tokens(request.POST.getlist("cells"))
        if not tokens:
            messages.error(request, _("Nothing is selected. Tick the figures first."))
            return self._show(status=422)
        try:
            moved = progress.withdraw(actor=self.request.user, report_ids=list(tokens), expected=tokens)
        except RuleViolation as violation:
            add_to_messages(request, violation)
            return self._show(status=violation.status)
        done = len(moved.reports)
        messages.success(
            request,
            ngettext(
                "%(n)s figure is withdrawn and a draft again.", "%(n)s figures are withdrawn and drafts again.", done
            )
            % {"n": done},
        )
        return redirect("entry-grid", self.period.programme.code, self.period.code)

    def _show(self, status: int = 200) -> HttpResponse:
        mine = self.access.within({Role.REPORTER}, **LOOKUPS)
        rows = self.scoped(ProgressReport.objects.filter(mine, period=self.period, state=ReportState.SUBMITTED))
        reports = list(
            rows.select_related("unit", "indicator", "submitted_by").order_by("unit__code", "indicator__position")
        )
        context = {
            "period": self.period,
            "programme": self.period.programme,
            "reports": reports,
            "crumbs": self.crumbs((pgettext("figures", "Withdraw"), None)),
        }
        return render(self.request, "programs/review/withdraw.html", context, status=status)
