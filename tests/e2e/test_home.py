"""The home page: whom to contact first, and what is done about it, as somebody does it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.api.server import Server
from tests.e2e.conftest import SignIn, screenshot, violations

CAPACITY = "This week I can meet"
NOTES = "Missed two weeks for a wedding at home."


def flags(portal: Server, username: str = "advisor", **query: Any) -> list[dict[str, Any]]:
    """What the API answers to the same user."""
    answer = portal.client(username).get("/api/flagged/", params={"page_size": 200, **query})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def contact_buttons(page: Page) -> Locator:
    """One a student of the lists that are open."""
    return page.get_by_role("button", name=re.compile("^Log a contact with"))


def row_of(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=name, exact=True))


def choose_more(page: Page, name: str, entry: str) -> None:
    """An entry of the student's menu."""
    page.get_by_role("button", name=f"More for {name}").click()
    page.get_by_role("menuitem", name=entry).click()


@pytest.fixture
def first(portal: Server) -> dict[str, Any]:
    """The colleague's first to be contacted who is no override: an override cannot be put off."""
    found = flags(portal, "colleague", list="contact")
    return next(one for one in found if not one["override"])


def test_the_list_is_in_order_and_says_why(sign_in: SignIn, portal: Server) -> None:
    expected = flags(portal, list="contact")
    page = sign_in("advisor")
    expect(contact_buttons(page)).to_have_count(len(expected))
    names = page.get_by_role("listitem").get_by_role("heading", level=3).all_inner_texts()
    assert names == [one["name"] for one in expected]
    for one in expected:
        row = row_of(page, one["name"])
        expect(row).to_contain_text(one["reasons"][0]["sentence"])
        expect(row).to_contain_text(one["level"].capitalize())


def test_the_capacity_cuts_the_list_at_once_and_is_kept(sign_in: SignIn, portal: Server) -> None:
    few, many = (len(flags(portal, "colleague", list="contact", capacity=number)) for number in (0, 1000))
    assert few < many
    page = sign_in("colleague")
    field = page.get_by_label(CAPACITY)
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        field.fill("1000")
        field.press("Tab")
    expect(contact_buttons(page)).to_have_count(many)
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        field.fill("0")
        field.press("Tab")
    expect(contact_buttons(page)).to_have_count(few)
    page.reload()
    expect(page.get_by_label(CAPACITY)).to_have_value("0")
    with page.expect_response(lambda answer: answer.request.method == "PATCH"):
        page.get_by_role("button", name="Reset to what the policy gives").click()
    assert portal.client("colleague").get("/api/me/").json()["capacity"] is None


def test_a_contact_is_logged_in_two_clicks(sign_in: SignIn, portal: Server) -> None:
    chosen = flags(portal, list="contact")[-1]
    page = sign_in("advisor")
    page.get_by_role("button", name=f"Log a contact with {chosen['name']}").click()
    dialog = page.get_by_role("dialog", name=f"Log a contact with {chosen['name']}")
    dialog.get_by_label("Notes").fill(NOTES)
    dialog.get_by_label("Outcome").fill("Will see the tutor.")
    dialog.get_by_role("button", name="In 1 week").click()
    assert violations(page) == []
    screenshot(page, "log-a-contact")
    dialog.get_by_role("button", name="Log contact").click()
    expect(page.get_by_text(f"Contact with {chosen['name']} logged")).to_be_visible()
    expect(dialog).to_have_count(0)
    found = portal.client("advisor").get("/api/interventions/", params={"student_id": chosen["student_id"]}).json()
    logged = found["results"][0]
    assert (logged["kind"], logged["notes"], logged["outcome"]) == ("conversation", NOTES, "Will see the tutor.")
    assert logged["follow_up_on"] is not None


def test_what_was_typed_stays_when_no_answer_comes(sign_in: SignIn, portal: Server) -> None:
    chosen = flags(portal, list="contact")[0]
    page = sign_in("advisor", expect_errors=True)
    page.get_by_role("button", name=f"Log a contact with {chosen['name']}").click()
    page.route("**/api/interventions/", lambda route: route.abort())
    page.get_by_label("Notes").fill(NOTES)
    page.get_by_role("button", name="Log contact").click()
    expect(page.get_by_role("alert").filter(has_text="The contact was not logged")).to_contain_text("No answer came")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Notes")).to_have_value(NOTES)
    page.unroute("**/api/interventions/")
    page.get_by_role("button", name="Log contact").click()
    expect(page.get_by_text(f"Contact with {chosen['name']} logged")).to_be_visible()


CATCH_MAIL = """() => {
  window.opened = []
  const click = HTMLAnchorElement.prototype.click
  HTMLAnchorElement.prototype.click = function () {
    if (this.href.startsWith('mailto:')) window.opened.push(this.href)
    else click.call(this)
  }
}"""


