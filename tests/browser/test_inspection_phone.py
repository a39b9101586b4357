"""An inspection on a phone: the network goes, the page is loaded again, a colleague scores the same item meanwhile."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from programs.models import Inspection, InspectionScore
from programs.services.inspections import save_scores
from tests.factories import PASSWORD
from tests.inspections.conftest import site  # noqa: F401  fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


def stored(inspection):
    rows = InspectionScore.objects.filter(inspection=inspection).order_by("item__code")
    return list(rows.values_list("item__code", "result"))


SENDS = re.compile(r"/score/$")


def no_sending(route: Route) -> None:
    """Nothing leaves the device; the page itself is the service worker's."""
    if route.request.method == "POST":
        route.abort("internetdisconnected")
    else:
        route.continue_()


def lose_network(page: Page) -> None:
    """Chromium's own switch reaches a reloaded page a moment late; the route is there from its first sending."""
    page.context.route(SENDS, no_sending)
    page.context.set_offline(True)


def test_scored_without_network_and_a_conflict_shown(transactional_db, settings, site, sign_in):  # noqa: F811
    settings.LUOSHI_DEMO_PASSWORD = PASSWORD
    inspection = site.open()
    page = sign_in(site.inspector.username)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(reverse("inspection-score", args=[inspection.pk]))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    sizes = page.eval_on_selector_all(".ins-set span", "all => all.map(one => one.getBoundingClientRect().height)")
    assert min(sizes) >= 44
    state = page.locator("[data-state]")
    page.locator("#item-A1 input[value=pass]").check()
    expect(state).to_contain_text("Saved")
    page.wait_for_function("caches.keys().then(all => all.length)")

    lose_network(page)
    page.locator("#item-A2 input[value=fail]").check()
    page.locator("#item-B1 [name=value-B1]").fill("19.9")
    expect(state).to_contain_text("No network")
    expect(page.locator("#item-B1 input[value=fail]")).to_be_checked()  # the threshold decided
    page.reload()  # the page comes from the device, and so does what was typed
    expect(page.locator("#item-B1 [name=value-B1]")).to_have_value("19.9")
    assert stored(inspection) == [("A1", "pass")]

    save_scores(actor=site.colleague, inspection_id=inspection.pk, version=1, scores=[{"item": "A2", "result": "pass"}])
    page.context.unroute(SENDS, no_sending)
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    box = page.locator("#item-A2 [data-conflict]")
    expect(box).to_contain_text(site.colleague.full_name)
    assert ("A2", "pass") in stored(inspection)  # not overwritten
    box.get_by_role("button", name="Keep mine").click()
    expect(state).to_contain_text("Saved")
    assert stored(inspection) == [("A1", "pass"), ("A2", "fail"), ("B1", "fail")]
    assert page.evaluate("Object.keys(localStorage).filter(key => key.includes('inspection'))") == []

    page.locator("[data-go]").click()
    page.fill("[name=conclusion]", "两项不合格")
    page.get_by_role("button", name="Close the inspection").click()
    expect(page.get_by_role("heading", name="Findings")).to_be_visible()
    assert Inspection.objects.get(pk=inspection.pk).outcome == "fail"

    page.evaluate("localStorage.setItem('luoshi-unsent:inspection:1:1', '{}')")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: "sign-in" in url)
    page.wait_for_function("caches.keys().then(all => all.length === 0)")
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('luoshi-unsent'))") == []
