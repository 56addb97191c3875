"""/api/students/, /api/students/{id}/ and /api/student-performance/."""

from typing import Any

import httpx
import polars as pl
import pytest

from tests.api.server import Server, problem


def found(client: httpx.Client, query: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get(f"/api/students/?page_size=200{query}").raise_for_status().json()["results"]
    return rows


def first_of_list(client: httpx.Client) -> dict[str, Any]:
    row: dict[str, Any] = client.get("/api/flagged/?page_size=1").raise_for_status().json()["results"][0]
    return row


def test_each_finds_their_own_students(
    server: Server, advisor: httpx.Client, colleague: httpx.Client, admin: httpx.Client, nobody: httpx.Client
) -> None:
    everybody = {row["student_id"] for row in found(admin)}
    assert everybody == set(server.workspace.analysis.table("roster_student")["student_id"])
    mine, theirs = ({row["student_id"] for row in found(client)} for client in (advisor, colleague))
    assert not mine & theirs
    assert mine | theirs == everybody
    assert "No class is assigned" in nobody.get("/api/students/").json()["reason"]


def test_level_and_list_are_those_of_this_weeks_list(advisor: httpx.Client) -> None:
    flags = {row["student_id"]: row for row in advisor.get("/api/flagged/?page_size=200").json()["results"]}
    for row in found(advisor):
        flag = flags.get(row["student_id"], {"level": None, "list": None, "id": None})
        assert (row["level"], row["list"], row["flag_id"]) == (flag["level"], flag["list"], flag["id"])
    contact = {row["student_id"] for row in found(advisor, "&list=contact")}
    assert contact == {student for student, flag in flags.items() if flag["list"] == "contact"}


def test_accents_capitals_and_the_order_of_words_do_not_matter(own_server: Server) -> None:
    client = own_server.client("advisor")
    student = found(client)[0]["student_id"]
    own_server.workspace.analysis.execute(
        f"UPDATE roster_student SET name = 'José Ångström d''Souza', roll_number = 98765 WHERE student_id = '{student}'"
    )
    for words in ("jose", "ANGSTROM jo", "Ångstr", "d'souza", "98765", "987", student.lower()):
        assert [row["student_id"] for row in found(client, f"&search={words}")] == [student], words
    assert found(client, "&search=%25") == []
    assert found(client, "&search=josef") == []


def test_the_story_is_that_of_the_student(server: Server, advisor: httpx.Client) -> None:
    flag = first_of_list(advisor)
    story = advisor.get(f"/api/students/{flag['student_id']}/").raise_for_status().json()
    roster = {row["student_id"]: row for row in server.workspace.analysis.table("roster_student").to_dicts()}
    assert story["person"]["parent_email"] == roster[flag["student_id"]]["parent_email"]
    assert story["class"]["class_id"] == flag["class_id"]
    assert story["flag"] == flag
    assert [week["week_status"]["sem_week"] for week in story["weeks"]] == [1, 2, 3, 4, 5, 6]
    stored = server.workspace.analysis.table("weekly_flags").filter(pl.col("student_id") == flag["student_id"])
    assert {row["sem_week"] for row in story["flags"]} == set(stored["sem_week"])
    assert story["week_status"]["sem_week"] == 6
    assert story["neighbours"]["previous"] is None
    second = advisor.get("/api/flagged/?page_size=2").json()["results"][1]
    assert story["neighbours"]["next"]["student_id"] == second["student_id"]
    assert story["attendance"]["sentence"]


def test_what_was_done_is_in_the_story(own_server: Server) -> None:
    client = own_server.client("advisor")
    flag = next(row for row in client.get("/api/flagged/").json()["results"] if row["level"] and not row["override"])
    student = flag["student_id"]
    own_server.workspace.manage_all(f"log_intervention {student} --kind call --by advisor --follow-up-on 2026-01-05")
    client.post(f"/api/flagged/{flag['id']}/feedback/", json={"helpful": True, "why": "was so"}).raise_for_status()
    story = client.get(f"/api/students/{student}/").raise_for_status().json()
    assert [(row["kind"], row["by"]) for row in story["interventions"]] == [("call", "advisor")]
    assert story["flag"]["last_contact"]["kind"] == "call"
    assert story["flag"]["follow_up"]["follow_up_on"] == "2026-01-05"
    assert story["flag"]["follow_up"]["due"] is True
    assert story["feedback"][0]["why"] == "was so"


def test_reading_a_story_is_recorded_without_the_id(server: Server, advisor: httpx.Client) -> None:
    student = first_of_list(advisor)["student_id"]
    before = server.workspace.analysis.table("audit_log").height
    advisor.get(f"/api/students/{student}/").raise_for_status()
    log = server.workspace.analysis.table("audit_log").sort("id")[before:].to_dicts()
    assert [(row["what"], row["who"]) for row in log] == [("read_student", "advisor")]
    assert student not in str(log)


def test_a_student_of_somebody_else_does_not_exist(advisor: httpx.Client, colleague: httpx.Client) -> None:
    theirs = first_of_list(colleague)["student_id"]
    for address in (f"/api/students/{theirs}/", f"/api/student-performance/?student_id={theirs}"):
        problem(advisor.get(address), 404)
    problem(advisor.get("/api/students/nobody/"), 404)
    problem(advisor.get("/api/students/a%00b/"), 404)


def test_a_students_weeks_have_the_class_beside(server: Server, advisor: httpx.Client) -> None:
    flag = first_of_list(advisor)
    body = advisor.get(f"/api/student-performance/?student_id={flag['student_id']}").raise_for_status().json()
    assert body["count"] == 6
    metrics = server.workspace.analysis.table("weekly_metrics")
    for row in body["results"]:
        week = metrics.filter(
            pl.col("class_id") == row["class_id"], pl.col("sem_week") == row["week_status"]["sem_week"]
        )
        own = week.filter(pl.col("student_id") == flag["student_id"]).to_dicts()[0]
        assert (row["effort_score"], row["risk_score"]) == (own["effort_score"], own["risk_score"])
        for name, column in (("effort", "effort_score"), ("overall_attendance", "overall_att_pct")):
            values = week[column].drop_nulls()
            assert row["class_bands"][name]["median"] == pytest.approx(values.median(), abs=0.006)
            assert row["class_bands"][name]["upper_quartile"] == pytest.approx(
                values.quantile(0.75, "linear"), abs=0.006
            )
    last = body["results"][-1]
    assert last["contributions"] == flag["contributions"]
    one = advisor.get(f"/api/student-performance/?student_id={flag['student_id']}&week=3").json()
    assert [row["week_status"]["sem_week"] for row in one["results"]] == [3]


def test_whose_weeks_must_be_said(advisor: httpx.Client) -> None:
    assert set(problem(advisor.get("/api/student-performance/"), 400)["errors"]) == {"student_id"}


def test_subjects_and_notices(server: Server, advisor: httpx.Client) -> None:
    subjects = server.workspace.analysis.table("roster_subject")
    body = advisor.get("/api/subjects/?page_size=200").raise_for_status().json()
    assert {row["subject_id"] for row in body["results"]} == set(subjects["subject_id"])
    notices = server.workspace.analysis.table("class_notice").to_dicts()
    for week in range(1, 7):
        told = advisor.get(f"/api/notices/?week={week}").raise_for_status().json()["results"]
        mine = advisor.get("/api/classes/").json()["results"][0]["class_id"]
        stored = {row["sentence"] for row in notices if row["sem_week"] == week and row["class_id"] == mine}
        assert {row["sentence"] for row in told} == stored
