"""A water from its application to its name on real pages, with the clock moved; an objection that stops one, and one that does not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from playwright.sync_api import Page, expect

from accounts.models import User
from programs.documents import pdf
from programs.models import Declaration, Notice, Objection, Project
from programs.services.attachments import attach
from programs.services.demo_accounts import load_demo_accounts
from programs.services.packs.loading import load_pack
from programs.services.units import load_units
from programs.services.workdays import load_calendar
from rivers.models import WaterBody

CODE = "pingdingshan-rivers-2023"
NAMED, STOPPED = 20, 25  # two reaches of Ye County on the city's list

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    """The server's clock, which goes on; the browser's own stays as it is."""
    with time_machine.travel(datetime(2025, 10, 13, 2, 0, tzinfo=UTC), tick=True) as traveller:
        yield traveller


@pytest.fixture
def waters(transactional_db, settings, tmp_path, clock) -> dict[int, Project]:
    """The plan, its people, and the two reaches."""
    settings.LUOSHI_DATA = tmp_path
    load_units()
    load_pack(code=CODE)
    load_calendar(years=[2025, 2026])
    load_demo_accounts()
    return {seq: Project.objects.get(code=f"{CODE}-{seq}") for seq in (NAMED, STOPPED)}


def test_two_waters_to_the_end_of_their_publicity(waters, sign_in, clock):
    addresses = apply(sign_in, waters)
    build(sign_in, clock, addresses)

    clock.move_to(datetime(2026, 10, 13, 2, 0, tzinfo=UTC))
    paste_classes(sign_in("yexian-entry"))
    office = sign_in("city-river")
    for address in addresses.values():
        fill = {"fact-score": "91.5", "fact-paper": "2026-7", "fact-satisfied": "95"}
        step(office, address, "evaluate", choose=("papers", "site", "opinion", "satisfaction"), **fill)
    notice = publish(office, list(addresses.values()))
    for address in addresses.values():
        step(office, address, "publicise")
    public = sign_in("")
    public.goto(f"/public/notices/{notice.code}/")
    assert public.locator("main").inner_text().count("2027") >= 1  # the year of the plan of the second reach
    for seq in (NAMED, STOPPED):
        record_objection(office, notice, waters[seq])
    refused(office, addresses[NAMED], "name")

    clock.move_to(datetime(2026, 10, 21, 2, 0, tzinfo=UTC))  # the fifth working day was the 20th
    call_command("run_review", "end-notices")
    judge(sign_in("city-water"), waters[NAMED], is_major=False)
    judge(sign_in("city-water"), waters[STOPPED], is_major=True)
    office = sign_in("city-river")
    step(office, addresses[NAMED], "name", number="2026-88")
    step(office, addresses[NAMED], "register", **{"fact-register_number": "A-20", "fact-sign_updated_on": "2026-10-21"})
    refused(office, addresses[STOPPED], "name")
    step(office, addresses[STOPPED], "stop", comment="The outfall is open.")

    water = WaterBody.objects.get(seq=NAMED)
    assert (str(water.named_on), water.naming_number, water.register_number) == ("2026-10-21", "2026-88", "A-20")
    assert WaterBody.objects.get(seq=STOPPED).named_on is None
    office.goto("/rivers/?named=true")
    expect(office.locator("main")).to_contain_text("2026-10-21")
    assert office.request.get(f"/rivers/{CODE}-{NAMED}/naming.pdf").body().startswith(b"%PDF")


def apply(sign_in, waters: dict[int, Project]) -> dict[int, str]:
    """Opened, filled in and handed in by the county; reviewed by the city; the first with 79.99 points before 80."""
    entry, review, office = sign_in("yexian-entry"), sign_in("yexian-review"), sign_in("city-river")
    addresses = {}
    for seq, project in waters.items():
        entry.goto(f"/projects/{project.code}/")
        entry.locator("form[action$='/start/'] button[type=submit]").click()
        entry.wait_for_url("**/declarations/*/**")
        declaration = Declaration.objects.get(project=project)
        addresses[seq] = f"/declarations/{declaration.pk}/"
        paper(project, declaration, "self_evaluation")
        if seq == NAMED:
            type_score(entry, addresses[seq], "79.99")
            refused(entry, addresses[seq], "self_evaluate")
        type_score(entry, addresses[seq], "80")
        step(entry, addresses[seq], "self_evaluate")
        paper(project, declaration, "consent")
        step(review, addresses[seq], "submit", number="2025-9")
        step(office, addresses[seq], "review")
        paper(project, declaration, "build_plan")
        step(entry, addresses[seq], "draft_plan")
        paper(project, declaration, "tech_opinion", "city-river")
        step(office, addresses[seq], "tech_review")
    return addresses


def build(sign_in, clock, addresses: dict[int, str]) -> None:
    clock.move_to(datetime(2025, 11, 3, 2, 0, tzinfo=UTC))
    entry = sign_in("yexian-entry")
    for address in addresses.values():
        step(entry, address, "start_building")
    clock.move_to(datetime(2026, 9, 28, 2, 0, tzinfo=UTC))
    entry = sign_in("yexian-entry")
    for address in addresses.values():
        step(entry, address, "finish_building", **{"fact-built_on": "2026-09-25"})


def paper(project: Project, declaration: Declaration, kind: str, who: str = "yexian-entry") -> None:
    content, _pages = pdf.render(f"<h1>{kind}</h1>", style="official.css")
    attach(
        actor=User.objects.get(username=who), project=project, declaration=declaration, kind=kind,
        upload=SimpleUploadedFile(f"{kind}.pdf", content),
    )  # fmt: skip


def type_score(page: Page, address: str, score: str) -> None:
    page.goto(address)
    page.fill("#application [name=score]", score)
    page.fill("#application [name=evaluated_on]", "2025-10-10")
    with page.expect_navigation():
        page.locator("#application form .save-line button[type=submit]").click()


def open_step(page: Page, address: str, verb: str):
    page.goto(address)
    box = page.locator(f"#step-{verb}")
    if box.get_attribute("open") is None:
        box.locator("summary").first.click()
    return box


def step(page: Page, address: str, verb: str, choose: tuple[str, ...] = (), **fields: str) -> None:
    """Take one step on the declaration's page."""
    box = open_step(page, address, verb)
    for name, value in fields.items():
        box.locator(f"[name='{name}']").fill(value)
    for name in choose:
        box.locator(f"[name='fact-{name}']").select_option("yes")
    with page.expect_navigation():
        box.locator("form > .actions button[type=submit]").click()
    assert page.locator(".msg--err").count() == 0, page.locator(".msg--err").all_inner_texts()
    assert Declaration.objects.get(pk=int(address.split("/")[2])).decisions.latest("pk").verb == verb


