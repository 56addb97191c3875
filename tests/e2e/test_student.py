"""The story of a student."""

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.api.server import Server
from tests.e2e.conftest import SIZES, SignIn, screenshot, violations


@pytest.fixture
def contact_list(portal: Server) -> list[dict[str, str]]:
    """The first class's list of this week, in order."""
    answer = portal.client("advisor").get("/api/flagged/?list=contact&page_size=200")
    rows: list[dict[str, str]] = answer.raise_for_status().json()["results"]
    return rows


def story_of(portal: Server, student_id: str) -> dict[str, object]:
    client: httpx.Client = portal.client("advisor")
    story: dict[str, object] = client.get(f"/api/students/{student_id}/").raise_for_status().json()
    return story


def opened(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_says_why_what_clears_it_and_adds_up(
    sign_in: SignIn, contact_list: list[dict[str, object]], theme: str
) -> None:
    flag = contact_list[0]
    page = sign_in("advisor", f"/students/{flag['student_id']}", theme=theme)
    opened(page, str(flag["name"]))
    expect(page).to_have_title(f"{flag['name']} · EduMetrics")
    reasons = flag["reasons"]
    assert isinstance(reasons, list)
    for reason in reasons:
        expect(page.get_by_text(reason["sentence"]).first).to_be_visible()
        expect(page.get_by_text(reason["clears_when"]).first).to_be_visible()
    expect(page.get_by_text(f"{flag['risk_score']:.1f}").first).to_be_visible()
    for title in ("The weeks", "Work due and missed", "Contacts", "Flags by week", "Attendance left", "What is likely"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    assert violations(page) == []
    page.get_by_role("figure").first.get_by_role("button", name="Table").click()
    expect(page.get_by_role("region", name=re.compile("Effort, performance and attendance"))).to_be_visible()
    assert violations(page) == []


def test_keys_go_through_the_list_and_not_while_typing(sign_in: SignIn, contact_list: list[dict[str, str]]) -> None:
    first, second = contact_list[:2]
    page = sign_in("advisor", f"/students/{first['student_id']}")
    opened(page, first["name"])
    page.keyboard.press("j")
    opened(page, second["name"])
    page.keyboard.press("ArrowLeft")
    opened(page, first["name"])
    page.get_by_role("combobox", name=re.compile("Search")).first.press_sequentially("jj")
    page.keyboard.press("Escape")
    opened(page, first["name"])


def test_a_contact_is_logged_and_stands_in_the_timeline(sign_in: SignIn, contact_list: list[dict[str, str]]) -> None:
    student = contact_list[-1]
    page = sign_in("advisor", f"/students/{student['student_id']}")
    opened(page, student["name"])
    page.get_by_role("button", name="Add a contact").click()
    # The word that it was done, at the corner, is a dialog to the browser too.
    dialog = page.get_by_role("dialog", name=re.compile("Log a contact"))
    dialog.get_by_label("Notes").fill("Agreed to two library hours a week")
    dialog.get_by_role("button", name="Log contact").click()
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("listitem").filter(has_text="Agreed to two library hours a week")).to_be_visible()


def test_an_earlier_week_shows_the_flag_of_that_week_and_an_exam_week_what_it_means(
    sign_in: SignIn, portal: Server, contact_list: list[dict[str, str]]
) -> None:
    story = story_of(portal, contact_list[0]["student_id"])
    flags = story["flags"]
    assert isinstance(flags, list)
    earlier = flags[0]
    page = sign_in("advisor", f"/students/{contact_list[0]['student_id']}?week={earlier['sem_week']}")
    opened(page, contact_list[0]["name"])
    expect(page.get_by_text(f"in week {earlier['sem_week']}").first).to_be_visible()
    expect(page.get_by_text(earlier["reasons"][0]["sentence"]).first).to_be_visible()


def test_a_file_has_the_weeks_of_the_chart(sign_in: SignIn, portal: Server, contact_list: list[dict[str, str]]) -> None:
    student = contact_list[0]["student_id"]
    page = sign_in("advisor", f"/students/{student}")
    opened(page, contact_list[0]["name"])
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV of the weeks").click()
    weeks = story_of(portal, student)["weeks"]
    assert isinstance(weeks, list)
    assert len(download.value.path().read_text(encoding="utf-8-sig").splitlines()) == 1 + len(weeks)


def test_somebody_elses_student_does_not_exist(sign_in: SignIn, portal: Server) -> None:
    theirs = portal.client("colleague").get("/api/students/?page_size=1").json()["results"][0]["student_id"]
    page = sign_in("advisor", f"/students/{theirs}", expect_errors=True)
    expect(page.get_by_text("There is nothing here that you can see")).to_be_visible()


def test_who_left_is_said_to_have_left(sign_in: SignIn, portal: Server) -> None:
    rows = portal.client("advisor").get("/api/students/?page_size=200").json()["results"]
    gone = [row for row in rows if row["left_on"] is not None]
    if not gone:
        pytest.skip("nobody has left the first class of this demo college")
    page = sign_in("advisor", f"/students/{gone[0]['student_id']}")
    opened(page, gone[0]["name"])
    expect(page.get_by_text("Left the college on")).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
def test_it_fits_every_screen(sign_in: SignIn, contact_list: list[dict[str, str]], size: str) -> None:
    page = sign_in("advisor", f"/students/{contact_list[0]['student_id']}", size=size)
    opened(page, contact_list[0]["name"])
    screenshot(page, f"student-{size}")
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
