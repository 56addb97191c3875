"""/api/interventions/: contacts are logged, amended with their history, and followed up."""

import json
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from tests.api.server import Server, problem

YESTERDAY = str(date.today() - timedelta(days=1))
NEXT_MONTH = str(date.today() + timedelta(days=30))


@pytest.fixture
def running(own_server: Server) -> Server:
    return own_server


def a_student(server: Server, username: str = "advisor", place: int = 0) -> str:
    """The id of a student of the user's class."""
    found = server.workspace.analysis.rows(
        "SELECT s.student_id FROM roster_student s JOIN account_class c ON c.class_id = s.class_id "
        f"JOIN account a ON a.id = c.user_id WHERE a.username = '{username}' ORDER BY s.student_id"
    )
    return str(found[place][0])


def log(client: httpx.Client, student_id: str, **values: Any) -> httpx.Response:
    return client.post("/api/interventions/", json={"student_id": student_id, "kind": "call", **values})


def audited(server: Server, what: str) -> list[dict[str, Any]]:
    rows = server.workspace.analysis.table("audit_log").to_dicts()
    return [row for row in rows if row["what"] == what]


def test_a_contact_is_logged_amended_and_followed_up(running: Server) -> None:
    advisor = running.client("advisor")
    student = a_student(running)
    logged = log(advisor, student, notes="Mother is ill.", follow_up_on=YESTERDAY)
    assert logged.status_code == 201, logged.text
    one = logged.json()
    assert (one["advisor"], one["follow_up_by"], one["due"], one["amended_at"]) == ("advisor", "advisor", True, None)
    assert one["week_status"]["sem_week"] == 6
    assert one["week_status"]["computed_at"] is not None
    assert one["student_name"]
    assert advisor.get("/api/me/").json()["follow_ups_due"] == 1

    address = f"/api/interventions/{one['id']}/"
    assert [row["id"] for row in advisor.get("/api/interventions/?due=true").json()["results"]] == [one["id"]]
    amended = advisor.patch(address, json={"notes": "Father is ill.", "kind": "conversation"}).json()
    assert (amended["notes"], amended["kind"], amended["follow_up_on"]) == ("Father is ill.", "conversation", YESTERDAY)
    done = running.client("coordinator").patch(address, json={"follow_up_done": True, "outcome": "Is back."}).json()
    assert done["follow_up_done_at"] is not None
    assert not done["due"]
    versions = [(one["notes"], one["kind"], one["outcome"], one["changed_by"]) for one in done["history"]]
    assert versions == [
        ("Mother is ill.", "call", "", "advisor"),
        ("Father is ill.", "conversation", "", "coordinator"),
    ]
    assert advisor.get("/api/interventions/?due=true").json()["count"] == 0
    assert advisor.get("/api/me/").json()["follow_ups_due"] == 0

    again = advisor.patch(address, json={"follow_up_done": False}).json()
    assert (again["follow_up_done_at"], again["due"]) == (None, True)
    assert len(again["history"]) == 3
    # Nothing new is no version.
    assert len(advisor.patch(address, json={"notes": "Father is ill."}).json()["history"]) == 3

    rows = audited(running, "amend_intervention")
    assert [row["who"] for row in rows] == ["advisor", "coordinator", "advisor"]
    everything = json.dumps(running.workspace.analysis.table("audit_log").to_dicts(), default=str)
    assert "ill" not in everything.replace("still", "")
    assert student not in everything


def test_a_logged_contact_puts_the_student_in_progress_next_week(running: Server) -> None:
    advisor = running.client("advisor")
    flags = running.workspace.analysis.table("weekly_flags")
    mine = flags.filter(flags["class_id"] == advisor.get("/api/classes/").json()["results"][0]["class_id"])
    students = mine.filter(mine["sem_week"] == 6, mine["list"] == "contact")["student_id"].to_list()
    for student in students:
        assert log(advisor, student).status_code == 201
    running.workspace.manage_all("demo_college --advance 1", "run_weekly")
    lists = running.workspace.analysis.table("weekly_flags").filter(sem_week=7)
    assert "in_progress" in lists.filter(lists["student_id"].is_in(students))["list"].to_list()


