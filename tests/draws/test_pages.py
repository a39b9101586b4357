"""The pages of a draw: what is typed into its lists, what is refused and why, who is offered what."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from programs.errors import RuleViolation
from programs.forms_draws import ListsForm
from programs.models import Checklist, Draw, Unit
from programs.services import draws
from programs.services.draws.preparing import Excuse
from programs.services.draws.sources import staff_code
from programs.views.draws import written_excuses

LISTS = {
    "candidates": "A-1，甲院，甲县，{unit}",
    "quota": "甲县\t1",
    "inspectors": "c1\t某甲\t{city}",
    "inspectors_each": 1,
}


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def form(place, prepared):
    """``form(**fields)`` → the lists form with a valid line in each field, and these instead."""

    def make(**fields):
        words = {"unit": place.counties[0].code, "city": place.city.code}
        return ListsForm({name: str(text).format(**words) for name, text in (LISTS | fields).items()}, draw=prepared)

    return make


def test_a_unit_is_known_by_code_or_by_its_own_name(place, form):
    first, second = place.counties
    by_name = form(candidates=f"A-1，甲院，甲县，{first.name}\nB-1\t乙院\t乙县\t{second.code}")
    assert by_name.is_valid(), by_name.errors
    assert [one.unit for one in by_name.cleaned_data["candidates"]] == [first, second]
    Unit.objects.filter(pk=second.pk).update(name=first.name)
    assert "12-digit code" in form(candidates=f"A-1，甲院，甲县，{first.name}").errors["candidates"][0]


def test_an_account_of_an_inspector_is_that_person(place, form):
    known = form(inspectors=f"{staff_code(place.inspector)}\tanything\t{{city}}\nMZ-1\tsomebody\t{{city}}")
    assert known.is_valid(), known.errors
    assert [one.user for one in known.cleaned_data["inspectors"]] == [place.inspector, None]


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"candidates": "A-1，甲院，{unit}"}, "candidates", "Lines 1 do not have 4 cells"),
        ({"candidates": "A-1，，甲县，{unit}"}, "candidates", "none is empty"),
        ({"candidates": "A" * 61 + "，甲院，甲县，{unit}"}, "candidates", "too long"),
        ({"candidates": "A-1，甲院，甲县，999999999999"}, "candidates", "999999999999"),
        ({"quota": "甲县，two"}, "quota", "whole number"),
        ({"quota": "甲县，" + "9" * 5000}, "quota", "too long"),
        ({"quota": "甲县，1234567"}, "quota", "whole number"),
        ({"quota": "甲县，1\n甲县，2"}, "quota", "listed twice"),
        ({"inspectors": "c1，" + "某" * 61 + "，{city}"}, "inspectors", "too long"),
        ({"excused": "A-1，c1，x\nA-1，c1，y"}, "excused", "listed twice"),
        ({"excused": "A-1，c1，" + "x" * 121}, "excused", "too long"),
        ({"excused": "A-1，c1"}, "excused", "Lines 1 do not have 3–4 cells"),
        ({"excused": "A-1，c1，亲属，住院"}, "excused", "own unit / relation / other"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(form, fields, field, words):
    refused = form(**fields)
    assert words in refused.errors[field][0]


def test_a_line_with_tabs_is_split_on_tabs_only(form):
    """A reason is a sentence: it may hold commas and semicolons."""
    read = form(excused="A-1\tc1\t亲属，住院；照护\trelation\nA-1\tc2\t请假，两天\t其他\nA-1，c3，回避")
    assert read.is_valid(), read.errors
    assert read.cleaned_data["excused"] == {
        ("A-1", "c1"): Excuse("亲属，住院；照护", "relation"),
        ("A-1", "c2"): Excuse("请假，两天", "other"),
        ("A-1", "c3"): Excuse("回避", "other"),
    }


def test_exceptions_by_place_are_not_written_by_people(place, prepared, lists):
    draws.save_lists(actor=place.inspector, draw_id=prepared.pk, **lists, excused={("A-1", "c1"): Excuse("relative")})
    assert written_excuses(prepared) == [("A-1", "c1", "relative", "other")]
    assert prepared.excuses.count() > 1


def test_a_joint_draw_names_its_departments(place):
    asked = {"actor": place.inspector, "programme": place.programme, "unit": place.city, "title": "x"}
    with pytest.raises(RuleViolation) as caught:
        draws.prepare(**asked, planned_on=date(2026, 10, 15), is_cross_department=True)
    assert (caught.value.code, caught.value.field) == ("departments_missing", "departments")


def page_of(person, draw, name="draw"):
    client = Client(headers={"accept-language": "en"})
    client.cookies["django_language"] = "en"
    client.force_login(person, backend="accounts.backends.AccountBackend")
    return client.get(reverse(name, args=[draw.pk]))


def test_the_lists_of_a_frozen_draw_are_not_edited(place, prepared):
    draws.commit(actor=place.inspector, draw_id=prepared.pk)
    answer = page_of(place.inspector, prepared, "draw-lists")
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("draw", args=[prepared.pk]))


def test_without_lists_nothing_can_be_committed_to(place):
    empty = draws.prepare(
        actor=place.inspector, programme=place.programme, unit=place.city, title="x", planned_on=date(2020, 1, 1)
    )
    text = page_of(place.inspector, empty).content.decode()
    assert reverse("draw-step", args=[empty.pk, "commit"]) not in text
    assert reverse("draw-lists", args=[empty.pk]) in text
    assert empty.is_late


def test_only_who_is_sent_is_offered_the_inspection(place, prepared, lists):
    checklist = Checklist.objects.create(
        programme=place.programme, unit=place.city, code="c", name_zh="表", state="published"
    )
    people = [one for one in lists["inspectors"] if one.unit == place.city]
    mine = [type(people[0])(staff_code(place.inspector), "查", place.city, place.inspector), people[0]]
    draws.save_lists(actor=place.inspector, draw_id=prepared.pk, **lists | {"inspectors": mine, "inspectors_each": 1}, checklist=checklist)  # fmt: skip
    draws.commit(actor=place.inspector, draw_id=prepared.pk)
    draws.draw(actor=place.approver, draw_id=prepared.pk)
    draws.publish(actor=place.approver, draw_id=prepared.pk)
    sent = Draw.objects.get().candidates.filter(pairs__inspector__user=place.inspector)
    offered = page_of(place.inspector, prepared).content.decode().count("/inspect/")
    assert offered == sent.count()
    assert "/inspect/" not in page_of(place.approver, prepared).content.decode()
