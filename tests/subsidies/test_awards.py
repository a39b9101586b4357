"""An award is created by its event, once, and by nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from audit.models import AuditEntry
from programs.errors import Conflict, RuleViolation
from programs.models import Decision, Organization, Project, Role
from programs.services.declarations import decide
from subsidies.models import Award, AwardRule, MoneyAlert
from subsidies.services import awards, rules
from tests.factories import make_grant, make_organization, make_user
from tests.subsidies.conftest import AMOUNT, make_fund, make_rule


def sql(statement: str, *params) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)


COLUMNS = (
    "decision_id, declaration_id, project_id, rule_id, fund_id, event, year, amount, payee_unit_id, cancelled_reason"
)


def insert(award, **changes):
    """A second award by hand, as an administrator of the database could try it."""
    row = {
        "decision_id": award.decision_id, "declaration_id": award.declaration_id, "project_id": award.project_id, "rule_id": award.rule_id,
        "fund_id": award.fund_id, "event": award.event, "year": award.year, "amount": award.amount, "payee_unit_id": award.payee_unit_id,
        "cancelled_reason": "",
    } | changes  # fmt: skip
    sql(f"INSERT INTO subsidies_award ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})", *row.values())


def test_the_event_creates_the_award_with_the_amount_of_that_day(money):
    award = money.accept()
    assert (award.amount, award.year, award.payee_unit, award.fund) == (AMOUNT, 2026, money.village, money.fund)
    assert award.decision == Decision.objects.get(declaration=money.declaration, verb="accept")
    rules.set_rule(actor=money.city, rule_id=money.rule.pk, amount=Decimal("1000000"), fund=money.fund, is_enabled=True,
                   stall_workdays=5, authority="示政〔2026〕9号", reason="新标准")  # fmt: skip
    award.refresh_from_db()
    assert award.amount == AMOUNT
    assert AuditEntry.objects.filter(verb="award.create").count() == 1


def test_the_effect_twice_is_one_award(money):
    award = money.accept()
    again = awards.create(declaration=money.declaration, decision=award.decision, actor=money.city)
    assert again == award
    assert Award.objects.count() == 1


def test_the_same_event_after_a_return_pays_once(money):
    award = money.accept()
    decide(actor=money.city, declaration_id=money.declaration.pk, verb="undo", revision=0, comment="更正")
    assert money.accept() == award
    assert Award.objects.count() == 1
    assert not MoneyAlert.objects.exists()


def test_the_same_place_in_a_later_year_is_not_paid_again_but_asked_about(money):
    first = money.accept()
    money.accept(money.declare(money.project, 2027))
    assert list(Award.objects.all()) == [first]
    alert = MoneyAlert.objects.get()
    assert (alert.kind, alert.award, alert.year) == (MoneyAlert.Kind.AGAIN, first, 2027)


def test_a_cancelled_award_can_be_earned_again(money):
    award = money.accept()
    awards.cancel(actor=money.city, award_id=award.pk, reason="验收撤回")
    decide(actor=money.city, declaration_id=money.declaration.pk, verb="undo", revision=0, comment="更正")
    second = money.accept()
    assert second is not None
    assert second.pk != award.pk


@pytest.mark.parametrize("off", [{"is_enabled": False}, {"is_enabled": False, "amount": None}, {"kind": "bridge"}, {"decider_level": "county"}])  # fmt: skip
def test_no_rule_in_force_no_award(money, off):
    AwardRule.objects.filter(pk=money.rule.pk).update(replaced_at=timezone.now())
    make_rule(money.fund, version=2, **off)
    assert money.accept() is None
    assert not Award.objects.exists()


def test_an_event_without_rule_pays_nothing(money):
    money.accept()
    decide(actor=money.city, declaration_id=money.declaration.pk, verb="name", revision=0)
    assert Award.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "decision_id"),  # double payment
        ({"decision_id": 0}, "not what its event"),
        ({"amount": AMOUNT + 1}, "not what its event"),
        ({"amount": Decimal("0.001")}, "not what its event"),
        ({"year": 2027}, "not what its event"),
        ({"event": "paid.name"}, "not what its event"),
    ],
)
def test_the_database_refuses_an_award_by_hand(money, changes, said):
    award = money.accept()
    with pytest.raises(IntegrityError, match=said):
        insert(award, **changes)


def test_the_database_refuses_a_second_payment_for_the_same_event(money):
    """Also with a decision of its own: a step taken again after a return."""
    award = money.accept()
    decide(actor=money.city, declaration_id=money.declaration.pk, verb="undo", revision=0, comment="更正")
    decide(actor=money.city, declaration_id=money.declaration.pk, verb="accept", revision=0)
    newest = Decision.objects.filter(declaration=money.declaration, verb="accept").latest("id")
    assert newest.pk != award.decision_id
    with pytest.raises(IntegrityError, match="award_once_a_place_and_event"):
        insert(award, decision_id=newest.pk)


def test_the_database_refuses_an_award_of_a_disabled_rule_and_of_another_decision(money):
    other = money.another()
    AwardRule.objects.filter(pk=money.rule.pk).update(replaced_at=timezone.now())
    disabled = make_rule(money.fund, version=2, is_enabled=False)
    decide(actor=money.city, declaration_id=other.pk, verb="accept", revision=0)
    decision = Decision.objects.get(declaration=other)
    with pytest.raises(IntegrityError, match="not what its event"), transaction.atomic():
        Award.objects.create(
            decision=decision, declaration=other, project=other.project, rule=disabled, fund=money.fund, event="paid.accept",
            year=2026, amount=AMOUNT, payee_unit=other.project.unit,
        )  # fmt: skip


def test_an_award_is_never_edited_or_deleted(money):
    award = money.accept()
    for statement in (
        "UPDATE subsidies_award SET amount = 1 WHERE id = %s",
        "UPDATE subsidies_award SET payee_unit_id = NULL WHERE id = %s",
        "DELETE FROM subsidies_award WHERE id = %s",
    ):
        with pytest.raises(IntegrityError, match=r"frozen|deleted"):
            sql(statement, award.pk)
    with pytest.raises(IntegrityError, match="never edited"):
        sql("UPDATE subsidies_awardrule SET amount = 1 WHERE id = %s", money.rule.pk)


@pytest.mark.parametrize("amount", ["0", "-1", "1.005"])
def test_the_database_refuses_a_rule_without_a_proper_amount(money, amount):
    AwardRule.objects.filter(pk=money.rule.pk).update(replaced_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        make_rule(money.fund, version=2, amount=Decimal(amount))


def test_the_database_refuses_an_enabled_rule_without_amount_fund_or_paper(money):
    AwardRule.objects.filter(pk=money.rule.pk).update(replaced_at=timezone.now())
    for missing in ({"amount": None}, {"fund": None, "programme": money.fund.programme}, {"authority": ""}):
        with pytest.raises(IntegrityError, match="award_rule_enabled_is_complete"), transaction.atomic():
            make_rule(money.fund, **({"version": 2} | missing))


def test_enabling_a_rule_names_everything_that_is_missing(money):
    AwardRule.objects.filter(pk=money.rule.pk).update(replaced_at=timezone.now())
    draft = make_rule(money.fund, version=2, amount=None, is_enabled=False, authority="")
    with pytest.raises(RuleViolation) as refused:
        rules.set_rule(actor=money.city, rule_id=draft.pk, amount=None, fund=None, is_enabled=True, stall_workdays=0,
                       authority=" ", reason="")  # fmt: skip
    assert {one.field for one in refused.value.errors} == {"reason", "stall_workdays", "amount", "fund", "authority"}
    new = rules.set_rule(actor=money.city, rule_id=draft.pk, amount=Decimal("2000000"), fund=money.fund, is_enabled=True,
                         stall_workdays=10, authority="示政〔2026〕3号", reason="办法已印发")  # fmt: skip
    assert new.version == 3
    assert money.accept().amount == Decimal("2000000.00")
    with pytest.raises(Conflict, match="newer version"):
        rules.set_rule(actor=money.city, rule_id=draft.pk, amount=None, fund=None, is_enabled=False, stall_workdays=1,
                       authority="", reason="x")  # fmt: skip


def test_an_amount_of_zero_is_not_the_same_as_none_stated(money):
    with pytest.raises(RuleViolation, match="more than zero"):
        rules.set_rule(actor=money.city, rule_id=money.rule.pk, amount=Decimal(0), fund=money.fund, is_enabled=False,
                       stall_workdays=10, authority="", reason="x")  # fmt: skip
    unstated = rules.set_rule(actor=money.city, rule_id=money.rule.pk, amount=None, fund=money.fund, is_enabled=False,
                              stall_workdays=10, authority="", reason="x")  # fmt: skip
    assert unstated.amount is None


@pytest.mark.parametrize("person", ["reviewer", "reporter", "auditor", "viewer"])
def test_only_the_city_sets_rules_and_orders(money, person):
    award = money.accept()
    who = money.place.people[person]
    with pytest.raises(PermissionDenied):
        rules.set_rule(actor=who, rule_id=money.rule.pk, amount=AMOUNT, fund=money.fund, is_enabled=True,
                       stall_workdays=10, authority="x", reason="x")  # fmt: skip
    with pytest.raises(PermissionDenied):
        awards.issue_order(actor=who, award_ids=[award.pk], number="1", ordered_on=timezone.localdate())
    with pytest.raises(PermissionDenied):
        awards.cancel(actor=who, award_id=award.pk, reason="x")


def test_another_citys_approver_sees_nothing(money):
    award = money.accept()
    with pytest.raises(RuleViolation, match="outside your scope"):
        rules.set_rule(actor=money.place.stranger, rule_id=money.rule.pk, amount=AMOUNT, fund=money.fund, is_enabled=True,
                       stall_workdays=10, authority="x", reason="x")  # fmt: skip
    with pytest.raises(RuleViolation, match="outside your scope"):
        awards.cancel(actor=money.place.stranger, award_id=award.pk, reason="x")


def test_an_order_is_one_paper_for_one_year_and_each_award_is_ordered_once(money):
    first, second = money.accept(), money.accept(money.another())
    later = money.accept(money.another(year=2027))
    today = timezone.localdate()
    with pytest.raises(RuleViolation, match="several programmes or years"):
        awards.issue_order(actor=money.city, award_ids=[first.pk, later.pk], number="1", ordered_on=today)
    with pytest.raises(RuleViolation, match="has not come yet"):
        awards.issue_order(actor=money.city, award_ids=[first.pk], number="1", ordered_on=today + timedelta(1))
    with pytest.raises(RuleViolation, match="earned on"):
        awards.issue_order(actor=money.city, award_ids=[first.pk], number="1", ordered_on=date(2020, 1, 1))
    with pytest.raises(RuleViolation, match="number"):
        awards.issue_order(actor=money.city, award_ids=[first.pk], number=" ", ordered_on=today)
    order = money.order(first, second, number="示财〔2026〕8号")
    assert order.awards.count() == 2
    with pytest.raises(Conflict, match="ordered already"):
        money.order(first, number="示财〔2026〕9号")
    with pytest.raises(Conflict, match="exists already"):
        money.order(money.accept(money.another()), number="示财〔2026〕8号")


def test_the_payee_is_the_place_the_county_or_the_department(money):
    bureau = make_organization(money.place.city, kind=Organization.Kind.MUNICIPAL_BUREAU)
    government = make_organization(money.place.counties[0], kind=Organization.Kind.GOVERNMENT)
    of_bureau = Project(programme=money.place.programme, unit=money.place.city, applicant=bureau)
    of_county = Project(programme=money.place.programme, unit=money.village, applicant=government)
    rule = money.rule
    rule.payee = AwardRule.Payee.APPLICANT
    assert awards.payee_of(rule, of_bureau) == (None, bureau)
    assert awards.payee_of(rule, of_county) == (money.place.counties[0], None)
    rule.payee = AwardRule.Payee.COUNTY
    assert awards.payee_of(rule, of_bureau) == (None, bureau)  # the city has no county: never to itself
    rule.payee = AwardRule.Payee.UNIT
    assert awards.payee_of(rule, of_county) == (money.village, None)


def test_a_mismatching_fund_blocks_the_step_and_nothing_is_kept(money):
    works = make_fund(money.place.programme, uses=["environment"], name_en="Works")
    AwardRule.objects.filter(pk=money.rule.pk).update(replaced_at=timezone.now())
    make_rule(works, version=2)
    with pytest.raises(RuleViolation, match="is for upgrading the rural environment only"):
        money.accept()
    money.declaration.refresh_from_db()
    assert money.declaration.stage == "draft"
    with pytest.raises(RuleViolation, match="only, not for awards"):
        rules.set_rule(actor=money.city, rule_id=AwardRule.objects.get(version=2).pk, amount=AMOUNT, fund=works, is_enabled=True,
                       stall_workdays=10, authority="x", reason="x")  # fmt: skip


def test_a_second_approver_of_the_city_may_order_what_the_first_accepted(money):
    award = money.accept()
    colleague = make_user()
    make_grant(colleague, Role.APPROVER, money.place.city)
    assert awards.issue_order(actor=colleague, award_ids=[award.pk], number="7", ordered_on=timezone.localdate())
