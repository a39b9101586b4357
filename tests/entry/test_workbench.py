"""The workbench: each role sees what waits for it, and nothing else; the queries do not grow."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from programs.services import progress
from tests.factories import make_duty, make_indicator, make_unit

URL = "/workbench/"


def test_a_reporter_sees_the_forms_still_to_be_sent(reporter, city, send):
    context = reporter.get(URL).context
    assert {form.period for form in context["forms"]} == {city.previous, city.period}
    assert context["forms"][-1].owed == 4  # two townships, two indicators
    send(city.period, {(i, u): "5" for i in city.indicators for u in city.townships[:2]})
    context = reporter.get(URL).context
    assert [form.period for form in context["sent"]] == [city.period]


def test_a_returned_figure_comes_with_the_reviewers_words(reporter, city, send):
    report = send(city.period, {(city.indicators[0], city.townships[0]): "5"})[0]
    progress.return_reports(
        actor=city.reviewer, report_ids=[report.pk], comment="Eight records only", ask="Add the rest"
    )
    page = reporter.get(URL)
    assert page.context["returned"] == [report]
    assert "Eight records only" in page.content.decode()


def test_a_reviewer_and_an_approver_see_what_waits_for_them(client, city, send):
    report = send(city.period, {(city.indicators[0], city.townships[0]): "5"})[0]
    client.force_login(city.reviewer)
    assert client.get(URL).context["waiting"] == 1
    client.force_login(city.other_reviewer)
    assert client.get(URL).context["waiting"] == 0
    progress.approve(actor=city.reviewer, report_ids=[report.pk])
    client.force_login(city.approver)
    assert client.get(URL).context["waiting"] == 1


@pytest.mark.parametrize("person", ["auditor", "viewer", "inspector"])
def test_readers_are_told_what_they_can_do(client, city, person):
    client.force_login(getattr(city, person))
    page = client.get(URL)
    assert page.context["abilities"]
    assert reverse("programmes") in page.content.decode()
    assert not page.context["forms"]


def test_queries_do_not_grow_with_the_units(reporter, city):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert reporter.get(URL).status_code == 200
        return len(queries)

    count()
    few = count()
    for _ in range(30):
        town = make_unit("township", city.counties[0])
        for indicator in city.indicators:
            make_duty(indicator, town)
    make_duty(make_indicator(city.programme), city.townships[0])
    assert count() == few
