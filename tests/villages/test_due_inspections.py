"""What a procedure waits for leads to an inspection: on the declaration, the project, the inbox, the workbench, the list."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from programs.access import read_access
from programs.models import Declaration, Inspection, Purpose
from programs.queries.due_inspections import due_inspections, due_of
from programs.queries.inspections import purposes_for
from villages.reviews import run_rechecks

FAILED = [{"item": "QM1", "result": "fail"}, {"item": "QM3b", "result": "pass", "value": "20"}]
DAY = datetime.date(2027, 5, 10)  # a Monday


def client_of(person) -> Client:
    person.password_changed_at = timezone.now()
    person.save()
    client = Client()
    client.force_login(person)
    return client


def see(person, path: str) -> str:
    answer = client_of(person).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def due_for(person, day: datetime.date) -> list[tuple[str, str]]:
    return [(one.declaration.stage, one.purpose.value) for one in due_inspections(read_access(person), day)]


def test_a_preliminary_acceptance_starts_from_the_page_and_the_inbox(put_forward):
    one = put_forward.to("building")
    county, town = put_forward.people["county"], put_forward.people["town"]
    october = datetime.date(2026, 10, 19)
    assert due_for(county, datetime.date(2026, 5, 6)) == []  # preliminary acceptance is in the fourth quarter
    assert due_for(county, october) == [("building", "preliminary")]
    assert due_for(town, october) == due_for(put_forward.people["inspector"], october) == []
    address = f"{reverse('inspection-open')}?declaration={one.pk}&amp;purpose=preliminary"
    with time_machine.travel(f"{october} 10:00:00+08:00", tick=True):
        text = see(county, reverse("declaration", args=[one.pk]))
        assert address in text[text.index('id="decide"') : text.index('id="history"')]  # beside the guard
        assert address in text[text.index('id="inspections"') : text.index('id="decide"')]  # and among inspections
        for path in (
            reverse("project", args=[put_forward.project.code]),
            "/inbox/",
            "/workbench/",
            "/inspections/choose/",
        ):
            assert address in see(county, path), path
        assert reverse("inspection-choose") in see(county, "/inspections/")
        assert "/inspections/new/" not in see(town, reverse("declaration", args=[one.pk]))
        form = client_of(county).get(address.replace("&amp;", "&")).context["form"]
        assert form["purpose"].value() == "preliminary"


def test_opened_from_the_project_it_counts_for_the_application_that_waits(put_forward):
    one = put_forward.to("building")
    with time_machine.travel("2026-10-19 10:00:00+08:00", tick=True):
        client = client_of(put_forward.people["county"])
        path = f"{reverse('inspection-open')}?project={put_forward.project.code}"
        answer = client.post(path, {"purpose": "preliminary", "checklist": put_forward.checklist.pk})
        assert answer.status_code == 302
        opened = Inspection.objects.get()
        assert opened.declaration == one
        text = see(put_forward.people["county"], "/inbox/")
    assert reverse("inspection-score", args=[opened.pk]) in text  # the one that is open is continued


def test_a_failed_attempt_is_inspected_again(put_forward):
    put_forward.to("building")
    with time_machine.travel("2026-10-19 10:00:00+08:00", tick=True):
        put_forward.inspect("preliminary", "county", scores=FAILED)
        assert due_of(read_access(put_forward.people["county"]), pk=put_forward.declaration.pk) == []
    with time_machine.travel("2026-10-20 10:00:00+08:00", tick=True):
        put_forward.take("fail", "county", comment="路未修完")
        put_forward.take("resume", "town", facts={"mended": "路已修完"})
        found = due_of(read_access(put_forward.people["county"]), pk=put_forward.declaration.pk)
    assert [one.purpose for one in found] == [Purpose.PRELIMINARY]


def test_rechecks_wait_for_the_inspector(put_forward):
    put_forward.to("honoured")
    run_rechecks(today=DAY)
    inspector = put_forward.people["inspector"]
    one = Declaration.objects.get(workflow="villages-recheck")
    with time_machine.travel(f"{DAY} 10:00:00+08:00", tick=True):
        assert due_for(inspector, DAY) == [("due", "recheck")]
        for path in ("/inbox/", "/workbench/"):
            page = client_of(inspector).get(path)
            assert f"declaration={one.pk}&amp;purpose=recheck" in page.content.decode()
        nav = {entry["url"]: entry["count"] for entry in page.context["nav"]}
        assert nav["/inbox/"] == 1
        put_forward.inspect("recheck", "inspector", declaration=one)
        assert due_for(inspector, DAY) == []


def test_only_purposes_of_the_procedure_are_offered(put_forward):
    one = put_forward.to("building")
    place = {"unit": one.project.unit, "programme": one.project.programme, "project": one.project}
    city, county = (read_access(put_forward.people[name]) for name in ("city", "county"))
    assert set(purposes_for(city, **place)) == {Purpose.ACCEPTANCE, Purpose.RECHECK, Purpose.SAMPLE}
    assert purposes_for(county, declaration=one, **place) == [Purpose.PRELIMINARY]
    assert Purpose.SELF_EVALUATION not in purposes_for(read_access(put_forward.people["town"]), **place)


@pytest.mark.parametrize("asked", ["", "不存在的地方"])
def test_the_choice_without_anything_to_choose(case, asked):
    assert "/inspections/new/" not in see(case.people["inspector"], f"/inspections/choose/?q={asked}")


def test_any_place_is_found_by_its_name(put_forward):
    text = see(put_forward.people["inspector"], f"/inspections/choose/?q={put_forward.project.name_zh}")
    assert f"/inspections/new/?project={put_forward.project.code}" in text
    answer = client_of(put_forward.people["inspector"]).get("/inspections/new/")
    assert answer.headers["Location"] == "/inspections/choose/"
