"""A reporter at work: typing, pasting, closing the browser, a lost connection, a returned figure."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from programs.models import ProgressDraft, ProgressReport
from programs.services import progress
from tests.factories import PASSWORD, SmallCity, small_city

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def city(transactional_db, settings) -> SmallCity:
    settings.LUOSHI_DEMO_PASSWORD = PASSWORD
    return small_city()


def open_grid(sign_in, city):
    page = sign_in(city.reporter.username)
    page.goto(reverse("entry-grid", args=[city.programme.code, city.period.code]))
    return page


def cell(page, indicator, unit):
    return page.locator(f"input.cell[name='c-{indicator.pk}-{unit.pk}']")


def test_typed_cells_survive_a_closed_browser_and_are_submitted(sign_in, city):
    one, two = city.indicators
    first, second = city.townships[:2]
    page = open_grid(sign_in, city)
    cell(page, one, first).click()
    page.keyboard.type("１２", delay=150)  # slower than the pause after which a cell is saved
    page.keyboard.press("Enter")
    expect(cell(page, one, second)).to_be_focused()
    page.evaluate(PASTE, "1,234\t5\n")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    expect(page.locator("#paste-note")).to_contain_text("2 cells pasted")
    expect(page.locator(f"[data-total='{one.pk}'] .now")).to_have_text("1,246")
    page.context.close()

    page = open_grid(sign_in, city)
    assert cell(page, one, first).input_value() == "１２"
    cell(page, two, first).fill("3")
    page.locator("button[value=submit]").click()
    expect(page.get_by_text("4 figures submitted")).to_be_visible()
    assert sorted(ProgressReport.objects.filter(state="submitted").values_list("value", flat=True)) == [3, 5, 12, 1234]


def test_typing_on_while_a_save_is_under_way_is_no_conflict(sign_in, city):
    page = open_grid(sign_in, city)
    one, town = city.indicators[0], city.townships[0]
    held = []
    page.route("**/save/", lambda route: held.append(route) if not held else route.continue_())
    cell(page, one, town).click()
    page.keyboard.type("9")
    page.wait_for_timeout(1200)
    page.keyboard.type("99")
    held[0].continue_()
    page.keyboard.press("Tab")
    expect(page.locator("#saved")).to_contain_text("Draft saved")
    page.wait_for_timeout(1500)
    assert ProgressDraft.objects.get().text == "999"


def test_what_was_typed_before_the_script_ran_is_saved_too(sign_in, city):
    page = open_grid(sign_in, city)
    one, town = city.indicators[0], city.townships[0]
    held = []
    page.route("**/js/grid.js", lambda route: held.append(route))
    with page.expect_request("**/js/grid.js"):
        page.reload(wait_until="commit")
    cell(page, one, town).fill("9")
    for route in held:
        route.continue_()
    expect(page.locator("#saved")).to_contain_text(re.compile(r"Draft saved \d\d:\d\d"))
    assert ProgressDraft.objects.get().text == "9"


def test_what_a_lost_connection_kept_is_sent_later(sign_in, city):
    page = open_grid(sign_in, city)
    one, town = city.indicators[0], city.townships[0]
    page.route("**/save/", lambda route: route.abort())
    cell(page, one, town).fill("7")
    expect(page.locator("#saved")).to_contain_text("kept in this browser")
    assert not ProgressDraft.objects.exists()
    page.unroute("**/save/")
    page.reload()
    expect(page.locator("#saved")).to_contain_text(
        re.compile(r"Draft saved \d\d:\d\d")
    )  # what the script says, not the page
    assert ProgressDraft.objects.get().text == "7"
    assert cell(page, one, town).input_value() == "7"


def test_a_returned_figure_is_explained_beside_its_cell(sign_in, city):
    one, town = city.indicators[0], city.townships[0]
    page = open_grid(sign_in, city)
    cell(page, one, town).fill("7")
    page.locator("button[value=submit]").click()
    expect(page.get_by_text("1 figure submitted")).to_be_visible()
    progress.return_reports(
        actor=city.reviewer,
        report_ids=[ProgressReport.objects.get().pk],
        comment="Eight records only",
        ask="Add the rest",
    )
    page.goto("/workbench/")
    expect(page.get_by_text("Eight records only")).to_be_visible()
    page.get_by_role("link", name="Correct it").click()
    expect(page.locator("tr.says")).to_contain_text("Eight records only")
    expect(cell(page, one, town)).to_be_editable()
