"""Money moves hop by hop: never more than the award, never more than received, each paper once."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from programs.errors import Conflict, RuleViolation
from programs.models import Organization, Role
from subsidies.models import AwardRule, MoneyAlert, Receipt, Transfer
from subsidies.route import Party, route
from subsidies.services import awards, transfers
from subsidies.services.alerts import with_related
from tests.factories import make_grant, make_organization, make_user
from tests.subsidies.conftest import AMOUNT, make_rule


def sql(statement: str, *params) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)


def by_hand(transfer: Transfer, **changes) -> None:
    """A row by hand with the columns of ``transfer``, as an administrator of the database could try it."""
    names = ("award_id", "hop", "payer_unit_id", "payee_unit_id", "amount", "sent_on", "voucher", "is_reversed", "reason",
             "recorded_by_id", "office")  # fmt: skip
    row = {name: getattr(transfer, name) for name in names} | {"voucher": "other"} | changes
    sql(f"INSERT INTO subsidies_transfer ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})", *row.values())


def test_the_whole_way_from_the_city_to_the_village(money):
    award = money.ordered()
    for hop in range(3):
        money.receive(money.send(award, hop))
    chain = list(award.transfers.order_by("hop"))
    place = money.place
    assert [(row.payer_unit, row.payee_unit) for row in chain] == [
        (place.city, place.counties[0]), (place.counties[0], place.townships[0]), (place.townships[0], money.village),
    ]  # fmt: skip
    assert not MoneyAlert.objects.exists()
    with pytest.raises(RuleViolation, match="3 hops; 3 is none"):
        transfers.send(
            actor=money.town, award_id=award.pk, hop=3, amount=AMOUNT, sent_on=timezone.localdate(), voucher="x"
        )


def test_nothing_moves_without_an_order(money):
    award = money.accept()
    with pytest.raises(RuleViolation, match="no award order"):
        money.send(award, 0, on=timezone.localdate())


def test_a_cancelled_award_is_not_paid_and_a_paid_one_not_cancelled(money):
    award = money.ordered()
    sent = money.send(award, 0)
    with pytest.raises(Conflict, match="was sent"):
        awards.cancel(actor=money.city, award_id=award.pk, reason="x")
    with pytest.raises(IntegrityError, match="was sent"):
        sql("UPDATE subsidies_award SET cancelled_at = now(), cancelled_reason = 'x' WHERE id = %s", award.pk)
    transfers.reverse_transfer(actor=money.city, transfer_id=sent.pk, reason="x")
    awards.cancel(actor=money.city, award_id=award.pk, reason="x")
    with pytest.raises(Conflict, match="cancelled"):
        money.send(award, 0, voucher="new")
    with pytest.raises(IntegrityError, match="no order or is cancelled"):
        by_hand(sent)


def test_a_hop_sends_no_more_than_the_award(money):
    award = money.ordered()
    first = money.send(award, 0, "1000000", voucher="A")
    with pytest.raises(RuleViolation, match=r"500000.01 yuan is too much: of 1500000.00 yuan 1000000.00 are sent"):
        money.send(award, 0, "500000.01", voucher="B")
    with pytest.raises(IntegrityError, match="is too much"):
        by_hand(first, amount=Decimal("500000.01"))
    money.send(award, 0, "500000", voucher="B")
    with pytest.raises(IntegrityError, match="is too much"):
        by_hand(first, amount=Decimal("0.01"))


def test_only_what_was_received_is_sent_on(money):
    award = money.ordered()
    first = money.send(award, 0)
    with pytest.raises(RuleViolation, match=r"too much: of 0\.00"):
        money.send(award, 1)
    money.receive(first, "1200000", note="其余在途")
    with pytest.raises(RuleViolation, match="too much"):
        money.send(award, 1, "1200000.01")
    second = money.send(award, 1, "1200000")
    with pytest.raises(IntegrityError, match="is too much"):
        by_hand(second, amount=Decimal("0.01"))


@pytest.mark.parametrize(
    ("amount", "said"), [("0", "transfer_sign"), ("-1", "transfer_sign"), ("1.005", "min_scale|check")]
)
def test_the_database_refuses_nothing_less_than_nothing_and_parts_of_a_cent(money, amount, said):
    sent = money.send(money.ordered(), 0, "1000")
    with pytest.raises(IntegrityError, match=said):
        by_hand(sent, amount=Decimal(amount))
    assert Transfer.objects.count() == 1


@pytest.mark.parametrize(
    ("amount", "said"),
    [("0", "more than zero"), ("-5", "more than zero"), ("1.005", "two decimals"), ("1e14", "larger than")],
)
def test_the_service_says_what_is_wrong_with_an_amount(money, amount, said):
    with pytest.raises(RuleViolation, match=said):
        money.send(money.ordered(), 0, amount)


def test_a_voucher_pays_once_whatever_the_award(money):
    first, second = money.accept(), money.accept(money.another())
    money.order(first, second)
    for award in (first, second):
        award.refresh_from_db()
    sent = money.send(first, 0, "1000", voucher="P-1")
    for award in (first, second):
        with pytest.raises(Conflict, match="recorded already"):
            money.send(award, 0, "1000", voucher=" P-1 ")
    transfers.reverse_transfer(actor=money.city, transfer_id=sent.pk, reason="金额有误")
    money.send(first, 0, "2000", voucher="P-1")
    with pytest.raises(IntegrityError, match="transfer_voucher_once"):
        by_hand(sent, voucher="P-1")


def test_receipts_are_counted_once_and_never_exceed_what_was_sent(money):
    award = money.ordered()
    sent = money.send(award, 0, "1000")
    with pytest.raises(RuleViolation, match="more than is on its way"):
        money.receive(sent, "1000.01")
    with pytest.raises(RuleViolation, match="why less"):
        money.receive(sent, "999.99")
    first = money.receive(sent, "400", note="分两笔")
    assert MoneyAlert.objects.get(closed_on=None).kind == MoneyAlert.Kind.SHORT
    money.receive(sent, "600")
    assert not MoneyAlert.objects.filter(closed_on=None).exists()
    with pytest.raises(Conflict, match="confirmed already"):
        money.receive(sent, "1")
    with pytest.raises(IntegrityError, match="would be received"):
        sql("INSERT INTO subsidies_receipt (transfer_id, amount, received_on, note, recorded_by_id, office) VALUES (%s, 1, now(), '', %s, '')", sent.pk, money.county.pk)  # fmt: skip
    with pytest.raises(IntegrityError, match="append-only"):
        sql("UPDATE subsidies_receipt SET amount = 1 WHERE id = %s", first.pk)


def test_wrong_rows_are_taken_back_from_the_end_of_the_chain(money):
    award = money.ordered()
    sent = money.send(award, 0)
    receipt = money.receive(sent)
    onward = money.send(award, 1)
    with pytest.raises(Conflict, match="were confirmed"):
        transfers.reverse_transfer(actor=money.city, transfer_id=sent.pk, reason="x")
    with pytest.raises(Conflict, match="sent on already"):
        transfers.reverse_receipt(actor=money.county, receipt_id=receipt.pk, reason="x")
    with pytest.raises(IntegrityError, match="sent on already"):
        sql("INSERT INTO subsidies_receipt (transfer_id, amount, received_on, note, reverses_id, recorded_by_id, office) VALUES (%s, %s, now(), 'x', %s, %s, '')", sent.pk, -AMOUNT, receipt.pk, money.county.pk)  # fmt: skip
    with pytest.raises(RuleViolation, match="wants a reason"):
        transfers.reverse_transfer(actor=money.county, transfer_id=onward.pk, reason=" ")
    transfers.reverse_transfer(actor=money.county, transfer_id=onward.pk, reason="x")
    transfers.reverse_receipt(actor=money.county, receipt_id=receipt.pk, reason="x")
    with pytest.raises(Conflict, match="taken back already"):
        transfers.reverse_receipt(actor=money.county, receipt_id=receipt.pk, reason="x")
    transfers.reverse_transfer(actor=money.city, transfer_id=sent.pk, reason="x")
    with pytest.raises(Conflict, match="was taken back"):
        transfers.reverse_transfer(actor=money.city, transfer_id=sent.pk, reason="x")
    with pytest.raises(Conflict, match="was taken back"):
        money.receive(sent)
    assert sum(row.amount for row in Transfer.objects.all()) == 0
    assert sum(row.amount for row in Receipt.objects.all()) == 0


def test_a_transfer_is_never_edited_deleted_or_marked_by_hand(money):
    sent = money.send(money.ordered(), 0)
    for statement in (
        "UPDATE subsidies_transfer SET amount = 1 WHERE id = %s",
        "UPDATE subsidies_transfer SET is_reversed = true WHERE id = %s",
        "DELETE FROM subsidies_transfer WHERE id = %s",
    ):
        with pytest.raises(IntegrityError, match="never edited"):
            sql(statement, sent.pk)
    with pytest.raises(IntegrityError, match="whole transfer"):
        by_hand(sent, reverses_id=sent.pk, amount=Decimal(-1), reason="x")


def test_the_chain_has_no_side_branch(money):
    sent = money.send(money.ordered(), 0, "1000")
    with pytest.raises(IntegrityError, match="another link"):
        by_hand(sent, amount=Decimal(1), payee_unit_id=money.place.counties[1].pk)


def test_each_level_records_its_own_hop_only(money):
    award = money.ordered()
    place = money.place
    for who in (money.county, money.town, place.auditor, place.viewer, place.other_reviewer):
        with pytest.raises((PermissionDenied, RuleViolation)):
            money.send(award, 0, actor=who)
    sent = money.send(award, 0)
    for who in (money.city, money.town, place.auditor, place.inspector):
        with pytest.raises((PermissionDenied, RuleViolation)):
            money.receive(sent, actor=who)
    money.receive(sent, actor=place.reporter)  # the county's reporter as well as its reviewer
    with pytest.raises(PermissionDenied):
        money.send(award, 1, actor=money.city)
    second = money.send(award, 1)
    money.receive(second)
    third = money.send(award, 2)
    with pytest.raises(PermissionDenied):
        money.receive(third, actor=money.county)
    money.receive(third)  # the township keeps the village's books


def test_out_of_scope_is_missing(money):
    award = money.ordered()
    sent = money.send(award, 0)
    for who in (money.place.stranger, money.place.other_reviewer):
        with pytest.raises(RuleViolation) as refused:
            money.receive(sent, actor=who)
        assert refused.value.code == "not_found"


def test_nobody_confirms_what_they_sent(money):
    award = money.ordered()
    both = make_user()
    make_grant(both, Role.APPROVER, money.place.city)
    make_grant(both, Role.REVIEWER, money.place.counties[0])
    sent = money.send(award, 0, actor=both)
    with pytest.raises(RuleViolation, match="recorded this transfer yourself"):
        money.receive(sent, actor=both)


def test_dates_follow_the_papers(money):
    award = money.ordered()
    today = timezone.localdate()
    with pytest.raises(RuleViolation, match="at the earliest"):
        money.send(award, 0, on=award.order.ordered_on - timedelta(1))
    with pytest.raises(RuleViolation, match="has not come yet"):
        money.send(award, 0, on=today + timedelta(1))
    sent = money.send(award, 0)
    with pytest.raises(RuleViolation, match="but sent on"):
        money.receive(sent, on=sent.sent_on - timedelta(1))


def test_a_department_is_paid_by_the_city_itself(money):
    AwardRule.objects.filter(pk=money.rule.pk).update(replaced_at=timezone.now())
    make_rule(money.fund, version=2, payee="applicant")
    bureau = make_organization(money.place.city, kind=Organization.Kind.MUNICIPAL_BUREAU)
    award = money.accept(money.another(unit=money.place.city, applicant=bureau))
    money.order(award)
    award = with_related(type(award).objects.filter(pk=award.pk)).get()
    assert route(award) == [Party(money.place.city), Party(money.place.city, bureau)]
    sent = money.send(award, 0)
    assert (sent.payee_unit, sent.payee_organization) == (None, bureau)
    person = make_user()
    make_grant(person, Role.REPORTER, money.place.city, organization=bureau)
    money.receive(sent, actor=person)
    assert not MoneyAlert.objects.exists()
