"""The problem list of the people's congress: goal, owner, date, evidence, vote."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from programs.errors import Conflict, RuleViolation
from programs.models import Problem
from programs.services import problems
from tests.factories import make_grant

TODAY = "2026-11-02T10:00:00+08:00"


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def problem(office) -> Problem:
    return problems.list_problem(
        actor=office.approver, programme=office.small.programme, source="示例人大", raised_on=date(2026, 7, 1),
        text="示例问题", unit=office.small.counties[0],
    )  # fmt: skip


def take(actor, problem, verb, **fields):
    state = Problem.objects.get(pk=problem.pk).state
    return problems.take(actor=actor, problem_id=problem.pk, verb=verb, **({"state": state} | fields))


def planned(office, problem):
    return take(office.approver, problem, "assign", goal="示例目标", due_on=date(2026, 12, 31))


def test_the_whole_way_to_a_satisfied_vote(office, problem):
    planned(office, problem)
    take(office.reporter, problem, "start")
    take(office.reporter, problem, "report", comment="done")
    done = take(office.approver, problem, "vote", verdict="satisfied", voted_on=date(2026, 11, 1))
    assert (done.state, done.verdict, done.goal, done.due_on) == ("closed", "satisfied", "示例目标", date(2026, 12, 31))
    assert list(done.steps.values_list("verb", "to_state")) == [
        ("assign", "assigned"), ("start", "rectifying"), ("report", "reported"), ("vote", "closed"),
    ]  # fmt: skip


def test_numbers_go_on_without_gaps(office, problem):
    again = problems.list_problem(
        actor=office.approver, programme=office.small.programme, source="x", raised_on=date(2026, 7, 1), text="x",
        unit=office.small.city, organization=office.lead,
    )  # fmt: skip
    assert (problem.number, again.number) == (1, 2)


def test_a_plan_wants_goal_and_date(office, problem):
    for fields, field in (({}, "goal"), ({"goal": "示例"}, "due_on")):
        with pytest.raises(RuleViolation) as caught:
            take(office.approver, problem, "assign", **fields)
        assert (caught.value.code, caught.value.field) == ("plan_missing", field)


def test_not_satisfied_goes_back_and_is_voted_on_again(office, problem):
    planned(office, problem)
    take(office.reporter, problem, "start")
    take(office.reporter, problem, "report", comment="done")
    back = take(office.approver, problem, "vote", verdict="unsatisfied", voted_on=date(2026, 11, 1))
    assert (back.state, back.verdict) == ("rectifying", "unsatisfied")
    take(office.reporter, problem, "report", comment="better")
    assert take(office.approver, problem, "vote", verdict="basically", voted_on=date(2026, 11, 2)).state == "closed"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({}, "vote_missing"),
        ({"verdict": "perfect", "voted_on": date(2026, 11, 1)}, "vote_missing"),
        ({"verdict": "satisfied"}, "vote_missing"),
        ({"verdict": "satisfied", "voted_on": date(2026, 11, 3)}, "future"),
    ],
)
def test_a_vote_is_as_it_was_held(office, problem, fields, code):
    Problem.objects.filter(pk=problem.pk).update(state="reported")
    with pytest.raises(RuleViolation) as caught:
        take(office.approver, problem, "vote", **fields)
    assert caught.value.code == code


def test_who_may_not(office, problem):
    for person in (office.reporter, office.reviewer, office.lead_reviewer, office.auditor):
        with pytest.raises(PermissionDenied):
            take(person, problem, "assign", goal="示例", due_on=date(2026, 12, 31))
    for person in (office.stranger, office.other_reporter):
        with pytest.raises(RuleViolation) as caught:
            take(person, problem, "assign")
        assert caught.value.code == "not_found"
    planned(office, problem)
    with pytest.raises(PermissionDenied):
        take(office.approver, problem, "start")
    take(office.reporter, problem, "start")
    take(office.reporter, problem, "report", comment="done")
    make_grant(office.reporter, "approver", office.small.city)
    with pytest.raises(RuleViolation) as caught:
        take(office.reporter, problem, "vote", verdict="satisfied", voted_on=date(2026, 11, 1))
    assert caught.value.code == "self_decision"


def test_a_step_from_an_old_page_is_a_conflict(office, problem):
    planned(office, problem)
    with pytest.raises(Conflict) as caught:
        take(office.reporter, problem, "start", state="listed")
    assert caught.value.code == "wrong_state"


def test_only_units_and_bodies_of_the_city(office):
    common = {"programme": office.small.programme, "source": "x", "text": "x"}
    with pytest.raises(RuleViolation) as caught:
        problems.list_problem(actor=office.approver, raised_on=date(2026, 7, 1), unit=office.small.other_city, **common)
    assert caught.value.code == "foreign_unit"
    with pytest.raises(RuleViolation) as caught:
        problems.list_problem(
            actor=office.approver, raised_on=date(2026, 7, 1), unit=office.small.counties[0],
            organization=office.lead, **common,
        )  # fmt: skip
    assert caught.value.code == "foreign_body"
    with pytest.raises(RuleViolation) as caught:
        problems.list_problem(actor=office.approver, raised_on=date(2026, 11, 3), unit=office.small.city, **common)
    assert caught.value.code == "future"
    with pytest.raises(PermissionDenied):
        problems.list_problem(actor=office.reviewer, raised_on=date(2026, 7, 1), unit=office.small.city, **common)
