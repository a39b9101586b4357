"""Entering and changing facilities, and which units each of them serves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.services import record
from eldercare.models import Facility, Served
from eldercare.services.writing import ENTERS, refuse_future, refuse_more, refuse_order, write
from programs.access import require
from programs.errors import RuleViolation
from programs.models import Programme, Project, Unit

PROJECT_KIND = "facility"  # code of the ProjectKind registered in eldercare.apps


@transaction.atomic
def save_facility(
    *,
    actor: User,
    programme: Programme,
    unit: Unit,
    fields: Mapping[str, Any],
    serves: Collection[Unit] = (),
    facility_id: int | None = None,
    version: int | None = None,
) -> Facility:
    """Enter a facility or change one. ``serves``: units it serves beside its own, in the same county.

    Needs the reporter's role. Raises RuleViolation naming the field, Conflict when somebody was faster.
    """

    def check(row: Facility) -> None:
        if row.facility_type.programme_id != programme.pk:
            raise RuleViolation(
                "type_of_another_plan",
                _("This type of facility belongs to another plan."),
                next_step=_("Choose a type of this plan: cities word and measure types differently."),
                field="facility_type",
            )
        refuse_more(row, "nursing_beds", "beds", _("%(part)s nursing beds are more than the %(whole)s beds."))
        refuse_order(row, "opened_on", "closed_on", _("It cannot have closed before it opened."))
        refuse_future(row, "opened_on", "closed_on")

    facility = write(
        Facility, actor=actor, programme=programme, unit=unit, fields=fields, verb="eldercare.facility", pk=facility_id,
        version=version, check=check,
    )  # fmt: skip
    _serve(actor, facility, {unit.pk: unit} | {one.pk: one for one in serves})
    return facility


def _serve(actor: User, facility: Facility, wanted: dict[int, Unit]) -> None:
    """Bring the rows of Served in line; each unit lies in the county of the facility or is above it there."""
    root = county_path(facility.unit)
    strangers = [unit.label for unit in wanted.values() if not unit.path.startswith(root)]
    if strangers:
        raise RuleViolation(
            "serves_elsewhere",
            _("%(units)s does not lie in the county of the facility.") % {"units": ", ".join(strangers)},
            rule=_("Coverage is counted county by county."),
            next_step=_("Name units of the same county only."),
            field="serves",
        )
    held = set(facility.served.values_list("unit_id", flat=True))
    if held == set(wanted):
        return
    facility.served.exclude(unit_id__in=wanted).delete()
    Served.objects.bulk_create([Served(facility=facility, unit_id=pk) for pk in wanted if pk not in held])
    record(
        "eldercare.serves", actor=actor, obj=facility, unit_path=facility.unit.path,
        before={"units": sorted(held)}, after={"units": sorted(wanted)},
    )  # fmt: skip


def county_path(unit: Unit) -> str:
    """Path of the county ``unit`` lies in: ``/province/city/county/``; of the unit itself above that."""
    parts = unit.path.strip("/").split("/")
    return "/" + "/".join(parts[:3]) + "/"


@transaction.atomic
def make_project(*, actor: User, facility_id: int) -> Project:
    """Open the project under which a facility is inspected. Needs the reporter's role. A second call answers the same one."""
    facility = (
        Facility.objects.select_for_update(of=("self",))
        .select_related("programme", "unit", "project")
        .get(pk=facility_id)
    )
    require(actor, ENTERS, unit=facility.unit, programme=facility.programme)
    if facility.project is not None:
        return facility.project
    facility.project = Project.objects.create(
        programme=facility.programme,
        kind=PROJECT_KIND,
        code=f"facility-{facility.pk}",
        name_zh=facility.name_zh,
        name_en=facility.name_en,
        unit=facility.unit,
        decider_level=Project.Decider.COUNTY,
        created_by=actor,
    )
    facility.save(update_fields=["project"])
    record(
        "eldercare.project",
        actor=actor,
        obj=facility,
        unit_path=facility.unit.path,
        after={"project": facility.project.code},
    )
    return facility.project
