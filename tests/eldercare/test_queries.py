"""Reads: coverage over the real tree, drills, split of a plan, registry beside reports, reviews."""

from datetime import date
from decimal import Decimal

import pytest
import time_machine

from eldercare import reviews
from eldercare.models import Drill, Estate, Facility, FacilityType, Institution, RegistryFigure, Standard, YearCount
from eldercare.pools import institutions as pool
from eldercare.queries.coverage import coverage, quota_checks
from eldercare.queries.drills import drill_years
from eldercare.queries.hints import hints
from eldercare.queries.split import split_of
from eldercare.queries.standards import standards_by_type, standards_of
from eldercare.services.facilities import save_facility
from policies.models import DocumentIssue
from programs.models import ProgressReport, Target
from tests.eldercare.conftest import make_facility
from tests.factories import make_indicator, make_target, make_unit

pytestmark = pytest.mark.django_db


def serve(place, code, unit, *, opened=date(2026, 1, 1), serves=()):
    return save_facility(
        actor=place.reporter, programme=place.programme, unit=unit, serves=serves,
        fields={"name_zh": f"{code}{unit.pk}", "facility_type": place.types[code], "opened_on": opened},
    )  # fmt: skip


def covered(user, place):
    standards = Standard.objects.filter(facility_type__programme=place.programme).select_related("facility_type")
    columns, rows = coverage(user, place.programme, standards)
    names = [column.type.code for column in columns]
    return {
        (row.unit.pk if row.unit else None): {
            name: (cell.served, cell.there) for name, cell in zip(names, row.cells, strict=True)
        }
        for row in rows
    }


def test_coverage_is_numerator_and_denominator_of_real_units(place):
    serve(place, "centre", place.townships[0], serves=[place.townships[1]])
    serve(place, "centre", place.townships[1])  # covered twice is covered once
    serve(place, "meals", place.townships[0], serves=place.villages[:2])
    serve(place, "meals", place.townships[1], opened=None, serves=[place.villages[2]])  # not open yet
    found = covered(place.viewer, place)
    first, second = place.counties
    assert found[first.pk] == {"centre": (2, 2), "meals": (2, 3)}
    assert found[second.pk] == {"centre": (0, 2), "meals": (0, 0)}
    assert found[None] == {"centre": (2, 4), "meals": (2, 3)}
    closed = Facility.objects.filter(facility_type=place.types["meals"], opened_on__isnull=False)
    closed.update(closed_on=date(2026, 8, 1))
    assert covered(place.viewer, place)[first.pk]["meals"] == (0, 3)


def test_stations_and_centres_are_counted_per_township_also_without_a_standard(place):
    position = 90
    for code in ("village-station", "regional-centre"):
        place.types[code] = FacilityType.objects.create(
            programme=place.programme, code=code, name_zh=code, name_en=code, position=position
        )
    serve(place, "village-station", place.villages[0], serves=place.villages[:2])
    serve(place, "regional-centre", place.townships[0])
    standards = Standard.objects.filter(facility_type__programme=place.programme).select_related("facility_type")
    columns, rows = coverage(place.viewer, place.programme, standards)
    bare = [(n, column) for n, column in enumerate(columns) if column.standard is None]
    assert [(column.type.code, column.measure) for _n, column in bare] == [
        ("village-station", "township_share"), ("village-station", "village_share"), ("regional-centre", "township_share"),
    ]  # fmt: skip
    first = next(row for row in rows if row.unit == place.counties[0])
    assert [(first.cells[n].served, first.cells[n].there, first.cells[n].result) for n, _column in bare] == [
        (1, 2, None), (2, 3, None), (1, 2, None),
    ]  # fmt: skip
    judged = next(n for n, column in enumerate(columns) if column.standard is not None)
    assert first.cells[judged].result in ("pass", "fail")


def test_a_county_sees_its_own_coverage_only(place):
    assert set(covered(place.reporter, place)) == {place.counties[0].pk}
    assert covered(place.stranger, place) == {}


def test_units_no_longer_in_force_are_not_counted(place):
    serve(place, "meals", place.townships[0], serves=place.villages)
    place.villages[0].valid_to = date(2026, 6, 30)
    place.villages[0].save()
    assert covered(place.viewer, place)[place.counties[0].pk]["meals"] == (2, 2)


def test_quota_and_goal_stand_side_by_side(place):
    place.programme.starts_on = date(2023, 2, 24)
    place.programme.save()
    quota = make_indicator(place.programme, code="eldercare-awarded-townships")
    goal = make_indicator(place.programme, code="eldercare-model-township-share")
    make_target(quota, place.city.city, 1, value_to=Decimal(1), comparator="range", period_kind="annual", year=None)
    make_target(goal, place.city.city, 80, period_kind="by_end", year=2025, due_on=date(2025, 12, 31))
    (found,) = quota_checks(place.programme)
    assert (found.years, found.most, found.there, found.wanted, found.is_enough) == (
        3,
        3,
        4,
        4,
        False,
    )  # 80 % of 4 is 3.2
    Target.objects.filter(indicator=goal).update(value=75)
    (found,) = quota_checks(place.programme)
    assert (found.wanted, found.is_enough) == (3, True)


