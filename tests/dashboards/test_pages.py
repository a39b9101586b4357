"""The pages: scope, the past, what is said of missing things, and a number of queries that does not grow."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from programs.models import ProgressReport, Target
from programs.queries.figures import Figures
from programs.queries.targets import light_of
from tests.dashboards.figures import count
from tests.factories import make_duty, make_grant, make_indicator, make_target, make_user, small_city


def moment() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return timezone.localtime(cursor.fetchone()[0]).isoformat()


def page(client, user, address, **query):
    client.force_login(user)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client.get(address, query)


def programme_page(client, user, place, **query):
    return page(client, user, f"/programmes/{place.programme.code}/", period="2026-10", **query)


@pytest.fixture
def shown(place):
    """The first indicator stands at the top and counts in the ranking; both counties have a target."""
    place.indicators[0].is_headline, place.indicators[0].weight = True, 60
    place.indicators[0].save()
    for county in place.counties:
        make_target(place.indicators[0], county, 100)
    return place


def test_the_city_page_shows_every_county_and_the_sum_is_no_target(client, shown):
    count(shown, 30, unit=shown.townships[0])
    count(shown, 12, unit=shown.townships[2])
    answer = programme_page(client, shown.viewer, shown)
    cell = answer.context["kpis"][0]
    assert (cell.value, cell.target, cell.below, cell.light.code) == (42, None, 200, "not_assigned")
    assert [row["unit"] for row in answer.context["rows"]] == shown.counties
    assert "Not a target" in answer.content.decode()


def test_a_countys_person_sees_the_own_part_and_the_own_position_only(client, shown):
    count(shown, 30, unit=shown.townships[0])
    count(shown, 77, unit=shown.townships[2])
    answer = programme_page(client, shown.reviewer, shown)
    assert answer.context["root"] == shown.counties[0]
    own = answer.context["own"]
    assert (own["place"].position, own["size"]) == (2, 2)
    text = answer.content.decode()
    assert shown.counties[1].name not in text
    assert not re.search(r">\s*77\s*<", text)


@pytest.mark.parametrize(
    "address",
    ["/units/{0}/", "/programmes/{1}/?unit={0}", "/trace/{2}/2026-10/{0}/", "/programmes/{1}/targets/?unit={0}"],
)
def test_units_out_of_scope_read_as_missing(client, place, address):
    full = address.format(place.counties[1].code, place.programme.code, place.indicators[0].code)
    client.force_login(place.reviewer)
    assert client.get(full).status_code == 404
    client.force_login(place.viewer)
    assert client.get(full).status_code == 200


@pytest.mark.parametrize(
    "address",
    [
        "/units/12/",
        "/units/999999999999/",
        "/programmes/nothing/",
        "/clauses/999999/",
        "/targets/999999/",
        "/documents/nothing/",
    ],
)
def test_guessed_addresses_are_404(client, place, address):
    assert page(client, place.viewer, address).status_code == 404


def test_a_grant_for_another_programme_opens_nothing(client, place):
    from tests.factories import make_programme

    person = make_user()
    make_grant(person, "viewer", place.city, make_programme(place.city))
    assert programme_page(client, person, place).status_code == 404
    assert page(client, person, f"/trace/{place.indicators[0].code}/2026-10/{place.city.code}/").status_code == 404


def test_the_past_prints_the_same_after_corrections(client, shown):
    count(shown, 30, unit=shown.townships[0])
    then = moment()
    before = programme_page(client, shown.viewer, shown, as_of=then)
    count(shown, 99, unit=shown.townships[0])
    count(shown, 5, unit=shown.townships[1])
    after = programme_page(client, shown.viewer, shown, as_of=then)
    assert [c.value for c in after.context["kpis"]] == [c.value for c in before.context["kpis"]] == [30]
    assert [p.score for g in after.context["ranking"].groups for p in g.places] == [
        p.score for g in before.context["ranking"].groups for p in g.places
    ]
    strip = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": "[^"]*"|nonce="[^"]*"')
    assert strip.sub("", after.content.decode()) == strip.sub("", before.content.decode())
    assert programme_page(client, shown.viewer, shown).context["kpis"][0].value == 104


def test_a_target_changed_later_does_not_change_the_past(client, shown):
    from programs.services.target_times import PeriodKey
    from programs.services.targets import Basis, set_target

    target = shown.indicators[0].targets.get(unit=shown.counties[0])
    then = moment()
    set_target(
        actor=shown.approver,
        indicator=shown.indicators[0],
        unit=shown.counties[0],
        period=PeriodKey.of(target),
        text="500",
        seen=target.pk,
        basis=Basis("示例", paper="示例"),
    )
    assert programme_page(client, shown.viewer, shown, as_of=then).context["rows"][0]["cells"][0].target.value == 100
    assert programme_page(client, shown.viewer, shown).context["rows"][0]["cells"][0].target.value == 500


@pytest.mark.parametrize("text", ["zz", "2026-13-40", "9999-01-01", "2026-02-30", "1' OR 1=1"])
def test_a_moment_that_cannot_be_read_is_said_and_today_is_shown(client, place, text):
    answer = programme_page(client, place.viewer, place, as_of=text)
    assert answer.status_code == 200
    assert "msg--err" in answer.content.decode()


def test_an_unknown_period_is_404(client, place):
    assert page(client, place.viewer, f"/programmes/{place.programme.code}/", period="2031-01").status_code == 404


def test_what_is_missing_stands_with_its_people_and_each_state(client, place):
    count(place, 5, unit=place.townships[0])
    person = place.reporter
    ProgressReport.objects.create(
        indicator=place.indicators[1],
        unit=place.townships[0],
        period=place.period,
        state="submitted",
        revision=1,
        value=1,
        submitted_by=person,
    )
    owed = programme_page(client, place.viewer, place).context["owed"]
    assert (owed.expected, owed.approved, owed.all_units, owed.whole_units) == (8, 1, 4, 0)
    kinds = {(row.unit, row.kind): row for row in owed.rows}
    assert kinds[place.counties[0], "review"].people == [place.reviewer.full_name]
    assert kinds[place.counties[0], "not_sent"].figures == 2
    assert kinds[place.counties[1], "not_sent"].people == [place.other_reporter.full_name]
    assert owed.by_group[place.counties[0].pk] == (1, 4)


def queries(client, user, address):
    client.force_login(user)
    client.get(address)  # warm what is read once per process
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


@pytest.mark.django_db
def test_the_number_of_queries_does_not_grow_with_the_units(client):
    numbers = []
    for townships in (5, 74):
        place = small_city(townships=townships)
        indicator = place.indicators[0]
        indicator.is_headline, indicator.weight = True, 10
        indicator.save()
        for unit in [place.city, *place.counties, *place.townships]:
            make_target(indicator, unit, 10)
        for town in place.townships:
            count(place, 3, unit=town, refresh=town is place.townships[-1])
        addresses = (
            "/programmes/", f"/programmes/{place.programme.code}/?period=2026-10", f"/programmes/{place.programme.code}/?period=2026-10&unit={place.counties[0].code}",
            f"/units/{place.counties[0].code}/", f"/trace/{indicator.code}/2026-10/{place.city.code}/", f"/programmes/{place.programme.code}/targets/?unit={place.counties[0].code}",
            "/search/?q=示例", f"/clauses/{place.programme.basis_id}/",
        )  # fmt: skip
        numbers.append([queries(client, place.viewer, address) for address in addresses])
    assert numbers[0] == numbers[1]
    assert max(numbers[1]) <= 30


def test_a_target_for_each_unit_applies_below(client, shown):
    each = make_indicator(shown.programme, is_headline=True, counting="point")
    make_target(each, shown.city, 80, level="each_unit")
    for county in shown.counties:
        make_duty(each, county)
    count(shown, 90, unit=shown.counties[0], indicator=each)
    rows = programme_page(client, shown.viewer, shown).context["rows"]
    cell = next(c for c in rows[0]["cells"] if c.indicator == each)
    assert (cell.target.value, cell.is_shared, cell.light.code) == (80, True, "met")


def test_the_trace_shows_then_and_today_with_the_difference(client, place):
    count(place, 30, unit=place.townships[0])
    count(place, 5, unit=place.townships[1])
    then = moment()
    count(place, 12, unit=place.townships[0])
    answer = page(
        client, place.auditor, f"/trace/{place.indicators[0].code}/2026-10/{place.counties[0].code}/", as_of=then
    )
    total = answer.context["total"]
    assert (total.then.value, total.now.value, total.difference, total.agrees) == (35, 17, -18, True)
    row = answer.context["rows"][0]
    assert (row.then, row.now, row.then_number, row.now_number, row.difference) == (30, 12, 1, 2, -18)
    assert place.reporter.full_name in answer.content.decode()


def test_the_trace_says_when_the_summary_does_not_agree(client, place):
    from programs.models import Summary

    count(place, 30, unit=place.townships[0])
    Summary.objects.filter(unit=place.city).update(value=31)
    answer = page(client, place.auditor, f"/trace/{place.indicators[0].code}/2026-10/{place.city.code}/")
    assert not answer.context["total"].agrees
    assert "added up again: 30" in answer.content.decode()


def test_every_figure_of_the_table_leads_to_a_trace_that_answers(client, shown):
    count(shown, 30, unit=shown.townships[0])
    text = programme_page(client, shown.viewer, shown).content.decode()
    links = set(re.findall(r'href="(/trace/[^"]+)"', text))
    assert links
    assert {client.get(link).status_code for link in links} == {200}


def test_search_finds_within_the_scope_only(client, place):
    place.townships[0].name, place.townships[0].pinyin = "夏李乡", "xialixiang"
    place.townships[0].save()
    place.townships[2].name, place.townships[2].pinyin = "夏庄乡", "xiazhuangxiang"
    place.townships[2].save()
    for text in ("夏", "xia", "Xia Li"):
        answer = page(client, place.reviewer, "/search/", q=text).content.decode()
        assert "夏李乡" in answer
        assert "夏庄乡" not in answer
    assert (
        place.townships[0].code
        in page(client, place.viewer, "/search/", q=place.townships[0].code[:11]).content.decode()
    )
    for odd in ("%", "_" * 70, "'", "\\", "<b>"):
        assert page(client, place.viewer, "/search/", q=odd).status_code == 200


def test_figures_without_targets_are_still_read(place):
    count(place, Decimal("0.0001"), unit=place.townships[0])
    assert Figures(place.indicators, [place.period.pk], [place.city.pk]).get(
        place.indicators[0].pk, place.period.pk, place.city.pk
    ).value == Decimal("0.0001")


def test_a_thin_score_takes_no_place_and_says_on_what_it_rests(client, shown):
    make_indicator(shown.programme, weight=540)
    for county in shown.counties:
        count(shown, 95, unit=county, indicator=shown.indicators[0])
    answer = programme_page(client, shown.approver, shown)
    group = answer.context["ranking"].groups[0]
    assert (len(group.places), len(group.unplaced)) == (0, 2)
    text = answer.content.decode()
    assert "60/600" in text
    assert "no target" in text
    assert "On less than 50 of 100 points no place is given" in text


def test_what_is_missing_is_rounded_up_to_the_decimals_of_the_figure(client, shown):
    first, other = shown.counties
    count(shown, 3, unit=first, indicator=shown.indicators[0])
    count(shown, 60, unit=other, indicator=shown.indicators[0])
    text = programme_page(client, shown.approver, shown).content.decode()
    assert f"97 {shown.indicators[0].unit_en} more" in text
    shown.indicators[0].decimals = 1
    shown.indicators[0].save()
    count(shown, "95.2381", unit=first, indicator=shown.indicators[0])
    count(shown, 100, unit=other, indicator=shown.indicators[0])
    again = programme_page(client, shown.approver, shown).content.decode()
    assert f"4.8 {shown.indicators[0].unit_en} more" in again


def test_people_stored_are_shown_in_ten_thousands_in_chinese_only(client, shown):
    shown.indicators[0].in_ten_thousands = True
    shown.indicators[0].save()
    make_target(shown.indicators[0], shown.city, 5000)
    for county, value in zip(shown.counties, (4000, 225), strict=True):
        count(shown, value, unit=county, indicator=shown.indicators[0])
    assert "4,225" in programme_page(client, shown.approver, shown).content.decode()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    chinese = client.get(f"/programmes/{shown.programme.code}/", {"period": "2026-10"}).content.decode()
    assert "0.4225" in chinese
    assert "4,225" not in chinese
    assert f"0.5 万{shown.indicators[0].unit_zh}" in chinese
    assert ProgressReport.objects.filter(value=4000).exists()


def test_a_figure_without_a_known_reference_is_not_green():
    target = Target(state="number", comparator="gte_series", hardness="firm", series_code="growth", year=2026)
    light = light_of(
        target=target, value=Decimal(4), share=None, time=Decimal("0.5"), on=date(2026, 7, 1), binding="expected"
    )
    assert (light.kind, light.code) == ("todo", "cannot_be_compared")
