"""Two people at once: exactly one effect each, shown with real threads on real connections."""

from __future__ import annotations

import pytest

from programs.models import Role
from programs.services.declarations import decide
from subsidies.models import Award, Receipt, Transfer
from subsidies.services import alerts, awards
from tests.factories import make_grant, make_user
from tests.subsidies.conftest import AMOUNT, Money, money_world
from tests.together import at_once, told


@pytest.fixture
def together(transactional_db, flow) -> Money:
    return money_world()


def test_two_acceptances_make_one_award(together):
    money = together
    second = make_user()
    make_grant(second, Role.APPROVER, money.place.city)
    key = money.declaration.pk
    answers = at_once(
        *(
            lambda who=who: decide(actor=who, declaration_id=key, verb="accept", revision=0)
            for who in (money.city, second)
        )
    )
    assert told(answers) == ["done", "wrong_stage"]
    assert Award.objects.count() == 1


def test_the_effect_called_twice_at_once_makes_one_award(together):
    money = together
    award = money.accept()
    answers = at_once(
        *([lambda: awards.create(declaration=money.declaration, decision=award.decision, actor=money.city)] * 2)
    )
    assert [one.pk for one in answers] == [award.pk, award.pk]
    assert Award.objects.count() == 1


def test_two_sendings_at_once_never_exceed_the_award(together):
    money = together
    award = money.ordered()
    answers = at_once(
        lambda: money.send(award, 0, AMOUNT, voucher="A"), lambda: money.send(award, 0, AMOUNT, voucher="B")
    )
    assert told(answers) == ["done", "too_much"]
    assert Transfer.objects.count() == 1


def test_one_voucher_used_twice_at_once_for_two_awards_pays_once(together):
    money = together
    first, second = money.accept(), money.accept(money.another())
    money.order(first, second)
    first.refresh_from_db()
    second.refresh_from_db()
    answers = at_once(*(lambda one=one: money.send(one, 0, "1000", voucher="P-1") for one in (first, second)))
    assert told(answers) == ["done", "voucher_taken"]
    assert Transfer.objects.count() == 1


def test_two_confirmations_of_one_transfer_count_once(together):
    money = together
    sent = money.send(money.ordered(), 0)
    colleague = money.place.reporter
    answers = at_once(lambda: money.receive(sent), lambda: money.receive(sent, actor=colleague))
    assert told(answers) == ["done", "received"]
    assert sum(row.amount for row in Receipt.objects.all()) == AMOUNT


def test_two_orders_of_one_award_are_one(together):
    money = together
    award = money.accept()
    answers = at_once(*(lambda number=number: money.order(award, number=number) for number in ("1", "2")))
    assert told(answers) == ["done", "ordered"]


def test_two_reviews_at_once_open_one_alert(together):
    money = together
    award = money.accept()
    day = award.decision.decided_on.replace(year=award.decision.decided_on.year + 1)
    at_once(lambda: alerts.review(day), lambda: alerts.review(day))
    assert award.alerts.filter(closed_on=None).count() == 1