def make_institution(place, unit=None, name="示例养老院", **fields):
    return Institution.objects.create(
        programme=place.programme,
        unit=unit or place.townships[0],
        name_zh=name,
        **({"opened_on": date(2020, 1, 1)} | fields),
    )


def rules(place):
    return standards_of(place.programme, FacilityType.Subject.INSTITUTION, date(2026, 9, 1))


def test_drills_of_a_year_leave_out_struck_ones_and_other_years(place):
    one = make_institution(place)
    Drill.objects.create(institution=one, kind="on_site", held_on=date(2026, 6, 30))
    Drill.objects.create(institution=one, kind="comprehensive", held_on=date(2025, 6, 30))
    Drill.objects.create(
        institution=one,
        kind="comprehensive",
        held_on=date(2026, 5, 1),
        struck_at="2026-05-02T00:00Z",
        struck_reason="x",
    )
    (found,) = drill_years([one], 2026, date(2026, 12, 31), rules(place))
    assert {slot.code: slot.held_on for slot in found.slots} == {
        "year": None,
        "half1": date(2026, 6, 30),
        "half2": None,
    }
    assert found.missing == []
    assert [light for _code, _slot, light in found.cells] == ["near", "done", "near"]
    (found,) = drill_years([one], 2026, date(2027, 1, 1), rules(place))
    assert [slot.code for slot in found.missing] == ["year", "half2"]


def test_a_plan_without_a_rule_for_drills_misses_none(place):
    one = make_institution(place)
    Standard.objects.filter(measure__startswith="drills").delete()
    (found,) = drill_years([one], 2026, date(2027, 1, 1), rules(place))
    assert (found.slots, found.missing) == ([], [])


def test_the_split_keeps_not_applicable_apart_from_zero_and_shows_who_has_no_row(place):
    first, second = place.counties
    third = make_unit("county", place.city.city)
    homes = make_indicator(place.programme)
    make_target(homes, first, 5)
    make_target(homes, second, None, state="not_applicable")
    whole = make_target(homes, place.city.city, 5)
    other = make_indicator(place.programme)
    make_target(other, first, 0)
    make_target(other, second, 3)
    make_target(other, place.city.city, 4)
    issue = DocumentIssue.objects.create(
        code="DI91", document=place.programme.document, kind="conflict", issue_zh="600/60", issue_en="600/60"
    )
    issue.clauses.add(homes.clause)
    split = split_of(place.viewer, place.programme)
    cells = {row.unit: [cell and (cell.state, cell.value) for cell in row.cells] for row in split.rows}
    assert cells[first] == [("number", 5), ("number", 0)]
    assert cells[second] == [("not_applicable", None), ("number", 3)]
    assert cells[third] == [None, None]
    assert split.without_row == [third]
    assert [(total.added, total.matches) for total in split.totals] == [(5, True), (3, False)]
    assert split.totals[0].claimed == whole
    assert [one.code for one in split.issues] == ["DI91"]
    own = split_of(place.reporter, place.programme)
    assert [row.unit for row in own.rows] == [first]
    assert own.totals[0].matches is None  # a county does not see all rows, so nothing is added up


def test_the_registry_stands_beside_the_report_and_overwrites_nothing(place):
    county = place.counties[0]
    meals, cases, filed = (make_indicator(place.programme) for _ in range(3))
    RegistryFigure.objects.create(indicator=meals, source="facilities", detail=["meals"])
    RegistryFigure.objects.create(indicator=cases, source="counts", detail=["retrofit"])
    RegistryFigure.objects.create(indicator=filed, source="filed")
    townships = make_indicator(place.programme)
    RegistryFigure.objects.create(indicator=townships, source="townships", detail=["meals"])
    serve(place, "meals", place.townships[0], serves=[place.townships[1], *place.villages])
    serve(place, "meals", place.townships[1], opened=None)
    YearCount.objects.create(kind=place.kinds[0], unit=county, year=2026, count=7)
    YearCount.objects.create(kind=place.kinds[0], unit=county, year=2025, count=100)
    make_institution(place, filing_no="备-1")
    make_institution(place, name="未备案")
    make_institution(place, name="已停业", filing_no="备-2", closed_on=date(2026, 1, 1))
    report = ProgressReport.objects.create(indicator=meals, unit=county, period=place.period, value=3)
    _figures, rows = hints(place.viewer, place.programme, place.period, 2026)
    by_unit = {row.unit: {cell.figure.indicator: cell for cell in row.cells} for row in rows}
    found = {indicator: cell.counted for indicator, cell in by_unit[county].items()}
    assert found == {meals: 1, cases: 7, filed: 1, townships: 2}
    assert by_unit[county][meals].differs
    assert not by_unit[county][cases].differs  # nothing was reported, so nothing differs
    assert {cell.counted for cell in by_unit[place.counties[1]].values()} == {0}
    report.refresh_from_db()
    assert report.value == 3


