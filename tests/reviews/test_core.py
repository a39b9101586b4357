"""What the core's own reviews do: each twice, late, for a past day."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.db import IntegrityError, transaction

from programs import reviews as registry
from programs.errors import RuleViolation
from programs.models import Digest, Snapshot, StageDeadline
from programs.services import digests
from programs.services.cycles import open_cycles
from programs.services.lights import count_lights, escalate
from programs.services.snapshots import digest_of, snapshot_month
from programs.services.workdays import load_calendar
from tests.declarations.conftest import case, flow
from tests.factories import make_grant, make_programme, make_user

__all__ = ["case", "flow"]


def at(moment):
    return time_machine.travel(f"{moment}:00+08:00", tick=False)


def test_the_year_is_opened_once_for_programmes_that_run(case):
    make_programme(case.place.city, starts_on=date(2027, 1, 1))
    ended = make_programme(case.place.city, starts_on=date(2023, 1, 1), ends_on=date(2025, 12, 31))
    assert open_cycles(today=date(2026, 3, 9)).changed == 0  # opened with the first declaration
    assert [open_cycles(today=date(2027, 1, 1)).changed, open_cycles(today=date(2027, 3, 9)).changed] == [2, 0]
    assert open_cycles(today=date(2025, 6, 1)).changed == 1  # for a past day
    assert list(ended.cycles.values_list("year", flat=True)) == [2025]


def due(case, **fields):
    return StageDeadline.objects.create(
        programme=case.place.programme, workflow="sample", verb="apply", **({"closes_month": 3, "closes_day": 20} | fields)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "late", "near"),
    [(date(2026, 3, 16), 0, 0), (date(2026, 3, 17), 0, 1), (date(2026, 3, 20), 0, 1), (date(2026, 3, 23), 1, 0)],
)
def test_lights_turn_three_working_days_before(case, day, late, near):
    load_calendar(years=[2026])
    due(case)
    result = count_lights(today=day).result
    assert (result["declarations_late"], result["declarations_near"]) == (late, near)


def reminded(day, hour="10:05"):
    with at(f"{day} {hour}"):
        return digests.remind(today=date.fromisoformat(day))


@pytest.fixture
def dated(case):
    load_calendar(years=[2026])
    due(case, closes_month=5, closes_day=12)
    case.place.period.delete()
    case.place.previous.delete()
    return case


def test_one_reminder_a_day_for_the_person_who_acts(dated):
    assert [reminded("2026-05-09").changed, reminded("2026-05-09", "11:05").changed] == [1, 0]  # a worked Saturday
    digest = Digest.objects.get()
    assert digest.user == dated.town_reporter
    (item,) = digest.items
    assert (item["due_on"], item["light"], item["text_zh"]) == ("2026-05-12", "near", "一号路：Apply") or (
        item["due_on"], item["light"], item["text_zh"]) == ("2026-05-12", "near", "一号路: Apply")  # fmt: skip


@pytest.mark.parametrize(
    ("day", "hour", "why"),
    [
        ("2026-05-10", "10:05", "rest_day"),
        ("2026-05-11", "08:59", "outside_hours"),
        ("2026-05-11", "17:00", "outside_hours"),
    ],
)
def test_never_on_rest_days_or_outside_hours(dated, day, hour, why):
    assert reminded(day, hour).result == {why: 1}
    assert not Digest.objects.exists()


def test_a_past_day_reminds_nobody(dated):
    with at("2026-05-11 10:05"):
        assert digests.remind(today=date(2026, 5, 9)).result == {"past_day": 1}
    assert not Digest.objects.exists()


def test_nothing_due_is_no_reminder(dated):
    assert reminded("2026-04-02").changed == 0


def test_a_whole_office_is_not_reminded(dated):
    for _n in range(3):
        make_grant(make_user(), "reporter", dated.place.townships[0])
    assert reminded("2026-05-11").result == {"without_a_person": 1}
    assert not Digest.objects.exists()


def test_a_reminder_is_put_away_by_its_owner_only(dated):
    reminded("2026-05-11")
    digest = Digest.objects.get()
    with pytest.raises(RuleViolation):
        digests.dismiss(actor=dated.city_approver, digest_id=digest.pk)
    assert digests.dismiss(actor=dated.town_reporter, digest_id=digest.pk).dismissed_at is not None


def test_figures_not_sent_are_in_it(case):
    load_calendar(years=[2026])
    case.place.previous.delete()
    period = case.place.period
    period.due_on = date(2026, 11, 10)
    period.save()
    reminded("2026-11-06")
    mine = Digest.objects.get(user=case.town_reporter)
    assert [item["kind"] for item in mine.items] == ["figures"]
    assert not Digest.objects.filter(user=case.place.viewer).exists()


def test_areas_escalate_what_they_registered(case, monkeypatch):
    monkeypatch.setattr(registry, "_escalations", {})
    registry.register_escalation("sample", "tests.reviews.test_core.three")
    outcome = escalate(today=date(2026, 5, 11))
    assert (outcome.changed, outcome.result) == (3, {"sample": 3})


def three(*, today):
    return 3


def test_the_month_is_kept_once_and_does_not_change(case):
    with at("2026-11-03 01:00"):
        assert [snapshot_month(today=date(2026, 11, 3)).changed, snapshot_month(today=date(2026, 11, 20)).changed] == [
            1,
            0,
        ]
    kept = Snapshot.objects.get()
    assert (kept.month, kept.sha256) == ("2026-10", digest_of(kept.data))
    with pytest.raises(IntegrityError), transaction.atomic():
        Snapshot.objects.update(month="2026-09")


def test_a_month_missed_is_made_up_for(case):
    with at("2026-12-03 01:00"):
        assert snapshot_month(today=date(2026, 10, 31)).result == {"month": "2026-09"}
    assert Snapshot.objects.get().data["period"]["code"] == "2026-09"