def refused(page: Page, address: str, verb: str) -> None:
    """The step is not offered, or says why not; nothing is decided."""
    declaration = Declaration.objects.get(pk=int(address.split("/")[2]))
    before = declaration.decisions.count()
    box = open_step(page, address, verb)
    if verb == "name":
        box.locator("[name='number']").fill("1")
    box.locator("form > .actions button[type=submit]").click()
    expect(page.locator("main .msg--err, main [role=alert]").first).to_be_visible()
    assert declaration.decisions.count() == before


def paste_classes(page: Page) -> None:
    """October to December of the year before, then January to September, for both reaches."""
    for year, cells in (("2025", [""] * 9 + ["3"] * 3), ("2026", ["3"] * 8 + ["Ⅳ"])):
        page.goto("/rivers/classes/")
        page.locator("details > summary").filter(has_text="Record classes").click()
        page.fill("details [name=year]", year)
        page.fill("[name=source]", "monthly report")
        page.fill("[name=lines]", "\n".join("\t".join([str(seq), *cells]) for seq in (NAMED, STOPPED)))
        with page.expect_navigation():
            page.get_by_role("button", name="Store the classes").click()
    assert WaterBody.objects.get(seq=NAMED).classes.count() == 12


def publish(page: Page, addresses: list[str]) -> Notice:
    page.goto(f"/notices/new/?programme={CODE}&workflow=rivers-city&stage=evaluated")
    for address in addresses:
        page.check(f"[name=declarations][value='{address.split('/')[2]}']")
    for name, value in {
        "title": "Naming 2026",
        "text": "For five working days.",
        "contact": "0375-0000000",
        "issuer": "Office",
        "workdays": "5",
    }.items():
        page.fill(f"main form [name={name}]", value)
    page.get_by_role("button", name="Prepare the notice").click()
    page.wait_for_url("**/notices/*/")
    with page.expect_navigation():
        page.locator("form[action$='/post/'] button[type=submit]").click()
    notice = Notice.objects.get()
    assert str(notice.ends_on) == "2026-10-20"
    return notice


def record_objection(page: Page, notice: Notice, project: Project) -> None:
    page.goto(f"/notices/{notice.pk}/objections/new/")
    page.locator("main form [name=item]").select_option(str(notice.items.get(declaration__project=project).pk))
    page.fill("main form [name=received_on]", "2026-10-13")
    page.locator("main form [name=channel]").select_option("letter")
    page.fill("main form [name=register_no]", project.code[-2:])
    page.fill("main form [name=text]", "An outfall is open.")
    with page.expect_navigation():
        page.locator("main form button[type=submit]").last.click()


def judge(page: Page, project: Project, *, is_major: bool) -> None:
    objection = Objection.objects.get(register_no=project.code[-2:])
    page.goto(f"/objections/{objection.pk}/judge/")
    for name, value in (("is_major", is_major), ("is_true", True)):
        page.locator(f"main form [name={name}][value={'yes' if value else 'no'}]").check()
    page.fill("main form [name=judgement]", "Looked at on site.")
    with page.expect_navigation():
        page.locator("main form button[type=submit]").last.click()
