"""calibrate and run_weekly where the college is ahead, behind, at the same week, or nowhere."""

import polars as pl
import pytest

from tests.conftest import Maker
from tests.integration.workspace import DERIVED, WORK, Workspace, assert_same, of

UNTIL_4 = pl.col("sem_week") <= 4


def test_at_the_same_week_calibrate_does_nothing(calibrated: Workspace) -> None:
    before = calibrated.results()
    assert "already is at that week: nothing to do" in calibrated.run("calibrate").well().out
    assert_same(calibrated.results(), before)
    run = calibrated.last_run()
    assert (run["state"], run["rows"], run["weeks"]) == ("succeeded", "{}", "[]")


def test_run_weekly_repeats_the_current_week_and_leaves_the_earlier_ones(calibrated: Workspace) -> None:
    before = calibrated.results()
    calibrated.manage_all("run_weekly")
    now = pl.col("sem_week") == 6
    assert_same(of(calibrated.results(), ~now), of(before, ~now))
    assert_same(calibrated.published(DERIVED), without_run(before))
    assert set(calibrated.analysis.table("weekly_metrics").filter(now)["run_id"]) == {2}


def test_behind_calibrate_scores_the_missing_weeks_and_leaves_the_others(calibrated: Workspace) -> None:
    before = calibrated.results()
    planned, done = calibrated.manage_all("demo_college --advance 2", "calibrate --dry-run", "calibrate")[1:]
    assert "Would score 2026 odd semesters, weeks 7-8: 2 classes." in planned.out
    assert "odd semester, week 8 is over" in done.out
    after = calibrated.results()
    assert_same(of(after, pl.col("sem_week") <= 6), of(before))
    assert set(after["weekly_metrics"]["sem_week"]) == set(range(1, 9))
    assert set(after["analysis_state"]["sem_week"]) == {8}


def test_a_dry_run_changes_nothing(calibrated: Workspace) -> None:
    calibrated.manage_all("demo_college --advance 1")
    before = calibrated.everything()
    catch_up, recompute, weekly = calibrated.manage_all(
        "calibrate --dry-run", "calibrate --recompute --from-week 3 --dry-run", "run_weekly --dry-run"
    )
    assert "Would score 2026 odd semesters, week 7: 2 classes." in catch_up.out
    assert "Would score 2026 odd semesters, weeks 3-7: 2 classes." in recompute.out
    assert "Would score 2026 odd semesters, week 7: 2 classes." in weekly.out
    assert_same(calibrated.everything(), before)


def test_ahead_run_weekly_refuses_and_calibrate_removes_the_later_weeks_but_no_contact(calibrated: Workspace) -> None:
    student = calibrated.analysis.table("weekly_flags").filter(sem_week=6)["student_id"][0]
    calibrated.manage_all(f"log_intervention {student} --kind call --by ADV001")
    before = calibrated.results()
    calibrated.set_week(4)

    weekly, dry = calibrated.manage_in_turn("run_weekly", "calibrate --dry-run")
    assert "past the college's week (odd semester 2026, week 4) for 2 classes" in weekly.refusal()
    assert "run manage.py calibrate: it removes the later weeks" in weekly.err
    assert calibrated.last_run()["state"] == "failed"
    assert "past the college's week" in str(calibrated.last_run()["error"])
    assert "Would remove the later weeks of 2 classes" in dry.well().out
    assert_same(calibrated.results(), before)

    assert "Removed the later weeks of 2 classes" in calibrated.run("calibrate").well().out
    after = calibrated.results()
    assert_same(of(after), of(before, UNTIL_4))
    assert after["intervention_log"].equals(before["intervention_log"])
    assert after["intervention_log"].height == 1
    assert set(after["analysis_state"]["sem_week"]) == {4}


def test_after_the_college_went_back_and_forward_again_the_rows_are_the_same(calibrated: Workspace) -> None:
    before = calibrated.published()
    calibrated.set_week(2)
    calibrated.manage_all("calibrate")
    calibrated.set_week(6)
    calibrated.manage_all("calibrate")
    assert_same(calibrated.published(), before)


