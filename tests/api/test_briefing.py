"""/api/classes/<class_id>/briefing/: whose it is, what is in it, and that it is a PDF that can be read aloud."""

import httpx
import pytest

from tests.api.server import Server, problem

PDF = {"Accept": "application/pdf"}


@pytest.fixture(scope="session")
def classes(server: Server) -> tuple[str, str]:
    """That of ``advisor`` and ``coordinator``, and that of ``colleague``."""
    rows = server.workspace.analysis.rows("SELECT class_id FROM roster_class ORDER BY class_id DESC")
    return str(rows[0][0]), str(rows[1][0])


def address(class_id: str, query: str = "") -> str:
    return f"/api/classes/{class_id}/briefing/{query}"


def test_only_who_may_see_the_class_may_have_its_briefing(server: Server, classes: tuple[str, str]) -> None:
    own, other = classes
    may = {
        "advisor": (200, 404),
        "coordinator": (200, 404),
        "colleague": (404, 200),
        "nobody": (404, 404),
        "admin": (200, 200),
    }
    for role, statuses in may.items():
        client = server.client(role)
        for class_id, status in zip((own, other), statuses, strict=True):
            answer = client.get(address(class_id), headers=PDF)
            assert answer.status_code == status, f"{role} {class_id}: {answer.text[:300]}"
    foreign, absent = (problem(server.client("advisor").get(address(one)), 404) for one in (other, "no-such-class"))
    assert foreign == absent


def test_it_is_a_file_of_a_tagged_pdf(advisor: httpx.Client, classes: tuple[str, str]) -> None:
    answer = advisor.get(address(classes[0]), headers=PDF)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == f'attachment; filename="briefing-{classes[0]}-week-6.pdf"'
    assert answer.content.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in answer.content
    assert b"pdfuaid" in answer.content
    assert answer.content == advisor.get(address(classes[0])).content


def test_an_earlier_week_can_be_had_and_one_that_is_not_published_not(
    advisor: httpx.Client, classes: tuple[str, str]
) -> None:
    assert "week-4.pdf" in advisor.get(address(classes[0], "?week=4")).headers["Content-Disposition"]
    assert problem(advisor.get(address(classes[0], "?week=7")), 404)["detail"]
    assert problem(advisor.get(address(classes[0], "?academic_year=1999")), 404)["detail"]
    assert set(problem(advisor.get(address(classes[0], "?week=99&page=1")), 400)["errors"]) == {"week", "page"}
    problem(advisor.get(address(classes[0]), headers={"Accept": "text/csv"}), 406)


def test_the_audit_log_says_who_had_it(server: Server, advisor: httpx.Client, classes: tuple[str, str]) -> None:
    count = "SELECT count(*) FROM audit_log WHERE what = 'export' AND whom = 'briefing' AND who = 'advisor'"
    before = server.workspace.analysis.rows(count)[0][0]
    advisor.get(address(classes[0])).raise_for_status()
    assert server.workspace.analysis.rows(count)[0][0] == before + 1
