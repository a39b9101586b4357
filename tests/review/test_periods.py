"""Locking and opening periods by hand, and what their page says."""

import pytest
from django.urls import reverse

from audit.models import AuditEntry
from tests.factories import make_grant, make_unit, make_user


@pytest.fixture
def url(place):
    return lambda name: reverse(name, args=[place.programme.code, place.period.code])


def test_the_page_says_what_is_missing_and_from_whom(place, sent, sign_in, url):
    sent("10")
    html = sign_in(place.approver).get(url("period")).content.decode()
    for words in (
        place.counties[0].name,
        place.counties[1].name,
        place.reviewer.full_name,
        place.other_reporter.full_name,
    ):
        assert words in html


def test_closing_wants_a_reason_that_everybody_sees(place, sign_in, url):
    client = sign_in(place.approver)
    assert client.post(url("period-lock"), {"reason": "closed", "comment": " "}).status_code == 422
    assert client.post(url("period-lock"), {"reason": "closed", "comment": "年终决算"}).status_code == 302
    place.period.refresh_from_db()
    assert (place.period.lock_reason, place.period.locked_by) == ("closed", place.approver)
    assert "年终决算" in sign_in(place.reporter).get(url("period")).content.decode()
    assert client.post(url("period-lock"), {"reason": "closed", "comment": "x"}).status_code == 409


@pytest.mark.parametrize("reason", ["expired", "", "whatever"])
def test_only_two_ways_of_locking_are_by_hand(place, sign_in, url, reason):
    assert sign_in(place.approver).post(url("period-lock"), {"reason": reason, "comment": "x"}).status_code == 422
    place.period.refresh_from_db()
    assert not place.period.is_locked


def test_locked_as_approved_only_when_everything_is(place, sent, sign_in, url):
    client = sign_in(place.approver)
    assert client.post(url("period-lock"), {"reason": "approved"}).status_code == 422
    for town in range(4):
        for indicator in range(2):
            sent("10", town=town, indicator=indicator, approved=True)
    assert client.post(url("period-lock"), {"reason": "approved"}).status_code == 302
    place.period.refresh_from_db()
    assert place.period.lock_reason == "approved"


def test_opening_again_wants_a_reason_and_is_recorded(place, sign_in, url):
    client = sign_in(place.approver)
    client.post(url("period-lock"), {"reason": "closed", "comment": "x"})
    assert client.post(url("period-unlock"), {"comment": ""}).status_code == 422
    assert client.post(url("period-unlock"), {"comment": "两县补报"}).status_code == 302
    place.period.refresh_from_db()
    assert not place.period.is_locked
    assert AuditEntry.objects.get(verb="period.unlock").reason == "两县补报"
    assert client.post(url("period-unlock"), {"comment": "x"}).status_code == 409


def test_only_the_approver_of_the_whole_programme_locks(place, sign_in, url):
    county = make_user()
    make_grant(county, "approver", place.counties[0])
    assert sign_in(place.reviewer).post(url("period-lock"), {"reason": "closed", "comment": "x"}).status_code == 403
    assert sign_in(county).post(url("period-lock"), {"reason": "closed", "comment": "x"}).status_code == 403
    assert sign_in(place.stranger).post(url("period-lock"), {"reason": "closed", "comment": "x"}).status_code == 404
    place.period.refresh_from_db()
    assert not place.period.is_locked


def test_a_unit_of_another_city_does_not_appear(place, sign_in, url):
    foreign = make_unit("county", place.other_city)
    assert foreign.name not in sign_in(place.approver).get(url("period")).content.decode()
    assert sign_in(place.stranger).get(url("period")).status_code == 404
