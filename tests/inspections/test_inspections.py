"""Opening, scoring and closing: who may, what the scores say, what is done once."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import AuditEntry
from programs.errors import Conflict, RuleViolation
from programs.models import Decision, Finding, Inspection, InspectionScore, Role
from programs.services.inspections import close, give_up, save_scores
from programs.services.refusals import Forbidden
from programs.services.scoring import ScoreConflict
from tests.factories import make_grant, make_organization, make_user
from tests.inspections.conftest import PASSED, make_checklist
from tests.together import at_once, told


def codes(caught):
    return {one.code for one in caught.value.errors} or {caught.value.code}


def test_the_whole_way(site):
    inspection = site.open()
    assert (inspection.state, inspection.version, inspection.office) == ("open", 0, inspection.organization.name)
    site.score(inspection, PASSED)
    done = site.close(
        inspection, panel=[{"name": "某人", "organization": "某局"}], methods=["site"], satisfaction=Decimal("92.5")
    )
    assert (done.state, done.outcome, done.total, done.closed_by) == ("closed", "pass", None, site.inspector)
    assert not done.findings.exists()
    verbs = AuditEntry.objects.filter(object_id=str(done.pk), object_type="programs.inspection").order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["inspection.open", "inspection.score", "inspection.close"]


@pytest.mark.parametrize(
    ("value", "outcome"), [("20", "pass"), ("20.0000", "pass"), ("19.9999", "fail"), ("0", "fail"), ("-1", "fail")]
)
def test_the_threshold_decides(site, value, outcome):
    inspection = site.open()
    site.score(inspection, [*PASSED[:2], {"item": "B1", "value": value}])
    assert site.close(inspection).outcome == outcome


def test_a_result_against_the_threshold_is_refused_and_nothing_stored(site):
    inspection = site.open()
    with pytest.raises(RuleViolation) as caught:
        site.score(inspection, [PASSED[0], {"item": "B1", "result": "pass", "value": "19.99"}])
    assert caught.value.code == "against_threshold"
    assert "19.99" in caught.value.message
    assert caught.value.clause == site.place.programme.basis.path
    assert not inspection.scores.exists()


@pytest.mark.parametrize(
    ("score", "code"),
    [
        ({"item": "ZZ", "result": "pass"}, "item_unknown"),
        ({"item": "A1", "result": "maybe"}, "result_unknown"),
        ({"item": "A2", "result": "na"}, "must_apply"),
        ({"item": "B1", "value": "二十"}, "not_a_number"),
        ({"item": "B1", "value": "NaN"}, "not_a_number"),
        ({"item": "B1", "value": "1e30"}, "not_a_number"),
        ({"item": "B1", "value": "1.00001"}, "not_a_number"),
        ({"item": "A1", "result": "pass", "note": "长" * 501}, "note_long"),
    ],
)
def test_bad_scores_are_named(site, score, code):
    inspection = site.open()
    with pytest.raises(RuleViolation) as caught:
        site.score(inspection, [score])
    assert codes(caught) == {code}
    assert caught.value.field == f"item-{score['item']}"


def test_everything_missing_is_named_at_once(site):
    inspection = site.open()
    site.score(inspection, [{"item": "B1", "result": "pass"}])  # says pass without its figure
    with pytest.raises(RuleViolation) as caught:
        site.close(inspection, conclusion=" ", inspected_on=timezone.localdate() + timedelta(days=1))
    assert {one.field for one in caught.value.errors} == {"inspected_on", "conclusion", "item-A1", "item-A2", "item-B1"}
    inspection.refresh_from_db()
    assert inspection.state == "open"


def test_not_applicable_everywhere_decides_nothing(site):
    checklist = make_checklist(site.place, state="draft")
    checklist.items.filter(code="A2").delete()
    type(checklist).objects.filter(pk=checklist.pk).update(state="published")
    checklist.refresh_from_db()
    inspection = site.open(declaration=None, checklist=checklist, purpose="random")
    site.score(inspection, [{"item": "A1", "result": "na"}, {"item": "B1", "result": "na", "value": "3"}])
    with pytest.raises(RuleViolation) as caught:
        site.close(inspection)
    assert caught.value.code == "nothing_applies"


def test_the_outcome_is_not_chosen_against_the_scores(site):
    inspection = site.open()
    site.score(inspection, PASSED)
    with pytest.raises(RuleViolation) as caught:
        site.close(inspection, outcome="fail")
    assert caught.value.code == "outcome_against_scores"


@pytest.mark.parametrize(("points", "outcome"), [("50", "pass"), ("49.99", "fail")])
def test_points_are_summed_and_held_against_the_pass_mark(site, points, outcome):
    checklist = make_checklist(site.place, mode="points", pass_points=90, full_points=100)
    inspection = site.open(checklist=checklist, purpose="evaluation")
    site.score(inspection, [{"item": "A1", "points": points}, {"item": "A2", "points": 40}])
    done = site.close(inspection)
    assert (done.total, done.outcome) == (Decimal(points) + 40, outcome)


def test_without_a_pass_mark_somebody_says(site):
    checklist = make_checklist(site.place, mode="points")
    inspection = site.open(checklist=checklist, purpose="evaluation")
    with pytest.raises(RuleViolation) as caught:
        site.score(inspection, [{"item": "A1", "points": "60.01"}])
    assert caught.value.code == "points_range"
    site.score(inspection, [{"item": "A1", "points": 60}, {"item": "A2", "points": 0}])
    with pytest.raises(RuleViolation) as caught:
        site.close(inspection)
    assert caught.value.code == "outcome_missing"
    assert site.close(inspection, outcome="pass").total == 60


def test_zero_points_are_points_and_none_are_not(site):
    checklist = make_checklist(site.place, mode="points", pass_points=1)
    inspection = site.open(checklist=checklist, purpose="evaluation")
    site.score(inspection, [{"item": "A1", "points": 0}])
    with pytest.raises(RuleViolation) as caught:
        site.close(inspection)
    assert [one.field for one in caught.value.errors] == ["item-A2"]


# Who may


@pytest.mark.parametrize(
    ("role", "level", "purpose", "may"),
    [
        ("inspector", "city", "acceptance", True),
        ("approver", "city", "acceptance", True),
        ("reviewer", "city", "acceptance", False),
        ("inspector", "county", "acceptance", False),  # the city decides this project
        ("approver", "county", "preliminary", True),
        ("reviewer", "county", "preliminary", True),
        ("inspector", "county", "preliminary", True),
        ("inspector", "city", "preliminary", False),  # a city's grant does not act for a county
        ("reporter", "township", "self_evaluation", True),
        ("reporter", "township", "acceptance", False),
        ("viewer", "city", "self_evaluation", False),
        ("auditor", "city", "random", False),
        ("inspector", "county", "sample", False),
        ("inspector", "city", "sample", True),
    ],
)
def test_who_may_open(site, role, level, purpose, may):
    actor = make_user()
    unit = {"city": site.place.city, "county": site.place.counties[0], "township": site.project.unit}[level]
    make_grant(actor, role, unit)
    if may:
        assert site.open(actor=actor, purpose=purpose).inspector == actor
    else:
        with pytest.raises(PermissionDenied):
            site.open(actor=actor, purpose=purpose)


def test_a_county_accepts_what_it_decides(site):
    site.project.decider_level = "county"
    site.project.save()
    actor = make_user()
    make_grant(actor, Role.INSPECTOR, site.place.counties[0])
    assert site.open(actor=actor).pk
    with pytest.raises(PermissionDenied):
        site.open(actor=site.inspector)


def test_out_of_scope_reads_like_missing(site):
    inspection = site.open()
    stranger = site.place.people["other_reviewer"]
    for call in (
        lambda: site.open(actor=stranger, purpose="preliminary", declaration=None),
        lambda: save_scores(actor=stranger, inspection_id=inspection.pk, version=0, scores=[]),
        lambda: close(actor=stranger, inspection_id=inspection.pk, version=0, inspected_on=date(2026, 1, 1), conclusion="x"),
        lambda: close(actor=site.inspector, inspection_id=10**9, version=0, inspected_on=date(2026, 1, 1), conclusion="x"),
    ):  # fmt: skip
        with pytest.raises(RuleViolation) as caught:
            call()
        assert caught.value.code == "not_found"


def test_the_body_that_applied_never_inspects_its_own_acceptance(site):
    bureau = make_organization(site.place.city)
    actor = make_user()
    make_grant(actor, Role.INSPECTOR, site.place.city, organization=bureau)
    site.project.applicant = bureau
    site.project.save()
    with pytest.raises(Forbidden) as caught:
        site.open(actor=actor)
    assert caught.value.code == "own_acceptance"
    assert site.open(actor=actor, purpose="self_evaluation").pk


def test_nobody_inspects_what_they_handed_in_even_later(site):
    inspection = site.open()
    site.score(inspection, PASSED)
    Decision.objects.create(
        declaration=site.declaration, verb="hand_in", from_stage="a", to_stage="b", actor=site.inspector,
        hands_in=True, decided_on=date(2026, 4, 1),
    )  # fmt: skip
    with pytest.raises(Forbidden) as caught:
        site.close(inspection)
    assert caught.value.code == "self_decision"


def test_the_checklist_must_serve(site):
    draft = make_checklist(site.place, state="draft")
    with pytest.raises(RuleViolation) as caught:
        site.open(checklist=draft)
    assert caught.value.code == "checklist_not_published"
    with pytest.raises(RuleViolation) as caught:
        site.open(actor=site.approver, purpose="funds", declaration=None)
    assert caught.value.code == "checklist_purpose"


# Once, and never over somebody else's


def test_one_open_inspection_for_a_purpose(site):
    first = site.open()
    with pytest.raises(Conflict) as caught:
        site.open(actor=site.colleague)
    assert caught.value.code == "already_open"
    give_up(actor=site.colleague, inspection_id=first.pk, version=0, reason="大雨")
    assert site.open(actor=site.colleague).pk != first.pk


def test_the_same_key_opens_once(site):
    key = uuid.uuid4()
    first = site.open(client_key=key)
    assert site.open(client_key=key) == first
    assert AuditEntry.objects.filter(verb="inspection.open").count() == 1
    with pytest.raises(Conflict) as caught:
        site.open(actor=site.colleague, client_key=key)
    assert caught.value.code == "client_key_used"


def test_scores_sent_twice_have_one_effect(site):
    inspection = site.open()
    site.score(inspection, PASSED, version=0)
    again = site.score(inspection, PASSED, version=0)  # the answer to the first was lost
    assert again.version == 1
    assert AuditEntry.objects.filter(verb="inspection.score").count() == 1


def test_another_persons_score_is_not_overwritten(site):
    inspection = site.open()
    empty = {"result": "", "value": "", "points": "", "note": ""}
    site.score(inspection, [{"item": "A1", "result": "pass"}], actor=site.colleague, version=0)
    with pytest.raises(ScoreConflict) as caught:
        site.score(
            inspection,
            [{"item": "A1", "result": "fail", "base": empty}, {"item": "A2", "result": "pass", "base": empty}],
            version=0,
        )
    assert list(caught.value.theirs) == ["A1"]
    assert caught.value.theirs["A1"]["by"] == site.colleague.full_name
    assert caught.value.version == 1
    assert inspection.scores.get().result == "pass"  # A2 waits too: nothing of the sending is stored
    merged = site.score(
        inspection,
        [{"item": "A1", "result": "fail", "base": {"result": "pass"}}, {"item": "A2", "result": "pass", "base": empty}],
        version=0,
    )
    assert (merged.version, merged.scores.count()) == (2, 2)


def test_different_items_from_an_older_version_are_merged(site):
    inspection = site.open()
    site.score(inspection, [{"item": "A1", "result": "pass"}], actor=site.colleague, version=0)
    site.score(inspection, [{"item": "A2", "result": "fail", "base": {"result": ""}}], version=0)
    assert inspection.scores.count() == 2


def test_a_version_from_the_future_is_a_conflict(site):
    inspection = site.open()
    with pytest.raises(Conflict) as caught:
        site.score(inspection, PASSED, version=7)
    assert caught.value.code == "newer_version"


def test_closing_twice_has_one_effect_and_is_final(site):
    inspection = site.open()
    site.score(inspection, PASSED)
    fields = {"version": 1, "inspected_on": date(2026, 10, 8), "conclusion": "合格"}
    first = close(actor=site.inspector, inspection_id=inspection.pk, **fields)
    again = close(actor=site.inspector, inspection_id=inspection.pk, **fields)
    assert again.closed_at == first.closed_at
    assert AuditEntry.objects.filter(verb="inspection.close").count() == 1
    with pytest.raises(Conflict):
        close(actor=site.colleague, inspection_id=inspection.pk, **fields)
    with pytest.raises(Conflict) as caught:
        site.score(inspection, PASSED)
    assert caught.value.code == "not_open"
    with pytest.raises(IntegrityError), transaction.atomic():
        InspectionScore.objects.filter(inspection=inspection).update(result="fail")


def test_a_stale_closing_is_a_conflict(site):
    inspection = site.open()
    site.score(inspection, PASSED)
    with pytest.raises(Conflict) as caught:
        site.close(inspection, version=0)
    assert caught.value.code == "newer_version"


def test_a_re_inspection_names_a_closed_one_of_the_same_thing(site):
    first = site.failed()
    second = site.open(previous=first)
    assert second.previous == first
    give_up(actor=site.inspector, inspection_id=second.pk, version=0, reason="x")
    with pytest.raises(RuleViolation) as caught:
        site.open(previous=second)
    assert caught.value.code == "wrong_subject"


# Findings


def test_failed_items_become_findings_and_more_can_be_added(site):
    inspection = site.open()
    site.score(
        inspection, [PASSED[0], {"item": "A2", "result": "fail", "note": "垃圾未清"}, {"item": "B1", "value": 3}]
    )
    site.close(
        inspection,
        findings=[{"text": "收入不足", "item": "B1", "severity": "serious"}, {"text": "档案不全"}],
    )
    found = {(one.item.code if one.item else "", one.text, one.severity) for one in Finding.objects.all()}
    assert found == {("A2", "垃圾未清", "minor"), ("B1", "收入不足", "serious"), ("", "档案不全", "minor")}


def test_a_finding_found_again_is_recognised(site):
    first = site.failed("A1").findings.get()
    newer = make_checklist(site.place, code=site.checklist.code + "-x")
    other = site.failed("A1", checklist=newer, purpose="recheck").findings.get()
    again = site.failed("A1").findings.get()
    assert (first.repeats, other.repeats, again.repeats) == (None, None, first)


def test_a_bad_finding_keeps_the_inspection_open(site):
    inspection = site.open()
    site.score(inspection, PASSED)
    with pytest.raises(RuleViolation) as caught:
        site.close(inspection, findings=[{"text": " "}])
    assert caught.value.code == "finding_text"
    assert Inspection.objects.get(pk=inspection.pk).state == "open"


@pytest.mark.django_db(transaction=True)
def test_two_closings_at_once(site):
    inspection = site.open()
    site.score(inspection, PASSED)
    given = {"inspection_id": inspection.pk, "version": 1, "inspected_on": date(2026, 10, 8), "conclusion": "合格"}
    answers = at_once(*(lambda who=who: close(actor=who, **given) for who in (site.inspector, site.colleague)))
    assert told(answers) == ["done", "not_open"]
    assert AuditEntry.objects.filter(verb="inspection.close").count() == 1
