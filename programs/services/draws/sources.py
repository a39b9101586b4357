"""Lists filled from what the system knows: projects, and inspectors by their grants."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from programs.draw_pools import Pool, register
from programs.models import Grant, Programme, Project, Role, Unit
from programs.services.draws.preparing import Candidate, Inspector


def projects(programme: Programme, unit: Unit) -> list[Candidate]:
    """Active projects of the programme under ``unit``, grouped by the county they lie in."""
    rows = (
        Project.objects.filter(programme=programme, is_active=True, unit__path__startswith=unit.path)
        .select_related("unit")
        .order_by("code")
    )
    counties = {
        one.path: one.name
        for one in Unit.objects.filter(path__startswith=unit.path, level=Unit.Level.COUNTY, valid_to=None)
    }
    return [
        Candidate(
            code=one.code,
            name=one.name_zh,
            stratum=next((name for path, name in counties.items() if one.unit.path.startswith(path)), unit.name),
            unit=one.unit,
            project=one,
        )
        for one in rows
    ]


register(Pool("projects", _("projects of this programme"), projects))


def inspectors(programme: Programme, unit: Unit) -> list[Inspector]:
    """Everybody who holds the inspector's role under ``unit`` for this programme; coded by account name."""
    grants = (
        Grant.objects.filter(role=Role.INSPECTOR, revoked_at=None, unit__path__startswith=unit.path)
        .filter(Q(programme=None) | Q(programme=programme), Q(until=None) | Q(until__gte=timezone.localdate()))
        .select_related("user", "unit", "organization")
        .order_by("user__username", "-unit__path")
    )
    found = {
        grant.user.username: Inspector(
            grant.user.username, grant.user.full_name, grant.unit, grant.user, grant.organization
        )
        for grant in grants
        if grant.user.is_active
    }
    return list(found.values())
