"""One calibrate gives exactly what the weekly runs gave."""

import polars as pl
import pytest

from tests.conftest import Maker
from tests.integration.workspace import DERIVED, Pair, Workspace, assert_same

SMALL = "demo_college --students 60 --past-years 1"
MIGRATE = "migrate --verbosity 0"
A_WEEK = ("demo_college --advance", "run_weekly")


def test_weekly_runs_with_contacts_give_the_rows_of_one_calibrate_at_the_end(pair: Pair, make: Maker) -> None:
    weekly = make(pair)
    weekly.manage_all(MIGRATE, f"{SMALL} --week 1", "run_weekly", *A_WEEK * 4)
    weekly.manage_all(*contacts_with(weekly, week=5), *A_WEEK * 7)
    lists = weekly.analysis.table("weekly_flags")["list"].unique()
    assert {"contact", "in_progress", "integrity"} <= set(lists)

    at_once = make(pair)
    at_once.manage_all(MIGRATE, f"{SMALL} --week 12")
    log_again(at_once, weekly)
    at_once.manage_all("calibrate")
    assert_same(at_once.published(), weekly.published())

    weekly.run("calibrate --recompute").well()
    assert_same(weekly.published(), at_once.published())
    assert set(weekly.analysis.table("weekly_metrics")["run_id"]) == {weekly.last_run()["id"]}


def test_a_calibrate_after_some_weeks_finishes_the_odd_semester_and_starts_the_even_one(
    pair: Pair, make: Maker
) -> None:
    late, weekly = make(pair), make(pair)
    begin = (MIGRATE, f"{SMALL} --week 17", "calibrate")
    report = late.manage_all(*begin, "demo_college --advance 3", "calibrate")[-1].out
    weekly.manage_all(*begin, *A_WEEK * 3)
    assert "academic year 2026, even semester, week 2 is over" in report
    assert weeks_of(late) == {(2026, 3): list(range(1, 19)), (2026, 4): [1, 2]}
    assert states_of(late) == {(2026, 4, 2)}
    assert_same(late.published(), weekly.published())


def test_a_calibrate_after_some_weeks_finishes_the_year_and_starts_the_next(pair: Pair, make: Maker) -> None:
    late, weekly = make(pair), make(pair)
    begin = (MIGRATE, f"{SMALL} --week 35", "calibrate")
    late.manage_all(*begin, "demo_college --advance 4", "calibrate")
    between = weekly.manage_all(*begin, *A_WEEK * 2)
    assert "nothing to do" in between[-1].out
    weekly.manage_all(*A_WEEK * 2)
    assert weeks_of(late) == {(2026, 4): list(range(1, 19)), (2027, 5): [1, 2]}
    assert states_of(late) == {(2027, 5, 2)}
    assert_same(late.published(), weekly.published())


def test_a_contact_leaves_the_week_whose_list_it_answers_as_it_was(pair: Pair, make: Maker) -> None:
    # Week 7 of this semester has a student whom escalation raised.
    workspace = make(pair)
    workspace.manage_all(MIGRATE, f"{SMALL} --week 25", "calibrate")
    before = workspace.published()
    student = before["weekly_flags"].filter(raised(), sem_week=7)["student_id"][0]
    workspace.manage_all(f"log_intervention {student} --kind call --by ADV001", "calibrate --recompute")
    assert_same(workspace.published(), before)


@pytest.mark.parametrize("pair", [("sqlite", "sqlite")], ids="-".join)
def test_what_is_published_of_a_class_that_has_graduated_stays(pair: Pair, make: Maker) -> None:
    # The one class of a college of 60 students is in its fourth year in 2028.
    workspace = make(pair)
    workspace.manage_all(MIGRATE, f"{SMALL} --year 2028 --week 36", "calibrate")
    before = {name: workspace.analysis.table(name) for name in DERIVED}
    workspace.manage_all("demo_college --advance 3", "calibrate")
    after = {name: workspace.analysis.table(name).filter(pl.col("semester") == 8) for name in DERIVED}
    assert weeks_of(workspace) == {(2028, 8): list(range(1, 19)), (2029, 1): [1, 2]}
    assert_same(after, before)


def contacts_with(workspace: Workspace, week: int) -> list[str]:
    """Commands that log a contact with the first three of a week's list whom escalation did not raise."""
    flags = workspace.analysis.table("weekly_flags").filter(~raised(), sem_week=week, list="contact")
    students = flags.sort("class_id", "rank_in_class")["student_id"].head(3)
    assert len(students) == 3
    return [f"log_intervention {student_id} --kind call --by ADV001" for student_id in students]


def raised() -> pl.Expr:
    """Whether escalation has raised watch to high."""
    return (pl.col("risk_level") == "high") & (pl.col("risk_score") < 40)


def log_again(workspace: Workspace, other: Workspace) -> None:
    """The contacts of another workspace, row for row."""
    columns = "student_id, class_id, academic_year, semester, sem_week, advisor, kind, notes, outcome, logged_at"
    columns += ", follow_up_by"
    rows = other.analysis.rows(f"SELECT {columns} FROM intervention_log")
    workspace.analysis.execute(
        *(
            f"INSERT INTO intervention_log ({columns}) VALUES ({', '.join(repr(str(value)) for value in row)})"
            for row in rows
        )
    )


def weeks_of(workspace: Workspace) -> dict[tuple[int, int], list[int]]:
    """The weeks that have metrics, by academic year and semester."""
    metrics = workspace.analysis.table("weekly_metrics")
    groups = metrics.group_by("academic_year", "semester").agg(pl.col("sem_week").unique().sort())
    return {(year, semester): weeks for year, semester, weeks in groups.iter_rows()}


def states_of(workspace: Workspace) -> set[tuple[int, int, int]]:
    """Where the classes are."""
    state = workspace.analysis.table("analysis_state")
    return set(state.select("academic_year", "semester", "sem_week").iter_rows())
