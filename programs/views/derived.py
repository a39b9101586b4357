"""Formulas of a programme: seen by everybody, set by the leading bureau."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView

from programs.formulas import parse
from programs.models import Indicator, Programme, Role
from programs.queries.figures import Figures
from programs.services import derived
from programs.services.derived import Definition
from programs.views.base import ANY_BUSINESS, ScopedView, ServiceFormMixin

Counting = Indicator.Counting


class FormulaForm(forms.Form):
    """What a derived indicator says of itself, and how it is worked out."""

    code = forms.SlugField(
        label=gettext_lazy("Code"), max_length=60, help_text=gettext_lazy("Permanent. Small letters, digits, hyphens.")
    )
    name_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=120)
    name_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=200)
    unit_zh = forms.CharField(label=gettext_lazy("Unit of measure in Chinese"), max_length=20)
    unit_en = forms.CharField(label=gettext_lazy("Unit of measure in English"), max_length=30)
    decimals = forms.IntegerField(label=gettext_lazy("Decimals shown"), min_value=0, max_value=4, initial=0)
    direction = forms.ChoiceField(label=gettext_lazy("Direction"), choices=Indicator.Direction.choices)
    definition_zh = forms.CharField(
        label=gettext_lazy("Definition in Chinese"), widget=forms.Textarea(attrs={"rows": 2})
    )
    definition_en = forms.CharField(
        label=gettext_lazy("Definition in English"), widget=forms.Textarea(attrs={"rows": 2})
    )
    formula = forms.CharField(
        label=gettext_lazy("Formula"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "class": "area mono", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "Indicators as [code], numbers, + - * / and brackets, min(…, …), max(…, …). Same unit, same period. An unknown input leaves the result unknown."
        ),
    )
    reason = forms.CharField(label=gettext_lazy("Reason of the change"), max_length=300, required=False)

    def __init__(self, *args: Any, indicator: Indicator | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["code" if indicator else "reason"]

    def definition(self) -> Definition:
        data = self.cleaned_data
        return Definition(**{name: data[name] for name in Definition.__dataclass_fields__})


class OneProgrammeMixin(ScopedView):
    """A visible programme, and whether the person leads it."""

    kwargs: dict[str, Any]

    def programme(self) -> Programme:
        return self.get_programme(self.kwargs["code"])

    def leads(self, programme: Programme) -> bool:
        return self.access.can(Role.APPROVER, unit=programme.jurisdiction, programme=programme)

    def crumbs(self, programme: Programme) -> list[tuple[str, str | None]]:
        return [
            (programme.short, reverse("programme", args=[programme.code])),
            (_("Targets"), reverse("programme-targets", args=[programme.code])),
        ]


class DerivedView(OneProgrammeMixin, TemplateView):
    """``/programmes/<code>/formulas/``: each formula with its inputs and its newest figure. Fixed queries."""

    roles = ANY_BUSINESS
    template_name = "programs/derived/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        programme = self.programme()
        rows = list(
            programme.indicators.filter(counting__in=(Counting.FORMULA, Counting.RATIO)).select_related(
                "numerator", "denominator", "clause__document"
            )
        )
        period = programme.periods.order_by("-starts_on").first()
        unit = programme.jurisdiction
        sees = self.access.sees(unit, programme)
        figures = Figures(rows, [period.pk], [unit.pk]) if period and sees else None
        return super().get_context_data(**kwargs) | {
            "programme": programme,
            "period": period,
            "unit": unit,
            "rows": [(one, figures.get(one.pk, period.pk, unit.pk) if figures and period else None) for one in rows],
            "leads": self.leads(programme),
            "crumbs": self.crumbs(programme),
        }


class OneFormulaMixin(ServiceFormMixin, OneProgrammeMixin):
    """``self.plan``, of whoever leads it, and ``self.indicator``, the derived one of the address; None: a new one."""

    roles = (Role.APPROVER,)
    kwargs: dict[str, Any]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.indicator: Indicator | None = None
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._read()
        return super().get(request, *args, **kwargs)  # type: ignore[misc]  # FormView's

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._read()
        return super().post(request, *args, **kwargs)  # type: ignore[misc]  # FormView's

    def _read(self) -> None:
        self.plan = self.programme()
        if not self.leads(self.plan):
            raise Http404
        if wanted := self.kwargs.get("indicator"):
            self.indicator = self.get_or_404(Indicator, programme=self.plan, code=wanted, counting=Counting.FORMULA)


class FormulaView(OneFormulaMixin, FormView):
    """Make a derived indicator (``/programmes/<code>/formulas/new/``) or change one (``…/<indicator>/``)."""

    form_class = FormulaForm
    template_name = "programs/derived/edit.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"indicator": self.indicator}

    def get_initial(self) -> dict[str, Any]:
        if self.indicator is None:
            return {}
        return {name: getattr(self.indicator, name) for name in Definition.__dataclass_fields__}

    def perform(self, form: FormulaForm) -> Indicator:
        actor = self.request.user
        if self.indicator is None:
            return derived.create(
                actor=actor, programme=self.plan, code=form.cleaned_data["code"], definition=form.definition()
            )
        return derived.change(
            actor=actor,
            indicator_id=self.indicator.pk,
            formula_seen=self.request.POST.get("seen", ""),
            definition=form.definition(),
            reason=form.cleaned_data["reason"],
        )

    def get_success_url(self) -> str:
        return reverse("programme-formulas", args=[self.plan.code])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        names = {one.code: one for one in self.plan.indicators.all()}
        used = parse(self.indicator.formula).codes if self.indicator else ()
        return super().get_context_data(**kwargs) | {
            "programme": self.plan,
            "indicator": self.indicator,
            "known": [one for one in names.values() if one.counting != Counting.FORMULA or one.valid_to is None],
            "used": [names[code] for code in used],
            "crumbs": [*self.crumbs(self.plan), (_("Formulas"), self.get_success_url())],
        }


class RetireForm(forms.Form):
    """Why a formula is taken out of use."""

    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=300, required=False)


class RetireFormulaView(OneFormulaMixin, FormView):
    """Take a derived indicator out of use, with a reason. What ended keeps it."""

    form_class = RetireForm
    template_name = "programs/derived/retire.html"

    def perform(self, form: RetireForm) -> Indicator:
        assert self.indicator is not None
        return derived.retire(
            actor=self.request.user, indicator_id=self.indicator.pk, reason=form.cleaned_data["reason"]
        )

    def get_success_url(self) -> str:
        messages.success(self.request, _("Taken out of use. Periods that have ended keep its figures."))
        return reverse("programme-formulas", args=[self.plan.code])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        address = reverse("programme-formulas", args=[self.plan.code])
        return super().get_context_data(**kwargs) | {
            "programme": self.plan,
            "indicator": self.indicator,
            "crumbs": [*self.crumbs(self.plan), (_("Formulas"), address)],
        }
