"""Everything that happened to one cell: its revisions, the decisions, the corrections, and what can be done now."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from programs.models import CorrectionRequest, ProgressReport, ReportState, Role
from programs.queries.report_detail import report_detail
from programs.queries.trace import history_of
from programs.views.base import ANY_BUSINESS, ScopedView


class ReportHistoryView(ScopedView, TemplateView):
    """One report in full; the draft is seen by reporters of the unit only."""

    roles = ANY_BUSINESS
    template_name = "programs/review/history.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self.get_or_404(
            ProgressReport.objects.select_related("unit__parent", "indicator__programme"), pk=self.kwargs["pk"]
        )
        unit, programme = found.unit, found.indicator.programme
        reports = self.access.can(Role.REPORTER, unit=unit, programme=programme)
        detail = report_detail(found.pk, with_draft=reports)
        report = detail.report
        locked = report.period.is_locked
        return super().get_context_data(**kwargs) | {
            "report": report, "unit": unit, "indicator": report.indicator, "programme": programme, "period": report.period, "detail": detail,
            "history": history_of(report.pk), "corrections": self.scoped(CorrectionRequest.objects.filter(report=report).select_related("requested_by", "decided_by")),
            "may_withdraw": reports and report.state == ReportState.SUBMITTED and not locked,
            "may_correct": reports and (locked or report.state == ReportState.APPROVED),
            "may_enter": reports and not locked and report.state in (ReportState.DRAFT, ReportState.RETURNED),
            "may_decide": self._may_decide(report),
            "crumbs": [(_("Workbench"), reverse("workbench")), (programme.short, reverse("programme", args=[programme.code]))],
        }  # fmt: skip

    def _may_decide(self, report: ProgressReport) -> bool:
        role = {ReportState.SUBMITTED: Role.REVIEWER, ReportState.REVIEWED: Role.APPROVER}.get(
            ReportState(report.state)
        )
        own = report.submitted_by_id == self.request.user.pk
        return (
            role is not None
            and not own
            and self.access.can(role, unit=report.unit, programme=report.indicator.programme)
        )
