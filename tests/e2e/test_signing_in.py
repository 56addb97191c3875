"""Signing in and out, sessions that end, tabs, and the content security policy."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.server import PASSWORD, Server
from tests.e2e.conftest import SignIn, fill_in, open_signed_in, open_signed_out, violations

END_SESSIONS = f"""
from edumetrics.accounts.models import User
user = User.objects.get(username="{{username}}")
# A password set anew, also the same one, makes every token of before worthless.
user.set_password("{PASSWORD}")
user.save()
"""


@pytest.fixture
def signed_out(browser: Browser, portal: Server) -> Iterator[Page]:
    """A browser at the sign-in."""
    page = open_signed_out(browser, portal)
    yield page
    page.context.close()


@pytest.fixture
def admin(browser: Browser, portal: Server) -> Iterator[Page]:
    """The admin's browser, at the users."""
    page = open_signed_in(browser, portal, "admin", "/admin/users")
    yield page
    page.context.close()


def test_a_wrong_password_is_told_and_the_name_stays(signed_out: Page) -> None:
    assert violations(signed_out) == []
    signed_out.get_by_label("User name").fill("colleague")
    signed_out.get_by_label("Password", exact=True).fill("wrong")
    signed_out.get_by_role("button", name="Sign in").click()
    expect(signed_out.get_by_role("alert")).to_contain_text("the password is another one")
    expect(signed_out.get_by_label("User name")).to_have_value("colleague")
    fill_in(signed_out, "colleague")


def test_the_session_and_the_page_outlive_a_reload(sign_in: SignIn) -> None:
    page = sign_in("coordinator", "/admin/policy")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("The policy in force")
    assert "/admin/policy" in page.url


def test_nothing_of_the_session_is_where_scripts_could_read_it_later(sign_in: SignIn) -> None:
    page = sign_in("coordinator")
    assert page.evaluate("Object.keys(localStorage).concat(Object.keys(sessionStorage)).join()").find("token") == -1
    assert "refresh" not in page.evaluate("document.cookie")


def test_after_signing_out_a_reload_shows_nothing(admin: Page) -> None:
    admin.get_by_role("button", name="Your account: Admin").click()
    admin.get_by_role("menuitem", name="Sign out").click()
    expect(admin.get_by_label("User name")).to_be_visible()
    admin.reload()
    expect(admin.get_by_label("User name")).to_be_visible()
    expect(admin.get_by_role("heading", name="Users")).to_be_hidden()


def test_what_was_typed_outlives_the_session(admin: Page, portal: Server) -> None:
    admin.get_by_role("button", name="Add a user").click()
    admin.get_by_label("User name").fill("typed.before")
    admin.get_by_label("Name", exact=True).fill("Typed Before")
    admin.context.clear_cookies(name="edumetrics_refresh")
    portal.workspace.python(END_SESSIONS.format(username="admin")).well()
    admin.get_by_role("button", name="Add and invite").click()
    dialog = admin.get_by_role("dialog", name="Please sign in again")
    expect(dialog).to_be_visible()
    dialog.get_by_label("User name").fill("admin")
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    expect(admin.get_by_role("textbox", name="Link for typed.before")).to_be_visible()
    admin.get_by_role("button", name="I have handed it on").click()
    expect(admin.get_by_role("row", name="typed.before")).to_contain_text("Typed Before")


def test_a_second_tab_is_signed_in_and_signed_out_with_the_first(admin: Page, portal: Server) -> None:
    second = admin.context.new_page()
    second.goto(f"{portal.url}/admin/audit")
    expect(second.get_by_role("heading", level=1)).to_have_text("Audit log")
    # The first goes on with the token that the second has renewed.
    admin.get_by_role("textbox", name="Search", exact=True).fill("coord")
    expect(admin.get_by_role("row", name="coordinator")).to_be_visible()
    second.get_by_role("button", name="Your account: Admin").click()
    second.get_by_role("menuitem", name="Sign out").click()
    dialog = admin.get_by_role("dialog", name="Please sign in again")
    expect(dialog).to_be_visible()
    assert violations(admin) == []


def test_the_content_security_policy_is_there_and_nothing_offends_it(browser: Browser, portal: Server) -> None:
    page = open_signed_out(browser, portal)
    try:
        page.add_init_script(
            "addEventListener('securitypolicyviolation', (event) => (window.offences ??= []).push(event.violatedDirective))"
        )
        answer = page.goto(portal.url)
        assert answer is not None
        rules = answer.headers["content-security-policy"]
        assert "default-src 'self'" in rules or "script-src 'self'" in rules
        assert "unsafe-eval" not in rules
        assert "'unsafe-inline'" not in rules.partition("style-src")[0]
        fill_in(page, "advisor")
        for path in ("/", "/students", "/galaxy", "/class", "/exams", "/follow-ups", "/account", "/admin/policy"):
            page.goto(f"{portal.url}{path}")
            expect(page.get_by_role("navigation", name="Main")).to_be_visible()
            page.wait_for_load_state("networkidle")
            assert page.evaluate("window.offences ?? []") == [], path
    finally:
        page.context.close()
