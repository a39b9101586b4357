"""Changing a figure after it was approved or its period locked: the request, the list, the decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView, View

from programs.checks import check_cell
from programs.errors import RuleViolation
from programs.forms import CorrectionForm, DecisionForm
from programs.models import CorrectionRequest, Indicator, Period, ProgressReport, Role
from programs.queries.contexts import contexts_for
from programs.queries.trace import history_of
from programs.services import corrections
from programs.views.base import ANY_BUSINESS, ScopedView, ServiceFormMixin, add_to_form, add_to_messages

PER_PAGE = 50
RELATED = (
    "report__unit__parent", "report__indicator__clause__document", "report__indicator__programme", "report__period__programme__jurisdiction", "requested_by", "decided_by",
)  # fmt: skip


class CorrectionListView(ScopedView, TemplateView):
    """Requests in sight: those waiting, and those decided."""

    roles = ANY_BUSINESS
    template_name = "programs/corrections/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.scoped(CorrectionRequest.objects.select_related(*RELATED))
        is_open = self.request.GET.get("state") != "decided"
        state = CorrectionRequest.State.OPEN
        waiting, decided = rows.filter(state=state), rows.exclude(state=state)
        page = Paginator(
            (waiting if is_open else decided).order_by("pk" if is_open else "-decided_at"), PER_PAGE
        ).get_page(self.request.GET.get("page"))
        tabs = [
            {"url": "?", "label": _("Waiting for a decision"), "count": waiting.count(), "current": is_open},
            {"url": "?state=decided", "label": _("Decided"), "count": decided.count(), "current": not is_open},
        ]
        return super().get_context_data(**kwargs) | {
            "page": page,
            "tabs": tabs,
            "is_open": is_open,
            "crumbs": [(_("Workbench"), reverse("workbench"))],
        }


class CorrectionNewView(ServiceFormMixin, ScopedView, FormView):
    """Ask for another figure in one cell."""

    roles = (Role.REPORTER,)
    template_name = "programs/corrections/new.html"
    form_class = CorrectionForm

    def _read(self) -> None:
        """The cell; 404 out of scope, 403 for somebody who does not report for the unit."""
        self.indicator = self.get_or_404(
            Indicator.objects.select_related("programme", "clause__document"), code=self.kwargs["indicator"]
        )
        self.unit = self.get_unit(self.kwargs["unit"])
        self.period = self.get_or_404(
            Period.objects.select_related("programme"),
            programme_id=self.indicator.programme_id,
            code=self.kwargs["period"],
        )
        if not self.access.sees(self.unit, self.indicator.programme):
            raise Http404
        if not self.access.can(Role.REPORTER, unit=self.unit, programme=self.indicator.programme):
            raise PermissionDenied(_("A correction is requested by a reporter of the unit."))
        cells = ProgressReport.objects.filter(indicator=self.indicator, unit=self.unit, period=self.period)
        self.report = self.scoped(cells.select_related("submitted_by")).first()

    def get(self, request: HttpRequest, *args: Any, **kwargs: str) -> HttpResponse:
        self._read()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: str) -> HttpResponse:
        self._read()
        return super().post(request, *args, **kwargs)

    def perform(self, form: CorrectionForm) -> CorrectionRequest:
        data = form.cleaned_data
        return corrections.request_correction(
            actor=self.request.user,
            indicator=self.indicator,
            unit=self.unit,
            period=self.period,
            text=data["value"],
            reason=data["reason"],
        )

    def get_success_url(self) -> str:
        messages.success(self.request, _("The correction is requested. The figure stays as it is until it is decided."))
        return reverse("correction", args=[self.done.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        open_one = self.report.corrections.filter(state=CorrectionRequest.State.OPEN).first() if self.report else None
        return super().get_context_data(**kwargs) | {
            "indicator": self.indicator, "unit": self.unit, "period": self.period, "report": self.report, "open_one": open_one,
            "context": contexts_for(self.period, [self.indicator], [self.unit.pk]).of(self.indicator.pk, self.unit.pk),
            "history": history_of(self.report.pk) if self.report else [],
            "crumbs": [(_("Workbench"), reverse("workbench")), (_("Corrections"), reverse("corrections"))],
        }  # fmt: skip


class CorrectionView(ScopedView, View):
    """One request: old and new figure, why, what is odd about it, and the decision."""

    roles = ANY_BUSINESS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.show(DecisionForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = DecisionForm(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        found, approve = self.get_or_404(CorrectionRequest, pk=pk), form.cleaned_data["decision"] == "approve"
        try:
            corrections.decide_correction(
                actor=self.request.user, request_id=found.pk, approve=approve, comment=form.cleaned_data["comment"]
            )
        except RuleViolation as violation:
            add_to_form(form, violation)
            return self.show(form, status=violation.status)
        messages.success(
            request,
            _("Approved: the new figure counts from now on.") if approve else _("Refused: the figure stays as it is."),
        )
        return redirect("correction", pk=pk)

    def show(self, form: DecisionForm, status: int = 200) -> HttpResponse:
        """Render the page, with the form that was refused."""
        one = self.get_or_404(CorrectionRequest.objects.select_related(*RELATED), pk=self.kwargs["pk"])
        report = one.report
        context = contexts_for(report.period, [report.indicator], [report.unit_id]).of(
            report.indicator_id, report.unit_id
        )
        history = history_of(report.pk)
        base = next((revision for revision in history if revision.number == one.base_revision), None)
        is_mine = one.requested_by_id == self.request.user.pk
        may = self.access.can(Role.APPROVER, unit=report.unit, programme=report.indicator.programme)
        return render(self.request, "programs/corrections/detail.html", {
            "one": one, "report": report, "indicator": report.indicator, "form": form, "history": history, "base": base,
            "findings": check_cell(report.indicator, one.value, context), "difference": None if base is None else one.value - base.value,
            "is_open": one.state == CorrectionRequest.State.OPEN, "is_mine": is_mine, "decides": may and not is_mine, "previous": context.previous,
            "crumbs": [(_("Workbench"), reverse("workbench")), (_("Corrections"), reverse("corrections"))],
        }, status=status)  # fmt: skip


class CorrectionWithdrawView(ScopedView, View):
    """Take one's own open request back."""

    roles = (Role.REPORTER,)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = self.get_or_404(CorrectionRequest, pk=pk)
        try:
            corrections.withdraw_correction(actor=self.request.user, request_id=found.pk)
        except RuleViolation as violation:
            add_to_messages(request, violation)
        else:
            messages.success(request, _("The correction request is withdrawn."))
        return redirect("correction", pk=pk)