def test_the_review_names_missing_drills_and_changes_nothing(place):
    place.programme.starts_on, place.programme.ends_on = date(2026, 1, 1), date(2026, 12, 31)
    place.programme.save()
    late = make_institution(place)
    fine = make_institution(place, name="另一所")
    make_institution(place, name="新开", opened_on=date(2026, 9, 1))
    make_institution(place, name="停业", closed_on=date(2026, 2, 1))
    Drill.objects.create(institution=fine, kind="on_site", held_on=date(2026, 3, 1))
    outcome = reviews.missing_drills(today=date(2026, 9, 15))
    assert (outcome.changed, outcome.result) == (0, {"read": 3, "late": 1, "ids": {late.pk: ["2026-half1"]}})
    assert reviews.missing_drills(today=date(2026, 9, 15)) == outcome
    assert reviews.missing_drills(today=date(2026, 6, 30)).result["late"] == 0  # for a past date
    later = reviews.missing_drills(today=date(2027, 3, 1)).result[
        "ids"
    ]  # the plan has ended: its last year is still judged
    assert later[late.pk] == ["2026-year", "2026-half1", "2026-half2"]


def test_the_review_names_late_handovers_and_phases(place):
    def estate(name, **fields):
        return Estate.objects.create(
            programme=place.programme, unit=place.townships[0], kind="new", name_zh=name, **fields
        )

    late = estate("甲", accepted_on=date(2024, 3, 1))
    estate("乙", accepted_on=date(2024, 3, 2))
    estate("丙", accepted_on=date(2024, 1, 1), handed_over_on=date(2024, 5, 1))  # late, but done: nothing is left to do
    half = estate("丁", is_phased=True, planned_area=100, built_area=Decimal("50"))
    estate("戊", is_phased=True, planned_area=100, built_area=Decimal("49.99"))
    found = reviews.late_handovers(today=date(2024, 5, 31)).result
    assert found == {"read": 5, "late": 2, "ids": {late.pk: ["handover"], half.pk: ["phase"]}}


def test_institutions_are_a_pool_of_draws_by_county(place):
    one = make_institution(place)
    other = make_institution(place, unit=place.townships[2])
    make_institution(place, name="停业", closed_on=date(2026, 1, 1))
    found = pool(place.programme, place.city.city)
    assert [(c.code, c.stratum) for c in found] == [
        (f"institution-{one.pk}", place.counties[0].name), (f"institution-{other.pk}", place.counties[1].name),
    ]  # fmt: skip
    assert len(pool(place.programme, place.counties[1])) == 1


def test_standards_follow_their_validity(place):
    Standard.objects.filter(facility_type=place.types["centre"], measure="area").update(valid_to=date(2025, 12, 30))
    Standard.objects.create(
        facility_type=place.types["centre"], measure="area", value=2500, valid_from=date(2025, 12, 31)
    )

    def wanted(day):
        rows = standards_by_type([place.programme], day)[place.types["centre"].pk]
        return [row.value for row in rows if row.measure == "area"]

    assert (wanted(date(2025, 12, 30)), wanted(date(2025, 12, 31))) == ([2000], [2500])


@time_machine.travel("2026-09-15 10:00+08:00", tick=False)
def test_reads_cost_the_same_at_any_size(place, client, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.force_login(place.viewer, backend="accounts.backends.AccountBackend")

    def costs():
        found = {}
        for page in ("facilities", "estates", "institutions", "drills", "coverage", "counts", "split"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(f"/eldercare/{page}/").status_code == 200
            found[page] = len(queries)
        return found

    grow(place, 3)
    costs()
    few = costs()
    grow(place, 300)
    assert costs() == few


def grow(place, many):
    """``many`` more facilities, estates and institutions, all over the city."""
    for n in range(many):
        unit = place.townships[n % 4]
        make_facility(
            place.types["home"], unit, f"{many}-{n}", beds=n + 60, nursing_beds=50, opened_on=date(2025, 1, 1)
        )
        Estate.objects.create(programme=place.programme, unit=unit, kind="new", name_zh=f"{many}-{n}", households=n)
        make_institution(place, unit=unit, name=f"{many}-{n}")
