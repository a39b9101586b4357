"""The entry grid: what a reporter sees, saves, submits, takes back; and what is refused without losing a keystroke."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from programs.models import Period, ProgressDraft, ProgressReport
from programs.services import progress
from programs.services.entry import Typed, save_drafts
from tests.factories import make_duty, make_indicator, make_unit


def save(client, city, *cells):
    url = reverse("entry-save", args=[city.programme.code, city.period.code])
    body = {
        "cells": [{"indicator": i.pk, "unit": u.pk, "text": text, "version": version} for i, u, text, version in cells]
    }
    return client.post(url, json.dumps(body), content_type="application/json")


def test_the_grid_shows_own_units_only(reporter, city, grid_url):
    page = reporter.get(grid_url).content.decode()
    assert f"c-{city.indicators[0].pk}-{city.townships[0].pk}" in page
    assert f"c-{city.indicators[0].pk}-{city.townships[2].pk}" not in page


def test_a_cell_is_saved_while_typing_and_read_by_the_server(reporter, city):
    answer = save(reporter, city, (city.indicators[0], city.townships[0], "１，２３４", 0)).json()
    cell = answer["rows"][0]["cells"][0]
    assert (cell["text"], cell["value"], cell["version"]) == ("１，２３４", "1,234", 1)
    assert answer["converted"] == [cell["key"]]
    assert ProgressDraft.objects.get().value == 1234


def test_two_people_in_one_cell_both_values_are_told(reporter, city):
    indicator, town = city.indicators[0], city.townships[0]
    save_drafts(actor=city.reporter, period=city.period, cells=[Typed(indicator.pk, town.pk, "5", version=0)])
    answer = save(reporter, city, (indicator, town, "7", 0)).json()
    assert answer["refused"][0]["theirs"] == "5"
    assert ProgressDraft.objects.get().text == "5"


def test_a_unit_of_another_county_is_refused_and_the_rest_kept(reporter, city):
    indicator = city.indicators[0]
    answer = save(reporter, city, (indicator, city.townships[0], "5", 0), (indicator, city.townships[2], "6", 0)).json()
    assert len(answer["refused"]) == 1
    assert ProgressDraft.objects.get().report.unit == city.townships[0]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"cells": 1}',
        b'{"cells": [{}]}',
        b'{"cells": [{"indicator": "x", "unit": 1, "text": ""}]}',
        b'{"cells": [{"indicator": -1, "unit": 1, "text": ""}]}',
    ],
)
def test_unreadable_saves_are_refused(reporter, city, body):
    url = reverse("entry-save", args=[city.programme.code, city.period.code])
    assert reporter.post(url, body, content_type="application/json").status_code == 400


def test_without_script_the_form_saves_and_submits(reporter, city, grid_url):
    one, two = city.indicators
    data = {"action": "submit"}
    for town in city.townships[:2]:
        data |= {
            f"c-{one.pk}-{town.pk}": "8",
            f"v-{one.pk}-{town.pk}": "0",
            f"c-{two.pk}-{town.pk}": "3",
            f"v-{two.pk}-{town.pk}": "0",
        }
    assert reporter.post(grid_url, data).status_code == 302
    assert set(ProgressReport.objects.values_list("state", flat=True)) == {"submitted"}
    assert ProgressReport.objects.count() == 4


def test_a_drop_is_refused_until_explained(reporter, city, grid_url, send):
    indicator, town = city.indicators[0], city.townships[0]
    send(city.previous, {(indicator, town): "100"})
    key = f"{indicator.pk}-{town.pk}"
    refused = reporter.post(grid_url, {"action": "submit", f"c-{key}": "90", f"v-{key}": "0"})
    assert refused.status_code == 422
    assert f'name="r-{key}"' in refused.content.decode()  # the place for the reason stands below the row
    assert ProgressDraft.objects.get(report__period=city.period).text == "90"
    explained = reporter.post(grid_url, {"action": "submit", f"c-{key}": "90", f"v-{key}": "1", f"r-{key}": "merged"})
    assert explained.status_code == 302
    assert ProgressReport.objects.get(period=city.period).revisions.get().reason == "merged"


def test_what_is_sent_cannot_be_typed_over_but_withdrawn(reporter, city, grid_url, send):
    indicator, town = city.indicators[0], city.townships[0]
    send(city.period, {(indicator, town): "5"})
    key = f"{indicator.pk}-{town.pk}"
    reporter.post(grid_url, {"action": "save", f"c-{key}": "9", f"v-{key}": "0"})
    assert ProgressReport.objects.get().value == 5
    assert not ProgressDraft.objects.exists()
    assert save(reporter, city, (indicator, town, "9", 0)).json()["refused"][0]["theirs"] is None
    assert reporter.post(grid_url, {"action": f"withdraw-{town.pk}"}).status_code == 302
    assert ProgressReport.objects.get().state == "draft"
    assert ProgressDraft.objects.get().text == "5"


def test_a_return_is_seen_beside_the_cell(reporter, city, grid_url, send):
    report = send(city.period, {(city.indicators[0], city.townships[0]): "5"})[0]
    progress.return_reports(
        actor=city.reviewer, report_ids=[report.pk], comment="Eight records only", ask="Add the rest"
    )
    page = reporter.get(grid_url).content.decode()
    assert "Eight records only" in page
    assert "Add the rest" in page
    assert 'class="is-back"' in page


def test_a_locked_period_is_read_only_and_says_why(reporter, city, grid_url):
    from django.utils import timezone

    Period.objects.filter(pk=city.period.pk).update(
        locked_at=timezone.now(), lock_reason="closed", lock_comment="Audit begins"
    )
    page = reporter.get(grid_url).content.decode()
    assert "Audit begins" in page
    assert page.count("readonly") == 4
    assert save(reporter, city, (city.indicators[0], city.townships[0], "5", 0)).status_code == 409


def test_complete_rows_are_sent_and_others_stay(reporter, city, grid_url):
    one, two = city.indicators
    first, second = city.townships[:2]
    data = {
        "action": "complete",
        f"c-{one.pk}-{first.pk}": "8",
        f"c-{two.pk}-{first.pk}": "3",
        f"c-{one.pk}-{second.pk}": "4",
    }
    assert reporter.post(grid_url, data).status_code == 302
    assert set(ProgressReport.objects.filter(state="submitted").values_list("unit_id", flat=True)) == {first.pk}
    assert ProgressDraft.objects.get().report.unit == second


def test_no_change_sends_what_was_shown_and_nothing_else(reporter, city, send):
    indicator = city.indicators[1]
    send(city.previous, {(indicator, city.townships[0]): "6"})
    url = reverse("entry-no-change", args=[city.programme.code, city.period.code])
    shown = reporter.get(url).context["plan"]
    assert reporter.post(url, {"digest": "other"}).status_code == 302
    assert not ProgressReport.objects.filter(period=city.period, state="submitted").exists()
    assert reporter.post(url, {"digest": shown.digest}).status_code == 302
    sent = ProgressReport.objects.get(period=city.period)
    assert (sent.value, sent.state, sent.revisions.get().source) == (6, "submitted", "no_change")


@pytest.mark.parametrize("place", ["entry-grid", "entry-download", "entry-upload", "entry-no-change"])
def test_other_periods_and_roles(client, city, place):
    client.force_login(city.reporter)
    assert client.get(reverse(place, args=[city.programme.code, "2031-01"])).status_code == 404
    client.force_login(city.viewer)
    assert client.get(reverse(place, args=[city.programme.code, city.period.code])).status_code == 403


def test_queries_do_not_grow_with_the_grid(reporter, city, grid_url):
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert reporter.get(grid_url).status_code == 200
        return len(queries)

    count()
    few = count()
    extra = [make_indicator(city.programme) for _ in range(3)]
    for _ in range(40):
        town = make_unit("township", city.counties[0])
        for indicator in (*city.indicators, *extra):
            make_duty(indicator, town)
    assert count() == few
