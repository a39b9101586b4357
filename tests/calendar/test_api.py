"""The calendar for other systems, and its page."""

from __future__ import annotations

from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from programs.models import Workday
from programs.services.workdays import load_calendar
from tests.factories import make_grant, make_unit, make_user


@pytest.fixture
def client(db):
    user = make_user()
    make_grant(user, "viewer", make_unit("province"))
    load_calendar(years=[2026])
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("start", "days", "end", "provisional"),
    [
        ("2026-04-30", 5, "2026-05-11", False),
        ("2026-09-18", 5, "2026-09-24", False),
        ("2026-12-30", 5, "2027-01-06", True),
        ("2026-05-09", 0, "2026-05-09", False),
    ],
)
def test_adding_working_days(client, start, days, end, provisional):
    answer = client.get(f"/api/v1/calendar/add-working-days/?from={start}&days={days}")
    assert answer.json() == {"date": end, "provisional": provisional}


@pytest.mark.parametrize(
    "query", ["", "from=2026-04-30", "days=5", "from=30.4.2026&days=5", "from=2026-04-30&days=-1", "from=2026-04-30&days=501",
              "from=2026-02-30&days=1", "from=20260430&days=1", "from=0001-01-01&days=1", "from=2026-04-30&days=5&to=x", "from=2026-04-30&days=٥"]
)  # fmt: skip
def test_nonsense_is_named(client, query):
    answer = client.get(f"/api/v1/calendar/add-working-days/?{query}")
    assert answer.status_code == 400


def test_days_of_a_year(client):
    found = client.get("/api/v1/calendar/?year=2026").json()
    days = {day["date"]: day for day in found["days"]}
    assert (len(days), found["provisional"]) == (365, False)
    assert days["2026-05-09"]["is_workday"] is True
    assert days["2026-05-01"]["is_workday"] is False
    assert client.get("/api/v1/calendar/?year=2027").json()["provisional"] is True
    assert client.get("/api/v1/calendar/?year=x").status_code == 400


def test_a_key_is_wanted():
    assert Client().get("/api/v1/calendar/").status_code == 401


def test_the_page_says_what_differs_and_warns_of_a_missing_year(client):
    page = client.get(reverse("calendar"), {"year": "2026"}).content.decode()
    assert "Labour Day" in page
    assert 'class="worked">9' in page
    assert "Provisional" not in page
    assert "Provisional" in client.get(reverse("calendar"), {"year": "2027"}).content.decode()


def test_a_year_that_is_none_shows_this_year(client):
    for wrong in ("1999", "abc", "99999999", "٢٠٢٦"):
        assert client.get(reverse("calendar"), {"year": wrong}).status_code == 200


def test_the_administrator_changes_a_day(client):
    admin = make_user()
    make_grant(admin, "system_admin", make_unit("province"))
    client.force_login(admin)
    given = {"day": "2026-05-09", "is_workday": "no", "document": "示政办〔2026〕3号", "reason": "moved", "note": ""}
    assert client.post(reverse("calendar-edit"), given | {"document": " "}).status_code == 422
    assert client.post(reverse("calendar-edit"), given).status_code == 302
    assert Workday.objects.get(date=date(2026, 5, 9)).is_workday is False
    assert "moved" in client.get(reverse("calendar"), {"year": "2026"}).content.decode()
