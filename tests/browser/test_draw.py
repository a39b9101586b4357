"""A random draw from its lists to its publication, and a stranger who derives it again by hand from what is public."""

from __future__ import annotations

import io
import json
import re
from hashlib import sha256
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from eldercare.models import Institution
from programs.models import Checklist, Draw, Organization, Programme, Unit
from programs.services.demo_accounts import load_demo_accounts
from programs.services.draws.sources import staff_code
from programs.services.packs.loading import load_pack
from programs.services.units import load_units

PROGRAMME = "pingdingshan-eldercare-2023"
OBJECTS = {"叶县": 5, "宝丰县": 4}  # institutions in each county
QUOTA = {"叶县": 2, "宝丰县": 1}

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.fixture
def register(transactional_db, settings, tmp_path) -> None:
    """Pingdingshan's elder-care plan with nine institutions in two counties."""
    settings.LUOSHI_DATA = tmp_path
    load_units()
    load_pack(code=PROGRAMME)
    load_demo_accounts()
    programme = Programme.objects.get(code=PROGRAMME)
    add_checklist(programme)
    for county, number in OBJECTS.items():
        unit = Unit.objects.get(name=county, level=Unit.Level.COUNTY)
        for n in range(number):
            Institution.objects.create(programme=programme, unit=unit, name_zh=f"{county}示例{n + 1}院")


def add_checklist(programme: Programme) -> None:
    """One published checklist for random inspections; its items stand before it is published."""
    common = {"programme": programme, "unit": programme.jurisdiction, "name_zh": "示例检查表", "purposes": ["random"]}
    checklist = Checklist.objects.create(code="random-visit", **common)
    checklist.items.create(code="A1", position=1, text_zh="消防通道畅通", clause=programme.basis)
    checklist.state, checklist.published_at = Checklist.State.PUBLISHED, timezone.now()
    checklist.save()


def test_a_draw_and_its_derivation_by_a_stranger(register, sign_in):
    inspector, stranger = sign_in("inspector"), sign_in("")
    prepare(inspector)
    fill_lists(inspector)
    commit(inspector)
    draw = Draw.objects.get()
    api = f"/api/v1/draws/{draw.pk}/"

    before = seen_before_the_draw(stranger, api)
    bureau = sign_in("city-civil")
    draw_and_publish(bureau)

    after = stranger.request.get(api).json()
    frozen = (
        "commitment",
        "committed_at",
        "lists_hash",
        "pool",
        "quota",
        "inspector_list",
        "inspectors_each",
        "excused",
    )
    assert {name: after[name] for name in frozen} == {name: before[name] for name in frozen}
    derive_by_hand(after)
    seen_after_the_draw(stranger, after)

    said = io.StringIO()
    call_command("verify_draw", str(draw.pk), stdout=said)
    assert "3 objects and their inspectors are what the rule gives" in said.getvalue()
    go_where_the_draw_sends(inspector, draw, after)


def prepare(page: Page) -> None:
    """A joint draw without departments is refused in its place; what was typed stays."""
    page.goto("/draws/")
    expect(page.get_by_text("No draw yet")).to_be_visible()
    page.get_by_role("link", name="Prepare a draw").click()
    page.select_option("[name=programme]", str(Programme.objects.get(code=PROGRAMME).pk))
    page.fill("[name=title]", "养老机构联合抽查")
    page.fill("[name=planned_on]", "2026-10-15")
    page.check("[name=is_cross_department]")
    page.get_by_role("button", name="Go on to the lists").click()
    expect(page.locator("main form")).to_contain_text("A joint draw names the departments that take part")
    expect(page.locator("[name=title]")).to_have_value("养老机构联合抽查")
    expect(page.locator("[name=planned_on]")).to_have_value("2026-10-15")
    for office in Organization.objects.filter(code__in=["410400-civil-affairs", "410400-health"]):
        page.check(f"[name=departments][value='{office.pk}']")
    page.get_by_role("button", name="Go on to the lists").click()
    page.wait_for_url("**/lists/")


def fill_lists(page: Page) -> None:
    """From the register; people are added by hand, one of them of a county; a wrong number comes back with everything typed."""
    page.get_by_role("button", name="Fill the lists from this register").click()
    expect(page.get_by_text("Nothing is saved before")).to_be_visible()
    assert len(page.locator("[name=candidates]").input_value().splitlines()) == sum(OBJECTS.values())
    expect(page.locator("[name=checklist] option:checked")).not_to_have_text("---------")
    people = page.locator("[name=inspectors]").input_value()
    page.fill("[name=inspectors]", f"{people}\nMZ-017，明察之，平顶山市\nYX-003，叶知秋，叶县\n")
    page.fill("[name=quota]", "叶县，6\n宝丰县，1")
    page.get_by_role("button", name="Save the lists").click()
    expect(page.locator("main form.form")).to_contain_text("叶县: 6 are to be drawn, 5 are on the list.")
    expect(page.locator("[name=inspectors]")).to_have_value(re.compile("叶知秋"))
    page.fill("[name=quota]", "\n".join(f"{county}\t{number}" for county, number in QUOTA.items()))
    page.get_by_role("button", name="Save the lists").click()
    expect(page.get_by_text("5 exceptions.")).to_be_visible()  # the county's own person from its own institutions

    page.get_by_role("link", name="Edit the lists").click()  # those exceptions are not for people to keep up
    expect(page.locator("[name=excused]")).to_have_value("")
    page.get_by_role("button", name="Save the lists").click()
    expect(page.get_by_text("5 exceptions.")).to_be_visible()


