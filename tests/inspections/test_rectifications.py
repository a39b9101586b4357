"""A finding is put right: dates on working days, another person revisits, what is late goes up."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from audit.models import AuditEntry
from programs.access import read_access
from programs.errors import Conflict, RuleViolation
from programs.models import RectificationStep, Role, Workday
from programs.rectification_steps import possible
from programs.services import extensions
from programs.services.rectifications import assign, escalate, take
from programs.services.refusals import Forbidden
from tests.factories import make_grant, make_organization, make_user
from tests.together import at_once, told

DAY = date(2026, 10, 12)  # a Monday


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel("2026-10-12T02:00:00Z", tick=False):
        yield


@pytest.fixture
def finding(site):
    return site.failed("A1").findings.get()


@pytest.fixture
def given(site, finding):
    """A rectification of the township's body, due on the Friday."""
    return assign(
        actor=site.inspector, finding_id=finding.pk, goal="垃圾清运到位", due_on=date(2026, 10, 16),
        organization=site.body,
    )  # fmt: skip


def step(site, given, verb, actor=None, **fields):
    if verb in ("close", "send_back"):
        fields = {"revisited_on": DAY} | fields
    who = actor or (site.colleague if verb in ("close", "send_back") else site.reporter)
    return take(actor=who, rectification_id=given.pk, verb=verb, **({"comment": "已清运"} | fields))


def test_the_whole_way_with_a_sending_back(site, given):
    assert (given.state, given.due_on, given.unit, given.organization) == (
        "assigned",
        date(2026, 10, 16),
        site.project.unit,
        site.body,
    )
    step(site, given, "accept", comment="")
    step(site, given, "report", upload=SimpleUploadedFile("现场.png", PNG, "image/png"))
    step(site, given, "send_back", comment="北侧仍有垃圾")
    step(site, given, "report")
    done = step(site, given, "close", comment="复查合格")
    assert done.state == "closed"
    assert done.closed_at is not None
    rows = list(given.steps.values_list("verb", "from_state", "to_state", "revisited_on"))
    assert rows == [
        ("assign", "", "assigned", None), ("accept", "assigned", "in_progress", None),
        ("report", "in_progress", "reported", None), ("send_back", "reported", "in_progress", DAY),
        ("report", "in_progress", "reported", None), ("close", "reported", "closed", DAY),
    ]  # fmt: skip
    evidence = given.steps.filter(verb="report").first()
    assert evidence.file_name == "现场.png"
    assert AuditEntry.objects.filter(verb__startswith="rectification.", object_id=str(given.pk)).count() == 6
    with pytest.raises(IntegrityError), transaction.atomic():
        RectificationStep.objects.filter(pk=evidence.pk).update(comment="x")


@pytest.mark.parametrize(
    ("due_on", "workdays", "wanted", "provisional"),
    [
        (date(2026, 10, 17), None, date(2026, 10, 19), True),  # a Saturday; the year is not loaded
        (None, 5, date(2026, 10, 19), True),
        (DAY, None, DAY, True),
    ],
)
def test_the_last_day_is_a_working_day(site, finding, due_on, workdays, wanted, provisional):
    made = assign(actor=site.inspector, finding_id=finding.pk, goal="x", due_on=due_on, workdays=workdays)
    assert (made.due_on, made.first_due_on, made.due_is_provisional) == (wanted, wanted, provisional)


def test_a_saturday_that_is_worked_stays(site, finding):
    Workday.objects.create(date=date(2026, 10, 17), is_workday=True, source="x")
    made = assign(actor=site.inspector, finding_id=finding.pk, goal="x", due_on=date(2026, 10, 17))
    assert (made.due_on, made.due_is_provisional) == (date(2026, 10, 17), False)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"goal": " ", "workdays": 3}, "goal_missing"),
        ({"goal": "x"}, "due_missing"),
        ({"goal": "x", "workdays": 3, "due_on": DAY}, "due_missing"),
        ({"goal": "x", "due_on": date(2026, 10, 11)}, "due_range"),
        ({"goal": "x", "due_on": date(2036, 10, 11)}, "due_range"),
        ({"goal": "x", "workdays": 0}, "due_range"),
    ],
)
def test_bad_assignments_are_named(site, finding, fields, code):
    with pytest.raises(RuleViolation) as caught:
        assign(actor=site.inspector, finding_id=finding.pk, **fields)
    assert caught.value.code == code


def test_the_owner_has_to_do_with_the_place(site, finding):
    elsewhere = make_organization(site.place.counties[1])
    for fields in ({"unit": site.place.counties[1]}, {"organization": elsewhere}):
        with pytest.raises(RuleViolation) as caught:
            assign(actor=site.inspector, finding_id=finding.pk, goal="x", workdays=3, **fields)
        assert caught.value.code == "owner_elsewhere"
    county = make_organization(site.place.counties[0])
    made = assign(
        actor=site.inspector, finding_id=finding.pk, goal="x", workdays=3, unit=site.place.counties[0],
        organization=county,
    )  # fmt: skip
    assert made.unit == site.place.counties[0]


def test_a_finding_is_assigned_once_and_by_who_inspects(site, finding, given):
    with pytest.raises(Conflict) as caught:
        assign(actor=site.colleague, finding_id=finding.pk, goal="x", workdays=3)
    assert caught.value.code == "already_assigned"
    with pytest.raises(PermissionDenied):
        assign(actor=site.reporter, finding_id=finding.pk, goal="x", workdays=3)


@pytest.mark.parametrize("verb", ["close", "send_back"])
def test_who_reported_does_not_revisit(site, given, verb):
    make_grant(site.reporter, Role.INSPECTOR, site.place.city)
    step(site, given, "report")
    with pytest.raises(Forbidden) as caught:
        step(site, given, verb, actor=site.reporter)
    assert caught.value.code == "self_revisit"
    given.refresh_from_db()
    assert not possible(given, read_access(site.reporter), site.reporter)


