"""Writes of the registry: rights, boundaries, versions, what is kept and what is refused."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from audit.models import AuditEntry
from eldercare.formulas import Phase, Result
from eldercare.models import Drill, Estate, Facility, FacilityType, Institution, RiskDecision, YearCount
from eldercare.queries.standards import estate_state, facility_checks, institution_checks, standards_of, worst
from eldercare.services.counts import save_counts
from eldercare.services.estates import save_estate
from eldercare.services.facilities import make_project, save_facility
from eldercare.services.institutions import decide_risk, record_drill, save_institution, strike_drill
from programs.errors import Conflict, RuleViolation
from tests.eldercare.conftest import make_facility, make_types
from tests.factories import make_grant, make_programme, make_user

pytestmark = pytest.mark.django_db


def enter(place, facts, **changed):
    given = {
        "actor": place.reporter, "programme": place.programme, "unit": place.townships[0],
        "fields": {"facility_type": place.types["home"], **facts},
    }  # fmt: skip
    return save_facility(**(given | changed))


def results(facility):
    return {
        c.standard.measure: c.result for c in facility_checks(facility, list(facility.facility_type.standards.all()))
    }


def test_a_facility_is_entered_with_its_trace(place, facts):
    facility = enter(place, facts)
    assert results(facility) == {"beds": Result.MET, "nursing_share": Result.MET, "medical_care": Result.MET}
    assert [row.unit for row in facility.served.all()] == [place.townships[0]]
    entry = AuditEntry.objects.get(verb="eldercare.facility")
    assert entry.after["beds"] == 80
    assert entry.unit_path == place.townships[0].path


def test_nothing_known_fails_nothing(place):
    facility = make_facility(place.types["home"], place.townships[0])
    assert set(results(facility).values()) == {Result.UNKNOWN}
    assert worst(facility_checks(facility, list(place.types["home"].standards.all()))) == Result.UNKNOWN
    assert worst(facility_checks(make_facility(place.types["station"], place.townships[0]), [])) is None


@pytest.mark.parametrize(
    ("fields", "measure", "result"),
    [
        ({"beds": 79, "nursing_beds": 79}, "beds", Result.FAIL),
        ({"beds": 80, "nursing_beds": 44}, "nursing_share", Result.MET),
        ({"beds": 80, "nursing_beds": 43}, "nursing_share", Result.FAIL),
        ({"beds": 0, "nursing_beds": 0}, "nursing_share", Result.UNKNOWN),
        ({"medical_care": False}, "medical_care", Result.FAIL),
    ],
)
def test_boundaries_of_a_county_home(place, facts, fields, measure, result):
    assert results(enter(place, facts | fields))[measure] == result


def test_an_area_just_short_is_not_shown_as_met(place):
    facility = make_facility(place.types["centre"], place.townships[0], area=Decimal("1999.99"), beds=60)
    checks = {c.standard.measure: c for c in facility_checks(facility, list(place.types["centre"].standards.all()))}
    assert checks["area"].result == Result.FAIL
    assert checks["beds"].result == Result.MET
    assert "township_share" not in checks  # asked of the plan, not of one facility
    home = make_facility(place.types["home"], place.townships[0], "三分之二", beds=30_000, nursing_beds=16_499)
    share = next(
        c
        for c in facility_checks(home, list(place.types["home"].standards.all()))
        if c.standard.measure == "nursing_share"
    )
    assert (share.result, share.shown) == (Result.FAIL, Decimal("54.99"))  # 54.9966…


@pytest.mark.parametrize(
    "person", ["reviewer", "approver", "viewer", "other_reporter", "stranger", "nobody", "system_admin"]
)
def test_only_the_units_own_reporter_enters(place, facts, person):
    with pytest.raises(PermissionDenied):
        enter(place, facts, actor=place.people[person])
    assert not Facility.objects.exists()


def test_moving_a_facility_wants_the_right_at_both_places(place, facts):
    facility = enter(place, facts)
    with pytest.raises(PermissionDenied):
        enter(place, {}, facility_id=facility.pk, unit=place.townships[2])
    with pytest.raises(PermissionDenied):
        enter(place, {}, facility_id=facility.pk, unit=place.townships[2], actor=place.other_reporter)


def test_somebody_faster_is_not_overwritten(place, facts):
    facility = enter(place, facts)
    enter(place, {"beds": 90}, facility_id=facility.pk, version=1)
    with pytest.raises(Conflict):
        enter(place, {"beds": 100}, facility_id=facility.pk, version=1)
    facility.refresh_from_db()
    assert (facility.beds, facility.version) == (90, 2)


def test_saving_without_a_change_writes_nothing(place, facts):
    facility = enter(place, facts)
    entries = AuditEntry.objects.count()
    enter(place, facts, facility_id=facility.pk, version=1)
    facility.refresh_from_db()
    assert facility.version == 1
    assert AuditEntry.objects.count() == entries


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"nursing_beds": 81}, "part_exceeds_whole", "nursing_beds"),
        ({"closed_on": date(2026, 1, 4)}, "wrong_order", "closed_on"),
        ({"opened_on": None, "closed_on": date(2026, 1, 6)}, "wrong_order", "closed_on"),
        ({"opened_on": date(2199, 1, 1)}, "in_the_future", "opened_on"),
    ],
)
def test_what_contradicts_itself_is_refused_at_its_field(place, facts, fields, code, field):
    with pytest.raises(RuleViolation) as caught:
        enter(place, facts | fields)
    assert (caught.value.code, caught.value.field) == (code, field)
    assert caught.value.next_step
    assert not Facility.objects.exists()


def test_a_type_of_another_plan_is_refused(place, facts):
    other = make_types(make_programme(place.city.city))
    with pytest.raises(RuleViolation) as caught:
        enter(place, facts | {"facility_type": other["home"]})
    assert caught.value.code == "type_of_another_plan"


def test_a_unit_outside_the_plan_is_refused(place, facts):
    actor = make_user()
    make_grant(actor, "reporter", place.other_city)
    with pytest.raises(RuleViolation) as caught:
        enter(place, facts, actor=actor, unit=place.other_city)
    assert caught.value.code == "unit_outside_plan"


def test_the_same_name_twice_at_a_unit_is_refused(place, facts):
    enter(place, facts)
    with pytest.raises(RuleViolation) as caught:
        enter(place, facts)
    assert caught.value.code == "entry_refused"


def test_a_facility_serves_units_of_its_county_only(place, facts):
    facility = enter(place, facts, serves=[place.townships[1], *place.villages])
    assert facility.served.count() == 5
    enter(place, facts, facility_id=facility.pk, serves=place.villages[:1])
    assert {row.unit for row in facility.served.all()} == {place.townships[0], place.villages[0]}
    with pytest.raises(RuleViolation) as caught:
        enter(place, facts, facility_id=facility.pk, serves=[place.townships[2]])
    assert caught.value.field == "serves"


def test_a_project_is_opened_once(place, facts):
    facility = enter(place, facts)
    first = make_project(actor=place.reporter, facility_id=facility.pk)
    assert make_project(actor=place.reporter, facility_id=facility.pk) == first
    assert first.elder_facility == facility
    with pytest.raises(PermissionDenied):
        make_project(actor=place.reviewer, facility_id=facility.pk)


def estate(place, **fields):
    return save_estate(
        actor=place.reporter, programme=place.programme, unit=place.townships[0],
        fields={"name_zh": "示例花园", "kind": "new", "is_phased": True} | fields, estate_id=fields.pop("pk", None),
    )  # fmt: skip


def state_of(row, today=date(2026, 9, 1)):
    return estate_state(row, standards_of(row.programme, FacilityType.Subject.ESTATE, today), today)


@pytest.mark.parametrize(
    ("households", "kind", "area", "required", "result"),
    [
        (250, "new", "75", 75, Result.MET),
        (250, "new", "74.99", 75, Result.FAIL),
        (250, "existing", "50", 50, Result.MET),
        (250, "existing", "49.99", 50, Result.FAIL),
        (0, "new", "0", 0, Result.MET),
        (None, "new", "500", None, Result.UNKNOWN),
        (250, "new", None, 75, Result.UNKNOWN),
    ],
)
def test_area_of_an_estate(place, households, kind, area, required, result):
    row = estate(place, households=households, kind=kind, facility_area=None if area is None else Decimal(area))
    state = state_of(row)
    assert (state.required, state.area.result) == (required, result)


@time_machine.travel("2026-08-20 10:00+08:00", tick=False)
def test_the_day_half_is_built_is_kept(place):
    row = estate(place, planned_area=Decimal("100000"), built_area=Decimal("49990"))
    assert (row.limit_reached_on, state_of(row).phase) == (None, Phase.BEFORE)
    assert state_of(row).phase_light == "near"
    row = save_estate(
        actor=place.reporter,
        programme=place.programme,
        unit=row.unit,
        estate_id=row.pk,
        fields={"built_area": Decimal("50000")},
    )
    assert (row.limit_reached_on, state_of(row).phase) == (date(2026, 8, 20), Phase.OVERDUE)
    with time_machine.travel("2026-08-25 10:00+08:00", tick=False):
        row = save_estate(actor=place.reporter, programme=place.programme, unit=row.unit, estate_id=row.pk,
                          fields={"built_area": Decimal("49000"), "facility_finished_on": date(2026, 8, 21)})  # fmt: skip
    assert (row.limit_reached_on, state_of(row).phase) == (date(2026, 8, 20), Phase.LATE)


def test_handover_in_time_and_late(place):
    row = estate(place, accepted_on=date(2024, 3, 1))
    assert state_of(row, date(2024, 5, 30)).handover_due == date(2024, 5, 30)
    assert not state_of(row, date(2024, 5, 30)).is_handover_late
    assert state_of(row, date(2024, 5, 30)).handover_light == "near"
    assert state_of(row, date(2024, 5, 31)).handover_light == "late"
    row.handed_over_on = date(2024, 5, 30)
    assert state_of(row).handover_light == "done"
    row.handed_over_on = date(2024, 5, 31)
    assert state_of(row).handover_light == "late"


@pytest.mark.parametrize("field", ["is_free", "is_nonprofit_use"])
def test_a_handover_is_free_and_for_non_profit_use(place, field):
    with pytest.raises(RuleViolation) as caught:
        estate(place, accepted_on=date(2026, 3, 1), handed_over_on=date(2026, 4, 1), **{field: False})
    assert (caught.value.field, caught.value.clause) == (field, place.programme.basis.path)
    assert estate(place, accepted_on=date(2026, 3, 1), **{field: False}).pk  # nothing was handed over yet


def test_handover_before_acceptance_is_refused(place):
    with pytest.raises(RuleViolation) as caught:
        estate(place, accepted_on=date(2026, 3, 2), handed_over_on=date(2026, 3, 1))
    assert caught.value.field == "handed_over_on"
    with pytest.raises(RuleViolation):
        estate(place, planned_area=Decimal(10), built_area=Decimal(11))
    assert not Estate.objects.exists()


def institution(place, **fields) -> Institution:
    return save_institution(
        actor=place.reporter, programme=place.programme, unit=place.townships[0],
        fields={"name_zh": "示例养老院", "opened_on": date(2020, 1, 1)} | fields,
    )  # fmt: skip


def test_risk_is_decided_by_the_county_with_a_reason(place):
    one = institution(place)
    for person in ("reporter", "approver", "other_reviewer", "viewer", "inspector", "stranger"):
        with pytest.raises(PermissionDenied):
            decide_risk(actor=place.people[person], institution_id=one.pk, level="high", reason="消防通道被占用")
    with pytest.raises(RuleViolation) as caught:
        decide_risk(actor=place.reviewer, institution_id=one.pk, level="high", reason="  ")
    assert caught.value.field == "reason"
    decide_risk(actor=place.reviewer, institution_id=one.pk, level="high", reason="消防通道被占用")
    decide_risk(actor=place.county_approver, institution_id=one.pk, level="low", reason="已整改")
    one.refresh_from_db()
    assert one.risk_level == "low"
    assert [d.level for d in one.risk_decisions.all()] == ["low", "high"]


def test_who_entered_an_institution_does_not_decide_on_it(place):
    make_grant(place.reporter, "reviewer", place.counties[0])
    one = institution(place)
    with pytest.raises(RuleViolation) as caught:
        decide_risk(actor=place.reporter, institution_id=one.pk, level="low", reason="无")
    assert caught.value.code == "own_entry"


def test_a_decision_on_facts_that_changed_is_refused(place):
    one = institution(place)
    save_institution(
        actor=place.reporter,
        programme=place.programme,
        unit=one.unit,
        institution_id=one.pk,
        version=1,
        fields={"cameras": True},
    )
    with pytest.raises(Conflict):
        decide_risk(actor=place.reviewer, institution_id=one.pk, level="low", reason="x", version=1)


def test_the_risk_level_is_no_field_of_the_entry(place):
    with pytest.raises(RuleViolation) as caught:
        institution(place, risk_level="low")
    assert caught.value.code == "risk_is_decided"


def test_a_decision_on_risk_stays(place):
    decision = decide_risk(actor=place.reviewer, institution_id=institution(place).pk, level="high", reason="x")
    for change in (lambda: RiskDecision.objects.filter(pk=decision.pk).update(level="low"), decision.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_custody_is_asked_only_of_who_takes_prepaid_fees(place):
    rules = standards_of(place.programme, FacilityType.Subject.INSTITUTION, date(2026, 9, 1))
    one = institution(place, takes_prepaid=True)
    found = {c.standard.measure: c.result for c in institution_checks(one, rules)}
    assert found == {"cameras": Result.UNKNOWN, "filed": Result.FAIL, "custody": Result.UNKNOWN}
    one.takes_prepaid, one.filing_no, one.cameras = False, "备-1", False
    found = {c.standard.measure: c.result for c in institution_checks(one, rules)}
    assert found == {"cameras": Result.FAIL, "filed": Result.MET}


def test_a_filing_number_stands_once_in_a_plan(place):
    institution(place, filing_no="备-1")
    with pytest.raises(RuleViolation):
        institution(place, name_zh="另一所", filing_no="备-1")
    with pytest.raises(RuleViolation) as caught:
        institution(place, name_zh="又一所", filed_on=date(2026, 1, 1))
    assert caught.value.field == "filing_no"


def test_a_drill_is_entered_once_and_struck_out_with_a_reason(place):
    one = institution(place)
    drill = record_drill(actor=place.reporter, institution_id=one.pk, kind="on_site", held_on=date(2026, 6, 30))
    with pytest.raises(Conflict):
        record_drill(actor=place.reporter, institution_id=one.pk, kind="on_site", held_on=date(2026, 6, 30))
    with pytest.raises(RuleViolation):
        record_drill(actor=place.reporter, institution_id=one.pk, kind="on_site", held_on=date(2199, 6, 30))
    with pytest.raises(PermissionDenied):
        record_drill(actor=place.reviewer, institution_id=one.pk, kind="comprehensive", held_on=date(2026, 6, 30))
    with pytest.raises(RuleViolation):
        strike_drill(actor=place.reporter, drill_id=drill.pk, reason="")
    strike_drill(actor=place.reporter, drill_id=drill.pk, reason="日期填错")
    strike_drill(actor=place.reporter, drill_id=drill.pk, reason="again")
    record_drill(actor=place.reporter, institution_id=one.pk, kind="on_site", held_on=date(2026, 6, 30))
    assert Drill.objects.filter(struck_at=None).count() == 1
    assert Drill.objects.get(pk=drill.pk).struck_reason == "日期填错"


def counts(place, typed, seen=None, actor=None):
    return save_counts(
        actor=actor or place.reporter, programme=place.programme, year=2026, typed=typed, seen=seen or {}
    )


def test_counts_are_saved_together_or_not_at_all(place):
    cell = (place.kinds[0].pk, place.counties[0].pk)
    other = (place.kinds[1].pk, place.counties[0].pk)
    assert counts(place, {cell: "１，200", other: ""}) == 1
    assert YearCount.objects.get().count == 1200
    with pytest.raises(RuleViolation) as caught:
        counts(place, {cell: "1300", other: "-1"})
    assert [error.field for error in caught.value.errors] == [f"c-{other[0]}-{other[1]}"]
    assert YearCount.objects.get().count == 1200
    for bad in ("1.5", "abc", "1000001"):
        with pytest.raises(RuleViolation):
            counts(place, {cell: bad})
    assert counts(place, {cell: "0"}, {cell: "1200"}) == 1  # zero is a figure


def test_a_count_is_corrected_but_not_emptied_and_never_overwritten_unseen(place):
    cell = (place.kinds[0].pk, place.counties[0].pk)
    counts(place, {cell: "5"}, {cell: ""})
    with pytest.raises(RuleViolation) as caught:
        counts(place, {cell: ""}, {cell: "5"})
    assert caught.value.errors[0].code == "count_emptied"
    with pytest.raises(Conflict):
        counts(place, {cell: "6"}, {cell: ""})
    assert counts(place, {cell: "5"}, {cell: ""}) == 0


def test_counts_of_another_county_are_refused(place):
    cell = (place.kinds[0].pk, place.counties[1].pk)
    for person in ("reporter", "other_reviewer", "approver"):
        with pytest.raises(PermissionDenied):
            counts(place, {cell: "5"}, actor=place.people[person])
    assert not YearCount.objects.exists()
