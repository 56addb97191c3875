"""The Student Galaxy."""

import re

from playwright.sync_api import Page, expect

from tests.api.server import Server
from tests.e2e.conftest import SignIn


def canvas_of(page: Page) -> object:
    expect(page.get_by_role("heading", level=1, name="Student Galaxy")).to_be_visible()
    canvas = page.get_by_role("application", name=re.compile("Students by effort and performance"))
    expect(canvas).to_be_visible()
    return canvas


def test_it_plays_the_weeks_from_the_first(sign_in: SignIn, portal: Server) -> None:
    last = portal.client("advisor").get("/api/me/").json()["classes"][0]["sem_week"]
    page = sign_in("advisor", "/galaxy")
    canvas_of(page)
    expect(page.get_by_text(f"Week {last}", exact=True).last).to_be_visible()
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_visible(timeout=30_000)
    assert page.get_by_role("slider", name="Week").get_attribute("aria-valuetext") == f"Week {last}"


def test_an_area_becomes_a_list_and_a_student_a_page(sign_in: SignIn) -> None:
    page = sign_in("advisor", "/galaxy")
    canvas_of(page)
    box = page.locator("canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 45, box["y"] + 15)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 15, box["y"] + box["height"] - 45, steps=6)
    page.mouse.up()
    table = page.get_by_role("region", name="Students in the area")
    expect(table.get_by_role("row").nth(1)).to_be_visible()
    name = table.get_by_role("row").nth(1).get_by_role("button").inner_text()
    table.get_by_role("button", name=name).click()
    expect(page.get_by_role("heading", level=1, name=name)).to_be_visible()


def test_arrow_keys_go_from_the_most_urgent_and_enter_opens(sign_in: SignIn) -> None:
    page = sign_in("advisor", "/galaxy")
    canvas_of(page)
    page.locator("canvas").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text(re.compile(", effort .*, performance "))).to_be_visible()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/students/"))


def test_the_table_has_every_student_who_has_a_place(sign_in: SignIn, portal: Server) -> None:
    students = portal.client("advisor").get("/api/galaxy/?page_size=200").json()
    page = sign_in("advisor", "/galaxy")
    canvas_of(page)
    page.get_by_role("button", name="Table").click()
    rows = page.get_by_role("region", name="Effort and performance, by week").get_by_role("row")
    assert rows.count() == 1 + min(25, students["count"])


def test_whoever_has_no_class_is_told_so(sign_in: SignIn) -> None:
    page = sign_in("nobody", "/galaxy")
    expect(page.get_by_text("There is nobody to show yet")).to_be_visible()
    expect(page.get_by_text("No class is assigned to you")).to_be_visible()
