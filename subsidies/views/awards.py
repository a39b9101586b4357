"""Awards: the list with where the money is, one award with its chain, orders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from programs.errors import RuleViolation
from programs.models import Inspection, Role
from programs.models.inspections import Purpose
from programs.queries.dashboard import visible_programmes
from programs.services.inspections import INSPECTS
from programs.views.base import ANY_BUSINESS, ScopedView, add_to_form
from subsidies.forms import FilterForm, OrderForm, ReasonForm, ReceiveForm, SendForm
from subsidies.models import Award, AwardOrder, MoneyAlert
from subsidies.queries import Chain, award_list, chains
from subsidies.services import awards
from subsidies.views.common import APPROVER, ReasonView, crumbs, tabs

if TYPE_CHECKING:
    from subsidies.queries import AwardWithArrived

PER_PAGE = 50
STATES = ("unordered", "moving", "arrived", "alert", "cancelled")


def narrowed(rows: QuerySet[AwardWithArrived], query: Any) -> QuerySet[AwardWithArrived]:
    """The list as asked for: programme, year, q, state. An unknown value narrows to nothing, never to everything."""
    form = FilterForm(query)
    if not form.is_valid():
        return rows.none()
    wanted = form.cleaned_data
    if wanted["programme"]:
        rows = rows.filter(project__programme__code=wanted["programme"])
    if wanted["year"]:
        rows = rows.filter(year=wanted["year"])
    if wanted["q"]:
        rows = rows.filter(
            Q(project__name_zh__icontains=wanted["q"])
            | Q(project__name_en__icontains=wanted["q"])
            | Q(project__unit__name__icontains=wanted["q"])
            | Q(order__number__icontains=wanted["q"])
        )
    return in_state(rows, query.get("state", ""))


def in_state(rows: QuerySet[AwardWithArrived], state: str) -> QuerySet[AwardWithArrived]:
    """Awards in one state; every one for an empty state."""
    standing = rows.filter(cancelled_at=None)
    if state == "unordered":
        return standing.filter(order=None)
    if state == "moving":
        return standing.filter(order__isnull=False, arrived__lt=F("amount"))
    if state == "arrived":
        return standing.filter(arrived=F("amount"))
    if state == "alert":
        return standing.filter(pk__in=MoneyAlert.objects.filter(closed_on=None, award__isnull=False).values("award"))
    if state == "cancelled":
        return rows.exclude(cancelled_at=None)
    return rows if not state else rows.none()


class AwardListView(ScopedView, TemplateView):
    """Every award in sight. The approver ticks awards without an order and orders them by one paper (POST)."""

    roles = ANY_BUSINESS
    template_name = "subsidies/awards.html"
    form: OrderForm | None = None
    picked: frozenset[str] = frozenset()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.access.has(Role.APPROVER):
            raise PermissionDenied(_("Award orders are issued by the approver of the city."))
        self.form, self.picked = OrderForm(request.POST), frozenset(request.POST.getlist("pick"))
        if self.form.is_valid():
            try:
                order = awards.issue_order(
                    actor=self.request.user,
                    award_ids=[int(one) for one in self.picked if one.isdigit()],
                    **self.form.cleaned_data,
                )
            except RuleViolation as violation:
                add_to_form(self.form, violation)
                return self.render_to_response(self.get_context_data(**kwargs), status=violation.status)
            messages.success(request, _("The award order %(number)s is issued.") % {"number": order.number})
            return redirect("award-order", pk=order.pk)
        return self.render_to_response(self.get_context_data(**kwargs), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = narrowed(award_list(self.request.user), self.request.GET).order_by("-year", "order__id", "id")
        page = Paginator(rows, PER_PAGE).get_page(self.request.GET.get("page"))
        listed = chains(page.object_list, timezone.localdate())
        may_order = self.access.has(Role.APPROVER)
        return super().get_context_data(**kwargs) | {
            "page": page,
            "chains": listed,
            "state": self.request.GET.get("state", ""),
            "states": state_labels(),
            "programmes": visible_programmes(self.request.user),
            "query": self.request.GET,
            "form": self.form or OrderForm(initial={"ordered_on": timezone.localdate()}),
            "picked": self.picked,
            "may_order": may_order and any(one.award.order_id is None and one.award.cancelled_at is None for one in listed),
            "tabs": tabs(self, "awards"),
        }  # fmt: skip


def state_labels() -> list[tuple[str, str]]:
    labels = (_("No order yet"), _("On the way"), _("Arrived"), _("With an alert"), _("Cancelled"))
    return list(zip(STATES, labels, strict=True))


class AwardView(ScopedView, TemplateView):
    """One award: what it stands on, its hops with papers and people, and what the person can record now."""

    roles = ANY_BUSINESS
    template_name = "subsidies/award.html"

    @cached_property
    def chain(self) -> Chain:
        rows = award_list(self.request.user).select_related(
            "created_by", "cancelled_by", "fund", "rule__clause__document"
        )
        return chains([self.get_or_404(rows, pk=self.kwargs["pk"])], timezone.localdate())[0]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        award = self.chain.award
        programme = award.project.programme
        home = programme.jurisdiction
        is_city = self.access.can(Role.APPROVER, unit=home, programme=programme)
        return super().get_context_data(**kwargs) | {
            "chain": self.chain,
            "award": award,
            "hops": [self._hop(hop) for hop in self.chain.hops],
            "history": award.transfers.exclude(reverses=None, is_reversed=False)
            .select_related("recorded_by", "payer_unit", "payer_organization")
            .order_by("-id"),
            "closed": award.alerts.exclude(closed_on=None),
            "inspections": Inspection.objects.visible_to(self.request.user).filter(
                project=award.project, purpose=Purpose.FUNDS
            ),
            "may_inspect": award.cancelled_at is None
            and self.access.can(INSPECTS, unit=award.project.unit, programme=programme),
            "may_cancel": is_city and award.cancelled_at is None and not any(hop.sent for hop in self.chain.hops),
            "reason": ReasonForm(),
            "crumbs": crumbs((_("Awards"), reverse("awards"))),
        }

    def _hop(self, hop: Any) -> dict[str, Any]:
        """A hop with the forms this person may use on it."""
        programme = self.chain.award.project.programme
        today = timezone.localdate()
        pays = hop.payer.acting(self.access, programme) is not None
        receives = hop.payee.acting(self.access, programme) is not None
        send = (
            SendForm(prefix=f"s{self.chain.award.pk}-{hop.number}", initial={"amount": hop.left, "sent_on": today})
            if pays and hop.left > 0
            else None
        )
        rows = [
            {
                "transfer": row,
                "receipts": receipts,
                "arrived": arrived,
                "form": ReceiveForm(prefix=f"r{row.pk}", initial={"amount": row.amount - arrived, "received_on": today})
                if receives and arrived < row.amount
                else None,
                "may_reverse": pays and not receipts,
                "may_take_back": receives,
            }
            for row, receipts, arrived in hop.transfers
        ]
        return {"hop": hop, "send": send, "rows": rows}


class CancelView(ReasonView):
    """Cancel an award of which nothing was sent."""

    roles = APPROVER

    def back(self, **kwargs: Any) -> str:
        self.get_or_404(Award, pk=kwargs["pk"])
        return reverse("award", args=[kwargs["pk"]])

    def act(self, reason: str, **kwargs: Any) -> str:
        awards.cancel(actor=self.request.user, award_id=kwargs["pk"], reason=reason)
        return _("The award is cancelled; it stays in the record with the reason.")


class OrderView(ScopedView, TemplateView):
    """One award order with its awards in sight."""

    roles = ANY_BUSINESS
    template_name = "subsidies/order.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        order = self.get_or_404(
            AwardOrder.objects.select_related("programme__jurisdiction", "issued_by"), pk=self.kwargs["pk"]
        )
        listed = chains(award_list(self.request.user).filter(order=order).order_by("id"), timezone.localdate())
        if not listed:  # an order without an award of theirs does not concern a county
            raise Http404
        return super().get_context_data(**kwargs) | {
            "order": order,
            "chains": listed,
            "total": sum(one.award.amount for one in listed),
            "all_seen": order.awards.count() == len(listed),
            "crumbs": crumbs((_("Awards"), reverse("awards"))),
        }
