"""Chromium against the live server; one browser per module, one fresh context per person."""

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Playwright's loop runs in this thread, where Django would refuse the ORM without the variable."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def sign_in(browser, live_server, settings) -> Iterator[Callable[[str], Page]]:
    """``sign_in(account)`` → that person's page, in English, on the workbench; "" for somebody who is not signed in.

    A script error or a refusal by the content security policy on any of the pages fails the test.
    """
    contexts, troubles = [], []

    def enter(account: str) -> Page:
        context = browser.new_context(
            viewport={"width": 1440, "height": 900}, accept_downloads=True, base_url=live_server.url
        )
        context.add_cookies([{"name": "django_language", "value": "en", "url": live_server.url}])
        context.set_default_timeout(60_000)  # a busy machine
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda said: (
                troubles.append(f"{page.url}: {said.text}") if "Content Security Policy" in said.text else None
            ),
        )
        if account:
            page.goto("/accounts/sign-in/")
            page.fill("[name=username]", account)
            page.fill("[name=password]", settings.LUOSHI_DEMO_PASSWORD)
            page.click("#sign-in button[type=submit]")
            page.wait_for_url(lambda url: "sign-in" not in url)
        return page

    yield enter
    for context in contexts:
        context.close()
    assert not troubles, "\n".join(troubles)
