"""Search: one field, six kinds of things."""

from __future__ import annotations

from typing import Any

from django.views.generic import TemplateView

from programs.queries.search import search
from programs.views.base import ANY_BUSINESS, ScopedView


class SearchView(ScopedView, TemplateView):
    """``?q=``; an empty one shows what can be searched for."""

    roles = ANY_BUSINESS
    template_name = "programs/search/results.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        text = self.request.GET.get("q", "").replace("\x00", "").strip()
        groups = search(self.request.user, text)
        return super().get_context_data(**kwargs) | {
            "q": text,
            "groups": groups,
            "count": sum(len(group.hits) for group in groups),
        }
