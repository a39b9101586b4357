"""Requests for a later date: the list, and the decision."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from programs.errors import RuleViolation
from programs.models import Extension
from programs.queries.supervision_inbox import extensions_for
from programs.services import extensions
from programs.services.extensions import WAITING
from programs.supervision_forms import DecideForm
from programs.views.base import ANY_BUSINESS, ScopedView, add_to_form

PER_PAGE = 50
RELATED = (
    "unit", "programme", "asked_by", "decided_by", "assignment__task__programme", "assignment__unit", "assignment__organization",
    "rectification__unit", "rectification__programme",
)  # fmt: skip


class ExtensionListView(ScopedView, TemplateView):
    """Requests in sight: those waiting, and those decided. Fixed queries."""

    roles = ANY_BUSINESS
    template_name = "programs/supervision/extensions.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.scoped(Extension.objects.select_related(*RELATED))
        if self.request.GET.get("mine"):
            rows = rows.filter(pk__in=extensions_for(self.request.user).values("pk"))
        is_open = self.request.GET.get("state") != "decided"
        waiting, decided = rows.filter(WAITING), rows.exclude(WAITING)
        page = Paginator((waiting if is_open else decided).order_by("pk" if is_open else "-pk"), PER_PAGE)
        tabs = [
            {"url": "?", "label": _("Waiting for a decision"), "count": waiting.count(), "current": is_open},
            {
                "url": "?state=decided",
                "label": _("Decided or lapsed"),
                "count": decided.count(),
                "current": not is_open,
            },
        ]
        return super().get_context_data(**kwargs) | {
            "page": page.get_page(self.request.GET.get("page")), "tabs": tabs, "is_open": is_open,
            "crumbs": [(_("Assigned tasks"), reverse("assignments"))],
        }  # fmt: skip


class ExtensionView(ScopedView, View):
    """One request and its decision."""

    roles = ANY_BUSINESS

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.show(DecideForm())

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        found, form = self.get_or_404(Extension, pk=pk), DecideForm(request.POST)
        if not form.is_valid():
            return self.show(form, status=422)
        grant = form.cleaned_data["decision"] == "grant"
        try:
            extensions.decide(
                actor=self.request.user, extension_id=found.pk, grant=grant, answer=form.cleaned_data["answer"]
            )
        except RuleViolation as violation:
            add_to_form(form, violation)
            return self.show(form, status=violation.status)
        messages.success(request, _("Granted: the new date holds.") if grant else _("Refused: the present date stays."))
        return redirect("extension", pk=pk)

    def show(self, form: DecideForm, status: int = 200) -> HttpResponse:
        """Render the page, with the form that was refused."""
        one = self.get_or_404(Extension.objects.select_related(*RELATED), pk=self.kwargs["pk"])
        parent = one.assignment or one.rectification
        is_own = self.request.user.pk in (one.asked_by_id, parent.reported_by_id)
        return render(self.request, "programs/supervision/extension.html", {
            "one": one, "parent": parent, "form": form, "is_open": one.decided_at is None and one.lapsed_at is None, "is_own": is_own,
            "decides": not is_own and extensions.decides(self.access, parent),
            "crumbs": [(_("Assigned tasks"), reverse("assignments")), (_("Later dates"), reverse("extensions"))],
        }, status=status)  # fmt: skip
