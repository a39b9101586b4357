"""From a draft to an approved figure, and every refusal on the way."""

from __future__ import annotations

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from programs.models import ApprovedFigure, ProgressDecision, ProgressDraft, ProgressReport, ProgressRevision, Role
from tests.factories import make_grant
from tests.together import at_once


@pytest.mark.django_db(transaction=True)  # the figure is added up after commit
def test_the_whole_way_of_a_figure(city):
    reporter = city.api("reporter")
    created = reporter.post("progress-reports/", city.body(value="12", reason="two more teams"))
    assert created.status_code == 201, created.content
    body = created.json()
    assert {key: body[key] for key in ("revision", "state", "programme", "indicator", "unit", "period", "value", "reason", "findings")} == {
        "revision": 0, "state": "draft", "programme": "toilets-2026", "indicator": "toilets-done", "unit": city.townships[0].code,
        "period": city.now.code, "value": "12", "reason": "two more teams", "findings": [],
    }  # fmt: skip
    pk = body["id"]
    steps = [
        ("reporter", "submit", "submitted"),
        ("reviewer", "approve", "reviewed"),
        ("approver", "approve", "approved"),
    ]
    for name, verb, state in steps:
        answer = city.api(name).post(f"progress-reports/{pk}/{verb}/", {"comment": "seen"})
        assert (answer.status_code, answer.json()["state"]) == (200, state), answer.content
    full = reporter.get(f"progress-reports/{pk}/").json()
    assert full["value"] == "12"
    assert full["reason"] == "two more teams"
    assert [(one["number"], one["value"], one["source"]) for one in full["revisions"]] == [(1, "12", "api")]
    assert [(one["verb"], one["to_state"], one["comment"]) for one in full["decisions"]] == [
        ("submit", "submitted", "seen"), ("review", "reviewed", "seen"), ("approve", "approved", "seen"),
    ]  # fmt: skip
    figure = reporter.get(
        "rollups/", {"indicator": "toilets-done", "period": city.now.code, "unit": city.townships[0].code}
    ).json()
    assert figure["value"] == "12"


def test_a_returned_figure_comes_back_with_the_words_and_can_be_sent_again(city):
    report = city.report()
    answer = city.api("reviewer").post(
        f"progress-reports/{report.pk}/return/", {"comment": "two are empty", "ask": "count again"}
    )
    assert answer.json()["state"] == "returned"
    due = next(
        one for one in city.api("reporter").get("progress-reports/due/").json()["results"] if one["report"] == report.pk
    )
    assert (due["state"], due["comment"], due["ask"]) == ("returned", "two are empty", "count again")
    assert city.api("reporter").post("progress-reports/", city.body(value="10")).status_code == 201
    again = city.api("reporter").post(f"progress-reports/{report.pk}/submit/").json()
    assert (again["state"], again["revision"], again["value"]) == ("submitted", 2, "10")
    assert [one["value"] for one in again["revisions"]] == ["12", "10"]


def test_withdrawing_makes_it_a_draft_again(city):
    report = city.report()
    answer = city.api("reporter").post(f"progress-reports/{report.pk}/withdraw/").json()
    assert (answer["state"], answer["draft"]["text"]) == ("draft", "12")


@pytest.mark.parametrize(
    ("typed", "kept"), [("1,234", "1234"), ("１２", "12"), ("8万", "80000"), (12, "12"), (12.0, "12"), (" 7 ", "7")]
)
def test_figures_are_read_as_officials_type_them(city, typed, kept):
    answer = city.api("reporter").post("progress-reports/", city.body(value=typed))
    assert (answer.status_code, answer.json()["value"]) == (201, kept)


