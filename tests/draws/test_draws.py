"""A draw from its lists to its publication, and what a stranger can check."""

from __future__ import annotations

import copy
import json
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client

from programs.errors import Conflict, RuleViolation
from programs.models import Draw, DrawCandidate, DrawPair, DrawPlan
from programs.services import draws
from programs.services.draws import plans, rule
from programs.services.draws.preparing import Candidate, Excuse, Inspector
from tests.declarations.test_decide import at_once


def held(place, prepared):
    draws.commit(actor=place.inspector, draw_id=prepared.pk)
    draws.draw(actor=place.approver, draw_id=prepared.pk)
    return draws.publish(actor=place.approver, draw_id=prepared.pk)


def test_inspectors_of_a_county_are_excused_from_its_objects(place, prepared):
    excused = set(prepared.excuses.values_list("candidate__stratum", "inspector__code"))
    assert excused == {("甲县", "a1"), ("甲县", "a2"), ("乙县", "b1"), ("乙县", "b2")}


def test_the_whole_way_can_be_derived_again(place, prepared):
    draw = held(place, prepared)
    found = draws.payload(draw)
    assert draws.problems_of(found) == []
    assert rule.sha256(found["seed"]) == found["commitment"]
    assert sorted(found["inspectors"]) == found["chosen"]
    assert [len(sent) for sent in found["inspectors"].values()] == [2, 2, 2]
    assert {one["stratum"] for one in found["pool"] if one["code"] in found["chosen"]} == {"甲县", "乙县"}


def test_nothing_of_the_seed_is_shown_before_the_draw(place, prepared):
    draws.commit(actor=place.inspector, draw_id=prepared.pk)
    draw = Draw.objects.get(pk=prepared.pk)
    answer = Client().get(f"/api/v1/draws/{draw.pk}/")
    assert answer.status_code == 200
    assert draw.seed
    assert draw.seed not in answer.content.decode()
    assert answer.json()["seed"] is None
    assert answer.json()["commitment"] == rule.sha256(draw.seed)


def test_a_draw_in_preparation_is_nobodys_business(place, prepared):
    assert Client().get(f"/api/v1/draws/{prepared.pk}/").status_code == 404
    assert Client().get("/api/v1/draws/").json()["results"] == []


def test_a_stranger_reads_the_list_and_one_draw_without_a_key(place, prepared):
    draw = held(place, prepared)
    listed = Client().get("/api/v1/draws/", {"programme": place.programme.code}).json()["results"]
    assert [one["code"] for one in listed] == [draw.code]
    one = Client().get(f"/api/v1/draws/{draw.pk}/").json()
    assert draws.problems_of(one) == []
    assert "某甲" not in json.dumps(one, ensure_ascii=False)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda p: p.update(seed="0" * 64),
        lambda p: p["pool"].append({"code": "Z-9", "stratum": "甲县", "name": "z"}),
        lambda p: p["pool"].pop(),
        lambda p: p["quota"].update(甲县=1),
        lambda p: p.update(chosen=p["chosen"][1:]),
        lambda p: p["inspectors"].update({p["chosen"][0]: ["a1", "b1"]}),
        lambda p: p["excused"].pop(),
        lambda p: p.update(inspectors_each=1),
        lambda p: p["inspector_list"].append("zz"),
    ],
)
def test_every_tampering_is_found(place, prepared, tamper):
    published = copy.deepcopy(draws.payload(held(place, prepared)))
    tamper(published)
    assert draws.problems_of(published)


def test_the_command_says_so_too(place, prepared, tmp_path, capsys):
    draws.commit(actor=place.inspector, draw_id=prepared.pk)
    with pytest.raises(CommandError) as early:
        call_command("verify_draw", str(prepared.pk))
    assert early.value.returncode == 2
    draw = draws.draw(actor=place.approver, draw_id=prepared.pk)
    call_command("verify_draw", draw.code)
    file = tmp_path / "draw.json"
    answer = Client().get(f"/api/v1/draws/{draw.pk}/").json()
    file.write_text(json.dumps(answer))
    call_command("verify_draw", str(file))
    answer["chosen"] = answer["chosen"][1:]
    file.write_text(json.dumps(answer))
    with pytest.raises(CommandError) as late:
        call_command("verify_draw", str(file))
    assert late.value.returncode == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda kw: kw["candidates"].append(kw["candidates"][0]), "candidates"),
        (lambda kw: kw["inspectors"].append(kw["inspectors"][0]), "inspectors"),
        (lambda kw: kw["quota"].update(甲县=6), "quota"),
        (lambda kw: kw["quota"].update(甲县=-1), "quota"),
        (lambda kw: kw["quota"].update(丙县=1), "quota"),
        (lambda kw: kw.update(inspectors_each=0), "inspectors_each"),
        (lambda kw: kw.update(excused={("A-1", "nobody"): Excuse("x")}), "excused"),
    ],
)
def test_bad_lists_are_refused_whole(place, prepared, lists, change, field):
    change(lists)
    with pytest.raises(RuleViolation) as caught:
        draws.save_lists(actor=place.inspector, draw_id=prepared.pk, **lists)
    assert {one.field for one in caught.value.errors} == {field}
    assert prepared.candidates.count() == 9


