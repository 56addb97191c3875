"""Wrong rows are counted, kept out of the scores, and never stop a run."""

import json

import polars as pl
import pytest

from edumetrics.engine.tables.quality import RULES
from tests.integration.workspace import DERIVED, Workspace, assert_same, of

SPOILED, WHOLE = "CSE25A", "CSE24A"
COPY = 1_000_000_000
"""What is added to an id to make another one."""


@pytest.fixture
def college(calibrated: Workspace) -> Workspace:
    assert set(calibrated.college.table("classes")["class_id"]) == {SPOILED, WHOLE}
    return calibrated


def ids(workspace: Workspace, table: str, where: str, count: int) -> list[int]:
    """The first ids of the spoiled class's rows."""
    query = f"SELECT id FROM {table} WHERE class_id = '{SPOILED}' AND {where} ORDER BY id LIMIT {count}"
    found = [one for (one,) in workspace.college.rows(query)]
    assert len(found) == count
    return found


def again(table: str, row: int, columns: list[str], **changes: str) -> str:
    """An INSERT of a row once more under another id, with changes."""
    values = ", ".join(changes.get(name, f"id + {COPY}" if name == "id" else name) for name in columns)
    return f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} WHERE id = {row}"


def spoil_attendance(workspace: Workspace) -> dict[tuple[str, str, int | None], int]:
    """Spoil rows of attendance; how many rows each rule should find."""
    columns = workspace.college.table("attendance").columns
    rows = {week: ids(workspace, "attendance", f"week = {week} AND present > 0", 6) for week in range(2, 7)}

    def change(week: int, number: int, values: str) -> str:
        return f"UPDATE attendance SET {values} WHERE id = {rows[week][number]}"

    workspace.college.execute(
        *(change(2, number, "present = lectures_held + 2") for number in range(3)),
        again("attendance", rows[2][3], columns),
        again("attendance", rows[3][0], columns, present="0"),
        change(3, 5, "late = -1"),
        again("attendance", rows[4][0], columns, student_id="'GHOST'"),
        change(4, 1, "class_id = 'NOWHERE'"),
        change(5, 1, "week_date = '2026-12-24'"),
        change(6, 0, "present = NULL, absent = NULL"),
    )
    return {
        ("attendance", "present_over_held", 2): 3,
        ("attendance", "identical_duplicate", 2): 1,
        ("attendance", "differing_duplicate", 3): 2,
        ("attendance", "negative_count", 3): 1,
        ("attendance", "unknown_student", 4): 1,
        ("attendance", "unknown_class", 4): 1,
        ("attendance", "date_outside_week", 5): 1,
        ("attendance", "value_missing", 6): 1,
    }


