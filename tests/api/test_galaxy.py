"""/api/galaxy/ and /api/attendance-shortfall/: whole classes by student, held against the stored rows."""

from typing import Any

import httpx

from tests.api.server import Server, problem


def rows_of(client: httpx.Client, address: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get(f"/api/{address}").raise_for_status().json()["results"]
    return rows


def test_every_student_has_a_value_for_each_published_week(server: Server, advisor: httpx.Client) -> None:
    stored = {
        (row["student_id"], row["academic_year"], row["semester"], row["sem_week"]): row
        for row in server.workspace.analysis.table("weekly_metrics").to_dicts()
    }
    flags = {
        (row["student_id"], row["academic_year"], row["semester"], row["sem_week"]): row
        for row in server.workspace.analysis.table("weekly_flags").to_dicts()
    }
    students = rows_of(advisor, "galaxy/?page_size=200")
    assert len(students) == len(rows_of(advisor, "students/?page_size=200"))
    for student in students:
        assert student["weeks"] == list(range(1, len(student["weeks"]) + 1))
        for place, week in enumerate(student["weeks"]):
            key = (student["student_id"], student["academic_year"], student["semester"], week)
            row, flag = stored.get(key, {}), flags.get(key, {})
            assert student["effort"][place] == row.get("effort_score")
            assert student["performance"][place] == row.get("academic_performance")
            assert student["level"][place] == flag.get("risk_level")
            assert student["list"][place] == flag.get("list")
            assert student["urgency"][place] == flag.get("urgency", row.get("risk_score"))


def test_who_is_short_is_who_class_performance_counts(advisor: httpx.Client) -> None:
    seen = set()
    for row in rows_of(advisor, "class-performance/?page_size=200"):
        week, counted = row["week_status"]["sem_week"], row["attendance_shortfall"]
        short = rows_of(advisor, f"attendance-shortfall/?page_size=200&week={week}")
        below = [one for one in short if (one["overall_att_pct"] or 100.0) < counted["required_pct"]]
        assert len(below) == counted["below_rule"]
        assert sum(one["reachable"] is False for one in short) == counted["out_of_reach"]
        assert len(short) >= max(counted["below_rule"], counted["at_risk"])
        shares = [one["overall_att_pct"] for one in short if one["overall_att_pct"] is not None]
        assert shares == sorted(shares)
        seen |= {one["student_id"] for one in short}
    assert seen


def test_without_a_week_it_is_the_published_one(advisor: httpx.Client) -> None:
    published = advisor.get("/api/me/").json()["classes"][0]["sem_week"]
    assert {row["week_status"]["sem_week"] for row in rows_of(advisor, "attendance-shortfall/")} == {published}


def test_a_class_of_somebody_else_does_not_exist(advisor: httpx.Client, colleague: httpx.Client) -> None:
    theirs = colleague.get("/api/me/").json()["classes"][0]["class_id"]
    for address in ("galaxy", "attendance-shortfall"):
        problem(advisor.get(f"/api/{address}/?class_id={theirs}"), 404)


def test_whoever_has_no_class_is_told_so(nobody: httpx.Client) -> None:
    assert "No class is assigned" in nobody.get("/api/galaxy/").json()["reason"]


def test_the_file_has_every_student(advisor: httpx.Client) -> None:
    lines = advisor.get("/api/galaxy/?format=csv").text.splitlines()
    assert lines[0].lstrip("\ufeff").startswith("student_id,name,roll_number,class_id")
    assert len(lines) - 1 == advisor.get("/api/galaxy/?page_size=1").json()["count"]