BAD = [
    # change of the body, status, field, code
    ({"value": "-3"}, 422, "value", "negative"),
    ({"value": "9" * 14}, 422, "value", "absurd"),
    ({"value": "1e400"}, 422, "value", "measure"),
    ({"value": "twelve"}, 422, "value", "format"),
    ({"value": "12.34"}, 422, "value", "decimals"),
    ({"value": "12亩"}, 422, "value", "measure"),
    ({"value": "1,23"}, 422, "value", "grouping"),
    ({"value": "/"}, 422, "value", "not_applicable"),
    ({"value": ""}, 400, "value", "blank"),
    ({"value": None}, 400, "value", "null"),
    ({"value": True}, 400, "value", "invalid"),
    ({"value": ["12"]}, 400, "value", "invalid"),
    ({"value": "1" * 61}, 400, "value", "max_length"),
    ({"value": "1\x00"}, 400, "value", "null_characters_not_allowed"),
    ({"indicator": "nope"}, 404, "indicator", "indicator_not_found"),
    ({"indicator": "toilets-share"}, 422, "indicator", "not_owed"),
    ({"indicator": "\x00"}, 400, "indicator", "null_characters_not_allowed"),
    ({"unit": "123"}, 404, "unit", "unit_not_found"),
    ({"unit": 999999999999}, 404, "unit", "unit_not_found"),
    ({"unit": {"code": "1"}}, 400, "unit", "invalid"),
    ({"period": "2031-01"}, 422, "period", "period_unknown"),
    ({"period": "October"}, 422, "period", "period_unknown"),
    ({"reason": "x" * 501}, 400, "reason", "max_length"),
    ({"valu": "12"}, 400, "valu", "unknown_member"),
    ({"version": -1}, 400, "version", "min_value"),
]


@pytest.mark.parametrize(("change", "status", "field", "code"), BAD, ids=[str(row[0])[:40] for row in BAD])
def test_bad_input_is_refused_naming_the_field_and_nothing_is_kept(city, change, status, field, code):
    answer = city.api("reporter").post("progress-reports/", city.body(**change))
    body = answer.json()
    assert answer.status_code == status, body
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert body["status"] == status
    assert body["title"]
    assert body["type"].startswith("urn:luoshi:problem:")
    assert body["instance"] == "/api/v1/progress-reports/"
    found = body["errors"][0]
    assert (found["field"], found["code"]) == (field, code), body
    assert body["next_step"]
    assert not ProgressDraft.objects.exists()


