"""Objections: recorded without the person, judged by somebody else, only a major and true one stops."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from programs.errors import Conflict, RuleViolation
from programs.models import Objection
from programs.services import notices
from programs.services.refusals import Forbidden

START = "2026-04-30 12:00:00+08:00"


@pytest.fixture
def notice(office):
    with time_machine.travel(START, tick=False):
        return office.post()


@pytest.fixture(autouse=True)
def clock(office, notice):
    with time_machine.travel("2026-05-08 10:00:00+08:00", tick=False) as traveller:
        yield traveller


def raised(office, notice, **fields):
    given = {
        "actor": office.clerk,
        "notice_id": notice.pk,
        "received_on": date(2026, 5, 7),
        "channel": "letter",
        "register_no": "信2026-7",
        "text": "水面有漂浮物",
    }
    return notices.record_objection(**(given | fields))


def judged(office, objection, **fields):
    given = {
        "actor": office.colleague,
        "objection_id": objection.pk,
        "judgement": "现场核查",
        "is_major": True,
        "is_true": True,
    }
    return notices.judge_objection(**(given | fields))


def ended(clock):
    clock.move_to("2026-05-12 10:00:00+08:00")
    notices.end_due(date(2026, 5, 12))


@pytest.mark.parametrize(
    ("is_major", "is_true", "stops"), [(True, True, True), (True, False, False), (False, True, False), (False, False, False)]
)  # fmt: skip
def test_only_a_major_and_true_one_stops(office, notice, clock, is_major, is_true, stops):
    objection = raised(office, notice)
    judged(office, objection, is_major=is_major, is_true=is_true)
    ended(clock)
    assert (notices.publicity_problem(office.declaration) is not None) is stops


def test_one_that_nobody_judged_waits(office, notice, clock):
    raised(office, notice)
    ended(clock)
    assert "信2026-7" in notices.publicity_problem(office.declaration).message


def test_whoever_recorded_or_prepared_does_not_judge(office, notice):
    objection = raised(office, notice, actor=office.colleague)
    for person in (office.clerk, office.colleague):
        with pytest.raises(Forbidden):
            judged(office, objection, actor=person)
    assert judged(office, objection, actor=office.approver).judged_by == office.approver


def test_a_judgement_stands(office, notice):
    objection = raised(office, notice)
    judged(office, objection)
    with pytest.raises(Conflict):
        judged(office, objection, is_true=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        Objection.objects.filter(pk=objection.pk).update(judged_at=None)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"text": " "}, "text_missing"),
        ({"register_no": ""}, "register_no_missing"),
        ({"text": "我是 13803751234"}, "personal_number"),
        ({"register_no": "410402198001011236"}, "personal_number"),
        ({"received_on": date(2026, 4, 29)}, "outside_term"),
        ({"received_on": date(2026, 5, 9)}, "outside_term"),  # tomorrow
        ({"item_id": 10**9}, "item_unknown"),
    ],
)
def test_what_is_wrong_is_named(office, notice, fields, code):
    with pytest.raises(RuleViolation) as caught:
        raised(office, notice, **fields)
    assert caught.value.code == code


def test_a_register_number_is_taken_once(office, notice):
    raised(office, notice)
    with pytest.raises(Conflict) as caught:
        raised(office, notice)
    assert caught.value.code == "registered"


def test_after_the_term_nothing_is_an_objection(office, notice, clock):
    ended(clock)
    assert raised(office, notice, received_on=date(2026, 5, 11)).pk
    with pytest.raises(RuleViolation):
        raised(office, notice, received_on=date(2026, 5, 12), register_no="信2026-8")


def test_the_office_answers_after_judging(office, notice):
    objection = raised(office, notice)
    with pytest.raises(Conflict):
        notices.answer_objection(
            actor=office.clerk, objection_id=objection.pk, answered_on=date(2026, 5, 8), answer="x"
        )
    judged(office, objection)
    with pytest.raises(RuleViolation):
        notices.answer_objection(
            actor=office.clerk, objection_id=objection.pk, answered_on=date(2026, 5, 1), answer="x"
        )
    answered = notices.answer_objection(
        actor=office.clerk, objection_id=objection.pk, answered_on=date(2026, 5, 8), answer="已书面答复"
    )
    assert answered.answered_on == date(2026, 5, 8)


def test_strangers_do_neither(office, notice):
    with pytest.raises(RuleViolation) as caught:
        raised(office, notice, actor=office.case.place.people["stranger"])
    assert caught.value.code == "not_found"
    with pytest.raises(PermissionDenied):
        raised(office, notice, actor=office.case.place.people["viewer"])
