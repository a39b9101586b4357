"""The register of waters, the page of one water, and its chiefs."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import HiddenInput
from django.http import Http404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from policies.models import Clause, DocumentIssue
from programs.models import Declaration, Programme, Project
from programs.views.base import ANY_BUSINESS, ScopedView, ServiceFormMixin
from programs.workflow import workflow_of
from rivers.clauses import clause
from rivers.filters import PAGE_FILTERS, WaterFilters
from rivers.forms import ChiefForm
from rivers.models import WaterBody
from rivers.panels import facts_of
from rivers.queries import BANDS, register, totals_by_level, totals_by_owner
from rivers.services.quality import WRITERS, name_chief

ISSUES = ("DI08", "DI09", "DI10", "DI11", "DI12", "DI13")  # defects of the plan that concern the waters
STEPS = ("register", "year", "classes")


class WatersMixin(ScopedView):
    """Pages about the waters of one programme: ``?programme=``, else the first that is visible."""

    roles = ANY_BUSINESS

    @cached_property
    def programme(self) -> Programme:
        rows = self.scoped(Programme.objects.select_related("jurisdiction", "document")).filter(module="rivers")
        code = self.request.GET.get("programme", "")
        found = rows.filter(code=code).first() if code else rows.order_by("position", "code").first()
        if found is None:
            raise Http404
        return found

    def get_context_data(self, **kwargs: Any) -> dict:
        return super().get_context_data(**kwargs) | {  # type: ignore[misc]
            "programme": self.programme,
            "crumbs": [(self.programme.short, reverse("programme", args=[self.programme.code])), (_("Waters"), None)],
            "tabs": [
                {"label": name, "url": reverse(f"rivers:{code}"), "current": code == self.tab}
                for code, name in zip(STEPS, (_("Register"), _("Waters of the year"), _("Water classes")), strict=True)
            ],
        }

    tab = "register"


class RegisterView(WatersMixin, TemplateView):
    """Every water of the plan with its stage, its four dates, the totals of the plan and its known defects."""

    template_name = "rivers/register.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        rows = register(self.scoped(WaterBody).filter(programme=self.programme)).prefetch_related("issues")
        found = WaterFilters(self.request.GET or None, queryset=rows, request=self.request, only=PAGE_FILTERS)
        found.form.fields["unit"].widget = HiddenInput()  # chosen in the table of owners, not among 200 units
        waters = list(found.qs)
        for water in waters:
            water.stage_name = workflow_of(water.workflow).stage(water.stage).name if water.stage else ""
        shown = self.scoped(WaterBody).filter(programme=self.programme)
        return super().get_context_data(**kwargs) | {
            "filter": found,
            "waters": waters,
            "totals": totals_by_level(shown),
            "list_clause": Clause.objects.filter(document=self.programme.document, path=clause("list")).first(),
            "bands": [label for label, _years in BANDS],
            "owners": totals_by_owner(shown),
            "issues": DocumentIssue.objects.filter(code__in=ISSUES).order_by("code"),
        }


class WaterView(ScopedView, TemplateView):
    """One water: the six dimensions, a year of classes, chiefs, four dates, evaluations. A fixed number of queries."""

    roles = ANY_BUSINESS
    template_name = "rivers/water.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        water = self.get_or_404(
            WaterBody.objects.select_related(
                "project__unit", "project__programme__document", "project__applicant", "clause__document", "programme"
            ).prefetch_related("parties", "issues__document"),
            project__code=self.kwargs["code"],
        )
        programme = water.project.programme
        return super().get_context_data(**kwargs) | {
            **facts_of(water, self.request.user),
            "declarations": [_shown(one) for one in water.project.declarations.select_related("cycle")],
            "crumbs": [
                (programme.short, reverse("programme", args=[programme.code])),
                (_("Waters"), reverse("rivers:register")),
                (water.project.name, None),
            ],
        }


def _shown(declaration: Declaration) -> dict[str, Any]:
    return {"row": declaration, "stage": workflow_of(declaration.workflow).stage(declaration.stage)}


class ChiefView(ServiceFormMixin, ScopedView, FormView):
    """Name the chief of one level of one water."""

    roles = WRITERS
    template_name = "rivers/chief.html"
    form_class = ChiefForm

    @cached_property
    def water(self) -> WaterBody:
        return self.get_or_404(
            WaterBody.objects.select_related("project__unit", "programme"), project__code=self.kwargs["code"]
        )

    def get_context_data(self, **kwargs: Any) -> dict:
        project: Project = self.water.project
        return super().get_context_data(**kwargs) | {
            "water": self.water,
            "crumbs": [
                (_("Waters"), reverse("rivers:register")),
                (project.name, reverse("rivers:water", args=[project.code])),
                (_("River chief"), None),
            ],
        }

    def perform(self, form: ChiefForm) -> Any:
        return name_chief(actor=self.request.user, water=self.water, **form.cleaned_data)

    def get_success_url(self) -> str:
        messages.success(self.request, _("The chief is recorded; update the sign at the water."))
        return reverse("rivers:water", args=[self.water.project.code])
