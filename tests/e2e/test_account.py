"""The account: password, settings, one-time links, and the password that was forgotten."""

from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect

from tests.api.server import PASSWORD, Server
from tests.e2e.conftest import SignIn, violations

NEW = "another long sentence 4"


def add_user(portal: Server, username: str) -> None:
    script = (
        "from edumetrics.accounts.models import Role, User\n"
        f"User.objects.create_user({username!r}, {PASSWORD!r}, role=Role.ADVISOR, name='Somebody', email='')"
    )
    portal.workspace.python(script).well()


def link_for(portal: Server, username: str) -> str:
    """The address of a one-time link, as an invitation prints it."""
    script = (
        "from edumetrics.accounts import links\nfrom edumetrics.accounts.models import User\n"
        f"print(links.link_for(User.objects.get(username={username!r})).url)"
    )
    parts = urlsplit(portal.workspace.python(script).well().out.strip())
    return f"{portal.url}{parts.path}#{parts.fragment}"


def fill_new(page: Page, password: str, again: str | None = None) -> None:
    page.get_by_label("New password", exact=True).fill(password)
    page.get_by_label("New password again").fill(password if again is None else again)


def test_a_password_is_changed_without_leaving(sign_in: SignIn, portal: Server) -> None:
    add_user(portal, "changer")
    page = sign_in("changer", "/account", expect_errors=True)
    page.get_by_label("Present password").fill("wrong wrong wrong 1")
    fill_new(page, NEW)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("It is another one.")).to_be_visible()
    page.get_by_label("Present password").fill(PASSWORD)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Your password is changed")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Account", level=1)).to_be_visible()
    assert portal.client("changer", NEW).get("/api/me/").status_code == 200


def test_two_passwords_that_differ_are_not_sent(sign_in: SignIn, portal: Server) -> None:
    page = sign_in("nobody", "/account")
    page.get_by_label("Present password").fill(PASSWORD)
    fill_new(page, NEW, "something else 99")
    expect(page.get_by_text("It differs from the one above.")).to_be_visible()
    page.get_by_role("button", name="Change password").click()
    assert portal.client("nobody", PASSWORD).get("/api/me/").status_code == 200


def test_single_keys_are_no_shortcuts_once_they_are_switched_off(sign_in: SignIn) -> None:
    page = sign_in("advisor", "/account")
    search = page.get_by_role("combobox", name="Search a student")
    page.keyboard.press("/")
    expect(search).to_be_focused()
    page.get_by_role("checkbox", name="Single keys are shortcuts").click()
    page.get_by_role("heading", name="Keyboard").click()
    page.keyboard.press("/")
    expect(search).not_to_be_focused()
    page.reload()
    expect(page.get_by_role("checkbox", name="Single keys are shortcuts")).not_to_be_checked()
    page.goto(page.url.replace("/account", "/"))
    page.get_by_role("link").filter(has=page.locator(":scope[href*='/students/']")).first.click()
    heading = page.get_by_role("heading", level=1)
    expect(page.get_by_role("navigation", name="Students of the list")).to_be_visible()
    name = heading.inner_text()
    page.keyboard.press("j")
    page.keyboard.press("ArrowRight")
    expect(heading).not_to_have_text(name)
    following = page.get_by_role("navigation", name="Students of the list").get_by_role("link", name="Previous")
    expect(following).to_contain_text(name)


def test_settings_are_kept(sign_in: SignIn) -> None:
    page = sign_in("coordinator", "/account")
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.get_by_role("checkbox", name="My follow-ups").click()
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.get_by_label("This week I can meet").fill("5")
        page.get_by_label("This week I can meet").press("Tab")
    page.reload()
    expect(page.get_by_role("checkbox", name="My follow-ups")).to_be_checked()
    expect(page.get_by_label("This week I can meet")).to_have_value("5")
    assert violations(page) == []


def test_a_stranger_sets_a_password_by_a_link_that_works_once(browser: Browser, portal: Server) -> None:
    add_user(portal, "invited")
    link = link_for(portal, "invited")
    page = browser.new_page()
    page.goto(link)
    expect(page.get_by_role("heading", name="Set a password")).to_be_visible()
    assert violations(page) == []
    fill_new(page, "1234567890")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("entirely numeric")).to_be_visible()
    fill_new(page, NEW)
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("Your password is set")).to_be_visible()
    page.get_by_role("button", name="Go to the sign-in").click()
    page.get_by_label("User name").fill("invited")
    page.get_by_label("Password", exact=True).fill(NEW)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="This week")).to_be_visible()
    page.goto("about:blank")
    page.goto(link)
    fill_new(page, NEW + "5")
    page.get_by_role("button", name="Set password").click()
    expect(page.get_by_text("This link does not work")).to_be_visible()
    page.close()


def test_a_link_that_is_not_whole_says_what_to_do(browser: Browser, portal: Server) -> None:
    page = browser.new_page()
    page.goto(f"{portal.url}/set-password#uid=MQ")
    expect(page.get_by_text("This link does not work")).to_be_visible()
    expect(page.get_by_role("button", name="Ask for a link")).to_be_visible()
    page.close()


def test_who_forgot_the_password_asks_for_a_link(browser: Browser, portal: Server) -> None:
    page = browser.new_page()
    page.goto(portal.url)
    page.get_by_role("button", name="Forgot your password?").click()
    page.get_by_label("User name").fill("advisor")
    page.get_by_role("button", name="Ask for a link").click()
    expect(page.get_by_role("alert")).to_contain_text("a link is on its way")
    assert violations(page) == []
    page.get_by_role("button", name="Back to the sign-in").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    page.close()
