"""Funds, awards and transfers for other systems. Amounts are yuan, decimal strings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import DecimalField, OuterRef, Subquery, Sum, Value
from django.db.models.functions import Coalesce
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from programs.api.base import DetailView, ListView
from programs.api.reports import KEY
from programs.api.rows import Row, Yuan, YuanText
from programs.api.writes import StrictInput, WriteMixin, parsed
from programs.models import Role
from subsidies.filters import AwardFilters, FundFilters, TransferFilters
from subsidies.models import Award, Fund, FundUse, Receipt, Transfer
from subsidies.services import transfers

BOOKKEEPERS = (Role.REPORTER, Role.REVIEWER, Role.APPROVER)
YUAN: Any = DecimalField(max_digits=16, decimal_places=2)
ZERO = Value(Decimal(0), output_field=YUAN)


def _total(rows: Any, of: str) -> YuanText:
    """The sum of ``amount`` over ``rows`` that point at the outer row by ``of``, as text."""
    found = rows.filter(**{of: OuterRef("pk")}).order_by().values(of).annotate(s=Sum("amount")).values("s")
    return YuanText(Coalesce(Subquery(found, output_field=YUAN), ZERO))


class FundRow(Row):
    """One pot of money. ``amount`` null: the document states none; ``reading`` unclear: not said whether each year."""

    code = serializers.CharField()
    programme = serializers.CharField(source="programme__code")
    name = serializers.CharField(source="name_zh")
    name_en = serializers.CharField()
    source = serializers.ChoiceField(Fund.Source.choices)
    amount = Yuan(help_text="Yuan.")
    reading = serializers.ChoiceField(Fund.Reading.choices)
    is_ring_fenced = serializers.BooleanField()
    uses = serializers.ListField(child=serializers.CharField())
    clause = serializers.CharField(source="clause__path", allow_null=True)
    issue = serializers.CharField(source="issue__code", allow_null=True, help_text="Known defect of the source.")
    awarded = Yuan(allow_null=False, help_text="Awards of all years, cancelled ones left out.")
    spent = Yuan(allow_null=False, help_text="Other spendings of all years.")

    expressions = {
        "awarded": _total(Award.objects.filter(cancelled_at=None), "fund"),
        "spent": _total(FundUse.objects.all(), "fund"),
    }


class AwardRow(Row):
    """One award, made by its event. Who is paid: ``payee_unit`` or ``payee_organization``."""

    id = serializers.IntegerField()
    project = serializers.CharField(source="project__code")
    programme = serializers.CharField(source="project__programme__code")
    unit = serializers.CharField(source="project__unit__code")
    declaration = serializers.IntegerField(source="declaration_id")
    event = serializers.CharField(help_text="workflow.verb of the decision that made it.")
    decided_on = serializers.DateField(source="decision__decided_on")
    year = serializers.IntegerField()
    amount = Yuan(allow_null=False, help_text="Yuan, frozen.")
    fund = serializers.CharField(source="fund__code")
    rule_version = serializers.IntegerField(source="rule__version")
    clause = serializers.CharField(source="rule__clause__path", allow_null=True)
    payee_unit = serializers.CharField(source="payee_unit__code", allow_null=True)
    payee_organization = serializers.CharField(source="payee_organization__code", allow_null=True)
    order = serializers.CharField(source="order__number", allow_null=True)
    ordered_on = serializers.DateField(source="order__ordered_on", allow_null=True)
    cancelled_at = serializers.DateTimeField(allow_null=True)
    sent = Yuan(allow_null=False, help_text="Yuan that left the city.")

    expressions = {"sent": _total(Transfer.objects.filter(hop=0), "award")}


class TransferRow(Row):
    """One hop's sending. Reversed ones stay, followed by a row with ``reverses`` and the negative amount."""

    id = serializers.IntegerField()
    award = serializers.IntegerField(source="award_id")
    project = serializers.CharField(source="award__project__code")
    hop = serializers.IntegerField()
    payer_unit = serializers.CharField(source="payer_unit__code", allow_null=True)
    payer_organization = serializers.CharField(source="payer_organization__code", allow_null=True)
    payee_unit = serializers.CharField(source="payee_unit__code", allow_null=True)
    payee_organization = serializers.CharField(source="payee_organization__code", allow_null=True)
    amount = Yuan(allow_null=False, help_text="Yuan.")
    received = Yuan(allow_null=False, help_text="Yuan confirmed so far.")
    sent_on = serializers.DateField()
    voucher = serializers.CharField()
    reverses = serializers.IntegerField(source="reverses_id", allow_null=True)
    is_reversed = serializers.BooleanField()
    reason = serializers.CharField()
    recorded_at = serializers.DateTimeField()

    expressions = {"received": _total(Receipt.objects.all(), "transfer")}


class YuanInput(serializers.DecimalField):
    """Yuan with at most two decimals; the service says what is wrong with a wrong one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_digits": 20, "decimal_places": 6} | kwargs)


class SendInput(StrictInput):
    """A sending."""

    award = serializers.IntegerField(min_value=1, max_value=2**62)
    hop = serializers.IntegerField(min_value=0, max_value=20)
    amount = YuanInput()
    sent_on = serializers.DateField()
    voucher = serializers.CharField(max_length=60)


class ReceiveInput(StrictInput):
    """A receipt; less than was sent wants a note."""

    amount = YuanInput()
    received_on = serializers.DateField()
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


@extend_schema(summary="Funds", responses=FundRow(many=True), tags=["money"])
class FundList(ListView):
    row, order, filterset_class, queryset = FundRow, "code", FundFilters, Fund.objects.all()


@extend_schema(summary="Awards", responses=AwardRow(many=True), tags=["money"])
class AwardList(ListView):
    row, filterset_class, queryset = AwardRow, AwardFilters, Award.objects.all()


@extend_schema(summary="One award", responses=AwardRow, tags=["money"])
class AwardDetail(DetailView):
    row, queryset = AwardRow, Award.objects.all()


class TransferAnswers(WriteMixin):
    """Answers one transfer after something was recorded for it; a wrong role is 403, out of scope 404."""

    row: type[Row] = TransferRow
    queryset = Transfer.objects.all()


class TransferList(TransferAnswers, ListView):
    filterset_class = TransferFilters

    @extend_schema(summary="Transfers, hop by hop", responses=TransferRow(many=True), tags=["money"])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        summary="Record a sending", request=SendInput, responses={201: TransferRow}, parameters=[KEY],
        tags=["money"], filters=False,
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        return self.run(self._send)

    def _send(self) -> tuple[int, Any]:
        given = parsed(SendInput, self.request)
        award = self.named(Award, "award", pk=given.pop("award"))
        sent = transfers.send(actor=self.request.user, award_id=award.pk, **given)
        return 201, self.read_one(pk=sent.pk)


@extend_schema(summary="One transfer", responses=TransferRow, tags=["money"])
class TransferDetail(DetailView):
    row, queryset = TransferRow, Transfer.objects.all()


class ReceiveView(TransferAnswers):
    roles = BOOKKEEPERS

    @extend_schema(
        summary="Confirm what arrived of a transfer", request=ReceiveInput, responses={200: TransferRow},
        parameters=[KEY], tags=["money"],
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        return self.run(lambda: self._receive(pk))

    def _receive(self, pk: int) -> tuple[int, Any]:
        self.get_or_404(Transfer, pk=pk)
        transfers.receive(actor=self.request.user, transfer_id=pk, **parsed(ReceiveInput, self.request))
        return 200, self.read_one(pk=pk)
