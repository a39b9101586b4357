"""A notice: allowed fields only, five working days, down on time; who may do what with it."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.utils import translation

from audit.models import AuditEntry
from programs.errors import Conflict, RuleViolation
from programs.models import Notice, NoticeItem, NoticeTerm, Role, Workday
from programs.queries.notices import notices_up
from programs.services import notices
from tests.factories import make_grant, make_user

ID = "410402198001011236"


def noon(day):
    return time_machine.travel(f"{day} 12:00:00+08:00", tick=False)


@pytest.mark.parametrize(
    ("posted", "ends"),
    [("2026-04-30", date(2026, 5, 11)), ("2026-09-18", date(2026, 9, 24))],  # specification 17
)
def test_five_working_days_without_the_day_of_posting(office, posted, ends):
    with noon(posted):
        notice = office.post()
    assert (notice.posted_on.isoformat(), notice.ends_on, notice.ends_is_provisional) == (posted, ends, False)


def test_it_comes_down_on_the_day_after_its_last(office):
    with noon("2026-04-30"):
        notice = office.post()
    with noon("2026-05-11"):
        assert notices.end_due(date(2026, 5, 11)) == 0
        assert list(notices_up(date(2026, 5, 11))) == [notice]
        assert "2026-05-11" in str(notices.publicity_problem(office.declaration).message)
    with noon("2026-05-12"):
        assert not notices_up(date(2026, 5, 12)).exists()  # nobody reads it even before the job ran
        assert notices.publicity_problem(office.declaration) is not None
        assert [notices.end_due(date(2026, 5, 12)), notices.end_due(date(2026, 5, 12))] == [1, 0]
    notice.refresh_from_db()
    assert notice.state == "ended"
    assert notices.publicity_problem(office.declaration) is None
    assert AuditEntry.objects.filter(verb="notice.end").count() == 1


def test_a_late_job_changes_nothing_about_the_term(office):
    with noon("2026-04-30"):
        office.post()
    with noon("2026-06-30"):
        assert notices.end_due(date(2026, 6, 30)) == 1
        assert notices.publicity_problem(office.declaration) is None


@pytest.mark.parametrize("field", ["title", "text", "contact", "issuer"])
@pytest.mark.parametrize("number", [ID, "138 0375 1234", "6222020200112233445"])
def test_numbers_of_people_are_refused_masked_and_by_field(office, field, number):
    with pytest.raises(RuleViolation) as caught:
        office.prepare(**{field: f"示例 {number}"})
    assert (caught.value.code, caught.value.field) == ("personal_number", field)
    assert number not in caught.value.message
    assert not Notice.objects.exists()


def test_a_number_in_an_allowed_field_is_refused_too(office):
    project = office.declaration.project
    project.name_zh = f"某某（{ID}）"
    project.save()
    with pytest.raises(RuleViolation) as caught:
        office.prepare()
    assert caught.value.field == f"declaration-{office.declaration.pk}"


def test_only_registered_fields_are_shown(office, monkeypatch):
    monkeypatch.setattr(notices, "_fields", {})
    with translation.override("en"):
        office.prepare()
    shown = NoticeItem.objects.get().shown
    assert [shown[0][1], shown[-1][1]] == ["一号路", "2026"]
    notices.withdraw(actor=office.approver, notice_id=Notice.objects.get().pk, reason="again")
    notices.register_fields("sample", lambda declaration: {"道路": declaration.project.name_zh})
    assert office.prepare().items.get().shown == [["道路", "一号路"]]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"title": " "}, "title_missing"),
        ({"contact": ""}, "contact_missing"),
        ({"workdays": 0}, "workdays_wrong"),
        ({"workdays": 61}, "workdays_wrong"),
        ({"declarations": []}, "declarations_wrong"),
    ],
)
def test_what_is_missing_is_named(office, fields, code):
    with pytest.raises(RuleViolation) as caught:
        office.prepare(**fields)
    assert caught.value.code == code


def test_a_county_does_not_publish_what_lies_elsewhere(office):
    person = make_user()
    other = office.case.place.counties[1]
    make_grant(person, Role.REVIEWER, other)
    with pytest.raises(RuleViolation) as caught:
        office.prepare(actor=person, unit=other)
    assert caught.value.code == "declarations_wrong"


@pytest.mark.parametrize(
    ("who", "error"), [("viewer", PermissionDenied), ("inspector", PermissionDenied), ("reviewer", RuleViolation), ("stranger", RuleViolation)]
)  # fmt: skip
def test_the_office_of_that_level_prepares(office, who, error):
    with pytest.raises(error):
        office.prepare(actor=office.case.place.people[who])


def test_the_city_does_not_publish_for_a_county(office):
    with pytest.raises(PermissionDenied):
        office.prepare(unit=office.case.place.counties[0])


def test_a_reviewer_prepares_and_does_not_post(office):
    with pytest.raises(PermissionDenied):
        notices.post(actor=office.clerk, notice_id=office.prepare().pk)


def test_one_notice_at_a_time_for_a_declaration(office):
    office.prepare()
    with pytest.raises(Conflict) as caught:
        office.prepare()
    assert caught.value.code == "noticed_already"


def test_posting_twice_is_a_conflict(office):
    notice = office.post()
    with pytest.raises(Conflict):
        notices.post(actor=office.approver, notice_id=notice.pk)


def test_nothing_is_posted_for_a_day_to_come(office):
    with noon("2026-04-29"), pytest.raises(RuleViolation) as caught:
        notices.post(actor=office.approver, notice_id=office.prepare().pk, on=date(2026, 4, 30))
    assert caught.value.code == "posted_in_future"


def test_withdrawing_wants_a_reason_and_frees_the_declaration(office):
    notice = office.post()
    with pytest.raises(RuleViolation):
        notices.withdraw(actor=office.approver, notice_id=notice.pk, reason="  ")
    notices.withdraw(actor=office.approver, notice_id=notice.pk, reason="wrong list")
    assert notices.publicity_problem(office.declaration) is not None
    assert office.prepare().state == "draft"


def test_the_newest_notice_counts(office):
    with noon("2026-03-02"):
        office.post()
    with noon("2026-05-12"):
        notices.end_due(date(2026, 5, 12))
        assert notices.publicity_problem(office.declaration) is None
        office.prepare()
        assert notices.publicity_problem(office.declaration) is not None


def test_a_year_without_holidays_is_provisional_until_they_are_loaded(office):
    with noon("2026-12-30"):
        notice = office.post()
        assert (notice.ends_on, notice.ends_is_provisional) == (date(2027, 1, 6), True)
    with noon("2027-01-07"):
        notices.end_due(date(2027, 1, 7))
        assert "2027-01-06" in notices.publicity_problem(office.declaration).message
        for day in range(1, 20):
            when = date(2027, 1, day)
            off = day <= 3 or when.weekday() > 4
            Workday.objects.create(date=when, is_workday=not off, source="test")
        assert notices.recompute_terms(reason="holidays of 2027") == 1
        assert notices.recompute_terms(reason="holidays of 2027") == 0
        notice.refresh_from_db()
        assert notice.ends_is_provisional is False
        term = NoticeTerm.objects.get()
        assert (term.ends_on, term.was_provisional) == (date(2027, 1, 6), True)


def test_a_term_cut_short_by_a_new_holiday_is_no_publicity(office):
    with noon("2026-12-30"):
        office.post()
    with noon("2027-01-07"):
        notices.end_due(date(2027, 1, 7))
        for day in range(1, 20):
            Workday.objects.create(date=date(2027, 1, day), is_workday=day > 8, source="test")
        notices.recompute_terms(reason="x")
        assert "2027-01-07" in notices.publicity_problem(office.declaration).message
