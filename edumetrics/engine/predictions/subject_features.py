"""What is known of a student in one subject at the end of a week, as numbers to predict from."""

import polars as pl

from edumetrics.engine.keys import left_join
from edumetrics.engine.policy import Policy
from edumetrics.engine.predictions.student_features import TERM_KEY
from edumetrics.engine.tables.clean import CleanTables
from edumetrics.engine.tables.roster import Roster

FEATURES = ("subject_attendance", "subject_mark", "subject_handed_in", "subject_midterm", "subject_pass_rate")

BASELINES = ("class_mean", "last_exam", "performance_alone")

_KEY = ("student_no", "subject_id", "sem_week")

OF_STUDENT = (
    "week",
    "performance",
    "performance_to_class",
    "overall_attendance",
    "recent_attendance",
    "recent_effort",
    "submit_rate",
    "attempt_rate",
    "midterm",
    "last_endterm",
    "risk_score",
    "share_of_weeks_flagged",
)
"""The student's features that a subject's prediction uses too."""


def subject_features(
    students: pl.DataFrame,
    clean: CleanTables,
    roster: Roster,
    pass_rates: pl.DataFrame,
    taught: pl.DataFrame,
    policy: Policy,
) -> pl.DataFrame:
    """One row for each row of ``students`` and subject: TERM_KEY, sem_week, class_id, subject_id, features, BASELINES.

    ``students``: of ``student_features``, of the weeks wanted. ``taught``: class_id, semester, subject_id whose endterm
    is scheduled. ``pass_rates``: subject_id, academic_year (of the prediction), pass_rate of the years before it.
    """
    weeks = sorted(set(students["sem_week"]))
    rows = (
        subjects_so_far(students.select(*TERM_KEY, "sem_week", "class_id", *OF_STUDENT), clean, roster, taught)
        .join(_midterm(clean, weeks), on=_KEY, how="left")
        .join(pass_rates, on=["subject_id", "academic_year"], how="left")
    )
    midterm, mark = pl.col("subject_midterm"), pl.col("subject_mark")
    of_class = ("class_id", "academic_year", "semester", "sem_week", "subject_id")
    return rows.with_columns(
        last_exam=pl.coalesce(midterm, "midterm", "last_endterm", mark),
        performance_alone=pl.col("performance"),
        class_mean=pl.coalesce(midterm, mark, "performance").mean().over(of_class),
    ).select(*TERM_KEY, "sem_week", "class_id", "subject_id", *OF_STUDENT, *FEATURES, *BASELINES)


def subjects_so_far(students: pl.DataFrame, clean: CleanTables, roster: Roster, taught: pl.DataFrame) -> pl.DataFrame:
    """Each row of ``students`` (student_id, sem_week, class_id, semester and others) for each subject that is taught.

    With student_no, subject_attendance (percent), subject_mark (percent) and subject_handed_in (0-1); null: nothing is
    known of the subject yet.
    """
    numbers = roster.students.select("student_id", "student_no")
    weeks = sorted(set(students["sem_week"]))
    rows = students.join(numbers, on="student_id").join(taught, on=["class_id", "semester"])
    for known in (_attendance(clean, weeks), _work(clean, roster, weeks)):
        rows = rows.join(known, on=_KEY, how="left")
    return rows


def past_pass_rates(difficulty: pl.DataFrame, years: list[int]) -> pl.DataFrame:
    """subject_id, academic_year, pass_rate: for each of ``years`` the share that passed in the years before it.

    ``difficulty``: subject_id, academic_year, total_students, students_passed.
    """
    frames = [
        difficulty.filter(pl.col("academic_year") < year)
        .group_by("subject_id")
        .agg((pl.col("students_passed").sum() / pl.col("total_students").sum()).alias("subject_pass_rate"))
        .select("subject_id", pl.lit(year, pl.Int64).alias("academic_year"), "subject_pass_rate")
        for year in sorted(set(years))
    ]
    schema = {"subject_id": pl.String(), "academic_year": pl.Int64(), "subject_pass_rate": pl.Float64()}
    return pl.concat([pl.DataFrame(schema=schema), *frames]).sort("subject_id", "academic_year")


def taught_subjects(exam_schedule: pl.DataFrame) -> pl.DataFrame:
    """class_id, semester, subject_id of the subjects whose endterm is scheduled."""
    return (
        exam_schedule.filter(pl.col("exam_type") == "endterm")
        .select("class_id", "semester", "subject_id")
        .drop_nulls()
        .unique()
        .sort("class_id", "subject_id")
    )


def _attendance(clean: CleanTables, weeks: list[int]) -> pl.DataFrame:
    """subject_attendance: lectures of the subject attended so far, in percent."""
    rows = clean.attendance.drop_nulls("subject_id")
    return _as_known(
        rows,
        "week",
        weeks,
        held=pl.col("held").sum(),
        present=pl.col("present").sum(),
    ).select(*_KEY, subject_attendance=pl.when(pl.col("held") > 0).then(100 * pl.col("present") / pl.col("held")))


def _work(clean: CleanTables, roster: Roster, weeks: list[int]) -> pl.DataFrame:
    """subject_mark: mean mark of the subject's work so far; subject_handed_in: share of what was due of it."""
    items = clean.items.drop_nulls("subject_id").select("item_no", "class_no", "subject_id", due="week")
    students = roster.students.select("student_no", "class_no").drop_nulls()
    frames = []
    for week in weeks:
        due = students.join(items.filter(pl.col("due") <= week), on="class_no")
        done = clean.hand_ins.filter(pl.col("known") <= week).select("item_no", "student_no", "handed_in", "mark_pct")
        frames.append(
            left_join(due, done, "item_no", "student_no")
            .group_by("student_no", "subject_id")
            .agg(
                subject_mark=pl.col("mark_pct").mean(),
                subject_handed_in=pl.col("handed_in").fill_null(False).mean(),
            )
            .with_columns(sem_week=pl.lit(week, pl.Int64))
        )
    return pl.concat(frames)


def _midterm(clean: CleanTables, weeks: list[int]) -> pl.DataFrame:
    rows = clean.exam_results.filter(~pl.col("last") & (pl.col("exam_type") == "midterm")).drop_nulls("subject_id")
    return _as_known(rows, "known", weeks, subject_midterm=pl.col("score_pct").mean())


def _as_known(rows: pl.DataFrame, week: str, weeks: list[int], **values: pl.Expr) -> pl.DataFrame:
    """student_no, subject_id, sem_week and the values over the rows known at each of ``weeks``."""
    return pl.concat(
        rows.filter(pl.col(week) <= one)
        .group_by("student_no", "subject_id")
        .agg(**values)
        .with_columns(sem_week=pl.lit(one, pl.Int64))
        for one in weeks
    )
