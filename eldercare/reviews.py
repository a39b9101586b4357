"""The scheduled reviews of elder care: what is missing or late is found, counted and named. They send nothing to anybody."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from eldercare.models import Estate, FacilityType, Institution
from eldercare.queries.drills import drill_years
from eldercare.queries.standards import estate_state, standards_of
from programs.models import Programme
from programs.reviews import Outcome, Review, daily

NAMED = 200  # at most so many are named on the page of the run; the number is complete


def missing_drills(*, today: date) -> Outcome:
    """Institutions in operation whose drills of the year or half-year are missing on ``today`` (CR19). Changes nothing."""
    missing: dict[int, list[str]] = {}
    read = 0
    for programme in Programme.objects.filter(facility_types__subject=FacilityType.Subject.INSTITUTION).distinct():
        rules = standards_of(programme, FacilityType.Subject.INSTITUTION, today)
        institutions = [
            one
            for one in Institution.objects.filter(programme=programme, closed_on=None).order_by("unit__code", "id")
            if one.opened_on is None or one.opened_on <= today
        ]
        read += len(institutions)
        for year in (today.year - 1, today.year):
            if year < programme.starts_on.year or (programme.ends_on is not None and year > programme.ends_on.year):
                continue  # the plan asks for its own years only
            for found in drill_years(institutions, year, today, rules):
                slots = [f"{year}-{slot.code}" for slot in found.missing]
                if slots:
                    missing.setdefault(found.institution.pk, []).extend(slots)
    return Outcome(0, _result(read, missing))


def late_handovers(*, today: date) -> Outcome:
    """Estates whose facility was due to be handed over before ``today`` (CR17) or whose phase limit passed (CR18)."""
    late: dict[int, list[str]] = {}
    read = 0
    programmes = Programme.objects.filter(facility_types__subject=FacilityType.Subject.ESTATE).distinct()
    for programme in programmes:
        standards = standards_of(programme, FacilityType.Subject.ESTATE, today)
        for estate in Estate.objects.filter(programme=programme).order_by("unit__code", "id"):
            read += 1
            state = estate_state(estate, standards, today)
            found = []
            if state.is_handover_late and estate.handed_over_on is None:
                found.append("handover")
            if state.phase is not None and state.phase.value == "overdue":
                found.append("phase")
            if found:
                late[estate.pk] = found
    return Outcome(0, _result(read, late))


def _result(read: int, found: dict[int, list[str]]) -> dict[str, Any]:
    return {"read": read, "late": len(found), "ids": dict(list(found.items())[:NAMED])}


REVIEWS = (
    Review(
        "eldercare-drills",
        _("Drills of elder-care institutions"),
        "eldercare.reviews.missing_drills",
        daily(1, 20),
        about=_(
            "Counts the institutions without a comprehensive drill in the year or an on-site drill in a half-year."
        ),
    ),
    Review(
        "eldercare-handovers",
        _("Hand-over of elder-care facilities"),
        "eldercare.reviews.late_handovers",
        daily(1, 25),
        about=_("Counts the estates whose facility is late: past the phase limit, or not handed over in time."),
    ),
)
