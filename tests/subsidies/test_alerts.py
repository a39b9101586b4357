"""What stalls or falls short is found on the right working day, escalated, and closed when put right."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine

from programs.models import Workday
from subsidies.models import Award, MoneyAlert
from subsidies.reviews import run
from subsidies.services import alerts, awards, transfers
from tests.subsidies.conftest import make_rule

EARNED = date(2026, 9, 1)  # a Tuesday; no holiday before the 25th


@pytest.fixture
def clock(db):
    """The day the event happens; the calendar knows the September holidays."""
    Workday.objects.bulk_create(
        Workday(date=date(2026, 9, 1) + timedelta(days=n), is_workday=(date(2026, 9, 1) + timedelta(days=n)).weekday() < 5, source="t")
        for n in range(60)
    )  # fmt: skip
    with time_machine.travel(f"{EARNED}T10:00:00+08:00") as traveller:
        yield traveller


def found(day: date, award: Award) -> list[tuple[str, int | None]]:
    one = alerts.with_related(Award.objects.filter(pk=award.pk))
    return [(str(row.kind), row.hop) for row in alerts.find(list(one), day)]


def workday(number: int, after: date = EARNED) -> date:
    """The ``number``-th day from Monday to Friday after a day."""
    day = after
    while number:
        day += timedelta(days=1)
        number -= day.weekday() < 5
    return day


def test_every_reason_on_its_own_day(clock, money):
    """The table: who holds the money, and what is said on the 10th and on the 11th working day (limit 10)."""
    award = money.accept()
    assert found(workday(10), award) == []
    assert found(workday(11), award) == [("stalled", None)]  # earned, not ordered
    money.order(award)
    award.refresh_from_db()
    assert found(workday(10), award) == []
    assert found(workday(11), award) == [("stalled", 0)]  # ordered, lies with the city
    first = money.send(award, 0)
    assert found(workday(10), award) == []
    assert found(workday(11), award) == [("stalled", 0)]  # sent, not confirmed
    money.receive(first, "1000000", note="分批")
    assert found(EARNED, award) == [("short", 0)]  # at once
    assert set(found(workday(11), award)) == {("short", 0), ("stalled", 1)}  # and the county keeps the rest
    money.receive(first, "500000")
    second = money.send(award, 1)
    assert found(workday(10), award) == []
    money.receive(second)
    assert found(workday(11), award) == [("stalled", 2)]
    money.receive(money.send(award, 2))
    assert found(workday(200), award) == []


def test_a_holiday_does_not_count(clock, money):
    award = money.accept()
    Workday.objects.filter(date=workday(10)).update(is_workday=False)
    assert found(workday(11), award) == []
    assert found(workday(12), award) == [("stalled", None)]


def test_opened_escalated_closed_and_the_same_when_run_twice_or_late(clock, money):
    award = money.accept()
    late, much_later = workday(11), workday(11, after=workday(11))
    assert run(today=late).result == {"alerts_opened": 1, "alerts_escalated": 0, "alerts_closed": 0}
    assert run(today=late).changed == 0
    assert run(today=EARNED).changed == 0  # a past day closes nothing it cannot know
    alert = MoneyAlert.objects.get()
    assert (alert.opened_on, alert.escalated_on) == (late, None)
    assert run(today=much_later).result == {"alerts_opened": 0, "alerts_escalated": 1, "alerts_closed": 0}
    assert run(today=much_later).changed == 0
    money.order(award)
    award.refresh_from_db()
    clock.move_to(f"{much_later}T10:00:00+08:00")
    money.send(award, 0, on=EARNED)
    alert.refresh_from_db()
    assert alert.closed_on == much_later  # at once, not in the morning


def test_a_cancelled_award_has_no_alert(clock, money):
    award = money.accept()
    run(today=workday(11))
    awards.cancel(actor=money.city, award_id=award.pk, reason="x")
    run(today=workday(12))
    assert not MoneyAlert.objects.filter(closed_on=None).exists()


def test_a_taken_back_transfer_counts_as_never_sent(clock, money):
    award = money.ordered()
    sent = money.send(award, 0)
    transfers.reverse_transfer(actor=money.city, transfer_id=sent.pk, reason="x")
    assert found(workday(11), award) == [("stalled", 0)]
    assert found(workday(10), award) == []


def test_the_limit_is_the_citys_setting(clock, money):
    type(money.rule).objects.filter(pk=money.rule.pk).update(replaced_at="2026-09-01T00:00:00Z")
    make_rule(money.fund, version=2, stall_workdays=3)
    award = money.accept()
    assert found(workday(3), award) == []
    assert found(workday(4), award) == [("stalled", None)]
