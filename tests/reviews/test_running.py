"""Scheduled reviews: run twice, late, at once, for a past day; switched and moved by the administrator only."""

from __future__ import annotations

import threading
from datetime import date

import pytest
import time_machine
from celery.schedules import crontab
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection
from django_celery_beat.models import PeriodicTask

from audit.models import AuditEntry
from programs import reviews as registry
from programs.errors import Conflict, RuleViolation
from programs.models import Cycle, ReviewRun
from programs.reviews import Outcome, Review
from programs.services import reviews
from programs.tasks import run_review
from tests.factories import small_city

RAN: list[date] = []
GATE = threading.Event()
INSIDE = threading.Event()


def note(*, today):
    RAN.append(today)
    return Outcome(1, {"seen": 1})


def explode(*, today):
    Cycle.objects.all().delete()
    raise ValueError("the wheel came off")


def wait(*, today):
    INSIDE.set()
    GATE.wait(10)
    return note(today=today)


@pytest.fixture
def place(db):
    return small_city()


@pytest.fixture(autouse=True)
def samples(monkeypatch):
    monkeypatch.setattr(registry, "_reviews", dict(registry._reviews))
    RAN.clear()
    for name in ("note", "explode", "wait"):
        registry.register(Review(f"sample-{name}", name, f"tests.reviews.test_running.{name}", crontab(hour="1")))


def test_a_run_is_kept_with_its_result(place):
    done = reviews.run(code="sample-note", as_of=date(2026, 3, 1))
    assert (done.state, done.changed, done.result, done.as_of) == ("done", 1, {"seen": 1}, date(2026, 3, 1))
    assert [date(2026, 3, 1)] == RAN


def test_an_error_is_kept_and_raised_and_undoes_the_work(place):
    Cycle.objects.create(programme=place.programme, year=2026)
    with pytest.raises(reviews.ReviewFailed):
        reviews.run(code="sample-explode")
    run = ReviewRun.objects.get()
    assert (run.state, run.error) == ("failed", "ValueError: the wheel came off")
    assert Cycle.objects.exists()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"code": "none"}, "no_review"),
        ({"code": "sample-note", "as_of": date(2099, 1, 1)}, "day_wrong"),
        ({"code": "sample-note", "as_of": date(1999, 1, 1)}, "day_wrong"),
    ],
)
def test_what_cannot_be_run_is_refused(place, given, code):
    with pytest.raises(RuleViolation) as caught:
        reviews.run(**given)
    assert caught.value.code == code
    assert not ReviewRun.objects.exists()


def test_only_the_system_administrator_runs_by_hand_and_says_why(place):
    for who in ("approver", "auditor", "security_admin", "nobody"):
        with pytest.raises(PermissionDenied):
            reviews.run(code="sample-note", actor=place.people[who], reason="x")
    with pytest.raises(RuleViolation) as caught:
        reviews.run(code="sample-note", actor=place.system_admin, reason=" ")
    assert caught.value.code == "reason_missing"
    reviews.run(code="sample-note", actor=place.system_admin, reason="a night without electricity")
    assert AuditEntry.objects.get(verb="review.run").reason == "a night without electricity"


def test_a_run_whose_process_died_does_not_stay_running(place):
    day = date(2026, 3, 1)
    lost = ReviewRun.objects.create(review="sample-note", as_of=day)
    reviews.run(code="sample-note", as_of=day)
    lost.refresh_from_db()
    assert lost.state == "failed"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_have_one_effect():
    GATE.clear()
    INSIDE.clear()
    answers = []

    def first():
        try:
            answers.append(reviews.run(code="sample-wait", as_of=date(2026, 3, 1)).state)
        finally:
            connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    try:
        assert INSIDE.wait(10)
        with pytest.raises(Conflict):
            reviews.run(code="sample-wait", as_of=date(2026, 3, 1))
    finally:
        GATE.set()
        thread.join()
    assert answers == ["done"]
    assert [date(2026, 3, 1)] == RAN


def test_the_schedule_is_a_row_that_stays_as_it_was_set(place):
    review = registry.review_of("sample-note")
    assert reviews.ensure_scheduled(review).pk == reviews.ensure_scheduled(review).pk
    reviews.switch(actor=place.system_admin, code="sample-note", is_on=False, reason="under repair")
    reviews.reschedule(actor=place.system_admin, code="sample-note", hour="6", minute="45", reason="night shift")
    task = reviews.ensure_scheduled(review)
    assert (task.enabled, task.crontab.hour, task.crontab.minute) == (False, "6", "45")
    assert (task.task, task.args) == ("programs.tasks.run_review", '["sample-note"]')
    assert str(task.crontab.timezone) == "Asia/Shanghai"
    assert PeriodicTask.objects.filter(name="review sample-note").count() == 1


@pytest.mark.parametrize(("hour", "minute"), [("25", "0"), ("x", "0"), ("1", "75"), ("", "")])
def test_a_time_that_is_none_is_refused(place, hour, minute):
    with pytest.raises(RuleViolation) as caught:
        reviews.reschedule(actor=place.system_admin, code="sample-note", hour=hour, minute=minute, reason="x")
    assert caught.value.code == "time_wrong"


def test_the_command_and_the_task(place, capsys):
    call_command("run_review", "sample-note", "--as-of", "2026-03-01")
    assert ReviewRun.objects.get().via == "command"
    assert "1 changed" in capsys.readouterr().out
    with pytest.raises(CommandError, match="wheel"):
        call_command("run_review", "sample-explode")
    with time_machine.travel("2026-03-05 01:00:00+08:00", tick=False):
        assert run_review("sample-note") == "2026-03-05: 1"
