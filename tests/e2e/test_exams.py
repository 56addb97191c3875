"""The exams page: with predictions, a look back and a ledger, and without any trained model."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.api.predictions import PREDICTIONS
from tests.api.server import CAST, Server
from tests.conftest import STANDARD, Templates
from tests.e2e.conftest import PORTAL, SignIn, missing, violations


@pytest.fixture(scope="module", params=["with models", "without"])
def portal(
    request: pytest.FixtureRequest, templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The portal on a demo college with predictions, or without."""
    if not (PORTAL / "dist" / "index.html").is_file():
        missing("the portal is not built: make portal")
    workspace = templates.calibrated(("sqlite", "sqlite"), STANDARD).copy(tmp_path_factory.mktemp("exams"))
    workspace.python(CAST).well()
    if request.param == "with models":
        workspace.python(PREDICTIONS).well()
    server = Server(workspace)
    server.start()
    yield server
    server.stop()
    workspace.drop()


def predicted(server: Server) -> bool:
    return bool(server.client("admin").get("/api/models/").json()["count"])


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("exam", ["midterm", "endterm", "subject"])
def test_before_an_exam(sign_in: SignIn, portal: Server, exam: str, theme: str) -> None:
    page = sign_in("advisor", f"/exams?exam={exam}", theme=theme)
    if predicted(portal):
        expect(page.get_by_text("-0123456789ab").first).to_be_visible()
        address = {"midterm": "pre-midterm", "endterm": "pre-endterm", "subject": "risk-of-failing"}[exam]
        rows = portal.client("advisor").get(f"/api/{address}/?page_size=50").json()["results"]
        expect(page.get_by_role("row")).to_have_count(1 + len(rows))
        expect(page.get_by_role("link", name=rows[0]["name"]).first).to_be_visible()
    elif exam == "midterm":
        # Week 6 is one in which the midterm is predicted, without a model by the stated rule of thumb.
        expect(page.get_by_text("by a rule of thumb, for there is no trained model")).to_be_visible()
    else:
        expect(page.get_by_text("No trained model yet")).to_be_visible()
        expect(page.get_by_text("a semester that is over")).to_be_visible()
    assert violations(page) == []


def test_after_an_exam_and_the_tab_stands_in_the_address(sign_in: SignIn, portal: Server) -> None:
    page = sign_in("advisor", "/exams")
    page.get_by_role("tab", name="After").click()
    assert "tab=after" in page.url
    page.reload()
    expect(page.get_by_role("tab", name="After")).to_have_attribute("aria-selected", "true")
    if not predicted(portal):
        expect(page.get_by_text("No exam has been looked back on yet")).to_be_visible()
        return
    found = portal.client("advisor").get("/api/post-exam/?page_size=50").json()
    expect(page.get_by_text(found["exams"][0]["sentence"])).to_be_visible()
    page.get_by_role("combobox", name="Who").click()
    page.get_by_role("option", name="Worse than predicted").click()
    under = [row for row in found["results"] if row["verdict"] == "under"]
    expect(page.get_by_role("row")).to_have_count(1 + len(under))


def test_the_coming_semester_and_the_ledger_in_words(sign_in: SignIn, portal: Server) -> None:
    page = sign_in("advisor", "/exams?tab=watchlist")
    expect(page.get_by_role("tab", name="Coming semester")).to_have_attribute("aria-selected", "true")
    if not predicted(portal):
        expect(page.get_by_text("No trained model yet")).to_be_visible()
    else:
        expect(page.get_by_text("Watchlist for the coming semester").first).to_be_visible()
    page.get_by_role("tab", name="Were we right?").click()
    ledger = portal.client("advisor").get("/api/ledger/?kind=any").json()
    sentence = ledger["results"][0]["sentence"] if ledger["count"] else ledger["reason"]
    expect(page.get_by_text(sentence)).to_be_visible()
    assert violations(page) == []
