"""Pages of elder care: entry keeps what was typed, refusals stand at their field, decisions are where they belong."""

from datetime import date

import pytest

from eldercare.models import Drill, Estate, Facility, Institution, YearCount
from eldercare.services.institutions import save_institution
from tests.eldercare.conftest import make_facility
from tests.factories import make_unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_in(client):
    def as_person(user):
        client.force_login(user, backend="accounts.backends.AccountBackend")
        client.cookies["django_language"] = "en"
        return client

    return as_person


def typed(place, **fields):
    return {
        "name_zh": "示例供养中心", "facility_type": place.types["home"].pk, "unit": place.townships[0].code,
        "beds": "80", "nursing_beds": "44", "medical_care": "unknown", "takes_disabled": "true", "opened_on": "2026-01-05",
        "programme": place.programme.code,
    } | fields  # fmt: skip


def test_a_reporter_enters_a_facility_by_name_or_code_of_the_unit(place, sign_in):
    browser = sign_in(place.reporter)
    answer = browser.post(
        "/eldercare/facilities/new/",
        typed(place, unit=place.townships[0].name, serves=f"{place.villages[0].name}、{place.villages[1].code}"),
    )
    assert answer.status_code == 302, answer.content.decode()[:3000]
    facility = Facility.objects.get()
    assert (facility.medical_care, facility.takes_disabled, facility.area) == (None, True, None)
    assert facility.served.count() == 3
    page = browser.get(answer.headers["Location"]).content.decode()
    assert "not known" in page
    assert place.programme.basis.path in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"nursing_beds": "81"}, "81 nursing beds are more than the 80 beds"),
        ({"unit": "990000000000"}, "is not a unit of this plan"),
        ({"beds": "many"}, "whole number"),
        ({"opened_on": "5.1.2026x"}, "date"),
        ({"serves": "nowhere"}, "is not a unit of this plan"),
    ],
)
def test_what_is_refused_stands_at_its_field_and_nothing_is_lost(place, sign_in, fields, said):
    answer = sign_in(place.reporter).post("/eldercare/facilities/new/", typed(place, **fields))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert "示例供养中心" in page
    assert not Facility.objects.exists()


def test_two_units_of_one_name_want_the_code(place, sign_in):
    make_unit("village", place.townships[0], name=place.villages[0].name)
    answer = sign_in(place.reporter).post("/eldercare/facilities/new/", typed(place, unit=place.villages[0].name))
    assert "Type the 12-digit code" in answer.content.decode()


def test_after_a_conflict_the_next_save_goes_through(place, sign_in):
    facility = make_facility(place.types["home"], place.townships[0], "示例供养中心", beds=70, version=4)
    browser = sign_in(place.reporter)
    first = browser.post(f"/eldercare/facilities/{facility.pk}/edit/", typed(place, version="3"))
    assert first.status_code == 409
    assert 'name="version" value="4"' in first.content.decode()
    assert browser.post(f"/eldercare/facilities/{facility.pk}/edit/", typed(place, version="4")).status_code == 302


def test_an_estate_says_how_its_area_is_reckoned(place, sign_in):
    browser = sign_in(place.reporter)
    answer = browser.post("/eldercare/estates/new/", {
        "name_zh": "示例花园", "kind": "new", "unit": place.townships[0].code, "households": "250", "is_phased": "unknown",
        "is_in_first_phase": "unknown", "files_handed_over": "unknown", "is_free": "unknown", "is_nonprofit_use": "unknown",
        "accepted_on": "2026-03-01", "programme": place.programme.code,
    })  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()[:3000]
    page = browser.get(answer.headers["Location"]).content.decode()
    assert "250 households ÷ 100 × 30 m² = 75 m²" in page
    assert "2026-03-01 + 90 calendar days = 2026-05-30" in page
    assert Estate.objects.get().is_phased is None


def test_the_decision_on_risk_is_offered_only_where_it_may_be_taken(place, sign_in):
    one = save_institution(
        actor=place.reporter, programme=place.programme, unit=place.townships[0], fields={"name_zh": "示例养老院"}
    )
    url = f"/eldercare/institutions/{one.pk}/"
    assert 'name="level"' not in sign_in(place.reporter).get(url).content.decode()
    assert 'name="level"' not in sign_in(place.approver).get(url).content.decode()
    browser = sign_in(place.reviewer)
    assert 'name="level"' in browser.get(url).content.decode()
    refused = browser.post(f"{url}risk/", {"level": "high", "reason": "", "version": "1"})
    assert refused.status_code == 422
    assert browser.post(f"{url}risk/", {"level": "high", "reason": "疏散通道堆物", "version": "1"}).status_code == 302
    assert "疏散通道堆物" in browser.get(url).content.decode()
    assert Institution.objects.get().risk_level == "high"
    assert sign_in(place.approver).post(f"{url}risk/", {"level": "low", "reason": "x"}).status_code == 403


