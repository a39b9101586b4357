"""A city with two counties, nine objects in two strata, six inspectors: two of the city, two of each county."""

from __future__ import annotations

import pytest

from programs.services.draws import prepare, save_lists
from programs.services.draws.preparing import Candidate, Inspector
from tests.factories import small_city


@pytest.fixture
def place(db):
    return small_city()


@pytest.fixture
def lists(place):
    first, second = place.counties
    homes = [
        *(Candidate(f"A-{n}", f"甲院{n}", "甲县", first) for n in range(1, 6)),
        *(Candidate(f"B-{n}", f"乙院{n}", "乙县", second) for n in range(1, 5)),
    ]
    people = [
        Inspector("c1", "某甲", place.city), Inspector("c2", "某乙", place.city), Inspector("a1", "某丙", first),
        Inspector("a2", "某丁", first), Inspector("b1", "某戊", second), Inspector("b2", "某己", second),
    ]  # fmt: skip
    return {"candidates": homes, "quota": {"甲县": 2, "乙县": 1}, "inspectors": people, "inspectors_each": 2}


@pytest.fixture
def prepared(place, lists):
    draw = prepare(
        actor=place.inspector,
        programme=place.programme,
        unit=place.city,
        title="随机抽查",
        planned_on=place.period.ends_on,
    )
    return save_lists(actor=place.inspector, draw_id=draw.pk, **lists)
