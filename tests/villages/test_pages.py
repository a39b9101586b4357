"""What the pages keep, refuse and cost."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from programs.models import Project
from villages.models import Belt, Candidate


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
