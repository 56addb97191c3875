"""A class in a week, and the weekly briefing."""

from pathlib import Path

from playwright.sync_api import expect

from tests.api.server import Server
from tests.e2e.conftest import SignIn, violations


def test_it_says_how_the_class_does_and_who_is_short(sign_in: SignIn, portal: Server) -> None:
    client = portal.client("advisor")
    short = client.get("/api/attendance-shortfall/?page_size=200").json()["results"]
    flags = client.get("/api/flagged/?list=contact&page_size=200").json()["results"]
    page = sign_in("advisor", "/class")
    for title in ("Levels and movement", "Contact first", "The weeks", "Short of attendance", "Subjects by difficulty"):
        expect(page.get_by_role("heading", name=title)).to_be_visible()
    people = page.get_by_role("region", name="Who is short of attendance")
    expect(people.get_by_role("row")).to_have_count(1 + len(short))
    first = page.get_by_role("region", name="Whom to contact first")
    expect(first.get_by_role("row")).to_have_count(1 + len(flags))
    first.get_by_role("link", name=flags[0]["name"]).click()
    expect(page.get_by_role("heading", level=1, name=flags[0]["name"])).to_be_visible()


def test_two_classes_stand_beside_each_other_and_the_address_says_which(sign_in: SignIn, portal: Server) -> None:
    one, other = portal.client("admin").get("/api/me/").json()["classes"][:2]
    page = sign_in("admin", f"/class?class_id={one['class_id']}")
    page.get_by_role("combobox", name="Compare with").click()
    page.get_by_role("option", name=f"Compare with {other['name']}").click()
    expect(page.get_by_role("heading", name=f"Beside {other['name']}")).to_be_visible()
    assert f"with={other['class_id']}" in page.url
    page.reload()
    expect(page.get_by_role("heading", name=f"Beside {other['name']}")).to_be_visible()
    assert violations(page) == []


def test_a_class_to_compare_with_that_is_not_to_be_seen_is_named(sign_in: SignIn) -> None:
    page = sign_in("advisor", "/class?with=NO-SUCH")
    expect(page.get_by_text("There is no other class NO-SUCH to compare with")).to_be_visible()
    expect(page.get_by_role("heading", name="Levels and movement")).to_be_visible()


def test_the_page_prints_in_light_and_goes_back_after(sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("advisor", "/class", theme="dark")
    expect(page.get_by_role("heading", name="Subjects by difficulty")).to_be_visible()
    page.evaluate(
        """() => {
            window.printed = new Promise((done) => { window.print = () => done(document.documentElement.dataset.theme) })
        }"""
    )
    page.get_by_role("button", name="Print this page").click()
    assert page.evaluate("() => window.printed") == "light"
    pdf = page.pdf(path=tmp_path / "briefing.pdf", format="A4")
    assert pdf.startswith(b"%PDF")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("'paper' in document.documentElement.dataset") is False


def test_the_weekly_briefing_is_had_as_a_pdf(sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("advisor", "/class?week=5")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Weekly briefing, PDF").click()
    assert saved.value.suggested_filename.endswith("-week-5.pdf")
    saved.value.save_as(tmp_path / "briefing.pdf")
    assert (tmp_path / "briefing.pdf").read_bytes().startswith(b"%PDF-")


def test_an_exam_week_says_what_it_means(sign_in: SignIn, portal: Server) -> None:
    rows = portal.client("advisor").get("/api/class-performance/?page_size=200").json()["results"]
    special = next(row for row in rows if row["kind"] != "teaching")
    page = sign_in("advisor", f"/class?week={special['week_status']['sem_week']}")
    words = {"grace": "one of the first weeks", "holiday": "is a holiday"}.get(special["kind"], "is an exam week")
    expect(page.get_by_text(words)).to_be_visible()


def test_whoever_has_no_class_is_told_so(sign_in: SignIn) -> None:
    page = sign_in("nobody", "/class")
    expect(page.get_by_text("No class is assigned to you")).to_be_visible()