def spoil_work(workspace: Workspace) -> dict[tuple[str, str, int | None], int]:
    """The same for what was handed in."""
    work, due = workspace.college.rows(
        "SELECT assignment_id, due_week FROM assignment_definitions d "
        f"WHERE class_id = '{SPOILED}' AND semester = 3 AND due_week <= 5 AND max_marks > 0 ORDER BY due_week"
    )[0]
    quiz, held = workspace.college.rows(
        "SELECT quiz_id, scheduled_week FROM quiz_definitions "
        f"WHERE class_id = '{SPOILED}' AND semester = 3 AND scheduled_week <= 5 ORDER BY scheduled_week"
    )[0]
    columns = workspace.college.table("assignment_submissions").columns
    rows = ids(workspace, "assignment_submissions", f"assignment_id = '{work}' AND marks_obtained IS NOT NULL", 8)
    answers = ids(workspace, "quiz_submissions", f"quiz_id = '{quiz}' AND score_pct IS NOT NULL", 3)
    workspace.college.execute(
        f"UPDATE assignment_submissions SET quality_pct = 150 WHERE id IN ({rows[0]}, {rows[1]})",
        f"UPDATE assignment_submissions SET plagiarism_pct = -5 WHERE id = {rows[2]}",
        f"UPDATE assignment_submissions SET marks_obtained = 10000 WHERE id = {rows[3]}",
        f"UPDATE assignment_submissions SET assignment_id = 'GONE' WHERE id = {rows[4]}",
        f"UPDATE assignment_submissions SET status = 'lost', marks_obtained = NULL WHERE id = {rows[5]}",
        again("assignment_submissions", rows[6], columns, marks_obtained="0"),
        # Just over its bound by rounding: clipped, not counted.
        f"UPDATE assignment_submissions SET quality_pct = 100.01 WHERE id = {rows[7]}",
        f"UPDATE quiz_submissions SET score_pct = 150 WHERE id = {answers[0]}",
        f"UPDATE quiz_submissions SET quiz_id = 'GONE' WHERE id = {answers[1]}",
        f"UPDATE quiz_submissions SET marks_obtained = -1 WHERE id = {answers[2]}",
    )
    return {
        ("assignment_submissions", "percentage_outside_0_100", due): 3,
        ("assignment_submissions", "marks_over_max", due): 1,
        ("assignment_submissions", "undefined_assignment", None): 1,
        ("assignment_submissions", "unknown_status", due): 1,
        ("assignment_submissions", "differing_duplicate", due): 2,
        ("quiz_submissions", "percentage_outside_0_100", held): 1,
        ("quiz_submissions", "undefined_quiz", None): 1,
        ("quiz_submissions", "negative_count", held): 1,
    }


def spoil_the_rest(workspace: Workspace) -> dict[tuple[str, str, int | None], int]:
    """The same for the library, exams and students."""
    visits = ids(workspace, "library_visits", "week = 3", 2)
    (borrow,), *_ = workspace.college.rows(
        f"SELECT borrow_id FROM book_borrows WHERE class_id = '{SPOILED}' AND borrow_week = 4 ORDER BY borrow_id"
    )
    student = workspace.college.table("students").filter(class_id=SPOILED).sort("roll_number")["student_id"][-1]
    workspace.college.execute(
        f"UPDATE library_visits SET physical_visits = -1 WHERE id = {visits[0]}",
        f"UPDATE library_visits SET student_id = 'GHOST' WHERE id = {visits[1]}",
        f"UPDATE book_borrows SET borrow_date = '2026-12-24' WHERE borrow_id = '{borrow}'",
        "INSERT INTO exam_results (id, schedule_id, student_id, class_id, score_pct) "
        f"SELECT {COPY}, 'GONE', student_id, class_id, 50 FROM students WHERE class_id = '{SPOILED}' AND roll_number = 1",
        f"UPDATE students SET class_id = NULL WHERE student_id = '{student}'",
    )
    return {
        ("library_visits", "negative_count", 3): 1,
        ("library_visits", "unknown_student", 3): 1,
        ("book_borrows", "date_outside_week", 4): 1,
        ("exam_results", "undefined_exam", None): 1,
        ("students", "student_in_no_class", None): 1,
    }


def test_each_rule_is_counted_and_other_classes_are_as_they_were(college: Workspace) -> None:
    clean = college.published()
    expected = spoil_attendance(college) | spoil_work(college) | spoil_the_rest(college)
    report = college.run("calibrate --recompute").well().out

    quality = json.loads(str(college.last_run()["quality"]))
    found = {(one["table"], one["rule"], one["week"]): one["rows"] for one in quality["findings"]}
    assert found == expected
    assert all(0 < len(one["examples"]) <= 20 for one in quality["findings"])
    for (table, rule, week), count in expected.items():
        where = table if week is None else f"{table}, week {week}"
        assert f"  {where}: {count} {RULES[rule]}, for example" in report
    assert quality["quarantined"] == []

    untouched = pl.col("class_id") == WHOLE
    assert_same(of(college.published(), untouched), of(clean, untouched))


