"""Printed papers of one water."""

from __future__ import annotations

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.views.generic import View

from programs.views.base import ANY_BUSINESS, ScopedView
from rivers.documents import print_evaluation, print_naming
from rivers.models import Evaluation, WaterBody


class PaperView(ScopedView, View):
    """A PDF about the newest evaluation; 404 while there is none."""

    roles = ANY_BUSINESS
    name: str
    printed: Callable[[WaterBody, Evaluation], bytes]

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        water = self.get_or_404(
            WaterBody.objects.select_related("project__unit__parent", "project__programme__document"),
            project__code=code,
        )
        evaluation = self.evaluation_of(water)
        if evaluation is None:
            raise Http404
        answer = HttpResponse(type(self).printed(water, evaluation), content_type="application/pdf")
        answer["Content-Disposition"] = f'inline; filename="{code}-{self.name}.pdf"'
        return answer

    def evaluation_of(self, water: WaterBody) -> Evaluation | None:
        return water.evaluations.select_related("decision__declaration__cycle", "inspection").order_by("-id").first()


class NamingView(PaperView):
    """The naming decision; only of a water that passed, and not of the province's, who names those itself."""

    name, printed = "naming", staticmethod(print_naming)

    def evaluation_of(self, water: WaterBody) -> Evaluation | None:
        found = super().evaluation_of(water)
        may = found is not None and found.is_passed and water.project.decider_level != "province"
        return found if may else None


class EvaluationView(PaperView):
    name, printed = "evaluation", staticmethod(print_evaluation)
