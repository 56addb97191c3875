"""The roster of students follows the college's, and what stays as it is is not written."""

import polars as pl
import pytest

from tests.conftest import Maker
from tests.integration.workspace import Pair, Workspace

COLLEGE = "demo_college --students 240 --week 6 --past-years 0"


@pytest.fixture
def workspace(pair: Pair, make: Maker) -> Workspace:
    """Four classes in the odd semesters of a year."""
    made = make(pair)
    made.manage_all("migrate --verbosity 0", COLLEGE, "calibrate --shard-students 60 --workers 1")
    return made


def roster(workspace: Workspace) -> pl.DataFrame:
    return workspace.analysis.table("roster_student").sort("student_id")


def assert_is_the_college_s(workspace: Workspace) -> None:
    found = roster(workspace).drop("run_id")
    college = workspace.college.table("students").sort("student_id").select(found.columns)
    differing = [name for name in found.columns if found[name].to_list() != college[name].to_list()]
    assert not differing, found.join(college, on=found.columns, how="anti", nulls_equal=True)


@pytest.mark.parametrize("options", ["--workers 1", "--workers 2"])
def test_what_changed_is_written_and_nothing_else(workspace: Workspace, options: str) -> None:
    assert_is_the_college_s(workspace)
    before = roster(workspace)
    classes = sorted(set(before["class_id"]))
    students = [before.filter(class_id=class_id)["student_id"].to_list() for class_id in classes]
    changed = {
        # Each way, so that one shard is published before the one that is left.
        students[0][0]: f"UPDATE students SET class_id = '{classes[1]}' WHERE student_id = '{students[0][0]}'",
        students[1][0]: f"UPDATE students SET class_id = '{classes[0]}' WHERE student_id = '{students[1][0]}'",
        students[1][1]: f"UPDATE students SET phone = NULL, name = '' WHERE student_id = '{students[1][1]}'",
        students[2][0]: f"UPDATE students SET class_id = NULL WHERE student_id = '{students[2][0]}'",
    }
    workspace.college.execute(*changed.values(), f"DELETE FROM students WHERE student_id = '{students[3][0]}'")
    workspace.manage("run_weekly", "--shard-students", 60, *options.split())
    assert workspace.last_run()["state"] == "succeeded"
    assert_is_the_college_s(workspace)
    now = roster(workspace)
    assert set(now.filter(pl.col("run_id") > 1)["student_id"]) == set(changed)

    # Who is in a class again, and who is in none any more.
    workspace.college.execute(
        f"UPDATE students SET class_id = '{classes[2]}' WHERE student_id = '{students[2][0]}'",
        f"UPDATE students SET class_id = NULL WHERE student_id = '{students[0][1]}'",
    )
    workspace.manage("run_weekly", "--shard-students", 60, *options.split())
    assert_is_the_college_s(workspace)
    assert set(roster(workspace).filter(pl.col("run_id") > 2)["student_id"]) == {students[2][0], students[0][1]}


def test_a_class_that_is_no_more_is_on_the_roster_no_more(workspace: Workspace) -> None:
    gone = max(roster(workspace)["class_id"])
    workspace.college.execute(
        f"DELETE FROM students WHERE class_id = '{gone}'", f"DELETE FROM classes WHERE class_id = '{gone}'"
    )
    workspace.manage("run_weekly")
    assert_is_the_college_s(workspace)
    assert gone not in set(roster(workspace)["class_id"])
