"""The work of each student: as the college has it, replaced with every run, rolled back, and read for one student."""

import json
from typing import Any

import polars as pl

from tests.conftest import Maker
from tests.integration.workspace import WORK, Workspace, assert_same

WEEK = 6
READ = """
import json
from django.db import connection
from django.test.utils import CaptureQueriesContext
from edumetrics.analysis_db.work import work_of_student
answers = {{}}
for student in {students!r}:
    with CaptureQueriesContext(connection) as queries:
        work = work_of_student(student, 2026, {semester})
    answers[student] = {{"queries": len(queries), "work": work}}
print(json.dumps(answers))
"""


def read(workspace: Workspace, *students: str, semester: int = 3) -> dict[str, Any]:
    """What ``work_of_student`` gives for each student, and how many queries it made."""
    done = workspace.python(READ.format(students=students, semester=semester)).well()
    answers: dict[str, Any] = json.loads(done.out)
    return answers


def of_student(workspace: Workspace, student: str) -> dict[str, Any]:
    """The one row of student_work, its lists read."""
    rows = workspace.analysis.table("student_work").filter(student_id=student).to_dicts()
    assert len(rows) == 1
    return rows[0] | {name: json.loads(rows[0][name]) for name in ("handed_in", "missed", "unknown")}


def test_the_work_of_a_student_is_that_of_the_college(published: Workspace) -> None:
    student = published.analysis.table("student_work").filter(class_id="CSE25A")["student_id"][0]
    definitions = published.college.table("assignment_definitions").filter(class_id="CSE25A", semester=3)
    quizzes = published.college.table("quiz_definitions").filter(class_id="CSE25A", semester=3)
    subjects = dict(published.college.table("subjects").select("subject_id", "subject_name").iter_rows())
    found = read(published, student)[student]["work"]

    expected = {
        (row["assignment_id"], "assignment", row["title"], subjects[row["subject_id"]], row["due_week"])
        for row in definitions.to_dicts()
    } | {
        (row["quiz_id"], "quiz", row["title"], subjects[row["subject_id"]], row["scheduled_week"])
        for row in quizzes.to_dicts()
    }
    columns = ("work_id", "kind", "title", "subject_name", "due_week")
    assert {tuple(one[name] for name in columns) for one in found} == expected
    assert [one["due_week"] for one in found] == sorted(one["due_week"] for one in found)

    rows = published.college.table("quiz_submissions").filter(student_id=student)
    scores = {row["quiz_id"]: row["score_pct"] for row in rows.to_dicts() if row["attempted"]}
    due = [one for one in found if one["kind"] == "quiz"]
    assert {one["work_id"] for one in due if one["state"] in ("handed_in", "late")} == {
        one["work_id"] for one in due if one["work_id"] in scores
    }
    assert all(one["mark_pct"] == float(scores[one["work_id"]]) for one in due if one["work_id"] in scores)


def test_the_rates_of_the_week_are_those_of_the_pieces(published: Workspace) -> None:
    metrics = published.analysis.table("weekly_metrics").filter(class_id="CSE25A", sem_week=WEEK)
    students = metrics.filter(pl.col("assn_submit_rate").is_not_null())["student_id"].to_list()
    answers = read(published, *students)
    rates = dict(metrics.select("student_id", "assn_submit_rate").iter_rows())
    for student in students:
        work = answers[student]["work"]
        due = [one["state"] for one in work if one["kind"] == "assignment" and one["due_week"] == WEEK]
        loaded = [state for state in due if state != "not_loaded"]
        assert rates[student] == round(loaded.count("handed_in") / len(loaded), 4), student
    states = {piece["state"] for one in answers.values() for piece in one["work"]}
    assert states >= {"handed_in", "missed"}


def test_reading_takes_three_queries_whatever_there_is(published: Workspace) -> None:
    students = published.analysis.table("student_work").filter(class_id="CSE25A")["student_id"].to_list()
    answers = read(published, *students, "NOBODY")
    assert answers.pop("NOBODY") == {"queries": 1, "work": []}
    assert {one["queries"] for one in answers.values()} == {3}
    assert read(published, students[0], semester=4)[students[0]]["work"] == []


def test_a_mark_that_came_after_its_week_was_published_is_in_the_work(calibrated: Workspace) -> None:
    row = calibrated.college.table("assignment_submissions").filter(pl.col("marks_obtained").is_not_null())
    row = row.filter(class_id="CSE25A").sort("submission_date").row(0, named=True)
    calibrated.college.execute(f"UPDATE assignment_submissions SET marks_obtained = NULL WHERE id = {row['id']}")
    calibrated.manage_all("run_weekly")

    def mark() -> float | None:
        work = read(calibrated, row["student_id"])[row["student_id"]]["work"]
        return next(one["mark_pct"] for one in work if one["work_id"] == row["assignment_id"])

    assert mark() is None
    calibrated.college.execute(
        f"UPDATE assignment_submissions SET marks_obtained = {row['marks_obtained']} WHERE id = {row['id']}"
    )
    calibrated.manage_all("demo_college --advance", "run_weekly")
    assert mark() is not None
    assert set(calibrated.analysis.table("student_work")["run_id"]) == {3}


def test_rolled_back_the_tables_are_those_of_a_calibration_at_that_week(calibrated: Workspace, make: Maker) -> None:
    for week in (5, 3):
        fresh = make(copy=calibrated)
        calibrated.set_week(week)
        calibrated.manage_all("calibrate")
        fresh.analysis.execute(*(f"DELETE FROM {name}" for name in ("analysis_state", "weekly_metrics", *WORK)))
        fresh.set_week(week)
        fresh.manage_all("calibrate")
        assert_same(calibrated.published(WORK), fresh.published(WORK))
        # Who left before is as known then.
        assert calibrated.analysis.table("student_work")["sem_week"].max() == week


def test_a_student_who_moves_or_goes_leaves_no_work_of_the_class_behind(calibrated: Workspace) -> None:
    mover, leaver = calibrated.college.table("students").filter(class_id="CSE25A")["student_id"].sort()[:2]
    calibrated.college.execute(
        f"UPDATE students SET class_id = 'CSE24A' WHERE student_id = '{mover}'",
        f"DELETE FROM students WHERE student_id = '{leaver}'",
    )
    calibrated.manage("run_weekly")
    rows = calibrated.analysis.table("student_work").filter(pl.col("student_id").is_in([mover, leaver]))
    semesters = dict(calibrated.analysis.table("class_work").select("class_id", "semester").unique().iter_rows())
    assert rows.select("student_id", "class_id", "semester").rows() == [(mover, "CSE24A", semesters["CSE24A"])]


def test_a_row_that_breaks_a_rule_is_unknown_and_not_missed(calibrated: Workspace) -> None:
    row = calibrated.college.table("quiz_submissions").filter(class_id="CSE25A", attempted=True).sort("id")
    student, quiz, number = row.select("student_id", "quiz_id", "id").row(0)
    calibrated.college.execute(f"UPDATE quiz_submissions SET score_pct = 150 WHERE id = {number}")
    before = of_student(calibrated, student)
    calibrated.manage_all("run_weekly")
    after = of_student(calibrated, student)
    assert (len(after["unknown"]), after["missed"]) == (1, before["missed"])
    assert len(after["handed_in"]) == len(before["handed_in"]) - 1
    states = {one["work_id"]: one["state"] for one in read(calibrated, student)[student]["work"]}
    assert states[quiz] == "unknown"