def test_after_the_college_went_back_a_semester_nothing_of_the_later_one_is_left(make: Maker) -> None:
    workspace = make(("sqlite", "sqlite"))
    workspace.manage_all("migrate --verbosity 0", "demo_college --students 60 --week 16 --past-years 0", "calibrate")
    before = workspace.published((*DERIVED, *WORK))
    workspace.manage_all("demo_college --advance 5", "calibrate")
    for table in ("weekly_metrics", *WORK):
        assert set(workspace.analysis.table(table)["semester"]) == {3, 4}
    workspace.set_week(16)
    workspace.manage_all("calibrate")
    assert_same(workspace.published((*DERIVED, *WORK)), before)
    assert workspace.analysis.table("analysis_state").select("semester", "sem_week").rows() == [(3, 16)]


def test_recompute_from_a_week_rewrites_that_week_and_the_later_ones_only(calibrated: Workspace) -> None:
    before = calibrated.results()
    calibrated.manage_all("calibrate --recompute --from-week 5")
    after = calibrated.results()
    assert_same(of(after, UNTIL_4), of(before, UNTIL_4))
    assert set(after["weekly_metrics"].filter(~UNTIL_4)["run_id"]) == {2}
    assert_same(without_run(after), without_run(before))


def test_from_week_is_checked(calibrated: Workspace) -> None:
    too_late, zero, alone = calibrated.manage_in_turn(
        "calibrate --recompute --from-week 7", "calibrate --recompute --from-week 0", "calibrate --from-week 3"
    )
    assert "--from-week is 7; weeks 1 to 6 of the semester are over" in too_late.refusal()
    assert "--from-week is 0; weeks begin with 1" in zero.refusal()
    assert "--from-week goes with --recompute" in alone.refusal()


def test_in_week_0_nothing_is_done(calibrated: Workspace) -> None:
    calibrated.set_week(0)
    before = calibrated.results()
    for done in calibrated.manage_all("calibrate", "calibrate --recompute", "run_weekly"):
        assert "No week of the academic year is over yet: nothing to do." in done.out
    assert_same(calibrated.results(), before)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("UPDATE sim_state SET current_week = 37", "current week is 37; the calendar of the policy has weeks 0 to 36"),
        ("UPDATE sim_state SET current_week = -1", "current week is -1; the calendar of the policy has weeks 0 to 36"),
        ("DELETE FROM sim_state", "table sim_state has 0 rows with current_week and sim_year; it must have one"),
        ("INSERT INTO sim_state (id, current_week, sim_year) VALUES (2, 6, 2026)", "table sim_state has 2 rows"),
        ("DELETE FROM students", "table students is empty, so there is nobody to score"),
        ("DELETE FROM classes", "table classes is empty, so there is nobody to score"),
    ],
)
def test_a_college_that_is_nowhere_is_refused_with_a_sentence(calibrated: Workspace, change: str, message: str) -> None:
    calibrated.college.execute(change)
    before = calibrated.published()
    for refused in calibrated.manage_in_turn("calibrate --recompute", "run_weekly"):
        assert message in refused.refusal()
    assert_same(calibrated.published(), before)


def test_where_no_class_has_a_semester_now_there_is_nothing_to_do(calibrated: Workspace) -> None:
    calibrated.college.execute("UPDATE classes SET odd_sem = NULL")
    before = calibrated.published()
    for done in calibrated.manage_all("calibrate --recompute", "run_weekly"):
        assert "No class of the college is in an odd semester: nothing to do." in done.out
    assert_same(calibrated.published(), before)


def test_without_sim_state_the_week_comes_from_the_policy(calibrated: Workspace) -> None:
    calibrated.college.execute("DROP TABLE sim_state")
    mapping = calibrated.file("mapping.toml", "[tables]\nsim_state = false\n")
    ended = calibrated.file("policy.toml", '[calendar.first_days]\n"2020-odd" = 2020-07-20\n')
    without, with_first_day = (
        calibrated.run("calibrate --dry-run", MAPPING_FILE=mapping, POLICY_FILE=policy) for policy in ("", ended)
    )
    assert "[calendar.first_days]" in without.refusal()
    assert "academic year 2020, odd semester, week 18 is over" in with_first_day.well().out


def without_run(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The derived tables less what every run has of its own."""
    return {name: tables[name].drop("run_id", "computed_at", strict=False) for name in DERIVED}
