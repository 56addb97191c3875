"""A logged contact, and what the next weeks make of it."""

import polars as pl

from tests.conftest import Maker
from tests.integration.workspace import Workspace, assert_same, of

LEVELS = ["watch", "high", "critical"]


def test_a_contact_puts_the_student_in_progress_for_two_teaching_weeks(calibrated: Workspace, make: Maker) -> None:
    calibrated.manage_all("demo_college --advance 4", "calibrate")
    without = calibrated.published()
    student = one_who_stays(without["weekly_flags"])
    calibrated.set_week(6)
    calibrated.manage_all("calibrate")
    logged = calibrated.manage(
        "log_intervention", student, "--kind", "call", "--by", "ADV001", "--notes", "will come\non Monday",
        "--outcome", "agreed", "--follow-up-on", "2026-09-14",
    ).well()  # fmt: skip
    assert f"Logged as contact 1 of {student}, for the list of week 6." in logged.out
    entry = calibrated.analysis.table("intervention_log").row(0, named=True)
    assert (entry["student_id"], entry["sem_week"], entry["kind"]) == (student, 6, "call")
    assert entry["notes"] == "will come\non Monday"
    assert str(entry["follow_up_on"]) == "2026-09-14"

    calibrated.set_week(7)
    calibrated.manage_all("run_weekly")
    until_6 = pl.col("sem_week") <= 6
    assert_same(of(calibrated.published(), until_6), of(without, until_6))
    now, before = (
        flags.filter(sem_week=7) for flags in (calibrated.published()["weekly_flags"], without["weekly_flags"])
    )
    mine = now.filter(student_id=student).row(0, named=True)
    assert (mine["list"], mine["rank_in_class"]) == ("in_progress", None)
    # Who was ranked after the student moves up by one.
    old = before.filter(student_id=student).row(0, named=True)
    moved = before.filter(pl.col("rank_in_class") > old["rank_in_class"], class_id=old["class_id"])
    moved = moved.join(now, on="student_id", suffix="_now")
    assert (moved["rank_in_class"] - 1).to_list() == moved["rank_in_class_now"].to_list()
    assert "IN PROGRESS (1)" in calibrated.run(f"flagged --class {mine['class_id']}").well().out

    # Week 8 is the midterm, so week 9 is the second teaching week after the contact.
    calibrated.set_week(10)
    calibrated.manage_all("run_weekly")
    flags = calibrated.analysis.table("weekly_flags").filter(student_id=student)
    lists = dict(flags.select("sem_week", "list").iter_rows())
    assert lists[9] == "in_progress"
    assert lists[10] in ("contact", "watching")


def test_a_contact_of_somebody_unknown_is_refused(published: Workspace, workspace: Workspace) -> None:
    message = published.run("log_intervention NOBODY --kind call --by ADV001").refusal()
    assert "There is no student 'NOBODY' on the roster of the last run." in message
    wrong_kind = published.run("log_intervention NOBODY --kind shout --by ADV001")
    assert wrong_kind.code == 2
    assert "mail_to_parent" in wrong_kind.err
    *_, empty = workspace.manage_in_turn("migrate --verbosity 0", "log_intervention NOBODY --kind call --by ADV001")
    assert "There is no student 'NOBODY'" in empty.refusal()


def one_who_stays(flags: pl.DataFrame) -> str:
    """A ranked student of weeks 6, 7, 9 and 10 whose level does not rise and who is no override."""
    ranked = flags.filter(pl.col("rank_in_class").is_not_null(), pl.col("sem_week").is_in([6, 7, 9, 10]))
    level = pl.col("risk_level").replace_strict({name: number for number, name in enumerate(LEVELS)})
    stays = (
        ranked.sort("sem_week")
        .group_by("student_id")
        .agg(
            weeks=pl.len(),
            rises=(level > level.first()).any(),
            overrides=pl.col("override").any(),
        )
        .filter(pl.col("weeks") == 4, ~pl.col("rises"), ~pl.col("overrides"))
    )
    return str(stays.sort("student_id")["student_id"][0])
