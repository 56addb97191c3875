"""The real portal in a real browser (Debian's Chromium), served by the real server on the demo college."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.api.predictions import PREDICTIONS
from tests.api.server import CAST, PASSWORD, Server
from tests.conftest import Templates
from tests.e2e.chromium import CHROMIUM, NONE_FOUND, launched
from tests.integration.workspace import ROOT

PORTAL = ROOT / "portal"
AXE = PORTAL / "node_modules" / "axe-core" / "axe.min.js"
SIZES = {"phone": (390, 844), "tablet": (1024, 768), "wide": (1600, 1000)}

SignIn = Callable[..., Page]

# A machine that also does other things answers late, and right.
expect.set_options(timeout=20_000)


def missing(what: str) -> None:
    """Skip the test, or in CI fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(what)
    pytest.skip(what)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium. It ends with these tests: while Playwright is at work, Django takes its thread for an asynchronous one."""
    if not CHROMIUM:
        missing(NONE_FOUND)
    with sync_playwright() as playwright:
        running = launched(playwright)
        yield running
        running.close()


@pytest.fixture(scope="session")
def portal(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The standard demo college with predictions, served with the portal; shared by the tests of pages."""
    if not (PORTAL / "dist" / "index.html").is_file():
        missing("the portal is not built: make portal")
    made = templates.scripted(("sqlite", "sqlite"), CAST, PREDICTIONS)
    workspace = made.copy(tmp_path_factory.mktemp("portal"))
    server = Server(workspace)
    server.start()
    yield server
    server.stop()
    workspace.drop()


def open_signed_out(
    browser: Browser, portal: Server, path: str = "/", *, size: str = "wide", theme: str = "light"
) -> Page:
    """A page of a new browser, which asks for name and password.

    Whether anybody is signed in is found out by asking, and a no is an error to the browser's console.
    """
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if theme == "dark" else "light"
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(f"{portal.url}{path}")
    page.get_by_label("User name").wait_for()
    return page


def fill_in(page: Page, username: str, password: str = PASSWORD) -> None:
    """Sign in on the page that asks for it, and wait for the page behind."""
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    # On a narrow screen it is behind a button.
    page.get_by_role("navigation", name="Main", include_hidden=True).wait_for(state="attached")


def open_signed_in(browser: Browser, portal: Server, username: str, path: str = "/") -> Page:
    """A page of a new browser, as somebody; its console may have errors. To be closed: ``page.context.close()``."""
    page = open_signed_out(browser, portal, path)
    fill_in(page, username)
    return page


class SignedIn:
    """Browsers in which somebody is signed in, one for each user, kept for the tests that come after.

    A page of a browser that somebody is signed in to goes on with their session, so that a test waits for no password to
    be checked. A test that ends or changes a session opens a browser of its own (``open_signed_in``).
    """

    def __init__(self, browser: Browser, portal: Server) -> None:
        self._browser, self._portal = browser, portal
        self._contexts: dict[str, BrowserContext] = {}

    def page(self, username: str, path: str, *, size: str, theme: str) -> tuple[Page, list[str]]:
        """A page of the portal as somebody, and the errors that reach its console from the first request on."""
        page, errors = self._open(username, path, size, theme)
        if page.get_by_role("navigation", name="Main", include_hidden=True).count() == 0:
            # Another test ended every session of this user.
            self._contexts.pop(username).close()
            page, errors = self._open(username, path, size, theme)
        return page, errors

    def _open(self, username: str, path: str, size: str, theme: str) -> tuple[Page, list[str]]:
        if username not in self._contexts:
            first = open_signed_in(self._browser, self._portal, username)
            self._contexts[username] = first.context
            first.close()
        page = self._contexts[username].new_page()
        errors = errors_of(page)
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.goto(f"{self._portal.url}{path}")
        navigation = page.get_by_role("navigation", name="Main", include_hidden=True)
        navigation.or_(page.get_by_label("User name")).first.wait_for(state="attached")
        return page, errors

    def tidy(self) -> None:
        """Close the pages of a test, and forget what it chose in the browser."""
        for context in self._contexts.values():
            for page in context.pages:
                if page.url.startswith(self._portal.url):
                    page.evaluate("localStorage.clear()")
                page.close()

    def close(self) -> None:
        """Close every browser."""
        for context in self._contexts.values():
            context.close()


@pytest.fixture(scope="module")
def signed_in(browser: Browser, portal: Server) -> Iterator[SignedIn]:
    """Who is signed in already, in the tests of a module: some modules have a server of their own."""
    found = SignedIn(browser, portal)
    yield found
    found.close()


@pytest.fixture
def sign_in(signed_in: SignedIn) -> Iterator[SignIn]:
    """``sign_in("advisor", "/students")`` opens a page of the portal as somebody; no error may reach its console."""
    heard: list[list[str]] = []

    def open_page(
        username: str, path: str = "/", *, size: str = "wide", theme: str = "light", expect_errors: bool = False
    ) -> Page:
        page, errors = signed_in.page(username, path, size=size, theme=theme)
        if not expect_errors:
            heard.append(errors)
        return page

    yield open_page
    signed_in.tidy()
    errors = [error for of_page in heard for error in of_page]
    assert not errors, "\n".join(errors)


def errors_of(page: Page) -> list[str]:
    """What reaches the page's console as an error, from now on."""
    errors: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(f"{message.location.get('url')}: {message.text}")

    page.on("console", hear)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors


def violations(page: Page) -> list[str]:
    """What axe finds wrong with the page as it stands, by WCAG 2.2 A and AA."""
    # The content security policy lets no script in that is put into the page as an element.
    page.evaluate(AXE.read_text(encoding="utf-8") + "; undefined")
    found = page.evaluate(
        "() => axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
    )
    return [
        f"{one['id']}: {one['help']}: {', '.join(str(node['target']) for node in one['nodes'][:3])}"
        for one in found["violations"]
    ]


def screenshot(page: Page, name: str) -> None:
    """Keep a picture where SCREENSHOTS says, to be looked at."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
