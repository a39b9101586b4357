"""The main job on real pages and real plans: a county enters, reviews, the city approves and publishes, others check and pull."""

from __future__ import annotations

import io
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import APIRequestContext, Page, expect
from pypdf import PdfReader

from programs.models import Indicator, Period, Programme, ProgressReport, Unit
from programs.services.demo_accounts import load_demo_accounts
from programs.services.packs.loading import load_pack
from programs.services.periods import ensure_periods
from programs.services.units import load_units

PROGRAMME, INDICATOR = "pingdingshan-villages-2023", "villages-projects-started"
COUNTY, CITY = "410422000000", "410400000000"  # Ye County, Pingdingshan
FIGURES = (7, 16)  # of two townships
TOTAL = "23"

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.fixture
def period(transactional_db, settings, tmp_path) -> Period:
    """The units, Pingdingshan's village plan and the invented people; the newest period that is open for entry."""
    settings.LUOSHI_DATA = tmp_path
    load_units()  # the bodies of all packs stand in one list, with their cities
    load_pack(code=PROGRAMME)
    load_demo_accounts()
    programme = Programme.objects.get(code=PROGRAMME)
    ensure_periods(programme=programme)
    return programme.periods.filter(opens_on__lte=timezone.localdate(), locked_at=None).order_by("-starts_on").first()


def test_from_a_cell_to_the_bulletin_and_the_api(period, sign_in, tmp_path):
    enter_and_submit(sign_in("yexian-entry"), period)
    decide_everything(sign_in("yexian-review"), period)
    assert set(reports(period).values_list("state", flat=True)) == {"reviewed"}

    bureau = sign_in("city-agri")
    decide_everything(bureau, period)
    assert set(reports(period).values_list("state", flat=True)) == {"approved"}
    see_on_the_dashboard(bureau, period)
    pdf, code = publish_bulletin(bureau, period, tmp_path)
    printed = "".join(page.extract_text() for page in PdfReader(pdf).pages)
    assert TOTAL in re.findall(r"\d+", printed)

    auditor = sign_in("auditor")
    trace(auditor, period)
    stranger = sign_in("")
    verify(stranger, code, pdf, tmp_path)
    pull(stranger.request, period)


def reports(period: Period):
    return ProgressReport.objects.filter(period=period, indicator__code=INDICATOR)


def enter_and_submit(page: Page, period: Period) -> None:
    """From the workbench into the grid; figures in two townships; saved without a click; submitted."""
    page.goto("/")
    page.locator(f"a[href*='/entry/{PROGRAMME}/{period.code}/']").first.click()
    indicator = Indicator.objects.get(code=INDICATOR)
    cells = page.locator(f"input.cell[name^='c-{indicator.pk}-']:not([readonly])")
    for position, figure in enumerate(FIGURES):
        with page.expect_response(lambda answer: answer.url.endswith("/save/")) as saved:
            cells.nth(position).fill(str(figure))
        assert saved.value.ok
    expect(page.locator("#saved")).to_be_visible()
    page.reload()  # what was typed is still there
    for position, figure in enumerate(FIGURES):
        expect(cells.nth(position)).to_have_value(str(figure))
    expect(page.locator("[data-count=err]")).to_be_hidden()
    page.locator("button[name=action][value=submit]").click()
    expect(page.get_by_text(f"{len(FIGURES)} figures submitted")).to_be_visible()


def decide_everything(page: Page, period: Period) -> None:
    """Take the figures of the indicator one by one, in whichever tab they stand; every tab that counts something is opened."""
    page.goto(f"/review/{PROGRAMME}/{period.code}/")
    tabs = [tab.get_attribute("href") for tab in page.locator("nav.tabs a").all()]
    for tab in tabs:
        page.goto(f"/review/{PROGRAMME}/{period.code}/{tab}")
        while (left := page.locator("button[name=one]").count()) > 0:
            page.locator("button[name=one]").first.click()
            expect(page.locator("button[name=one]")).to_have_count(left - 1)


def see_on_the_dashboard(page: Page, period: Period) -> None:
    """The county's row of the programme's page shows the sum, and leads to its reports."""
    page.goto(f"/programmes/{PROGRAMME}/?period={period.code}")
    link = page.locator(f"a[href*='/trace/{INDICATOR}/{period.code}/{COUNTY}/']").first
    expect(link).to_contain_text(TOTAL)


def publish_bulletin(page: Page, period: Period, folder: Path) -> tuple[Path, str]:
    """Make a draft, wait until it is printed, read it, publish it; the published file and its verification code."""
    page.goto("/bulletins/new/")
    page.select_option(
        "[name=programme]",
        label=page.locator("[name=programme] option")
        .filter(has_text=re.compile("Model villages|和美乡村"))
        .first.inner_text(),
    )
    page.fill("[name=period]", period.code)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/bulletins/\d+/$"))
    address = page.url
    expect(page.locator("[data-opens=publish]")).to_be_visible(timeout=60_000)
    assert PdfReader(io.BytesIO(page.request.get(f"{address}file/").body())).pages

    page.click("[data-opens=publish]")
    confirm = page.locator("#publish [name=confirm]")
    confirm.fill(confirm.get_attribute("data-must-equal"))
    page.locator("#publish button[type=submit]").click()
    page.wait_for_load_state()
    expect(page.locator("[data-opens=publish]")).to_have_count(0)
    page.goto(address)
    expect(page.get_by_text("published it")).to_be_visible(timeout=60_000)
    content = page.request.get(f"{address}file/").body()
    assert content.startswith(b"%PDF-")
    file = folder / "published.pdf"
    file.write_bytes(content)
    return file, page.locator("aside .hash").first.inner_text().strip()


def trace(page: Page, period: Period) -> None:
    """The auditor sees the sum, both reports, the people, and that adding up again agrees."""
    page.goto(f"/trace/{INDICATOR}/{period.code}/{COUNTY}/")
    expect(page.locator(".trail .big").first).to_have_text(TOTAL)
    expect(page.get_by_text("added up again: agrees")).to_be_visible()
    expect(page.locator(".lin-t")).to_contain_text("岳清禾")  # yexian-entry
    expect(page.locator(".lin-t")).to_contain_text("程书禾")  # city-agri


def verify(page: Page, code: str, pdf: Path, folder: Path) -> None:
    """Anybody: the published file is identical, the same file with one byte more is not."""
    altered = folder / "altered.pdf"
    altered.write_bytes(pdf.read_bytes() + b"\n")
    for file, answer in ((pdf, "Identical"), (altered, "Not identical")):
        page.goto(f"/verify/{code}/")
        page.set_input_files("input[type=file]", file)
        page.locator("form[enctype] button[type=submit]").click()
        expect(page.locator("[role=status]").first).to_contain_text(answer)


def pull(client: APIRequestContext, period: Period) -> None:
    """Another system, with a key of the viewer's, gets the same figure as a string."""
    out = io.StringIO()
    call_command("create_api_key", user="viewer", scope="read", stdout=out, stderr=io.StringIO())
    headers = {"Authorization": f"Bearer {out.getvalue().strip()}"}
    for unit in (COUNTY, CITY):
        asked = {"indicator": INDICATOR, "period": period.code, "unit": unit}
        answer = client.get("/api/v1/rollups/", params=asked, headers=headers)
        assert answer.status == 200, answer.text()
        assert answer.json()["value"] == TOTAL
        assert answer.json()["reports"] == len(FIGURES)
    below = Unit.objects.get(code=COUNTY)
    assert Decimal(TOTAL) == sum(
        reports(period).filter(unit__path__startswith=below.path).values_list("value", flat=True)
    )
