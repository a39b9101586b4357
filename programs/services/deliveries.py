"""What the steps of a plan's cycle ask for, recorded as delivered: by which body, on which day, shown by what."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.core.exceptions import PermissionDenied
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from programs.access import Access, Held, read_access
from programs.errors import Conflict, RuleViolation
from programs.models import Delivery, Organization, Programme, Role
from programs.queries.supervision_cycle import clause_path, newest_deliveries, step_of
from programs.services import evidence


def deliver(
    *,
    actor: User,
    programme: Programme,
    step: str,
    bodies: Sequence[Organization],
    delivered_on: date | None,
    note: str = "",
    upload: File | None = None,
) -> list[Delivery]:
    """Record that ``bodies`` delivered what ``step`` asks of them, one row for each; a correction is a new row.

    ``delivered_on`` None takes a record back and wants the reason as ``note``. The approver of the programme records, or
    a reporter of each body named. Raises RuleViolation ``step_unknown``, ``body_missing``, ``foreign_body``, ``future``,
    ``reason_missing``, ``bad file``; Conflict ``not_delivered``; PermissionDenied for another role.
    """
    found = step_of(programme.code, step)
    if found is None:
        raise RuleViolation(
            "step_unknown", _("“%(step)s” is no step of this plan's cycle.") % {"step": step[:20]},
            next_step=_("Reload the page."),
        )  # fmt: skip
    access = read_access(actor)
    helds = [_held(access, programme, body) for body in bodies]
    if None in helds:
        raise PermissionDenied(_("The approver of the programme records it, or a reporter of the body that delivered."))
    _refuse(programme, found.bodies, step, bodies, delivered_on, note)
    kept = evidence.keep(upload)
    with transaction.atomic():
        Programme.objects.select_for_update().get(pk=programme.pk)  # taking back what somebody takes back as well
        if delivered_on is None:
            _refuse_taking_back(programme, step, bodies)
        return [_write(actor, programme, step, body, held, delivered_on, note, kept) for body, held in zip(bodies, helds, strict=True)]  # fmt: skip


def may_record(access: Access, programme: Programme, body: Organization) -> bool:
    """Whether this person records what ``body`` delivered (``programme.jurisdiction`` loaded)."""
    return _held(access, programme, body) is not None


def _held(access: Access, programme: Programme, body: Organization) -> Held | None:
    top = programme.jurisdiction
    for held in access.business:
        if held.level != top.level or not held.covers(top, programme):
            continue
        if held.role == Role.APPROVER or (held.role == Role.REPORTER and held.organization_id == body.pk):
            return held
    return None


def _refuse(
    programme: Programme, wanted: Sequence[str], step: str, bodies: Sequence[Organization], day: date | None, note: str
) -> None:
    clause = clause_path(programme.code, step)
    if not bodies:
        raise RuleViolation(
            "body_missing", _("It is not said who delivered."), field="bodies", next_step=_("Tick the bodies."),
        )  # fmt: skip
    foreign = next((body for body in bodies if body.code not in wanted), None)
    if foreign is not None:
        raise RuleViolation(
            "foreign_body", _("This step asks nothing of %(body)s.") % {"body": foreign.label}, field="bodies",
            clause=clause, next_step=_("Tick the bodies that the plan names."),
        )  # fmt: skip
    if day is not None and day > timezone.localdate():
        raise RuleViolation(
            "future", _("%(day)s has not come yet.") % {"day": day}, field="delivered_on",
            next_step=_("Record it on the day it is delivered."),
        )  # fmt: skip
    if day is not None and day < programme.starts_on:
        raise RuleViolation(
            "too_early", _("%(day)s lies before the plan began.") % {"day": day}, field="delivered_on",
            next_step=_("Correct the day."),
        )  # fmt: skip
    if day is None and not note.strip():
        raise RuleViolation(
            "reason_missing", _("Taking a record back wants a reason."), field="note",
            next_step=_("Write what was wrong with it."),
        )  # fmt: skip


def _refuse_taking_back(programme: Programme, step: str, bodies: Sequence[Organization]) -> None:
    delivered = {row.organization_id for row in newest_deliveries(programme).get(step, [])}
    if any(body.pk not in delivered for body in bodies):
        raise Conflict(
            "not_delivered", _("It is not recorded as delivered."), next_step=_("Reload the page; somebody was faster.")
        )


def _write(
    actor: User, programme: Programme, step: str, body: Organization, held: Held | None, day: date | None, note: str,
    kept: evidence.Evidence | None,
) -> Delivery:  # fmt: skip
    row = Delivery.objects.create(
        programme=programme, step=step, unit=programme.jurisdiction, organization=body, delivered_on=day,
        note=note.strip(), file=kept.file if kept else None, file_name=kept.name if kept else "", recorded_by=actor,
        office=held.organization if held else "",
    )  # fmt: skip
    record(
        "delivery.record" if day else "delivery.take_back", actor=actor, obj=row, unit_path=programme.jurisdiction.path,
        reason=note.strip(), after={"programme": programme.code, "step": step, "body": body.code, "delivered_on": day},
    )  # fmt: skip
    return row
