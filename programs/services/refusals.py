"""What a step with a report is refused for, in words a person can act on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from programs.access import Access, read_access
from programs.checks import Finding
from programs.errors import Conflict, RuleViolation
from programs.models import Period, ProgressReport, Role


class Forbidden(RuleViolation):
    """The role is right, but a rule keeps this person from deciding this report."""

    status = 403


def future_day(day: date | None, *, field: str, today: date | None = None) -> RuleViolation | None:
    """The refusal of a day on which something is said to have happened, when it has not come yet."""
    today = today or timezone.localdate()
    if day is None or day <= today:
        return None
    return RuleViolation(
        "future_day",
        _("%(day)s has not come yet; today is %(today)s.") % {"day": day, "today": today},
        rule=_("Only what has happened is recorded."),
        field=field,
        next_step=_("Enter the day on which it happened, or come back then."),
    )


def require_open_period(period: Period) -> None:
    if period.is_locked:
        raise Conflict(
            "period_locked",
            _("%(period)s is locked: %(why)s.") % {"period": period.code, "why": period.get_lock_reason_display()},
            field="period",
            next_step=_("File a correction request with the new figure and the reason."),
        )
    if timezone.localdate() < period.opens_on:
        raise Conflict(
            "period_not_open",
            _("%(period)s opens on %(day)s.") % {"period": period.code, "day": period.opens_on},
            field="period",
            next_step=_("Wait until it opens."),
        )


def require_role(actor: User, roles: set[str], reports: Sequence[ProgressReport]) -> Access:
    """Fresh access; what lies outside the person's scope reads like something that does not exist."""
    access = read_access(actor)
    for report in reports:
        if not access.sees(report.unit, report.indicator.programme):
            raise RuleViolation(
                "not_found", _("A report is missing or outside your scope."), next_step=_("Reload the page.")
            )
    for report in reports:
        if not access.can(roles, unit=report.unit, programme=report.indicator.programme):
            names = " / ".join(str(Role(role).label) for role in sorted(roles))
            raise PermissionDenied(
                _("This step belongs to the role %(roles)s of this unit and programme.") % {"roles": names}
            )
    return access


def refuse_own(report: ProgressReport, actor: User) -> None:
    if report.submitted_by_id == actor.pk:
        raise Forbidden(
            "self_decision",
            _("%(cell)s was submitted by you.") % {"cell": cell_name(report)},
            rule=_("Nobody decides what they submitted."),
            next_step=_("Ask a colleague with the same role."),
        )


def refuse_stale(reports: Sequence[ProgressReport], expected: Mapping[int, int] | None) -> None:
    for report in reports:
        if expected is not None and report.pk in expected and expected[report.pk] != report.revision:
            raise Conflict(
                "newer_revision",
                _("%(cell)s has a newer revision %(number)s.") % {"cell": cell_name(report), "number": report.revision},
                next_step=_("Reload and look at the new figure before deciding."),
            )


def wrong_state(report: ProgressReport, wanted: str) -> Conflict:
    return Conflict(
        "wrong_state",
        _("%(cell)s is %(state)s and cannot be %(wanted)s now.")
        % {"cell": cell_name(report), "state": report.get_state_display(), "wanted": wanted},
        next_step=_("Reload the page; somebody may have been faster."),
    )


def refuse_bad_cells(reports: Sequence[ProgressReport], findings: Mapping[int, Sequence[Finding]]) -> None:
    errors = []
    for report in reports:
        if report.draft.value is None:
            errors.append(
                RuleViolation(
                    "not_a_number",
                    _("%(cell)s: “%(text)s” is not a figure.") % {"cell": cell_name(report), "text": report.draft.text},
                    field=f"report-{report.pk}",
                    next_step=_("Correct the cell."),
                )
            )
            continue
        for finding in findings[report.pk]:
            if finding.level == "error" or (finding.level == "reason" and not report.draft.reason.strip()):
                errors.append(  # noqa: PERF401 the condition is easier to read here
                    RuleViolation(
                        finding.code,
                        f"{cell_name(report)}: {finding.message}",
                        rule=finding.rule,
                        clause=finding.clause,
                        field=f"report-{report.pk}",
                        next_step=finding.next_step,
                    )
                )
    if errors:
        raise RuleViolation(
            "not_submittable",
            errors[0].message
            if len(errors) == 1
            else _("%(count)s cells must be corrected or explained first; nothing was submitted.")
            % {"count": len(errors)},
            rule=errors[0].rule,
            clause=errors[0].clause,
            field=errors[0].field if len(errors) == 1 else "",
            next_step=errors[0].next_step,
            errors=errors,
        )


def cell_name(report: ProgressReport) -> str:
    return f"{report.unit.label} · {report.indicator.short} · {report.period.code}"
