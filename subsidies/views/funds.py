"""Funds: what they hold, what is promised and paid, the year's budget, the ledger, other spendings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, TemplateView

from programs.models import Role
from programs.queries.inspections import listed
from programs.services.inspections import INSPECTS
from programs.views.base import ANY_BUSINESS, ScopedView, ServiceFormMixin
from subsidies.forms import BudgetForm, SpendForm
from subsidies.ledger import ledger
from subsidies.models import AwardRule, Fund, FundUse, MoneyAlert
from subsidies.queries import Promise, fund_rows, inspections_of, promises
from subsidies.services import funds
from subsidies.views.common import APPROVER, ReasonView, crumbs, tabs

FUNDS = Fund.objects.select_related(
    "programme__jurisdiction", "programme__document", "clause__document", "issue"
).order_by("programme__position", "position", "code")


SHOWN = 20  # special inspections listed on a fund's page; the others stand in the list of inspections


class FundListView(ScopedView, TemplateView):
    """Every fund in sight with this year's figures, and what the plans promise in all."""

    roles = ANY_BUSINESS
    template_name = "subsidies/funds.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = fund_rows(self.scoped(FUNDS), timezone.localdate().year)
        rules = self.scoped(
            AwardRule.objects.filter(replaced_at=None).select_related("programme", "fund", "clause__document", "issue")
        ).order_by("programme__position", "id")
        promised = promises(rules)
        alerts = self.scoped(MoneyAlert).filter(closed_on=None)
        return super().get_context_data(**kwargs) | {
            "rows": rows,
            "year": timezone.localdate().year,
            "programmes": totals(promised),
            "alerts": alerts.count(),
            "escalated": alerts.exclude(escalated_on=None).count(),
            "tabs": tabs(self, "funds"),
        }


def totals(promised: list[Promise]) -> list[dict[str, Any]]:
    """Per programme: its promises, and the sums over those whose cost is known."""
    found: dict[int, dict[str, Any]] = {}
    for one in promised:
        group = found.setdefault(
            one.rule.programme_id,
            {"programme": one.rule.programme, "promises": [], "cost": None, "unsettled": None, "per_year": True,
             "disabled": True, "fund": one.rule.fund, "issue": one.rule.issue},
        )  # fmt: skip
        group["promises"].append(one)
        if one.cost is not None:
            group["cost"] = (group["cost"] or Decimal(0)) + one.cost
            group["unsettled"] = (group["unsettled"] or Decimal(0)) + (one.cost_with_unsettled or Decimal(0))
            group["per_year"] = group["per_year"] and one.per_year
            group["disabled"] = group["disabled"] and not one.rule.is_enabled
    return list(found.values())


class FundMixin(ScopedView):
    """``self.fund`` from the address; 404 outside the person's scope."""

    kwargs: dict[str, Any]

    @cached_property
    def fund(self) -> Fund:
        found: Fund = self.get_or_404(FUNDS, code=self.kwargs["code"])
        return found

    @property
    def may_write(self) -> bool:
        return self.access.can(Role.APPROVER, unit=self.fund.programme.jurisdiction, programme=self.fund.programme)

    @property
    def may_inspect(self) -> bool:
        """Whether the person inspects funds anywhere in this programme; which places is the form's question."""
        return self.access.can(INSPECTS, programme=self.fund.programme)


class FundView(FundMixin, TemplateView):
    """One fund: every year, both readings of an unclear amount, and its ledger."""

    roles = ANY_BUSINESS
    template_name = "subsidies/fund.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = fund_rows([self.fund], timezone.localdate().year)[0]
        year = wanted_year(self.request.GET.get("year", ""), [line.year for line in row.years if line.year])
        lines = ledger(self.fund, self.request.user, year)
        return super().get_context_data(**kwargs) | {
            "fund": self.fund,
            "row": row,
            "year": year,
            "lines": lines,
            "total": lines[-1].balance if lines else None,
            "alerts": self.scoped(MoneyAlert).filter(fund=self.fund, closed_on=None),
            "may_write": self.may_write,
            "rules": self.fund.rules.filter(replaced_at=None),
            "inspections": listed(inspections_of(self.fund, self.request.user))[:SHOWN],
            "may_inspect": self.may_inspect,
            "crumbs": crumbs(),
        }


def wanted_year(text: str, known: list[int]) -> int:
    """The year asked for, when the fund has it; else its newest."""
    return int(text) if text.isdigit() and int(text) in known else known[0]


class FundFormView(ServiceFormMixin, FundMixin, FormView):
    """A form about one fund; for the city's approver."""

    roles = APPROVER
    template_name = "subsidies/fund_form.html"
    title = ""
    said = ""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._refuse()
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self._refuse()
        return super().post(request, *args, **kwargs)

    def _refuse(self) -> None:
        if not self.may_write:
            raise PermissionDenied(_("The approver of the city keeps the books of this fund."))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        more = {
            "fund": self.fund,
            "title": self.title,
            "crumbs": crumbs((self.fund.name, reverse("fund", args=[self.fund.code]))),
        }
        return super().get_context_data(**kwargs) | more  # fmt: skip

    def get_success_url(self) -> str:
        messages.success(self.request, self.said)
        return reverse("fund", args=[self.fund.code])


class BudgetView(FundFormView):
    """Enter the budget of one year."""

    form_class = BudgetForm

    @property
    def title(self) -> str:  # type: ignore[override]
        return _("Budget of a year")

    @property
    def said(self) -> str:  # type: ignore[override]
        return _("The budget is entered; the former one stays in the history.")

    def get_initial(self) -> dict[str, Any]:
        return {"year": timezone.localdate().year}

    def perform(self, form: BudgetForm) -> Any:
        return funds.set_budget(actor=self.request.user, fund_id=self.fund.pk, **form.cleaned_data)


class SpendView(FundFormView):
    """Record money spent on something else than an award."""

    form_class = SpendForm

    @property
    def title(self) -> str:  # type: ignore[override]
        return _("Record a spending")

    @property
    def said(self) -> str:  # type: ignore[override]
        return _("The spending is in the ledger.")

    def get_initial(self) -> dict[str, Any]:
        return {"spent_on": timezone.localdate()}

    def perform(self, form: SpendForm) -> Any:
        return funds.spend(actor=self.request.user, fund_id=self.fund.pk, **form.cleaned_data)


class SpendReverseView(ReasonView):
    """Take a spending back."""

    roles = APPROVER

    def _row(self, pk: int) -> FundUse:
        found: FundUse = self.get_or_404(FundUse.objects.select_related("fund"), pk=pk, reverses=None)
        return found

    def back(self, **kwargs: Any) -> str:
        return reverse("fund", args=[self._row(kwargs["pk"]).fund.code])

    def act(self, reason: str, **kwargs: Any) -> str:
        row = self._row(kwargs["pk"])
        funds.reverse_spending(actor=self.request.user, use_id=row.pk, purpose=reason)
        return _("The spending was taken back; both rows stay in the ledger.")
