"""Progress reports: read them, enter a draft, submit, withdraw, approve, return."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from programs.api.base import DetailView, ListView
from programs.api.report_rows import DraftInput, ReportFull, ReportRow, ReturnInput, StepInput, report_out
from programs.api.writes import StrictInput, WriteMixin, parsed
from programs.errors import RuleViolation
from programs.filter_fields import current_units
from programs.filters import ReportFilters
from programs.models import Indicator, Period, ProgressReport, ProgressRevision, Role
from programs.queries.report_detail import report_detail
from programs.services import progress
from programs.services.entry import Typed, save_drafts

REPORTS = ProgressReport.objects.all()
WRONG_IN_ITSELF = {"negative", "absurd", "decimals"}  # whatever else is entered; the rest is judged on submission
WANT_REASON = {"drop", "jump", "fall", "maybe_ten_thousand"}  # submitted only with a written reason
KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="A repeat with the same key gets the first answer."
)
MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The revision looked at (ETag of the report); a newer one is 409.",
)


class ReportAnswers(WriteMixin):
    """Answers one report in full, with its draft for those who report for the unit."""

    queryset = REPORTS

    def read_one(self, pk: int) -> dict[str, Any]:  # type: ignore[override]
        report = self.scoped(REPORTS).select_related("unit", "indicator__programme").filter(pk=pk).first()
        if report is None:
            raise Http404
        may_report = self.access.can(Role.REPORTER, unit=report.unit, programme=report.indicator.programme)
        return report_out(report_detail(pk, with_draft=may_report))


class ReportList(ReportAnswers, ListView):
    row, filterset_class = ReportRow, ReportFilters

    @extend_schema(summary="Progress reports", responses=ReportRow(many=True), tags=["progress-reports"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        summary="Save a figure as a draft",
        request=DraftInput,
        responses={201: ReportFull},
        parameters=[KEY],
        tags=["progress-reports"],
        filters=False,
    )
    def post(self, request: Request) -> Response:
        return self.run(self._create)

    def _create(self) -> tuple[int, Any]:
        given = parsed(DraftInput, self.request)
        indicator = self.named(Indicator.objects.select_related("programme"), "indicator", code=given["indicator"])
        unit = self.named(current_units(), "unit", code=given["unit"])
        typed = Typed(indicator.pk, unit.pk, given["value"], given["reason"], given["version"])
        saved = save_drafts(actor=self.request.user, period=self._period(indicator, given["period"]), cells=[typed])[0]
        if saved.refusal is not None:
            raise _with_status(saved.refusal)
        if saved.unreadable is not None:
            raise _at_value(saved.unreadable)
        assert saved.report is not None  # what was not refused was stored
        answer = self.read_one(pk=saved.report.pk)
        wrong = [one for one in answer["findings"] if one["code"] in WRONG_IN_ITSELF]
        if wrong:
            raise RuleViolation(
                wrong[0]["code"],
                wrong[0]["detail"],
                rule=wrong[0]["rule"],
                clause=wrong[0]["clause"],
                next_step=wrong[0]["next_step"],
                field="value",
            )
        return 201, answer

    @staticmethod
    def _period(indicator: Indicator, code: str) -> Period:
        period = (
            Period.objects.select_related("programme").filter(programme_id=indicator.programme_id, code=code).first()
        )
        if period is None:
            rows = Period.objects.filter(programme_id=indicator.programme_id, locked_at=None).order_by("starts_on")
            known = ", ".join(rows.values_list("code", flat=True)) or _("none")
            raise RuleViolation(
                "period_unknown",
                _("“%(code)s” is no period of this programme.") % {"code": code},
                field="period",
                next_step=_("Choose an open period: %(codes)s.") % {"codes": known},
            )
        return period


class ReportDetailView(ReportAnswers, DetailView):
    @extend_schema(
        summary="One report with its revisions and decisions", responses=ReportFull, tags=["progress-reports"]
    )
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)


class StepView(ReportAnswers):
    """One step with one report. Who may take it is decided by the service, over the unit and programme of the report."""

    form: type[StrictInput] = StepInput

    def post(self, request: Request, pk: int) -> Response:
        return self.run(lambda: self._step(pk))

    def _step(self, pk: int) -> tuple[int, Any]:
        given = parsed(self.form, self.request)
        report = self.get_or_404(REPORTS, pk=pk)
        revision = self.expected_revision(given.pop("revision"))
        self.step(report, expected=None if revision is None else {report.pk: revision}, **given)
        return 200, self.read_one(pk=report.pk)

    def step(self, report: ProgressReport, **given: Any) -> None:
        """Call the service."""
        raise NotImplementedError


def step_schema(summary: str, form: type[StrictInput] = StepInput) -> Any:
    """What all steps have in common in the schema."""
    return extend_schema(
        summary=summary,
        request=form,
        responses={200: ReportFull},
        parameters=[KEY, MATCH],
        tags=["progress-reports"],
    )


@step_schema("Submit the draft")
class SubmitView(StepView):
    def step(self, report: ProgressReport, **given: Any) -> None:
        try:
            progress.submit(
                actor=self.request.user, report_ids=[report.pk], source=ProgressRevision.Source.API, **given
            )
        except RuleViolation as violation:
            raise _at_value(violation) if violation.code == "not_submittable" else violation from violation


@step_schema("Take a submitted report back before it is reviewed")
class WithdrawView(StepView):
    def step(self, report: ProgressReport, **given: Any) -> None:
        progress.withdraw(actor=self.request.user, report_ids=[report.pk], **given)


@step_schema("Review or approve, as the caller's role is")
class ApproveView(StepView):
    def step(self, report: ProgressReport, **given: Any) -> None:
        progress.approve(actor=self.request.user, report_ids=[report.pk], **given)


@step_schema("Return with a reason", ReturnInput)
class ReturnView(StepView):
    form = ReturnInput

    def step(self, report: ProgressReport, **given: Any) -> None:
        progress.return_reports(actor=self.request.user, report_ids=[report.pk], **given)


def _with_status(refusal: RuleViolation) -> RuleViolation:
    """Out of scope is 404, a missing role 403; everything else keeps its status."""
    refusal.status = {"unit_not_found": 404, "not_reporter": 403}.get(refusal.code, refusal.status)
    return refusal


def _at_value(violation: RuleViolation) -> RuleViolation:
    """The same violation and those it carries, said of the members ``value`` and ``reason`` instead of a cell of a grid."""
    field = "reason" if violation.code in WANT_REASON else "value"
    errors = [_at_value(one) for one in violation.errors]
    if errors:
        field = errors[0].field
    return RuleViolation(
        violation.code,
        violation.message,
        rule=violation.rule,
        clause=violation.clause,
        next_step=violation.next_step,
        field=field,
        errors=errors,
    )
