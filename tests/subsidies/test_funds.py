"""Funds: ring-fence, budgets, commitments beyond them, and what the plans promise, computed from data."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from programs.errors import Conflict, RuleViolation
from programs.models import Project, Target
from subsidies.ledger import ledger
from subsidies.models import AwardRule, Fund, FundUse, MoneyAlert
from subsidies.queries import fund_rows, promises
from subsidies.services import funds
from tests.factories import make_indicator, make_target, make_unit
from tests.subsidies.conftest import make_fund, make_rule

DAY = date(2026, 3, 2)


def spend(money, fund, amount="100", **changes):
    given = {
        "use": "work",
        "unit": money.place.counties[0],
        "spent_on": DAY,
        "voucher": "W-1",
        "purpose": "评审",
    } | changes
    return funds.spend(actor=money.city, fund_id=fund.pk, amount=Decimal(amount), **given)


def test_a_ring_fenced_fund_accepts_matching_uses_only(money):
    works = make_fund(money.place.programme, uses=["work"])
    assert spend(money, works).amount == Decimal("100.00")
    with pytest.raises(RuleViolation, match="only, not for building"):
        spend(money, works, use="building", voucher="W-2")
    with pytest.raises(IntegrityError, match="ring-fenced"), transaction.atomic():
        FundUse.objects.create(fund=works, year=2026, unit=money.place.city, use="building", amount=1, spent_on=DAY, voucher="W-3",
                               purpose="x", recorded_by=money.city)  # fmt: skip
    free = make_fund(money.place.programme, uses=[], is_ring_fenced=False)
    assert spend(money, free, use="building").use == "building"


def test_an_award_is_never_a_spending(money):
    with pytest.raises(RuleViolation, match="cannot be entered by hand"):
        spend(money, money.fund, use="award")
    with pytest.raises(IntegrityError, match="created by their event"), transaction.atomic():
        FundUse.objects.create(fund=money.fund, year=2026, unit=money.place.city, use="award", amount=1, spent_on=DAY, voucher="W-3",
                               purpose="x", recorded_by=money.city)  # fmt: skip


def test_a_spending_is_taken_back_whole_and_once(money):
    works = make_fund(money.place.programme, uses=["work"])
    row = spend(money, works)
    with pytest.raises(Conflict, match="already"):
        spend(money, works)
    funds.reverse_spending(actor=money.city, use_id=row.pk, purpose="重复登记")
    with pytest.raises(Conflict, match="taken back already"):
        funds.reverse_spending(actor=money.city, use_id=row.pk, purpose="x")
    assert funds.committed(works, 2026) == 0
    assert [line.committed for line in ledger(works, money.city, 2026) if line.spending] == [
        Decimal(100),
        Decimal(-100),
    ]
    with pytest.raises(IntegrityError, match=r"takes back one whole row"), transaction.atomic():
        FundUse.objects.create(fund=works, year=2026, unit=row.unit, use="work", amount=-1, spent_on=DAY, voucher="x", purpose="x",
                               recorded_by=money.city, reverses=spend(money, works, voucher="W-9"))  # fmt: skip


@pytest.mark.parametrize("amount", ["0", "-1", "0.001"])
def test_a_fund_without_a_proper_amount_is_refused_and_none_is_not_zero(money, amount):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_fund(money.place.programme, amount=Decimal(amount))
    unknown = make_fund(money.place.programme, amount=None)
    row = fund_rows([unknown], 2026)[0]
    assert row.current.budget is None
    assert row.current.balance is None


def test_only_the_city_keeps_the_books_of_its_funds(money):
    works = make_fund(money.place.programme, uses=["work"])
    for who in (money.county, money.place.auditor):
        with pytest.raises(PermissionDenied):
            funds.set_budget(actor=who, fund_id=works.pk, year=2026, amount=Decimal(1), authority="x")
    with pytest.raises(RuleViolation, match="outside your scope"):
        funds.set_budget(actor=money.place.stranger, fund_id=works.pk, year=2026, amount=Decimal(1), authority="x")
    with pytest.raises(RuleViolation, match="does not belong"):
        spend(money, works, unit=money.place.other_city)


def test_more_promised_than_the_fund_holds_is_an_alert_not_a_refusal(money):
    Fund.objects.filter(pk=money.fund.pk).update(amount=Decimal("2999999.99"))
    money.accept()
    assert not MoneyAlert.objects.exists()
    assert money.accept(money.another()) is not None
    alert = MoneyAlert.objects.get(closed_on=None)
    assert (alert.kind, alert.fund, alert.year) == (MoneyAlert.Kind.OVER, money.fund, 2026)
    assert alert.details == {"budget": "2999999.99", "committed": "3000000.00"}
    funds.set_budget(
        actor=money.city, fund_id=money.fund.pk, year=2026, amount=Decimal(3000000), authority="示财〔2026〕2号"
    )
    assert not MoneyAlert.objects.filter(closed_on=None).exists()


def test_an_unclear_amount_is_watched_in_both_readings_until_a_budget_is_entered(money):
    Fund.objects.filter(pk=money.fund.pk).update(amount=Decimal(2000000), reading="unclear")
    money.accept()
    money.accept(money.another(year=2027))
    alert = MoneyAlert.objects.get(closed_on=None)
    assert (alert.year, alert.details["committed"]) == (None, "3000000.00")
    row = fund_rows([Fund.objects.get(pk=money.fund.pk)], 2027)[0]
    assert [(line.year, line.balance) for line in row.years] == [(2027, Decimal(500000)), (2026, Decimal(500000))]
    assert row.whole.balance == Decimal(-1000000)
    funds.set_budget(actor=money.city, fund_id=money.fund.pk, year=2027, amount=Decimal(2000000), authority="x")
    assert not MoneyAlert.objects.filter(closed_on=None).exists()


def test_a_budget_is_replaced_never_edited(money):
    first = funds.set_budget(actor=money.city, fund_id=money.fund.pk, year=2026, amount=Decimal(0), authority="x")
    funds.set_budget(actor=money.city, fund_id=money.fund.pk, year=2026, amount=Decimal(5), authority="y")
    assert funds.budget_of(money.fund, 2026) == 5
    with pytest.raises(IntegrityError, match="never edited"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE subsidies_fundbudget SET amount = 9 WHERE id = %s", [first.pk])
    with pytest.raises(RuleViolation, match="not named"):
        funds.set_budget(actor=money.city, fund_id=money.fund.pk, year=2026, amount=Decimal(5), authority=" ")
    with pytest.raises(RuleViolation, match="below zero"):
        funds.set_budget(actor=money.city, fund_id=money.fund.pk, year=2026, amount=Decimal(-5), authority="x")


def test_the_minimum_of_a_year_comes_from_the_quotas_and_counts_unsettled_units_apart(money):
    """7,100万 a year, 7,800万 if both zones count as districts (DI06, DI07): 34×150 + 10×200 from targets of the city."""
    place = money.place
    AwardRule.objects.filter(pk=money.rule.pk).update(replaced_at=timezone.now())
    rules = []
    for kind, quota, amount in (("village", 34, 1500000), ("town", 10, 2000000)):
        indicator = make_indicator(place.programme)
        make_target(indicator, place.city, quota)
        for unit_class, value in (("district", 1), ("ambiguous", None), ("ambiguous", None)):
            unit = make_unit("county", place.city, quota_class=unit_class)
            make_target(indicator, unit, value, state="number" if value else "not_assigned")
        rules.append(make_rule(money.fund, kind=kind, amount=Decimal(amount), quota_indicator=indicator))
    found = promises(rules)
    assert sum(one.cost for one in found) == Decimal(71000000)
    assert sum(one.cost_with_unsettled for one in found) == Decimal(78000000)
    Target.objects.filter(unit=place.city).update(replaced_at=timezone.now())
    assert [one.cost for one in promises(rules)] == [None, None]


def test_the_theoretical_award_comes_from_the_register(money):
    """3,800万 = 9×200 + 20×100, whatever kind of water, although no rule is in force (DI13)."""
    AwardRule.objects.filter(pk=money.rule.pk).update(replaced_at=timezone.now())
    Project.objects.filter(pk=money.project.pk).update(is_active=False)
    units = {"province": 9, "city": 20, "county": 27}
    for level, count in units.items():
        for number in range(count):
            Project.objects.create(programme=money.place.programme, kind=("river", "reservoir")[number % 2], code=f"w-{level}-{number}",
                                   name_zh="示例河", unit=money.place.counties[0], decider_level=level)  # fmt: skip
    rules = [
        make_rule(
            money.fund, workflow=f"w-{level}", kind="", decider_level=level, amount=Decimal(amount), is_enabled=False
        )
        for level, amount in (("province", 2000000), ("city", 1000000))
    ]
    assert sum(one.cost for one in promises(rules)) == Decimal(38000000)


def test_a_county_sees_its_own_lines_of_the_ledger_without_the_citys_balance(money):
    money.accept()
    money.accept(money.another(unit=make_unit("village", money.place.townships[2])))
    whole, own = ledger(money.fund, money.city, 2026), ledger(money.fund, money.county, 2026)
    assert [line.balance for line in whole] == [Decimal(8000000), Decimal(6500000), Decimal(5000000)]
    assert [line.award.project for line in own if line.award] == [money.project]
    assert all(line.balance is None for line in own)
