"""The REST list of villages: filters, NULL kept apart from 0, and what lies outside the scope."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from villages.models import Candidate


@pytest.fixture
def get(put_forward):
    """``get(person, address, **query)`` → the answer."""
    put_forward.to("recommended")

    def ask(person, address="", **query):
        client = APIClient()
        client.force_authenticate(person)
        return client.get(f"/api/v1/villages/{address}", query)

    return ask


def test_a_village_is_found_by_what_it_is(get, put_forward):
    city, code = put_forward.people["city"], put_forward.project.code
    (row,) = get(city).json()["results"]
    assert (row["code"], row["level"], row["stage"], row["year"]) == (code, "city", "recommended", 2026)
    assert row["investment"] == "80000"
    assert (row["honoured_on"], row["plaque"]) == (None, None)
    wanted = {
        "level": "city",
        "year": 2026,
        "stage": "recommended",
        "kind": "village",
        "unit": put_forward.village.code,
    }
    for name, value in wanted.items():
        assert len(get(city, **{name: value}).json()["results"]) == 1, name
    for name, value in {"level": "province", "year": 2025, "stage": "draft", "kind": "town"}.items():
        assert get(city, **{name: value}).json()["results"] == [], name
    assert get(city, level="village").status_code == 400
    assert get(city, levle="city").status_code == 400


def test_one_village_with_its_works(get, put_forward):
    found = get(put_forward.people["county"], f"{put_forward.project.code}/").json()
    assert [(one["content"], one["investment"], one["finished_on"]) for one in found["works"]] == [
        ("修路1公里", "80000.0000", None)
    ]
    put_forward.project.candidate.works.all().delete()
    assert get(put_forward.people["county"], f"{put_forward.project.code}/").json()["investment"] is None


def test_another_county_finds_nothing(get, put_forward):
    other = put_forward.city.other_reviewer
    assert get(other).json()["results"] == []
    assert get(other, f"{put_forward.project.code}/").status_code == 404
    assert Candidate.objects.count() == 1
