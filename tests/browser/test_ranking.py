"""A ranking made, opened to appeals, appealed by a county, answered, worked out again, published, checked and printed again."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from django.utils import timezone
from docx import Document
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from accounts.models import User
from programs.models import Indicator, Programme, Ranking, Unit
from programs.services.demo_accounts import load_demo_accounts
from programs.services.packs.loading import load_pack
from programs.services.periods import ensure_periods
from programs.services.rankings.papers import last_day, reported_period, spans_of
from programs.services.rankings.rules import current_rule, parts_of, set_rule
from programs.services.units import load_units
from programs.services.workdays import load_calendar
from tests.bulletins.conftest import approve_figure

PROGRAMME, INDICATOR = "pingdingshan-villages-2023", "villages-city-created"
YEXIAN, BAOFENG = "410422000000", "410421000000"  # five villages are assigned to each

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    """The server's clock, which goes on; the browser's own and the database's stay as they are."""
    with time_machine.travel(timezone.now(), tick=True) as traveller:
        yield traveller


@pytest.fixture
def plan(transactional_db, settings, tmp_path, clock) -> SimpleNamespace:
    """The village plan with figures of the quarter that ended last: three villages in Ye County, four in Baofeng."""
    settings.LUOSHI_DATA = tmp_path
    load_units()
    load_pack(code=PROGRAMME)
    load_demo_accounts()
    programme = Programme.objects.get(code=PROGRAMME)
    ensure_periods(programme=programme)
    today = timezone.localdate()
    load_calendar(years=[today.year, today.year + 1])
    ended = [one for one in spans_of((today.year - 1, today.year)) if last_day(*one) < today and one[0] == "quarter"]
    people = {one.username: one for one in User.objects.filter(username__in=["yexian-entry", "city-agri"])}
    place = SimpleNamespace(
        period=reported_period(programme, *ended[-1]),
        reporter=people["yexian-entry"],
        approver=people["city-agri"],
        span=" ".join(ended[-1]),
    )
    rule = current_rule(programme)
    set_rule(
        actor=place.approver, programme=programme, seen_version=rule.version, parts=parts_of(rule), missing=rule.missing,
        appeal_workdays=rule.appeal_workdays, minimum_share=30, reason="Only the first result counts by now",
    )  # fmt: skip
    figure(place, YEXIAN, 0, 3)
    figure(place, BAOFENG, 0, 4)
    return place


def figure(place: SimpleNamespace, county: str, number: int, value: int) -> None:
    """An approved figure of the county's ``number``-th township."""
    townships = Unit.objects.filter(parent__code=county, valid_to=None).order_by("code")
    approve_figure(place, Indicator.objects.get(code=INDICATOR), townships[number], value)


def test_a_ranking_to_its_publication(plan, sign_in, clock, tmp_path):
    bureau = sign_in("city-agri")
    address = make_and_open(bureau, plan)
    appeal(sign_in("yexian-review"), sign_in("yexian-entry"), address)
    publish_is_not_offered(bureau, address)
    uphold(bureau, address)
    figure(plan, YEXIAN, 1, 2)  # the two villages that were forgotten
    bureau.goto(address)
    bureau.get_by_role("button", name="Work it out again").click()
    expect(places(bureau).first).to_contain_text("Ye County")

    clock.move_to(datetime.combine(Ranking.objects.get().appeal_until + timedelta(days=1), datetime.min.time(), UTC))
    bureau = sign_in("city-agri")
    publish(bureau, address)
    pdf, docx = download(bureau, address, tmp_path)
    says_the_order(pdf, docx)
    check_as_a_stranger(sign_in(""), pdf, docx, tmp_path)

    figure(plan, BAOFENG, 1, 1)  # now Baofeng has five as well
    bureau.goto(address)
    expect(places(bureau).first).to_contain_text("Ye County")
    expect(places(bureau).nth(1)).to_contain_text("Baofeng County")
    expect(bureau.get_by_role("button", name="Work it out again")).to_have_count(0)
    assert download(bureau, address, tmp_path)[0].read_bytes() == pdf.read_bytes()


def places(page: Page):
    """Rows of the counties' table, best first."""
    return page.locator("table.places").first.locator("> tbody > tr")


