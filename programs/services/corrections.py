"""Changing a figure after it was approved or its period locked: asked with a reason, decided by the bureau."""

from __future__ import annotations

from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import read_access
from programs.checks import check_cell
from programs.errors import Conflict, RuleViolation
from programs.models import (
    CorrectionRequest,
    Indicator,
    Period,
    ProgressDecision,
    ProgressReport,
    ProgressRevision,
    ReportState,
    Role,
    Unit,
)
from programs.numbers import read_number
from programs.queries.contexts import contexts_for
from programs.queries.duties import duties_in
from programs.services.progress import count_figures
from programs.services.refusals import Forbidden

State = CorrectionRequest.State


@transaction.atomic
def request_correction(
    *, actor: User, indicator: Indicator, unit: Unit, period: Period, text: str, reason: str
) -> CorrectionRequest:
    """File a request for a new figure. Only where the figure is approved or the period is locked; one open request per cell."""
    access = read_access(actor)
    if not access.can(Role.REPORTER, unit=unit, programme=indicator.programme):
        raise PermissionDenied(_("A correction is requested by a reporter of the unit."))
    if not duties_in(period).filter(indicator=indicator, unit=unit).exists():
        raise RuleViolation(
            "not_owed",
            _("This figure is not asked of %(unit)s in %(period)s.") % {"unit": unit.label, "period": period.code},
            field="indicator",
        )
    ProgressReport.objects.bulk_create(
        [ProgressReport(indicator=indicator, unit=unit, period=period)], ignore_conflicts=True
    )
    report = ProgressReport.objects.select_for_update().get(indicator=indicator, unit=unit, period=period)
    report.indicator, report.period = indicator, period  # as the caller read them; no further queries
    _refuse_request(report, reason)
    value = _checked_value(report, text)
    request = CorrectionRequest.objects.create(
        report=report, base_revision=report.revision, value=value, reason=reason.strip(), requested_by=actor
    )
    record(
        "correction.request",
        actor=actor,
        obj=request,
        unit_path=unit.path,
        reason=reason,
        before={"value": report.value},
        after={"value": value, "indicator": indicator.code, "unit": unit.code, "period": period.code},
    )
    return request


def _refuse_request(report: ProgressReport, reason: str) -> None:
    """A correction is for figures that cannot be changed otherwise, one at a time, with a reason."""
    if report.state != ReportState.APPROVED and not report.period.is_locked:
        raise Conflict(
            "still_open", _("This figure can still be changed directly."), next_step=_("Change it in the entry grid.")
        )
    if not reason.strip():
        raise RuleViolation(
            "reason_missing",
            _("A correction wants a reason."),
            field="reason",
            next_step=_("Write what was wrong and where the right figure comes from."),
        )
    if report.corrections.filter(state=State.OPEN).exists():
        raise Conflict(
            "already_open",
            _("A correction of this figure is waiting for a decision."),
            next_step=_("Withdraw it, or wait for the decision."),
        )


def _checked_value(report: ProgressReport, text: str) -> Decimal:
    """The figure typed, under the same checks as an entry, and another one than what is approved."""
    indicator = report.indicator
    value = read_number(text, indicator.unit_zh).value
    context = contexts_for(report.period, [indicator], [report.unit_id]).of(indicator.pk, report.unit_id)
    for finding in check_cell(indicator, value, context):
        if finding.level == "error":
            raise RuleViolation(
                finding.code,
                finding.message,
                rule=finding.rule,
                clause=finding.clause,
                next_step=finding.next_step,
                field="value",
            )
    if report.state == ReportState.APPROVED and value == report.value:
        raise RuleViolation(
            "unchanged",
            _("%(value)s is the figure that is approved already.") % {"value": value},
            field="value",
            next_step=_("Enter the corrected figure."),
        )
    return value


@transaction.atomic
def withdraw_correction(*, actor: User, request_id: int) -> CorrectionRequest:
    """Take an open request back; only the person who filed it."""
    request = _locked(request_id)
    if request.requested_by_id != actor.pk:
        raise PermissionDenied(_("Only the person who filed a correction request can withdraw it."))
    return _close(request, State.WITHDRAWN, actor=actor, comment="")


