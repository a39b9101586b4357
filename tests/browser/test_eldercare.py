"""A county enters an institution and a facility, sees what is missing, and its reviewer decides on the risk."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from eldercare.models import Facility, Institution
from programs.services.demo_accounts import load_demo_accounts
from programs.services.packs.loading import load_pack
from programs.services.units import load_units

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.fixture
def plan(transactional_db, settings, tmp_path):
    settings.LUOSHI_DATA = tmp_path
    load_units()
    load_pack(code="pingdingshan-eldercare-2023")
    load_demo_accounts()


def test_from_entry_to_the_decision_on_risk(plan, sign_in):
    reporter = sign_in("yexian-entry")
    enter_institution(reporter)
    enter_centre(reporter)
    reporter.goto("/eldercare/coverage/")
    expect(reporter.locator("tbody").first).to_contain_text(re.compile(r"Ye County\s*2 / 18"))

    reviewer = sign_in("yexian-review")
    reviewer.goto(f"/eldercare/institutions/{Institution.objects.get().pk}/")
    reviewer.check("input[name=level][value=high]")
    reviewer.fill("textarea[name=reason]", "疏散通道堆放杂物")
    reviewer.get_by_role("button", name="Decide").click()
    expect(reviewer.locator("h1")).to_contain_text("high risk")
    expect(reviewer.locator(".history")).to_contain_text("疏散通道堆放杂物")
    assert Institution.objects.get().risk_level == "high"


def enter_institution(page: Page) -> None:
    """A first try is refused at its field; nothing typed is lost."""
    page.goto("/eldercare/institutions/")
    page.get_by_role("link", name="Enter an institution").click()
    page.fill("[name=name_zh]", "示例养老院")
    page.fill("[name=unit]", "任店镇")
    page.fill("[name=beds]", "40")
    page.fill("[name=nursing_beds]", "41")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("41 nursing beds are more than the 40 beds")
    expect(page.locator("[name=name_zh]")).to_have_value("示例养老院")
    page.fill("[name=nursing_beds]", "20")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_contain_text("示例养老院")
    expect(page.locator("main")).to_contain_text("not met")  # it is not on file
    expect(page.locator("[name=level]")).to_have_count(0)  # a reporter decides nothing


def enter_centre(page: Page) -> None:
    page.goto("/eldercare/facilities/new/")
    page.fill("[name=name_zh]", "任店镇示例中心")
    page.select_option("[name=facility_type]", label="Regional elder-care centre")
    page.fill("[name=unit]", "任店镇")
    page.fill("[name=serves]", "保安镇")
    page.fill("[name=opened_on]", "2026-01-05")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).to_contain_text("任店镇示例中心")
    assert Facility.objects.get().served.count() == 2
