"""Who is on the roll in which week (scoring.md, "Calendar and roll")."""

import polars as pl

from edumetrics.engine.policy import Policy
from edumetrics.engine.tables.clean import CleanTables
from edumetrics.engine.tables.roster import Roster, week_of


def spans(roster: Roster, clean: CleanTables, policy: Policy) -> pl.DataFrame:
    """First and last week on the roll of each student being scored.

    Columns: student_no, student_id, class_no, advisor, first_week (1..), last_week (null: still there),
    first_row_week (null: no row of the student counts yet), join_is_known (by its date).
    """
    joined = week_of(pl.col("joined_on"), pl.col("first_day")).clip(lower_bound=1)
    silent = policy.calendar.silent_join_week
    return (
        roster.students.drop_nulls("class_no")
        .join(roster.classes.select("class_no", "first_day"), on="class_no")
        .join(_first_row_weeks(clean), on="student_no", how="left")
        .select(
            "student_no",
            "student_id",
            "class_no",
            "advisor",
            # Nobody's first row is waited for beyond the silent join week: that would look ahead.
            first_week=pl.coalesce(joined, pl.min_horizontal("first_row_week", pl.lit(silent))),
            last_week=week_of(pl.col("left_on"), pl.col("first_day")) - 1,
            first_row_week="first_row_week",
            join_is_known=joined.is_not_null(),
        )
        .sort("student_no")
    )


def _first_row_weeks(clean: CleanTables) -> pl.DataFrame:
    """student_no, first_row_week: the first week from which any row of the student counts, at least 1."""
    return (
        pl.concat(
            [
                clean.attendance.select("student_no", known="week"),
                clean.library.select("student_no", known="week"),
                clean.borrows.select("student_no", known="week"),
                clean.hand_ins.select("student_no", "known"),
                clean.exam_rows.select("student_no", "known"),
            ]
        )
        .group_by("student_no")
        .agg(first_row_week=pl.col("known").min().clip(lower_bound=1))
    )


def roll(spans: pl.DataFrame, roster: Roster, policy: Policy) -> pl.DataFrame:
    """One row for each student and week on the roll, up to the class's through_week.

    Columns: student_no, class_no, week, teaching_no (0.. among the teaching weeks; null in exam and holiday weeks).
    Sorted by student_no and week.
    """
    last = pl.min_horizontal("through_week", pl.col("last_week").fill_null(policy.calendar.weeks))
    return (
        spans.join(roster.classes.select("class_no", "through_week"), on="class_no", maintain_order="left")
        .with_columns(last=last)
        .filter(pl.col("last") >= pl.col("first_week"))
        .select("student_no", "class_no", week=pl.int_ranges("first_week", pl.col("last") + 1))
        .explode("week")
        .join(teaching_numbers(policy), on="week", how="left", maintain_order="left")
    )


def teaching_numbers(policy: Policy) -> pl.DataFrame:
    """week, teaching_no: the teaching weeks in order, numbered from 0."""
    weeks = policy.calendar.teaching_weeks
    return pl.DataFrame(
        {"week": weeks, "teaching_no": range(len(weeks))}, schema={"week": pl.Int64(), "teaching_no": pl.Int64()}
    )
