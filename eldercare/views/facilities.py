"""Facilities and housing estates: lists, one of each, entry."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView, View

from eldercare.filters import EstateFilters, FacilityFilters
from eldercare.forms import EstateForm, FacilityForm
from eldercare.models import Estate, Facility, FacilityType
from eldercare.queries.standards import (
    OF_ONE_FACILITY,
    estate_state,
    facility_checks,
    standards_by_type,
    standards_of,
    worst,
)
from eldercare.services.estates import save_estate
from eldercare.services.facilities import make_project, save_facility
from eldercare.views.base import EntryEditView, ListPage, PlanMixin
from programs.errors import RuleViolation
from programs.models import Inspection, Programme, Role
from programs.views.base import add_to_messages


class FacilitiesView(ListPage):
    """Facilities with what they show against their standards. A fixed number of queries."""

    tab = "eldercare-facilities"
    template_name = "eldercare/facilities.html"
    filters = FacilityFilters
    narrows = ("type", "within", "open", "q")

    def rows(self, programme: Programme) -> Any:
        return self.scoped(Facility).filter(programme=programme).select_related("unit__parent", "facility_type")

    def present(self, programme: Programme, rows: list[Facility]) -> dict[str, Any]:
        standards = standards_by_type([programme], timezone.localdate())
        lines = []
        for one in rows:
            checks = facility_checks(one, standards.get(one.facility_type_id, []))
            lines.append(
                {
                    "row": one,
                    "checks": checks,
                    "worst": worst(checks),
                    "short": [c for c in checks if c.result == "fail"],
                }
            )
        types = FacilityType.objects.filter(programme=programme, subject=FacilityType.Subject.FACILITY)
        return {"lines": lines, "types": types}


class FacilityView(PlanMixin, TemplateView):
    """One facility: its checks with their clauses, units it serves, its project and inspections."""

    tab = "eldercare-facilities"
    template_name = "eldercare/facility.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.get_or_404(
            Facility.objects.select_related(
                "unit__parent", "facility_type__clause__document", "programme__jurisdiction", "project", "updated_by"
            ),
            pk=self.kwargs["pk"],
        )
        today = timezone.localdate()
        standards = standards_by_type([row.programme], today).get(row.facility_type_id, [])
        inspections = self.scoped(Inspection).filter(project=row.project).order_by("-id")[:20] if row.project else []
        return super().get_context_data(**kwargs) | self.shell(
            row.programme, (str(_("Facilities")), reverse(self.tab) + f"?programme={row.programme.code}"), (row.name, None)
        ) | {
            "row": row, "checks": facility_checks(row, standards), "inspections": inspections,
            "others": [one for one in standards if one.measure not in OF_ONE_FACILITY],
            "served": row.served.select_related("unit__parent").order_by("unit__code"),
            "can_edit": self.access.can(Role.REPORTER, unit=row.unit, programme=row.programme),
        }  # fmt: skip


class FacilityEditView(EntryEditView):
    tab = "eldercare-facilities"
    model, form_class, detail = Facility, FacilityForm, "eldercare-facility"
    title_new, title_edit = _("Enter a facility"), _("Change a facility")

    def initial(self, row: Facility) -> dict[str, Any]:
        served = row.served.exclude(unit=row.unit).select_related("unit").order_by("unit__code")
        return super().initial(row) | {"serves": ", ".join(f"{one.unit.label} {one.unit.code}" for one in served)}

    def save(self, *, form: Any, pk: int | None, **given: Any) -> Facility:
        return save_facility(**given, facility_id=pk, serves=form.cleaned_data["serves"])


class FacilityProjectView(PlanMixin, View):
    """Open the project under which a facility is inspected."""

    roles = (Role.REPORTER,)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self.get_or_404(Facility, pk=pk)
        try:
            make_project(actor=self.request.user, facility_id=row.pk)
        except RuleViolation as violation:
            add_to_messages(request, violation)
        return redirect("eldercare-facility", pk=pk)


class EstatesView(ListPage):
    """Estates with the area they owe, the phase trigger and the hand-over. A fixed number of queries."""

    tab = "eldercare-estates"
    template_name = "eldercare/estates.html"
    filters = EstateFilters
    narrows = ("kind", "within", "q")

    def rows(self, programme: Programme) -> Any:
        return self.scoped(Estate).filter(programme=programme).select_related("unit__parent")

    def present(self, programme: Programme, rows: list[Estate]) -> dict[str, Any]:
        today = timezone.localdate()
        standards = standards_of(programme, FacilityType.Subject.ESTATE, today)
        return {
            "states": [estate_state(one, standards, today) for one in rows],
            "standards": list(standards.values()),
            "kinds": Estate.Kind.choices,
        }


class EstateView(PlanMixin, TemplateView):
    """One estate: how the area is computed, the phase rule, the hand-over, each with its clause."""

    tab = "eldercare-estates"
    template_name = "eldercare/estate.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        related = ("unit__parent", "programme__jurisdiction", "facility", "updated_by")
        row = self.get_or_404(Estate.objects.select_related(*related), pk=self.kwargs["pk"])
        today = timezone.localdate()
        standards = standards_of(row.programme, FacilityType.Subject.ESTATE, today)
        return super().get_context_data(**kwargs) | self.shell(
            row.programme, (str(_("Housing estates")), reverse(self.tab) + f"?programme={row.programme.code}"), (row.name, None)
        ) | {
            "row": row, "state": estate_state(row, standards, today),
            "can_edit": self.access.can(Role.REPORTER, unit=row.unit, programme=row.programme),
        }  # fmt: skip


class EstateEditView(EntryEditView):
    tab = "eldercare-estates"
    model, form_class, detail = Estate, EstateForm, "eldercare-estate"
    title_new, title_edit = _("Enter a housing estate"), _("Change a housing estate")

    def save(self, *, form: Any, pk: int | None, **given: Any) -> Estate:
        return save_estate(**given, estate_id=pk)
