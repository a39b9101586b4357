"""Lists and single rows: what they say, whom they show it to, and that they cost the same at any size."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from policies.models import Clause, Document, DocumentIssue
from programs.models import (
    Bulletin,
    Checklist,
    Cycle,
    Declaration,
    Finding,
    Indicator,
    Inspection,
    Notice,
    Period,
    ProgressReport,
    Project,
    Rectification,
    ReportingDuty,
    Target,
    Task,
    Unit,
)
from rivers.models import WaterBody
from tests.api.conftest import V1, make_period, make_programme
from tests.factories import make_organization, make_unit
from villages.models import Candidate

BASELINES = Path(__file__).with_name("query_counts.json")
LISTS = (
    "units", "organizations", "documents", "clauses", "programmes", "indicators", "targets", "tasks", "periods", "progress-reports",
    "progress-reports/due", "bulletins", "rollups/children", "projects", "declarations", "villages", "rivers",
    "checklists", "inspections", "rectifications", "notices",
)  # fmt: skip


def rows(answer):
    """All results of a list, following ``next``."""
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def make_bulletin(city, state="draft", **fields):
    return Bulletin.objects.create(
        programme=city.programme, period=city.last, issue_no=fields.pop("issue_no", 1), year=2026, as_of=timezone.now(), state=state,
        code=fields.pop("code", "B-1"), created_by=city.people["approver"], snapshot={"rows": []}, **fields,
    )  # fmt: skip


def test_every_list_has_the_same_envelope(city):
    for name in LISTS:
        params = (
            {"indicator": "toilets-done", "period": city.now.code, "unit": city.county.code}
            if name == "rollups/children"
            else {}
        )
        answer = city.api("reporter").get(f"{name}/", params)
        assert answer.status_code == 200, (name, answer.content)
        assert set(answer.json()) == {"next", "previous", "results"}, name
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Cache-Control"] == "no-store"


def test_units_by_level_and_place(city):
    village = make_unit("village", city.townships[0])
    make_unit("village", city.others[0])
    approver = city.api("approver")
    assert [one["code"] for one in rows(approver.get("units/", {"level": "village", "within": city.county.code}))] == [
        village.code
    ]
    assert [one["code"] for one in rows(approver.get("units/", {"parent": city.county.code}))] == sorted(
        one.code for one in city.townships
    )
    assert [one["code"] for one in rows(approver.get("units/", {"q": village.name}))] == [village.code]
    one = approver.get(f"units/{village.code}/").json()
    assert (one["parent"], one["level"], one["name"]) == (city.townships[0].code, "village", village.name)


def test_a_county_sees_itself_and_below_only(city):
    found = {one["code"] for one in rows(city.api("reporter").get("units/"))}
    assert found == {city.county.code, *(one.code for one in city.townships)}
    for code in (city.other.code, city.city.code, "000000000000", "nope"):
        answer = city.api("reporter").get(f"units/{code}/")
        assert answer.status_code == 404
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_reports_targets_and_due_of_another_county_are_invisible_in_every_way(city):
    report = city.report(unit=city.others[0])
    foreign = Target.objects.create(
        indicator=city.done, unit=city.others[0], period_kind="by_end", due_on=date(2026, 12, 31), value=5
    )
    reader = city.api("viewer")
    assert rows(reader.get("progress-reports/")) == []
    assert reader.get(f"progress-reports/{report.pk}/").status_code == 404
    assert reader.get(f"targets/{foreign.pk}/").status_code == 404
    units = {one["unit"] for one in rows(reader.get("targets/"))}
    assert units == {city.city.code, city.townships[0].code}
    for params in ({"unit": city.others[0].code}, {"within": city.other.code}):
        known, unknown = (
            reader.get("progress-reports/", params),
            reader.get("progress-reports/", dict.fromkeys(params, "000000000000")),
        )
        assert known.status_code == unknown.status_code == 400
        assert known.json()["errors"][0]["field"] == unknown.json()["errors"][0]["field"]
    mine = rows(city.api("other-reporter").get("progress-reports/due/"))
    assert {one["unit"] for one in mine} == {one.code for one in city.others}


def test_a_grant_for_one_programme_does_not_open_another(city):
    second = make_programme(city.city, "roads-2026")
    indicator = Indicator.objects.create(
        code="roads-built", programme=second, name_zh="路", name_en="Roads", unit_zh="公里", counting="cumulative"
    )
    ReportingDuty.objects.create(indicator=indicator, unit=city.townships[0])
    make_period(second, city.now.starts_on)
    for person in ("viewer", "reporter"):
        city.people[person].grants.update(programme=city.programme)
    assert {one["code"] for one in rows(city.api("viewer").get("programmes/"))} == {"toilets-2026"}
    assert city.api("viewer").get("indicators/", {"programme": "roads-2026"}).status_code == 400
    assert city.api("viewer").get("indicators/roads-built/").status_code == 404
    assert {one["programme"] for one in rows(city.api("reporter").get("progress-reports/due/"))} == {"toilets-2026"}
    answer = city.api("reporter").post("progress-reports/", city.body(indicator="roads-built"))
    assert (answer.status_code, answer.json()["field"]) == (404, "indicator")


@pytest.mark.parametrize("name", ["system_admin", "security_admin", "audit_admin"])
def test_administrators_see_no_business_data(city, name):
    for path in set(LISTS) - {"notices"}:  # open to anybody, signed in or not
        answer = city.api(name).get(f"{path}/")
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), path


def test_due_is_what_is_asked_and_not_sent_yet(city):
    city.report("7", period=city.last, state="approved")
    city.report(unit=city.townships[1])
    found = rows(
        city.api("reporter").get("progress-reports/due/", {"period": city.now.code, "indicator": "toilets-done"})
    )
    assert {key: found[0][key] for key in ("programme", "indicator", "unit", "period", "due_on", "target", "previous", "state")} == {
        "programme": "toilets-2026", "indicator": "toilets-done", "unit": city.townships[0].code, "period": city.now.code,
        "due_on": city.now.due_on.isoformat(), "target": "20.5", "previous": "7", "state": None,
    }  # fmt: skip
    assert [one["unit"] for one in found] == [city.townships[0].code, city.townships[2].code]
    assert (found[1]["target"], found[1]["previous"]) == (None, None)


def test_due_leaves_out_locked_and_future_periods_and_duties_that_ended(city):
    Period.objects.filter(pk=city.last.pk).update(locked_at=timezone.now(), lock_reason="closed")
    make_period(city.programme, date(2031, 1, 1))
    ReportingDuty.objects.filter(unit=city.townships[0]).update(valid_to=city.last.ends_on)
    found = rows(city.api("reporter").get("progress-reports/due/"))
    assert {(one["unit"], one["period"]) for one in found} == {(one.code, city.now.code) for one in city.townships[1:]}


def test_due_comes_soonest_first_and_pages_meet(city):
    reporter = city.api("reporter")
    everything = rows(reporter.get("progress-reports/due/"))
    assert len(everything) == 12
    assert [one["due_on"] for one in everything] == sorted(one["due_on"] for one in everything)
    found, link = [], "progress-reports/due/?page_size=5"
    while link:
        page = reporter.get(link).json()
        found, link = found + page["results"], page["next"]
    assert found == everything


def test_due_is_for_reporters(city):
    assert city.api("viewer").get("progress-reports/due/").status_code == 403


def test_a_cursor_is_not_shaken_by_new_rows(city):
    for unit in city.townships + city.others:
        city.report(unit=unit)
    approver = city.api("approver")
    first = approver.get("progress-reports/", {"page_size": 2}).json()
    ProgressReport.objects.create(indicator=city.total, unit=city.townships[0], period=city.now)
    seen, link = [one["id"] for one in first["results"]], first["next"]
    assert first["previous"] is None
    while link:
        page = approver.get(link).json()
        seen, link, back = seen + [one["id"] for one in page["results"]], page["next"], page["previous"]
    assert seen == sorted(ProgressReport.objects.values_list("pk", flat=True))
    assert approver.get(back).json()["results"][-1]["id"] == seen[-3 if len(seen) % 2 == 0 else -2]


def test_documents_clauses_and_tasks_name_each_other(city):
    issue = DocumentIssue.objects.create(
        code="DI90", document=city.programme.document, kind="conflict", issue_zh="两处不同", issue_en="Two differ"
    )
    issue.clauses.add(city.clause)
    reader = city.api("viewer")
    assert reader.get(f"documents/{city.programme.document.code}/").json()["issues"][0]["code"] == "DI90"
    clause = reader.get(f"clauses/{city.clause.pk}/").json()
    assert clause["issues"] == ["DI90"]
    assert sorted(clause["indicators"]) == ["toilets-done", "toilets-share", "toilets-total"]
    assert (clause["targets"], clause["tasks"]) == ([city.target.pk, city.own_target.pk], [city.task.pk])
    task = rows(reader.get("tasks/", {"programme": "toilets-2026", "organization": city.office.code}))[0]
    assert (task["number"], task["lead"], task["responsible"]) == (1, city.office.code, [city.office.code])
    assert [one["code"] for one in rows(reader.get("organizations/", {"programme": "toilets-2026"}))] == [
        city.office.code
    ]


def test_replaced_targets_are_history(city):
    Target.objects.filter(pk=city.target.pk).update(replaced_at=timezone.now())
    reader = city.api("approver")
    assert city.target.pk not in {one["id"] for one in rows(reader.get("targets/"))}
    assert city.target.pk in {one["id"] for one in rows(reader.get("targets/", {"history": "true"}))}


def test_a_county_sees_published_bulletins_of_its_city_only(city):
    make_bulletin(city)
    assert rows(city.api("viewer").get("bulletins/")) == []
    assert [one["state"] for one in rows(city.api("approver").get("bulletins/"))] == ["draft"]


BAD = [
    ("units/", {"level": "hamlet"}, "level"),
    ("units/", {"within": "123"}, "within"),
    ("units/", {"within": "\x00"}, "within"),
    ("units/", {"q": "\x00"}, "q"),
    ("units/", {"q": "x" * 61}, "q"),
    ("units/", {"lvel": "village"}, "lvel"),
    ("units/", {"format": "xml"}, "format"),
    ("units/", {"page_size": "0"}, "page_size"),
    ("units/", {"page_size": "1001"}, "page_size"),
    ("units/", {"page_size": "many"}, "page_size"),
    ("units/", {"cursor": "abc"}, "cursor"),
    ("progress-reports/", {"cursor": "cD1hYmM="}, "cursor"),
    ("progress-reports/", {"cursor": "cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk="}, "cursor"),
    ("progress-reports/", {"programme": "nope"}, "programme"),
    ("progress-reports/", {"state": "lost"}, "state"),
    ("progress-reports/", {"period": "2031-01"}, "period"),
    ("progress-reports/", {"submitted_after": "yesterday"}, "submitted_after"),
    ("progress-reports/due/", {"due_by": "2026-02-30"}, "due_by"),
    ("indicators/", {"is_reported": "perhaps"}, "is_reported"),
    ("indicators/", {"clause": "99999999999999999999999999"}, "clause"),
    ("targets/", {"year": "2024.5"}, "year"),
    ("targets/", {"year": "1e9"}, "year"),
    ("rollups/", {}, "indicator"),
    ("rollups/", {"indicator": "toilets-done", "period": "2031-01", "unit": ""}, "period"),
    ("rollups/", {"as_of": "2999-01-01"}, "as_of"),
    ("rollups/", {"as_of": "noon"}, "as_of"),
]


@pytest.mark.parametrize(("path", "params", "field"), BAD, ids=[f"{row[0]}{row[1]}"[:60] for row in BAD])
def test_wrong_parameters_are_refused_by_name(city, path, params, field):
    answer = city.api("reporter").get(path, params)
    assert answer.status_code == 400, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert field in {one["field"] for one in answer.json()["errors"]}


def test_a_parameter_given_twice_is_refused(city):
    answer = city.api("reporter").get("units/?level=city&level=county")
    assert (answer.status_code, answer.json()["field"]) == (400, "level")


ELSEWHERE = [
    "/api/",
    "/api/v1/",
    "/api/v2/units/",
    "/api/v1/units",
    "/api/v1/nothing/",
    "/api/v1/targets/x/",
    f"/api/v1/targets/{'9' * 23}/",
]


@pytest.mark.parametrize("path", ELSEWHERE)
def test_other_addresses_are_problems_not_pages(city, path):
    for answer in (
        city.api("reporter").get(path),
        city.api("reporter").client.post(path, {}, content_type="application/json"),
    ):
        assert answer.status_code in {404, 405}, answer.content
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_missing_slash_is_named(city):
    reporter = city.api("reporter")
    reporter.client.cookies["django_language"] = "en"
    assert "slash" in reporter.get("/api/v1/units").json()["detail"]


def test_without_a_key_401_and_how_to_get_in(client, city):
    for headers in (
        {},
        {"Authorization": "Bearer nope"},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer lsh_00000000_" + "x" * 43},
    ):
        answer = client.get(V1 + "units/", headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_wrong_method_is_405(city):
    answer = city.api("reporter").client.delete(V1 + "units/")
    assert (answer.status_code, answer.headers["Content-Type"]) == (405, "application/problem+json")
    assert "GET" in answer.headers["Allow"]


def test_a_session_writes_with_its_token_only(city):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(city.people["reporter"])
    assert browser.get(V1 + "units/").status_code == 200
    answer = browser.post(V1 + "progress-reports/", city.body(), content_type="application/json")
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "application/problem+json")
    assert not ProgressReport.objects.exists()


def grow(city, many):
    """Give every list ``many`` rows."""
    document = city.programme.document
    Clause.objects.bulk_create([Clause(document=document, path=f"附·{n}") for n in range(many)])
    Document.objects.bulk_create(
        [Document(code=f"more-{n}", title_zh="示例", jurisdiction_code=city.city.code) for n in range(many)]
    )
    Task.objects.bulk_create([Task(programme=city.programme, number=n + 10, summary_zh="示例") for n in range(many)])
    units = [
        Unit(code=f"98{n:010d}", name="村", level="township", kind="town", parent=city.county) for n in range(many)
    ]
    for unit in Unit.objects.bulk_create(units):
        unit.path = f"{city.county.path}{unit.pk}/"
    Unit.objects.bulk_update(units, ["path"])
    for n in range(many):
        make_organization(city.city, code=f"grown-{n}") if n < 12 else None
    ReportingDuty.objects.bulk_create([ReportingDuty(indicator=city.done, unit=unit) for unit in units])
    Target.objects.bulk_create(
        [
            Target(indicator=city.done, unit=unit, period_kind="by_end", due_on=date(2026, 12, 31), value=3)
            for unit in units
        ]
    )
    ProgressReport.objects.bulk_create(
        [ProgressReport(indicator=city.total, unit=unit, period=city.now) for unit in units]
    )
    Indicator.objects.bulk_create([
        Indicator(code=f"more-{n}", programme=city.programme, name_zh="示例", name_en="Example", unit_zh="户", counting="point") for n in range(many)
    ])  # fmt: skip
    Period.objects.bulk_create([
        Period(programme=city.programme, code=f"P{n}", starts_on=date(2000, 1, 1), ends_on=date(2000, 1, 31), opens_on=date(2000, 1, 1),
               due_on=date(2000, 2, 8), locks_on=date(2000, 3, 1), locked_at=timezone.now(), lock_reason="closed") for n in range(many)
    ])  # fmt: skip
    Bulletin.objects.bulk_create([
        Bulletin(programme=city.programme, period=city.last, issue_no=n, year=2025, as_of=timezone.now(), code=f"G-{n}", created_by=city.people["approver"])
        for n in range(many)
    ])  # fmt: skip
    cycle = Cycle.objects.create(programme=city.programme, year=2026)
    projects = Project.objects.bulk_create([
        Project(programme=city.programme, kind="road", code=f"grown-{n}", name_zh="路", unit=city.county) for n in range(many)
    ])  # fmt: skip
    Declaration.objects.bulk_create(
        [Declaration(project=one, cycle=cycle, workflow="sample", stage="draft") for one in projects]
    )
    WaterBody.objects.bulk_create([
        WaterBody(programme=city.programme, project=one, seq=n, segment_zh="全线", responsible_text="局") for n, one in enumerate(projects)
    ])  # fmt: skip
    Candidate.objects.bulk_create([Candidate(project=one) for one in projects])
    grow_inspections(city, projects)
    Notice.objects.bulk_create([
        Notice(code=f"GROWN{n}", programme=city.programme, unit=city.city, title="x", text="x", contact="x", issuer="x", state="posted", workdays=5,
               posted_on=date(2026, 1, 1), ends_on=date(2099, 1, 1), created_by=city.people["approver"]) for n in range(many)
    ])  # fmt: skip


def grow_inspections(city, projects):
    """A checklist, an inspection, a finding and its rectification for each project."""
    who = city.people["approver"]
    lists = Checklist.objects.bulk_create([
        Checklist(programme=city.programme, unit=city.city, code=f"grown-{one.code}", name_zh="清单") for one in projects
    ])  # fmt: skip
    inspections = Inspection.objects.bulk_create([
        Inspection(programme=city.programme, unit=city.county, project=one, checklist=checklist, purpose="random", inspector=who)
        for one, checklist in zip(projects, lists, strict=True)
    ])  # fmt: skip
    findings = Finding.objects.bulk_create([Finding(inspection=one, text="x", created_by=who) for one in inspections])
    Rectification.objects.bulk_create([
        Rectification(programme=city.programme, unit=city.county, finding=one, goal="x", due_on=date(2026, 12, 1), first_due_on=date(2026, 12, 1), assigned_by=who)
        for one in findings
    ])  # fmt: skip


@pytest.mark.parametrize("many", [10, 1000])
def test_every_list_costs_the_same_number_of_queries_at_any_size(city, many):
    grow(city, many)
    counted = {}
    for name in LISTS:
        caller = city.api("reporter" if name.endswith("due") else "approver")
        params = {"page_size": 1000}
        if name == "rollups/children":
            params |= {"indicator": "toilets-done", "period": city.now.code, "unit": city.county.code}
        caller.get(f"{name}/", params)  # the key's last use is written once a minute
        with CaptureQueriesContext(connection) as queries:
            answer = caller.get(f"{name}/", params)
        assert answer.status_code == 200, answer.content
        assert len(answer.json()["results"]) >= (1 if name == "programmes" else 10), name
        counted[name] = len(queries)
    assert counted == json.loads(BASELINES.read_text()), json.dumps(counted)


def test_languages_change_words_and_never_names_of_fields(city):
    reporter = city.api("reporter")
    reporter.client.cookies["django_language"] = "en"
    assert "Unknown parameter" in reporter.get("units/", {"x": "1"}).json()["detail"]
