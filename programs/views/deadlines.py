"""Dates of steps by programme, overrides for a unit, and years exempted from them."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView, View

from programs.errors import RuleViolation
from programs.models import CohortExemption, Programme, Role, StageDeadline, Unit
from programs.modules import module_of
from programs.queries.deadlines import deadlines_in, exemptions_in
from programs.services import deadline_rows
from programs.services.deadline_rows import Dates
from programs.views.base import ANY_BUSINESS, ScopedView, ServiceFormMixin, add_to_messages

MONTH_DAY = re.compile(r"(\d{1,2})-(\d{1,2})")


class MonthDayField(forms.CharField):
    """``10-31``; empty is None."""

    def clean(self, value: Any) -> tuple[int, int] | None:
        text = super().clean(value)
        if not text:
            return None
        match = MONTH_DAY.fullmatch(text)
        if match is None:
            raise forms.ValidationError(_("Write month and day as in 10-31."))
        return int(match[1]), int(match[2])


class StepForm(forms.Form):
    """Which step of which programme, and for whom. ``programmes``: those whose dates the person sets."""

    step = forms.ChoiceField(label=gettext_lazy("Step"))
    unit = forms.ModelChoiceField(
        label=gettext_lazy("For"),
        queryset=Unit.objects.none(),
        required=False,
        empty_label=gettext_lazy("the whole programme"),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Whoever applies reads it."),
    )
    whole_years = False

    def __init__(self, *args: Any, programmes: list[Programme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.programmes = {one.code: one for one in programmes}
        choices = []
        for programme in programmes:
            steps = [
                (f"{programme.code}/{flow.code}/{verb}", f"{flow.name} · {name}")
                for flow in module_of(programme.module).workflows
                for verb, name in self._steps(flow)
            ]
            if steps:
                choices.append((programme.short, steps))
        self.fields["step"].choices = choices  # type: ignore[attr-defined]
        below = Unit.objects.filter(parent__in=[one.jurisdiction_id for one in programmes], valid_to=None)
        self.fields["unit"].queryset = below.order_by("code")  # type: ignore[attr-defined]

    def _steps(self, flow: Any) -> list[tuple[str, Any]]:
        found = {step.verb: step.name for step in flow.transitions if not step.is_reverse}
        return ([("", _("every step"))] if self.whole_years else []) + list(found.items())

    def clean(self) -> dict:
        data = super().clean() or {}
        if "step" in data:
            programme, data["workflow"], data["verb"] = data.pop("step").split("/")
            data["programme"] = self.programmes[programme]
        return data


class DeadlineForm(StepForm):
    """The dates themselves."""

    opens = MonthDayField(
        label=gettext_lazy("First day"),
        max_length=5,
        required=False,
        help_text=gettext_lazy("Month and day, as in 10-01."),
    )
    opens_year_offset = forms.IntegerField(
        label=gettext_lazy("Years later"), min_value=-1, max_value=5, initial=0, required=False
    )
    closes = MonthDayField(
        label=gettext_lazy("Last day"),
        max_length=5,
        required=False,
        help_text=gettext_lazy("Month and day, as in 12-31."),
    )
    closes_year_offset = forms.IntegerField(
        label=gettext_lazy("Years later"), min_value=-1, max_value=5, initial=0, required=False
    )
    workdays = forms.IntegerField(
        label=gettext_lazy("Or: working days after the step before"), min_value=1, max_value=250, required=False
    )
    is_hard = forms.BooleanField(
        label=gettext_lazy("Firm: late is refused; otherwise it wants a reason"), initial=True, required=False
    )
    field_order = (
        "step",
        "unit",
        "opens",
        "opens_year_offset",
        "closes",
        "closes_year_offset",
        "workdays",
        "is_hard",
        "reason",
    )

    @property
    def dates(self) -> Dates:
        data = self.cleaned_data
        opens: Any = data["opens"] or (None, None)
        closes: Any = data["closes"] or (None, None)
        return Dates(
            opens[0], opens[1], data["opens_year_offset"] or 0, closes[0], closes[1], data["closes_year_offset"] or 0,
            data["workdays"], data["is_hard"],
        )  # fmt: skip


class ExemptionForm(StepForm):
    """A year freed from the dates of a step, or of all."""

    whole_years = True
    year = forms.IntegerField(label=gettext_lazy("Year of the declarations"), min_value=2000, max_value=2100)
    field_order = ("step", "year", "unit", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].initial = timezone.localdate().year


class DeadlinesView(ScopedView, TemplateView):
    """What is in force, what was replaced, and which years are exempted."""

    roles = ANY_BUSINESS
    template_name = "programs/calendar/deadlines.html"

    def get_context_data(self, **kwargs: Any) -> dict:
        old = self.request.GET.get("old") == "1"
        rows = deadlines_in(self.scoped(StageDeadline), old=old)
        return super().get_context_data(**kwargs) | {
            "rows": rows, "old": old, "exemptions": exemptions_in(self.scoped(CohortExemption)),
            "may_set": self.access.has(Role.APPROVER), "crumbs": [(_("Calendar"), reverse("calendar")), (_("Dates of steps"), None)],
        }  # fmt: skip


class SettingView(ServiceFormMixin, ScopedView, FormView):
    """A form about a step of the person's own programmes."""

    roles = (Role.APPROVER,)
    template_name = "programs/calendar/set.html"
    heading: Any

    @cached_property
    def programmes(self) -> list[Programme]:
        rows = self.scoped(Programme.objects.select_related("jurisdiction")).order_by("position")
        return [one for one in rows if self.access.can(Role.APPROVER, unit=one.jurisdiction, programme=one)]

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"programmes": self.programmes}

    def get_initial(self) -> dict:
        return {"step": self.request.GET.get("step", "")[:120]}

    def get_context_data(self, **kwargs: Any) -> dict:
        crumbs = [(_("Dates of steps"), reverse("deadlines")), (self.heading, None)]
        return super().get_context_data(**kwargs) | {"crumbs": crumbs, "heading": self.heading}

    def get_success_url(self) -> str:
        messages.success(self.request, _("Set. The row before stays in the record."))
        return reverse("deadlines")


class DeadlineSetView(SettingView):
    """Set the dates of a step, for the programme or one of its units."""

    form_class = DeadlineForm
    heading = gettext_lazy("Set dates")

    def perform(self, form: DeadlineForm) -> StageDeadline:
        data = form.cleaned_data
        given = {name: data[name] for name in ("programme", "workflow", "verb", "unit", "reason")}
        return deadline_rows.set_deadline(actor=self.request.user, dates=form.dates, **given)


class ExemptionNewView(SettingView):
    """Exempt a year."""

    form_class = ExemptionForm
    heading = gettext_lazy("Exempt a year")

    def perform(self, form: ExemptionForm) -> CohortExemption:
        return deadline_rows.exempt(actor=self.request.user, **form.cleaned_data)


class ExemptionRevokeView(ScopedView, View):
    """POST: let the dates hold again."""

    roles = (Role.APPROVER,)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        row = self.get_or_404(CohortExemption, pk=pk)
        try:
            deadline_rows.revoke(actor=self.request.user, exemption_id=row.pk, reason=request.POST.get("reason", ""))
        except RuleViolation as violation:
            add_to_messages(request, violation)
        else:
            messages.success(request, _("Revoked. The dates hold again; the exemption stays in the record."))
        return redirect("deadlines")