@pytest.mark.parametrize("raw", [b"{", b"[]", b'"x"', b"null", b"\xff\xfe", b'{"value": NaN}', b"[" * 5000, b"12"])
def test_a_body_that_is_no_object_is_refused(city, raw):
    reporter = city.api("reporter")
    answer = reporter.client.post("/api/v1/progress-reports/", raw, content_type="application/json")
    assert answer.status_code == 400, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_another_media_type_is_415(city):
    answer = city.api("reporter").client.post("/api/v1/progress-reports/", {"value": "1"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (415, "application/problem+json")


def test_a_rule_is_named_with_its_clause(city):
    body = city.api("reporter").post("progress-reports/", city.body(value="-3")).json()
    assert body["clause"] == "示例·四(二)"
    assert body["rule"]
    assert body["field"] == "value"


def test_a_drop_wants_a_reason_before_it_is_submitted(city):
    city.report("12", period=city.last, state="approved")
    created = city.api("reporter").post("progress-reports/", city.body(value="9")).json()
    assert [(one["code"], one["level"]) for one in created["findings"]] == [("drop", "reason")]
    refused = city.api("reporter").post(f"progress-reports/{created['id']}/submit/")
    assert refused.status_code == 422
    assert (refused.json()["errors"][0]["field"], refused.json()["errors"][0]["code"]) == ("reason", "drop")
    city.api("reporter").post("progress-reports/", city.body(value="9", reason="three were torn down"))
    assert city.api("reporter").post(f"progress-reports/{created['id']}/submit/").json()["state"] == "submitted"


def test_locked_closed_and_future_periods_are_conflicts(city):
    body = city.body()
    city.now.locked_at, city.now.lock_reason = timezone.now(), "closed"
    city.now.save(update_fields=["locked_at", "lock_reason"])
    answer = city.api("reporter").post("progress-reports/", body)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (409, "period_locked", "period")
    city.now.locked_at, city.now.lock_reason, city.now.opens_on = (
        None,
        "",
        timezone.localdate() + timezone.timedelta(days=1),
    )
    city.now.save(update_fields=["locked_at", "lock_reason", "opens_on"])
    answer = city.api("reporter").post("progress-reports/", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "period_not_open")


def test_what_is_submitted_cannot_be_overwritten(city):
    report = city.report()
    answer = city.api("reporter").post("progress-reports/", city.body(value="13"))
    assert (answer.status_code, answer.json()["code"]) == (409, "submitted")
    report.refresh_from_db()
    assert report.value == 12


def test_a_draft_somebody_else_changed_is_a_conflict_when_the_version_is_named(city):
    reporter = city.api("reporter")
    first = reporter.post("progress-reports/", city.body(version=0)).json()
    assert first["draft"]["version"] == 1
    assert reporter.post("progress-reports/", city.body(value="13", version=0)).json()["code"] == "overtaken"
    assert reporter.post("progress-reports/", city.body(value="13", version=1)).json()["value"] == "13"


@pytest.mark.parametrize("name", ["viewer", "reviewer", "inspector", "auditor", "approver"])
def test_only_a_reporter_enters(city, name):
    answer = city.api(name).post("progress-reports/", city.body())
    assert (answer.status_code, answer.json()["code"]) == (403, "not_reporter")
    assert answer.json()["field"] == "unit"


@pytest.mark.parametrize("verb", ["submit", "withdraw", "approve", "return"])
def test_steps_are_for_their_roles_and_foreign_reports_do_not_exist(city, verb):
    report = city.report(state="draft" if verb == "submit" else "submitted")
    path = f"progress-reports/{report.pk}/{verb}/"
    allowed = {
        "submit": {"reporter"},
        "withdraw": {"reporter"},
        "approve": {"reviewer", "approver"},
        "return": {"reviewer", "approver"},
    }[verb]
    for name in ("reporter", "reviewer", "approver", "inspector", "auditor", "viewer"):
        if name not in allowed:
            answer = city.api(name).post(path, {"comment": "no"})
            assert answer.status_code == 403, (name, answer.content)
            assert answer.json()["detail"]
    for name in ("system_admin", "security_admin", "audit_admin"):
        assert city.api(name).post(path, {"comment": "no"}).status_code == 403
    foreign = city.api("other-reporter").post(path, {"comment": "no"})
    missing = city.api("other-reporter").post(f"progress-reports/999999/{verb}/", {"comment": "no"})
    assert foreign.status_code == missing.status_code == 404
    assert {**foreign.json(), "instance": ""} == {**missing.json(), "instance": ""}
    assert ProgressReport.objects.get(pk=report.pk).state == report.state


def test_nobody_approves_what_they_submitted(city):
    make_grant(city.people["reporter"], Role.REVIEWER, city.county)
    report = city.report()
    answer = city.api("reporter").post(f"progress-reports/{report.pk}/approve/")
    assert (answer.status_code, answer.json()["code"]) == (403, "self_decision")
    assert answer.json()["rule"]


def test_wrong_steps_are_conflicts(city):
    report = city.report(state="approved")
    for name, verb in (
        ("approver", "approve"),
        ("approver", "return"),
        ("reporter", "submit"),
        ("reporter", "withdraw"),
    ):
        answer = city.api(name).post(f"progress-reports/{report.pk}/{verb}/", {"comment": "again"})
        assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state"), verb


def test_a_return_wants_its_reason_and_a_day_that_has_not_passed(city):
    path = f"progress-reports/{city.report().pk}/return/"
    answer = city.api("reviewer").post(path)
    assert (answer.status_code, answer.json()["field"]) == (422, "comment")
    answer = city.api("reviewer").post(path, {"comment": "wrong", "redo_by": "2020-01-01"})
    assert (answer.status_code, answer.json()["field"]) == (422, "redo_by")
    assert city.api("reviewer").post(path, {"comment": "wrong", "redo_by": "soon"}).status_code == 400


def test_deciding_on_an_older_revision_is_a_conflict(city):
    report = city.report()
    path, reviewer = f"progress-reports/{report.pk}/approve/", city.api("reviewer")
    tag = reviewer.get(f"progress-reports/{report.pk}/").headers["ETag"]
    city.api("reporter").post(f"progress-reports/{report.pk}/withdraw/")
    city.api("reporter").post("progress-reports/", city.body(value="13"))
    city.api("reporter").post(f"progress-reports/{report.pk}/submit/")
    for answer in (reviewer.post(path, {"revision": 1}), reviewer.post(path, {}, **{"If-Match": tag})):
        assert (answer.status_code, answer.json()["code"]) == (409, "newer_revision")
    assert reviewer.post(path, {}, **{"If-Match": "soon"}).status_code == 400
    assert reviewer.post(path, {"revision": 2}, **{"If-Match": '"2"'}).json()["state"] == "reviewed"


def test_a_read_key_reads_and_does_not_write(city):
    reader = city.api("reporter", "read")
    assert reader.get("progress-reports/").status_code == 200
    answer = reader.post("progress-reports/", city.body())
    assert answer.status_code == 403
    assert not ProgressReport.objects.exists()


def test_a_draft_is_shown_to_reporters_of_the_unit_only(city):
    report = city.report(state="draft")
    assert city.api("reporter").get(f"progress-reports/{report.pk}/").json()["draft"]["text"] == "12"
    seen = city.api("auditor").get(f"progress-reports/{report.pk}/").json()
    assert seen["draft"] is None
    assert seen["value"] is None


def test_writes_are_audited_as_coming_through_the_api(city):
    city.api("reporter").post("progress-reports/", city.body())
    entry = AuditEntry.objects.get(verb="progress.draft")
    assert (entry.via, entry.actor_name, entry.after["text"]) == ("api", "api-reporter", "12")


def test_the_same_key_gets_the_same_answer_and_another_body_is_refused(city):
    reporter, header = city.api("reporter"), {"Idempotency-Key": "k-1"}
    first = reporter.post("progress-reports/", city.body(), **header)
    again = reporter.post("progress-reports/", city.body(), **header)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert ProgressDraft.objects.get().version == 1
    other = reporter.post("progress-reports/", city.body(value="13"), **header)
    assert (other.status_code, other.json()["code"], other.json()["field"]) == (
        422,
        "idempotency_key_reused",
        "Idempotency-Key",
    )
    long = reporter.post("progress-reports/", city.body(), **{"Idempotency-Key": "k" * 129})
    assert (long.status_code, long.json()["field"]) == (400, "Idempotency-Key")
    assert (
        city.api("other-reporter").post("progress-reports/", city.body(unit=city.others[0].code), **header).status_code
        == 201
    )


def test_a_refusal_is_repeated_too_and_leaves_nothing(city):
    reporter, header = city.api("reporter"), {"Idempotency-Key": "k-2"}
    first = reporter.post("progress-reports/", city.body(value="-1"), **header)
    again = reporter.post("progress-reports/", city.body(value="-1"), **header)
    assert first.status_code == again.status_code == 422
    assert first.json() == again.json()
    assert again.headers["Content-Type"] == "application/problem+json"
    assert not ProgressReport.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_one_key_sent_six_times_at_once_has_one_effect(transactional_db, city):
    report = city.report(state="draft")
    caller = city.api("reporter")
    submit, header = f"progress-reports/{report.pk}/submit/", {"Idempotency-Key": "once"}
    answers = at_once(*[lambda: caller.client_of().post(submit, {}, **header)] * 6)
    assert {answer.status_code for answer in answers} == {200}
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert ProgressRevision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_approvers_at_once_approve_once(transactional_db, city):
    report = city.report(state="reviewed")
    caller = city.api("approver")
    approve = f"progress-reports/{report.pk}/approve/"
    answers = at_once(*[lambda: caller.client_of().post(approve, {"comment": "both"})] * 4)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert ApprovedFigure.objects.count() == 1
    assert ProgressDecision.objects.filter(verb="approve").count() == 1
