"""From the self-evaluation to the register: scores, dates, the water's class, publicity."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from programs.errors import Conflict, RuleViolation
from programs.models import Decision, Notice
from programs.queries.notices import notice_of
from programs.services.notices import end_due, judge_objection, post, prepare, record_objection
from rivers.models import Evaluation
from tests.rivers.conftest import METHODS, PASSED, people

pytestmark = pytest.mark.django_db


def codes(caught) -> set[str]:
    return {one.code for one in caught.value.errors} or {caught.value.code}


def test_the_whole_way_of_a_city_water(case):
    with time_machine.travel("2025-10-10 10:00+08:00"):
        case.begin()
        case.save()
        case.attach("self_evaluation")
        case.take("self_evaluate", case.reporter)
        case.attach("consent")
        case.take("submit", case.reviewer, number="叶政函〔2025〕9号")
        case.take("review", case.office)
        case.attach("build_plan")
        case.take("draft_plan", case.reporter)
        case.attach("tech_opinion")
        case.take("tech_review", case.office)
    with time_machine.travel("2025-11-03 10:00+08:00"):
        case.take("start_building", case.reporter)
    with time_machine.travel("2026-09-28 10:00+08:00"):
        case.take("finish_building", case.reporter, facts={"built_on": "2026-09-25"})
    case.measure()
    with time_machine.travel("2026-10-12 10:00+08:00"):
        case.take("evaluate", case.office, facts=PASSED)
        notice = publish(case)
        case.take("publicise", case.office)
    assert notice.ends_on == date(2026, 10, 19)
    with time_machine.travel("2026-10-20 10:00+08:00"):
        end_due(date(2026, 10, 20))
        case.take("name", case.office, number="平政〔2026〕88号", decided_on=date(2026, 10, 20))
    with time_machine.travel("2026-10-25 10:00+08:00"):
        done = case.take("register", case.office, facts={"register_number": "A-20", "sign_updated_on": "2026-10-24"})
    water = case.water
    assert (done.stage, done.is_open) == ("registered", False)
    assert (water.project.plan_year, water.build_done_on, water.evaluated_on, water.named_on, water.sign_updated_on) == (
        2025, date(2026, 9, 25), date(2026, 10, 12), date(2026, 10, 20), date(2026, 10, 24),
    )  # fmt: skip
    found = Evaluation.objects.get(water=water)
    assert (found.score, found.is_passed, found.worst_grade, len(found.methods)) == (92, True, 3, 4)
    assert done.revisions.get().data["seq"] == 20


def publish(case, *others) -> Notice:
    notice = prepare(
        actor=case.office,
        programme=case.programme,
        unit=case.programme.jurisdiction,
        declarations=[one.declaration for one in (case, *others)],
        title="拟命名幸福河湖公示",
        text="现予公示，公示期五个工作日。",
        contact="市河长制办公室 0375-0000000",
        issuer="市河长制办公室",
        workdays=5,
    )
    return post(actor=case.second, notice_id=notice.pk)


@pytest.mark.parametrize(("score", "passes"), [("79.99", False), ("80", True), ("80.00", True), ("100", True)])
def test_eighty_opens_the_door(case, score, passes):
    with time_machine.travel("2025-10-10 10:00+08:00"):
        case.begin()
        case.save(score)
        case.attach("self_evaluation")
        if passes:
            assert case.take("self_evaluate", case.reporter).stage == "self_evaluated"
            return
        with pytest.raises(RuleViolation) as caught:
            case.take("self_evaluate", case.reporter)
        assert codes(caught) == {"filing_score"}
        assert "79.99" in str(caught.value.message)


@pytest.mark.parametrize(("score", "passes"), [("89.99", False), ("89.9999", False), ("90", True)])
def test_ninety_gives_the_name(case, score, passes):
    case.put_at("built")
    case.measure()
    with time_machine.travel("2026-10-31 23:00+08:00"):
        if passes:
            assert case.take("evaluate", case.office, facts=PASSED | {"score": score}).stage == "evaluated"
            return
        with pytest.raises(RuleViolation) as caught:
            case.take("evaluate", case.office, facts=PASSED | {"score": score})
        assert codes(caught) == {"naming_score"}


def test_a_total_wants_the_number_of_its_paper_and_all_four_methods(case):
    case.put_at("built")
    case.measure()
    with time_machine.travel("2026-10-12 10:00+08:00"), pytest.raises(RuleViolation) as caught:
        case.take("evaluate", case.office, facts={"score": "95", **METHODS, "site": "no"})
    assert codes(caught) == {"naming_score", "four_methods"}


def test_a_total_above_a_hundred_is_refused(case):
    case.put_at("built")
    case.measure()
    with time_machine.travel("2026-10-12 10:00+08:00"), pytest.raises(RuleViolation) as caught:
        case.take("evaluate", case.office, facts=PASSED | {"score": "100.01"})
    assert codes(caught) == {"naming_score"}


@pytest.mark.parametrize(("day", "passes"), [("2025-10-31", True), ("2025-11-01", False)])
def test_filed_by_the_end_of_october(case, day, passes):
    with time_machine.travel(f"{day} 09:00+08:00"):
        case.begin()
        case.save()
        case.attach("self_evaluation")
        if passes:
            assert case.take("self_evaluate", case.reporter).stage == "self_evaluated"
            return
        with pytest.raises(RuleViolation) as caught:
            case.take("self_evaluate", case.reporter)
        assert codes(caught) == {"window"}


@pytest.mark.parametrize(
    ("day", "passes"), [("2025-10-31", False), ("2025-11-01", True), ("2026-09-30", True), ("2026-10-01", False)]
)
def test_built_from_november_to_september(case, day, passes):
    case.put_at("building")
    with time_machine.travel(f"{day} 09:00+08:00"):
        if passes:
            assert case.take("finish_building", case.reporter, facts={"built_on": day}).stage == "built"
            assert case.water.build_done_on == date.fromisoformat(day)
            return
        with pytest.raises(RuleViolation) as caught:
            case.take("finish_building", case.reporter, facts={"built_on": day})
        assert "window" in codes(caught)


def test_a_day_of_completion_before_the_season_or_to_come_is_refused(case):
    case.put_at("building")
    for wrong, code in (("2025-10-31", "built_in_time"), ("2026-09-21", "future_day")):
        with time_machine.travel("2026-09-20 09:00+08:00"), pytest.raises(RuleViolation) as caught:
            case.take("finish_building", case.reporter, facts={"built_on": wrong})
        assert codes(caught) == {code}


@pytest.mark.parametrize(
    ("day", "passes"), [("2026-09-30", False), ("2026-10-01", True), ("2026-10-31", True), ("2026-11-01", False)]
)
def test_evaluated_in_october_of_the_next_year(case, day, passes):
    case.put_at("built")
    case.measure()
    with time_machine.travel(f"{day} 09:00+08:00"):
        if passes:
            assert case.take("evaluate", case.office, facts=PASSED).stage == "evaluated"
            return
        with pytest.raises(RuleViolation) as caught:
            case.take("evaluate", case.office, facts=PASSED)
        assert codes(caught) == {"window"}


@pytest.mark.parametrize(("grade", "passes"), [(1, True), (4, True), (5, False), (6, False)])
def test_one_month_decides_the_water(case, grade, passes):
    case.put_at("built")
    case.measure(grade=2, but={date(2026, 7, 1): grade})
    with time_machine.travel("2026-10-12 10:00+08:00"):
        if passes:
            assert case.take("evaluate", case.office, facts=PASSED).stage == "evaluated"
            return
        with pytest.raises(RuleViolation) as caught:
            case.take("evaluate", case.office, facts=PASSED)
        assert codes(caught) == {"water_class"}
        assert "2026-07" in str(caught.value.message)


@pytest.mark.parametrize("month", [date(2025, 10, 1), date(2026, 9, 1)])
def test_a_missing_month_is_not_a_passed_one(case, month):
    case.put_at("built")
    case.measure(but={month: None})
    with time_machine.travel("2026-10-12 10:00+08:00"), pytest.raises(RuleViolation) as caught:
        case.take("evaluate", case.office, facts=PASSED)
    assert codes(caught) == {"water_class"}
    assert f"{month:%Y-%m}" in str(caught.value.message)


def test_a_failed_evaluation_is_final_and_kept(case):
    case.put_at("built")
    case.measure(grade=5)
    with time_machine.travel("2026-10-12 10:00+08:00"):
        with pytest.raises(RuleViolation) as caught:
            case.take("fail", case.office)
        assert codes(caught) == {"comment_missing"}
        done = case.take("fail", case.office, comment="class V in every month", facts={"score": "71", "paper": "x"})
    assert (done.stage, done.is_open) == ("failed", False)
    found = Evaluation.objects.get()
    assert (found.is_passed, found.score, found.worst_grade) == (False, 71, 5)


def test_returned_and_handed_in_again(case):
    with time_machine.travel("2025-10-10 10:00+08:00"):
        case.begin()
        case.save("81")
        case.attach("self_evaluation")
        case.take("self_evaluate", case.reporter)
        case.attach("consent")
        case.take("submit", case.reviewer, number="1")
        case.take("return", case.office, comment="the flood plan is missing")
        case.save("84")
        case.take("self_evaluate", case.reporter)
        again = case.take("submit", case.reviewer, number="2")
    assert (again.stage, again.revision) == ("submitted", 2)
    assert [one.data["score"] for one in again.revisions.order_by("number")] == ["81", "84"]


@pytest.mark.parametrize(
    ("stage", "verb", "who", "error"),
    [
        ("self_evaluated", "submit", "reporter", PermissionDenied),
        ("self_evaluated", "submit", "office", RuleViolation),  # the city does not apply for a county
        ("self_evaluated", "submit", "other", RuleViolation),
        ("submitted", "review", "reviewer", PermissionDenied),
        ("built", "evaluate", "reviewer", PermissionDenied),
        ("publicised", "name", "reviewer", PermissionDenied),
        ("planned", "name", "office", Conflict),
    ],
)
def test_who_may_not(case, stage, verb, who, error):
    case.put_at(stage)
    with time_machine.travel("2026-10-12 10:00+08:00"), pytest.raises(error):
        case.take(verb, getattr(case, who), number="1", facts=PASSED)
    assert not Decision.objects.exists()


def test_the_city_does_not_apply_for_a_county(case):
    case.put_at("self_evaluated")
    with pytest.raises(RuleViolation) as caught:
        case.take("submit", case.office, number="1")
    assert "own_side" in codes(caught)
    with pytest.raises(RuleViolation) as caught:
        case.take("submit", case.reviewer, number="1")
    assert "own_side" not in codes(caught)


def test_the_water_bureau_does_not_evaluate_its_own_river(programme):
    """Number 1 is the city's own: its applicant, the water bureau, never accepts (specification 1.5)."""
    case = people(programme, 1)
    bureau, grant = case.office, case.office.grants.get()
    grant.organization = case.project.applicant
    grant.save()
    case.put_at("built")
    case.measure()
    with time_machine.travel("2026-10-12 10:00+08:00"):
        with pytest.raises(RuleViolation) as caught:
            case.take("evaluate", bureau, facts=PASSED)
        assert caught.value.code == "own_acceptance"
        assert case.take("evaluate", case.second, facts=PASSED).stage == "evaluated"


