"""Lights count working days, also over holidays; a task without a date is never late."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from programs.models import Grant, TaskAssignment
from programs.queries.assignments import LIGHTS, TaskLights, has_light
from programs.services.supervision_reminders import reminders
from programs.services.workdays import load_calendar
from tests.factories import make_grant, make_user

# 2026: 1 to 7 October are a holiday (Thursday to Wednesday), 10 October is a worked Saturday
DUE = date(2026, 10, 9)


@pytest.fixture
def calendar(db):
    load_calendar(years=[2026])


@pytest.mark.parametrize(
    ("today", "light"),
    [
        (date(2026, 9, 28), "ok"),  # 29, 30, 8, 9: four working days left
        (date(2026, 9, 29), "near"),  # 30, 8, 9
        (date(2026, 10, 5), "near"),
        (DUE, "near"),  # the last day is not late
        (date(2026, 10, 10), "late"),
    ],
)
def test_three_working_days_over_a_holiday(calendar, today, light):
    assert TaskLights(today).of("in_progress", DUE, False) == light


def test_late_on_a_rest_day_too(calendar):
    friday, sunday = date(2026, 10, 23), date(2026, 10, 25)
    lights = TaskLights(sunday)
    assert lights.of("accepted", friday, False) == "late"  # no working day has passed since, the date has
    assert "1" in lights.words("late", friday)


@pytest.mark.parametrize(
    ("state", "handed_in", "due", "light"),
    [
        ("assigned", False, None, "none"),
        ("rectifying", False, None, "back"),
        ("rectifying", False, DUE - timedelta(days=60), "late"),
        ("rectifying", True, DUE - timedelta(days=60), "wait"),
        ("reported", True, DUE - timedelta(days=60), "wait"),  # the body has done its part
        ("checked", True, None, "wait"),
        ("rechecked", True, None, "wait"),
        ("done", True, DUE - timedelta(days=60), "done"),
        ("closed", True, None, "done"),
    ],
)
def test_the_light_says_whose_turn_it_is(calendar, state, handed_in, due, light):
    assert TaskLights(date(2026, 9, 1)).of(state, due, handed_in) == light


def test_the_filter_and_the_light_agree_for_every_row(office, calendar):
    today = date(2026, 9, 29)
    dues = [None, *(today + timedelta(days=n) for n in (-30, -1, 0, 1, 9, 10, 11, 40))]
    row = office.of_county()
    lights = TaskLights(today)
    for state in TaskAssignment.State:
        for due in dues:
            for by in (None, office.reporter):
                TaskAssignment.objects.filter(pk=row.pk).update(state=state, due_on=due, reported_by=by)
                found = [light for light in LIGHTS if TaskAssignment.objects.filter(has_light(light, today), pk=row.pk)]
                assert found == [lights.of(state, due, by is not None)], (state, due, by)


def test_a_county_is_reminded_once_not_once_a_task(office, calendar):
    today = date(2026, 12, 30)
    TaskAssignment.objects.filter(unit=office.small.counties[0]).update(due_on=date(2026, 12, 31))
    TaskAssignment.objects.exclude(unit=office.small.counties[0]).update(due_on=None)
    found = reminders(today)
    assert [(one.unit, one.light, one.due_on) for one in found] == [
        (office.small.counties[0], "near", date(2026, 12, 31))
    ]
    assert "2" in found[0].text_en
    assert found[0].roles == ("reporter",)
    TaskAssignment.objects.filter(unit=office.small.counties[0]).update(state="reported")
    assert reminders(today) == []


def test_the_digest_brings_it_to_the_reporter_of_the_county_only(office, calendar):
    import time_machine

    from programs.models import Digest
    from programs.services import digests

    TaskAssignment.objects.filter(unit=office.small.counties[0]).update(due_on=date(2026, 12, 31))
    make_grant(make_user(), "viewer", office.small.counties[0])
    with time_machine.travel("2026-12-30T10:00:00+08:00", tick=False):
        digests.remind(today=date(2026, 12, 30))
        digests.remind(today=date(2026, 12, 30))
    of_tasks = [d for d in Digest.objects.all() if any(item["kind"] == "assignment" for item in d.items)]
    told = [d.user_id for d in of_tasks]
    assert sorted(told) == sorted(
        {office.reporter.pk, office.lead_reporter.pk, office.other_bureau.pk, office.other_reporter.pk} & set(told)
    )
    assert told.count(office.reporter.pk) == 1


def assigned(user) -> list[str]:
    """What the reminders of a person say about tasks."""
    from programs.models import Digest

    items = [item for one in Digest.objects.filter(user=user) for item in one.items]
    return [item["text_en"] for item in items if item["kind"] == "assignment"]


def test_a_body_is_reminded_through_whoever_reports_for_it(office, calendar):
    import time_machine

    from programs.services import digests

    with time_machine.travel("2026-12-30T10:00:00+08:00", tick=False):
        digests.remind(today=date(2026, 12, 30))
    assert len(assigned(office.lead_reporter)) == len(assigned(office.other_bureau)) == 1
    assert "1 task of" in assigned(office.lead_reporter)[0]
    assert not assigned(office.lead_reviewer)


def test_a_body_without_a_reporter_is_reminded_through_those_of_its_unit_in_one_line(office, calendar):
    import time_machine

    from programs.services import digests

    Grant.objects.filter(organization__isnull=False, role="reporter").delete()
    clerk = make_user()
    make_grant(clerk, "reporter", office.small.city)
    with time_machine.travel("2026-12-30T10:00:00+08:00", tick=False):
        digests.remind(today=date(2026, 12, 30))
    (line,) = assigned(clerk)
    assert "2 tasks of bodies of" in line
    assert not assigned(office.lead_approver)
