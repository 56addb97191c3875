"""Attendance of a week and of the semester so far."""

import polars as pl

from edumetrics.engine.keys import distinct, grouped, kept, left_join
from edumetrics.engine.policy import Policy
from edumetrics.engine.tables.clean import CleanTables


def weekly_attendance(clean: CleanTables, policy: Policy) -> pl.DataFrame:
    """student_no, week, held, present: lectures of each teaching week that has rows."""
    rows = kept(clean.attendance, pl.col("week").is_in(policy.calendar.teaching_weeks))
    return grouped(rows, "student_no", "week", pl.col("held", "present").sum()).sort("student_no", "week")


def attendance_so_far(weekly: pl.DataFrame, roll: pl.DataFrame) -> pl.DataFrame:
    """held_so_far, present_so_far: sums over teaching weeks 1..w, for each row of the roll, in its order.

    Null while the student has no row.
    """
    sums = weekly.select(
        "student_no",
        "week",
        held_so_far=pl.col("held").cum_sum().over("student_no"),
        present_so_far=pl.col("present").cum_sum().over("student_no"),
    )
    return (
        roll.select("student_no", "week")
        .join_asof(sums, on="week", by="student_no", strategy="backward", check_sortedness=False)
        .drop("student_no", "week")
    )


def lectures_a_week(weekly: pl.DataFrame, roll: pl.DataFrame) -> pl.DataFrame:
    """class_no, week, lectures_sum, lectures_count: of the lectures held over student-weeks of the roll up to the week.

    Only pairs with lectures held count. Their quotient is m of section 4; both are kept, so that it stays exact.
    """
    by_week = (
        weekly.filter(pl.col("held") > 0)
        .pipe(left_join, roll.select("student_no", "class_no", "week"), "student_no", "week")
        .drop_nulls("class_no")
        .group_by("class_no", "week")
        .agg(lectures=pl.col("held").sum(), pairs=pl.len().cast(pl.Int64))
    )
    return (
        roll.select("class_no", "week")
        .unique()
        .join(by_week, on=["class_no", "week"], how="left")
        .sort("class_no", "week")
        .select(
            "class_no",
            "week",
            lectures_sum=pl.col("lectures").fill_null(0).cum_sum().over("class_no"),
            lectures_count=pl.col("pairs").fill_null(0).cum_sum().over("class_no"),
        )
    )


def classes_with_attendance(clean: CleanTables) -> pl.DataFrame:
    """class_no, week, class_has_attendance (true): weeks in which any student of the class has a row."""
    return distinct(clean.attendance, "class_no", "week").with_columns(class_has_attendance=pl.lit(True))
