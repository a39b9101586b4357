"""A later date is asked for with a reason, and decided once by somebody else."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from audit.models import AuditEntry
from programs.errors import Conflict, RuleViolation
from programs.models import AssignmentStep, Extension, TaskAssignment
from programs.services import extensions
from tests.factories import make_grant
from tests.together import at_once, told

TODAY, DUE, LATER = date(2026, 11, 2), date(2026, 12, 31), date(2027, 2, 26)


def ask(office, row, **fields):
    given = {"actor": office.reporter, "assignment_id": row.pk, "asked_until": LATER, "reason": "示例", "today": TODAY}
    return extensions.ask(**(given | fields))


def test_granted_moves_the_date_and_keeps_the_first(office):
    row = office.of_county()
    asked = ask(office, row)
    extensions.decide(actor=office.approver, extension_id=asked.pk, grant=True)
    row.refresh_from_db()
    assert (row.due_on, row.first_due_on, row.version) == (LATER, DUE, 1)
    step = AssignmentStep.objects.get(assignment=row, verb="extend")
    assert (step.actor, step.from_state, step.to_state) == (office.approver, "assigned", "assigned")


def test_refused_leaves_the_date_and_wants_a_reason(office):
    row = office.of_county()
    asked = ask(office, row)
    with pytest.raises(RuleViolation) as caught:
        extensions.decide(actor=office.approver, extension_id=asked.pk, grant=False, answer=" ")
    assert caught.value.code == "answer_missing"
    done = extensions.decide(actor=office.approver, extension_id=asked.pk, grant=False, answer="示例")
    row.refresh_from_db()
    assert (row.due_on, done.is_granted) == (DUE, False)
    ask(office, row)  # a refused one may be asked for again


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"asked_until": DUE}, "not_later"),
        ({"asked_until": date(2027, 1, 4), "today": date(2027, 1, 4)}, "not_later"),
        ({"reason": "  "}, "reason_missing"),
    ],
)
def test_what_is_refused_when_asking(office, fields, code):
    with pytest.raises(RuleViolation) as caught:
        ask(office, office.of_county(), **fields)
    assert caught.value.code == code


def test_without_a_date_there_is_nothing_to_extend(office):
    with pytest.raises(RuleViolation) as caught:
        ask(office, office.of_county(2))
    assert caught.value.code == "no_date"


def test_one_request_at_a_time_and_none_for_what_is_reported(office):
    row = office.of_county()
    ask(office, row)
    with pytest.raises(Conflict) as caught:
        ask(office, row)
    assert caught.value.code == "already_asked"
    other = office.of_county(1, county=1)
    TaskAssignment.objects.filter(pk=other.pk).update(state="reported")
    with pytest.raises(Conflict) as caught:
        ask(office, other, actor=office.other_reporter)
    assert caught.value.code == "not_open"


def test_only_the_body_asks_and_only_an_approver_decides(office):
    row = office.of_county()
    for person in (office.reviewer, office.approver, office.lead_reporter):
        with pytest.raises(PermissionDenied):
            ask(office, row, actor=person)
    with pytest.raises(RuleViolation) as caught:
        ask(office, row, actor=office.other_reporter)
    assert caught.value.code == "not_found"
    bureau = office.of_body(office.other)
    with pytest.raises(PermissionDenied):
        ask(office, bureau, actor=office.lead_reporter)
    asked = ask(office, bureau, actor=office.other_bureau)
    for person in (office.reviewer, office.inspector, office.other_bureau):
        with pytest.raises((PermissionDenied, RuleViolation)):
            extensions.decide(actor=person, extension_id=asked.pk, grant=True)


def test_who_asked_does_not_decide(office):
    asked = ask(office, office.of_county())
    make_grant(office.reporter, "approver", office.small.city)
    with pytest.raises(RuleViolation) as caught:
        extensions.decide(actor=office.reporter, extension_id=asked.pk, grant=True)
    assert caught.value.code == "self_decision"


@pytest.mark.django_db(transaction=True)
def test_two_deciders_at_once_one_decision(office):
    asked = ask(office, office.of_county())
    answers = at_once(
        *(
            lambda who=who, grant=grant: extensions.decide(actor=who, extension_id=asked.pk, grant=grant, answer="示例")
            for who, grant in ((office.approver, True), (office.lead_approver, False))
        )
    )
    assert told(answers) == ["already_decided", "done"]
    decided = Extension.objects.get(pk=asked.pk)
    row = office.of_county()
    assert row.due_on == (LATER if decided.is_granted else DUE)
    assert row.steps.filter(verb="extend").count() == int(decided.is_granted)


def test_a_report_ends_the_request_and_nobody_can_decide_it_any_more(office):
    row = office.walk(office.of_county(), "accept", "begin")
    asked = ask(office, row)
    office.walk(row, "report")
    asked.refresh_from_db()
    assert asked.lapsed_at is not None
    assert asked.decided_at is None
    assert AuditEntry.objects.filter(verb="extension.lapse").count() == 1
    with pytest.raises(Conflict) as caught:
        extensions.decide(actor=office.approver, extension_id=asked.pk, grant=False, answer="示例")
    assert caught.value.code == "lapsed"
    office.walk(row, "rectify")
    ask(office, row)  # after the lapsed one another may be asked for


def test_the_page_of_a_lapsed_request_asks_nobody_to_decide(office, client):
    row = office.walk(office.of_county(), "accept", "begin")
    asked = ask(office, row)
    office.walk(row, "report")
    client.force_login(office.approver)
    shown = client.get(f"/extensions/{asked.pk}/")
    assert (shown.status_code, shown.context["is_open"]) == (200, False)
    assert 'name="decision"' not in shown.text
    assert not client.get("/extensions/").context["page"].object_list
