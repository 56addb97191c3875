"""A run that fails leaves the last good results, and says what to do."""

from datetime import timedelta
from urllib.parse import quote

import polars as pl
import pytest

from tests.conftest import Maker
from tests.integration.databases import PostgresqlDatabase, SqliteDatabase
from tests.integration.workspace import DERIVED, Pair, Workspace, assert_same

REFUSE_WEEK_7 = {
    SqliteDatabase: (
        "CREATE TRIGGER refuse BEFORE INSERT ON weekly_flags WHEN NEW.sem_week > 6 "
        "BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: refuse'); END",
        "DROP TRIGGER refuse",
    ),
    PostgresqlDatabase: (
        "ALTER TABLE weekly_flags ADD CONSTRAINT refuse CHECK (sem_week <= 6)",
        "ALTER TABLE weekly_flags DROP CONSTRAINT refuse",
    ),
}


def tables(workspace: Workspace) -> dict[str, pl.DataFrame]:
    """What is published, with the runs that wrote it; of the roster only what it says."""
    return workspace.published() | {name: workspace.analysis.table(name) for name in DERIVED}


def test_a_run_that_fails_while_publishing_leaves_the_last_good_results(calibrated: Workspace) -> None:
    refuse, allow = REFUSE_WEEK_7[type(calibrated.analysis)]
    calibrated.manage_all("demo_college --advance")
    before = tables(calibrated)
    calibrated.analysis.execute(refuse)
    for refused in calibrated.manage_in_turn("run_weekly", "calibrate --recompute"):
        message = refused.refusal()
        assert "What was published before is good" in message
        assert "refuse" in message
    assert_same(tables(calibrated), before)
    runs = calibrated.analysis.table("analysis_run").sort("id")
    assert runs["state"].to_list() == ["succeeded", "failed", "failed"]
    assert "refuse" in runs["error"][1]
    assert runs["finished"].null_count() == 0

    calibrated.analysis.execute(allow)
    calibrated.manage_all("run_weekly")
    assert set(calibrated.analysis.table("weekly_metrics")["sem_week"]) == set(range(1, 8))
    assert calibrated.last_run()["state"] == "succeeded"


def test_a_column_that_the_college_has_dropped_is_named_with_the_line_to_add(calibrated: Workspace) -> None:
    calibrated.manage_all("demo_college --advance")
    before = tables(calibrated)
    calibrated.college.execute("ALTER TABLE attendance DROP COLUMN week_date")
    message = calibrated.run("run_weekly").refusal()
    assert "attendance: The column week_date is missing; found absent, attendance_pct, class_id" in message
    assert "Select something as week_date.\n      NULL AS week_date" in message
    assert_same(tables(calibrated), before)


def test_a_table_that_is_missing_can_be_declared_absent_and_its_weight_is_shared_out(calibrated: Workspace) -> None:
    before = tables(calibrated)
    calibrated.college.execute("DROP TABLE library_visits", "DROP TABLE class_subjects")
    message = calibrated.run("calibrate --recompute").refusal()
    assert "library_visits: There is no such table. Add to [tables] of the mapping file the line below" in message
    assert 'library_visits = "SELECT id, student_id, class_id, semester, week, week_date, physical_visits' in message
    assert "or library_visits = false if the college has nothing like it" in message
    assert "class_subjects" in message
    assert_same(tables(calibrated), before)

    mapping = calibrated.file("mapping.toml", "[tables]\nlibrary_visits = false\nclass_subjects = false\n")
    calibrated.manage_all("calibrate --recompute", MAPPING_FILE=mapping)
    metrics = calibrated.analysis.table("weekly_metrics")
    assert metrics["library_visits"].null_count() == metrics.height
    # A week with a value of every component that is left is covered as fully as one with the library was.
    full = before["weekly_metrics"].filter(effort_coverage=1.0).select("student_id", "sem_week", "effort_score")
    both = full.join(metrics, on=["student_id", "sem_week"], suffix="_without")
    assert both.height == full.height > 300
    assert set(both["effort_coverage"]) == {1.0}
    row = both.join(
        before["weekly_metrics"].select("student_id", "sem_week", visits="library_visits"),
        on=["student_id", "sem_week"],
    )
    of_visits = 25 * 100 * pl.col("visits").clip(upper_bound=5) / 5
    shared_out = (100 * pl.col("effort_score") - of_visits) / 75
    assert row.select((shared_out - pl.col("effort_score_without")).abs().max()).item() == pytest.approx(0, abs=0.02)


def test_without_its_tables_the_analysis_database_asks_for_migrate(workspace: Workspace) -> None:
    college, calibrate, flagged, export = workspace.manage_in_turn(
        "demo_college --students 60 --week 1 --past-years 0", "calibrate", "flagged --class X", "export weekly_flags"
    )
    college.well()
    for refused in (calibrate, flagged, export):
        message = refused.refusal()
        assert "The analysis database lacks a table" in message
        assert "Run manage.py migrate first" in message


def test_a_server_in_another_time_zone_stores_the_same_times(pair: Pair, make: Maker) -> None:
    workspace = make(pair)
    for database in (workspace.analysis, workspace.college):
        if isinstance(database, PostgresqlDatabase):
            database.execute(f"ALTER DATABASE \"{database.name}\" SET timezone TO 'Asia/Kolkata'")
    *_, export = workspace.manage_all(
        "migrate --verbosity 0",
        "demo_college --students 60 --week 1 --past-years 0",
        "calibrate",
        "export analysis_run",
    )
    if isinstance(workspace.analysis, PostgresqlDatabase):
        workspace.analysis.execute(f"ALTER DATABASE \"{workspace.analysis.name}\" SET timezone TO 'UTC'")
    started = workspace.last_run()["started"]
    assert workspace.analysis.table("weekly_metrics")["computed_at"].unique().to_list() == [started]
    exported = pl.read_csv(export.out.encode(), try_parse_dates=True)["started"].cast(pl.Datetime("us"))
    assert abs(exported[0] - started) < timedelta(seconds=1)


@pytest.mark.parametrize("name", ["a college", "50% #1?"])
def test_sqlite_files_may_be_in_any_folder(make: Maker, name: str) -> None:
    workspace = make(("sqlite", "sqlite"))
    folder = workspace.folder / name
    folder.mkdir(parents=True)
    urls = {
        setting: f"sqlite:///{quote(str(folder))}/{file}.sqlite3"
        for setting, file in (("DEFAULT_DB_URL", "analysis"), ("CLIENT_DB_URL", "college"))
    }
    workspace.manage_all(
        "migrate --verbosity 0", "demo_college --students 60 --week 1 --past-years 0", "calibrate", **urls
    )
    assert {path.suffix for path in folder.iterdir()} <= {".sqlite3", ".lock"}
    assert {path.name for path in workspace.folder.iterdir()} == {name, "data"}
