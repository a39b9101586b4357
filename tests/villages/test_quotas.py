"""The plan's own numbers, what it leaves open, and what the minimum costs."""

from __future__ import annotations

import datetime
import shutil
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from programs.errors import RuleViolation
from programs.models import Checklist, Declaration, Programme, StageDeadline, Unit
from programs.services.packs import files
from programs.services.packs.loading import load_pack
from programs.services.packs.problems import PackRefused
from programs.services.units import load_units
from tests.factories import make_grant, make_user
from villages.models import Pot, Quota
from villages.queries import year_of, yearly_cost
from villages.services import plans

CODE = "pingdingshan-villages-2023"


@pytest.fixture
def programme(db) -> Programme:
    load_units()
    load_pack(code=CODE)
    return Programme.objects.get(code=CODE)


def test_the_pack_as_the_plan_has_it(programme, tmp_path):
    cost = yearly_cost(programme)
    assert (cost.villages, cost.towns) == (34, 10)
    assert (cost.minimum, cost.with_zones) == (Decimal(71_000_000), Decimal(78_000_000))
    assert (cost.pot.amount, cost.pot.is_yearly) == (Decimal(80_000_000), None)  # DI07: not stated, which is not "no"
    assert cost.issue.code == "DI07"

    year = year_of(programme, 2026)
    assert year.totals["village", "city"].minimum == 34
    assert year.totals["village", "county"].minimum == 6 * 15 + 4 * 3
    assert year.totals["town", "city"].minimum == 10
    assert year.totals["town", "county"].minimum == 18  # districts: not stated, not 0
    zones = {line.quota.unit.code for line in year.open_ones}
    assert zones == {"410471000000", "410472000000"}
    assert all(line.minimum is None and line.short is None for line in year.open_ones)

    standard = Checklist.objects.get(code="villages-standard")
    assert (standard.items.count(), standard.pass_points, standard.mode) == (20, None, "items")
    income = standard.items.get(code="QM3b")
    assert (income.comparator, income.threshold) == ("gte", Decimal(20))
    assert not standard.items.exclude(points=None).exists()  # no points are invented

    window = StageDeadline.objects.get(workflow="villages-city", verb="pass", replaced_at=None)
    assert (window.opens_month, window.opens_day, window.closes_month, window.closes_day) == (10, 1, 12, 31)
    start = StageDeadline.objects.get(workflow="villages-city", verb="submit", replaced_at=None)
    assert (start.clause_id, start.is_hard) == (None, False)  # the document names no date: set by the city

    assert load_pack(code=CODE).did_nothing
    settle_a_zone(programme)
    a_bad_row_refuses_the_pack(tmp_path)


def settle_a_zone(programme):
    """What the city settles counts from then on, and a reload keeps it; a stated number is not settled."""
    zone = Quota.objects.get(unit__code="410471000000", kind="village", level="city")
    approver, county = make_user(), make_user()
    make_grant(approver, "approver", programme.jurisdiction)
    make_grant(county, "approver", zone.unit)
    with pytest.raises(PermissionDenied):
        plans.settle_quota(actor=county, quota_id=zone.pk, minimum=1, reason="按区计")
    with pytest.raises(RuleViolation):
        plans.settle_quota(actor=approver, quota_id=zone.pk, minimum=1, reason=" ")
    plans.settle_quota(actor=approver, quota_id=zone.pk, minimum=1, reason="按区计")
    stated = Quota.objects.get(unit__code="410422000000", kind="village", level="city")
    with pytest.raises(RuleViolation) as caught:
        plans.settle_quota(actor=approver, quota_id=stated.pk, minimum=1, reason="x")
    assert caught.value.code == "stated"
    assert yearly_cost(programme).villages == 35
    load_pack(code=CODE)
    assert Quota.objects.get(pk=zone.pk).minimum == 1
    assert not Declaration.objects.exists()


def a_bad_row_refuses_the_pack(tmp_path):
    """A number for a unit that is not settled, and a unit nobody knows."""
    folder = tmp_path / "packs"
    shutil.copytree(files.packs_folder(), folder)
    path = folder / CODE / "quotas.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines.append("410471000000,town,county,3,,per_year,,no,和美·三(二),,")
    lines.append("990000000000,town,county,3,,per_year,,yes,和美·三(二),,")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(PackRefused) as caught:
        load_pack(code=CODE, folder=folder)
    assert {problem.line for problem in caught.value.problems} == {len(lines) - 1, len(lines)}


def test_only_counties_have_belts(case):
    case.county.kind = "district"
    case.county.save()
    with pytest.raises(RuleViolation) as caught:
        belt(case)
    assert (caught.value.code, caught.value.field) == ("county", "unit")


def test_a_belt_stays_inside_its_county(case):
    stranger = Unit.objects.get(pk=case.city.townships[2].pk)
    with pytest.raises(RuleViolation) as caught:
        belt(case, members=[case.village, stranger])
    assert caught.value.field == "members"


def test_a_belt_has_three_milestones_and_a_reached_one_shows_what(case):
    made = belt(case)
    assert [one.year_no for one in made.milestones.all()] == [1, 2, 3]
    first = made.milestones.first()
    with pytest.raises(RuleViolation):
        plans.reach_milestone(actor=case.people["county"], milestone_id=first.pk, reached_on="2026-12-01", shown="")
    plans.reach_milestone(actor=case.people["county"], milestone_id=first.pk, reached_on="2026-12-01", shown="路已通")


@pytest.mark.parametrize(("first", "last", "ok"), [(2026, 2028, True), (2026, 2029, False), (2026, 2025, False)])
def test_a_plan_is_for_three_years(case, first, last, ok):
    fields = {"actor": case.people["county"], "programme": case.city.programme, "unit": case.county, "summary": ""}
    if ok:
        assert plans.save_plan(first_year=first, last_year=last, **fields).last_year == last
        return
    with pytest.raises(RuleViolation) as caught:
        plans.save_plan(first_year=first, last_year=last, **fields)
    assert caught.value.code == "years"


def belt(case, members=None):
    return plans.save_belt(
        actor=case.people["county"], programme=case.city.programme, unit=case.county, name_zh="沿河带", name_en="", members=members or [case.village],
        started_on=datetime.date(2026, 1, 1), goals=("路通", "产业成形", "全线贯通"),
    )  # fmt: skip


def test_pots_are_two_and_separate(programme):
    assert sorted(Pot.objects.values_list("code", "is_yearly")) == [("MR03", True), ("MR04", None)]