def test_a_mail_that_was_written_can_be_logged(sign_in: SignIn, portal: Server, first: dict[str, Any]) -> None:
    page = sign_in("colleague")
    page.evaluate(CATCH_MAIL)
    page.get_by_role("button", name=f"Write to {first['name']}").click()
    expect(page.get_by_role("dialog", name=f"Log a contact with {first['name']}")).to_contain_text(
        "Mail to the student"
    )
    person = portal.client("colleague").get(f"/api/students/{first['student_id']}/").json()["person"]
    assert page.evaluate("window.opened") == [f"mailto:{person['email']}"]


def test_a_student_is_put_off_with_a_reason_and_taken_back(
    sign_in: SignIn, portal: Server, first: dict[str, Any]
) -> None:
    page = sign_in("colleague")
    choose_more(page, first["name"], "Not this week")
    dialog = page.get_by_role("dialog", name=f"Not this week: {first['name']}")
    dialog.get_by_label("Reason").fill("Is on sick leave.")
    dialog.get_by_role("button", name="Put off").click()
    expect(page.get_by_text(f"{first['name']} is put off until")).to_be_visible()
    assert flags(portal, "colleague", student_id=first["student_id"])[0]["list"] == "in_progress"
    page.get_by_role("button", name=re.compile("^In progress")).click()
    expect(row_of(page, first["name"])).to_contain_text("Is on sick leave.")
    choose_more(page, first["name"], "Back to the list")
    expect(page.get_by_text(f"{first['name']} is back in the list")).to_be_visible()
    assert flags(portal, "colleague", student_id=first["student_id"])[0]["snooze"] is None


def test_it_can_be_said_that_a_flag_did_not_help(sign_in: SignIn, first: dict[str, Any]) -> None:
    page = sign_in("colleague")
    choose_more(page, first["name"], "This was not helpful")
    page.get_by_label("What was wrong (if you like)").fill("plays for the college")
    page.get_by_role("button", name="Say so").click()
    expect(row_of(page, first["name"])).to_contain_text("You said: not helpful, plays for the college")


def test_a_follow_up_that_is_due_is_done(sign_in: SignIn, portal: Server) -> None:
    client = portal.client("advisor")
    student = flags(portal)[0]
    before = (datetime.now(UTC) - timedelta(days=3)).date().isoformat()
    body = {"student_id": student["student_id"], "kind": "call", "outcome": "two library hours"}
    made = client.post("/api/interventions/", json={**body, "follow_up_on": before}).json()
    page = sign_in("advisor")
    item = page.get_by_role("listitem").filter(has_text="two library hours").filter(has_text="due 3 days ago")
    item.get_by_role("button", name=f"Done with {student['name']}").click()
    page.get_by_role("dialog").get_by_label("Outcome").fill("Is back in class.")
    page.get_by_role("button", name="Mark as done").click()
    expect(page.get_by_text(f"Follow-up with {student['name']} is done")).to_be_visible()
    expect(item).to_have_count(0)
    now = client.get(f"/api/interventions/{made['id']}/").json()
    assert now["follow_up_done_at"] is not None
    assert now["outcome"] == "Is back in class."


def test_a_grace_week_says_what_it_means_and_leads_back(sign_in: SignIn) -> None:
    page = sign_in("advisor", "/?week=2")
    expect(page.get_by_text("Week 2 is one of the first weeks")).to_be_visible()
    page.get_by_role("button", name="Go to week 6").click()
    expect(page.get_by_text("Week 6 of 18")).to_be_visible()
    assert "week=" not in page.url


def test_on_a_phone_the_actions_are_in_one_menu(sign_in: SignIn, portal: Server) -> None:
    chosen = flags(portal, list="contact")[0]
    page = sign_in("advisor", size="phone")
    choose_more(page, chosen["name"], "Log a contact")
    expect(page.get_by_role("dialog", name=f"Log a contact with {chosen['name']}")).to_be_visible()
    screenshot(page, "log-a-contact-phone")
    assert violations(page) == []


def test_an_admin_sees_the_lists_of_all_classes_by_name(sign_in: SignIn, portal: Server) -> None:
    expected = flags(portal, "admin", list="contact")
    assert len({one["class_id"] for one in expected}) > 1
    page = sign_in("admin")
    for one in expected:
        expect(row_of(page, one["name"]).filter(has_text=one["class_name"]).first).to_be_visible()


def test_somebody_without_a_class_is_told_so(sign_in: SignIn) -> None:
    page = sign_in("nobody")
    expect(page.get_by_text("There is no week to show yet")).to_be_visible()


def test_the_lists_are_had_as_a_file(sign_in: SignIn, portal: Server) -> None:
    page = sign_in("advisor")
    with page.expect_download() as loading:
        page.get_by_role("button", name="CSV of all lists of the week").click()
    text = loading.value.path().read_text(encoding="utf-8")
    assert len(text.strip().splitlines()) == len(flags(portal)) + 1