def make_and_open(page: Page, plan: SimpleNamespace) -> str:
    """The draft ranks Baofeng before Ye County, says what would change that, and is opened to appeals."""
    page.goto("/rankings/")
    expect(page.get_by_text("No paper yet")).to_be_visible()
    page.get_by_role("link", name="New paper").click()
    page.select_option("[name=programme]", str(Programme.objects.get(code=PROGRAMME).pk))
    page.select_option("[name=span]", plan.span)
    page.get_by_role("button", name="Make the draft").click()
    page.wait_for_url(re.compile(r"/rankings/\d+/$"))
    expect(places(page).first).to_contain_text("Baofeng County")
    second = places(page).nth(1)
    expect(second).to_contain_text("Ye County")
    second.locator("summary").click()
    expect(second).to_contain_text("One place up with any one of these:")
    expect(second).to_contain_text(re.compile(r"City villages from 3 to 4"))
    page.get_by_role("button", name="Open to appeals").click()
    expect(page.locator(".lede .light--wait")).to_be_visible()
    return page.url


def appeal(page: Page, colleague: Page, address: str) -> None:
    """The county sees the paper and objects for itself; a colleague who was slower is refused and keeps the text."""
    page.goto("/rankings/")
    page.locator("tbody th a").click()
    assert page.url == address
    expect(page.locator("#appeal-unit option")).to_have_text(["Ye County"])
    expect(page.get_by_role("button", name="Publish")).to_have_count(0)
    colleague.goto(address)
    colleague.fill("#appeal-text", "a village is missing")
    page.fill("#appeal-text", "two villages were forgotten")
    page.get_by_role("button", name="Send the appeal").click()
    expect(page.locator("#appeals")).to_contain_text("not answered yet")
    expect(page.locator("#appeal-text")).to_have_count(0)
    colleague.get_by_role("button", name="Send the appeal").click()
    expect(colleague.locator(".msg--err")).to_contain_text("waits for its answer already")
    expect(colleague.locator("#appeal-text")).to_have_value("a village is missing")


def publish_is_not_offered(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.get_by_text("Units can object until")).to_be_visible()
    expect(page.get_by_role("button", name="Publish")).to_have_count(0)


def uphold(page: Page, address: str) -> None:
    """An answer of nothing but a space is refused; with words it stands beside the appeal."""
    page.goto(address)
    answer = page.locator("#appeals textarea")
    answer.fill(" ")
    page.get_by_role("button", name="Uphold", exact=True).click()
    expect(page.locator(".msg--err")).to_contain_text("An answer wants its reasons")
    answer.fill("seen on site; corrected")
    page.get_by_role("button", name="Uphold", exact=True).click()
    expect(page.locator("#appeals")).to_contain_text("seen on site; corrected")
    expect(page.locator("#appeals .light--done")).to_have_text("upheld")


def publish(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="Publish").click()
    page.wait_for_load_state()
    page.goto(address)
    expect(page.locator(".lede .light--done")).to_be_visible()
    expect(page.locator(".lede")).to_contain_text("程书禾")  # who published it


def download(page: Page, address: str, folder: Path) -> tuple[Path, Path]:
    """Both files as the buttons give them."""
    found = []
    page.goto(address)
    for name in ("PDF", "Word"):
        with page.expect_download() as loading:
            page.get_by_role("link", name=name, exact=True).click()
        found.append(folder / loading.value.suggested_filename)
        loading.value.save_as(found[-1])
    return found[0], found[1]


def says_the_order(pdf: Path, docx: Path) -> None:
    """Both papers name Ye County first with full points, in Chinese, without the draft's mark."""
    text = "".join(page.extract_text() for page in PdfReader(pdf).pages).replace("\n", "")
    assert re.search(r"1\s*叶县\s*100\.0.*2\s*宝丰县\s*80\.0", text), text
    paper = Document(io.BytesIO(docx.read_bytes()))
    rows = [[cell.text for cell in row.cells] for row in paper.tables[0].rows]
    assert [row[:3] for row in rows[:3]] == [
        ["名次", "单位", "得分\n计入／总权重"], ["1", "叶县", "100.0\n30/100"], ["2", "宝丰县", "80.0\n30/100"],
    ]  # fmt: skip
    words = "".join(one.text for one in paper.paragraphs)
    assert Ranking.objects.get().code in words
    assert "草稿" not in text + words


def check_as_a_stranger(page: Page, pdf: Path, docx: Path, folder: Path) -> None:
    """By the code on the paper: the PDF is the one that was issued; a changed one and the Word file are not."""
    altered = folder / "altered.pdf"
    altered.write_bytes(pdf.read_bytes() + b"\n")
    page.goto("/verify/")
    page.fill("[name=code]", Ranking.objects.get().code.lower())
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("Published on")
    for file, answer in ((pdf, "Identical"), (altered, "Not identical"), (docx, "Not identical")):
        page.set_input_files("input[type=file]", file)
        page.get_by_role("button", name="Compare").click()
        expect(page.locator("[role=status]").first).to_contain_text(answer)
