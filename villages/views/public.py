"""Model villages and towns that anybody reads without signing in: places that hold the honour, from allowed fields only."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.views.generic import TemplateView

from programs.models import Unit
from programs.views.public_notices import PublicPage
from villages.models import Honour, Quota

PER_PAGE = 50


class PublicHonourList(PublicPage, TemplateView):
    """Every honour in force, newest year first; a revoked one is not among them. Two queries."""

    template_name = "villages/public.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = Honour.objects.filter(revoked_on=None).select_related("project__unit__parent__parent")
        page = Paginator(rows.order_by("-year", "project__unit__code", "pk"), PER_PAGE).get_page(
            self.request.GET.get("page")
        )
        return super().get_context_data(**kwargs) | {"page": page, "places": [shown(one) for one in page]}


def shown(honour: Honour) -> dict[str, Any]:
    """What the public may read of an honour: place, kind, level, year, plaque and commendation; nobody's name."""
    unit = honour.project.unit
    above = (
        [unit.parent]
        if unit.level == Unit.Level.TOWNSHIP
        else [unit.parent.parent if unit.parent else None, unit.parent]
    )
    return {
        "place": unit.label,
        "above": [one.label for one in above if one is not None],
        "kind": Quota.Kind(honour.project.kind).label,
        "level": honour.get_level_display(),
        "year": honour.year,
        "plaque": honour.plaque_no,
        "commendation": honour.commendation_no,
    }
