"""What waits for me: declarations from whose stage I can take a step forward."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.utils import timezone
from django.views.generic import TemplateView

from programs.models import Programme
from programs.queries.declarations import dated, light_of, stage_name, with_related
from programs.queries.inbox import waiting_for
from programs.views.base import ANY_BUSINESS, ScopedView
from programs.workflow import workflow_of

PER_PAGE = 100


class InboxView(ScopedView, TemplateView):
    """``/inbox/``: by programme, what is due first on top. A fixed number of queries."""

    roles = ANY_BUSINESS
    template_name = "programs/inbox/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        page = Paginator(with_related(waiting_for(self.access)), PER_PAGE).get_page(self.request.GET.get("page"))
        groups: dict[Programme, list[dict[str, Any]]] = {}
        for declaration, window in dated(list(page)):
            row = self._row(declaration, window, today)
            groups.setdefault(declaration.project.programme, []).append(row)
        for rows in groups.values():
            rows.sort(key=lambda row: (row["by"] or date.max, row["declaration"].stage_since))
        ordered = dict(sorted(groups.items(), key=lambda one: (one[0].position, one[0].pk)))
        return super().get_context_data(**kwargs) | {"page": page, "groups": ordered, "today": today}

    def _row(self, declaration: Any, window: Any, today: date) -> dict[str, Any]:
        flow, project = workflow_of(declaration.workflow), declaration.project
        steps = [
            step.name
            for step in flow.steps_from(declaration.stage)
            if not step.is_reverse
            and self.access.acting(step.roles, levels=step.levels, unit=project.unit, programme=project.programme)
        ]
        light, word = light_of(window, today)
        return {
            "declaration": declaration,
            "flow": flow.name,
            "stage": stage_name(flow, declaration.stage),
            "steps": steps,
            "by": window.closes if window and not window.exemption else None,
            "window": window,
            "light": light,
            "word": word,
        }
