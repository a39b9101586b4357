"""The year at a glance, and the page of quotas and what they cost."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic import TemplateView, View

from policies.models import DocumentIssue
from programs.errors import RuleViolation
from programs.models import Project, Role
from programs.queries.declarations import stage_name
from programs.views.base import ANY_BUSINESS, add_to_form, add_to_messages
from programs.workflow import workflow_of
from villages.forms import LiftForm, SettleForm
from villages.models import Honour, Quota, Sanction
from villages.queries import COLUMNS, candidates, rechecks_of, sanctions_in_force, with_places, year_of, yearly_cost
from villages.services import honours, plans
from villages.views.base import VillagesView

PER_PAGE = 50
ISSUES = ("DI05", "DI06", "DI07")  # defects of the plan that concern quotas and money
LIGHTS = {
    "returned": "back", "failed": "back", "withdrawn": "none", "disqualified": "late", "honoured": "done",
    "city_accepted": "done", "county_accepted": "done", "draft": "todo",
}  # fmt: skip


class YearView(VillagesView, TemplateView):
    """Quotas against stages for every county, the places below, rechecks and consequences. A fixed number of queries."""

    roles = ANY_BUSINESS
    template_name = "villages/year.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        year = year_of(self.programme, self.year)
        groups = [
            {"key": key, "kind": Quota.Kind(key[0]).label, "level": Project.Decider(key[1]).label, "lines": lines, "total": year.totals[key]}
            for key, lines in sorted(year.lines.items(), key=lambda item: (item[0][1] != "city", item[0][0] != "village"))
        ]  # fmt: skip
        rows = self.scoped(with_places(candidates(self.programme))).filter(cycle_year=self.year)
        state = self.request.GET.get("stage", "")
        if state:
            rows = rows.filter(stage=state)
        page = Paginator(rows.order_by("unit_code", "pk"), PER_PAGE).get_page(self.request.GET.get("page"))
        rechecks = rechecks_of(self.programme, self.year)
        sanctions = self.scoped(
            sanctions_in_force().filter(honour__project__programme=self.programme)
        ).select_related("unit__parent", "decision", "honour__project")  # fmt: skip
        return super().get_context_data(**kwargs) | self.frame("villages-year") | {
            "groups": groups, "columns": [label for _code, label, _stages in COLUMNS], "open_ones": year.open_ones, "page": page,
            "places": [_line(one) for one in page], "rechecks": {"due": rechecks["due"], "all": sum(rechecks.values()), "kept": rechecks["kept"], "proposed": rechecks["revocation_proposed"] + rechecks["replied"],
            "revoked": rechecks["revoked"] + rechecks["upheld"] + rechecks["objected"]}, "sanctions": list(sanctions),
            "may_put_forward": bool(self.writes(Role.REPORTER)), "may_lift": self.access.can(Role.APPROVER, unit=self.programme.jurisdiction, programme=self.programme),
            "lift_form": LiftForm(initial={"on": timezone.localdate()}), "years": self.years(), "stage": state,
        }  # fmt: skip

    def years(self) -> list[int]:
        """Years to choose from: the programme's first to next year."""
        now = timezone.localdate().year
        return list(range(now + 1, max(self.programme.starts_on.year, now - 5) - 1, -1))


def _line(candidate: Any) -> dict[str, Any]:
    project = candidate.project
    flow = workflow_of(f"villages-{project.decider_level}") if candidate.stage else None
    return {
        "candidate": candidate,
        "project": project,
        "light": LIGHTS.get(candidate.stage, "wait"),
        "stage": stage_name(flow, candidate.stage) if flow else _("not declared"),
        "kind": Quota.Kind(project.kind).label,
    }


class QuotasView(VillagesView, View):
    """What each unit owes, what the plan leaves open, and what the minimum costs against the pool. GET, and POST settles."""

    roles = ANY_BUSINESS

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show()

    def post(self, request: HttpRequest) -> HttpResponse:
        quota = self.get_or_404(Quota, pk=request.POST.get("quota") or 0)
        form = SettleForm(request.POST)
        if not form.is_valid():
            return self.show(form, quota.pk, status=422)
        try:
            plans.settle_quota(actor=self.request.user, quota_id=quota.pk, **form.cleaned_data)
        except RuleViolation as violation:
            add_to_form(form, violation)
            return self.show(form, quota.pk, status=violation.status)
        return redirect(reverse("villages-quotas") + f"?programme={self.programme.code}")

    def show(self, form: SettleForm | None = None, asked: int | None = None, status: int = 200) -> HttpResponse:
        """The page, with the form that was refused beside its quota."""
        rows = list(
            self.scoped(Quota).filter(programme=self.programme).select_related("unit", "clause__document", "set_by").order_by("unit__code")
        )  # fmt: skip
        table: dict[int, dict[str, Any]] = {}
        for row in rows:
            line = table.setdefault(row.unit_id, {"unit": row.unit, "cells": {}, "open": not row.is_settled})
            line["cells"][row.kind, row.level] = row
        keys = [("village", "city"), ("village", "county"), ("town", "city"), ("town", "county"), ("belt", "county")]
        lines = [line | {"cells": [line["cells"].get(key) for key in keys]} for line in table.values()]
        may = self.access.can(Role.APPROVER, unit=self.programme.jurisdiction, programme=self.programme)
        to_settle = [row for row in rows if (row.minimum is None and row.kind != "belt") or row.set_by_id]
        context = self.frame("villages-quotas") | {
            "lines": [line for line in lines if not line["open"]], "open_lines": [line for line in lines if line["open"]],
            "cost": yearly_cost(self.programme), "may_settle": may, "to_settle": to_settle, "form": form or SettleForm(), "asked": asked,
            "heads": [_("City-level villages"), _("County-level villages"), _("City-level towns"), _("County-level towns"), _("Belts")],
            "issues": list(DocumentIssue.objects.filter(code__in=ISSUES, document=self.programme.document_id).order_by("code")),
            "pots": list(self.programme.village_pots.select_related("clause__document")),
        }  # fmt: skip
        return render(self.request, "villages/quotas.html", context, status=status)


class LiftView(VillagesView, View):
    """POST: end one consequence of a revocation, with a reason."""

    roles = (Role.APPROVER,)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        sanction = self.get_or_404(Sanction.objects.select_related("honour__project__programme"), pk=pk)
        form = LiftForm(request.POST)
        try:
            if not form.is_valid():
                raise RuleViolation(
                    "form", " ".join(str(text) for texts in form.errors.values() for text in texts),
                    next_step=_("Enter the day and the reason."),
                )  # fmt: skip
            honours.lift_sanction(actor=self.request.user, sanction_id=sanction.pk, **form.cleaned_data)
        except RuleViolation as violation:
            add_to_messages(request, violation)
        return redirect(reverse("villages-year") + f"?programme={sanction.honour.project.programme.code}#sanctions")


class HonourListView(VillagesView, TemplateView):
    """Every place that holds or held an honour, newest first."""

    roles = ANY_BUSINESS
    template_name = "villages/honours.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = self.scoped(Honour).filter(project__programme=self.programme).select_related("project__unit__parent__parent", "revoked_by")  # fmt: skip
        page = Paginator(rows.order_by("-honoured_on", "-pk"), PER_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(**kwargs) | self.frame("") | {"page": page}
