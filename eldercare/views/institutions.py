"""Institutions: list, one with its checks, risk decisions and drills, entry; the calendar of drills."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from eldercare.filters import InstitutionFilters
from eldercare.forms import DrillForm, InstitutionForm, RiskForm, StrikeForm
from eldercare.models import Drill, FacilityType, Institution
from eldercare.models.institutions import Risk
from eldercare.queries.drills import SLOTS, drill_years
from eldercare.queries.standards import institution_checks, standards_of, worst
from eldercare.services.institutions import (
    DECIDES,
    DECIDING_LEVELS,
    decide_risk,
    record_drill,
    save_institution,
    strike_drill,
)
from eldercare.views.base import PER_PAGE, EntryEditView, ListPage, PlanMixin, PlanView
from programs.errors import RuleViolation
from programs.models import Programme, Role
from programs.views.base import add_to_form

INSTITUTION = FacilityType.Subject.INSTITUTION


class InstitutionsView(ListPage):
    """Institutions with their checks and risk level. A fixed number of queries."""

    tab = "eldercare-institutions"
    template_name = "eldercare/institutions.html"
    filters = InstitutionFilters
    narrows = ("nature", "risk", "within", "open", "q")

    def rows(self, programme: Programme) -> Any:
        return self.scoped(Institution).filter(programme=programme).select_related("unit__parent")

    def present(self, programme: Programme, rows: list[Institution]) -> dict[str, Any]:
        rules = standards_of(programme, INSTITUTION, timezone.localdate())
        lines = []
        for one in rows:
            checks = institution_checks(one, rules)
            lines.append({"row": one, "checks": checks, "worst": worst(checks)})
        return {"lines": lines, "natures": Institution.Nature.choices, "risks": Risk.choices}


class InstitutionPageMixin(PlanMixin):
    """The page of one institution; its forms come back to it with what was typed."""

    tab = "eldercare-institutions"

    def find(self, pk: int) -> Institution:
        related = ("unit__parent", "programme__jurisdiction", "facility", "updated_by")
        found: Institution = self.get_or_404(Institution.objects.select_related(*related), pk=pk)
        return found

    def show(self, row: Institution, *, status: int = 200, **forms: Any) -> HttpResponse:
        today = timezone.localdate()
        rules = standards_of(row.programme, INSTITUTION, today)
        year = min(today.year, row.programme.ends_on.year) if row.programme.ends_on else today.year
        may_decide = self.access.acting(DECIDES, levels=DECIDING_LEVELS, unit=row.unit, programme=row.programme)
        context = self.shell(
            row.programme, (_("Institutions"), reverse(self.tab) + f"?programme={row.programme.code}"), (row.name, None)
        ) | {
            "row": row, "checks": institution_checks(row, rules), "year": year, "rules": rules,
            "drill_year": drill_years([row], year, today, rules)[0],
            "drills": row.drills.select_related("recorded_by")[:40],
            "decisions": row.risk_decisions.select_related("decided_by")[:20],
            "can_edit": self.access.can(Role.REPORTER, unit=row.unit, programme=row.programme),
            "may_decide": may_decide is not None and row.updated_by_id != self.request.user.pk,
            "is_own_entry": may_decide is not None and row.updated_by_id == self.request.user.pk,
            "risk_form": forms.get("risk_form") or RiskForm(initial={"version": row.version}),
            "drill_form": forms.get("drill_form") or DrillForm(),
            "strike_form": forms.get("strike_form") or StrikeForm(),
        }  # fmt: skip
        return render(self.request, "eldercare/institution.html", context, status=status)


class InstitutionView(InstitutionPageMixin, View):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.show(self.find(pk))


class InstitutionEditView(EntryEditView):
    tab = "eldercare-institutions"
    model, form_class, detail = Institution, InstitutionForm, "eldercare-institution"
    title_new, title_edit = gettext_lazy("Enter an institution"), gettext_lazy("Change an institution")

    def save(self, *, form: Any, pk: int | None, **given: Any) -> Institution:
        return save_institution(**given, institution_id=pk)


class InstitutionStepView(InstitutionPageMixin, View):
    """A form of the institution's page: ``act`` calls the service; a refusal comes back to the page with what was typed."""

    http_method_names = ["post"]
    name: str
    form: type[Form]
    done: Any

    def institution(self, pk: int) -> Institution:
        """The institution of the address."""
        return self.find(pk)

    def act(self, **given: Any) -> Any:
        raise NotImplementedError

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row, form = self.institution(pk), self.form(request.POST)
        if not form.is_valid():
            return self.show(row, status=422, **{self.name: form})
        try:
            self.act(**form.cleaned_data)
        except RuleViolation as violation:
            add_to_form(form, violation)
            return self.show(row, status=violation.status, **{self.name: form})
        messages.success(request, self.done)
        return redirect("eldercare-institution", pk=row.pk)


class RiskView(InstitutionStepView):
    """Decide the risk level, with a reason."""

    roles = DECIDES
    name, form = "risk_form", RiskForm
    done = gettext_lazy("Decided. The reason stays with the institution.")

    def act(self, **given: Any) -> Any:
        decide_risk(actor=self.request.user, institution_id=self.kwargs["pk"], **given)


class DrillNewView(InstitutionStepView):
    """Record a drill that was held."""

    roles = (Role.REPORTER,)
    name, form = "drill_form", DrillForm
    done = gettext_lazy("Recorded.")

    def act(self, **given: Any) -> Any:
        record_drill(actor=self.request.user, institution_id=self.kwargs["pk"], **given)


class DrillStrikeView(InstitutionStepView):
    """Strike out a drill that was entered wrongly."""

    roles = (Role.REPORTER,)
    name, form = "strike_form", StrikeForm
    done = gettext_lazy("Struck out; the entry stays readable.")

    def institution(self, pk: int) -> Institution:
        return self.find(self.get_or_404(Drill, pk=pk).institution_id)

    def act(self, **given: Any) -> Any:
        strike_drill(actor=self.request.user, drill_id=self.kwargs["pk"], **given)


class DrillsView(PlanView):
    """The drills of a year, institution by institution, missing ones first in sight. A fixed number of queries."""

    tab = "eldercare-drills"
    template_name = "eldercare/drills.html"

    def figures(self, programme: Programme) -> dict[str, Any]:
        today = timezone.localdate()
        rules = standards_of(programme, INSTITUTION, today)
        rows = self.scoped(Institution).filter(programme=programme, closed_on=None).select_related("unit__parent")
        within = self.request.GET.get("within", "")
        if within:
            rows = rows.filter(unit__path__startswith=self.get_unit(within).path)
        found = drill_years(rows.order_by("unit__code", "id"), self.year, today, rules)
        found.sort(key=lambda one: -len(one.missing))
        page = Paginator(found, PER_PAGE).get_page(self.request.GET.get("page"))
        return {
            "page": page, "year": self.year, "years": self.years, "counties": self.counties, "within": within,
            "rules": [one for name, one in rules.items() if name in SLOTS.values()],
            "behind": sum(1 for one in found if one.missing), "all": len(found),
        }  # fmt: skip
