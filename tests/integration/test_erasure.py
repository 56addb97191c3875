"""erase_student leaves nothing that names the student."""

from pathlib import Path

import pytest

from tests.integration.databases import SqliteDatabase
from tests.integration.workspace import Workspace, assert_same

STUDENT = "25CSEA002"
OF_STUDENTS = (
    "students",
    "attendance",
    "assignment_submissions",
    "quiz_submissions",
    "library_visits",
    "book_borrows",
    "exam_results",
)


@pytest.fixture
def workspace(calibrated: Workspace) -> Workspace:
    """A calibrated college whose runs name the student in a report, in an error, and in a contact."""
    calibrated.college.execute(
        f"UPDATE attendance SET present = lectures_held + 5 WHERE student_id = '{STUDENT}' AND week = 6"
    )
    calibrated.manage_all(f"log_intervention {STUDENT} --kind call --by ADV001 --notes came", "run_weekly")
    key = f"'{STUDENT}', 'CSE25A', 2026, 3, 6"
    calibrated.analysis.execute(
        "INSERT INTO flag_feedback (student_id, class_id, academic_year, semester, sem_week, by, helpful, why, at) "
        f"VALUES ({key}, 'ADV001', 1 = 1, '', '2026-09-01 10:00:00')",
        "INSERT INTO snooze (student_id, class_id, academic_year, semester, sem_week, risk_level, reason, until, by, "
        f"at, ended_by) VALUES ({key}, 'high', 'ill', '2026-09-08', 'ADV001', '2026-09-01 10:00:00', '')",
    )
    if isinstance(calibrated.analysis, SqliteDatabase):
        refuse = (
            f"CREATE TRIGGER refuse BEFORE INSERT ON weekly_metrics WHEN NEW.student_id = '{STUDENT}' "
            f"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: row of {STUDENT}'); END"
        )
        allow = "DROP TRIGGER refuse"
    else:
        refuse = f"ALTER TABLE weekly_metrics ADD CONSTRAINT refuse CHECK (student_id <> '{STUDENT}') NOT VALID"
        allow = "ALTER TABLE weekly_metrics DROP CONSTRAINT refuse"
    calibrated.analysis.execute(refuse)
    calibrated.run("run_weekly").refusal()
    calibrated.analysis.execute(allow)
    runs = calibrated.analysis.table("analysis_run").sort("id")
    assert STUDENT in runs["quality"][1]
    assert STUDENT in runs["error"][2]
    return calibrated


def leave_the_college(workspace: Workspace) -> None:
    workspace.college.execute(*(f"DELETE FROM {table} WHERE student_id = '{STUDENT}'" for table in OF_STUDENTS))


def names_of(workspace: Workspace) -> list[str]:
    """The id, and name and contacts as far as nobody else has them."""
    roster = workspace.analysis.table("roster_student")
    row = roster.filter(student_id=STUDENT).row(0, named=True)
    columns = ("student_id", "name", "email", "parent_email", "phone")
    return [row[name] for name in columns if row[name] and (roster[name] == row[name]).sum() == 1]


def dump(workspace: Workspace) -> str:
    """Every table of the analysis database as text."""
    return "\n".join(workspace.analysis.table(name).write_csv() for name in sorted(workspace.analysis.tables()))


def test_after_an_erasure_nothing_names_the_student(workspace: Workspace) -> None:
    names = names_of(workspace)
    assert len(names) >= 4
    before = workspace.everything()
    leave_the_college(workspace)
    dry, erase = workspace.manage_all(f"erase_student {STUDENT} --dry-run", f"erase_student {STUDENT} --yes")
    removed = ("roster_student: 1", "weekly_metrics: 6", "student_work: 1", "intervention_log: 1")
    removed += ("flag_feedback: 1", "snooze: 1")
    for counted in (*removed, "analysis_run: 2"):
        assert f"  {counted}\n" in dry.out
        assert f"  {counted}\n" in erase.out
    assert f"The college's database does not have {STUDENT}." in erase.out
    assert "Backups and exported files made before still have the student." in erase.out

    left = dump(workspace)
    assert [name for name in names if name in left] == []
    if isinstance(workspace.analysis, SqliteDatabase):
        # What SQLite removes it usually leaves in the file until something else takes its place.
        path = Path(workspace.analysis.path)
        files = b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))
        assert [name for name in names if name.encode() in files] == []
    for name in ("weekly_metrics", "weekly_flags", "roster_student", "intervention_log"):
        expected = before[name].filter(~(before[name]["student_id"] == STUDENT))
        assert_same({name: workspace.analysis.table(name)}, {name: expected})
    runs = workspace.analysis.table("analysis_run").sort("id")
    assert "(erased)" in runs["quality"][1]
    assert "(erased)" in runs["error"][2]
    untouched = runs.drop("quality", "error")
    assert_same(
        {"analysis_run": untouched}, {"analysis_run": before["analysis_run"].sort("id").drop("quality", "error")}
    )

    workspace.manage_all("run_weekly")
    assert [name for name in names if name in dump(workspace)] == []