def test_a_drill_is_recorded_and_struck_out_on_the_page(place, sign_in):
    one = save_institution(
        actor=place.reporter, programme=place.programme, unit=place.townships[0], fields={"name_zh": "示例养老院"}
    )
    browser, url = sign_in(place.reporter), f"/eldercare/institutions/{one.pk}/"
    assert browser.post(f"{url}drills/", {"kind": "on_site", "held_on": "2026-03-01"}).status_code == 302
    again = browser.post(f"{url}drills/", {"kind": "on_site", "held_on": "2026-03-01"})
    assert again.status_code == 409
    assert "recorded for 2026-03-01 already" in again.content.decode()
    drill = Drill.objects.get()
    assert browser.post(f"/eldercare/drills/{drill.pk}/strike/", {"reason": ""}).status_code == 422
    assert browser.post(f"/eldercare/drills/{drill.pk}/strike/", {"reason": "日期填错"}).status_code == 302
    assert "日期填错" in browser.get(url).content.decode()


def test_the_grid_of_counts_opens_the_own_county_only(place, sign_in):
    browser = sign_in(place.reporter)
    kind, own, other = place.kinds[0], *place.counties
    url = f"/eldercare/counts/?programme={place.programme.code}&year=2026"
    assert f'name="c-{kind.pk}-{own.pk}"' in browser.get(url).content.decode()
    form = {
        "programme": place.programme.code,
        "year": "2026",
        f"c-{kind.pk}-{own.pk}": "12",
        f"seen-{kind.pk}-{own.pk}": "",
    }
    assert browser.post("/eldercare/counts/", form).status_code == 302
    assert YearCount.objects.get().count == 12
    bad = browser.post(
        "/eldercare/counts/", form | {f"c-{kind.pk}-{own.pk}": "zwölf", f"seen-{kind.pk}-{own.pk}": "12"}
    )
    assert bad.status_code == 422
    assert "zwölf" in bad.content.decode()
    assert browser.post("/eldercare/counts/", form | {f"c-{kind.pk}-{other.pk}": "5"}).status_code == 403
    assert browser.get(url.replace("2026", "20x6")).status_code == 404
    thousands = {f"c-{kind.pk}-{own.pk}": "1234", f"seen-{kind.pk}-{own.pk}": "12"}
    assert browser.post("/eldercare/counts/", form | thousands).status_code == 302
    shown = browser.get(url).content.decode()
    assert 'value="1,234"' in shown
    assert "1,234" in sign_in(place.viewer).get(url).content.decode().partition("<tbody>")[2].partition("</tbody>")[0]
    again = {f"c-{kind.pk}-{own.pk}": "12", f"seen-{kind.pk}-{own.pk}": "1234"}
    assert sign_in(place.reporter).post("/eldercare/counts/", form | again).status_code == 302
    assert YearCount.objects.get().count == 12
    assert f'name="c-{kind.pk}-{own.pk}"' not in sign_in(place.viewer).get(url).content.decode()


def test_a_list_shows_what_is_below_its_standard_and_filters(place, sign_in):
    make_facility(
        place.types["home"],
        place.townships[0],
        "不足",
        beds=79,
        nursing_beds=79,
        medical_care=True,
        opened_on=date(2026, 1, 1),
    )
    make_facility(place.types["centre"], place.townships[1], "未知")
    browser = sign_in(place.viewer)
    page = browser.get("/eldercare/facilities/").content.decode()
    assert "below the standard" in page
    assert "figures missing" in page
    page = browser.get("/eldercare/facilities/", {"type": "centre"}).content.decode()
    assert "未知" in page
    assert "不足" not in page
    wrong = browser.get("/eldercare/facilities/", {"within": "990000000000"})
    assert "is unknown here" in wrong.content.decode()


def test_a_plan_out_of_scope_is_missing(place, sign_in):
    assert sign_in(place.stranger).get("/eldercare/facilities/", {"programme": place.programme.code}).status_code == 404
    page = sign_in(place.stranger).get("/eldercare/facilities/")
    assert page.status_code == 200
    assert "No plan for elder care is visible" in page.content.decode()


def test_the_project_of_a_facility_shows_its_figures(place, sign_in):
    facility = make_facility(place.types["home"], place.townships[0], beds=79, nursing_beds=50)
    browser = sign_in(place.reporter)
    assert browser.post(f"/eldercare/facilities/{facility.pk}/project/").status_code == 302
    page = browser.get(f"/projects/facility-{facility.pk}/").content.decode()
    assert f"/eldercare/facilities/{facility.pk}/" in page
    assert "not met" in page
    assert f"/projects/facility-{facility.pk}/" in browser.get(f"/eldercare/facilities/{facility.pk}/").content.decode()