def test_a_row_of_a_week_that_there_is_not_is_counted_and_quarantines_no_source(college: Workspace) -> None:
    columns = college.college.table("attendance").columns
    row = ids(college, "attendance", "week = 5", 1)[0]
    college.college.execute(
        again("attendance", row, columns, week="99", week_date="NULL"),
        "UPDATE book_borrows SET borrow_week = -4, borrow_date = NULL WHERE borrow_id = "
        f"(SELECT MIN(borrow_id) FROM book_borrows WHERE class_id = '{SPOILED}' AND borrow_week = 4)",
    )
    done = college.run("calibrate --recompute")
    quality = json.loads(str(college.last_run()["quality"]))
    assert [(one["table"], one["rule"], one["week"], one["rows"]) for one in quality["findings"]] == [
        ("attendance", "week_outside_calendar", 99, 1),
        ("book_borrows", "week_outside_calendar", -4, 1),
    ]
    assert quality["quarantined"] == []
    assert done.code == 0


def test_a_quarantined_row_is_left_out_and_the_rest_of_the_week_counts(college: Workspace) -> None:
    row = ids(college, "attendance", "week = 5 AND lectures_held > 0", 1)[0]
    college.college.execute(f"UPDATE attendance SET present = lectures_held + 1 WHERE id = {row}")
    college.manage_all("calibrate --recompute")
    student, present, held = college.college.rows(
        f"SELECT student_id, SUM(present), SUM(lectures_held) FROM attendance WHERE week = 5 AND id <> {row} "
        f"AND semester = 3 AND student_id = (SELECT student_id FROM attendance WHERE id = {row}) GROUP BY student_id"
    )[0]
    metrics = college.analysis.table("weekly_metrics").filter(student_id=student, sem_week=5)
    assert metrics["weekly_att_pct"].to_list() == [pytest.approx(100 * int(present) / int(held), abs=0.005)]


def test_above_a_fifth_of_bad_rows_the_source_is_quarantined_and_the_exit_code_says_so(college: Workspace) -> None:
    clean = college.published()
    students = college.analysis.table("weekly_metrics").filter(class_id=SPOILED, sem_week=5).height
    # Five subjects each: a fifth of the rows in week 4, one more in week 5.
    bad = [*ids(college, "attendance", "semester = 3 AND week = 4", students)]
    bad += ids(college, "attendance", "semester = 3 AND week = 5", students + 1)
    college.college.execute(
        f"UPDATE attendance SET present = lectures_held + 1 WHERE id IN ({', '.join(map(str, bad))})"
    )
    done = college.manage("calibrate", "--recompute")
    assert done.code == 3
    assert f"{SPOILED}, week 5: {students + 1} of {5 * students} rows of attendance are bad" in done.out
    assert f"{SPOILED}, week 4: {students} of" not in done.out
    assert "Exit code 3: the run succeeded, but a source had too many bad rows." in done.out

    run = college.last_run()
    assert run["state"] == "succeeded"
    flags = college.analysis.table("weekly_flags").filter(class_id=SPOILED, sem_week=5)
    assert flags.filter(~pl.col("missing").str.contains("source_quarantined")).is_empty()
    assert flags.filter(list="cannot_tell").height > students / 2
    notices = college.analysis.table("class_notice").filter(class_id=SPOILED, sem_week=5)
    assert "source_quarantined" in notices["code"].to_list()
    untouched = pl.col("class_id") == WHOLE
    assert_same(of(college.published(), untouched), of(clean, untouched))


def test_a_week_that_is_not_loaded_for_a_class_is_one_notice_and_nobody_is_cannot_tell(college: Workspace) -> None:
    college.college.execute(f"DELETE FROM attendance WHERE class_id = '{SPOILED}' AND semester = 3 AND week = 6")
    report = college.run("run_weekly").well().out
    assert f"attendance, week 6: 1 {RULES['no_row_of_the_class']}, for example {SPOILED}" in report
    now = {name: college.analysis.table(name).filter(class_id=SPOILED, sem_week=6) for name in DERIVED}
    assert "attendance_not_loaded" in now["class_notice"]["code"].to_list()
    assert "cannot_tell" not in now["weekly_flags"]["list"].to_list()
    assert now["weekly_metrics"]["weekly_att_pct"].null_count() == now["weekly_metrics"].height > 0
