"""Declarations over the API: the same rules, the same refusals, repeatable under a key."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from programs.models import Decision, Declaration, Project
from programs.services.declarations import start
from tests.api.conftest import V1, Caller
from tests.declarations.test_decide import attach_plan, take


def decide(case, person, verb, **body):
    return Caller(person).client.post(
        f"{V1}declarations/{case.declaration.pk}/decide/", {"verb": verb} | body, content_type="application/json"
    )


def test_the_way_from_start_to_end(case):
    reporter = Caller(case.town_reporter)
    opened = reporter.client.post(
        f"{V1}declarations/", {"project": "road-1", "year": 2027}, content_type="application/json"
    )
    assert opened.status_code == 201
    number = opened.json()["id"]
    saved = reporter.client.patch(
        f"{V1}declarations/{number}/", {"data": {"length": 12}}, content_type="application/json"
    )
    assert saved.json()["draft"] == {"length": 12}
    case.declaration = Declaration.objects.get(pk=number)
    attach_plan(case)
    done = decide(case, case.town_reporter, "apply", revision=0)
    assert (done.status_code, done.json()["stage"], done.json()["revision"]) == (200, "applied", 1)
    assert done.headers["ETag"] == '"1"'
    assert [step["verb"] for step in done.json()["steps"] if step["is_mine"]] == ["withdraw"]
    seen = Caller(case.county_reviewer).get(f"declarations/{number}/").json()
    assert seen["draft"] is None
    assert {step["verb"] for step in seen["steps"] if step["is_mine"]} == {"hand_in", "return"}
    assert [row["verb"] for row in seen["history"]] == ["apply"]


def test_a_refusal_names_everything_that_is_missing(case):
    Declaration.objects.update(draft={"length": 1})
    answer = decide(case, case.town_reporter, "apply", revision=0)
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert {one["code"] for one in answer.json()["errors"]} == {"paper_missing", "length"}
    assert any(one.get("clause") == "A·1" for one in answer.json()["errors"])


def test_an_older_revision_and_a_second_step_are_conflicts(case):
    attach_plan(case)
    take(case, "apply", case.town_reporter)
    assert decide(case, case.county_reviewer, "hand_in", revision=0).status_code == 409
    assert decide(case, case.county_reviewer, "hand_in", revision=1).status_code == 200
    again = decide(case, case.county_reviewer, "hand_in", revision=1)
    assert (again.status_code, again.json()["code"]) == (409, "wrong_stage")


def test_a_repeat_with_the_same_key_acts_once(case):
    attach_plan(case)
    caller = Caller(case.town_reporter)
    answers = [
        caller.client.post(
            f"{V1}declarations/{case.declaration.pk}/decide/",
            {"verb": "apply", "revision": 0},
            content_type="application/json",
            headers={"Idempotency-Key": "k1"},
        )
        for _time in range(2)
    ]
    assert [one.status_code for one in answers] == [200, 200]
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert Decision.objects.count() == 1


def test_two_programs_do_not_overwrite_each_others_draft(case):
    body = {"data": {"length": 3}, "expected": {"length": 99}}
    answer = Caller(case.town_reporter).client.patch(
        f"{V1}declarations/{case.declaration.pk}/", body, content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "newer_draft")


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("stranger", 404), ("other_reviewer", 404)])
def test_roles_and_places(case, who, status):
    attach_plan(case)
    take(case, "apply", case.town_reporter)
    assert decide(case, case.place.people[who], "hand_in", revision=1).status_code == status


def test_lists_are_narrowed_and_cost_the_same(case):
    caller = Caller(case.town_reporter)

    def ask(path, **params):
        answer = caller.get(path, params)
        assert answer.status_code == 200, answer.content
        return answer.json()["results"]

    assert [row["id"] for row in ask("declarations/", waiting="me")] == [case.declaration.pk]
    assert ask("declarations/", stage="honoured") == []
    assert [row["project"] for row in ask("declarations/", year=2026, workflow="sample", open="true")] == ["road-1"]
    assert [row["stage"] for row in ask("projects/", kind="road", stage="sample.draft")] == ["draft"]
    assert caller.get("declarations/", {"workflow": "nonsense"}).status_code == 400
    counts = {}
    for size in (1, 15):
        while Project.objects.count() < size:
            number = Project.objects.count()
            project = Project.objects.create(
                programme=case.place.programme, kind="road", code=f"r-{number}", name_zh="路", unit=case.project.unit
            )
            start(actor=case.town_reporter, project=project, year=2026)
        for path in ("projects/", "declarations/"):
            with CaptureQueriesContext(connection) as found:
                ask(path)
            counts.setdefault(path, set()).add(len(found))
    assert {len(one) for one in counts.values()} == {1}


def test_a_misspelt_member_is_not_lost(case):
    answer = decide(case, case.town_reporter, "apply", revison=0)
    assert answer.status_code == 400
