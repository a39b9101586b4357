"""Happy rivers and reservoirs that anybody reads without signing in: what is named, from allowed fields only."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.views.generic import TemplateView

from programs.views.public_notices import PublicPage
from rivers.models import WaterBody

PER_PAGE = 50


class PublicRiverList(PublicPage, TemplateView):
    """Every named water, newest first. Two queries."""

    template_name = "rivers/public.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = WaterBody.objects.filter(named_on__isnull=False).select_related("project__unit")
        page = Paginator(rows.order_by("-named_on", "seq"), PER_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(**kwargs) | {"page": page, "waters": [shown(one) for one in page]}


def shown(water: WaterBody) -> dict[str, Any]:
    """What the public may read of a named water: name, reach, unit, level, year and number of the decision; nobody's name."""
    return {
        "name": water.project.name,
        "segment": water.segment,
        "unit": water.project.unit.label,
        "level": water.project.get_decider_level_display(),
        "year": water.named_on.year if water.named_on else None,
        "number": water.naming_number,
    }
