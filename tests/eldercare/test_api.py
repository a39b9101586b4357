"""Facilities and institutions for other systems: filters, scope, checks, cost."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from eldercare.models import Institution, Served
from tests.eldercare.conftest import make_facility

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(place):
    home = make_facility(
        place.types["home"], place.townships[0], "甲", beds=80, nursing_beds=43, opened_on=date(2026, 1, 1)
    )
    Served.objects.create(facility=home, unit=place.townships[0])
    centre = make_facility(place.types["centre"], place.townships[2], "乙", area=Decimal("1999.99"))
    Institution.objects.create(programme=place.programme, unit=place.townships[0], name_zh="丙", risk_level="high")
    return home, centre


def get(client, user, path, **params):
    client.force_login(user, backend="accounts.backends.AccountBackend")
    return client.get(f"/api/v1/{path}", params)


def test_facilities_are_filtered_and_scoped(place, rows, client):
    home, centre = rows

    def ids(user, **params):
        answer = get(client, user, "facilities/", **params)
        assert answer.status_code == 200, answer.content
        return [one["id"] for one in answer.json()["results"]]

    assert ids(place.viewer) == [home.pk, centre.pk]
    assert ids(place.viewer, type="centre") == [centre.pk]
    assert ids(place.viewer, unit=place.townships[0].code) == [home.pk]
    assert ids(place.viewer, within=place.counties[1].code) == [centre.pk]
    assert ids(place.viewer, programme=place.programme.code, open="true") == [home.pk]
    assert ids(place.viewer, open="false") == [centre.pk]
    assert ids(place.reporter) == [home.pk]
    assert ids(place.stranger) == []
    assert get(client, place.reporter, "facilities/", unit=place.townships[2].code).status_code == 400
    assert get(client, place.viewer, "facilities/", tpye="centre").status_code == 400
    assert get(client, place.reporter, f"facilities/{centre.pk}/").status_code == 404


def test_a_null_figure_stays_null_and_a_check_says_why(place, rows, client):
    home, centre = rows
    found = get(client, place.viewer, f"facilities/{home.pk}/").json()
    assert (found["area"], found["beds"], found["serves"]) == (None, 80, [place.townships[0].code])
    checks = {one["measure"]: one for one in found["checks"]}
    assert checks["beds"]["result"] == "pass"
    assert (checks["nursing_share"]["actual"], checks["nursing_share"]["result"]) == ("53.75", "fail")
    assert (checks["medical_care"]["actual"], checks["medical_care"]["result"]) == (None, "unknown")
    assert checks["beds"]["clause"] == place.programme.basis.path
    found = get(client, place.viewer, f"facilities/{centre.pk}/").json()
    assert [(one["measure"], one["wanted"], one["actual"], one["result"]) for one in found["checks"]] == [
        ("area", "2000", "1999.99", "fail"), ("beds", "60", None, "unknown"),
    ]  # fmt: skip


def test_institutions_by_risk(place, rows, client):
    found = get(client, place.viewer, "institutions/", risk="high").json()["results"]
    assert [(one["name"], one["custody_account"], one["cameras"]) for one in found] == [("丙", None, None)]
    assert get(client, place.viewer, "institutions/", risk="low").json()["results"] == []
    assert get(client, place.viewer, "institutions/", risk="terrible").status_code == 400


@pytest.mark.parametrize("path", ["facilities/", "institutions/"])
def test_lists_cost_the_same_at_any_size(place, client, path):
    counted = []
    for many in (2, 400):
        for n in range(many):
            make_facility(place.types["home"], place.townships[n % 4], f"{many}-{n}")
            Institution.objects.create(programme=place.programme, unit=place.townships[0], name_zh=f"{many}-{n}")
        get(client, place.viewer, path)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/api/v1/{path}", {"page_size": 1000}).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1]
