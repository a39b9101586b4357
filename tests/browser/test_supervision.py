"""A task from assignment through a late report, an extension and a rectification to closing, on real pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine
from playwright.sync_api import Page, expect

from programs.models import Programme, TaskAssignment
from programs.services.assignments import assign_all
from programs.services.demo_accounts import load_demo_accounts
from programs.services.packs.loading import load_pack
from programs.services.units import load_units
from programs.services.workdays import load_calendar

PROGRAMME, COUNTY = "zhoukou-eldercare-2024", "411602000000"  # Chuanhui District

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    """The server's clock, which goes on; the browser's own stays as it is."""
    with time_machine.travel(datetime(2024, 12, 2, 2, 0, tzinfo=UTC), tick=True) as traveller:
        yield traveller


@pytest.fixture
def task(transactional_db, settings, tmp_path, clock) -> TaskAssignment:
    """Task 13 of Zhoukou's plan as the district owes it by one general clause, due on 31 December 2024."""
    settings.LUOSHI_DATA = tmp_path
    load_units()
    load_pack(code=PROGRAMME)
    load_calendar(years=[2024, 2025])
    load_demo_accounts()
    assign_all(programme=Programme.objects.get(code=PROGRAMME))
    return TaskAssignment.objects.get(task__number=13, unit__code=COUNTY, organization=None)


def test_a_task_to_its_end(task, sign_in, clock):
    county, address = sign_in("chuanhui-entry"), f"/assignments/{task.pk}/"
    accept_from_the_list(county, task)
    report_on_the_period(county, address)
    ask_for_a_later_date(county, address)

    office = sign_in("zhoukou-office")
    grant(office, task)

    clock.move_to(datetime(2025, 2, 10, 2, 0, tzinfo=UTC))  # the later date was 27 January
    county = sign_in("chuanhui-entry")
    county.goto(address)
    expect(county.locator(".lede .light--late")).to_be_visible()
    step(county, address, "report", "700 sites are open")
    expect(county.locator(".history .tag--red").first).to_have_text("late")

    reviewer = sign_in("chuanhui-review")
    step(reviewer, address, "rectify", "two sites serve no meals", due_on="2025-02-28")
    step(county, address, "rectified", "both serve meals again")
    step(reviewer, address, "recheck", "seen on site")
    office = sign_in("zhoukou-office")
    step(office, address, "close", "")
    expect(office.locator(".lede .light--done")).to_be_visible()

    task.refresh_from_db()
    assert (task.state, task.due_on, task.first_due_on) == ("closed", date(2025, 2, 28), date(2024, 12, 31))
    assert list(task.steps.values_list("verb", flat=True)) == [
        "assign", "accept", "begin", "extend", "report", "rectify", "rectified", "recheck", "close",
    ]  # fmt: skip
    office.goto(f"/assignments/board/{PROGRAMME}/")
    expect(office.locator(f".matrix a[href='{address}']")).to_have_class("light light--done")


def accept_from_the_list(page: Page, task: TaskAssignment) -> None:
    """All 55 wait for the district; one is ticked and accepted."""
    page.goto("/assignments/")
    expect(page.locator(".tabs [aria-current] .n")).to_have_text("55")
    page.locator(f"input[name=cells][value='{task.pk}-0']").check()
    page.locator("button[name=act][value=accept]").click()
    expect(page.get_by_text("1 task accepted.")).to_be_visible()


def report_on_the_period(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("#feedback [name=text]").fill("650 sites are open")
    page.locator("#feedback button[value=feedback]").click()
    expect(page.get_by_text("650 sites are open")).to_be_visible()
    page.locator("#feedback button[value=unchanged]").click()
    expect(page.locator(".history .tag", has_text="unchanged")).to_be_visible()


def ask_for_a_later_date(page: Page, address: str) -> None:
    """A day that is not later comes back in place with what was typed; then a good one."""
    page.goto(address)
    page.locator("#ask summary").click()
    page.locator("#ask [name=asked_until]").fill("2024-12-31")
    page.locator("#ask [name=reason]").fill("land papers take longer")
    page.locator("#ask button[type=submit]").click()
    expect(page.locator("#ask")).to_contain_text("not later than")
    expect(page.locator("#ask [name=reason]")).to_have_value("land papers take longer")
    page.locator("#ask [name=asked_until]").fill("2025-01-27")
    page.locator("#ask button[type=submit]").click()
    expect(page.get_by_text("asks for 2025-01-27")).to_be_visible()


def grant(page: Page, task: TaskAssignment) -> None:
    page.goto("/extensions/")
    page.locator("tbody th a").first.click()
    page.locator("input[name=decision][value=grant]").check()
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_text("Granted: the new date holds.")).to_be_visible()


def step(page: Page, address: str, verb: str, words: str, due_on: str = "") -> None:
    page.goto(address)
    if words:
        page.locator("#step [name=comment]").fill(words)
    if due_on:
        page.locator("#step [name=due_on]").fill(due_on)
    page.locator(f"#step button[name=verb][value={verb}]").click()
    expect(page.get_by_text("Recorded:")).to_be_visible()
