"""The two limits of a session, and the language, which comes from its cookie only (specification 11.1)."""

import time
from unittest import mock

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from config import middleware

pytestmark = pytest.mark.django_db
MINUTE = 60


@pytest.fixture
def person(client):
    user = get_user_model().objects.create_user(
        "session-person", password="Qz8!unlikely-words", full_name="Session Person", password_changed_at=timezone.now()
    )
    client.force_login(user)
    return user


def is_signed_in(client, after):
    """Make a request ``after`` seconds from now and tell whether the session survived it."""
    moment = time.time() + after
    with mock.patch.object(middleware, "now", return_value=moment):
        client.get(reverse("robots"))
    return "_auth_user_id" in client.session


def test_fourteen_idle_minutes_are_allowed_and_fifteen_are_not(client, person):
    assert is_signed_in(client, 0)
    assert is_signed_in(client, 14 * MINUTE)
    assert is_signed_in(client, 28 * MINUTE), "every request moves the idle limit"
    assert not is_signed_in(client, 28 * MINUTE + 15 * MINUTE + 1)


def test_the_absolute_limit_ends_a_busy_session(client, person):
    for minutes in range(0, 12 * 60, 10):
        assert is_signed_in(client, minutes * MINUTE)
    assert not is_signed_in(client, 12 * 60 * MINUTE + 1)


def test_a_session_is_written_at_most_every_thirty_seconds(client, person):
    is_signed_in(client, 0)
    with mock.patch.object(client.session.__class__, "save") as save:
        is_signed_in(client, 29)
        assert not save.called
        is_signed_in(client, 31)
        assert save.called


def test_session_cookie_is_out_of_reach_of_scripts_and_other_sites(client, person):
    cookie = client.get(reverse("robots")).cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_chinese_unless_the_cookie_says_otherwise(client):
    assert client.get("/robots.txt", headers={"accept-language": "en"}).headers["Content-Language"] == "zh-hans"
    client.post("/i18n/setlang/", {"language": "en"})
    assert client.get("/robots.txt").headers["Content-Language"] == "en"
    client.cookies["django_language"] = "../../etc"
    assert client.get("/robots.txt").headers["Content-Language"] == "zh-hans"
