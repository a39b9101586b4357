"""What supervision waits for stands in the inbox, on the workbench and in the number beside the entry."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from programs.models import SupervisionNotice, TaskAssignment
from programs.queries.supervision_inbox import count_for, sections_for
from programs.services import extensions, problems
from programs.services.supervision_notices import issue

DAY = date(2026, 11, 2)


def of(user) -> dict[str, tuple[int, str]]:
    """Count and light of the most urgent, by kind, for a person read anew."""
    fresh = type(user).objects.get(pk=user.pk)
    return {one.kind: (one.count, one.items[0].light) for one in sections_for(fresh, timezone.localdate())}


def test_a_task_waits_for_whose_turn_it_is(office):
    late = office.of_county()
    TaskAssignment.objects.filter(pk=late.pk).update(due_on=timezone.localdate() - timedelta(days=30))
    assert of(office.reporter) == {"tasks": (2, "late")}
    assert of(office.lead_reporter)["tasks"][0] == 2
    assert of(office.reviewer) == {}
    office.walk(late, "accept", "begin", "report")
    assert of(office.reviewer) == {"tasks": (1, "wait")}
    assert of(office.auditor) == {}
    office.walk(late, "check")
    assert of(office.approver)["tasks"] == (1, "wait")


def test_a_request_waits_for_who_decides_and_a_notice_for_who_answers(office):
    row = office.of_county()
    asked = extensions.ask(
        actor=office.reporter, assignment_id=row.pk, asked_until=date(2027, 3, 1), reason="示例", today=DAY
    )
    assert of(office.approver)["extensions"] == (1, "wait")
    assert "extensions" not in of(office.reporter)
    extensions.decide(actor=office.approver, extension_id=asked.pk, grant=False, answer="示例")
    assert "extensions" not in of(office.approver)
    due = timezone.localdate() + timedelta(days=60)
    issue(actor=office.approver, assignment_ids=[row.pk], demand="示例", due_on=due)
    assert of(office.reporter)["notices"] == (1, "ok")
    assert "notices" not in of(office.other_reporter)
    SupervisionNotice.objects.update(answered_at=timezone.now())
    assert "notices" not in of(office.reporter)


def test_a_problem_waits_for_the_city_and_then_for_its_owner(office):
    small = office.small
    problem = problems.list_problem(
        actor=office.approver,
        programme=small.programme,
        source="示例",
        raised_on=DAY,
        text="示例",
        unit=small.counties[0],
    )
    assert of(office.approver)["problems"] == (1, "wait")
    assert "problems" not in of(office.reporter)
    problems.take(
        actor=office.approver, problem_id=problem.pk, verb="assign", state="listed", goal="示例",
        due_on=timezone.localdate() - timedelta(days=5),
    )  # fmt: skip
    assert "problems" not in of(office.approver)
    assert of(office.reporter)["problems"] == (1, "late")
    assert "problems" not in of(office.other_reporter)


@pytest.mark.parametrize("path", ["/workbench/", "/inbox/"])
def test_both_pages_show_them_and_the_number_counts_them(office, client, path):
    client.force_login(office.reporter)
    shown = client.get(path)
    assert [(one.kind, one.count) for one in shown.context["supervision"]] == [("tasks", 2)]
    assert "/assignments/" in shown.text
    entry = next(one for one in shown.context["nav"] if one["url"] == "/inbox/")
    assert entry["count"] == count_for(office.reporter) == 2


@pytest.mark.parametrize("path", ["/workbench/", "/inbox/"])
def test_the_number_of_queries_does_not_grow(office, client, path):
    client.force_login(office.reporter)
    counts = []
    for rows in (TaskAssignment.objects.filter(pk=office.of_county(2).pk), TaskAssignment.objects.none()):
        rows.update(state="done")
        client.get(path)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(path)
        counts.append(len(queries))
        TaskAssignment.objects.update(state="assigned")
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    "path", ["/problems/", "/extensions/", "/rectifications/", "/inspections/", "/supervision-notices/"]
)
def test_lists_narrow_to_mine(office, client, path):
    client.force_login(office.approver)
    assert client.get(path + "?mine=true").status_code == 200


@pytest.mark.parametrize("path", ["/assignments/?all=", "/problems/", "/rectifications/", "/inspections/"])
def test_filter_bars_speak_to_people(office, client, path):
    client.force_login(office.approver)
    client.cookies["django_language"] = "en"
    shown = client.get(path)
    labels = {str(field.label) for field in shown.context["filter"].form.visible_fields()}
    assert {"Programme", "Unit"} <= labels
    assert not [label for label in labels if "code" in label]
    assert "---------" not in shown.text
