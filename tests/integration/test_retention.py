"""purge removes past academic years, all of them and nothing else."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tests.integration.databases import SqliteDatabase
from tests.integration.workspace import DERIVED, ROOT, WORK, Workspace, assert_same

YEARLY = (*DERIVED, *WORK, "analysis_run", "intervention_log")


@pytest.fixture
def two_years(calibrated: Workspace) -> Workspace:
    """The standard college of 2026, with the same results also in 2024 and 2025."""
    run = "kind, state, started, finished, queued, queued_by, request, term, sem_week, weeks, rows, quality, stages"
    run += ", progress, policy_version, policy, error"
    statements = []
    for number, year in ((101, 2024), (102, 2025)):
        for table in (*DERIVED, *WORK):
            columns = [name for name in calibrated.analysis.table(table).columns if name != "academic_year"]
            names = ", ".join(f'"{name}"' for name in columns)
            statements.append(
                f"INSERT INTO {table} ({names}, academic_year) SELECT {names}, {year} FROM {table} "
                "WHERE academic_year = 2026"
            )
        statements += [
            f"INSERT INTO analysis_run (id, academic_year, {run}) SELECT {number}, {year}, {run} FROM analysis_run "
            "WHERE id = 1",
            "INSERT INTO intervention_log (id, student_id, class_id, academic_year, semester, sem_week, advisor, kind, "
            f"notes, outcome, logged_at, follow_up_by) VALUES ({number}, 'GONE1', 'CSE25A', {year}, 3, 5, 'ADV001', "
            f"'call', '', '', '{year}-09-01 10:00:00', '')",
            "INSERT INTO analysis_state (class_id, academic_year, semester, sem_week, policy_version, run_id, "
            f"due_policy_version) VALUES ('OLD{year}', {year}, 3, 18, 'x', {number}, '')",
        ]
    # The run of this year is after those of the years before, and one that failed early has no year.
    statements += [
        f"INSERT INTO analysis_run (id, {run}) SELECT 103, {run} FROM analysis_run WHERE id = 1",
        "UPDATE analysis_run SET id = 104 WHERE id = 1",
    ]
    calibrated.analysis.execute(*statements)
    return calibrated


def years(workspace: Workspace, table: str) -> set[int]:
    return set(workspace.analysis.table(table)["academic_year"].drop_nulls())


def test_a_purge_removes_the_years_before_and_leaves_the_others_as_they_are(two_years: Workspace) -> None:
    before = {name: two_years.analysis.table(name) for name in YEARLY}
    assert years(two_years, "weekly_metrics") == {2024, 2025, 2026}
    dry, purge, again = two_years.manage_all(
        "purge --before 2026 --dry-run", "purge --before 2026 --yes", "purge --before 2026"
    )
    expected = {name: frame.filter(pl.col("academic_year") == 2026) for name, frame in before.items()}
    assert_same({name: two_years.analysis.table(name) for name in YEARLY}, expected)
    assert years(two_years, "analysis_state") == {2026}
    for name, frame in before.items():
        removed = frame.height - expected[name].height
        assert removed >= 2
        assert f"  {name}: {removed}\n" in dry.out
        assert f"  {name}: {removed} rows removed\n" in purge.out
    assert "There are no rows of academic years before 2026: nothing to remove." in again.out
    entry = two_years.analysis.table("audit_log").row(0, named=True)
    details = json.loads(entry["details"])
    assert (entry["what"], details["before"]) == ("purge", 2026)
    assert details["rows"]["weekly_metrics"] == before["weekly_metrics"].height - expected["weekly_metrics"].height
    assert details["rows"]["analysis_run"] == 3
    # A purged year does not come back, and the running one goes on.
    assert "already is at that week" in two_years.run("calibrate").well().out
    two_years.manage_all("demo_college --advance", "run_weekly")
    assert years(two_years, "weekly_metrics") == {2026}


def test_one_year_can_be_kept(two_years: Workspace) -> None:
    two_years.manage_all("purge --before 2025 --yes")
    for name in YEARLY:
        assert years(two_years, name) in ({2025, 2026}, {2025}), name


def test_the_running_year_is_refused(two_years: Workspace) -> None:
    before = two_years.everything()
    for year in (2027, 3000):
        message = two_years.run(f"purge --before {year} --yes").refusal()
        assert f"--before {year} would remove the academic year 2026, which is running" in message
        assert "The latest year allowed is --before 2026" in message
    assert_same(two_years.everything(), before)


def test_before_anything_is_published_there_is_nothing_to_purge(workspace: Workspace) -> None:
    workspace.manage_all("migrate --verbosity 0")
    assert "Nothing is published yet" in workspace.run("purge --before 2026 --yes").refusal()


def test_nothing_is_removed_without_a_yes(two_years: Workspace) -> None:
    before = two_years.everything()
    assert "There is nobody at a terminal to ask; give --yes" in two_years.run("purge --before 2026").refusal()
    assert "The answer was 'no' and not 'yes', so nothing was removed" in at_a_terminal(two_years, "no")
    assert_same(two_years.everything(), before)
    assert "rows of academic years before 2026" in at_a_terminal(two_years, "yes")
    assert years(two_years, "weekly_metrics") == {2026}


def at_a_terminal(workspace: Workspace, answer: str) -> str:
    """What ``purge --before 2026`` says when its question is answered on a terminal."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "manage.py", "purge", "--before", "2026"],
        cwd=ROOT,
        env=workspace.environment(),
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    ) as process:
        os.write(ours, f"{answer}\n".encode())
        said, _ = process.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)
    assert "for good? [yes/no]" in said
    return said