def test_too_few_who_may_go_is_refused_at_the_commitment(place, prepared, lists):
    lists["inspectors"] = [Inspector("c1", "某甲", place.city), Inspector("a1", "某丙", place.counties[0])]
    draws.save_lists(actor=place.inspector, draw_id=prepared.pk, **lists)
    with pytest.raises(RuleViolation) as caught:
        draws.commit(actor=place.inspector, draw_id=prepared.pk)
    assert caught.value.code == "incomplete"


def test_frozen_lists_are_refused_by_service_and_database(place, prepared, lists):
    draws.commit(actor=place.inspector, draw_id=prepared.pk)
    with pytest.raises(Conflict):
        draws.save_lists(actor=place.inspector, draw_id=prepared.pk, **lists)
    for change in (
        lambda: prepared.candidates.filter(code="A-1").update(stratum="乙县"),
        lambda: prepared.candidates.filter(code="A-1").delete(),
        lambda: DrawCandidate.objects.create(draw=prepared, code="N", name="n", stratum="甲县", unit=place.city),
        lambda: prepared.excuses.all().delete(),
        lambda: prepared.inspectors.filter(code="c1").update(name="x"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            change()


@pytest.mark.parametrize("who", ["reporter", "reviewer", "viewer", "auditor", "stranger", "nobody"])
def test_only_the_drawing_office_holds_a_draw(place, prepared, who):
    with pytest.raises((PermissionDenied, RuleViolation)):
        draws.commit(actor=place.people[who], draw_id=prepared.pk)
    prepared.refresh_from_db()
    assert prepared.state == Draw.State.PREPARED


def test_a_cancelled_draw_keeps_its_commitment_and_reason(place, prepared):
    draws.commit(actor=place.inspector, draw_id=prepared.pk)
    with pytest.raises(RuleViolation):
        draws.cancel(actor=place.inspector, draw_id=prepared.pk, reason=" ")
    draw = draws.cancel(actor=place.inspector, draw_id=prepared.pk, reason="list was out of date")
    assert draw.commitment
    with pytest.raises(Conflict):
        draws.draw(actor=place.inspector, draw_id=prepared.pk)
    assert Client().get(f"/api/v1/draws/{draw.pk}/").json()["state"] == "cancelled"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_draw_once(place, prepared):
    draws.commit(actor=place.inspector, draw_id=prepared.pk)
    answers = at_once(
        lambda: draws.draw(actor=place.approver, draw_id=prepared.pk),
        lambda: draws.draw(actor=place.inspector, draw_id=prepared.pk),
    )
    assert sorted(type(one).__name__ for one in answers) == ["Conflict", "Draw"]
    assert DrawPair.objects.count() == 6


def yearly(place, **fields):
    return DrawPlan.objects.create(
        programme=place.programme,
        unit=place.city,
        title_zh="部门联合抽查",
        **({"code": "spring", "month": 2, "day": 30} | fields),
    )


def test_planned_draws_are_prepared_once_a_year(place):
    yearly(place)
    yearly(place, code="autumn", month=9, day=15)
    assert len(plans.prepare_planned(date(2026, 1, 2))) == 2
    assert plans.prepare_planned(date(2026, 11, 2)) == []
    assert len(plans.prepare_planned(date(2027, 1, 2))) == 2
    assert set(Draw.objects.values_list("planned_on", flat=True)) >= {date(2026, 2, 28), date(2026, 9, 15)}
    assert all(Draw.objects.values_list("is_cross_department", flat=True))


def test_a_cancelled_draw_is_made_up_for(place):
    yearly(place)
    first = plans.prepare_planned(date(2026, 1, 2))[0]
    draws.cancel(actor=place.approver, draw_id=first.pk, reason="wrong year's list")
    assert len(plans.prepare_planned(date(2026, 1, 3))) == 1


@pytest.mark.django_db(transaction=True)
def test_two_runs_of_the_schedule_at_once_prepare_one(place):
    yearly(place)
    day = date(2026, 1, 2)
    answers = at_once(lambda: len(plans.prepare_planned(day)), lambda: len(plans.prepare_planned(day)))
    assert sorted(answers) == [0, 1]


def test_a_candidate_outside_the_city_is_refused(place, prepared, lists):
    lists["candidates"].append(Candidate("X-1", "外", "甲县", place.other_city))
    with pytest.raises(RuleViolation) as caught:
        draws.save_lists(actor=place.inspector, draw_id=prepared.pk, **lists)
    assert {one.field for one in caught.value.errors} == {"candidates"}
