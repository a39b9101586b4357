"""The burden report counts what was asked, finds what was asked twice, and names nobody."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from programs.models import AssignmentStep, BurdenReport, Task, TaskAssignment
from programs.queries import burden
from programs.services.assignments import assign_all
from programs.services.burden import make_reports
from tests.factories import make_duty, make_indicator, make_organization, make_programme, small_city

JUNE = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def place(db):
    return small_city()


def test_forms_and_cells_of_what_fell_due(place):
    found = burden.build(place.city, "2026-11")  # October's figures are due on 6 November
    assert (found["forms"], found["cells"], found["minutes"]) == (4, 8, 16)
    assert found["programmes"][0]["levels"] == {"township": 8}
    assert burden.build(place.city, "2026-01")["cells"] == 0


@pytest.mark.parametrize(
    ("one", "other", "is_alike"),
    [
        ("新建养老服务设施", "新建养老服务设施数量", True),
        ("受训人员", "村庄", False),
        ("完成适老化改造户数", "适老化改造完成户数", True),
        ("开工项目", "", False),
    ],
)
def test_questions_that_read_alike(place, one, other, is_alike):
    second = make_programme(place.city)
    mine = make_indicator(place.programme, name_zh=one)
    theirs = make_indicator(second, name_zh=other)
    pairs = burden.alike([mine, theirs])
    assert bool(pairs) is is_alike
    if is_alike:
        assert pairs[0]["shared"]


def test_questions_of_one_programme_are_not_compared(place):
    pair = [make_indicator(place.programme, name_zh="同一个问题") for _n in range(2)]
    assert burden.alike(pair) == []


def test_an_indicator_nobody_owes_is_no_question(place):
    second = make_programme(place.city)
    make_indicator(second, name_zh=place.indicators[0].name_zh)
    assert burden.build(place.city, "2026-11")["alike"] == []
    make_duty(make_indicator(second, name_zh=place.indicators[0].name_zh), place.townships[0])
    assert burden.build(place.city, "2026-11")["alike"]


def test_the_report_is_made_once_and_names_nobody(place):
    for today in (date(2026, 12, 1), date(2026, 12, 1), date(2026, 12, 20)):
        make_reports(today=today)
    report = BurdenReport.objects.get(unit=place.city)
    assert report.month == "2026-11"
    text = json.dumps(report.data, ensure_ascii=False)
    assert not any(person.full_name in text or person.username in text for person in place.people.values())


def test_what_is_asked_beside_figures_has_lines_of_its_own(place):
    lead = make_organization(place.city)
    Task.objects.create(
        programme=place.programme,
        number=1,
        summary_zh="示例任务",
        lead=lead,
        year=2026,
        counties_implicitly_responsible=True,
    )
    assign_all(programme=place.programme)
    rows = list(TaskAssignment.objects.all())
    assert burden.build(place.city, "2026-11")["others"] == []  # nobody has accepted one: nothing is asked yet
    for row, states in zip(rows, (["accepted"], ["accepted"], ["accepted", "done"]), strict=True):
        for state in states:
            AssignmentStep.objects.create(assignment=row, verb="x", to_state=state, at=JUNE)
    found = burden.build(place.city, "2026-11")["others"]
    assert found == [
        {"kind": "Feedback on assigned tasks", "programme": place.programme.code, "forms": 2, "cells": 2, "minutes": 4}
    ]


def test_the_page_shows_them_and_old_reports_say_that_they_were_not_counted(place, client):
    make_reports(today=date(2026, 12, 1))
    report = BurdenReport.objects.get(unit=place.city)
    client.force_login(place.reviewer)
    address = reverse("burden", args=[report.month, place.city.code])
    assert client.get(address).context["others"] == []
    BurdenReport.objects.update(data={key: value for key, value in report.data.items() if key != "others"})
    assert client.get(address).context["others"] is None
