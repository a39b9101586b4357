"""Inspections, checklists and rectifications over the API."""

from __future__ import annotations

import uuid

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from programs.models import Inspection
from tests.api.conftest import Caller
from tests.inspections.conftest import PASSED


@pytest.fixture
def api(site):
    return lambda user: Caller(user)


def test_opened_scored_and_closed(site, api):
    caller = api(site.inspector)
    opened = caller.post(
        "inspections/", {"checklist": site.checklist.pk, "purpose": "acceptance", "declaration": site.declaration.pk}
    )
    assert opened.status_code == 201, opened.content
    assert opened.headers["ETag"] == '"0"'
    pk = opened.json()["id"]
    scored = caller.post(f"inspections/{pk}/scores/", {"version": 0, "scores": PASSED})
    assert (scored.status_code, scored.json()["revision"]) == (200, 1)
    assert [one["value"] for one in scored.json()["scores"]] == [None, None, "20"]
    closed = caller.post(
        f"inspections/{pk}/close/", {"inspected_on": "2026-10-08", "conclusion": "合格"}, **{"If-Match": '"1"'}
    )
    assert (closed.json()["outcome"], closed.json()["state"]) == ("pass", "closed")
    listed = caller.get("inspections/", {"outcome": "pass", "project": site.project.code}).json()["results"]
    assert [one["id"] for one in listed] == [pk]


def test_the_same_client_key_opens_once(site, api):
    caller, body = (
        api(site.inspector),
        {"checklist": site.checklist.pk, "purpose": "random", "project": site.project.code},
    )
    body["client_key"] = str(uuid.uuid4())
    first, second = caller.post("inspections/", body), caller.post("inspections/", body)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    assert AuditEntry.objects.filter(verb="inspection.open").count() == 1


def test_conflicts_and_refusals_are_problem_details(site, api):
    inspection = site.open()
    site.score(inspection, [{"item": "A1", "result": "pass"}], actor=site.colleague)
    caller = api(site.inspector)
    stale = caller.post(
        f"inspections/{inspection.pk}/scores/", {"version": 0, "scores": [{"item": "A1", "result": "fail"}]}
    )
    assert (stale.status_code, stale.json()["code"]) == (409, "newer_scores")
    assert site.colleague.full_name in stale.content.decode()
    bad = caller.post(
        f"inspections/{inspection.pk}/scores/", {"version": 1, "scores": [{"item": "B1", "value": "1e99"}]}
    )
    assert (bad.status_code, bad.json()["code"]) == (422, "not_a_number")
    early = caller.post(f"inspections/{inspection.pk}/close/", {"inspected_on": "2026-10-08", "conclusion": "x"})
    assert early.status_code == 422
    assert {"item-A2", "item-B1"} <= {one["field"] for one in early.json()["errors"]}
    assert caller.post(f"inspections/{inspection.pk}/scores/", {"scores": []}).status_code == 400
    assert caller.post(f"inspections/{inspection.pk}/scores/", {"scores": [], "x": 1}).status_code == 400


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"purpose": "random"}, 404),
        ({"purpose": "random", "project": "nowhere"}, 404),
        ({"purpose": "funds", "project": "village-1"}, 422),
        ({"purpose": "party", "project": "village-1"}, 400),
        ({"purpose": "preliminary", "project": "village-1"}, 403),
    ],
)
def test_what_cannot_be_opened(site, api, body, status):
    answer = api(site.inspector).post("inspections/", {"checklist": site.checklist.pk} | body)
    assert answer.status_code == status, answer.content
    assert not Inspection.objects.exists()


def test_a_rectification_from_assignment_to_closing(site, api):
    finding = site.failed("A1").findings.get()
    inspector, reporter, colleague = api(site.inspector), api(site.reporter), api(site.colleague)
    made = inspector.post(
        "rectifications/", {"finding": finding.pk, "goal": "清理", "workdays": 5, "organization": site.body.code}
    )
    assert made.status_code == 201, made.content
    pk, revision = made.json()["id"], made.json()["revision"]
    done = reporter.post(f"rectifications/{pk}/steps/", {"verb": "report", "comment": "已清理", "revision": revision})
    assert (done.status_code, done.json()["state"]) == (200, "reported")
    stale = colleague.post(f"rectifications/{pk}/steps/", {"verb": "close", "comment": "x", "revision": revision})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale")
    own = reporter.post(f"rectifications/{pk}/steps/", {"verb": "close", "comment": "x"})
    assert own.status_code == 403
    closed = colleague.post(
        f"rectifications/{pk}/steps/",
        {"verb": "close", "comment": "合格", "revisited_on": timezone.localdate().isoformat()},
    )
    assert (closed.status_code, closed.json()["state"]) == (200, "closed")
    assert [one["id"] for one in reporter.get("rectifications/", {"late": "false"}).json()["results"]] == [pk]
    assert reporter.get("rectifications/", {"late": "true"}).json()["results"] == []


def test_a_checklist_with_its_items(site, api):
    found = api(site.county).get(f"checklists/{site.checklist.pk}/").json()
    assert [one["code"] for one in found["items"]] == ["A1", "A2", "B1"]
    assert (found["items"][2]["comparator"], found["items"][2]["threshold"]) == ("gte", "20")
    assert [one["id"] for one in api(site.county).get("checklists/", {"purpose": "random"}).json()["results"]] == [
        site.checklist.pk
    ]
