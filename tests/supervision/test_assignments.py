"""Who is assigned what, and who may take which step."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import DatabaseError, transaction
from django.utils import timezone

from audit.models import AuditEntry
from programs.assignment_steps import FINAL, STEPS
from programs.errors import Conflict, RuleViolation
from programs.models import AssignmentStep, Programme, TaskAssignment, Unit
from programs.services.assignments import assign_all, plan, set_date, take_many
from programs.services.calendar import WorkCalendar
from programs.services.packs.loading import load_pack
from programs.services.units import load_units
from tests.factories import make_grant, make_unit

ZHOUKOU = "zhoukou-eldercare-2024"


@pytest.mark.slow
def test_one_clause_makes_every_county_responsible_for_all_55_tasks(db):
    load_units()
    load_pack(code=ZHOUKOU)
    programme = Programme.objects.get(code=ZHOUKOU)
    assign_all(programme=programme)
    rows = TaskAssignment.objects.filter(task__programme=programme)
    counties = rows.filter(part="implicit")
    assert counties.count() == 55 * 13  # twelve named in the annex and one without a row
    port = Unit.objects.get(code="411671000000")
    assert counties.filter(unit=port).count() == 55
    assert rows.filter(part="lead").count() == 55
    named = set(rows.exclude(organization=None).order_by().values_list("organization__code", flat=True).distinct())
    assert len(named) == 33
    assert AssignmentStep.objects.filter(verb="assign").count() == rows.count()
    assert set(rows.values_list("due_on", flat=True)) == {date(2024, 12, 31)}

    assert assign_all(programme=programme) == 0  # nothing doubles
    load_pack(code=ZHOUKOU)
    assert counties.count() == 55 * 13


def test_a_county_that_appears_later_is_added_and_a_closed_one_is_not(office):
    new = make_unit("county", office.small.city)
    make_unit("county", office.small.city, valid_to=date(2025, 1, 1))
    assert assign_all(programme=office.small.programme) == 2
    assert TaskAssignment.objects.filter(unit=new).count() == 2


def test_lead_is_not_doubled_as_responsible_and_no_year_is_no_date(office):
    first = TaskAssignment.objects.filter(task=office.tasks[0]).exclude(organization=None)
    assert sorted(first.values_list("organization", "part")) == sorted(
        [(office.lead.pk, "lead"), (office.other.pk, "responsible")]
    )
    assert office.of_county(1).due_on == date(2026, 12, 31)
    assert office.of_county(2).due_on is None


# Who may take a step of a county's assignment, and of the second bureau's.
COUNTY = {
    "owner": {"reporter"},
    "checker": {"reviewer", "lead_reviewer", "lead_approver"},
    "closer": {"approver", "lead_approver"},
    "overseer": {"approver", "lead_approver", "lead_reviewer"},
}
BUREAU = {
    "owner": {"other_bureau"},
    "checker": {"other_bureau_reviewer", "lead_reviewer", "lead_approver"},
    "closer": {"approver", "lead_approver"},
    "overseer": {"approver", "lead_approver", "lead_reviewer"},
}
EVERYBODY = (
    "reporter", "reviewer", "other_reporter", "other_reviewer", "approver", "auditor", "viewer", "inspector", "stranger",
    "lead_reporter", "lead_reviewer", "lead_approver", "other_bureau", "other_bureau_reviewer", "system_admin",
)  # fmt: skip


@pytest.mark.parametrize("kind", ["county", "bureau"])
@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.source}-{step.verb}")
def test_every_step_is_for_its_side_only(office, step, kind):
    row = office.of_county() if kind == "county" else office.of_body(office.other)
    allowed = (COUNTY if kind == "county" else BUREAU)[step.side]
    reporter = office.reporter if kind == "county" else office.other_bureau
    for name in EVERYBODY:
        handed_in = reporter if step.handed_in else None
        TaskAssignment.objects.filter(pk=row.pk).update(state=step.source, reported_by=handed_in)
        person = getattr(office, name)
        if name in allowed:
            assert office.step(person, row, step.verb).state == step.target, name
        else:
            with pytest.raises((PermissionDenied, RuleViolation)) as caught:
                office.step(person, row, step.verb)
            if name in ("stranger", "other_reporter", "other_reviewer", "system_admin") and kind == "county":
                assert caught.value.code == "not_found"
            assert TaskAssignment.objects.get(pk=row.pk).state == step.source


def test_the_straight_way_and_its_history(office):
    row = office.walk(office.of_county(), "accept", "begin", "report", "check", "close")
    assert (row.state, row.version) == ("done", 5)
    assert list(row.steps.values_list("verb", "to_state")) == [
        ("assign", "assigned"), ("accept", "accepted"), ("begin", "in_progress"), ("report", "reported"),
        ("check", "checked"), ("close", "done"),
    ]  # fmt: skip
    assert AuditEntry.objects.filter(verb="assignment.step", object_id=str(row.pk)).count() == 5
    with pytest.raises(Conflict) as caught:
        office.step(office.approver, row, "close")
    assert caught.value.code == "wrong_state"


def test_the_way_through_rectification(office):
    row = office.walk(office.of_county(), "accept", "begin", "report", "rectify")
    with pytest.raises(RuleViolation) as caught:
        office.step(office.reviewer, row, "recheck")
    assert caught.value.code == "not_handed_in"
    office.walk(row, "rectified")
    with pytest.raises(RuleViolation) as caught:
        office.step(office.reporter, row, "rectified")
    assert caught.value.code == "handed_in_already"
    row = office.walk(row, "rectify", "rectified", "recheck", "close")
    assert row.state == "closed"


def test_nobody_checks_or_closes_what_they_reported(office):
    row = office.walk(office.of_county(), "accept", "begin", "report")
    make_grant(office.reporter, "reviewer", office.small.counties[0])
    with pytest.raises(RuleViolation) as caught:
        office.step(office.reporter, row, "check")
    assert caught.value.code == "self_check"
    office.walk(row, "rectify")
    make_grant(office.other_reporter, "reporter", office.small.counties[0])
    office.step(office.other_reporter, row, "rectified")
    with pytest.raises(RuleViolation) as caught:  # an earlier report counts as well
        office.step(office.reporter, row, "recheck")
    assert caught.value.code == "self_check"
    office.walk(row, "recheck")
    make_grant(office.reporter, "approver", office.small.city)
    with pytest.raises(RuleViolation) as caught:
        office.step(office.reporter, row, "close")
    assert caught.value.code == "self_check"


def test_a_bureau_does_not_close_its_own_task(office):
    row = office.of_body(office.lead)
    TaskAssignment.objects.filter(pk=row.pk).update(state="checked")
    with pytest.raises(RuleViolation) as caught:
        office.step(office.lead_approver, row, "close")
    assert caught.value.code == "own_closing"
    assert office.step(office.approver, row, "close").state == "done"


def test_a_stale_page_is_a_conflict(office):
    row = office.of_county()
    office.step(office.reporter, row, "accept")
    with pytest.raises(Conflict) as caught:
        office.step(office.reporter, row, "begin", version=0)
    assert caught.value.code == "stale"


@pytest.mark.parametrize(
    ("verb", "before"), [("report", ("accept", "begin")), ("rectify", ("accept", "begin", "report"))]
)
def test_words_are_wanted(office, verb, before):
    row = office.walk(office.of_county(), *before)
    actor = office.reporter if verb == "report" else office.reviewer
    with pytest.raises(RuleViolation) as caught:
        office.step(actor, row, verb, comment="  ")
    assert (caught.value.code, caught.value.field) == ("comment_missing", "comment")


def test_evidence_is_judged_by_its_content(office, settings, tmp_path):
    settings.LUOSHI_DATA = tmp_path
    row = office.walk(office.of_county(), "accept", "begin")
    with pytest.raises(RuleViolation) as caught:
        office.step(office.reporter, row, "report", upload=ContentFile(b"MZ\x90\x00 a program", name="proof.pdf"))
    assert caught.value.field == "file"
    assert TaskAssignment.objects.get(pk=row.pk).state == "in_progress"


def test_several_are_accepted_at_once_or_none(office):
    rows = [office.of_county(1), office.of_county(2)]
    assert take_many(actor=office.reporter, verb="accept", versions={row.pk: 0 for row in rows}) == 2
    foreign = office.of_county(1, county=1)
    with pytest.raises(RuleViolation):
        take_many(actor=office.reporter, verb="begin", versions={rows[0].pk: 1, foreign.pk: 0})
    assert office.of_county(1).state == "accepted"


def test_steps_cannot_be_changed(office):
    step = office.of_county().steps.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        AssignmentStep.objects.filter(pk=step.pk).update(comment="other")
    with pytest.raises(DatabaseError), transaction.atomic():
        step.delete()


def test_only_a_missing_date_is_set(office):
    row = office.of_county(2)
    with pytest.raises(PermissionDenied):
        set_date(actor=office.reviewer, assignment_id=row.pk, version=0, due_on=date(2026, 12, 1))
    row = set_date(actor=office.approver, assignment_id=row.pk, version=0, due_on=date(2026, 12, 1))
    assert (row.due_on, row.first_due_on, row.version) == (date(2026, 12, 1), date(2026, 12, 1), 1)
    with pytest.raises(Conflict) as caught:
        set_date(actor=office.approver, assignment_id=row.pk, version=1, due_on=date(2026, 12, 2))
    assert caught.value.code == "has_date"


def test_the_body_plans_its_own_way_up_to_the_date(office):
    row = office.of_county()
    with pytest.raises(RuleViolation) as caught:
        plan(
            actor=office.reporter, assignment_id=row.pk, version=0, timetable="示例",
            milestones=[("late", date(2027, 1, 1), None)],
        )  # fmt: skip
    assert caught.value.code == "after_due"
    plan(
        actor=office.reporter, assignment_id=row.pk, version=0, timetable="示例", contact_office="示例科",
        milestones=[("one", date(2026, 6, 1), date(2026, 5, 30)), ("two", date(2026, 12, 31), None)],
    )  # fmt: skip
    row.refresh_from_db()
    assert (row.contact_office, row.milestones.count(), row.version) == ("示例科", 2, 1)
    with pytest.raises(PermissionDenied):
        plan(actor=office.reviewer, assignment_id=row.pk, version=1, timetable="other")


def test_no_step_leads_on_from_a_final_state():
    assert not [step for step in STEPS if step.source in FINAL]


def test_what_goes_back_gets_a_date_of_its_own_and_is_not_late_against_the_old_one(office, client):
    row = office.walk(office.of_county(), "accept", "begin", "report")
    old = timezone.localdate() - timedelta(days=40)
    TaskAssignment.objects.filter(pk=row.pk).update(due_on=old, first_due_on=old)
    with pytest.raises(RuleViolation) as caught:
        office.step(office.reviewer, row, "rectify", workdays=None)
    assert (caught.value.code, caught.value.field) == ("due_missing", "due_on")
    new = WorkCalendar(timezone.localdate(), timezone.localdate() + timedelta(days=90)).add(timezone.localdate(), 10)
    row = office.walk(row, "rectify", "rectified")
    assert (row.due_on, row.first_due_on) == (new.date, old)
    client.force_login(office.reviewer)
    entries = {entry["step"].verb: entry for entry in client.get(f"/assignments/{row.pk}/").context["history"]}
    assert entries["report"]["late"]  # it was
    assert not entries["rectified"]["late"]
    assert entries["rectify"]["step"].due_on == new.date
