"""One service takes every step, and nothing else does."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from audit.models import AuditEntry
from programs.access import read_access
from programs.errors import Conflict, RuleViolation
from programs.models import Attachment, CohortExemption, Decision, Declaration, Role, StageDeadline, StoredFile
from programs.queries.inbox import waiting_for
from programs.services.declarations import decide, save_draft, start
from tests.declarations import conftest
from tests.factories import make_grant, make_user
from tests.together import at_once


def attach_plan(case, name="plan.pdf"):
    stored, _ = StoredFile.objects.get_or_create(
        sha256=name.ljust(64, "0"),
        defaults={"sm3": "0" * 64, "size": 1, "content_type": "application/pdf", "name": name},
    )
    return Attachment.objects.create(
        project=case.project, kind="plan", file=stored, name=name, uploaded_by=case.town_reporter
    )


def take(case, verb, actor, **fields):
    case.declaration.refresh_from_db()
    fields = {"revision": case.declaration.revision} | fields
    return decide(actor=actor, declaration_id=case.declaration.pk, verb=verb, **fields)


def applied(case):
    attach_plan(case)
    return take(case, "apply", case.town_reporter)


def codes(caught):
    return {one.code for one in caught.value.errors} or {caught.value.code}


def test_the_whole_way_is_recorded(case):
    applied(case)
    take(case, "hand_in", case.county_reviewer)
    take(case, "accept", case.city_approver, comment="ok")
    done = take(
        case,
        "honour",
        case.city_approver,
        number="示政〔2026〕9号",
        facts={"plaque": "007"},
        decided_on=date(2026, 11, 20),
    )
    assert (done.stage, done.is_open, done.revision) == ("honoured", False, 1)
    steps = list(Decision.objects.filter(declaration=done).values_list("verb", "from_stage", "to_stage"))
    assert steps == [
        ("apply", "draft", "applied"), ("hand_in", "applied", "handed_in"),
        ("accept", "handed_in", "accepted"), ("honour", "accepted", "honoured"),
    ]  # fmt: skip
    last = Decision.objects.latest("id")
    assert (last.number, last.facts, last.decided_on) == (
        "示政〔2026〕9号",
        {"plaque": "007", "on": None},
        date(2026, 11, 20),
    )
    revision = done.revisions.get()
    assert [paper["kind"] for paper in revision.papers] == ["plan"]
    assert [f"{done.pk}:accept"] == conftest.EFFECTS
    assert AuditEntry.objects.filter(verb="declaration.decide", object_id=str(done.pk)).count() == 4


def test_everything_in_the_way_is_named_at_once(case):
    save_draft(actor=case.town_reporter, declaration_id=case.declaration.pk, data={"length": 9, "over": True})
    with pytest.raises(RuleViolation) as caught:
        take(case, "apply", case.town_reporter)
    assert codes(caught) == {"paper_missing", "length", "quota"}
    assert not Decision.objects.exists()


def test_a_soft_rule_wants_a_reason_and_keeps_it(case):
    save_draft(actor=case.town_reporter, declaration_id=case.declaration.pk, data={"length": 10, "over": True})
    attach_plan(case)
    with pytest.raises(RuleViolation) as caught:
        take(case, "apply", case.town_reporter, reasons={"quota": "  "})
    assert codes(caught) == {"quota"}
    take(case, "apply", case.town_reporter, reasons={"quota": "agreed with the city"})
    assert Decision.objects.get().overrides[0]["reason"] == "agreed with the city"


def test_a_reason_does_not_pass_a_hard_rule(case):
    save_draft(actor=case.town_reporter, declaration_id=case.declaration.pk, data={"length": 9})
    attach_plan(case)
    with pytest.raises(RuleViolation) as caught:
        take(case, "apply", case.town_reporter, reasons={"length": "please"})
    assert codes(caught) == {"length"}


def test_a_return_wants_a_comment_and_keeps_both_revisions(case):
    applied(case)
    with pytest.raises(RuleViolation) as caught:
        take(case, "return", case.county_reviewer)
    assert codes(caught) == {"comment_missing"}
    take(case, "return", case.county_reviewer, comment="the plan is last year's")
    save_draft(actor=case.town_reporter, declaration_id=case.declaration.pk, data={"length": 20})
    again = take(case, "apply", case.town_reporter)
    assert again.revision == 2
    assert list(again.revisions.values_list("number", flat=True)) == [1, 2]


def test_what_was_handed_in_is_not_edited(case):
    applied(case)
    with pytest.raises(Conflict) as caught:
        save_draft(actor=case.town_reporter, declaration_id=case.declaration.pk, data={"length": 99})
    assert caught.value.code == "wrong_stage"


def test_two_people_editing_do_not_overwrite_each_other(case):
    with pytest.raises(Conflict) as caught:
        save_draft(
            actor=case.town_reporter, declaration_id=case.declaration.pk, data={"length": 1}, expected={"length": 7}
        )
    assert caught.value.code == "newer_draft"


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("other_reviewer", RuleViolation),  # of another county: reads like something that does not exist
        ("stranger", RuleViolation),
        ("viewer", PermissionDenied),
        ("reporter", PermissionDenied),
        ("approver", PermissionDenied),  # the city's grant does not act for the county
    ],
)
def test_a_step_belongs_to_one_role_at_one_level(case, who, error):
    applied(case)
    with pytest.raises(error) as caught:
        take(case, "hand_in", case.place.people[who])
    if error is RuleViolation:
        assert caught.value.code == "not_found"
    case.declaration.refresh_from_db()
    assert case.declaration.stage == "applied"


def test_nobody_decides_what_they_handed_in(case):
    applied(case)
    take(case, "hand_in", case.county_reviewer)
    make_grant(case.county_reviewer, Role.APPROVER, case.place.city)
    with pytest.raises(RuleViolation) as caught:
        take(case, "accept", case.county_reviewer)
    assert (caught.value.code, caught.value.status) == ("self_decision", 403)


def test_the_body_that_applied_never_accepts(case):
    applied(case)
    take(case, "hand_in", case.county_reviewer)
    person = make_user()
    make_grant(person, Role.APPROVER, case.place.city, organization=case.project.applicant)
    with pytest.raises(RuleViolation) as caught:
        take(case, "accept", person)
    assert caught.value.code == "own_acceptance"


def test_an_older_revision_is_not_decided(case):
    applied(case)
    with pytest.raises(Conflict) as caught:
        take(case, "hand_in", case.county_reviewer, revision=0)
    assert caught.value.code == "newer_revision"


def test_a_step_that_does_not_lead_from_here_is_a_conflict(case):
    with pytest.raises(Conflict) as caught:
        take(case, "accept", case.city_approver)
    assert caught.value.code == "wrong_stage"


def test_a_failing_effect_leaves_nothing_behind(case):
    applied(case)
    take(case, "hand_in", case.county_reviewer)
    Declaration.objects.filter(pk=case.declaration.pk).update(draft={"explode": True})
    with pytest.raises(RuntimeError), transaction.atomic():
        take(case, "accept", case.city_approver)
    case.declaration.refresh_from_db()
    assert case.declaration.stage == "handed_in"
    assert not Decision.objects.filter(verb="accept").exists()


def autumn(case, **fields):
    return StageDeadline.objects.create(
        programme=case.place.programme, workflow="sample", verb="accept",
        **({"opens_month": 10, "opens_day": 1, "closes_month": 12, "closes_day": 31} | fields),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "allowed"), [("2026-09-30", False), ("2026-10-01", True), ("2026-12-31", True), ("2027-01-01", False)]
)
def test_a_step_keeps_its_dates(case, day, allowed):
    autumn(case)
    applied(case)
    take(case, "hand_in", case.county_reviewer)
    with time_machine.travel(f"{day} 23:59:00+08:00", tick=False):
        if allowed:
            assert take(case, "accept", case.city_approver).stage == "accepted"
        else:
            with pytest.raises(RuleViolation) as caught:
                take(case, "accept", case.city_approver)
            assert codes(caught) == {"window"}


def test_the_nearest_unit_sets_the_date(case):
    autumn(case)
    autumn(case, unit=case.place.counties[0], opens_month=11, reason="flood")
    autumn(case, unit=case.place.counties[1], opens_month=1)
    applied(case)
    take(case, "hand_in", case.county_reviewer)
    with time_machine.travel("2026-10-20 10:00:00+08:00", tick=False), pytest.raises(RuleViolation):
        take(case, "accept", case.city_approver)


def test_an_exempted_cohort_is_free_of_the_dates(case):
    autumn(case)
    CohortExemption.objects.create(
        programme=case.place.programme, year=2026, workflow="sample", verb="accept", reason="the plan is younger"
    )
    applied(case)
    take(case, "hand_in", case.county_reviewer)
    with time_machine.travel("2026-03-01 10:00:00+08:00", tick=False):
        assert take(case, "accept", case.city_approver).stage == "accepted"


def test_facts_are_read_and_refused_by_kind(case):
    applied(case)
    take(case, "hand_in", case.county_reviewer)
    take(case, "accept", case.city_approver)
    with pytest.raises(RuleViolation) as caught:
        take(case, "honour", case.city_approver, facts={"on": "31 February"})
    assert {one.field for one in caught.value.errors} == {"fact-plaque", "fact-on", "number"}


def test_evidence_must_belong_to_the_project(case):
    applied(case)
    with pytest.raises(RuleViolation) as caught:
        take(case, "hand_in", case.county_reviewer, evidence=[10**9])
    assert caught.value.code == "evidence_unknown"


def test_the_inbox_is_what_somebody_can_do_next(case):
    def inbox(person):
        return list(waiting_for(read_access(person)).values_list("pk", flat=True))

    mine = [case.declaration.pk]
    assert (inbox(case.town_reporter), inbox(case.county_reviewer), inbox(case.city_approver)) == (mine, [], [])
    applied(case)
    assert (inbox(case.town_reporter), inbox(case.county_reviewer), inbox(case.city_approver)) == ([], mine, [])
    take(case, "hand_in", case.county_reviewer)
    assert (inbox(case.county_reviewer), inbox(case.city_approver), inbox(case.place.people["stranger"])) == (
        [],
        mine,
        [],
    )


@pytest.mark.parametrize("table", ["decisions", "revisions"])
def test_history_is_not_edited(case, table):
    applied(case)
    with pytest.raises(IntegrityError), transaction.atomic():
        getattr(case.declaration, table).update(declaration=case.declaration)
    with pytest.raises(IntegrityError), transaction.atomic():
        getattr(case.declaration, table).all().delete()


@pytest.mark.parametrize(
    ("day", "code"),
    [("2025-01-01", ""), ("2024-12-31", "old_day"), ("2026-11-20", ""), ("2026-11-21", "future_day")],
)
def test_the_paper_of_a_step_is_dated_in_its_own_years_and_not_ahead(case, day, code):
    applied(case)
    with time_machine.travel("2026-11-20 23:59:00+08:00", tick=False):
        call = {"decided_on": date.fromisoformat(day)}
        if not code:
            take(case, "hand_in", case.county_reviewer, **call)
            assert Decision.objects.latest("id").decided_on == call["decided_on"]
            return
        with pytest.raises(RuleViolation) as caught:
            take(case, "hand_in", case.county_reviewer, **call)
    assert codes(caught) == {code}
    assert Decision.objects.count() == 1


def test_starting_twice_opens_one_declaration(case):
    again = start(actor=case.town_reporter, project=case.project, year=2026)
    assert again.pk == case.declaration.pk
    assert Declaration.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_acceptances_have_one_effect(case):
    applied(case)
    take(case, "hand_in", case.county_reviewer)
    second = make_user()
    make_grant(second, Role.APPROVER, case.place.city)
    ids = {"declaration_id": case.declaration.pk, "verb": "accept", "revision": 1}
    answers = at_once(lambda: decide(actor=case.city_approver, **ids), lambda: decide(actor=second, **ids))
    assert sorted(type(one).__name__ for one in answers) == ["Conflict", "Declaration"]
    assert len(conftest.EFFECTS) == Decision.objects.filter(verb="accept").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_against_a_decision(case):
    applied(case)
    ids = {"declaration_id": case.declaration.pk, "revision": 1}
    answers = at_once(
        lambda: decide(actor=case.town_reporter, verb="withdraw", comment="wrong plan", **ids),
        lambda: decide(actor=case.county_reviewer, verb="hand_in", **ids),
    )
    assert sorted(type(one).__name__ for one in answers) == ["Conflict", "Declaration"]
    case.declaration.refresh_from_db()
    assert Decision.objects.filter(declaration=case.declaration).latest("id").to_stage == case.declaration.stage
    assert Decision.objects.filter(declaration=case.declaration).count() == 2
