"""Going to what was drawn: one inspection for each drawn object, opened by whom the draw sends."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from programs.errors import Conflict, RuleViolation
from programs.models import Draw, DrawCandidate, Inspection, Purpose
from programs.services.inspections import open_inspection

DRAWN_FOR = (Purpose.RANDOM, Purpose.SAMPLE)  # what a drawn object is inspected for, by what its checklist serves


@transaction.atomic
def open_drawn(*, actor: User, draw_id: int, candidate_id: int) -> Inspection:
    """The inspection of a drawn object, opened now or before: a random inspection, or the sample check of a lower level's
    decision where the draw's checklist serves for that only.

    Raises Conflict before publication, RuleViolation ``no_checklist``, PermissionDenied for somebody the draw sends
    elsewhere (inspectors are known by account).
    """
    candidate = (
        DrawCandidate.objects.select_for_update(of=("self",))
        .select_related("draw__programme", "draw__checklist", "unit", "project", "inspection")
        .filter(pk=candidate_id, draw_id=draw_id, is_chosen=True)
        .first()
    )
    if candidate is None:
        raise RuleViolation("not_found", _("This object was not drawn."), next_step=_("Reload the page."))
    if candidate.inspection is not None:
        return candidate.inspection
    if candidate.draw.state != Draw.State.PUBLISHED:
        raise Conflict(
            "wrong_state", _("The results are not published yet."), next_step=_("Publish the draw, then inspect.")
        )
    if candidate.draw.checklist is None:
        raise RuleViolation(
            "no_checklist",
            _("The draw names no checklist."),
            next_step=_("Publish a checklist and name it when the next draw is prepared."),
        )
    if not candidate.pairs.filter(inspector__user=actor).exists():
        raise PermissionDenied(_("The draw sends somebody else to this object."))
    serves = candidate.draw.checklist.purposes
    inspection = open_inspection(
        actor=actor,
        checklist=candidate.draw.checklist,
        purpose=next((one for one in DRAWN_FOR if one in serves), Purpose.RANDOM),
        programme=candidate.draw.programme,
        unit=candidate.unit,
        project=candidate.project,
    )
    candidate.inspection = inspection
    candidate.save(update_fields=["inspection"])
    return inspection
