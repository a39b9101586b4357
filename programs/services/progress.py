"""Reporting figures: drafts, submission, review, approval, return. ``_move`` is the only writer of a report's state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services.record import record_many
from programs.access import Access
from programs.checks import Finding
from programs.errors import RuleViolation
from programs.models import (
    ApprovedFigure,
    ProgressDecision,
    ProgressDraft,
    ProgressReport,
    ProgressRevision,
    ReportState,
    Role,
)
from programs.queries.contexts import findings_for
from programs.services.entry import as_text
from programs.services.refusals import (
    cell_name,
    refuse_bad_cells,
    refuse_own,
    refuse_stale,
    require_open_period,
    require_role,
    wrong_state,
)
from programs.services.summaries import mark_changed, refresh_pending

Verb = ProgressDecision.Verb
INLINE_FIGURES = 5_000  # more than this at once are left to the worker


@dataclass(frozen=True)
class Moved:
    """Outcome of a step: the reports in their new state, as stored."""

    reports: list[ProgressReport]


def _lock(report_ids: Sequence[int]) -> list[ProgressReport]:
    wanted = sorted(set(report_ids))
    rows = list(
        ProgressReport.objects.select_for_update(of=("self",))
        .filter(pk__in=wanted)
        .select_related(
            "indicator__programme__jurisdiction",
            "indicator__clause",
            "indicator__maximum_indicator",
            "unit",
            "period",
            "submitted_by",
            "draft",
        )
        .order_by("pk")
    )
    if len(rows) != len(wanted):
        raise RuleViolation(
            "not_found", _("A report is missing or outside your scope."), next_step=_("Reload the page.")
        )
    return rows


def submit(
    *,
    actor: User,
    report_ids: Sequence[int],
    source: str = ProgressRevision.Source.WEB,
    comment: str = "",
    expected: Mapping[int, int] | None = None,
) -> Moved:
    """Submit the drafts of these reports, all or none. ``expected``: as for ``approve``.

    Raises RuleViolation ``not_submittable`` whose ``errors`` name every cell with an error or a missing reason, Conflict
    when a report is not a draft or returned, or its period is locked, PermissionDenied without the reporter's role.
    """
    with transaction.atomic():
        reports = _lock(report_ids)
        access = require_role(actor, {Role.REPORTER}, reports)
        refuse_stale(reports, expected)
        for report in reports:
            require_open_period(report.period)
            if report.state not in (ReportState.DRAFT, ReportState.RETURNED):
                raise wrong_state(report, _("submitted"))
            if not hasattr(report, "draft"):
                raise RuleViolation(
                    "no_draft",
                    _("%(cell)s: nothing new was entered.") % {"cell": cell_name(report)},
                    field=f"report-{report.pk}",
                    next_step=_("Enter a figure, or report it as unchanged."),
                )
        findings = findings_for(reports)
        refuse_bad_cells(reports, findings)
        revisions = ProgressRevision.objects.bulk_create(
            [_revision(report, findings[report.pk], source, actor) for report in reports]
        )
        ProgressDraft.objects.filter(report__in=reports).delete()
        now = timezone.now()
        for report, revision in zip(reports, revisions, strict=True):
            report.revision, report.value, report.flags = revision.number, revision.value, revision.flags
            report.submitted_by, report.submitted_at = actor, now
        ProgressReport.objects.bulk_update(
            reports, ["revision", "value", "flags", "submitted_by", "submitted_at"], batch_size=500
        )
        _move(
            reports,
            revisions,
            verb=Verb.SUBMIT,
            to=ReportState.SUBMITTED,
            actor=actor,
            access=access,
            role=Role.REPORTER,
            comment=comment,
        )
    return Moved(reports)


def _revision(report: ProgressReport, findings: Sequence[Finding], source: str, actor: User) -> ProgressRevision:
    """The next revision, from the report's draft."""
    assert report.draft.value is not None  # refuse_bad_cells lets no other pass
    return ProgressRevision(
        report=report,
        number=report.revision + 1,
        value=report.draft.value,
        reason=report.draft.reason,
        source=source,
        flags=[finding.as_json() for finding in findings],
        author=actor,
    )


