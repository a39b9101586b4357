"""The list of 56: every total of the plan, and the traps of the list."""

from __future__ import annotations

import shutil
from collections import Counter

import pytest

from programs.models import Project
from programs.services.packs.files import packs_folder
from programs.services.packs.loading import load_pack
from programs.services.packs.problems import PackRefused
from rivers.models import Dimension, Standard, WaterBody
from rivers.queries import totals_by_level, totals_by_owner
from tests.rivers.conftest import CODE

pytestmark = pytest.mark.django_db


def test_totals_of_the_plan(programme):
    lines = totals_by_level(WaterBody.objects.all())
    found = [(line["level"], line["rivers"], line["reservoirs"], line["total"], line["bands"]) for line in lines]
    assert found == [
        ("province", 5, 4, 9, [2, 2, 5]),
        ("city", 13, 7, 20, [4, 8, 8]),
        ("county", 17, 10, 27, [4, 8, 15]),
        ("", 35, 21, 56, [10, 18, 28]),
    ]


def test_kilometres_of_each_level(programme):
    km = Counter()
    for water in WaterBody.objects.select_related("project").exclude(length_km=None):
        km[water.project.decider_level] += water.length_km
    assert {level: str(value) for level, value in km.items()} == {
        "province": "170.20",
        "city": "286.00",
        "county": "231.00",
    }


def test_by_owner(programme):
    found = {row["code"]: row["total"] for row in totals_by_owner(WaterBody.objects.all())}
    assert found == {
        "410482000000": 11, "410423000000": 10, "410481000000": 8, "410421000000": 8, "410422000000": 7,
        "410425000000": 5, "410400000000": 4, "410403000000": 1, "410404000000": 1, "410472000000": 1,
    }  # fmt: skip


def test_names_repeat_and_the_number_is_the_key(programme):
    names = Counter(Project.objects.filter(programme=programme).values_list("name_zh", flat=True))
    assert {name: count for name, count in names.items() if count > 1} == {"北汝河": 3, "沙河": 2, "应河": 2}
    assert sorted(WaterBody.objects.values_list("seq", flat=True)) == list(range(1, 57))
    assert WaterBody.objects.filter(issues__code="DI10").count() == 7


def test_the_group_does_not_restart_after_the_page_break(programme):
    """DI12: the heading of the city's twenty stands twice; rows 10 to 29 are one group."""
    city = WaterBody.objects.filter(project__decider_level="city").values_list("seq", flat=True)
    assert sorted(city) == list(range(10, 30))


def test_about_is_kept_and_one_length_is_exact(programme):
    exact = WaterBody.objects.filter(length_is_approximate=False, project__kind="river")
    assert [(water.seq, str(water.length_km)) for water in exact] == [(1, "40.20")]
    assert not WaterBody.objects.filter(project__kind="reservoir", length_km__isnull=False).exists()


def test_parties_are_resolved_and_the_text_kept(programme):
    water = WaterBody.objects.get(seq=5)
    assert water.responsible_text == "市水利局;白龟山水库运行中心"
    assert set(water.parties.values_list("code", flat=True)) == {"410400-water", "410400-baiguishan-reservoir"}
    assert not WaterBody.objects.filter(parties=None).exists()


def test_a_second_load_changes_nothing_and_keeps_what_was_decided(programme):
    WaterBody.objects.filter(seq=1).update(named_on="2026-11-20", naming_number="示政〔2026〕1号")
    assert load_pack(code=CODE).did_nothing
    assert WaterBody.objects.get(seq=1).naming_number


def test_numbers_are_rows(programme):
    assert Dimension.objects.exclude(worst_grade=None).get().code == "RD3"
    city = Standard.objects.get(level="city")
    assert (city.filing_score, city.naming_score, city.worst_grade) == (80, 90, 4)
    assert Standard.objects.get(level="county").naming_score is None


def test_a_bad_register_is_refused_as_a_whole(tree, tmp_path):
    for name in ("library", CODE):
        shutil.copytree(packs_folder() / name, tmp_path / name)
    path = tmp_path / CODE / "register.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[2] = lines[2].replace("410482-government", "410482-nobody", 1)
    lines[3] = lines[3].replace("3,", "2,", 1)
    lines[4] = lines[4].replace(",large,", ",,", 1)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(PackRefused) as caught:
        load_pack(code=CODE, folder=tmp_path)
    places = {(problem.line, problem.reason.split(" ")[0]) for problem in caught.value.problems}
    assert {(3, "organization"), (4, "seq"), (5, "a")} <= places
    assert not WaterBody.objects.exists()
