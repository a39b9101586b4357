"""The plan's five steps: who, when, under which conditions."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.core.exceptions import PermissionDenied

from programs.errors import Conflict, RuleViolation
from programs.models import Decision
from programs.workflow import workflow_of
from tests.villages.conftest import ITEMS, works
from villages.models import Honour, SupervisionGroup
from villages.services import places

NUMBER = {"number": "示政〔2026〕9号"}


def codes(caught):
    return {one.code for one in caught.value.errors} or {caught.value.code}


def test_the_whole_way_to_the_plaque(put_forward):
    done = put_forward.to("honoured")
    assert (done.stage, done.is_open) == ("honoured", False)
    verbs = list(Decision.objects.filter(declaration=done).order_by("id").values_list("verb", flat=True))
    assert verbs == ["recommend", "select", "submit", "approve", "begin", "pass", "accept", "honour"]
    honour = Honour.objects.get()
    assert (honour.plaque_no, honour.commendation_no, honour.level, honour.year) == (
        "市-2026-01", "示政〔2026〕9号", "city", 2026,
    )  # fmt: skip
    revision = done.revisions.get()
    assert revision.data["hamlets"] == ["东庄", "西庄"]
    assert revision.data["works"][0]["investment"] == "80000.00"


# The plan's table of who takes which step (specification 2.3): everybody else is refused.
TABLE = [
    ("draft", "recommend", {"town", "county_entry"}),
    ("recommended", "select", {"county"}),
    ("recommended", "return", {"county"}),
    ("county_selected", "submit", {"county_entry"}),
    ("city_submitted", "approve", {"city"}),
    ("city_submitted", "return", {"city"}),
    ("city_approved", "begin", {"town", "county_entry"}),
    ("building", "pass", {"county"}),
    ("prelim_pass", "accept", {"city"}),
    ("city_accepted", "honour", {"city"}),
    ("building", "disqualify", {"city"}),
]


@pytest.mark.parametrize(("stage", "verb", "allowed"), TABLE)
def test_a_step_belongs_to_its_role_and_level(put_forward, stage, verb, allowed):
    if stage != "draft":
        put_forward.to(stage)
    for who in sorted(set(put_forward.people) - allowed):
        with pytest.raises((PermissionDenied, RuleViolation)) as caught:
            put_forward.take(verb, who, comment="x", number="1", facts={"plaque": "1", "started_on": "2026-03-01"})
        assert isinstance(caught.value, PermissionDenied) or caught.value.code == "self_decision", who
    assert put_forward.declaration.stage == stage


def test_another_county_sees_nothing(put_forward):
    put_forward.to("recommended")
    put_forward.people["other"] = put_forward.city.other_reviewer
    with pytest.raises(RuleViolation) as caught:
        put_forward.take("select", "other")
    assert caught.value.code == "not_found"


def test_an_incomplete_application_names_everything_at_once(case):
    case.project = places.put_forward(
        actor=case.people["town"], programme=case.city.programme, unit=case.village, level="city", year=2026
    )
    with pytest.raises(RuleViolation) as caught:
        case.take("recommend", "town")
    assert codes(caught) == {"paper_missing", "works", "hamlets", "resolution", "style"}


def test_a_list_of_hamlets_must_be_said_to_be_whole(put_forward):
    put_forward.project.candidate.__class__.objects.update(hamlets_are_all=False)
    with pytest.raises(RuleViolation) as caught:
        put_forward.take("recommend", "town")
    assert codes(caught) == {"hamlets"}


def test_no_application_before_the_three_year_plan(put_forward):
    put_forward.to("recommended")
    put_forward.county.projects.get(kind="plan").attachments.update(replaced_at="2026-01-01T00:00:00Z")
    with pytest.raises(RuleViolation) as caught:
        put_forward.take("select", "county")
    assert codes(caught) == {"three_year_plan"}


def test_over_the_quota_wants_a_reason(put_forward):
    put_forward.to("recommended")
    put_forward.county.village_quotas.filter(kind="village", level="city").update(minimum=0)
    with pytest.raises(RuleViolation) as caught:
        put_forward.take("select", "county")
    assert codes(caught) == {"quota"}
    put_forward.take("select", "county", reasons={"quota": "市里同意增报"})
    assert Decision.objects.latest("id").overrides[0]["code"] == "quota"


def test_a_unit_without_a_number_is_not_counted_silently(put_forward):
    put_forward.to("recommended")
    put_forward.county.village_quotas.all().delete()
    with pytest.raises(RuleViolation) as caught:
        put_forward.take("select", "county")
    assert codes(caught) == {"quota"}


def test_returned_and_recommended_again_keeps_both_revisions(put_forward):
    put_forward.to("city_submitted")
    put_forward.take("return", "city", comment="项目清单不全")
    candidate = put_forward.project.candidate
    candidate.refresh_from_db()
    places.save_candidate(
        actor=put_forward.people["town"], project_id=put_forward.project.pk, version=candidate.version, fields={},
        works=[works(), works(content="装路灯")],
    )  # fmt: skip
    again = put_forward.take("recommend", "town")
    assert (again.stage, again.revision) == ("recommended", 2)
    assert [len(one.data["works"]) for one in again.revisions.order_by("number")] == [1, 2]


def test_what_is_being_decided_is_not_described_anew(put_forward):
    put_forward.to("recommended")
    with pytest.raises(Conflict) as caught:
        places.save_candidate(
            actor=put_forward.people["town"], project_id=put_forward.project.pk, version=1, fields={}, works=[]
        )
    assert caught.value.code == "wrong_stage"


@pytest.mark.parametrize(
    ("day", "allowed"), [("2026-09-30", False), ("2026-10-01", True), ("2026-12-31", True), ("2027-01-01", False)]
)
def test_preliminary_acceptance_is_in_the_fourth_quarter(put_forward, day, allowed):
    put_forward.to("building")
    with time_machine.travel(f"{day} 23:30:00+08:00", tick=True):
        if allowed:
            assert put_forward.pass_preliminary().stage == "prelim_pass"
        else:
            with pytest.raises(RuleViolation) as caught:
                put_forward.pass_preliminary()
            assert codes(caught) == {"window"}


@pytest.mark.parametrize(("day", "allowed"), [("2026-12-31", True), ("2027-01-01", False)])
def test_the_city_accepts_before_the_year_ends(put_forward, day, allowed):
    put_forward.to("prelim_pass")
    with time_machine.travel(f"{day} 12:00:00+08:00", tick=True):
        if allowed:
            assert put_forward.accept().stage == "city_accepted"
        else:
            with pytest.raises(RuleViolation) as caught:
                put_forward.accept()
            assert codes(caught) == {"window"}


@pytest.mark.parametrize(
    ("scores", "found"),
    [
        ([ITEMS[0], {"item": "QM3b", "value": "19.99"}], {"preliminary"}),  # 20 or more
        ([ITEMS[0], {"item": "QM3b", "value": "20"}], set()),
        ([ITEMS[0], {"item": "QM3b", "result": "na"}], {"preliminary"}),  # applies to every village
        ([{"item": "QM1", "result": "fail"}, ITEMS[1]], {"preliminary"}),
    ],
)  # fmt: skip
def test_every_item_passes(put_forward, scores, found):
    put_forward.to("building")
    with time_machine.travel("2026-11-02 09:00:00+08:00", tick=True):
        put_forward.finish()
        put_forward.inspect("preliminary", "county", scores)
        if not found:
            assert put_forward.take("pass", "county").stage == "prelim_pass"
            return
        with pytest.raises(RuleViolation) as caught:
            put_forward.take("pass", "county")
        assert codes(caught) == found


def test_unfinished_works_and_no_inspection(put_forward):
    put_forward.to("building")
    with time_machine.travel("2026-11-02 09:00:00+08:00", tick=True), pytest.raises(RuleViolation) as caught:
        put_forward.take("pass", "county")
    assert codes(caught) == {"finished", "preliminary"}


def test_tendered_works_want_the_group_and_its_record(put_forward):
    put_forward.project.candidate.works.update(is_tendered=True)
    row = put_forward.project.candidate.works.get()
    put_forward.to("building")
    person = put_forward.people["town"]
    with time_machine.travel("2026-11-02 09:00:00+08:00", tick=True):
        with pytest.raises(RuleViolation) as caught:
            put_forward.pass_preliminary()
        assert codes(caught) == {"groups"}
        with pytest.raises(RuleViolation) as caught:
            places.form_group(actor=person, works_id=row.pk, formed_on=datetime.date(2026, 3, 1), township_cadres=1, village_cadres=0, villagers=2)  # fmt: skip
        assert caught.value.code == "kinds"
        places.form_group(actor=person, works_id=row.pk, formed_on=datetime.date(2026, 3, 1), township_cadres=1, village_cadres=1, villagers=2)  # fmt: skip
        with pytest.raises(RuleViolation) as caught:
            put_forward.take("pass", "county")
        assert codes(caught) == {"groups"}  # a group without a record
        places.write_record(actor=person, works_id=row.pk, on=datetime.date(2026, 5, 1), text="查看路基")
        assert put_forward.take("pass", "county").stage == "prelim_pass"
    assert SupervisionGroup.objects.count() == 1


def test_what_has_not_happened_yet_is_not_recorded(put_forward):
    put_forward.project.candidate.works.update(is_tendered=True)
    row, person = put_forward.project.candidate.works.get(), put_forward.people["town"]
    today, tomorrow = datetime.date(2026, 5, 6), datetime.date(2026, 5, 7)
    group = {"actor": person, "works_id": row.pk, "township_cadres": 1, "village_cadres": 1, "villagers": 1}
    with time_machine.travel("2026-05-06 23:59:00+08:00", tick=False):
        places.form_group(formed_on=today, **group)
        for act in (
            lambda: places.finish_works(actor=person, works_id=row.pk, finished_on=tomorrow),
            lambda: places.form_group(formed_on=tomorrow, **group),
            lambda: places.write_record(actor=person, works_id=row.pk, on=tomorrow, text="查看路基"),
        ):
            with pytest.raises(RuleViolation) as caught:
                act()
            assert caught.value.code == "future_day"
        places.finish_works(actor=person, works_id=row.pk, finished_on=today)


def test_a_failed_acceptance_wants_a_new_preliminary(put_forward):
    put_forward.to("prelim_pass")
    with time_machine.travel("2026-12-01 09:00:00+08:00", tick=True):
        put_forward.inspect("acceptance", "inspector", [{"item": "QM1", "result": "fail"}, ITEMS[1]])
        with pytest.raises(RuleViolation) as caught:
            put_forward.take("accept", "city")
        assert codes(caught) == {"acceptance"}
        put_forward.take("fail", "city", comment="规划未落实")
        put_forward.take("resume", "town", facts={"mended": "规划已补充"})
        with pytest.raises(RuleViolation) as caught:
            put_forward.take("pass", "county")
        assert codes(caught) == {"preliminary"}  # that of October belongs to the attempt that failed
        put_forward.inspect("preliminary", "county")
        put_forward.take("pass", "county")
        assert put_forward.accept().stage == "city_accepted"


def test_nobody_selects_what_they_recommended(put_forward):
    put_forward.people["county_entry"].grants.create(role="approver", unit=put_forward.county)
    put_forward.take("recommend", "county_entry")
    with pytest.raises(RuleViolation) as caught:
        put_forward.take("select", "county_entry")
    assert caught.value.code == "self_decision"


def test_a_plaque_is_given_once(put_forward):
    put_forward.to("honoured")
    first, second = put_forward.project, put_forward.city.townships[0]
    village = type(second).objects.create(
        level="village", kind="village_committee", code="990000999999", name="二村", parent=second
    )
    village.path = f"{second.path}{village.pk}/"
    village.save()
    with time_machine.travel("2026-02-01 10:00:00+08:00", tick=True):
        put_forward.project = put_forward.put_forward(unit=village)
    put_forward.to("city_accepted")
    with pytest.raises(RuleViolation) as caught:
        put_forward.take("honour", "city", facts={"plaque": "市-2026-01"}, **NUMBER)
    assert codes(caught) == {"plaque"}
    assert first.honours.count() == 1


def test_disqualified_wants_reason_and_number_and_ends_it(put_forward):
    put_forward.to("building")
    with pytest.raises(RuleViolation) as caught:
        put_forward.take("disqualify", "city")
    assert codes(caught) == {"comment_missing", "number_missing"}
    done = put_forward.take("disqualify", "city", comment="进展严重缓慢", **NUMBER)
    assert (done.stage, done.is_open) == ("disqualified", False)


def test_the_county_level_is_decided_inside_the_county(case):
    with time_machine.travel("2026-02-01 10:00:00+08:00", tick=True):
        case.project = case.put_forward(level="county")
        with pytest.raises(PermissionDenied):
            case.take("recommend", "county_entry")  # the county decides here, so it does not apply
        case.take("recommend", "town")
        with pytest.raises(PermissionDenied):
            case.take("approve", "city")
        case.take("approve", "county")
        case.take("begin", "town", facts={"started_on": "2026-02-01"})
        case.finish()
        case.inspect("acceptance", "county")
        case.take("accept", "county")
        done = case.take("honour", "county", facts={"plaque": "县-01"}, **NUMBER)
    assert (done.stage, done.workflow, Honour.objects.get().level) == ("honoured", "villages-county", "county")
    case.inspect("sample", "inspector")  # the city only samples


@pytest.mark.parametrize("code", ["villages-city", "villages-county", "villages-recheck", "villages-recheck-county"])
def test_every_step_names_who_and_every_open_stage_says_what_follows(code):
    flow = workflow_of(code)
    assert all(step.roles and step.levels for step in flow.transitions)
    assert all(stage.next for stage in flow.stages if not stage.is_final)