def withdraw(
    *, actor: User, report_ids: Sequence[int], comment: str = "", expected: Mapping[int, int] | None = None
) -> Moved:
    """Take submitted reports back before anybody reviewed them; the figures become drafts again."""
    with transaction.atomic():
        reports = _lock(report_ids)
        access = require_role(actor, {Role.REPORTER}, reports)
        refuse_stale(reports, expected)
        for report in reports:
            require_open_period(report.period)
            if report.state != ReportState.SUBMITTED:
                raise wrong_state(report, _("withdrawn"))
        revisions = _newest(reports)
        now = timezone.now()
        ProgressDraft.objects.bulk_create(
            [
                ProgressDraft(
                    report=report,
                    text=as_text(revision.value),
                    value=revision.value,
                    reason=revision.reason,
                    saved_by=actor,
                    saved_at=now,
                )
                for report, revision in zip(reports, revisions, strict=True)
            ]
        )
        _move(
            reports,
            revisions,
            verb=Verb.WITHDRAW,
            to=ReportState.DRAFT,
            actor=actor,
            access=access,
            role=Role.REPORTER,
            comment=comment,
        )
    return Moved(reports)


def approve(
    *, actor: User, report_ids: Sequence[int], expected: Mapping[int, int] | None = None, comment: str = ""
) -> Moved:
    """Move each report one step on: a reviewer's approval reviews it, an approver's approves it. All or none.

    ``expected`` maps report ids to the revision the person looked at; a newer one raises Conflict. An approver may take a
    report that no reviewer has seen only with a comment (soft rule). Nobody decides what they submitted.
    """
    with transaction.atomic():
        reports = _lock(report_ids)
        access = require_role(actor, {Role.REVIEWER, Role.APPROVER}, reports)
        refuse_stale(reports, expected)
        steps = {report.pk: _next_step(report, actor, access, comment) for report in reports}
        revisions = _newest(reports)
        for verb, state, role in (
            (Verb.REVIEW, ReportState.REVIEWED, Role.REVIEWER),
            (Verb.APPROVE, ReportState.APPROVED, Role.APPROVER),
        ):
            part = [(r, v) for r, v in zip(reports, revisions, strict=True) if steps[r.pk] == state]
            if part:
                chosen, newest = [r for r, _v in part], [v for _r, v in part]
                _move(
                    chosen,
                    newest,
                    verb=verb,
                    to=state,
                    actor=actor,
                    access=access,
                    role=role,
                    comment=comment,
                )
                if state == ReportState.APPROVED:
                    count_figures(chosen, newest, actor=actor)
    return Moved(reports)


def return_reports(
    *,
    actor: User,
    report_ids: Sequence[int],
    comment: str,
    ask: str = "",
    redo_by: date | None = None,
    expected: Mapping[int, int] | None = None,
) -> Moved:
    """Send submitted or reviewed reports back with what is wrong (``comment``), what to do (``ask``) and by which day."""
    with transaction.atomic():
        reports = _lock(report_ids)
        access = require_role(actor, {Role.REVIEWER, Role.APPROVER}, reports)
        if not comment.strip():
            raise RuleViolation(
                "comment_missing",
                _("A return wants a reason."),
                field="comment",
                next_step=_("Write what is wrong; the reporter sees it beside the cell."),
            )
        if redo_by is not None and redo_by < timezone.localdate():
            raise RuleViolation(
                "redo_by_past",
                _("%(day)s has passed.") % {"day": redo_by},
                field="redo_by",
                next_step=_("Choose today or a later day."),
            )
        refuse_stale(reports, expected)
        for report in reports:
            allowed = (
                (ReportState.SUBMITTED, ReportState.REVIEWED)
                if _may(access, Role.APPROVER, report)
                else (ReportState.SUBMITTED,)
            )
            if report.state not in allowed:
                raise wrong_state(report, _("returned"))
            refuse_own(report, actor)
        _move(
            reports,
            _newest(reports),
            verb=Verb.RETURN,
            to=ReportState.RETURNED,
            actor=actor,
            access=access,
            role=Role.REVIEWER,
            comment=comment.strip(),
            ask=ask.strip(),
            redo_by=redo_by,
        )
    return Moved(reports)


