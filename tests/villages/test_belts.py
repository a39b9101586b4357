"""Members of a belt: chosen from the county's towns and villages, or typed as code or name."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_unit
from villages.models import Belt


@pytest.fixture
def page(client, case):
    """Posting a belt as the county's reporter, in English."""
    case.city.programme.module = "villages"
    case.city.programme.save()
    person = case.people["county"]
    person.password_changed_at = timezone.now()
    person.save()
    client.force_login(person)
    client.cookies["django_language"] = "en"
    address = reverse("villages-belts") + f"?programme={case.city.programme.code}"

    def send(members=None):
        if members is None:
            return client.get(address)
        return client.post(
            address,
            {"unit": case.county.pk, "name_zh": "沿河带", "name_en": "", "started_on": "2026-01-01", "members": members,
             "goal_1": "路通", "goal_2": "产业成形", "goal_3": "全线贯通"},
        )  # fmt: skip

    return send


def offered(text: str) -> list[str]:
    block = re.search(r'<datalist id="belt-places">(.*?)</datalist>', text, re.S)
    assert block
    return re.findall(r'<option value="([^"]*)"', block[1])


def test_the_towns_and_villages_of_the_county_are_offered_and_what_is_offered_is_understood(page, case):
    found = offered(page().content.decode())
    assert [line for line in found if line.endswith(case.village.code)]
    assert [line for line in found if line.endswith(case.town.code)]
    elsewhere = next(one for one in case.city.townships if not one.path.startswith(case.county.path))
    assert not [line for line in found if elsewhere.code in line]
    chosen = [line for line in found if line.endswith((case.village.code, case.town.code))]
    assert page("\n".join(chosen)).status_code == 302
    assert set(Belt.objects.get().members.all()) == {case.village, case.town}


def test_without_script_a_code_or_a_name_is_typed(page, case):
    case.village.name, case.village.name_en = "河东村", "Hedong"
    case.village.save()
    other = make_unit("village", case.town)
    assert page(f"河东村\n{other.code} {case.town.code}").status_code == 302
    assert set(Belt.objects.get().members.all()) == {case.village, case.town, other}


def test_what_is_not_known_is_named_and_nothing_typed_is_lost(page, case):
    twins = [make_unit("village", case.town) for _n in range(2)]
    for one in twins:
        one.name = "同名村"
        one.save()
    answer = page(f"无此村，同名村\n999999999999\n{case.village.code}")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "“无此村” is no town or village in force" in text
    assert "Several places of the county are called “同名村”" in text
    assert "“999999999999” is no town" in text
    assert "无此村，同名村" in text
    assert "沿河带" in text
    assert not Belt.objects.exists()


def test_a_place_of_another_county_is_refused_by_the_rule(page, case):
    stranger = next(one for one in case.city.townships if not one.path.startswith(case.county.path))
    answer = page(f"{case.village.code}\n{stranger.code}")
    assert answer.status_code == 422
    assert "A belt joins towns and villages of one county" in answer.content.decode()
    assert not Belt.objects.exists()


def test_many_places_ask_no_more(page, case):
    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            page()
        return len(seen)

    count()
    few = count()
    for _n in range(8):
        make_unit("village", case.town)
    assert count() == few
