"""The register of institutions as a pool of random draws (specification 6.4)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from eldercare.models import Institution
from programs.draw_pools import Pool
from programs.models import Programme, Unit
from programs.services.draws.preparing import Candidate


def institutions(programme: Programme, unit: Unit) -> list[Candidate]:
    """Institutions in operation at ``unit`` and below, each in the stratum of its county."""
    rows = Institution.objects.filter(programme=programme, unit__path__startswith=unit.path, closed_on=None)
    counties = {
        county.path: county
        for county in Unit.objects.filter(level=Unit.Level.COUNTY, path__startswith=programme.jurisdiction.path)
    }
    found = []
    for one in rows.select_related("unit").order_by("id"):
        county = counties.get("/" + "/".join(one.unit.path.strip("/").split("/")[:3]) + "/", one.unit)
        found.append(Candidate(code=f"institution-{one.pk}", name=one.name_zh, stratum=county.name, unit=one.unit))
    return found


POOL = Pool("eldercare-institutions", _("Elder-care institutions"), institutions, module="eldercare")
