"""Institutions, the drills they held, and decisions on their risk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from eldercare.models import Drill, Institution, RiskDecision
from eldercare.services.writing import ENTERS, refuse_future, refuse_more, refuse_order, write
from programs.access import read_access, require
from programs.errors import Conflict, RuleViolation
from programs.models import Programme, Role, Unit

DECIDES = (Role.REVIEWER, Role.APPROVER)
DECIDING_LEVELS = (Unit.Level.COUNTY,)


@transaction.atomic
def save_institution(
    *,
    actor: User,
    programme: Programme,
    unit: Unit,
    fields: Mapping[str, Any],
    institution_id: int | None = None,
    version: int | None = None,
) -> Institution:
    """Enter an institution or change one; the risk level is not among ``fields``. Needs the reporter's role."""
    if "risk_level" in fields:
        raise RuleViolation(
            "risk_is_decided",
            _("The risk level is not entered with the other facts."),
            rule=_("A reviewer or approver of the county decides it with a reason."),
            next_step=_("Use the decision on the page of the institution."),
            field="risk_level",
        )

    def check(row: Institution) -> None:
        refuse_more(row, "nursing_beds", "beds", _("%(part)s nursing beds are more than the %(whole)s beds."))
        refuse_order(row, "opened_on", "closed_on", _("It cannot have closed before it opened."))
        refuse_future(row, "filed_on", "fire_accepted_on", "opened_on", "closed_on")
        if row.filed_on is not None and not row.filing_no:
            raise RuleViolation(
                "filing_without_number",
                _("A day of filing is given without the number."),
                next_step=_("Enter the filing number, or leave the day empty."),
                field="filing_no",
            )

    return write(
        Institution, actor=actor, programme=programme, unit=unit, fields=fields, verb="eldercare.institution",
        pk=institution_id, version=version, check=check,
    )  # fmt: skip


@transaction.atomic
def decide_risk(
    *, actor: User, institution_id: int, level: str, reason: str, version: int | None = None
) -> RiskDecision:
    """A reviewer or approver of the county sets the risk level, with a reason.

    Raises PermissionDenied, RuleViolation (no reason; entered by the same person) or Conflict (changed meanwhile).
    """
    institution = (
        Institution.objects.select_for_update(of=("self",)).select_related("unit", "programme").get(pk=institution_id)
    )
    held = read_access(actor).acting(
        DECIDES, levels=DECIDING_LEVELS, unit=institution.unit, programme=institution.programme
    )
    if held is None:
        raise PermissionDenied(_("The risk level is decided by a reviewer or approver of the county."))
    if institution.updated_by_id == actor.pk:
        raise RuleViolation(
            "own_entry",
            _("You entered this institution yourself."),
            rule=_("Nobody decides on what they entered."),
            next_step=_("Another reviewer or approver of the county decides."),
        )
    if version is not None and institution.version != version:
        raise Conflict(
            "changed_meanwhile",
            _("The entry changed while you were reading it."),
            next_step=_("Read the facts again, then decide."),
        )
    if not reason.strip():
        raise RuleViolation(
            "reason_wanted",
            _("A decision on risk wants a reason."),
            next_step=_("Write what was found and when; the institution may ask for it."),
            field="reason",
        )
    decision = RiskDecision.objects.create(
        institution=institution, level=level, reason=reason.strip(), decided_by=actor, office=held.organization
    )
    before, institution.risk_level = institution.risk_level, level
    institution.save(update_fields=["risk_level"])
    record(
        "eldercare.risk", actor=actor, obj=institution, unit_path=institution.unit.path,
        before={"risk_level": before}, after={"risk_level": level}, reason=reason.strip(),
    )  # fmt: skip
    return decision


@transaction.atomic
def record_drill(
    *, actor: User, institution_id: int, kind: str, held_on: date, participants: int | None = None, note: str = ""
) -> Drill:
    """Enter a drill that was held. Needs the reporter's role; one drill of a kind a day."""
    institution = (
        Institution.objects.select_for_update(of=("self",)).select_related("unit", "programme").get(pk=institution_id)
    )
    require(actor, ENTERS, unit=institution.unit, programme=institution.programme)
    drill = Drill(
        institution=institution, kind=kind, held_on=held_on, participants=participants, note=note, recorded_by=actor
    )
    refuse_future(drill, "held_on")
    if institution.drills.filter(kind=kind, held_on=held_on, struck_at=None).exists():
        raise Conflict(
            "drill_there",
            _("A drill of this kind is recorded for %(day)s already.") % {"day": held_on.isoformat()},
            next_step=_("Strike the other one out if it is wrong."),
            field="held_on",
        )
    drill.save()
    record("eldercare.drill", actor=actor, obj=drill, unit_path=institution.unit.path,
           after={"institution": institution.pk, "kind": kind, "held_on": held_on})  # fmt: skip
    return drill


@transaction.atomic
def strike_drill(*, actor: User, drill_id: int, reason: str) -> Drill:
    """Strike out a drill that was entered wrongly, with a reason. A second time changes nothing."""
    drill = (
        Drill.objects.select_for_update(of=("self",))
        .select_related("institution__unit", "institution__programme")
        .get(pk=drill_id)
    )
    require(actor, ENTERS, unit=drill.institution.unit, programme=drill.institution.programme)
    if not reason.strip():
        raise RuleViolation(
            "reason_wanted", _("Striking out wants a reason."), next_step=_("Write what was wrong."), field="reason"
        )
    if drill.struck_at is None:
        drill.struck_at, drill.struck_reason = timezone.now(), reason.strip()
        drill.save(update_fields=["struck_at", "struck_reason"])
        record(
            "eldercare.drill_struck",
            actor=actor,
            obj=drill,
            unit_path=drill.institution.unit.path,
            reason=reason.strip(),
        )
    return drill
