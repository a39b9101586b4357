"""A returned application says so wherever it is read, with the reason; the workbench counts what waits."""

from __future__ import annotations

import pytest
from django.urls import reverse

from programs.models import StageDeadline
from tests.declarations.test_decide import applied, take
from tests.declarations.test_pages import page

WORDS = "The width of the road is missing"


@pytest.fixture
def returned(case):
    applied(case)
    take(case, "return", case.county_reviewer, comment=WORDS)
    case.declaration.refresh_from_db()
    return case


def test_the_page_says_who_returned_it_why_and_until_when(client, returned):
    StageDeadline.objects.create(
        programme=returned.place.programme, workflow="sample", verb="apply", closes_month=12, closes_day=31
    )
    text = page(client, returned.town_reporter, "declaration", returned.declaration.pk)
    top = text[text.index('id="sent-back"') : text.index('id="application"')]
    assert WORDS in top
    assert returned.county_reviewer.full_name in top
    assert f"{returned.declaration.cycle.year}-12-31" in top


def test_the_inbox_shows_the_returned_light(client, returned):
    text = page(client, returned.town_reporter, "inbox")
    assert "light--back" in text
    assert WORDS in text


def test_handed_in_again_it_is_not_returned_any_more(client, returned):
    take(returned, "apply", returned.town_reporter)
    text = page(client, returned.county_reviewer, "declaration", returned.declaration.pk)
    assert 'id="sent-back"' not in text
    assert "light--back" not in page(client, returned.county_reviewer, "inbox")


def test_taken_back_is_not_returned(client, case):
    applied(case)
    take(case, "withdraw", case.town_reporter, comment="wrong")
    assert 'id="sent-back"' not in page(client, case.town_reporter, "declaration", case.declaration.pk)


def test_the_workbench_counts_applications_and_tells_what_happened(client, returned):
    client.force_login(returned.town_reporter, backend="accounts.backends.AccountBackend")
    answer = client.get("/workbench/")
    text = answer.content.decode()
    assert answer.context["applications_count"] == 1
    assert reverse("declaration", args=[returned.declaration.pk]) in text
    assert WORDS in text
    assert next(one.is_back for one in answer.context["recent"])
    assert returned.project.name in text[text.index("history s") :]
