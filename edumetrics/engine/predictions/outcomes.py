"""What came of a semester: exam scores, who failed, who left. Definitions: docs/reference/predictions.md."""

import polars as pl

from edumetrics.engine.policy import Policy
from edumetrics.engine.predictions.student_features import TERM_KEY
from edumetrics.engine.tables.clean import CleanTables
from edumetrics.engine.tables.roster import Roster

RESULT_SCHEMA = pl.Schema(
    {
        "student_id": pl.String(),
        "academic_year": pl.Int64(),
        "semester": pl.Int64(),
        "class_id": pl.String(),
        "subject_id": pl.String(),
        "exam_type": pl.String(),
        "known": pl.Int64(),
        "score_pct": pl.Float64(),
        "failed": pl.Boolean(),
    }
)


def exam_results(clean: CleanTables, roster: Roster, policy: Policy, *, last: bool = False) -> pl.DataFrame:
    """The results of this semester's exams (RESULT_SCHEMA), one row a student, exam and subject.

    With ``last`` those of the endterm of the semester before, under that semester. ``known``: week, of the semester
    being scored, from which it counts. ``score_pct`` is null for somebody absent. ``failed``: as the college says,
    else a score below ``predictions.pass_pct``, or absence; null where neither is known.
    """
    below = pl.col("score_pct") < policy.predictions.pass_pct
    rows = clean.exam_results.filter(pl.col("last") == last).drop_nulls("subject_id")
    named = _named(rows, roster)
    if last:
        before = pl.col("semester") - 1
        named = named.with_columns(semester=before, academic_year=year_of(before))
    return named.select(
        *TERM_KEY,
        "class_id",
        "subject_id",
        "exam_type",
        "known",
        "score_pct",
        failed=pl.coalesce(~pl.col("passed"), below),
    )


def year_of(semester: pl.Expr) -> pl.Expr:
    """The academic year of a semester of those who are in column semester in column academic_year."""
    return pl.col("academic_year") - ((pl.col("semester") + 1) // 2 - (semester + 1) // 2)


def last_endterms(clean: CleanTables, roster: Roster) -> pl.DataFrame:
    """student_id, academic_year, semester (the one after it), known, score_pct: mean endterm score as known."""
    sums = (
        clean.last_endterm.group_by("student_no", "known")
        .agg(score=pl.col("score_pct").sum(), subjects=pl.len())
        .sort("student_no", "known")
        .with_columns(pl.col("score", "subjects").cum_sum().over("student_no"))
    )
    return _named(sums, roster).select(*TERM_KEY, "known", score_pct=pl.col("score") / pl.col("subjects"))


def over_subjects(results: pl.DataFrame) -> pl.DataFrame:
    """One row for each student and exam: TERM_KEY, class_id, exam_type, known, actual, failed_subjects, failed.

    ``known``: when all of its results were. ``actual``: mean score over the subjects; null for one absent from all.
    """
    return (
        results.group_by(*TERM_KEY, "class_id", "exam_type")
        .agg(
            known=pl.col("known").max(),
            actual=pl.col("score_pct").mean(),
            failed_subjects=pl.col("failed").fill_null(False).sum().cast(pl.Int64),
            told=pl.col("failed").is_not_null().any(),
        )
        .with_columns(failed=pl.when("told").then(pl.col("failed_subjects") > 0))
        .drop("told")
        .sort(TERM_KEY)
    )


def leavers(metrics: pl.DataFrame, exam_week: int) -> pl.DataFrame:
    """TERM_KEY, class_id, last_week of those on the roll in an earlier week and not in ``exam_week``.

    ``metrics``: rows of weekly_metrics up to the exam week or later, as every student on the roll has one each week.
    """
    return (
        metrics.filter(pl.col("sem_week") <= exam_week)
        .group_by(*TERM_KEY, "class_id")
        .agg(last_week=pl.col("sem_week").max())
        .filter(pl.col("last_week") < exam_week)
        .sort(TERM_KEY)
    )


def semester_outcomes(results: pl.DataFrame, metrics: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """What came of each student whose endterm is known or who left: TERM_KEY, class_id, actual, failed_subjects,
    failed, left_college, last_week, known, lost.

    ``lost`` is what p_at_risk and the watchlist predict: failed at least one endterm, or left before it. ``last_week``:
    of those who left, their last week on the roll. ``metrics``: of the whole semester.
    """
    if not policy.calendar.endterm_weeks:
        return _no_outcomes()
    week = policy.calendar.endterm_weeks[-1]
    sat = over_subjects(results.filter(pl.col("exam_type") == "endterm")).drop("exam_type")
    left = leavers(metrics, week).join(sat, on=TERM_KEY, how="anti")
    return (
        pl.concat([sat, left], how="diagonal")
        .with_columns(left_college=pl.col("last_week").is_not_null())
        .with_columns(lost=pl.col("left_college") | pl.col("failed"))
        .filter(pl.col("left_college") | pl.col("failed").is_not_null())
        .select(_no_outcomes().columns)
        .sort(TERM_KEY)
    )


def _no_outcomes() -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            "student_id": pl.String(),
            "academic_year": pl.Int64(),
            "semester": pl.Int64(),
            "class_id": pl.String(),
            "actual": pl.Float64(),
            "failed_subjects": pl.Int64(),
            "failed": pl.Boolean(),
            "left_college": pl.Boolean(),
            "last_week": pl.Int64(),
            "known": pl.Int64(),
            "lost": pl.Boolean(),
        }
    )


def _named(rows: pl.DataFrame, roster: Roster) -> pl.DataFrame:
    """Rows by student_no with the college's ids and the term of the student's class."""
    terms = roster.classes.select("class_no", "class_id", "academic_year", "semester")
    students = roster.students.select("student_no", "student_id", "class_no").drop_nulls("class_no")
    return rows.join(students, on="student_no").join(terms, on="class_no").sort("student_no")
