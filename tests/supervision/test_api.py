"""The same over the API: lists in scope, filters, steps with the revision looked at, and the cost of a list."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from programs.models import TaskAssignment
from programs.services.assignments import assign_all
from programs.services.extensions import ask
from programs.services.problems import list_problem
from tests.api.conftest import Caller
from tests.factories import make_unit


def results(answer) -> list[dict]:
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_each_sees_their_own_assignments_and_filters_narrow(office):
    mine = results(Caller(office.reporter).get("assignments/"))
    assert {one["unit"] for one in mine} == {office.small.counties[0].code}
    assert results(Caller(office.stranger).get("assignments/")) == []
    approver = Caller(office.approver)
    TaskAssignment.objects.filter(pk=office.of_county(1).pk).update(due_on=date(2020, 1, 1))
    for params, count in (
        ({"number": 1}, 4), ({"part": "lead"}, 2), ({"organization": office.other.code}, 1), ({"light": "late"}, 1),
        ({"light": "none", "part": "implicit"}, 2), ({"within": office.small.counties[1].code}, 2),
        ({"programme": office.small.programme.code, "state": "done"}, 0),
    ):  # fmt: skip
        assert len(results(approver.get("assignments/", params))) == count, params
    for params in ({"light": "purple"}, {"state": "lost"}, {"number": "1.5"}, {"lihgt": "late"}):
        assert approver.get("assignments/", params).status_code == 400, params


def test_a_step_names_the_revision_it_saw(office):
    row, reporter = office.of_county(), Caller(office.reporter)
    address = f"assignments/{row.pk}/"
    taken = reporter.post(address + "steps/", {"verb": "accept", "revision": 0}, **{"Idempotency-Key": "k1"})
    assert (taken.status_code, taken.json()["state"], taken.headers["ETag"]) == (200, "accepted", '"1"')
    again = reporter.post(address + "steps/", {"verb": "accept", "revision": 0}, **{"Idempotency-Key": "k1"})
    assert again.headers["Idempotency-Replayed"] == "true"
    stale = reporter.post(address + "steps/", {"verb": "begin"}, **{"If-Match": '"0"'})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    wrong = reporter.post(address + "steps/", {"verb": "close", "revision": 1})
    assert wrong.status_code == 409
    forbidden = Caller(office.reviewer).post(address + "steps/", {"verb": "begin", "revision": 1})
    assert forbidden.status_code == 403
    assert Caller(office.other_reporter).post(address + "steps/", {"verb": "begin"}).status_code == 404
    for body in ({}, {"verb": "explode"}, {"verb": "begin", "extra": 1}, {"verb": "begin", "revision": -1}):
        assert reporter.post(address + "steps/", body).status_code == 400, body


def test_feedback_and_the_whole_story(office):
    row, reporter = office.walk(office.of_county(), "accept"), Caller(office.reporter)
    month = f"{timezone.localdate():%Y-%m}"
    said = reporter.post(f"assignments/{row.pk}/feedback/", {"period": month, "text": "示例", "problems": "钱"})
    assert said.status_code == 200, said.content
    full = reporter.get(f"assignments/{row.pk}/").json()
    assert [step["verb"] for step in full["steps"]] == ["assign", "accept", "begin"]
    assert (full["feedback"][0]["period"], full["feedback"][0]["text"]) == (month, "示例")
    refused = reporter.post(f"assignments/{row.pk}/feedback/", {"period": "1999-01", "text": "x"})
    assert (refused.status_code, refused.json()["code"]) == (422, "period_unknown")


def test_extensions_and_problems_are_listed_in_scope(office):
    row = office.of_county()
    asked = ask(
        actor=office.reporter, assignment_id=row.pk, asked_until=date(2099, 1, 5), reason="示例", today=date(2026, 1, 5)
    )
    problem = list_problem(
        actor=office.approver, programme=office.small.programme, source="x", raised_on=date(2026, 1, 1), text="x",
        unit=office.small.counties[0],
    )  # fmt: skip
    for person, count in ((office.reporter, 1), (office.other_reporter, 0), (office.approver, 1)):
        caller = Caller(person)
        assert [one["id"] for one in results(caller.get("extensions/", {"is_open": "true"}))] == [asked.pk][:count]
        assert [one["id"] for one in results(caller.get("problems/", {"state": "listed"}))] == [problem.pk][:count]
        assert caller.get(f"extensions/{asked.pk}/").status_code == (200 if count else 404)
        assert caller.get(f"problems/{problem.pk}/").status_code == (200 if count else 404)


@pytest.mark.parametrize("name", ["assignments", "extensions", "problems"])
def test_a_list_costs_three_queries_at_any_size(office, name):
    for _n in range(8):
        make_unit("county", office.small.city)
    assign_all(programme=office.small.programme)
    caller = Caller(office.approver)
    caller.get(f"{name}/")
    with CaptureQueriesContext(connection) as queries:
        assert caller.get(f"{name}/").status_code == 200
    assert len(queries) == 3
