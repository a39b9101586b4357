"""A project's own page says what money it earned and where that money is."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from programs.modules import panels_of
from programs.services.declarations import decide
from tests.factories import make_grant, make_unit, make_user
from tests.subsidies.conftest import make_fund, make_rule


def page(browser, project) -> str:
    return browser.get(reverse("project", args=[project.code])).content.decode()


def test_the_page_shows_amount_state_hops_and_the_way_to_the_award(money, as_):
    browser = as_(money.county)
    assert 'id="awards"' not in page(browser, money.project)
    award = money.accept()
    text = page(browser, money.project)
    assert reverse("award", args=[award.pk]) in text
    assert "150 ×10,000 yuan" in text
    assert "no order yet" in text
    money.order(award)
    award.refresh_from_db()
    money.receive(money.send(award, 0))
    text = page(browser, money.project)
    for label in (money.place.city.label, money.village.parent.parent.label, money.village.parent.label, "arrived"):
        assert label in text, label
    assert 'id="awards"' in browser.get(reverse("declaration", args=[award.declaration_id])).content.decode()


def test_two_awards_ask_no_more_than_one(money, as_):
    make_rule(make_fund(money.place.programme), verb="name", name_en="Second award")
    browser = as_(money.county)
    money.accept()

    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            page(browser, money.project)
        return len(seen)

    count()
    one = count()
    decide(actor=money.city, declaration_id=money.declaration.pk, verb="name", revision=money.declaration.revision)
    assert "Second award" in page(browser, money.project)
    assert count() == one


def test_another_county_sees_no_panel(money):
    money.accept()
    stranger = make_user()
    make_grant(stranger, "reviewer", make_unit("county", money.place.city))
    assert not panels_of(money.project, stranger)