A_NEW_TABLE = """
from django.core.management import call_command
from django.db import connection, models

class Later(models.Model):
    student_id = models.CharField(max_length=64)
    academic_year = models.SmallIntegerField()

    class Meta:
        app_label = "interventions"
        db_table = "later"

with connection.schema_editor() as editor:
    editor.create_model(Later)
for student, year in (("S1", 2025), ("S2", 2026), ("S3", 2026)):
    Later.objects.create(student_id=student, academic_year=year)
call_command("purge", "--before", "2026", "--yes")
call_command("erase_student", "S2", "--yes")
"""


def test_a_new_table_with_academic_year_or_student_id_is_taken_along(calibrated: Workspace) -> None:
    out = calibrated.python(A_NEW_TABLE).well().out
    assert "later: 1 rows removed" in out
    assert "Erased S2: later 1." in out
    assert calibrated.analysis.table("later").select("student_id", "academic_year").rows() == [("S3", 2026)]


def test_a_purge_that_fails_removes_nothing(two_years: Workspace) -> None:
    before = two_years.everything()
    if isinstance(two_years.analysis, SqliteDatabase):
        refuse = [
            "CREATE TRIGGER refuse BEFORE DELETE ON weekly_metrics BEGIN SELECT RAISE(ABORT, 'refused here'); END"
        ]
    else:
        refuse = [
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused here'; END $$",
            "CREATE TRIGGER refuse BEFORE DELETE ON weekly_metrics EXECUTE FUNCTION refuse()",
        ]
    two_years.analysis.execute(*refuse)
    assert "refused here" in two_years.run("purge --before 2026 --yes").refusal()
    assert_same(two_years.everything(), before)
    assert two_years.analysis.table("audit_log").height == 0


DURING_A_RUN = """
import subprocess, sys
from django.db import connections
from edumetrics.runs.lock import only_run

with only_run(connections["default"].settings_dict):
    for command in (["purge", "--before", "2026"], ["erase_student", "GONE1"]):
        done = subprocess.run([sys.executable, "manage.py", *command, "--yes"], capture_output=True, text=True)
        print(done.returncode, done.stderr)
"""


def test_while_a_run_is_at_work_nothing_is_removed(two_years: Workspace) -> None:
    before = two_years.everything()
    out = two_years.python(DURING_A_RUN).well().out
    assert out.count("4 CommandError: Only one run at a time") == 2
    assert_same(two_years.everything(), before)


def test_vacuum_gives_the_space_back(two_years: Workspace) -> None:
    if not isinstance(two_years.analysis, SqliteDatabase):
        message = two_years.run("purge --before 2026 --yes --vacuum").refusal()
        assert "--vacuum is for SQLite. PostgreSQL's autovacuum" in message
        assert years(two_years, "weekly_metrics") == {2024, 2025, 2026}
        return
    path = Path(two_years.analysis.path)
    purge = two_years.run("purge --before 2026 --yes").well()
    assert "The file keeps its size" in purge.out
    before = path.stat().st_size
    vacuum = two_years.run("purge --before 2026 --vacuum").well()
    assert "nothing to remove" in vacuum.out
    assert "The file gave its free space back" in vacuum.out
    assert path.stat().st_size < 0.9 * before
    assert two_years.analysis.rows("PRAGMA integrity_check") == [("ok",)]
