"""The list of students: found, filtered, sorted, page by page."""

from typing import Any

from playwright.sync_api import expect

from tests.api.server import Server
from tests.e2e.conftest import SignIn


def students(portal: Server, **query: Any) -> dict[str, Any]:
    """What the API answers to the same user."""
    answer = portal.client("advisor").get("/api/students/", params={"page_size": 50, **query})
    found: dict[str, Any] = answer.json()
    return found


def test_a_student_is_found_by_name_and_the_address_keeps_it(sign_in: SignIn, portal: Server) -> None:
    chosen = students(portal)["results"][3]
    page = sign_in("advisor", "/students")
    page.get_by_role("searchbox", name="Name or roll number").fill(chosen["name"])
    expect(page.get_by_role("rowheader")).to_have_count(students(portal, search=chosen["name"])["count"])
    page.reload()
    expect(page.get_by_role("searchbox", name="Name or roll number")).to_have_value(chosen["name"])
    page.get_by_role("link", name=chosen["name"], exact=True).first.click()
    page.wait_for_url(f"**/students/{chosen['student_id']}*")


def test_the_list_is_filtered_by_level(sign_in: SignIn, portal: Server) -> None:
    expected = students(portal, level="high")["results"]
    page = sign_in("advisor", "/students")
    page.get_by_role("combobox", name="Level").click()
    page.get_by_role("option", name="High").click()
    expect(page.get_by_role("rowheader")).to_have_text([one["name"] for one in expected])
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_role("rowheader")).to_have_count(len(students(portal)["results"]))


def test_the_list_is_sorted_by_its_heads_and_read_page_by_page(sign_in: SignIn, portal: Server) -> None:
    page = sign_in("advisor", "/students")
    page.get_by_role("button", name="Roll no.").click()
    first = students(portal, ordering="roll_number")
    expect(page.get_by_role("rowheader").first).to_have_text(first["results"][0]["name"])
    assert first["count"] > 50
    page.get_by_role("button", name="Next").click()
    second = students(portal, ordering="roll_number", page=2)["results"]
    expect(page.get_by_role("rowheader").first).to_have_text(second[0]["name"])
    page.reload()
    expect(page.get_by_role("rowheader").first).to_have_text(second[0]["name"])


def test_nobody_found_says_so(sign_in: SignIn) -> None:
    page = sign_in("advisor", "/students?search=zzzzz")
    expect(page.get_by_text("No student of yours fits.")).to_be_visible()


def test_the_students_are_had_as_a_file(sign_in: SignIn, portal: Server) -> None:
    page = sign_in("advisor", "/students")
    with page.expect_download() as loading:
        page.get_by_role("button", name="CSV of students").click()
    lines = loading.value.path().read_text(encoding="utf-8").strip().splitlines()
    assert len(lines) == students(portal)["count"] + 1
