"""What to inspect: what a procedure waits for, or any place found by its name."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from programs.models import Project
from programs.queries.due_inspections import due_inspections, open_url
from programs.queries.projects import kind_name
from programs.views.base import ScopedView
from programs.views.inspections import SCORES

MOST = 30


class InspectionChooseView(ScopedView, TemplateView):
    """``/inspections/choose/?q=…``: inspections that are due, and projects by name or code. A fixed number of queries."""

    roles = SCORES
    template_name = "programs/inspections/choose.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self.request.GET.get("q", "").strip()[:60]
        found = []
        if asked:
            named = Q(name_zh__icontains=asked) | Q(name_en__icontains=asked) | Q(code__icontains=asked)
            named |= Q(unit__name__icontains=asked) | Q(unit__name_en__icontains=asked)
            rows = self.scoped(Project).filter(named).select_related("programme", "unit__parent").order_by("code")
            found = [(one, kind_name(one), open_url(project=one.code)) for one in rows[: MOST + 1]]
        return super().get_context_data(**kwargs) | {
            "due": due_inspections(self.access, timezone.localdate()), "q": asked, "found": found[:MOST],
            "has_more": len(found) > MOST, "crumbs": [(_("Inspections"), reverse("inspections")), (_("Open an inspection"), None)],
        }  # fmt: skip
