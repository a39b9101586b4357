"""The page that sets one target: which one, who may, what is refused, what is kept."""

from decimal import Decimal

import pytest
from django.conf import settings

from audit.models import AuditEntry
from programs.models import Target
from tests.factories import make_target

BASIS = {"reason": "年度任务", "authorising_text": "示政〔2026〕1号"}


@pytest.fixture
def address(place, client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return f"/programmes/{place.programme.code}/targets/set/"


def which(place, unit, key="in_year.2026."):
    return {"indicator": place.indicators[0].code, "unit": unit.code, "key": key}


def in_force(place, unit):
    return Target.objects.get(indicator=place.indicators[0], unit=unit, replaced_at=None)


def test_a_unit_without_a_target_is_given_one_and_then_another(client, place, address):
    client.force_login(place.approver)
    first = client.get(address)
    assert place.counties[0].label in first.content.decode()
    form = client.get(address, which(place, place.counties[0]))
    assert (form.status_code, form.context["seen"]) == (200, None)
    answer = client.post(address, which(place, place.counties[0]) | BASIS | {"text": "１２"})
    one = in_force(place, place.counties[0])
    assert (answer.status_code, answer.url, one.value) == (302, f"/targets/{one.pk}/", 12)
    assert (one.reason, one.authorising_text, one.set_by) == ("年度任务", "示政〔2026〕1号", place.approver)
    page = client.get(answer.url).content.decode()
    assert "Change the target" in page
    assert (
        client.post(address, which(place, place.counties[0]) | BASIS | {"text": "/", "seen": one.pk}).status_code == 302
    )
    assert in_force(place, place.counties[0]).state == Target.State.NOT_APPLICABLE
    assert AuditEntry.objects.filter(verb="target.set").count() == 2


def test_what_is_refused_keeps_what_was_typed(client, place, address):
    client.force_login(place.approver)
    old = make_target(place.indicators[0], place.counties[0], 60, period_kind="in_year", year=2026)
    typed = which(place, place.counties[0]) | BASIS | {"text": "61", "seen": old.pk}
    for wrong in ({"text": "-1"}, {"text": "many"}, {"reason": ""}, {"authorising_text": ""}, {"text": "60"}):
        answer = client.post(address, typed | wrong)
        assert answer.status_code == 422, wrong
        assert (wrong.get("text") or "61") in answer.content.decode()
    late = client.post(address, typed | {"seen": ""})
    assert late.status_code == 409
    assert 'value="61"' in late.content.decode()
    assert late.context["form"]["seen"].value() == old.pk
    assert in_force(place, place.counties[0]).value == Decimal(60)
    assert client.post(address, typed).status_code == 302


def test_a_target_keeps_for_whom_it_holds(client, place, address):
    client.force_login(place.approver)
    old = make_target(place.indicators[0], place.city, 1, period_kind="in_year", year=2026, level="each_unit")
    client.post(address, which(place, place.city) | BASIS | {"text": "2", "seen": old.pk})
    assert (in_force(place, place.city).value, in_force(place, place.city).level) == (2, "each_unit")


def test_a_range_is_not_flattened_to_a_number(client, place, address):
    client.force_login(place.approver)
    old = make_target(
        place.indicators[0], place.city, 1, period_kind="in_year", year=2026, comparator="range", value_to=Decimal(3)
    )
    answer = client.post(address, which(place, place.city) | BASIS | {"text": "2", "seen": old.pk})
    assert answer.status_code == 422
    assert "judged by a range" in answer.content.decode()
    assert "Change the target" not in client.get(f"/targets/{old.pk}/").content.decode()


def test_only_who_stands_above_finds_the_unit(client, place, address):
    client.force_login(place.reviewer)
    assert client.get(address).status_code == 403
    client.force_login(place.approver)
    assert client.get(address, which(place, place.counties[0], key="weekly..")).status_code == 422
    assert client.get(address, which(place, place.city.parent)).status_code == 404