def test_the_owning_body_does_not_revisit(site, given):
    other = make_user()
    make_grant(other, Role.INSPECTOR, site.place.city, organization=site.body)
    step(site, given, "report")
    with pytest.raises(Forbidden) as caught:
        step(site, given, "close", actor=other)
    assert caught.value.code == "own_revisit"


def test_only_the_body_named_reports(site, given):
    other = make_user()
    make_grant(other, Role.REPORTER, site.project.unit, organization=make_organization(site.project.unit))
    with pytest.raises(PermissionDenied):
        step(site, given, "report", actor=other)
    with pytest.raises(PermissionDenied):
        step(site, given, "report", actor=site.inspector)
    with pytest.raises(RuleViolation) as caught:
        step(site, given, "report", actor=site.place.people["other_reporter"])
    assert caught.value.code == "not_found"


@pytest.mark.parametrize("day", [None, date(2026, 10, 11), date(2026, 10, 13)])
def test_the_revisit_lies_between_report_and_today(site, given, day):
    step(site, given, "report")
    with pytest.raises(RuleViolation) as caught:
        step(site, given, "close", revisited_on=day)
    assert caught.value.field == "revisited_on"


def test_words_are_wanted(site, given):
    with pytest.raises(RuleViolation) as caught:
        step(site, given, "report", comment=" ")
    assert caught.value.code == "comment_missing"


def test_a_decision_on_what_changed_meanwhile_is_a_conflict(site, given):
    step(site, given, "report")
    seen = given.steps.order_by("-id").first().pk
    step(site, given, "send_back")
    step(site, given, "report", comment="又报一次")
    with pytest.raises(Conflict) as caught:
        step(site, given, "close", seen=seen)
    assert caught.value.code == "stale"
    with pytest.raises(Conflict) as caught:
        step(site, given, "accept")
    assert caught.value.code == "wrong_state"


def test_late_goes_up_once_a_level(site, given):
    assert escalate(today=date(2026, 10, 16)) == 0
    assert escalate(today=date(2026, 10, 18)) == 0  # the weekend after
    assert escalate(today=date(2026, 10, 19)) == 1
    assert escalate(today=date(2026, 10, 19)) == 0
    assert escalate(today=date(2026, 10, 22)) == 0
    assert escalate(today=date(2026, 10, 23)) == 1
    assert escalate(today=date(2026, 10, 19)) == 0  # a run for a past day takes nothing back
    given.refresh_from_db()
    assert given.escalation == 2
    assert given.steps.filter(verb="escalate", actor=None).count() == 2


def test_a_run_that_was_missed_goes_straight_to_the_city(site, given):
    assert escalate(today=date(2026, 11, 30)) == 1
    given.refresh_from_db()
    assert given.escalation == 2


def test_what_waits_for_its_revisit_is_not_escalated(site, given):
    step(site, given, "report")
    assert escalate(today=date(2026, 11, 30)) == 0


def test_a_later_date_is_asked_for_and_granted(site, given):
    asked = extensions.ask(
        actor=site.reporter, rectification_id=given.pk, asked_until=date(2026, 10, 23), reason="连续降雨"
    )
    extensions.decide(actor=site.colleague, extension_id=asked.pk, grant=True)
    given.refresh_from_db()
    assert (given.due_on, given.first_due_on) == (date(2026, 10, 23), date(2026, 10, 16))
    assert escalate(today=date(2026, 10, 23)) == 0


@pytest.mark.django_db(transaction=True)
def test_two_assignments_at_once(site, finding):
    given = {"finding_id": finding.pk, "goal": "x", "workdays": 3}
    answers = at_once(*(lambda who=who: assign(actor=who, **given) for who in (site.inspector, site.colleague)))
    assert told(answers) == ["already_assigned", "done"]


def _png() -> bytes:
    from io import BytesIO

    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (20, 20), "white").save(out, "PNG")
    return out.getvalue()


PNG = _png()


def test_a_late_report_stays_marked_while_it_waits_and_after_it_is_closed(site, given, client):
    with time_machine.travel("2026-10-20T02:00:00Z", tick=False):  # two working days after Friday the 16th
        take(actor=site.reporter, rectification_id=given.pk, verb="report", comment="已清运")
        client.force_login(site.colleague)
        page = client.get(f"/rectifications/{given.pk}/")
        assert (page.context["row"].light, page.context["row"].late_by) == ("wait", 2)
        (report,) = [entry for entry in page.context["history"] if entry["step"].verb == "report"]
        assert (report["late"], report["kind"]) == (True, "bad")
        listed = client.get("/rectifications/")
        assert [row.late_by for row in listed.context["rows"]] == [2]
        assert listed.context["late"] == 0  # it waits for its revisit: no red row, not counted as late
        assert listed.text.count(str(given.get_state_display())) >= 1
    with time_machine.travel("2026-10-21T02:00:00Z", tick=False):
        take(
            actor=site.colleague, rectification_id=given.pk, verb="close", comment="已看", revisited_on=date(2026, 10, 21)
        )  # fmt: skip
        client.force_login(site.colleague)
        assert client.get(f"/rectifications/{given.pk}/").context["row"].late_by == 2


def test_a_report_ends_the_request_for_a_later_date(site, given):
    asked = extensions.ask(
        actor=site.reporter, rectification_id=given.pk, asked_until=date(2026, 10, 23), reason="连续降雨"
    )
    step(site, given, "report")
    asked.refresh_from_db()
    assert asked.lapsed_at is not None
