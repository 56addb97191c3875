"""From two empty databases to a week's list."""

import polars as pl

from tests.conftest import STANDARD, Maker, Templates, need
from tests.integration.workspace import Pair, Workspace, assert_same

COMMANDS = (
    "migrate --verbosity 0",
    f"demo_college {STANDARD}",
    "calibrate",
    "flagged --advisor ADV001",
    "export weekly_metrics",
)


def test_every_pair_of_databases_gives_the_same_rows_twice_in_a_row(
    any_pair: Pair, make: Maker, templates: Templates
) -> None:
    workspace = make(any_pair)
    first = workspace.manage_all(*COMMANDS)
    rows = workspace.results()
    assert_same(workspace.published(), templates.calibrated(("sqlite", "sqlite")).published())

    second = workspace.manage_all(*COMMANDS)
    assert_same(workspace.results(), rows)
    assert [one.out for one in second[3:]] == [one.out for one in first[3:]]
    assert "nothing to do" in second[2].out


def test_a_week_more_of_a_college_on_mariadb_is_that_of_one_on_sqlite(make: Maker, templates: Templates) -> None:
    analysis_and_college: Pair = need(("sqlite", "mysql"))
    found, expected = (make(copy=templates.calibrated(pair)) for pair in (analysis_and_college, ("sqlite", "sqlite")))
    for workspace in (found, expected):
        report = workspace.manage_all("demo_college --advance", "run_weekly")[1].out
        assert "week 7 is over" in report
        assert "Data quality: no row was wrong." in report
    assert_same(found.published(), expected.published())


def test_each_command_works_as_a_process_of_its_own(make: Maker) -> None:
    workspace = make(("sqlite", "sqlite"))
    workspace.manage("migrate", "--verbosity", 0).well()
    workspace.manage("demo_college", "--students", 60, "--week", 2, "--past-years", 0).well()
    report = workspace.manage("calibrate").well().out
    metrics = workspace.analysis.table("weekly_metrics")
    assert "College: academic year 2026, odd semester, week 2 is over." in report
    assert f"weekly_metrics {metrics.height}," in report
    assert "Data quality: no row was wrong." in report
    assert metrics["sem_week"].unique().sort().to_list() == [1, 2]


def test_every_student_on_the_roll_has_a_row_every_week(published: Workspace) -> None:
    metrics = published.analysis.table("weekly_metrics")
    students = published.college.table("students")
    everybody = students.filter(pl.col("joined_on").dt.year() < 2026, pl.col("left_on").is_null())["student_id"]
    weeks = metrics.filter(pl.col("student_id").is_in(everybody.implode())).group_by("student_id").len()
    assert weeks.height == len(everybody)
    assert set(weeks["len"]) == {6}
