"""What the pages keep, refuse and cost."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from programs.models import Decision, Declaration, Project
from tests.factories import make_unit
from villages.models import Belt, Candidate, Honour


@pytest.fixture
def page(client, put_forward):
    """The test client as the township's reporter."""
    put_forward.people["town"].password_changed_at = timezone.now()
    put_forward.people["town"].save()
    client.force_login(put_forward.people["town"])
    return client


def form_of(candidate: Candidate, **fields) -> dict:
    works = candidate.works.get()
    return {
        "version": candidate.version, "hamlets": "东庄\n西庄", "hamlets_are_all": "on", "style": "water", "paste": "",
        "works-TOTAL_FORMS": 1, "works-INITIAL_FORMS": 1, "works-0-pk": works.pk, "works-0-builder": works.builder, "works-0-place": works.place,
        "works-0-content": works.content, "works-0-investment": "8", "works-0-finish_by": "2026-09-30",
    } | fields  # fmt: skip


def test_a_bad_line_is_named_and_nothing_typed_is_lost(page, put_forward):
    candidate = put_forward.project.candidate
    candidate.refresh_from_db()
    pasted = "甲村\t村口\t修桥\t12.5\t2026-09-01\t是\n乙村\t\t修渠\t-1\t2026-13-01\tno"
    answer = page.post(
        f"/villages/places/{put_forward.project.code}/", form_of(candidate, paste=pasted, hamlets="南岗")
    )
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "修渠" in text
    assert "南岗" in text
    assert candidate.works.count() == 1
    good = pasted.splitlines()[0]
    odd = good.removesuffix("是") + "或许"
    answer = page.post(f"/villages/places/{put_forward.project.code}/", form_of(candidate, paste=odd))
    assert (answer.status_code, candidate.works.count()) == (422, 1)  # neither yes nor no is not a no
    answer = page.post(f"/villages/places/{put_forward.project.code}/", form_of(candidate, paste=good))
    assert answer.status_code == 302
    added = candidate.works.get(content="修桥")
    assert (added.investment, added.is_tendered) == (125_000, True)


def test_a_stale_page_does_not_overwrite(page, put_forward):
    candidate = put_forward.project.candidate
    candidate.refresh_from_db()
    stale = form_of(candidate) | {"version": candidate.version - 1}
    assert page.post(f"/villages/places/{put_forward.project.code}/", stale).status_code == 409


def test_the_year_costs_the_same_whatever_the_size(page, put_forward):
    def count() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert page.get("/villages/?year=2026").status_code == 200
        return len(found)

    count()
    before = count()
    belt = Belt.objects.create(
        project=Project.objects.create(
            programme=put_forward.city.programme, kind="belt", code="belt-1", name_zh="带", unit=put_forward.county
        ),
        started_on="2026-01-01",
    )
    Candidate.objects.update(belt=belt)
    put_forward.put_forward(unit=put_forward.town)
    put_forward.put_forward(level="county")
    assert count() == before


@pytest.mark.parametrize("year", ["abc", "1", "99999", "２０２６"])
def test_an_odd_year_is_this_year(page, year):
    assert page.get("/villages/", {"year": year}).status_code == 200


def test_a_place_is_put_forward_by_its_name_when_only_one_is_called_so(page, put_forward):
    """Exact names first; two of the same name are named with their towns and codes; nothing outside the scope."""
    case = put_forward
    make_unit("village", case.town, name="刘营村民委员会")
    twins = [make_unit("village", case.town, name="东岭村民委员会") for _ in range(2)]
    elsewhere = make_unit("village", case.city.townships[1], name="西岭村民委员会")

    def send(text):
        year = timezone.localdate().year
        return page.post("/villages/new/", {"unit": text, "level": "city", "year": year})

    assert send("刘营村民委员会").status_code == 302
    assert send("刘营村").status_code == 302  # the only one that begins so
    assert Project.objects.filter(name_zh="刘营村民委员会").count() == 1
    answer = send("东岭村民委员会")
    assert answer.status_code == 422
    for one in twins:
        assert one.code in answer.content.decode()
    assert send(elsewhere.name).status_code == 422
    assert "没有这个村" in send("没有这个村").content.decode()


def test_a_page_of_one_place_is_none_of_the_tabs(page, put_forward):
    for path in ("", "works/"):
        answer = page.get(f"/villages/places/{put_forward.project.code}/{path}")
        assert not [tab for tab in answer.context["tabs"] if tab["current"]]
        assert (put_forward.project.name, f"/projects/{put_forward.project.code}/") in answer.context["crumbs"]


def test_every_cell_of_the_year_has_its_label_and_the_rechecks_add_up(page, put_forward):
    stages = ("due", "kept", "revocation_proposed", "replied", "revoked", "objected", "upheld")
    year = put_forward.declaration.cycle
    for number, stage in enumerate(stages):
        place = Project.objects.create(
            programme=put_forward.city.programme,
            kind="village",
            code=f"r{number}",
            name_zh="村",
            unit=put_forward.village,
        )
        Declaration.objects.create(project=place, cycle=year, workflow="villages-recheck", stage=stage)
    answer = page.get("/villages/?year=2026")
    found = answer.context["rechecks"]
    assert found == {"all": 7, "due": 1, "kept": 1, "proposed": 2, "revoked": 3}
    table = re.search(
        r'<table class="table table--stack"><caption class="sr">市级.*?</table>', answer.content.decode(), re.DOTALL
    )
    assert table
    assert '<td class="num">' not in table.group()


def test_a_quota_that_the_plan_does_not_state_is_not_called_inapplicable(page, put_forward):
    put_forward.city.programme.village_quotas.filter(kind="town", level="county").delete()
    text = page.get("/villages/quotas/").content.decode()
    row = next(part for part in text.split("<tr>") if put_forward.county.name in part)
    cells = re.findall(r"<td.*?</td>", row, re.DOTALL)
    assert "未写明" in cells[3]
    assert "不适用" not in cells[3]
    assert "不适用" in cells[4]  # no belt


def test_anybody_reads_which_places_hold_the_honour_and_no_names_of_people(
    client, put_forward, django_assert_num_queries
):
    put_forward.to("honoured")
    with django_assert_num_queries(2):
        answer = client.get("/public/honours/villages/")
    page = answer.content.decode()
    assert answer.context["places"] == [
        {
            "place": put_forward.village.name, "above": [put_forward.county.name, put_forward.town.name], "kind": "示范村庄", "level": "市级",
            "year": 2026, "plaque": "市-2026-01", "commendation": "示政〔2026〕9号",
        }
    ]  # fmt: skip
    assert not [one.full_name for one in put_forward.people.values() if one.full_name in page]
    decision = Decision.objects.filter(verb="honour").get()
    Honour.objects.update(revoked_on="2027-05-01", revoked_by=decision)
    assert client.get("/public/honours/villages/").context["places"] == []
