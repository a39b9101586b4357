"""Three-year plans and belts: lists with a form beside, and the milestones of a belt."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from programs.errors import RuleViolation
from programs.models import Attachment, Unit
from programs.views.base import ANY_BUSINESS, add_to_form
from villages.forms import BeltForm, MilestoneForm, PlanForm
from villages.models import Belt, Milestone, ThreeYearPlan
from villages.services import plans
from villages.views.base import WRITES, VillagesView


class PlansView(VillagesView, View):
    """Which county has a plan for which years, with its paper; POST enters one."""

    roles = ANY_BUSINESS

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(PlanForm(counties=self.counties()))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = PlanForm(request.POST, counties=self.counties())
        if not self.access.has(*WRITES):
            raise PermissionDenied(_("A plan is entered by the county."))
        if not form.is_valid():
            return self.show(form, status=422)
        try:
            plan = plans.save_plan(actor=self.request.user, programme=self.programme, **form.cleaned_data)
        except RuleViolation as violation:
            add_to_form(form, violation)
            return self.show(form, status=violation.status)
        messages.success(request, _("The plan is entered. Attach its paper now: without it no place can be selected."))
        return redirect("project", plan.project.code)

    def show(self, form: PlanForm, status: int = 200) -> HttpResponse:
        """The list and the form."""
        rows = list(
            self.scoped(ThreeYearPlan).filter(project__programme=self.programme).select_related("project__unit").order_by("project__unit__code", "-first_year")
        )  # fmt: skip
        papers: dict[int, Attachment] = {}
        for paper in Attachment.objects.filter(project__in=[row.project_id for row in rows], replaced_at=None):
            papers[paper.project_id] = paper
        context = self.frame("villages-plans") | {
            "rows": [(row, papers.get(row.project_id)) for row in rows], "form": form, "may_enter": self.counties().exists(),
        }  # fmt: skip
        return render(self.request, "villages/plans.html", context, status=status)


class BeltsView(VillagesView, View):
    """Belts with their members and the milestones of three years; POST enters one."""

    roles = ANY_BUSINESS

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(BeltForm(counties=self.with_belts()))

    def post(self, request: HttpRequest) -> HttpResponse:
        form = BeltForm(request.POST, counties=self.with_belts())
        if not self.access.has(*WRITES):
            raise PermissionDenied(_("A belt is entered by the county."))
        if not form.is_valid():
            return self.show(form, status=422)
        data = form.cleaned_data
        try:
            plans.save_belt(
                actor=self.request.user, programme=self.programme, unit=data["unit"], name_zh=data["name_zh"], name_en=data["name_en"],
                started_on=data["started_on"], members=data["members"], goals=form.goals,
            )  # fmt: skip
        except RuleViolation as violation:
            add_to_form(form, violation)
            return self.show(form, status=violation.status)
        messages.success(request, _("The belt is entered."))
        return redirect(reverse("villages-belts") + f"?programme={self.programme.code}")

    def with_belts(self) -> Any:
        """Counties and county-level cities only."""
        return self.counties().filter(kind__in=plans.WITH_BELTS)

    def offered(self) -> Any:
        """Towns and villages of those counties, in the order of their codes."""
        return (
            Unit.objects.filter(valid_to=None, level__in=["township", "village"])
            .filter(Q(parent__in=self.with_belts()) | Q(parent__parent__in=self.with_belts()))
            .exclude(kind=Unit.Kind.RESIDENT_COMMITTEE)
            .select_related("parent__parent")
            .order_by("code")
        )

    def show(self, form: BeltForm, status: int = 200) -> HttpResponse:
        """The belts by county and the form."""
        rows = (
            self.scoped(Belt).filter(project__programme=self.programme).select_related("project__unit")
            .prefetch_related("members", "milestones").order_by("project__unit__code", "project__code")
        )  # fmt: skip
        may_enter = self.with_belts().exists()
        context = self.frame("villages-belts") | {
            "offered": self.offered() if may_enter else [],
            "belts": list(rows), "form": form, "may_enter": may_enter, "writes": self.writes(), "milestone_form": MilestoneForm(),
            "quotas": {row.unit_id: row for row in self.programme.village_quotas.filter(kind="belt")},
        }  # fmt: skip
        return render(self.request, "villages/belts.html", context, status=status)


class MilestoneView(VillagesView, View):
    """POST: a milestone was reached, or not after all."""

    roles = WRITES
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        milestone = self.get_or_404(Milestone.objects.select_related("belt__project__programme"), pk=pk)
        form = MilestoneForm(request.POST)
        if form.is_valid():
            try:
                plans.reach_milestone(actor=self.request.user, milestone_id=milestone.pk, **form.cleaned_data)
            except RuleViolation as violation:
                add_to_form(form, violation)
        for texts in form.errors.values():
            messages.error(request, " ".join(str(text) for text in texts))
        return redirect(
            reverse("villages-belts") + f"?programme={milestone.belt.project.programme.code}#belt-{milestone.belt_id}"
        )
