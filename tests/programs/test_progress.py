"""From a typed cell to a counted figure: every step, every refusal, two people at once."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from audit.models import AuditEntry
from programs.errors import Conflict, RuleViolation
from programs.models import (
    ApprovedFigure,
    CorrectionRequest,
    Period,
    ProgressDecision,
    ProgressReport,
    ProgressRevision,
    Summary,
)
from programs.queries.figures import Figures
from programs.services import corrections, periods, progress
from programs.services.entry import Typed, save_drafts
from programs.services.no_change import fill_blanks
from programs.services.refusals import Forbidden
from programs.services.summaries import refresh_pending
from tests.factories import make_grant, make_period, make_user, small_city
from tests.together import at_once, told


def type_in(place, value, *, town=0, indicator=0, reason="", actor=None, period=None) -> ProgressReport:
    answers = save_drafts(
        actor=actor or place.reporter,
        period=period or place.period,
        cells=[Typed(place.indicators[indicator].pk, place.townships[town].pk, str(value), reason)],
    )
    assert answers[0].refusal is None, answers[0].refusal
    return answers[0].report


def submitted(place, value="10", **where) -> ProgressReport:
    report = type_in(place, value, **where)
    progress.submit(actor=where.get("actor") or place.reporter, report_ids=[report.pk])
    return report


def approved(place, value="10", **where) -> ProgressReport:
    report = submitted(place, value, **where)
    progress.approve(actor=place.reviewer, report_ids=[report.pk])
    progress.approve(actor=place.approver, report_ids=[report.pk])
    refresh_pending()
    report.refresh_from_db()
    return report


def figure(place, unit, *, as_of=None, period=None):
    return Figures([place.indicators[0]], [(period or place.period).pk], [unit.pk], as_of=as_of).get(
        place.indicators[0].pk, (period or place.period).pk, unit.pk
    )


def test_the_whole_way(place):
    report = submitted(place, "1,200")
    report.refresh_from_db()
    assert (report.state, report.revision, report.value) == ("submitted", 1, Decimal(1200))
    assert figure(place, place.city).value is None
    progress.approve(actor=place.reviewer, report_ids=[report.pk])
    report.refresh_from_db()
    assert report.state == "reviewed"
    progress.approve(actor=place.approver, report_ids=[report.pk])
    report.refresh_from_db()
    assert report.state == "approved"
    refresh_pending()
    assert (figure(place, place.city).value, figure(place, place.city).reports, figure(place, place.city).expected) == (
        1200,
        1,
        4,
    )
    assert figure(place, place.counties[1]).value is None
    assert [d.verb for d in ProgressDecision.objects.order_by("id")] == ["submit", "review", "approve"]
    assert list(AuditEntry.objects.order_by("id").values_list("verb", flat=True)) == [
        "progress.draft",
        "progress.submit",
        "progress.review",
        "progress.approve",
    ]


def test_text_that_is_no_figure_is_kept_but_not_submitted(place):
    answer = save_drafts(
        actor=place.reporter,
        period=place.period,
        cells=[Typed(place.indicators[0].pk, place.townships[0].pk, "十二户")],
    )[0]
    assert answer.unreadable.code == "format"
    assert answer.draft.text == "十二户"
    with pytest.raises(RuleViolation, match="十二户") as refusal:
        progress.submit(actor=place.reporter, report_ids=[answer.report.pk])
    assert refusal.value.code == "not_submittable"
    assert not ProgressRevision.objects.exists()


def test_all_or_none_is_submitted(place):
    good, bad = type_in(place, "10"), type_in(place, "-1", town=1)
    with pytest.raises(RuleViolation) as refusal:
        progress.submit(actor=place.reporter, report_ids=[good.pk, bad.pk])
    assert [error.code for error in refusal.value.errors] == ["negative"]
    assert set(ProgressReport.objects.values_list("state", flat=True)) == {"draft"}


def test_a_drop_wants_a_reason(place):
    submitted(place, "50", period=place.previous)
    report = type_in(place, "40")
    with pytest.raises(RuleViolation) as refusal:
        progress.submit(actor=place.reporter, report_ids=[report.pk])
    assert refusal.value.errors[0].code == "drop"
    type_in(place, "40", reason="核减重复户")
    progress.submit(actor=place.reporter, report_ids=[report.pk])
    assert ProgressRevision.objects.get(report=report).flags[0]["code"] == "drop"


def test_nothing_is_saved_where_nothing_is_owed(place):
    place.indicators[0].duties.filter(unit=place.townships[0]).delete()
    answer = save_drafts(
        actor=place.reporter, period=place.period, cells=[Typed(place.indicators[0].pk, place.townships[0].pk, "1")]
    )[0]
    assert answer.refusal.code == "not_owed"
    assert not ProgressReport.objects.exists()


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("other_reporter", "unit_not_found"),
        ("stranger", "unit_not_found"),
        ("reviewer", "not_reporter"),
        ("viewer", "not_reporter"),
        ("nobody", "unit_not_found"),
    ],
)
def test_only_the_reporter_of_the_unit_types(place, who, code):
    answer = save_drafts(
        actor=place.people[who], period=place.period, cells=[Typed(place.indicators[0].pk, place.townships[0].pk, "1")]
    )[0]
    assert answer.refusal.code == code


def test_two_people_in_one_cell_see_each_other(place):
    cell = (place.indicators[0].pk, place.townships[0].pk)
    first = save_drafts(actor=place.reporter, period=place.period, cells=[Typed(*cell, "1", version=0)])[0]
    second = save_drafts(actor=place.reporter, period=place.period, cells=[Typed(*cell, "2", version=0)])[0]
    assert second.refusal.code == "overtaken"
    assert second.theirs.text == "1"
    again = save_drafts(actor=place.reporter, period=place.period, cells=[Typed(*cell, "1", version=0)])[0]
    assert (again.refusal, again.draft.version) == (None, 1)  # the same text once more overtakes nobody
    third = save_drafts(
        actor=place.reporter, period=place.period, cells=[Typed(*cell, "3", version=first.draft.version)]
    )[0]
    assert (third.draft.text, third.draft.version) == ("3", 2)
    emptied = save_drafts(actor=place.reporter, period=place.period, cells=[Typed(*cell, "", version=2)])[0]
    assert emptied.refusal is None
    assert not hasattr(ProgressReport.objects.get(), "draft")


def test_sent_figures_are_not_typed_over(place):
    report = submitted(place)
    answer = save_drafts(
        actor=place.reporter, period=place.period, cells=[Typed(report.indicator_id, report.unit_id, "11")]
    )[0]
    assert answer.refusal.code == "submitted"
    progress.withdraw(actor=place.reporter, report_ids=[report.pk])
    assert ProgressReport.objects.get().draft.text == "10"
    type_in(place, "11")
    progress.submit(actor=place.reporter, report_ids=[report.pk])
    assert list(ProgressRevision.objects.values_list("number", "value")) == [(1, 10), (2, 11)]


def test_a_returned_figure_comes_back_as_a_new_revision(place):
    report = submitted(place)
    with pytest.raises(RuleViolation) as refusal:
        progress.return_reports(actor=place.reviewer, report_ids=[report.pk], comment="  ")
    assert refusal.value.code == "comment_missing"
    progress.return_reports(
        actor=place.reviewer, report_ids=[report.pk], comment="Check", ask="Correct", redo_by=date(2026, 11, 25)
    )
    report.refresh_from_db()
    assert report.state == "returned"
    with pytest.raises(RuleViolation) as refusal:
        progress.submit(actor=place.reporter, report_ids=[report.pk])
    assert refusal.value.code == "no_draft"
    type_in(place, "12")
    progress.submit(actor=place.reporter, report_ids=[report.pk])
    report.refresh_from_db()
    assert (report.state, report.revision) == ("submitted", 2)


def test_nobody_decides_what_they_submitted(place):
    from tests.factories import make_grant

    make_grant(place.reporter, "reviewer", place.city)
    make_grant(place.reporter, "approver", place.city)
    report = submitted(place)
    for step in (
        lambda: progress.approve(actor=place.reporter, report_ids=[report.pk]),
        lambda: progress.return_reports(actor=place.reporter, report_ids=[report.pk], comment="x"),
    ):
        with pytest.raises(Forbidden) as refusal:
            step()
        assert refusal.value.code == "self_decision"


def test_an_unreviewed_figure_is_approved_only_with_a_reason(place):
    report = submitted(place)
    with pytest.raises(RuleViolation) as refusal:
        progress.approve(actor=place.approver, report_ids=[report.pk])
    assert refusal.value.code == "not_reviewed"
    progress.approve(actor=place.approver, report_ids=[report.pk], comment="by telephone")
    report.refresh_from_db()
    assert report.state == "approved"


@pytest.mark.parametrize("who", ["reporter", "viewer", "auditor", "inspector"])
def test_wrong_role_cannot_approve(place, who):
    report = submitted(place)
    with pytest.raises(PermissionDenied):
        progress.approve(actor=place.people[who], report_ids=[report.pk])


@pytest.mark.parametrize("who", ["other_reviewer", "stranger", "nobody", "system_admin"])
def test_out_of_scope_reads_like_missing(place, who):
    report = submitted(place)
    found = []
    for ids in ([report.pk], [report.pk + 999]):
        with pytest.raises(RuleViolation) as refusal:
            progress.approve(actor=place.people[who], report_ids=ids)
        found.append(refusal.value.as_dict())
    assert found[0] == found[1]


def test_a_decision_about_an_older_revision_is_refused(place):
    report = submitted(place)
    with pytest.raises(Conflict) as refusal:
        progress.approve(actor=place.reviewer, report_ids=[report.pk], expected={report.pk: 0})
    assert refusal.value.code == "newer_revision"


def test_no_change_carries_last_month_over(place):
    for town in (0, 1):
        submitted(place, "30", town=town, period=place.previous)
    type_in(place, "31", town=1)
    fill_blanks(actor=place.reporter, period=place.period)
    assert dict(ProgressReport.objects.filter(period=place.period).values_list("unit_id", "draft__text")) == {
        place.townships[0].pk: "30",
        place.townships[1].pk: "31",
    }


@pytest.mark.parametrize(
    ("counting", "carried"), [("cumulative", True), ("point", True), ("cumulative_year", False), ("flow", False)]
)
def test_what_begins_anew_in_january_is_not_carried_over(place, counting, carried):
    december, january = make_period(place.programme, "2025-12"), make_period(place.programme, "2026-01")
    place.indicators[0].counting = counting
    place.indicators[0].save()
    submitted(place, "30", period=december)
    fill_blanks(actor=place.reporter, period=january)
    assert ProgressReport.objects.filter(period=january, draft__text="30").exists() == carried


def test_a_locked_period_takes_corrections_only(place):
    report = approved(place)
    periods.lock_period(
        actor=place.approver, period_id=place.period.pk, reason=Period.LockReason.CLOSED, comment="end of month"
    )
    place.period.refresh_from_db()
    with pytest.raises(Conflict) as refusal:
        save_drafts(
            actor=place.reporter, period=place.period, cells=[Typed(report.indicator_id, place.townships[1].pk, "1")]
        )
    assert refusal.value.code == "period_locked"
    request = corrections.request_correction(
        actor=place.reporter,
        indicator=place.indicators[0],
        unit=place.townships[1],
        period=place.period,
        text="7",
        reason="forgotten",
    )
    corrections.decide_correction(actor=place.approver, request_id=request.pk, approve=True)
    refresh_pending()
    assert figure(place, place.city).value == 17


def test_a_correction_changes_today_not_yesterday(place):
    report = approved(place)
    then = timezone.now()
    request = corrections.request_correction(
        actor=place.reporter,
        indicator=report.indicator,
        unit=report.unit,
        period=report.period,
        text="8",
        reason="counted twice",
    )
    with pytest.raises(Conflict):
        corrections.request_correction(
            actor=place.reporter,
            indicator=report.indicator,
            unit=report.unit,
            period=report.period,
            text="9",
            reason="again",
        )
    with pytest.raises(PermissionDenied):
        corrections.decide_correction(actor=place.reviewer, request_id=request.pk, approve=True)
    corrections.decide_correction(actor=place.approver, request_id=request.pk, approve=True)
    refresh_pending()
    assert figure(place, place.city).value == 8
    assert figure(place, place.city, as_of=then).value == 10
    assert ProgressRevision.objects.filter(report=report).count() == 2
    with pytest.raises(Conflict):
        corrections.decide_correction(actor=place.approver, request_id=request.pk, approve=False, comment="late")


@pytest.mark.parametrize("model", [ProgressRevision, ProgressDecision, ApprovedFigure, AuditEntry])
@pytest.mark.parametrize("change", ["DELETE FROM {table}", "UPDATE {table} SET id = id"])
def test_history_cannot_be_changed(place, model, change):
    approved(place)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table=model._meta.db_table))


def test_lock_expired_runs_twice(place):
    Period.objects.update(locks_on=date(2026, 11, 21))
    assert periods.lock_expired() == 2
    assert periods.lock_expired() == 0
    assert set(Period.objects.values_list("lock_reason", flat=True)) == {"expired"}


def test_locked_as_approved_only_when_everything_is(place):
    with pytest.raises(RuleViolation) as refusal:
        periods.lock_period(actor=place.approver, period_id=place.period.pk, reason=Period.LockReason.APPROVED)
    assert refusal.value.code == "not_all_approved"


@pytest.mark.django_db(transaction=True)
def test_two_approvers_at_once_have_one_effect():
    place = small_city()
    second = make_user()
    make_grant(second, "approver", place.city)
    report = submitted(place)
    progress.approve(actor=place.reviewer, report_ids=[report.pk])
    outcomes = at_once(
        *[lambda who=who: progress.approve(actor=who, report_ids=[report.pk]) for who in (place.approver, second)] * 3
    )
    assert sorted(isinstance(outcome, Conflict) for outcome in outcomes) == [False, *[True] * 5]
    assert told(outcomes).count("done") == 1
    assert ApprovedFigure.objects.count() == 1
    refresh_pending()
    assert Summary.objects.get(unit=place.city, indicator=place.indicators[0], period=place.period).value == 10


@pytest.mark.django_db(transaction=True)
def test_withdrawal_against_review_has_one_winner():
    place = small_city()
    report = submitted(place)
    outcomes = at_once(
        lambda: progress.withdraw(actor=place.reporter, report_ids=[report.pk]),
        lambda: progress.approve(actor=place.reviewer, report_ids=[report.pk]),
    )
    assert told(outcomes).count("done") == 1
    report.refresh_from_db()
    assert report.state in {"draft", "reviewed"}
    assert ProgressDecision.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_one_submission_of_two():
    place = small_city()
    report = type_in(place, "10")
    outcomes = at_once(*[lambda: progress.submit(actor=place.reporter, report_ids=[report.pk])] * 4)
    assert told(outcomes).count("done") == 1
    assert ProgressRevision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_corrections_decided_at_once():
    place = small_city()
    report = approved(place)
    request = corrections.request_correction(
        actor=place.reporter, indicator=report.indicator, unit=report.unit, period=report.period, text="8", reason="x"
    )
    outcomes = at_once(
        lambda: corrections.decide_correction(actor=place.approver, request_id=request.pk, approve=True),
        lambda: corrections.decide_correction(actor=place.approver, request_id=request.pk, approve=False, comment="no"),
    )
    assert told(outcomes).count("done") == 1
    assert CorrectionRequest.objects.get().state in {"approved", "refused"}
