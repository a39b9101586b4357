"""Splitting targets: balance, stretch, who may, what is kept, and two people at once."""

from decimal import Decimal

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils import translation

from audit.models import AuditEntry
from programs.errors import Conflict, RuleViolation
from programs.models import Target
from programs.services.target_times import PeriodKey
from programs.services.targets import Basis, break_down, set_target
from tests.factories import make_indicator, make_target, small_city
from tests.together import at_once, told

BASIS = Basis("年度任务分解", paper="示政〔2026〕1号")


def split(place, *texts, actor=None, unit=None, indicator=None, seen=None, **options):
    """Split the target of the city over its counties (or of ``unit`` over what lies below)."""
    unit, indicator = unit or place.city, indicator or place.indicators[0]
    children = list(unit.children.order_by("code"))
    parent = Target.objects.get(indicator=indicator, unit=unit, replaced_at=None)
    now = {t.unit_id: t.pk for t in Target.objects.filter(indicator=indicator, replaced_at=None)}
    return break_down(
        actor=actor or place.approver, indicator=indicator, unit=unit, period=PeriodKey.of(parent), shares=dict(zip([c.pk for c in children], texts, strict=True)),
        seen=seen or {pk: now.get(pk) for pk in [unit.pk, *(c.pk for c in children)]}, **{"basis": BASIS} | options,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def whole(place):
    make_target(place.indicators[0], place.city, 100)
    return place


def values(place, unit=None):
    return {t.unit_id: t.value for t in Target.objects.filter(unit__parent=unit or place.city, replaced_at=None)}


def test_a_balanced_split_is_stored_with_its_basis_and_audited(whole):
    done = split(whole, "６０", "40")
    assert values(whole) == {whole.counties[0].pk: 60, whole.counties[1].pk: 40}
    assert done.stretch == 0
    first = done.targets[0]
    assert (first.reason, first.authorising_text, first.set_by, first.comparator, first.clause) == (
        BASIS.reason,
        BASIS.paper,
        whole.approver,
        "gte",
        whole.programme.basis,
    )
    entry = AuditEntry.objects.get(verb="target.break_down")
    assert entry.after[whole.counties[0].code] == "60"


def test_old_versions_stay_and_unchanged_ones_are_left_alone(whole):
    split(whole, "60", "40")
    split(whole, "70", "30")
    versions = list(Target.objects.filter(unit=whole.counties[0]).order_by("pk"))
    assert [(t.value, t.replaced_at is None) for t in versions] == [(60, False), (70, True)]
    assert versions[0].replaced_at == versions[1].recorded_at
    with pytest.raises(RuleViolation) as problem:
        split(whole, "70", "30")
    assert problem.value.code == "unchanged"
    assert Target.objects.filter(unit=whole.counties[0]).count() == 2


@pytest.mark.parametrize(
    ("texts", "words"), [(("60", "39"), "1 left over"), (("60", "41"), "1 too much"), (("", "99.5"), "decimals")]
)
def test_an_unbalanced_split_is_refused_whole(whole, texts, words):
    with pytest.raises(RuleViolation) as problem:
        split(whole, *texts)
    assert words in " ".join([str(problem.value.message), *(str(one.message) for one in problem.value.errors)])
    assert not values(whole)


def test_stretch_is_for_the_approver_and_only_upwards(whole):
    assert split(whole, "60", "50", allow_stretch=True).stretch == 10
    with pytest.raises(RuleViolation, match="left over"):
        split(whole, "60", "10", allow_stretch=True)
    make_target(whole.indicators[0], whole.counties[1], 5, period_kind="annual")
    county = whole.counties[0]
    with pytest.raises(RuleViolation) as problem:
        split(whole, "60", "10", actor=whole.reviewer, unit=county, allow_stretch=True)
    assert (problem.value.code, bool(problem.value.rule)) == ("stretch_not_allowed", True)


def test_smaller_is_better_stretches_downwards(place):
    lower = make_indicator(place.programme, direction="lower")
    make_target(lower, place.city, 100, comparator="lte")
    assert split(place, "40", "50", indicator=lower, allow_stretch=True).stretch == 10
    with pytest.raises(RuleViolation, match="too much"):
        split(place, "80", "50", indicator=lower, allow_stretch=True)


def test_empty_slash_and_zero_are_three_things(whole):
    split(whole, "100", "/")
    assert Target.objects.get(unit=whole.counties[1], replaced_at=None).state == "not_applicable"
    split(whole, "100", "0")
    assert Target.objects.get(unit=whole.counties[1], replaced_at=None).value == 0
    split(whole, "100", "")
    last = Target.objects.get(unit=whole.counties[1], replaced_at=None)
    assert (last.state, last.value) == ("not_assigned", None)


@pytest.mark.parametrize("text", ["-5", "abc", "1,00", "3 亩", "1e99", "9" * 30, "=1+1"])
def test_a_bad_cell_is_named_and_nothing_is_written(whole, text):
    with pytest.raises(RuleViolation) as problem:
        split(whole, text, "100")
    assert problem.value.code == "bad_cells"
    assert problem.value.errors[0].field == f"share-{whole.counties[0].pk}"
    assert problem.value.errors[0].rule
    assert problem.value.errors[0].next_step
    assert not values(whole)


@pytest.mark.parametrize(
    "basis", [Basis("", paper="x"), Basis("  ", paper="x"), Basis("原因"), Basis("原因", paper=" ")]
)
def test_a_reason_and_a_paper_are_wanted(whole, basis):
    with pytest.raises(RuleViolation) as problem:
        split(whole, "60", "40", basis=basis)
    assert problem.value.rule
    assert not values(whole)


def test_a_ratio_is_not_split(place):
    ratio = make_indicator(
        place.programme,
        counting="ratio",
        numerator=place.indicators[0],
        denominator=place.indicators[1],
        is_reported=False,
    )
    make_target(ratio, place.city, 90)
    with pytest.raises(RuleViolation) as problem:
        split(place, "50", "40", indicator=ratio)
    assert problem.value.code == "not_additive"


@pytest.mark.parametrize("who", ["reporter", "reviewer", "viewer", "auditor", "stranger", "nobody", "system_admin"])
def test_who_may_not_split_the_citys_target(whole, who):
    with pytest.raises(PermissionDenied):
        split(whole, "60", "40", actor=whole.people[who])


def test_a_countys_reviewer_splits_the_countys_target_to_its_townships(whole):
    split(whole, "60", "40")
    split(whole, "35", "25", actor=whole.reviewer, unit=whole.counties[0])
    assert values(whole, whole.counties[0]) == {whole.townships[0].pk: 35, whole.townships[1].pk: 25}
    with pytest.raises(PermissionDenied):
        split(whole, "20", "20", actor=whole.reviewer, unit=whole.counties[1])


def test_a_version_that_changed_meanwhile_is_a_conflict(whole):
    parent = Target.objects.get(unit=whole.city)
    seen = {whole.city.pk: parent.pk, whole.counties[0].pk: None, whole.counties[1].pk: None}
    split(whole, "60", "40")
    with pytest.raises(Conflict):
        split(whole, "50", "50", seen=seen)
    set_target(
        actor=whole.approver,
        indicator=whole.indicators[0],
        unit=whole.city,
        period=PeriodKey.of(parent),
        text="120",
        seen=parent.pk,
        basis=BASIS,
    )
    now = {t.unit_id: t.pk for t in Target.objects.filter(unit__parent=whole.city, replaced_at=None)}
    with pytest.raises(Conflict):
        split(whole, "50", "50", seen={whole.city.pk: parent.pk} | now)
    assert values(whole) == {whole.counties[0].pk: 60, whole.counties[1].pk: 40}


def test_only_who_stands_above_sets_a_target(whole):
    key = PeriodKey("in_year", 2026)
    with pytest.raises(PermissionDenied):
        set_target(
            actor=whole.reviewer,
            indicator=whole.indicators[0],
            unit=whole.counties[0],
            period=key,
            text="1",
            seen=None,
            basis=BASIS,
        )
    assert set_target(
        actor=whole.approver,
        indicator=whole.indicators[0],
        unit=whole.counties[0],
        period=key,
        text="1.0",
        seen=None,
        basis=BASIS,
    ).value == Decimal(1)


@pytest.mark.django_db(transaction=True)
def test_two_people_splitting_at_once_leave_one_split(transactional_db):
    place = small_city()
    make_target(place.indicators[0], place.city, 100)
    parent = Target.objects.get(unit=place.city)
    seen = {place.city.pk: parent.pk, place.counties[0].pk: None, place.counties[1].pk: None}
    splits = (("60", "40"), ("10", "90"))
    assert told(at_once(*(lambda texts=texts: split(place, *texts, seen=seen) for texts in splits))) == [
        "changed_meanwhile",
        "done",
    ]
    assert sum(values(place).values()) == 100
    assert Target.objects.filter(unit__parent=place.city).count() == 2


@pytest.mark.parametrize("text", ["annual..", "in_year.2026.", "by_end..2026-02-23"])
def test_a_period_key_reads_back(text):
    assert str(PeriodKey.read(text)) == text


@pytest.mark.parametrize("text", ["", "weekly..", "annual.x.", "annual..2026-02-31", "annual.2026.soon"])
def test_what_is_no_period_key(text):
    assert PeriodKey.read(text) is None


def test_the_page_keeps_what_was_typed_and_says_why(client, whole):
    client.force_login(whole.approver)
    address = f"/targets/{whole.indicators[0].code}/{whole.city.code}/split/"
    parent = Target.objects.get(unit=whole.city)
    form = {f"share-{c.pk}": v for c, v in zip(whole.counties, ("60", "35"), strict=True)} | {
        f"seen-{whole.city.pk}": parent.pk,
        "key": str(PeriodKey.of(parent)),
        "reason": "示例",
        "authorising_text": "示例",
    }
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    answer = client.post(address, form)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert 'value="35"' in text
    assert "5 left over" in text
    good = client.post(address, form | {f"share-{whole.counties[1].pk}": "40"})
    assert (good.status_code, good.url) == (302, f"/targets/{parent.pk}/")
    late = client.post(address, form | {f"share-{whole.counties[1].pk}": "40"})
    assert late.status_code == 409
    assert client.get(f"/targets/{parent.pk}/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_two_people_setting_a_new_target_at_once_leave_one(transactional_db):
    place = small_city()
    fields = {"actor": place.approver, "indicator": place.indicators[0], "unit": place.counties[0], "seen": None}
    fields |= {"period": PeriodKey("in_year", 2026), "basis": BASIS}
    answers = told(at_once(*(lambda text=text: set_target(text=text, **fields) for text in ("1", "2"))))
    assert answers == ["changed_meanwhile", "done"]
    assert Target.objects.filter(indicator=place.indicators[0]).count() == 1
