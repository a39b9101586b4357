"""Setting when a step may and must be taken, and freeing a year from it. Rows are closed and replaced, never edited.

Everybody of the programme reads them; the approver over the programme's jurisdiction sets them, with a reason.
"""

from __future__ import annotations

import calendar
from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from policies.models import Clause
from programs.access import require
from programs.errors import Conflict, RuleViolation
from programs.models import CohortExemption, Programme, Role, StageDeadline, Unit
from programs.workflow import workflow_of

LEAP = 2024  # so that 29 February is a day


@dataclass(frozen=True)
class Dates:
    """Month and day of the cycle's year plus an offset in years; or working days after the step before."""

    opens_month: int | None = None
    opens_day: int | None = None
    opens_year_offset: int = 0
    closes_month: int | None = None
    closes_day: int | None = None
    closes_year_offset: int = 0
    workdays: int | None = None
    is_hard: bool = True


@transaction.atomic
def set_deadline(
    *,
    actor: User,
    programme: Programme,
    workflow: str,
    verb: str,
    unit: Unit | None,
    dates: Dates,
    reason: str,
    clause: Clause | None = None,
) -> StageDeadline:
    """Set the dates of one step for the whole programme (``unit`` None) or for a unit and everything below it.

    Raises PermissionDenied, RuleViolation ``step_unknown``, ``unit_wrong``, ``reason_missing``, ``dates_wrong``,
    ``dates_unchanged``.
    """
    _require(actor, programme, workflow, verb, unit, reason)
    refuse_wrong_dates(dates)
    current = (
        StageDeadline.objects.select_for_update()
        .filter(programme=programme, workflow=workflow, verb=verb, unit=unit, replaced_at=None)
        .first()
    )
    before = None
    if current is not None:
        before = {name: getattr(current, name) for name in asdict(dates)}
        if before == asdict(dates):
            raise RuleViolation("dates_unchanged", _("These are the dates already."), next_step=_("Nothing to do."))
        current.replaced_at = timezone.now()
        current.save(update_fields=["replaced_at"])
    row = StageDeadline.objects.create(
        programme=programme, workflow=workflow, verb=verb, unit=unit, clause=clause,
        reason=reason.strip()[:300], set_by=actor, source_key=current.source_key if current else "", **asdict(dates),
    )  # fmt: skip
    record(
        "deadline.set",
        actor=actor,
        obj=row,
        unit_path=(unit or programme.jurisdiction).path,
        before=before,
        after=asdict(dates) | {"workflow": workflow, "verb": verb},
        reason=reason.strip(),
    )
    return row


@transaction.atomic
def exempt(
    *,
    actor: User,
    programme: Programme,
    year: int,
    workflow: str,
    verb: str = "",
    unit: Unit | None = None,
    reason: str,
    clause: Clause | None = None,
) -> CohortExemption:
    """Free the declarations of ``year`` from the dates of one step, or of all (``verb`` empty).

    Raises as ``set_deadline``; Conflict ``exempted_already``.
    """
    _require(actor, programme, workflow, verb, unit, reason)
    if not 2000 <= year <= timezone.localdate().year + 5:
        raise RuleViolation(
            "year_wrong", _("%(year)s is no year of this programme.") % {"year": year}, field="year",
            next_step=_("Enter the year of the declarations."),
        )  # fmt: skip
    given = {"programme": programme, "year": year, "workflow": workflow, "verb": verb, "unit": unit}
    if CohortExemption.objects.filter(revoked_at=None, **given).exists():
        raise Conflict(
            "exempted_already", _("%(year)s is exempted already.") % {"year": year}, next_step=_("Nothing to do.")
        )
    row = CohortExemption.objects.create(reason=reason.strip()[:300], clause=clause, decided_by=actor, **given)
    record(
        "exemption.set",
        actor=actor,
        obj=row,
        unit_path=(unit or programme.jurisdiction).path,
        after={"year": year, "workflow": workflow, "verb": verb},
        reason=reason.strip(),
    )
    return row


@transaction.atomic
def revoke(*, actor: User, exemption_id: int, reason: str) -> CohortExemption:
    """Let the dates hold again; the row stays. Raises Conflict ``revoked`` the second time."""
    row = (
        CohortExemption.objects.select_for_update(of=("self",))
        .select_related("programme__jurisdiction", "unit")
        .filter(pk=exemption_id)
        .first()
    )
    if row is None:
        raise RuleViolation("not_found", _("There is no such exemption."), next_step=_("Reload the page."))
    _require(actor, row.programme, row.workflow, row.verb, row.unit, reason)
    if row.revoked_at is not None:
        raise Conflict("revoked", _("This exemption is revoked already."), next_step=_("Reload the page."))
    row.revoked_at = timezone.now()
    row.save(update_fields=["revoked_at"])
    record(
        "exemption.revoke",
        actor=actor,
        obj=row,
        unit_path=(row.unit or row.programme.jurisdiction).path,
        after={"year": row.year, "workflow": row.workflow, "verb": row.verb},
        reason=reason.strip(),
    )
    return row


def refuse_wrong_dates(dates: Dates) -> None:
    """Raises RuleViolation ``dates_wrong``: a day that no month has, half a date, no date, or an end before its start."""
    if dates.workdays is None and dates.closes_month is None and dates.opens_month is None:
        raise _wrong(_("No date is given."))
    for month, day in ((dates.opens_month, dates.opens_day), (dates.closes_month, dates.closes_day)):
        if (month is None) != (day is None):
            raise _wrong(_("A date has a month and a day."))
        if month is not None and day is not None and not (
            1 <= month <= 12 and 1 <= day <= calendar.monthrange(LEAP, month)[1]
        ):  # fmt: skip
            raise _wrong(_("There is no %(month)s-%(day)s.") % {"month": month, "day": day})
    if dates.workdays is not None and (not 1 <= dates.workdays <= 250 or dates.closes_month is not None):
        raise _wrong(_("A step ends on a date or after 1 to 250 working days, not both."))
    opens = (dates.opens_year_offset, dates.opens_month or 0, dates.opens_day or 0)
    closes = (dates.closes_year_offset, dates.closes_month or 0, dates.closes_day or 0)
    if dates.opens_month and dates.closes_month and closes < opens:
        raise _wrong(_("The last day lies before the first."))


def knows(workflow: str, verb: str) -> bool:
    """Whether an installed procedure has this step (any step: verb empty)."""
    try:
        flow = workflow_of(workflow)
    except KeyError:
        return False
    return not verb or any(step.verb == verb for step in flow.transitions)


def _require(actor: User, programme: Programme, workflow: str, verb: str, unit: Unit | None, reason: str) -> None:
    require(actor, Role.APPROVER, unit=programme.jurisdiction, programme=programme)
    if not knows(workflow, verb):
        raise RuleViolation(
            "step_unknown", _("There is no such step."), field="verb", next_step=_("Choose a step from the list.")
        )
    if unit is not None and not unit.path.startswith(programme.jurisdiction.path):
        raise RuleViolation(
            "unit_wrong", _("%(unit)s does not take part in this programme.") % {"unit": unit.label}, field="unit",
            next_step=_("Choose a unit below the programme's jurisdiction."),
        )  # fmt: skip
    if not reason.strip():
        raise RuleViolation(
            "reason_missing", _("The reason is missing."), field="reason",
            next_step=_("Write why; whoever applies will read it."),
        )  # fmt: skip


def _wrong(message: str) -> RuleViolation:
    return RuleViolation(
        "dates_wrong",
        message,
        field="dates",
        next_step=_("Write month and day as in 10-31, or a number of working days."),
    )
