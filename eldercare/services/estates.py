"""Entering and changing housing estates. The day a phase limit was reached is kept when it happens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from eldercare.formulas import share
from eldercare.models import Estate, FacilityType, Standard
from eldercare.queries.standards import standards_of
from eldercare.services.writing import refuse_future, refuse_more, refuse_order, write
from programs.errors import RuleViolation
from programs.models import Programme, Unit


@transaction.atomic
def save_estate(
    *,
    actor: User,
    programme: Programme,
    unit: Unit,
    fields: Mapping[str, Any],
    estate_id: int | None = None,
    version: int | None = None,
) -> Estate:
    """Enter an estate or change one. Needs the reporter's role. Raises RuleViolation naming the field, or Conflict.

    When the share of planned construction reaches the plan's limit for the first time, that day is kept in
    ``limit_reached_on`` unless the reporter names an earlier one.
    """
    limit = standards_of(programme, FacilityType.Subject.ESTATE, timezone.localdate()).get(Standard.Measure.BUILT_SHARE)

    def check(row: Estate) -> None:
        refuse_more(row, "built_area", "planned_area", _("%(part)s m² built are more than the %(whole)s m² planned."))
        refuse_future(
            row, "limit_reached_on", "facility_finished_on", "accepted_on", "handed_over_on", "title_registered_on"
        )
        refuse_order(row, "accepted_on", "handed_over_on", _("The hand-over cannot lie before completion acceptance."))
        _refuse_other_use(row)
        built = share(row.built_area, row.planned_area)
        if limit is not None and row.limit_reached_on is None and built is not None and built >= limit.value:
            row.limit_reached_on = timezone.localdate()

    return write(
        Estate, actor=actor, programme=programme, unit=unit, fields=fields, verb="eldercare.estate", pk=estate_id,
        version=version, check=check,
    )  # fmt: skip


def _refuse_other_use(row: Estate) -> None:
    """A handed-over facility is free and serves non-profit use only (specification 6.1, MR18)."""
    if row.handed_over_on is None:
        return
    for name, message in (
        ("is_free", _("The facility was handed over, but not free of charge.")),
        ("is_nonprofit_use", _("The facility was handed over for a use that is not non-profit.")),
    ):
        if getattr(row, name) is False:
            raise RuleViolation(
                "handover_conditions",
                message,
                rule=_("Facility and files are handed over free of charge, for non-profit use only"),
                clause=_clause_of(row.programme),
                next_step=_(
                    "Leave the day of the hand-over empty until the conditions are met, and say so in the note."
                ),
                field=name,
            )


def _clause_of(programme: Programme) -> str:
    standard = standards_of(programme, FacilityType.Subject.ESTATE, timezone.localdate()).get(
        Standard.Measure.HANDOVER_DAYS
    )
    return standard.clause.path if standard is not None and standard.clause is not None else ""
