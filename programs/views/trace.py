"""From a published figure back to its reports, its people and its clause."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView

from programs.models import Indicator, Period, Programme, Role, Unit
from programs.queries.dashboard import Board, visible_programmes
from programs.queries.derived import DERIVED
from programs.queries.trace import (
    Contribution,
    add_people,
    bulk_load_of,
    bulletins_with,
    contributions,
    evidence_of,
    history_of,
    sum_of,
)
from programs.views.base import ANY_BUSINESS, ScopedView
from programs.views.moments import MomentMixin

PER_PAGE = 100


class TraceForm(forms.Form):
    """Which figure to follow."""

    programme = forms.ModelChoiceField(
        label=gettext_lazy("Programme"), queryset=Programme.objects.none(), to_field_name="code"
    )
    indicator = forms.CharField(label=gettext_lazy("Indicator"), max_length=60, widget=forms.Select)
    period = forms.CharField(label=gettext_lazy("Period"), max_length=8, widget=forms.Select)
    unit = forms.CharField(
        label=gettext_lazy("Unit (12-digit code)"),
        max_length=12,
        help_text=gettext_lazy("Search finds the code by name."),
    )
    as_of = forms.CharField(
        label=gettext_lazy("As known then"), max_length=32, required=False, help_text=gettext_lazy("For example 2026-10-12; empty means today."),
    )  # fmt: skip


class TraceIndexView(ScopedView, FormView):
    """Pickers that lead to a trace; without a programme chosen only that picker is filled."""

    roles = ANY_BUSINESS
    template_name = "programs/trace/index.html"
    form_class = TraceForm

    def get_form(self, form_class: type[TraceForm] | None = None) -> TraceForm:
        form = super().get_form(form_class)
        programmes = visible_programmes(self.request.user)
        form.fields["programme"].queryset = programmes
        code = self.request.GET.get("programme") or self.request.POST.get("programme") or ""
        self.programme = programmes.filter(code=code).first()
        if self.programme is not None:
            form.fields["indicator"].widget.choices = [(i.code, i.name) for i in self.programme.indicators.all()]
            form.fields["period"].widget.choices = [(p.code, p.code) for p in self.programme.periods.all()]
        return form

    def get_initial(self) -> dict:
        return {"programme": self.request.GET.get("programme", ""), "unit": self.request.GET.get("unit", "")}

    def get_context_data(self, **kwargs: Any) -> dict:
        context = super().get_context_data(**kwargs)
        return context | {"programme": self.programme, "programmes": context["form"].fields["programme"].queryset}

    def form_valid(self, form: TraceForm) -> HttpResponse:
        data = form.cleaned_data
        address = reverse("trace", args=[data["indicator"], data["period"], data["unit"]])
        return redirect(f"{address}?{urlencode({'as_of': data['as_of']})}" if data["as_of"] else address)

    def form_invalid(self, form: TraceForm) -> HttpResponse:
        response = super().form_invalid(form)
        response.status_code = 422
        return response


class TraceView(MomentMixin, ScopedView, TemplateView):
    """One figure of one unit and period: then and today, its reports with their people, its audit entries. Fixed queries."""

    roles = ANY_BUSINESS
    template_name = "programs/trace/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        indicator = self.get_or_404(
            Indicator.objects.select_related(
                "programme__jurisdiction", "programme__document", "clause__document", "numerator", "denominator"
            ),
            code=self.kwargs["indicator"],
        )
        period = self.get_or_404(Period, programme=indicator.programme, code=self.kwargs["period"])
        unit = self.get_unit(self.kwargs["unit"])
        if not unit.path.startswith(indicator.programme.jurisdiction.path) or not self.access.sees(
            unit, indicator.programme
        ):
            raise Http404
        total = sum_of(indicator=indicator, period=period, unit=unit, moment=self.moment, now=timezone.now())
        cell = Board(
            periods=[period], indicators=[indicator], units=[unit], moment=self.moment, parent=unit.parent
        ).cell(indicator, unit)
        is_ratio = indicator.counting == Indicator.Counting.RATIO
        is_derived = indicator.counting in DERIVED
        rows = [] if is_derived else contributions(indicator=indicator, period=period, unit=unit, moment=self.moment)
        context = super().get_context_data(**kwargs) | {
            "indicator": indicator, "period": period, "unit": unit, "moment": self.moment, "total": total, "cell": cell, "is_ratio": is_ratio, "is_derived": is_derived,
            "bulletins": bulletins_with(period), "issues": list(indicator.clause.issues.all()) if indicator.clause else [], "crumbs": self._crumbs(indicator, period, unit),
            "changed": sum(1 for row in rows if row.then != row.now), "reporting": sum(1 for row in rows if row.then is not None), "count": len(rows),
        }  # fmt: skip
        return context if is_derived else context | self._reports(rows, indicator.programme)

    def _reports(self, rows: list[Contribution], programme: Programme) -> dict[str, Any]:
        page = Paginator(rows, PER_PAGE).get_page(self.request.GET.get("page"))
        shown = list(page.object_list)
        add_people(shown)
        chosen = self._chosen(shown)
        reports = [row.report_id for row in shown if row.report_id is not None]
        evidence = evidence_of(reports)
        loaded = bulk_load_of(programme) if settings.LUOSHI_DEMO and not evidence.total else None
        return {
            "loaded": loaded, "reads_log": loaded is not None and self._reads_log(programme),
            "page": page, "rows": shown, "chosen": chosen, "history": history_of(chosen.report_id) if chosen and chosen.report_id else [],
            "evidence": evidence, "entries": evidence_of([chosen.report_id], limit=20) if chosen and chosen.report_id else None,
            "versions": sum(row.then_number or 0 for row in rows),
        }  # fmt: skip

    def _reads_log(self, programme: Programme) -> bool:
        """Whether the person may open the audit entries of the whole programme."""
        above = [held.path for held in self.access.business if held.role == Role.AUDITOR and held.programme_id is None]
        return any(programme.jurisdiction.path.startswith(path) for path in above)

    def _chosen(self, rows: list[Contribution]) -> Contribution | None:
        """The row whose history stands beside the table: the one asked for, else the first that changed, else the first."""
        code = self.request.GET.get("report", "")
        asked = next((row for row in rows if row.unit.code == code), None)
        changed = next((row for row in rows if row.then != row.now and row.revision), None)
        return asked or changed or next((row for row in rows if row.revision), None)

    def _crumbs(self, indicator: Indicator, period: Period, unit: Unit) -> list[tuple[str, str | None]]:
        programme = indicator.programme
        back = (
            reverse("programme", args=[programme.code])
            + "?"
            + urlencode({"period": period.code, "unit": unit.code, "as_of": self.moment.text})
        )
        return [(_("Trace"), reverse("trace-index")), (programme.short, back), (indicator.short, None)]