def test_whether_somebody_was_erased_can_be_asked_and_not_read(workspace: Workspace) -> None:
    leave_the_college(workspace)
    key = {"SECRET_KEY": "one and the same key"}
    assert "has no erasure of" in workspace.run(f"erase_student {STUDENT} --was-erased", **key).refusal()
    workspace.manage_all(f"erase_student {STUDENT} --yes", **key)
    entry = workspace.analysis.table("audit_log").row(0, named=True)
    assert entry["what"] == "erase_student"
    assert STUDENT not in str(entry)
    assert '"still_in_college": false' in entry["details"]
    assert f"{STUDENT} was erased on {entry['at']:%Y-%m-%d %H:%M} UTC by {entry['who']}" in (
        workspace.run(f"erase_student {STUDENT} --was-erased", **key).well().out
    )
    assert "has no erasure of" in workspace.run("erase_student 25CSEA003 --was-erased", **key).refusal()
    other_key = workspace.run(f"erase_student {STUDENT} --was-erased", SECRET_KEY="another").refusal()
    assert "under the SECRET_KEY of today" in other_key
    again = workspace.run(f"erase_student {STUDENT} --yes", **key).refusal()
    assert f"The analysis database has nothing about a student '{STUDENT}'. It was erased on" in again


def test_a_student_whom_the_college_still_has_is_not_erased_unless_asked_for(workspace: Workspace) -> None:
    before = workspace.everything()
    refused = workspace.run(f"erase_student {STUDENT} --yes")
    assert "Nothing was removed, since the college's database has" in refused.refusal()
    assert "the next run brings the student back" in refused.out
    workspace.college.execute(f"DELETE FROM students WHERE student_id = '{STUDENT}'")
    partly = workspace.run(f"erase_student {STUDENT} --yes")
    assert "Nothing was removed" in partly.refusal()
    assert "there are rows in attendance, " in partly.out
    assert_same(workspace.everything(), before)
    workspace.manage_all(f"erase_student {STUDENT} --yes --still-in-college")
    assert STUDENT not in dump(workspace)


def test_an_erasure_goes_on_where_the_college_cannot_be_read(workspace: Workspace) -> None:
    gone = f"{workspace.college.url}_nowhere"
    done = workspace.run(f"erase_student {STUDENT} --yes", CLIENT_DB_URL=gone).well()
    assert "Whether the college's database has the student is not known." in done.out
    assert STUDENT not in dump(workspace)
    assert '"still_in_college": null' in workspace.analysis.table("audit_log")["details"][0]


def test_somebody_unknown_and_an_unanswered_question_are_refused(workspace: Workspace) -> None:
    leave_the_college(workspace)
    before = workspace.everything()
    unknown, unanswered = workspace.manage_in_turn("erase_student 25CSEA --yes", f"erase_student {STUDENT}")
    assert "The analysis database has nothing about a student '25CSEA'. Check the id" in unknown.refusal()
    assert "There is nobody at a terminal to ask; give --yes" in unanswered.refusal()
    assert_same(workspace.everything(), before)


def test_an_id_is_not_found_inside_another(calibrated: Workspace) -> None:
    quality = '{"findings": [{"examples": ["S1 CSE301 3", "S12 CSE301 3", "A-S1-3", "XS1 4"]}], "quarantined": [], "late_changes": []}'
    calibrated.analysis.execute(f"UPDATE analysis_run SET quality = '{quality}'")
    calibrated.manage_all("erase_student S1 --yes")
    examples = '"examples": ["(erased)", "S12 CSE301 3", "(erased)", "XS1 4"]'
    assert examples in calibrated.analysis.table("analysis_run")["quality"][0]
