"""The simulator writes a database of its own, and only that."""

import polars as pl
import pytest

from tests.conftest import Maker
from tests.integration.workspace import Workspace, assert_same

DEMO = "demo_college --students 60 --week 3 --past-years 0"


def the_college(workspace: Workspace) -> dict[str, pl.DataFrame]:
    """Every table but the time of writing."""
    return {name: workspace.college.table(name).drop("written_at", strict=False) for name in workspace.college.tables()}


@pytest.mark.parametrize("table", ["students", "timetable"])
def test_a_database_with_tables_that_the_simulator_did_not_write_is_refused(workspace: Workspace, table: str) -> None:
    workspace.college.execute(
        f"CREATE TABLE {table} (student_id varchar(10) PRIMARY KEY, name text)",
        f"INSERT INTO {table} VALUES ('S1', 'Somebody')",
    )
    made, advanced, if_missing = workspace.manage_in_turn(DEMO, "demo_college --advance", f"{DEMO} --if-missing")
    for refused in (made, if_missing):
        message = refused.refusal()
        assert f"already has tables ({table}" in message
        assert "that the simulator did not write. Nothing was changed." in " ".join(message.split())
    assert "There is no demo college to advance. Make one: manage.py demo_college." in advanced.refusal()
    assert workspace.college.tables() == {table}
    assert workspace.college.rows(f"SELECT * FROM {table}") == [("S1", "Somebody")]


def test_advancing_gives_the_college_that_is_made_at_that_week(workspace: Workspace) -> None:
    workspace.manage_all(DEMO, "demo_college --advance", "demo_college --advance 3")
    advanced = the_college(workspace)
    assert workspace.college.rows("SELECT current_week, sim_year FROM sim_state") == [(7, 2026)]
    workspace.manage_all(DEMO.replace("--week 3", "--week 7"))
    assert_same(the_college(workspace), advanced)


def test_if_missing_leaves_a_demo_college_as_it_is(workspace: Workspace) -> None:
    made, again = workspace.manage_all(f"{DEMO} --if-missing", "demo_college --if-missing --week 9 --seed 2")
    assert "Wrote" in made.out
    assert again.out == "The demo college is there: 60 students, academic year 2026, week 3, seed 1.\n"
    assert workspace.college.rows("SELECT current_week FROM sim_state") == [(3,)]


def test_a_demo_college_of_an_earlier_version_is_understood(workspace: Workspace) -> None:
    """Its marker knows of no spoiling."""
    workspace.manage_all(DEMO)
    workspace.college.execute(
        "DROP TABLE edumetrics_demo_spoiled", "ALTER TABLE edumetrics_demo_college DROP COLUMN spoiling"
    )
    there, _ = workspace.manage_all("demo_college --if-missing", "demo_college --advance")
    assert there.out == "The demo college is there: 60 students, academic year 2026, week 3, seed 1.\n"
    advanced = the_college(workspace)
    workspace.manage_all(DEMO.replace("--week 3", "--week 4"))
    assert_same(the_college(workspace), advanced)


def test_a_large_college_says_how_far_it_is(make: Maker) -> None:
    small, large = make().manage_in_turn(DEMO, "demo_college --students 10000 --week 1 --past-years 0")
    assert "[1/" not in small.well().out
    steps = [line.split("] ")[1] for line in large.well().out.splitlines() if line.startswith("[")]
    semesters = [f"semester {number} of {classes} classes" for number, classes in ((3, 42), (5, 42), (1, 42), (7, 41))]
    assert steps == ["classes and people", *semesters, "committing and indexing"]


def test_impossible_numbers_are_refused_and_change_nothing(published: Workspace) -> None:
    before = the_college(published)
    week, students, backwards, both = published.manage_in_turn(
        "demo_college --week 37",
        "demo_college --students 0",
        "demo_college --advance 0",
        "demo_college --advance --students 90",
    )
    assert "week is 37; allowed are 0 to 36." in week.refusal()
    assert "students is 0; allowed are 1 to 1000000." in students.refusal()
    assert "--advance is 0; weeks only go forward." in backwards.refusal()
    assert "--advance keeps the college as it is; leave out --students." in both.refusal()
    assert_same(the_college(published), before)
