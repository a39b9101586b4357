"""What waits for me: declarations from whose stage I can take a step forward, inspections I can make."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.utils import timezone
from django.views.generic import TemplateView

from programs.models import Programme
from programs.queries.declarations import with_related
from programs.queries.due_inspections import due_inspections
from programs.queries.inbox import waiting_for
from programs.queries.inbox_rows import InboxRow, inbox_rows
from programs.queries.supervision_inbox import sections_for
from programs.views.base import ANY_BUSINESS, ScopedView

PER_PAGE = 100


class InboxView(ScopedView, TemplateView):
    """``/inbox/``: by programme, what is due first on top. A fixed number of queries."""

    roles = ANY_BUSINESS
    template_name = "programs/inbox/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        page = Paginator(with_related(waiting_for(self.access)), PER_PAGE).get_page(self.request.GET.get("page"))
        groups: dict[Programme, list[InboxRow]] = {}
        for row in inbox_rows(self.access, list(page), today):
            groups.setdefault(row.declaration.project.programme, []).append(row)
        ordered = dict(sorted(groups.items(), key=lambda one: (one[0].position, one[0].pk)))
        due = due_inspections(self.access, today) if page.number == 1 else []
        supervision = sections_for(self.request.user, today) if page.number == 1 else []
        return super().get_context_data(**kwargs) | {
            "page": page,
            "groups": ordered,
            "due": due,
            "today": today,
            "supervision": supervision,
        }