def count_figures(reports: Sequence[ProgressReport], revisions: Sequence[ProgressRevision], *, actor: User) -> None:
    """Make approved revisions count from now on, and have the summaries refreshed after commit."""
    ApprovedFigure.objects.bulk_create(
        [
            ApprovedFigure(
                revision=revision,
                indicator_id=report.indicator_id,
                unit_id=report.unit_id,
                period_id=report.period_id,
                value=revision.value,
                approved_by=actor,
            )
            for report, revision in zip(reports, revisions, strict=True)
        ]
    )
    mark_changed((report.indicator_id, report.period_id, report.unit_id) for report in reports)
    keys = sorted({(report.indicator_id, report.period_id) for report in reports})
    if len(reports) <= INLINE_FIGURES:
        transaction.on_commit(lambda: refresh_pending(limit=INLINE_FIGURES, keys=keys), robust=True)


def _move(
    reports: Sequence[ProgressReport],
    revisions: Sequence[ProgressRevision],
    *,
    verb: str,
    to: str,
    actor: User,
    access: Access,
    role: str,
    comment: str = "",
    ask: str = "",
    redo_by: date | None = None,
) -> None:
    """Write the new state, one decision and one audit entry per report. The only place that sets ``state``."""
    decisions, entries = [], []
    for report, revision in zip(reports, revisions, strict=True):
        before, report.state = report.state, to
        office = access.office({role}, unit=report.unit, programme=report.indicator.programme) or access.office()
        decisions.append(
            ProgressDecision(
                revision=revision,
                verb=verb,
                from_state=before,
                to_state=report.state,
                actor=actor,
                office=office,
                comment=comment,
                ask=ask,
                redo_by=redo_by,
            )
        )
        entries.append(
            {
                "obj": report,
                "unit_path": report.unit.path,
                "reason": comment,
                "before": {"state": before},
                "after": {
                    "state": report.state,
                    "revision": revision.number,
                    "value": revision.value,
                    "indicator": report.indicator.code,
                    "unit": report.unit.code,
                    "period": report.period.code,
                },
            }
        )
    ProgressReport.objects.filter(pk__in=[report.pk for report in reports]).update(state=to)
    ProgressDecision.objects.bulk_create(decisions)
    record_many(f"progress.{verb}", entries, actor=actor)


def _newest(reports: Sequence[ProgressReport]) -> list[ProgressRevision]:
    found = {
        (row.report_id, row.number): row
        for row in ProgressRevision.objects.filter(report_id__in=[r.pk for r in reports])
    }
    return [found[report.pk, report.revision] for report in reports]


def _may(access: Access, role: str, report: ProgressReport) -> bool:
    return access.can(role, unit=report.unit, programme=report.indicator.programme)


def _next_step(report: ProgressReport, actor: User, access: Access, comment: str) -> str:
    reviewer, approver = _may(access, Role.REVIEWER, report), _may(access, Role.APPROVER, report)
    if report.state == ReportState.SUBMITTED and reviewer:
        target = ReportState.REVIEWED
    elif report.state == ReportState.REVIEWED and approver:
        target = ReportState.APPROVED
    elif report.state == ReportState.SUBMITTED and approver:
        if not comment.strip():
            raise RuleViolation(
                "not_reviewed",
                _("%(cell)s has not been reviewed by the county.") % {"cell": cell_name(report)},
                field="comment",
                rule=_("An approver may approve an unreviewed figure only with a written reason (set by the city)."),
                next_step=_("Wait for the review, or write why it is approved directly."),
            )
        target = ReportState.APPROVED
    else:
        raise wrong_state(report, _("approved"))
    refuse_own(report, actor)
    return target
