"""The shell's script in a real browser, under the site's content security policy."""

import mimetypes
from types import SimpleNamespace

import pytest
from csp.constants import SELF
from django import forms
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import RequestFactory
from playwright.sync_api import Page, expect, sync_playwright

from config import styleguide as guide

pytestmark = pytest.mark.browser
SITE = "http://looks.test"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield chromium
        chromium.close()


def documents(monkeypatch) -> dict[str, str]:
    shell = {
        "nav": [{"url": "#", "label": label, "current": label == "Workbench", "count": 3} for label in
                ("Workbench", "Enter figures", "Review", "Programmes", "Documents", "Bulletins", "Audit log")],
        "who": {"name": "Li Mingyuan", "organization": "Ye County Agriculture and Rural Affairs Bureau",
                "role": "Reporter", "url": "#"},
        "feedback_url": "#",
        "demo_mode": True,
    }  # fmt: skip
    request = RequestFactory().get("/styleguide/")
    monkeypatch.setattr(guide, "render", lambda r, name, context: render_to_string(name, context | shell, r))
    accounts = [
        SimpleNamespace(username="yexian-entry", password="demo-word", name="Li", office="Bureau", role="", can="")
    ]
    login = render_to_string("registration/login.html", {"form": LoginForm(), "demo_accounts": accounts}, request)
    return {"/": guide.styleguide(request), "/login": login}


class LoginForm(forms.Form):
    username = forms.CharField()
    password = forms.CharField(widget=forms.PasswordInput)


@pytest.fixture
def page(browser, monkeypatch):
    pages = documents(monkeypatch)
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    assert directives["script-src"] == [SELF]
    policy = "; ".join(f"{name} {' '.join(map(str, sources))}" for name, sources in directives.items())

    def answer(route):
        path = route.request.url.removeprefix(SITE).split("?")[0]
        found = finders.find(path.removeprefix("/static/")) if path.startswith("/static/") else None
        if found:
            route.fulfill(path=found, content_type=mimetypes.guess_type(path)[0])
        elif path in pages:
            headers = {"Content-Security-Policy": policy, "Content-Type": "text/html; charset=utf-8"}
            route.fulfill(body=pages[path], headers=headers)
        else:
            route.fulfill(status=204)

    context = browser.new_context(viewport={"width": 1440, "height": 900})
    view = context.new_page()
    view.problems = []
    view.on("pageerror", lambda error: view.problems.append(str(error)))
    view.on("console", lambda line: view.problems.append(line.text) if line.type == "error" else None)
    view.route("**/*", answer)
    view.goto(f"{SITE}/")
    yield view
    assert view.problems == []
    context.close()


def test_slash_goes_to_search_and_escape_leaves_it(page: Page):
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("?/jx")
    expect(page.locator("#find")).to_have_value("?/jx")
    expect(page.locator("#keys")).not_to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#find")).not_to_be_focused()


def test_question_mark_opens_the_list_of_keys(page: Page):
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).not_to_be_visible()


def test_j_and_k_move_and_x_selects_and_the_button_counts(page: Page):
    for key in ("j", "j", "x", "k", "x"):
        page.keyboard.press(key)
    button = page.locator("[data-count-label]")
    expect(button).to_be_enabled()
    expect(button).to_contain_text("2")
    expect(page.locator("#sample-list tbody tr").first).to_have_attribute("aria-selected", "true")
    expect(page.locator("#sample-list tbody tr.is-at")).to_have_count(1)


def test_choosing_all_counts_all_and_choosing_none_disables(page: Page):
    every = page.locator("[data-pick-all]")
    every.check()
    expect(page.locator("[data-count-label]")).to_contain_text("8")
    every.uncheck()
    expect(page.locator("[data-count-label]")).to_be_disabled()


def test_dialog_wants_the_word_typed(page: Page):
    page.locator("[data-opens=sample-dialog]").click()
    dialog = page.locator("#sample-dialog")
    submit = dialog.locator("[type=submit]")
    expect(submit).to_be_disabled()
    word = dialog.locator("[name=confirm]").get_attribute("data-must-equal")
    dialog.locator("[name=confirm]").fill(word)
    expect(submit).to_be_enabled()
    dialog.locator("[data-closes]").click()
    expect(dialog).not_to_be_visible()


def test_demonstration_account_fills_the_form(page: Page):
    page.goto(f"{SITE}/login")
    page.get_by_role("button", name="yexian-entry").click()
    expect(page.locator("#id_username")).to_have_value("yexian-entry")
    expect(page.locator("#id_password")).to_have_value("demo-word")


@pytest.mark.parametrize("width", [390, 768, 1280, 1440])
@pytest.mark.parametrize("path", ["/", "/login"])
def test_page_never_scrolls_sideways(page: Page, path, width):
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(SITE + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