@transaction.atomic
def decide_correction(*, actor: User, request_id: int, approve: bool, comment: str = "") -> CorrectionRequest:
    """Approve (a new revision counts from now on) or refuse (with a reason) a correction. Nobody decides their own."""
    request = _locked(request_id)
    report = request.report
    if not read_access(actor).can(Role.APPROVER, unit=report.unit, programme=report.indicator.programme):
        raise PermissionDenied(_("Corrections are decided by the approver of the programme."))
    if request.requested_by_id == actor.pk:
        raise Forbidden(
            "self_decision",
            _("You filed this correction yourself."),
            rule=_("Nobody decides what they submitted."),
            next_step=_("Ask a colleague with the same role."),
        )
    if not approve:
        if not comment.strip():
            raise RuleViolation(
                "comment_missing",
                _("A refusal wants a reason."),
                field="comment",
                next_step=_("Write why the figure stays as it is."),
            )
        return _close(request, State.REFUSED, actor=actor, comment=comment)
    report = ProgressReport.objects.select_for_update().select_related("indicator", "unit", "period").get(pk=report.pk)
    if report.revision != request.base_revision:
        raise Conflict(
            "newer_revision",
            _("The figure was changed after the correction was requested."),
            next_step=_("Refuse this request and ask for a new one."),
        )
    before = {"value": report.value, "revision": report.revision, "state": report.state}
    revision = _count_correction(request, report, actor, comment)
    request.revision = revision
    record(
        "progress.correct",
        actor=actor,
        obj=report,
        unit_path=report.unit.path,
        reason=request.reason,
        before=before,
        after={"value": revision.value, "revision": revision.number, "state": report.state},
    )
    return _close(request, State.APPROVED, actor=actor, comment=comment)


def _count_correction(
    request: CorrectionRequest, report: ProgressReport, actor: User, comment: str
) -> ProgressRevision:
    Verb = ProgressDecision.Verb
    revision = ProgressRevision.objects.create(
        report=report,
        number=report.revision + 1,
        value=request.value,
        reason=request.reason,
        source=ProgressRevision.Source.CORRECTION,
        author=request.requested_by,
    )
    steps = [
        (Verb.SUBMIT, report.state, ReportState.SUBMITTED, request.requested_by, request.reason),
        (Verb.APPROVE, ReportState.SUBMITTED, ReportState.APPROVED, actor, comment.strip()),
    ]
    for verb, before, after, person, words in steps:
        office = read_access(person).office(unit=report.unit, programme=report.indicator.programme)
        ProgressDecision.objects.create(
            revision=revision, verb=verb, from_state=before, to_state=after, actor=person, office=office, comment=words
        )
    report.state, report.revision, report.value, report.flags = (
        ReportState.APPROVED,
        revision.number,
        revision.value,
        [],
    )
    report.submitted_by, report.submitted_at = request.requested_by, timezone.now()
    report.save(update_fields=["state", "revision", "value", "flags", "submitted_by", "submitted_at"])
    count_figures([report], [revision], actor=actor)
    return revision


def _locked(request_id: int) -> CorrectionRequest:
    request = (
        CorrectionRequest.objects.select_for_update(of=("self",))
        .select_related("report__unit", "report__indicator__programme", "report__period", "requested_by")
        .get(pk=request_id)
    )
    if request.state != State.OPEN:
        raise Conflict(
            "already_decided",
            _("This correction is %(state)s already.") % {"state": request.get_state_display()},
            next_step=_("Reload the page."),
        )
    return request


def _close(request: CorrectionRequest, state: str, *, actor: User, comment: str) -> CorrectionRequest:
    request.state, request.decided_by, request.decided_at, request.comment = (
        state,
        actor,
        timezone.now(),
        comment.strip(),
    )
    request.save(update_fields=["state", "decided_by", "decided_at", "comment", "revision"])
    record(
        f"correction.{state}",
        actor=actor,
        obj=request,
        unit_path=request.report.unit.path,
        reason=comment,
        before={"state": State.OPEN},
        after={"state": state},
    )
    return request
