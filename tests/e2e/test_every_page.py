"""Every page, for every role that has it: something to read, no violation of WCAG, no error in the console."""

import pytest
from playwright.sync_api import Page, expect

from tests.api.server import Server
from tests.e2e.conftest import SIZES, SignIn, screenshot, violations

PAGES = ["/", "/students", "/galaxy", "/class", "/exams", "/follow-ups", "/account", "/admin/policy"]
OF_ADMINS = ["/admin/runs", "/admin/runs/1", "/admin/models", "/admin/users", "/admin/audit"]


def settled(page: Page) -> None:
    """Wait until what the page loads is there."""
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("username", "path"),
    [*(("advisor", path) for path in PAGES), *(("admin", path) for path in ["/", "/class", "/exams", *OF_ADMINS])],
)
def test_a_page_is_accessible(sign_in: SignIn, username: str, path: str, theme: str) -> None:
    page = sign_in(username, path, theme=theme)
    settled(page)
    screenshot(page, f"{username}{path.replace('/', '-')}-{theme}")
    assert violations(page) == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_wider_than_the_screen(sign_in: SignIn, path: str, size: str) -> None:
    page = sign_in("advisor", path, size=size)
    settled(page)
    screenshot(page, f"advisor{path.replace('/', '-')}-{size}")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_the_page_of_a_student_is_accessible(sign_in: SignIn, portal: Server) -> None:
    rows = portal.workspace.analysis.rows("SELECT student_id FROM weekly_flags ORDER BY class_id DESC, urgency DESC")
    page = sign_in("advisor", f"/students/{rows[0][0]}")
    settled(page)
    screenshot(page, "advisor-student")
    assert violations(page) == []


@pytest.mark.parametrize("path", OF_ADMINS)
def test_what_is_the_admins_says_so_to_an_advisor(sign_in: SignIn, path: str) -> None:
    page = sign_in("advisor", path, expect_errors=True)
    expect(page.get_by_text("This page is not for your role")).to_be_visible()


def test_an_address_that_does_not_exist_says_so(sign_in: SignIn) -> None:
    page = sign_in("advisor", "/nowhere")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