def test_a_provincial_water_is_recorded_step_by_step_with_numbers(provincial):
    case = provincial
    case.put_at("reviewed")
    with time_machine.travel("2025-10-20 10:00+08:00"):
        case.attach("province_report")
        with pytest.raises(RuleViolation) as caught:
            case.take("report_to_province", case.office)
        assert codes(caught) == {"number_missing"}
        case.take("report_to_province", case.office, number="平政文〔2025〕3号")
        case.attach("build_plan")
        case.take("draft_plan", case.reporter)
        case.attach("tech_opinion")
        with pytest.raises(Conflict):  # the province reviews after the city's river chief approved
            case.take("tech_review", case.office, number="1")
        case.take("approve_plan", case.office, number="平河长〔2025〕1号")
        assert case.take("tech_review", case.office, number="豫河办〔2025〕5号").stage == "tech_reviewed"
    case.put_at("evaluated")
    with time_machine.travel("2026-10-20 10:00+08:00"):
        with pytest.raises(Conflict):  # first the province evaluates
            case.take("publicise", case.office)
        assert case.take("province_evaluate", case.office, number="豫河〔2026〕6号").stage == "province_evaluated"


def test_a_county_evaluates_by_its_own_rules(countys):
    """No threshold of the city's, no window; but another person than the one who handed in, and the water's class."""
    case = countys
    case.put_at("built")
    case.measure(but={date(2026, 3, 1): 5})
    with time_machine.travel("2026-12-12 10:00+08:00"):
        with pytest.raises(RuleViolation) as caught:
            case.take("evaluate", case.reviewer)
        assert codes(caught) == {"water_class"}
        case.water.classes.filter(month=date(2026, 3, 1)).update(grade=4)
        case.take("evaluate", case.reviewer)
        case.take("name", case.reviewer, number="叶政〔2026〕1号")
    assert case.water.naming_number == "叶政〔2026〕1号"
    assert Evaluation.objects.get().score is None