def test_foreign_contacts_do_not_exist(
    server: Server, advisor: httpx.Client, colleague: httpx.Client, nobody: httpx.Client, coordinator: httpx.Client
) -> None:
    foreign = a_student(server, "colleague")
    one = log(colleague, foreign, notes="secret").json()
    address = f"/api/interventions/{one['id']}/"
    for client in (advisor, nobody, coordinator):
        problem(log(client, foreign), 404)
        problem(client.get(address), 404)
        problem(client.patch(address, json={"notes": "mine now"}), 404)
        problem(client.get(f"/api/interventions/?student_id={foreign}"), 404)
        assert one["id"] not in [row["id"] for row in client.get("/api/interventions/").json()["results"]]
        assert "secret" not in client.get("/api/interventions/?format=csv").text
    problem(log(advisor, "NOBODY"), 404)
    assert colleague.get(address).json()["notes"] == "secret"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "shout"}, "kind"),
        ({"follow_up_on": "0001-01-01"}, "follow_up_on"),
        ({"follow_up_on": "soon"}, "follow_up_on"),
        ({"notes": "x" * 10_001}, "notes"),
        ({"notes": "nul \x00"}, "notes"),
        ({"advisor": "somebody else"}, "advisor"),
        ({"student_id": None}, "student_id"),
    ],
)
def test_what_is_wrong_in_a_contact_is_named(
    server: Server, advisor: httpx.Client, body: dict[str, Any], field: str
) -> None:
    before = advisor.get("/api/interventions/").json()["count"]
    answer = log(advisor, **{"student_id": a_student(server), **body})
    assert set(problem(answer, 400)["errors"]) == {field}
    assert advisor.get("/api/interventions/").json()["count"] == before


def test_a_follow_up_that_nobody_promised_cannot_be_done(running: Server) -> None:
    advisor = running.client("advisor")
    address = f"/api/interventions/{log(advisor, a_student(running)).json()['id']}/"
    assert "follow_up_done" in problem(advisor.patch(address, json={"follow_up_done": True}), 400)["errors"]
    done = advisor.patch(address, json={"follow_up_on": NEXT_MONTH, "follow_up_done": True}).json()
    assert done["follow_up_done_at"] is not None
    assert advisor.patch(address, json={"follow_up_on": None}).json()["follow_up_done_at"] is None


def test_a_class_that_gets_another_advisor_takes_its_open_follow_ups_along(running: Server) -> None:
    advisor, colleague, admin = (running.client(name) for name in ("advisor", "colleague", "admin"))
    mine, theirs = a_student(running), a_student(running, "colleague")
    open_one = log(advisor, mine, follow_up_on=NEXT_MONTH).json()["id"]
    done = log(advisor, mine, follow_up_on=NEXT_MONTH).json()["id"]
    advisor.patch(f"/api/interventions/{done}/", json={"follow_up_done": True})
    of_admin = log(admin, mine, follow_up_on=NEXT_MONTH).json()["id"]
    other_class = log(colleague, theirs, follow_up_on=NEXT_MONTH).json()["id"]
    # The cast's classes are the college's to give; an admin's own are needed here.
    running.workspace.python(
        "from edumetrics.accounts.models import AccountClass\nAccountClass.objects.update(origin='admin')"
    ).well()
    (class_id,) = [one["class_id"] for one in advisor.get("/api/me/").json()["classes"]]

    assert admin.patch("/api/users/advisor/", json={"classes": []}).status_code == 200
    assert admin.get(f"/api/interventions/{open_one}/").json()["follow_up_by"] == "advisor"
    assert admin.patch("/api/users/nobody/", json={"classes": [class_id]}).status_code == 200
    nobody = running.client("nobody")
    found = {row["id"]: row for row in nobody.get("/api/interventions/").json()["results"]}
    assert {key: row["follow_up_by"] for key, row in found.items()} == {
        open_one: "nobody",
        done: "advisor",
        of_admin: "admin",
    }
    assert found[open_one]["advisor"] == "advisor"
    history = nobody.get(f"/api/interventions/{open_one}/").json()["history"]
    assert [(one["follow_up_by"], one["changed_by"]) for one in history] == [("advisor", "admin")]
    assert colleague.get(f"/api/interventions/{other_class}/").json()["follow_up_by"] == "colleague"
    problem(advisor.get(f"/api/interventions/{open_one}/"), 404)
    assert [row["details"] for row in audited(running, "hand_over")] == ['{"follow_ups": 1}']


def test_erasing_a_student_takes_the_history_along(running: Server) -> None:
    advisor = running.client("advisor")
    student, other = a_student(running), a_student(running, place=1)
    for one in (student, other):
        address = f"/api/interventions/{log(advisor, one, notes='before').json()['id']}/"
        advisor.patch(address, json={"notes": "after"})
    erased = running.workspace.run(f"erase_student {student} --still-in-college --yes").well().out
    assert "intervention_history: 1" in erased
    left = running.workspace.analysis.table("intervention_history")["student_id"].to_list()
    assert left == [other]
