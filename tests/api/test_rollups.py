"""Roll-ups: the same figures as the dashboards, now and as known then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from programs.models import Target
from programs.services.periods import ensure_periods
from programs.services.summaries import rebuild, refresh_pending
from tests.factories import make_user

pytestmark = pytest.mark.django_db(transaction=True)


def ask(city, name="approver", **changes):
    params = {"indicator": "toilets-done", "period": city.now.code, "unit": city.city.code} | changes
    return city.api(name).get("rollups/", params)


def test_a_figure_with_its_target_and_who_is_missing(city):
    city.report("12", state="approved")
    city.report("8.0", unit=city.others[0], state="approved")
    found = ask(city).json()
    assert {key: found[key] for key in ("value", "target", "completion", "reports", "expected", "target_below", "unit", "programme")} == {
        "value": "20", "target": "100", "completion": "0.2", "reports": 2, "expected": 5, "target_below": None, "unit": city.city.code,
        "programme": "toilets-2026",
    }  # fmt: skip


def test_unknown_is_null_and_not_zero(city):
    rebuild()
    found = ask(city, unit=city.townships[2].code).json()
    assert (found["value"], found["target"], found["completion"]) == (None, None, None)
    assert (found["reports"], found["expected"], found["light"]) == (0, 1, "none")
    city.report("0", unit=city.townships[2], state="approved")
    assert ask(city, unit=city.townships[2].code).json()["value"] == "0"


def test_a_sum_of_targets_below_is_not_a_target(city):
    city.report("12", state="approved")
    found = ask(city, unit=city.county.code).json()
    assert (found["target"], found["completion"]) == (None, None)
    assert (found["target_below"], found["completion_below"]) == ("20.5", "0.5854")


def test_a_ratio_is_divided_last_and_shows_its_parts(city):
    for unit, done, total in zip(city.townships, ("10", "20", "0"), ("100", "50", "50"), strict=True):
        city.report(done, unit=unit, state="approved")
        city.report(total, unit=unit, indicator=city.total, state="approved")
    found = ask(city, indicator="toilets-share", unit=city.county.code).json()
    assert (found["value"], found["numerator"], found["denominator"]) == ("15", "30", "200")


def test_as_of_answers_what_was_known_then(city):
    before = timezone.now() - timedelta(seconds=1)
    city.report("12", state="approved")
    then = ask(city, as_of=before.isoformat()).json()
    assert (then["value"], then["reports"], then["expected"]) == (None, 0, 5)
    assert then["as_of"].startswith(before.strftime("%Y-%m-%dT%H:%M"))
    assert ask(city, as_of=timezone.now().isoformat()).json()["value"] == "12"
    assert ask(city, as_of=timezone.localdate().isoformat()).json()["value"] == "12"
    yesterday = timezone.localdate() - timedelta(days=1)
    assert ask(city, as_of=yesterday.isoformat()).json()["value"] is None


def test_a_target_set_later_is_not_known_then(city):
    Target.objects.update(recorded_at=timezone.now())
    assert ask(city, as_of=(timezone.localdate() - timedelta(days=1)).isoformat()).json()["target"] is None


def test_units_outside_the_scope_are_unknown(city):
    for code in (city.city.code, city.other.code, "000000000000"):
        answer = ask(city, name="viewer", unit=code)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "unit")
    assert ask(city, name="viewer", unit=city.county.code).status_code == 200


def test_children_have_the_same_figures_one_by_one(city):
    city.report("12", state="approved")
    found = (
        city.api("approver")
        .get("rollups/children/", {"indicator": "toilets-done", "period": city.now.code, "unit": city.county.code})
        .json()
    )
    assert [one["unit"] for one in found["results"]] == [one.code for one in city.townships]
    for one in found["results"]:
        alone = ask(city, unit=one["unit"]).json()
        assert {**one, "as_of": ""} == {**alone, "as_of": ""}


def test_a_person_without_any_grant_is_told_so(city):
    from tests.api.conftest import Caller

    assert Caller(make_user("api-nobody")).get("units/").status_code == 403


def test_what_is_owed_is_known_before_anything_is_approved(city):
    code = "2026-03"
    assert ask(city, period=code).status_code == 400
    ensure_periods(programme=city.programme, today=city.now.starts_on)
    refresh_pending()
    assert (ask(city, period=code).json()["reports"], ask(city, period=code).json()["expected"]) == (0, 5)


def test_the_worker_finds_nothing_left_after_an_approval(city):
    city.report("12", state="approved")
    assert refresh_pending() == 0