def test_the_2023_cohort_is_exempt_with_its_reason(case):
    """DI08: the dates of the cycle of 2022 lay before the document."""
    with time_machine.travel("2026-11-22 10:00+08:00"):
        case.begin(year=2022)
        case.save(on="2023-05-09")
        case.attach("self_evaluation")
        assert case.take("self_evaluate", case.reporter).stage == "self_evaluated"


@pytest.mark.parametrize(("posted", "last"), [("2026-04-30", date(2026, 5, 11)), ("2026-09-18", date(2026, 9, 24))])
def test_publicity_over_the_holidays(case, posted, last):
    case.put_at("publicised")
    with time_machine.travel(f"{posted} 09:00+08:00"):
        assert publish(case).ends_on == last
    with time_machine.travel(f"{last} 23:00+08:00"):
        end_due(last)
        with pytest.raises(RuleViolation) as caught:
            case.take("name", case.office, number="1")
        assert codes(caught) == {"publicity"}
    after = date.fromordinal(last.toordinal() + 1)
    with time_machine.travel(f"{after} 00:10+08:00"):
        end_due(after)
        assert case.take("name", case.office, number="1").stage == "named"


def test_without_a_notice_nothing_is_published_or_named(case):
    case.put_at("evaluated")
    with pytest.raises(RuleViolation) as caught:
        case.take("publicise", case.office)
    assert codes(caught) == {"notice_posted"}
    case.put_at("publicised")
    with pytest.raises(RuleViolation) as caught:
        case.take("name", case.office, number="1")
    assert codes(caught) == {"publicity"}


