"""Opening a special inspection from the page of the fund it looks at."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView

from programs.models import Inspection, Project, Purpose, Unit
from programs.queries.inspections import checklists_for
from programs.services.inspections import INSPECTS
from programs.views.base import ServiceFormMixin
from subsidies.forms import InspectForm
from subsidies.queries import places_paid
from subsidies.services.inspections import open_for_fund
from subsidies.views.common import crumbs
from subsidies.views.funds import FundMixin


class InspectView(ServiceFormMixin, FundMixin, FormView):
    """Fund, purpose and checklist are known; the person says where. ``?place=`` names a county or a paid project."""

    roles = INSPECTS
    form_class = InspectForm
    template_name = "subsidies/inspect.html"

    @cached_property
    def units(self) -> dict[str, Unit]:
        """The jurisdiction and its counties where this person inspects, by key."""
        home = self.fund.programme.jurisdiction
        below = Unit.objects.filter(path__startswith=home.path, level=Unit.Level.COUNTY, valid_to=None).order_by("code")
        found = [home, *below]
        return {f"u{one.code}": one for one in found if self._inspects(one)}

    @cached_property
    def projects(self) -> dict[str, Project]:
        """Places that the fund has paid where this person inspects, by key."""
        found = places_paid(self.fund, self.request.user)
        return {f"p{one.code}": one for one in found if self._inspects(one.unit)}

    def _inspects(self, unit: Unit) -> bool:
        return self.access.can(INSPECTS, unit=unit, programme=self.fund.programme)

    def get_form_kwargs(self) -> dict[str, Any]:
        places: list[Any] = [(key, one.label) for key, one in self.units.items()]
        paid = [(key, _paid_label(one)) for key, one in self.projects.items()]
        if paid:
            places.append((_("Places that the fund has paid"), paid))
        lists = checklists_for(self.fund.programme, Purpose.FUNDS)
        return super().get_form_kwargs() | {"places": places, "checklists": lists}

    def get_initial(self) -> dict[str, Any]:
        wanted = self.request.GET.get("place", "")
        return {
            "place": wanted if wanted in self.units or wanted in self.projects else next(iter(self.units), None),
            "checklist": checklists_for(self.fund.programme, Purpose.FUNDS).first(),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.fund  # noqa: B018  # 404 outside the scope comes before anything about the form
        return super().post(request, *args, **kwargs)

    def perform(self, form: InspectForm) -> Inspection:
        key = form.cleaned_data["place"]
        project = self.projects.get(key)
        return open_for_fund(
            actor=self.request.user,
            fund_id=self.fund.pk,
            checklist=form.cleaned_data["checklist"],
            unit=project.unit if project else self.units[key],
            project=project,
        )

    def get_success_url(self) -> str:
        return reverse("inspection-score", args=[self.done.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "fund": self.fund,
            "has_checklists": context["form"].fields["checklist"].queryset.exists(),
            "has_places": bool(self.units or self.projects),
            "crumbs": crumbs((self.fund.name, reverse("fund", args=[self.fund.code]))),
        }


def _paid_label(project: Project) -> str:
    parent = project.unit.parent
    return f"{parent.label} {project.name}" if parent else project.name
