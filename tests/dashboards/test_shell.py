"""What stands around every page: counts in the navigation, the office, the version; and how the demonstration says what it is."""

import pytest
from django.db import connection
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import User
from audit.services import record
from programs.context import shell
from programs.models import Period, ProgressReport
from tests.dashboards.figures import count
from tests.dashboards.test_pages import page
from tests.factories import make_grant, make_organization, make_user


def context_of(user) -> dict:
    request = RequestFactory().get("/programmes/")
    request.user = User.objects.get(pk=user.pk)
    return shell(request)


def counts(user) -> list[int]:
    return [item["count"] for item in context_of(user)["nav"] if item["count"] is not None]


def report(place, state: str, town: int = 0, indicator: int = 0) -> ProgressReport:
    what = {"revision": 1, "value": 1, "submitted_by": make_user()}
    return ProgressReport.objects.create(
        indicator=place.indicators[indicator], unit=place.townships[town], period=place.period, state=state, **what
    )


def test_the_navigation_counts_what_waits_for_this_person(place):
    report(place, "submitted")
    report(place, "submitted", town=2)
    report(place, "reviewed", town=1)
    report(place, "returned", indicator=1)
    assert (counts(place.reviewer), counts(place.approver), counts(place.reporter)) == ([0, 1], [0, 1], [0, 1])
    assert (counts(place.other_reporter), counts(place.viewer)) == ([0, 0], [0])


def test_a_returned_figure_of_a_locked_period_waits_for_nobody(place):
    report(place, "returned")
    Period.objects.filter(pk=place.period.pk).update(locked_at=timezone.now(), lock_reason="expired")
    assert counts(place.reporter) == [0, 0]


def test_three_counts_at_most_are_asked_for(place):
    person = make_user()
    for role in ("reporter", "reviewer", "approver"):
        make_grant(person, role, place.counties[0])
    with CaptureQueriesContext(connection) as found:
        assert len(counts(person)) == 3
    assert len([query for query in found if "COUNT(" in query["sql"]]) == 3


def test_the_office_stands_in_the_language_of_the_page(place):
    person = make_user()
    make_grant(
        person, "viewer", place.city, organization=make_organization(place.city, name="示例局", name_en="An office")
    )
    with translation.override("en"):
        assert context_of(person)["who"]["organization"] == "An office"
    with translation.override("zh-hans"):
        assert context_of(person)["who"]["organization"] == "示例局"


def test_the_footer_names_the_site_and_the_version(client, place, settings):
    settings.LUOSHI_SITE_TITLE, settings.LUOSHI_VERSION = "示例市落实", "9.8.7"
    text = page(client, place.viewer, "/programmes/").content.decode()
    assert "示例市落实" in text
    assert "9.8.7" in text


@pytest.fixture
def loaded(place):
    """A figure without audit entries of its own, and the entry of the load."""
    count(place, 30, unit=place.townships[0])
    return record("demo.load", obj=place.programme, unit_path=place.city.path)


def trace(client, place, user) -> str:
    return page(client, user, f"/trace/{place.indicators[0].code}/2026-10/{place.city.code}/").content.decode()


def test_the_trace_of_invented_reports_leads_to_the_entry_of_their_load(client, place, loaded, settings):
    settings.LUOSHI_DEMO = True
    link = f'href="/audit/{loaded.pk}/"'
    assert link in trace(client, place, place.auditor)
    assert client.get(f"/audit/{loaded.pk}/").status_code == 200
    assert link not in trace(client, place, place.viewer)


def test_outside_the_demonstration_nothing_excuses_missing_entries(client, place, loaded, settings):
    settings.LUOSHI_DEMO = False
    assert "/audit/" not in trace(client, place, place.auditor).partition("<main")[2]
