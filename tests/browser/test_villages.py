"""A village from its application through a return to plaque, award and next year's recheck, on real pages and real plans."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from programs.documents import pdf
from programs.models import Checklist, Declaration, Programme, Project, Unit
from programs.services.attachments import attach
from programs.services.demo_accounts import load_demo_accounts
from programs.services.inspections import close, open_inspection, save_scores
from programs.services.packs.loading import load_pack
from programs.services.units import load_units
from programs.services.workdays import load_calendar
from subsidies.models import Award
from villages.models import Candidate, Honour
from villages.services.plans import save_plan

PROGRAMME, COUNTY, TOWN = "pingdingshan-villages-2023", "410422000000", "410422101000"  # Ye County, Rendian
VALUES = {"QM2b": "0", "QM2d": "100", "QM2e": "0", "QM2f": "100", "QM3b": "20", "QM5": "100", "QM6": "100"}

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    """The server's clock, which goes on; the browser's own stays as it is."""
    with time_machine.travel(datetime(2026, 2, 2, 2, 0, tzinfo=UTC), tick=True) as traveller:
        yield traveller


@pytest.fixture
def paper() -> bytes:
    return pdf.render("<h1>示例</h1>", style="official.css")[0]


@pytest.fixture
def village(transactional_db, settings, tmp_path, clock, paper) -> Unit:
    """The plan, its people, the county's three-year plan with its paper; and a village that has not applied."""
    settings.LUOSHI_DATA = tmp_path
    load_units()
    load_pack(code=PROGRAMME)
    load_calendar(years=[2026, 2027])
    load_demo_accounts()
    entry, county = User.objects.get(username="yexian-entry"), Unit.objects.get(code=COUNTY, valid_to=None)
    plan = save_plan(
        actor=entry, programme=Programme.objects.get(code=PROGRAMME), unit=county, first_year=2026, last_year=2028, summary=""
    )  # fmt: skip
    attach(actor=entry, project=plan.project, kind="three-year-plan", upload=SimpleUploadedFile("plan.pdf", paper))
    return Unit.objects.filter(parent__code=TOWN, kind="village_committee", valid_to=None).order_by("code")[0]


def test_a_village_to_its_award_and_recheck(village, sign_in, clock, paper):
    town = sign_in("rendian-entry")
    project = put_forward(town, village)
    address = f"/declarations/{application(project).pk}/"
    for kind in ("plan", "creation-plan", "key-projects", "resolution"):
        who = "yexian-entry" if kind == "key-projects" else "rendian-entry"  # the county hands it in
        attach(
            actor=User.objects.get(username=who), project=project, declaration=application(project), kind=kind,
            upload=SimpleUploadedFile(f"{kind}.pdf", paper),
        )  # fmt: skip
    step(town, address, "recommend")
    county = sign_in("yexian-review")
    step(county, address, "return", comment="The date of the road is missing")
    step(town, address, "recommend")
    step(county, address, "select")
    step(sign_in("yexian-entry"), address, "submit")
    step(sign_in("city-agri"), address, "approve")
    step(town, address, "begin", **{"fact-started_on": "2026-02-02"})

    clock.move_to(datetime(2026, 10, 19, 2, 0, tzinfo=UTC))
    town = sign_in("rendian-entry")
    finish_works(town, project)
    inspect(project, "preliminary", "yexian-review")
    step(sign_in("yexian-review"), address, "pass")

    clock.move_to(datetime(2026, 12, 10, 2, 0, tzinfo=UTC))
    inspect(project, "acceptance", "inspector")
    city = sign_in("city-agri")
    step(city, address, "accept")
    award = Award.objects.get(project=project)
    assert (award.amount, award.event) == (1_500_000, award.rule.event)
    city.goto(f"/money/awards/{award.pk}/")
    expect(city.locator("main")).to_contain_text("150")
    step(city, address, "honour", number="平农示〔2026〕12号", **{"fact-plaque": "平和美2026-001"})
    honour = Honour.objects.get(project=project)
    content = city.request.get(f"/villages/honours/{honour.pk}/pdf/").body()
    assert content.startswith(b"%PDF-")
    city.goto("/villages/?year=2026")
    expect(city.locator("#places")).to_contain_text("Honoured")

    clock.move_to(datetime(2027, 5, 10, 2, 0, tzinfo=UTC))
    call_command("run_review", "village-rechecks")
    recheck = Declaration.objects.get(project=project, workflow="villages-recheck", cycle__year=2027)
    inspect(project, "recheck", "inspector", recheck)
    step(sign_in("city-agri"), f"/declarations/{recheck.pk}/", "keep")
    recheck.refresh_from_db()
    assert recheck.stage == "kept"
    assert Award.objects.count() == 1


def application(project: Project) -> Declaration:
    return Declaration.objects.get(project=project, workflow="villages-city")


def put_forward(page: Page, village: Unit) -> Project:
    """The village is chosen; hamlets are typed; a works project is pasted as copied from a spreadsheet."""
    page.goto("/villages/new/")
    page.fill("[name=unit]", village.code)
    page.select_option("[name=level]", "city")
    page.select_option("[name=year]", "2026")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url("**/villages/places/**")
    page.fill("[name=hamlets]", "东庄、西庄\n前李")
    page.check("[name=hamlets_are_all]")
    page.select_option("[name=style]", "water")
    page.fill("[name=paste]", f"{village.name}\t村内主街\t硬化道路2.6公里\t68.5\t2026-09-20\tno")
    page.locator("main form button[type=submit]").click()
    expect(page.locator("[name=works-0-investment]")).to_have_value("68.5")
    candidate = Candidate.objects.get(project__unit=village)
    assert candidate.hamlets == ["东庄", "西庄", "前李"]
    assert candidate.works.get().investment == 685_000
    return candidate.project


def step(page: Page, address: str, verb: str, **fields: str) -> None:
    """Take one step on the declaration's page."""
    page.goto(address)
    box = page.locator(f"#step-{verb}")
    if box.get_attribute("open") is None:
        box.locator("summary").first.click()
    for name, value in fields.items():
        box.locator(f"[name='{name}']").fill(value)
    with page.expect_navigation():
        box.locator("form > .actions button[type=submit]").click()
    assert page.locator(".msg--err").count() == 0, page.locator(".msg--err").all_inner_texts()
    assert Declaration.objects.get(pk=int(address.split("/")[2])).decisions.latest("pk").verb == verb


def finish_works(page: Page, project: Project) -> None:
    page.goto(f"/villages/places/{project.code}/works/")
    page.fill("[name=finished_on]", "2026-09-18")
    page.locator("form:has([name=finished_on]) button[type=submit]").click()
    expect(page.locator("main")).to_contain_text("2026-09-18")


def inspect(project: Project, purpose: str, username: str, declaration: Declaration | None = None) -> None:
    """All 20 items pass; the pages of inspections have a test of their own."""
    actor, declaration = User.objects.get(username=username), declaration or application(project)
    checklist = Checklist.objects.get(code="villages-standard")
    one = open_inspection(
        actor=actor, checklist=checklist, purpose=purpose, programme=project.programme, unit=project.unit, project=project,
        declaration=declaration,
    )  # fmt: skip
    scores = [
        {"item": item.code, "value": VALUES[item.code]}
        if item.code in VALUES
        else {"item": item.code, "result": "pass"}
        for item in checklist.items.all()
    ]
    one = save_scores(actor=actor, inspection_id=one.pk, version=one.version, scores=scores)
    close(
        actor=actor, inspection_id=one.pk, version=one.version, inspected_on=timezone.localdate(), conclusion="逐项看过"
    )
