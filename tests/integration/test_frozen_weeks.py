"""What is published stays, whatever the college or the policy file does later."""

import json

import polars as pl

from tests.integration.workspace import DERIVED, Workspace, assert_same, of


def test_late_changes_of_the_source_are_reported_and_leave_published_weeks_as_they_are(calibrated: Workspace) -> None:
    students = calibrated.college.table("students")["student_id"].head(2).to_list()
    class_id = calibrated.college.table("students")["class_id"][0]
    before = calibrated.results()
    calibrated.manage_all("demo_college --advance")
    named = ", ".join(f"'{student}'" for student in students)
    calibrated.college.execute(
        "UPDATE attendance SET present = CASE WHEN present > 0 THEN 0 ELSE lectures_held END "
        f"WHERE week = 3 AND student_id IN ({named})"
    )
    report = calibrated.run("run_weekly").well().out
    assert_same(of(calibrated.results(), pl.col("sem_week") <= 6), of(before))
    line = f"{class_id}, week 3: the source changed for 2 students after the week was published; it stays as published"
    assert line in report
    # What an overall figure of weeks 4 to 6 should be has changed with it.
    changes = json.loads(str(calibrated.last_run()["quality"]))["late_changes"]
    assert changes == [{"class_id": class_id, "sem_week": week, "students": 2} for week in (3, 4, 5, 6)]
    week_7 = calibrated.analysis.table("weekly_metrics").filter(sem_week=7)
    assert week_7.height > 100

    calibrated.manage_all("calibrate --recompute")
    changed = of(calibrated.results(), pl.col("sem_week") <= 6)["weekly_metrics"]
    differ = changed.join(before["weekly_metrics"], on=["student_id", "sem_week", "overall_att_pct"], how="anti")
    assert set(differ["student_id"]) == set(students)
    assert set(differ["sem_week"]) == {3, 4, 5, 6}


def test_an_unchanged_source_has_no_late_changes(calibrated: Workspace) -> None:
    report = calibrated.manage_all("demo_college --advance", "run_weekly")[-1].out
    assert "the source changed" not in report
    assert json.loads(str(calibrated.last_run()["quality"]))["late_changes"] == []


def test_a_changed_policy_is_refused_in_mid_semester_unless_recompute_says_from_which_week(
    calibrated: Workspace,
) -> None:
    changed = calibrated.file("policy.toml", "[risk.weights]\nlow_effort = 12\n[triage.levels]\nwatch = 20\n")
    before = calibrated.results()
    for refused in calibrated.manage_in_turn("calibrate", "run_weekly", POLICY_FILE=changed):
        message = refused.refusal()
        assert "risk.weights.low_effort: 8.0 -> 12.0" in message
        assert "triage.levels.watch: 25.0 -> 20.0" in message
        assert "calibrate --recompute --from-week WEEK" in message
    assert_same(calibrated.results(), before)

    calibrated.manage_all("calibrate --recompute --from-week 5", "run_weekly", "calibrate", POLICY_FILE=changed)
    after = calibrated.results()
    early = pl.col("sem_week") < 5
    assert_same(of(after, early), of(before, early))
    assert set(after["analysis_state"]["policy_version"]).isdisjoint(before["analysis_state"]["policy_version"])
    levels = after["weekly_flags"].filter(pl.col("risk_level").is_not_null(), ~early)
    assert levels.height > before["weekly_flags"].filter(pl.col("risk_level").is_not_null(), ~early).height

    # Now the new one is pinned.
    assert "low_effort: 12.0 -> 8.0" in calibrated.run("run_weekly").refusal()


def test_a_new_semester_may_begin_with_a_new_policy(calibrated: Workspace) -> None:
    changed = calibrated.file("policy.toml", "[triage.levels]\nwatch = 20\n")
    calibrated.manage_all("demo_college --advance 12", "calibrate")
    before = calibrated.published(DERIVED)
    calibrated.manage_all("demo_college --advance 1", "run_weekly", POLICY_FILE=changed)
    odd = pl.col("semester") % 2 == 1
    assert_same(of(calibrated.published(DERIVED), odd), before)
    even = calibrated.analysis.table("weekly_metrics").filter(~odd)
    assert set(even["sem_week"]) == {1}