def test_a_notice_from_before_the_evaluation_publishes_nothing(case):
    """The five working days run on the result: what was up earlier does not count, at either step."""
    case.put_at("built")
    case.measure()
    with time_machine.travel("2026-09-18 10:00+08:00"):
        early = publish(case)
    with time_machine.travel("2026-10-12 10:00+08:00"):
        end_due(date(2026, 10, 12))
        case.take("evaluate", case.office, facts=PASSED)
        with pytest.raises(RuleViolation) as caught:
            case.take("publicise", case.office)
        assert codes(caught) == {"notice_posted"}
        assert "2026-10-12" in str(caught.value.errors[0].message)
        case.put_at("publicised")
        with pytest.raises(RuleViolation) as caught:
            case.take("name", case.office, number="1")
        assert codes(caught) == {"publicity"}
        later = publish(case)
    assert (early.ends_on, later.ends_on) == (date(2026, 9, 24), date(2026, 10, 19))
    with time_machine.travel("2026-10-20 10:00+08:00"):
        end_due(date(2026, 10, 20))
        assert case.take("name", case.office, number="1").stage == "named"


def objected(case, *, is_major: bool, is_true: bool) -> None:
    case.put_at("publicised")
    with time_machine.travel("2026-10-12 09:00+08:00"):
        notice = publish(case)
        objection = record_objection(
            actor=case.office,
            notice_id=notice.pk,
            received_on=date(2026, 10, 12),
            channel="letter",
            register_no="1",
            text="排污口没有封堵。",
            item_id=notice.items.get().pk,
        )
    with time_machine.travel("2026-10-20 09:00+08:00"):
        end_due(date(2026, 10, 20))
        with pytest.raises(RuleViolation) as caught:  # an objection that nobody judged waits
            case.take("name", case.office, number="1")
        assert codes(caught) == {"publicity"}
        judge_objection(
            actor=case.second, objection_id=objection.pk, is_major=is_major, is_true=is_true, judgement="现场查看属实。"
        )


@pytest.mark.parametrize(("is_major", "is_true"), [(False, False), (True, False), (False, True)])
def test_an_objection_that_is_not_both_does_not_stop(case, is_major, is_true):
    objected(case, is_major=is_major, is_true=is_true)
    with pytest.raises(RuleViolation) as caught:
        case.take("stop", case.office, comment="x")
    assert codes(caught) == {"objection_stops"}
    assert case.take("name", case.office, number="1").stage == "named"


def test_only_a_major_and_true_objection_stops(case):
    objected(case, is_major=True, is_true=True)
    assert notice_of(case.declaration).objections.get().stops
    with pytest.raises(RuleViolation) as caught:
        case.take("name", case.office, number="1")
    assert codes(caught) == {"publicity"}
    done = case.take("stop", case.office, comment="the outfall is open")
    assert (done.stage, done.is_open) == ("stopped", False)
    assert case.water.named_on is None


def test_an_objection_to_one_line_does_not_stop_the_others(case):
    other = people(case.programme, 25)
    case.put_at("publicised")
    other.put_at("publicised")
    with time_machine.travel("2026-10-12 09:00+08:00"):
        notice = publish(case, other)
        line = notice.items.get(declaration=other.declaration)
        objection = record_objection(
            actor=case.office, notice_id=notice.pk, received_on=date(2026, 10, 12), channel="letter", register_no="1",
            text="排污口没有封堵。", item_id=line.pk,
        )  # fmt: skip
    with time_machine.travel("2026-10-20 09:00+08:00"):
        end_due(date(2026, 10, 20))
        judge_objection(
            actor=case.second, objection_id=objection.pk, is_major=True, is_true=True, judgement="现场查看属实。"
        )
        assert case.take("name", case.office, number="1").stage == "named"
        with pytest.raises(RuleViolation):
            other.take("name", other.office, number="2")
        assert other.take("stop", other.office, comment="x").stage == "stopped"
