"""One report with everything that happened to it."""

from __future__ import annotations

from dataclasses import dataclass

from programs.checks import Finding, finding_from_json
from programs.models import ProgressDecision, ProgressDraft, ProgressReport, ProgressRevision
from programs.queries.contexts import findings_for


@dataclass(frozen=True)
class ReportDetail:
    """``draft`` None: nobody is typing, or the reader may not see it. ``findings`` are of the draft, else of the newest revision."""

    report: ProgressReport
    draft: ProgressDraft | None
    revisions: list[ProgressRevision]
    decisions: list[ProgressDecision]
    findings: list[Finding]


def report_detail(report_id: int, *, with_draft: bool) -> ReportDetail:
    """Read one report in a fixed number of queries. Raises ProgressReport.DoesNotExist; the caller checks scope first."""
    related = (
        "indicator__programme",
        "indicator__clause",
        "indicator__maximum_indicator",
        "unit",
        "period",
        "submitted_by",
        "draft__saved_by",
    )
    report = ProgressReport.objects.select_related(*related).get(pk=report_id)
    draft = getattr(report, "draft", None) if with_draft else None
    if draft is not None and draft.value is not None:
        findings = findings_for([report])[report.pk]
    else:
        findings = [] if draft is not None else [finding_from_json(flag) for flag in report.flags]
    return ReportDetail(
        report=report, draft=draft, findings=findings,
        revisions=list(report.revisions.select_related("author").order_by("number")),
        decisions=list(ProgressDecision.objects.filter(revision__report=report).select_related("actor", "revision").order_by("pk")),
    )  # fmt: skip
