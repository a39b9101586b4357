"""What the page of a facility's project shows: its figures against the standards, and the way to the registry."""

from __future__ import annotations

from django.utils import timezone

from accounts.models import User
from eldercare.models import Facility
from eldercare.queries.standards import facility_checks, standards_by_type
from programs.models import Project
from programs.modules import Panel


def panels(project: Project, user: User) -> list[Panel]:
    """One panel for a project that a facility stands behind, none otherwise. Two queries."""
    facility = Facility.objects.visible_to(user).filter(project=project).select_related("facility_type").first()
    if facility is None:
        return []
    standards = standards_by_type([project.programme_id], timezone.localdate()).get(facility.facility_type_id, [])
    return [Panel("eldercare/_panel.html", {"facility": facility, "checks": facility_checks(facility, standards)})]