def commit(page: Page) -> None:
    page.get_by_role("button", name="Commit to the lists").click()
    expect(page.locator(".steps [aria-current]")).to_contain_text("commitment published")
    expect(page.get_by_role("link", name="Edit the lists")).to_have_count(0)
    page.goto(page.url + "lists/")
    expect(page.get_by_text("The lists of this draw are frozen")).to_be_visible()


def seen_before_the_draw(page: Page, api: str) -> dict[str, Any]:
    """The commitment and the lists are there, the seed is not; the answer is kept by the stranger."""
    page.goto("/public/draws/")
    page.get_by_role("link", name="养老机构联合抽查").click()
    expect(page.get_by_text("hidden until the draw")).to_be_visible()
    answer = page.request.get(api)
    found = answer.json()
    assert (found["seed"], found["chosen"], found["inspectors"]) == (None, [], {})
    assert Draw.objects.get().seed not in answer.text() + page.content()
    expect(page.locator("main")).to_contain_text(found["commitment"])
    return found


def draw_and_publish(page: Page) -> None:
    """Somebody else of the bureau in charge: one click reveals, one publishes."""
    page.goto("/draws/")
    page.get_by_role("link", name="养老机构联合抽查").click()
    page.get_by_role("button", name="Draw now").click()
    expect(page.get_by_role("button", name="Draw now")).to_have_count(0)
    page.get_by_role("button", name="Publish the results").click()
    expect(page.locator(".lede .light--done")).to_be_visible()


def derive_by_hand(found: dict[str, Any]) -> None:
    """As the public page explains it, with nothing of ours: every hash is of text, compared as text."""

    def hashed(*parts: str) -> str:
        return sha256(":".join(parts).encode()).hexdigest()

    seed, pool = found["seed"], found["pool"]
    assert hashed(seed) == found["commitment"]
    chosen = []
    for group, number in found["quota"].items():
        codes = [one["code"] for one in pool if one["stratum"] == group]
        chosen += sorted(codes, key=lambda code: hashed(seed, code))[:number]
    assert found["quota"] == QUOTA
    assert sorted(chosen) == sorted(found["chosen"])
    away = {(one["object"], one["inspector"]) for one in found["excused"]}
    assert {person for _code, person in away} == {"YX-003"}
    assert len(away) == OBJECTS["叶县"]
    for code in chosen:
        able = [person for person in found["inspector_list"] if (code, person) not in away]
        assert found["inspectors"][code] == sorted(able, key=lambda person: hashed(seed, code, person))[:2]
    lists = {
        "each": found["inspectors_each"],
        "excused": sorted([one["object"], one["inspector"]] for one in found["excused"]),
        "inspectors": sorted(found["inspector_list"]),
        "pool": sorted([one["code"], one["stratum"]] for one in pool),
        "quota": found["quota"],
    }
    line = json.dumps(lists, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert hashed(line) == found["lists_hash"]


def seen_after_the_draw(page: Page, found: dict[str, Any]) -> None:
    """The page says the same as the answer, names nobody, and what it says was derived again."""
    page.reload()
    expect(page.get_by_text("everything follows the rule")).to_be_visible()
    expect(page.locator("main")).to_contain_text(found["seed"])
    rows = page.locator("table").first.locator("tbody tr")
    expect(rows).to_have_count(sum(QUOTA.values()))
    for code in found["chosen"]:
        expect(rows.filter(has=page.get_by_role("cell", name=code, exact=True))).to_contain_text(
            ", ".join(found["inspectors"][code])
        )
    assert "明察之" not in page.content()


def go_where_the_draw_sends(page: Page, draw: Draw, found: dict[str, Any]) -> None:
    """An inspector can start the inspections the draw sends them to, and no other."""
    number = staff_code(User.objects.get(username="inspector"))
    assert number in found["inspector_list"]
    assert "inspector" not in found["inspector_list"]
    mine = [code for code, sent in found["inspectors"].items() if number in sent]
    page.goto(f"/draws/{draw.pk}/")
    buttons = page.get_by_role("button", name="Start the inspection")
    expect(buttons).to_have_count(len(mine))
    if mine:
        buttons.first.click()
        page.wait_for_url("**/inspections/*/**")
