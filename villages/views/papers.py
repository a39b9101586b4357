"""PDF of the acceptance and of the honour."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.generic import View

from programs.models import Declaration
from programs.views.base import ANY_BUSINESS, ScopedView
from villages.documents import acceptance_report, honour_paper
from villages.models import Honour
from villages.workflow import APPLICATIONS

PROJECT = ("project__unit__parent", "project__programme__jurisdiction", "project__programme__lead")


class AcceptancePdfView(ScopedView, View):
    """The acceptance report of one application; marked as a draft until it is accepted."""

    roles = ANY_BUSINESS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = Declaration.objects.filter(workflow__in=APPLICATIONS).select_related(*PROJECT, "cycle")
        declaration = self.get_or_404(rows, pk=pk)
        return _pdf(
            acceptance_report(declaration), f"acceptance-{declaration.project.code}-{declaration.cycle.year}.pdf"
        )


class HonourPdfView(ScopedView, View):
    """The paper of one honour."""

    roles = ANY_BUSINESS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        honour = self.get_or_404(Honour.objects.select_related(*PROJECT, "decision", "revoked_by"), pk=pk)
        return _pdf(honour_paper(honour), f"honour-{honour.project.code}-{honour.year}.pdf")


def _pdf(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"', "X-Content-Type-Options": "nosniff", "Cache-Control": "private, no-store"},
    )  # fmt: skip
