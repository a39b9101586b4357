"""The pages: what they show to whom, that nothing typed is lost, and that they cost the same at any size."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from programs.models import Extension, Task, TaskAssignment, TaskFeedback
from programs.services.assignments import assign_all
from programs.services.supervision_notices import file_of  # noqa: F401  the page of a task lists notices
from tests.factories import make_organization, make_unit


def client_of(person) -> Client:
    person.password_changed_at = timezone.now()
    person.save(update_fields=["password_changed_at"])
    client = Client()
    client.force_login(person, backend="accounts.backends.AccountBackend")
    return client


def board_of(office) -> str:
    return f"/assignments/board/{office.small.programme.code}/"


def queries(client, address) -> int:
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_my_tasks_are_those_where_it_is_my_turn(office):
    assert client_of(office.reporter).get("/assignments/").context["page"].paginator.count == 2
    assert client_of(office.reviewer).get("/assignments/").context["page"].paginator.count == 0
    row = office.walk(office.of_county(), "accept", "begin", "report")
    for person, mine in (
        (office.reporter, 1), (office.reviewer, 1), (office.lead_reviewer, 1), (office.other_bureau_reviewer, 0),
        (office.approver, 0), (office.other_reviewer, 0),
    ):  # fmt: skip
        rows = client_of(person).get("/assignments/").context["page"].object_list
        assert len([one for one in rows if one.pk == row.pk or person == office.reporter]) == mine
    office.walk(row, "check")
    assert [one.pk for one in client_of(office.approver).get("/assignments/").context["page"]] == [row.pk]


def test_the_board_and_the_lists_cost_the_same_at_any_size(office):
    pages = [
        board_of(office),
        board_of(office) + "?by=body",
        "/assignments/?all=",
        f"/assignments/{office.of_county().pk}/",
    ]
    client = client_of(office.approver)
    before = [queries(client, page) for page in pages]
    for number in range(3, 20):
        task = Task.objects.create(
            programme=office.small.programme, number=number, summary_zh="示例", lead=make_organization(office.small.city),
            counties_implicitly_responsible=True,
        )  # fmt: skip
        task.responsible.add(office.other)
    for _n in range(5):
        make_unit("county", office.small.city)
    assign_all(programme=office.small.programme)
    row = office.of_county()
    TaskFeedback.objects.bulk_create(
        [TaskFeedback(assignment=row, period_code="2026-10", text="示例", by=office.reporter) for _n in range(9)]
    )
    assert [queries(client, page) for page in pages] == before


def test_a_county_sees_its_own_column_only(office):
    board = client_of(office.reporter).get(board_of(office)).context["board"]
    assert [place.code for place in board.units] == [office.small.counties[0].code]
    assert board.bodies == []


def test_a_light_narrows_the_board_and_the_list(office):
    TaskAssignment.objects.filter(pk=office.of_county(1).pk).update(due_on=date(2020, 1, 1))
    client = client_of(office.approver)
    board = client.get(board_of(office) + "?light=late")
    rows = [row for _title, rows in board.context["groups"] for row in rows]
    assert [[cell is not None for cell in row.cells] for row in rows] == [[True, False]]
    found = client.get("/assignments/?light=late").context["page"].object_list
    assert [one.pk for one in found] == [office.of_county(1).pk]


def test_a_refused_step_keeps_what_was_typed(office):
    row = office.walk(office.of_county(), "accept", "begin")
    client = client_of(office.reporter)
    answer = client.post(
        f"/assignments/{row.pk}/", {"act": "step", "verb": "report", "version": "0", "comment": "typed long words"}
    )
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "typed long words" in page
    assert f'name="version" value="{row.version}"' in page  # sending again works
    again = client.post(
        f"/assignments/{row.pk}/",
        {"act": "step", "verb": "report", "version": str(row.version), "comment": "typed long words"},
    )
    assert again.status_code == 302
    assert office.of_county().state == "reported"


def test_milestones_without_a_date_come_back(office):
    row = office.walk(office.of_county(), "accept")
    form = {
        "act": "plan", "version": str(row.version), "timetable": "way", "contact_office": "", "m-TOTAL_FORMS": "1",
        "m-INITIAL_FORMS": "0", "m-0-text": "first stone", "m-0-due_on": "", "m-0-done_on": "",
    }  # fmt: skip
    answer = client_of(office.reporter).post(f"/assignments/{row.pk}/", form)
    assert answer.status_code == 422
    assert "first stone" in answer.content.decode()
    form["m-0-due_on"] = "2026-12-01"
    assert client_of(office.reporter).post(f"/assignments/{row.pk}/", form).status_code == 302
    assert office.of_county().milestones.get().due_on == date(2026, 12, 1)


def test_buttons_of_others_are_not_offered(office):
    row = office.walk(office.of_county(), "accept", "begin", "report")
    verbs = {
        name: {
            step.verb for step in client_of(getattr(office, name)).get(f"/assignments/{row.pk}/").context["available"]
        }
        for name in ("reporter", "reviewer", "approver", "auditor")
    }
    assert verbs == {
        "reporter": {"withdraw"}, "reviewer": {"check", "rectify"}, "approver": set(), "auditor": set(),
    }  # fmt: skip


def test_a_late_report_is_marked_by_the_date_that_held_then(office):
    row = office.walk(office.of_county(), "accept", "begin", "report")
    address = f"/assignments/{row.pk}/"
    TaskAssignment.objects.filter(pk=row.pk).update(due_on=date(2020, 1, 1), first_due_on=date(2020, 1, 1))
    client = client_of(office.reviewer)
    assert next(entry["late"] for entry in client.get(address).context["history"]) is True
    Extension.objects.create(
        assignment=row, unit=row.unit, programme=office.small.programme, due_before=date(2020, 1, 1), reason="x",
        asked_until=date(2099, 1, 1), asked_by=office.reporter, is_granted=True, decided_by=office.approver,
        decided_at=row.steps.get(verb="accept").at,
    )  # fmt: skip
    assert next(entry["late"] for entry in client.get(address).context["history"]) is False


@pytest.mark.parametrize("act", ["", "nonsense", "step", "date"])
def test_nonsense_is_an_answer_not_an_error(office, act):
    answer = client_of(office.reporter).post(f"/assignments/{office.of_county().pk}/", {"act": act, "version": "x"})
    assert answer.status_code == 422


def test_several_at_once_from_the_list(office):
    rows = [office.of_county(1), office.of_county(2)]
    client = client_of(office.reporter)
    client.post("/assignments/act/", {"act": "accept", "cells": [f"{row.pk}-0" for row in rows]})
    assert {office.of_county(1).state, office.of_county(2).state} == {"accepted"}
    refused = client.post("/assignments/act/", {"act": "unchanged", "cells": [f"{rows[0].pk}-1"]}, follow=True)
    assert "msg--err" in refused.content.decode() or "error" in refused.content.decode()
    assert not TaskFeedback.objects.exists()
    outside = client.post("/assignments/act/", {"act": "accept", "next": "https://example.org/"})
    assert outside.headers["Location"] == "/assignments/"
