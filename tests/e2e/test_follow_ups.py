"""The page of follow-ups: due, done, put right, and every contact so far."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.api.server import Server
from tests.e2e.conftest import SignIn, screenshot, violations


def day(days: int) -> str:
    """Days from now."""
    return (datetime.now(UTC) + timedelta(days=days)).date().isoformat()


@pytest.fixture
def contacts(portal: Server, request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    """The colleague's: a follow-up two days ago, one in two weeks, and none; each outcome is of one test only."""
    client = portal.client("colleague")
    students = client.get("/api/students/", params={"page_size": 3}).json()["results"]
    made = []
    for student, days in zip(students, (-2, 14, None), strict=True):
        said = {"kind": "call", "outcome": f"{request.node.name} {days}"}
        on = None if days is None else day(days)
        body = {"student_id": student["student_id"], **said, "follow_up_on": on}
        answer = client.post("/api/interventions/", json=body)
        assert answer.status_code == 201, answer.text
        made.append(answer.json())
    return made


def row(page: Page, outcome: str) -> Locator:
    return page.get_by_role("row").filter(has_text=outcome)


def test_a_follow_up_is_done_and_opened_again(sign_in: SignIn, contacts: list[dict[str, Any]]) -> None:
    due, upcoming, _ = contacts
    page = sign_in("colleague", "/follow-ups")
    expect(row(page, due["outcome"])).to_be_visible()
    expect(row(page, upcoming["outcome"])).to_have_count(0)
    assert violations(page) == []
    row(page, due["outcome"]).get_by_role("button", name="Done with").click()
    page.get_by_role("dialog").get_by_label("Outcome").fill("They are back in class.")
    page.get_by_role("button", name="Mark as done").click()
    expect(row(page, due["outcome"])).to_have_count(0)
    page.get_by_role("tab", name="Done").click()
    row(page, "They are back in class.").get_by_role("button", name="Open again with").click()
    page.get_by_role("tab", name="Due").click()
    expect(row(page, "They are back in class.")).to_be_visible()


def test_the_tab_stands_in_the_address(sign_in: SignIn, contacts: list[dict[str, Any]]) -> None:
    page = sign_in("colleague", "/follow-ups")
    page.get_by_role("tab", name="Upcoming").click()
    expect(row(page, contacts[1]["outcome"])).to_be_visible()
    page.reload()
    expect(row(page, contacts[1]["outcome"])).to_be_visible()


def test_a_contact_is_put_right_and_its_history_kept(sign_in: SignIn, contacts: list[dict[str, Any]]) -> None:
    plain = contacts[2]
    page = sign_in("colleague", "/follow-ups?show=all")
    row(page, plain["outcome"]).get_by_role("button", name="Put right the contact with").click()
    dialog = page.get_by_role("dialog", name="Contact with")
    dialog.get_by_label("Outcome").fill("It was another day.")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_have_count(0)
    row(page, "It was another day.").get_by_role("button", name="Put right the contact with").click()
    dialog.get_by_role("button", name="What it said before").click()
    expect(dialog.get_by_text(f"Outcome: {plain['outcome']}")).to_be_visible()
    screenshot(page, "amend-contact")
    assert violations(page) == []


def test_the_history_is_filtered_by_kind(sign_in: SignIn, contacts: list[dict[str, Any]]) -> None:
    page = sign_in("colleague", "/follow-ups?show=all")
    expect(row(page, contacts[0]["outcome"])).to_be_visible()
    page.get_by_role("combobox", name="Kind").click()
    page.get_by_role("option", name="Referral").click()
    expect(page.get_by_text("No contact is logged that this list asks for.")).to_be_visible()


def test_the_contacts_are_had_as_a_file(sign_in: SignIn, contacts: list[dict[str, Any]]) -> None:
    page = sign_in("colleague", "/follow-ups?show=all")
    with page.expect_download() as loading:
        page.get_by_role("button", name="CSV of contacts").click()
    assert contacts[2]["outcome"] in loading.value.path().read_text(encoding="utf-8")
