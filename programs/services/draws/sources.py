"""Lists filled from what the system knows: projects, and inspectors by their grants."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
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


def staff_code(user: User) -> str:
    """The neutral number under which an account's person appears on public lists: the same in every draw, and nothing
    of the name they sign in with. A letter in front keeps it text in Excel.
    """
    return f"J{user.pk:04d}"


def inspectors(programme: Programme, unit: Unit) -> list[Inspector]:
    """Everybody who holds the inspector's role under ``unit`` for this programme, by their staff codes."""
    grants = (
        Grant.objects.filter(role=Role.INSPECTOR, revoked_at=None, unit__path__startswith=unit.path)
        .filter(Q(programme=None) | Q(programme=programme), Q(until=None) | Q(until__gte=timezone.localdate()))
        .select_related("user", "unit", "organization")
        .order_by("user_id", "-unit__path")
    )
    found = {
        grant.user_id: Inspector(
            staff_code(grant.user), grant.user.full_name, grant.unit, grant.user, grant.organization
        )
        for grant in grants
        if grant.user.is_active
    }
    return list(found.values())
