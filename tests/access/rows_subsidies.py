"""Addresses of money, and an award of the county ``own`` that is on its way."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from programs.models import Cycle, Decision, Declaration, Project, Role
from subsidies.models import Award, AwardOrder, AwardRule, Fund, FundUse, Receipt, Transfer
from tests.access.table import APPROVER, BUSINESS, CITY, HERE, PLAN, Row

INSPECTS = (Role.INSPECTOR, Role.APPROVER)
BOOKKEEPERS = (Role.REPORTER, Role.REVIEWER, Role.APPROVER)


def add(world: Any) -> None:
    """A fund, a rule, an award of a project of ``world.own`` with one transfer and its partial receipt."""
    today = timezone.localdate()
    author = world.people[Role.APPROVER, "parent"]
    programme = world.programme
    world.fund = Fund.objects.create(
        programme=programme, code="sample-pool", name_zh="示例资金", source="city", amount=Decimal(1000), uses=["award", "work"]
    )  # fmt: skip
    world.spending = FundUse.objects.create(
        fund=world.fund, year=today.year, unit=world.own, use="work", amount=Decimal(1), spent_on=today, voucher="W-1",
        purpose="x", recorded_by=author,
    )  # fmt: skip
    world.rule = AwardRule.objects.create(
        programme=programme, workflow="sample-money", verb="accept", decider_level="city", name_zh="示例奖补", fund=world.fund,
        amount=Decimal(100), is_enabled=True, authority="x",
    )  # fmt: skip
    project = Project.objects.create(programme=programme, kind="road", code="sample-paid", name_zh="路", unit=world.own)
    cycle, _made = Cycle.objects.get_or_create(programme=programme, year=today.year)
    declaration = Declaration.objects.create(project=project, cycle=cycle, workflow="sample-money", stage="accepted")
    decision = Decision.objects.create(
        declaration=declaration,
        verb="accept",
        from_stage="draft",
        to_stage="accepted",
        decided_on=date(today.year, 1, 1),
    )
    world.award = Award.objects.create(
        decision=decision, declaration=declaration, project=project, rule=world.rule, fund=world.fund,
        event="sample-money.accept", year=today.year, amount=Decimal(100), payee_unit=world.own,
    )  # fmt: skip
    world.order = AwardOrder.objects.create(
        programme=programme, number="示〔1〕", ordered_on=date(today.year, 1, 1), year=today.year, issued_by=author
    )
    Award.objects.filter(pk=world.award.pk).update(order=world.order)
    world.transfer = Transfer.objects.create(
        award=world.award, hop=0, payer_unit=world.parent, payee_unit=world.own, amount=Decimal(50), sent_on=today, voucher="V-1",
        recorded_by=author,
    )  # fmt: skip
    world.receipt = Receipt.objects.create(
        transfer=world.transfer, amount=Decimal(20), received_on=today, recorded_by=world.people[Role.REPORTER, "own"]
    )


def _fund(w: Any) -> dict:
    return {"code": w.fund.code}


def _award(w: Any) -> dict:
    return {"pk": w.award.pk}


def _send(w: Any) -> dict:
    return {"award": w.award.pk, "hop": 0, "amount": "1.00", "sent_on": f"{timezone.localdate()}", "voucher": "V-2"}


def _receive(_w: Any) -> dict:
    return {"amount": "1.00", "received_on": f"{timezone.localdate()}", "note": "x"}


REFUSED = (403, 404)

ROWS = [
    Row("funds", BUSINESS),
    Row("fund", BUSINESS, PLAN, kwargs=_fund),
    Row("fund-budget", APPROVER, CITY, kwargs=_fund, hidden=REFUSED),
    Row("fund-budget", APPROVER, CITY, method="post", kwargs=_fund, ok=422, hidden=REFUSED),
    Row("fund-spend", APPROVER, CITY, kwargs=_fund, hidden=REFUSED),
    Row("fund-spend", APPROVER, CITY, method="post", kwargs=_fund, ok=422, hidden=REFUSED),
    Row("fund-inspect", INSPECTS, PLAN, kwargs=_fund),
    Row("fund-inspect", INSPECTS, PLAN, method="post", kwargs=_fund, ok=422),
    Row("fund-reverse", APPROVER, CITY, method="post", kwargs=lambda w: {"pk": w.spending.pk}, data=lambda w: {"reason": "x"}, ok=302, hidden=REFUSED),
    Row("fund-ledger", BUSINESS, PLAN, kwargs=lambda w: {"code": w.fund.code, "fmt": "csv"}),
    Row("awards", BUSINESS),
    Row("awards", APPROVER, method="post", ok=422),
    Row("awards-export", BUSINESS, kwargs=lambda w: {"fmt": "csv"}),
    Row("award", BUSINESS, HERE, kwargs=_award),
    Row("award-cancel", APPROVER, CITY, method="post", kwargs=_award, data=lambda w: {"reason": "x"}, ok=302, hidden=REFUSED),
    Row("award-order", BUSINESS, HERE, kwargs=lambda w: {"pk": w.order.pk}),
    Row("award-order-pdf", BUSINESS, HERE, kwargs=lambda w: {"pk": w.order.pk}),
    Row("money-desk", BOOKKEEPERS),
    Row("money-desk", BOOKKEEPERS, method="post", ok=422),
    Row("transfer-reverse", BOOKKEEPERS, HERE, method="post", kwargs=lambda w: {"pk": w.transfer.pk}, ok=302),
    Row("receipt-reverse", BOOKKEEPERS, HERE, method="post", kwargs=lambda w: {"pk": w.receipt.pk}, ok=302),
    Row("award-rules", BUSINESS),
    Row("award-rule", BUSINESS, PLAN, kwargs=lambda w: {"pk": w.rule.pk}),
    Row("award-rule", APPROVER, CITY, method="post", kwargs=lambda w: {"pk": w.rule.pk}, ok=422, hidden=REFUSED),
    Row("money-alerts", BUSINESS),
    Row("api-funds", BUSINESS),
    Row("api-awards", BUSINESS),
    Row("api-award", BUSINESS, HERE, kwargs=_award),
    Row("api-transfers", BUSINESS),
    Row("api-transfers", APPROVER, CITY, method="post", data=_send, ok=(201, 409), hidden=REFUSED),
    Row("api-transfer", BUSINESS, HERE, kwargs=lambda w: {"pk": w.transfer.pk}),
    Row("api-transfer-receive", BOOKKEEPERS, frozenset({"own"}), method="post", kwargs=lambda w: {"pk": w.transfer.pk}, data=_receive, ok=(200, 409), hidden=REFUSED),
]  # fmt: skip
