"""The monthly burden report: what the plans asked of townships and villages. Never who answered, or when."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from programs.models import BurdenReport, Programme, Unit
from programs.views.base import ANY_BUSINESS, ScopedView


class BurdenListView(ScopedView, TemplateView):
    """``/burden/``: the newest report of each city in sight, and the months before. Two queries."""

    roles = ANY_BUSINESS
    template_name = "programs/burden/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = list(self.scoped(BurdenReport.objects.select_related("unit")).order_by("-month", "unit__code")[:120])
        return super().get_context_data(**kwargs) | {"rows": rows}


class BurdenView(ScopedView, TemplateView):
    """``/burden/<month>/<city>/``: one report."""

    roles = ANY_BUSINESS
    template_name = "programs/burden/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report = self.get_or_404(
            BurdenReport.objects.select_related("unit"), month=kwargs["month"], unit__code=kwargs["unit"]
        )
        suffix = "en" if (get_language() or "").startswith("en") else "zh"
        labels = {str(level): label for level, label in Unit.Level.choices}
        data = report.data
        return super().get_context_data(**kwargs) | {
            "report": report,
            "data": data,
            "hours": round(data["minutes"] / 60),
            "others": self._others(data),
            "other_cells": sum(row["cells"] for row in data.get("others", [])),
            "programmes": [
                row
                | {
                    "name": row[f"name_{suffix}"],
                    "hours": round(row["minutes"] / 60),
                    "by_level": [(labels[level], count) for level, count in row["levels"].items()],
                }
                for row in data["programmes"]
            ],
            "alike": [
                row | {"one": row["a"] | {"name": row["a"][f"name_{suffix}"], "programme": row["a"][f"programme_{suffix}"]},
                       "other": row["b"] | {"name": row["b"][f"name_{suffix}"], "programme": row["b"][f"programme_{suffix}"]}}
                for row in data["alike"]
            ],
        }  # fmt: skip

    @staticmethod
    def _others(data: dict[str, Any]) -> list[dict[str, Any]] | None:
        """Demands beside figures, in words; None for a report made before they were counted. One query."""
        if "others" not in data:
            return None
        names = {
            one.code: one.short
            for one in Programme.objects.filter(code__in=[row["programme"] for row in data["others"]])
        }
        return [
            row | {"name": _(row["kind"]), "of": names.get(row["programme"], ""), "hours": round(row["minutes"] / 60)}
            for row in data["others"]
        ]
