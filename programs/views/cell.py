"""One cell of the entry grid: its versions, and a correction request where it cannot be changed directly."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView

from programs.forms import CorrectionForm
from programs.models import (
    CorrectionRequest,
    Indicator,
    Period,
    ProgressReport,
    ProgressRevision,
    ReportState,
    Role,
    Unit,
)
from programs.queries.duties import duties_in
from programs.services import corrections
from programs.views.base import ANY_BUSINESS, ScopedView, ServiceFormMixin


class CellView(ServiceFormMixin, ScopedView, FormView):
    """GET: what happened to the cell; POST: file a correction."""

    roles = ANY_BUSINESS
    template_name = "programs/entry/cell.html"
    form_class = CorrectionForm

    @cached_property
    def cell(self) -> tuple[Indicator, Unit, Period]:
        programme = self.get_programme(self.kwargs["programme"])
        unit = self.get_or_404(Unit, pk=self.kwargs["unit"])
        indicator = self.get_or_404(
            Indicator.objects.select_related("programme", "clause__document"),
            pk=self.kwargs["indicator"],
            programme=programme,
        )
        period = self.get_or_404(Period, programme=programme, code=self.kwargs["period"])
        if (
            not self.access.sees(unit, programme)
            or not duties_in(period).filter(indicator=indicator, unit=unit).exists()
        ):
            raise Http404
        return indicator, unit, period

    @cached_property
    def report(self) -> ProgressReport | None:
        indicator, unit, period = self.cell
        return ProgressReport.objects.filter(indicator=indicator, unit=unit, period=period).first()

    @property
    def is_settled(self) -> bool:
        return self.cell[2].is_locked or (self.report is not None and self.report.state == ReportState.APPROVED)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        indicator, unit, period = self.cell
        asked = list(self.report.corrections.select_related("requested_by")) if self.report else []
        is_reporter = self.access.can(Role.REPORTER, unit=unit, programme=indicator.programme)
        waiting = any(one.state == CorrectionRequest.State.OPEN for one in asked)
        grid = (
            f"{indicator.programme.short} {period.code}",
            reverse("entry-grid", args=[indicator.programme.code, period.code]),
        )
        context = {
            "indicator": indicator, "unit": unit, "period": period, "report": self.report, "revisions": self._versions(), "corrections": asked,
            "may_request": self.is_settled and is_reporter and not waiting, "is_settled": self.is_settled, "is_reporter": is_reporter,
            "crumbs": [(_("Workbench"), reverse("workbench")), *([grid] if is_reporter else []), (unit.label, None)],
        }  # fmt: skip
        return super().get_context_data(**(kwargs | context))

    def _versions(self) -> QuerySet[ProgressRevision]:
        if self.report is None:
            return ProgressRevision.objects.none()
        return self.report.revisions.prefetch_related("decisions__actor").order_by("-number")

    def perform(self, form: BaseForm) -> CorrectionRequest:
        indicator, unit, period = self.cell
        data = form.cleaned_data
        return corrections.request_correction(
            actor=self.request.user,
            indicator=indicator,
            unit=unit,
            period=period,
            text=data["value"],
            reason=data["reason"],
        )

    def get_success_url(self) -> str:
        messages.success(self.request, _("The correction is filed. The figure changes when the approver has decided."))
        return self.request.path
