"""Pages, papers and API of the waters: the same rows for everybody who may see them, in a fixed number of queries."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from rivers.models import WaterBody, WaterQuality
from tests.rivers.conftest import CODE, PASSED, people

pytestmark = pytest.mark.django_db


def browser(user) -> Client:
    user.password_changed_at = timezone.now()
    user.save()
    client = Client()
    client.force_login(user)
    return client


def test_the_register_of_the_city_and_of_a_county(case):
    city = browser(case.office).get(reverse("rivers:register"))
    assert len(city.context["waters"]) == 56
    county = browser(case.reporter).get(reverse("rivers:register"))
    assert {water.project.unit_id for water in county.context["waters"]} == {case.project.unit_id}
    assert len(county.context["waters"]) == 7


@pytest.mark.parametrize(
    ("query", "count"),
    [("level=province", 9), ("plan_year=2023", 10), ("kind=reservoir", 21), ("q=北汝河", 3), ("stage=built", 1), ("named=true", 0)],
)  # fmt: skip
def test_filters_of_page_and_api_agree(case, query, count):
    case.put_at("built")
    client = browser(case.office)
    assert len(client.get(f"{reverse('rivers:register')}?{query}").context["waters"]) == count
    assert len(client.get(f"/api/v1/rivers/?{query}&page_size=100").json()["results"]) == count


def test_the_register_is_filtered_without_asking_whether_it_is_named(case):
    page = browser(case.office).get(f"{reverse('rivers:register')}?level=province&named=").content.decode()
    answers = re.search(r'<select name="named".*?</select>', page, re.DOTALL).group()
    assert re.findall(r'<option value="(\w*)"', answers) == ["", "true", "false"]
    assert 'value="" selected' in answers
    short = browser(case.office).get(f"{reverse('rivers:register')}?named=1").content.decode()
    assert '<option value="true" selected' in short


def test_a_register_costs_the_same_for_seven_and_for_fifty_six(case, django_assert_max_num_queries):
    client = browser(case.office)
    client.get(reverse("rivers:register"))
    with django_assert_max_num_queries(25) as many:
        client.get(reverse("rivers:register"))
    few = browser(case.reporter)
    few.get(reverse("rivers:register"))
    with django_assert_max_num_queries(25) as less:
        few.get(reverse("rivers:register"))
    assert len(many) == len(less)


def test_a_water_says_what_is_missing_and_that_there_is_no_template(case):
    case.put_at("built")
    with time_machine.travel("2026-10-12 10:00+08:00"):
        case.measure()
        case.water.classes.filter(month="2026-07-01").update(grade=5)
        case.water.classes.filter(month="2026-08-01").delete()
        page = browser(case.office).get(reverse("rivers:water", args=[case.project.code]))
    assert page.context["has_template"] is False
    assert [one.month.month for one in page.context["bad"]] == [7]
    assert page.context["missing"] == 1


def test_classes_are_pasted_on_the_page_and_nothing_typed_is_lost(case):
    client = browser(case.reporter)
    url = reverse("rivers:classes")
    with time_machine.travel("2026-10-12 10:00+08:00"):
        wrong = client.post(url, {"year": 2026, "source": "站", "lines": "20\t3\t9"})
        assert wrong.status_code == 422
        assert "20\t3\t9" in wrong.content.decode()
        assert not WaterQuality.objects.exists()
        assert client.post(url, {"year": 2026, "source": "站", "lines": "20\t3\t4"}).status_code == 302
    assert WaterQuality.objects.count() == 2


def test_the_api_gives_months_and_chiefs(case):
    case.measure()
    found = browser(case.office).get(f"/api/v1/rivers/{case.project.code}/").json()
    assert (found["seq"], found["level"], found["length_km"], len(found["classes"])) == (20, "city", "40", 12)
    assert found["classes"][0]["month"] == "2025-10-01"
    assert browser(case.other).get(f"/api/v1/rivers/{CODE}-20/").status_code == 404


def test_papers_exist_once_it_was_evaluated(case):
    client = browser(case.office)
    addresses = [reverse(f"rivers:{name}", args=[case.project.code]) for name in ("naming", "evaluation")]
    assert [client.get(url).status_code for url in addresses] == [404, 404]
    case.put_at("built")
    case.measure()
    with time_machine.travel("2026-10-12 10:00+08:00"):
        case.take("evaluate", case.office, facts=PASSED)
        for url in addresses:
            assert client.get(url).content.startswith(b"%PDF")


def test_the_province_names_its_own(provincial):
    provincial.put_at("built")
    provincial.measure()
    with time_machine.travel("2026-10-12 10:00+08:00"):
        provincial.take("evaluate", provincial.office, facts=PASSED)
        client = browser(provincial.office)
        assert client.get(reverse("rivers:naming", args=[provincial.project.code])).status_code == 404
        assert client.get(reverse("rivers:evaluation", args=[provincial.project.code])).status_code == 200


def test_the_year_groups_by_stage(case):
    case.put_at("building")
    second = people(case.programme, 25)
    second.put_at("built")
    page = browser(case.office).get(reverse("rivers:year") + "?year=2025")
    assert [(group["stage"].code, len(group["rows"])) for group in page.context["groups"]] == [
        ("building", 1),
        ("built", 1),
    ]


def test_anybody_reads_which_waters_are_named_and_no_names_of_people(case):
    WaterBody.objects.filter(pk=case.water.pk).update(named_on="2026-10-20", naming_number="平政〔2026〕88号")
    answer = Client().get(reverse("public-rivers"))
    (found,) = answer.context["waters"]
    assert (found["name"], found["year"], found["number"]) == ("灰河", 2026, "平政〔2026〕88号")
    assert set(found) == {"name", "segment", "unit", "level", "year", "number"}
    assert case.office.full_name not in answer.content.decode()


def test_parties_are_joined_as_a_sentence_joins_them(case):
    water = WaterBody.objects.get(seq=5)
    assert (water.responsible_text, water.responsible) == (
        "市水利局;白龟山水库运行中心",
        "市水利局、白龟山水库运行中心",
    )


def test_papers_of_a_demonstration_are_marked(case, settings):
    settings.LUOSHI_DEMO = True
    case.put_at("built")
    case.measure()
    with time_machine.travel("2026-10-12 10:00+08:00"):
        case.take("evaluate", case.office, facts=PASSED)
        for name in ("rivers:naming", "rivers:evaluation"):
            content = browser(case.office).get(reverse(name, args=[case.project.code])).content
            assert all("演示数据" in page.extract_text() for page in PdfReader(BytesIO(content)).pages)
