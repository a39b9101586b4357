"""The city's sample of what counties decided: planned by size, drawn so that it can be derived again, opened as inspections."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from programs.errors import Conflict, RuleViolation
from programs.models import Checklist, Declaration, Draw, Inspection, Project, Purpose, Role
from programs.services import draws
from programs.services.declarations import ensure_cycle
from programs.services.draws.inspecting import open_drawn
from tests.factories import make_grant, make_unit, make_user
from villages.models import CountySample
from villages.services.samples import plan_sample, quota_of

YEAR = 2026


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.fixture
def decided(case):
    """Seven places accepted by the first county, one honoured by the second, one still building."""
    first, second = case.city.counties
    case.city.programme.module = "villages"
    case.city.programme.save()
    towns = [one for one in case.city.townships if one.path.startswith(first.path)]
    for number in range(7):
        decide(case, towns[number % 2], "county_accepted")
    other = next(one for one in case.city.townships if one.path.startswith(second.path))
    decide(case, other, "honoured")
    decide(case, other, "building")
    return case


def decide(case, town, stage):
    village = make_unit("village", town)
    project = Project.objects.create(
        programme=case.city.programme, kind="village", code=f"v-{village.pk}", unit=village, decider_level="county",
        name_zh=village.name,
    )  # fmt: skip
    cycle = ensure_cycle(case.city.programme, YEAR)
    return Declaration.objects.create(project=project, cycle=cycle, workflow="villages-county", stage=stage)


def plan(case, **fields):
    defaults = {
        "actor": case.people["inspector"], "programme": case.city.programme, "year": YEAR, "basis": "share", "amount": 20,
        "planned_on": date(2026, 12, 20), "inspectors_each": 1, "checklist": case.checklist,
    }  # fmt: skip
    return plan_sample(**(defaults | fields))


@pytest.mark.parametrize(
    ("there", "basis", "amount", "drawn"),
    [(7, "share", 20, 2), (1, "share", 20, 1), (10, "share", 20, 2), (7, "share", 100, 7), (7, "number", 3, 3), (2, "number", 3, 2)],
)  # fmt: skip
def test_a_share_is_rounded_up_and_a_number_never_exceeds_what_is_there(there, basis, amount, drawn):
    assert quota_of(there, basis, amount) == drawn


def test_every_decided_place_is_on_the_list_in_its_county_and_only_the_city_is_sent(decided):
    county_inspector = make_user()
    make_grant(county_inspector, Role.INSPECTOR, decided.county)
    sample = plan(decided)
    first, second = (one.name for one in decided.city.counties)
    assert sample.draw.quota == {first: 2, second: 1}
    assert sample.draw.candidates.count() == 8
    assert list(sample.draw.inspectors.values_list("user", flat=True)) == [decided.people["inspector"].pk]
    assert sample.draw.state == Draw.State.PREPARED


def test_the_drawn_open_as_sample_checks_and_the_draw_can_be_derived_again(decided):
    actor = decided.people["inspector"]
    draw_id = plan(decided).draw_id
    draws.commit(actor=actor, draw_id=draw_id)
    draws.draw(actor=actor, draw_id=draw_id)
    draw = draws.publish(actor=actor, draw_id=draw_id)
    assert draws.problems_of(draws.payload(draw)) == []
    chosen = list(draw.candidates.filter(is_chosen=True))
    assert len(chosen) == 3
    for one in chosen:
        opened = open_drawn(actor=actor, draw_id=draw_id, candidate_id=one.pk)
        assert (opened.purpose, opened.project) == (Purpose.SAMPLE, one.project)
    assert Inspection.objects.filter(purpose=Purpose.SAMPLE).count() == 3


def test_one_sample_a_year_until_it_is_cancelled(decided):
    sample = plan(decided)
    with pytest.raises(Conflict) as refused:
        plan(decided)
    assert sample.draw.code in str(refused.value.message)
    assert Draw.objects.count() == 1
    draws.cancel(actor=decided.people["inspector"], draw_id=sample.draw_id, reason="名单有误")
    plan(decided, basis="number", amount=2)
    assert CountySample.objects.count() == 2


def test_what_cannot_be_sampled_is_said(decided):
    other = Checklist.objects.create(
        programme=decided.city.programme, unit=decided.city.city, code="x", name_zh="别的", purposes=["recheck"]
    )
    for fields, code in (
        ({"year": 2025}, "nothing_decided"),
        ({"inspectors_each": 2}, "no_inspectors"),
        ({"amount": 101}, "amount"),
        ({"checklist": other}, "checklist_purpose"),
    ):
        with pytest.raises(RuleViolation) as refused:
            plan(decided, **fields)
        assert refused.value.code == code
    assert not Draw.objects.exists()
    assert not CountySample.objects.exists()


def test_a_county_plans_no_sample_of_itself(decided):
    with pytest.raises((PermissionDenied, RuleViolation)):
        plan(decided, actor=decided.people["county"])


def page(client, case, who="inspector", **data):
    client.force_login(case.people[who])
    client.cookies["django_language"] = "en"
    address = reverse("villages-sample") + f"?programme={case.city.programme.code}&year={YEAR}"
    return client.post(address, data) if data else client.get(address)


FORM = {"basis": "share", "amount": "20", "planned_on": "2026-12-20", "inspectors_each": "1"}


def test_the_page_plans_shows_and_opens(decided, client):
    text = page(client, decided).content.decode()
    assert "Prepare the draw" in text
    refused = page(client, decided, **FORM | {"checklist": decided.checklist.pk, "inspectors_each": "9"})
    assert refused.status_code == 422
    assert "the city has 1" in refused.content.decode()
    assert 'value="2026-12-20"' in refused.content.decode()
    done = page(client, decided, **FORM | {"checklist": decided.checklist.pk})
    draw = Draw.objects.get()
    assert done.url == reverse("draw", args=[draw.pk])
    actor = decided.people["inspector"]
    for step in (draws.commit, draws.draw, draws.publish):
        step(actor=actor, draw_id=draw.pk)
    one = draw.candidates.filter(is_chosen=True).first()
    text = page(client, decided).content.decode()
    assert reverse("draw-inspect", args=[draw.pk, one.pk]) in text
    assert "Prepare the draw" not in text
    client.post(reverse("draw-inspect", args=[draw.pk, one.pk]))
    opened = Inspection.objects.get()
    assert reverse("inspection", args=[opened.pk]) in page(client, decided).content.decode()
    county = page(client, decided, "county").content.decode()
    assert one.project.code in county or draw.code in county
    assert reverse("draw-inspect", args=[draw.pk, one.pk]) not in county


def test_a_county_cannot_post(decided, client):
    assert page(client, decided, "county", **FORM | {"checklist": decided.checklist.pk}).status_code == 403
    assert not Draw.objects.exists()


def test_the_page_asks_the_same_number_of_questions_at_any_size(decided, client):
    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert page(client, decided).status_code == 200
        return len(seen)

    plan(decided)
    count()
    few = count()
    for _n in range(6):
        decide(decided, decided.town, "county_accepted")
    assert count() == few
