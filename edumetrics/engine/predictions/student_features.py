"""What is known of a student at the end of a week, as numbers to predict from.

Every feature of week w is made of the published rows of weeks 1..w alone (they are known at w by definition), so that
nothing after a prediction can move it. Protected columns are no input of this module.
"""

import polars as pl

from edumetrics.engine.policy import Policy

TERM_KEY = ("student_id", "academic_year", "semester")

_TERM = "edumetrics_term"

RECENT = 3
"""Teaching weeks that the recent means are over."""

FEATURES = (
    "week",
    "performance",
    "performance_change",
    "performance_to_class",
    "overall_attendance",
    "recent_attendance",
    "attendance_change",
    "attendance_to_class",
    "recent_effort",
    "effort_change",
    "submit_rate",
    "attempt_rate",
    "assignment_mark",
    "quiz_mark",
    "quality",
    "plagiarism",
    "library_visits",
    "book_borrows",
    "midterm",
    "last_endterm",
    "risk_score",
    "mean_risk_score",
    "share_of_weeks_flagged",
    "weeks_flagged_in_a_row",
)

BASELINES = ("class_mean", "last_exam", "performance_alone")
"""The naive predictions: the class's mean, the student's last exam, A alone."""


def student_features(
    metrics: pl.DataFrame, flags: pl.DataFrame, last_endterms: pl.DataFrame, policy: Policy
) -> pl.DataFrame:
    """One row for each student and teaching week: TERM_KEY, sem_week, class_id, FEATURES and BASELINES.

    ``metrics``: published rows of weekly_metrics of whole terms up to some week, with class_id. ``flags``: of
    weekly_flags (risk_level, escalation_level). ``last_endterms``: student_id, academic_year, semester, known
    (sem_week), score_pct: mean endterm score of the semester before, once known. Percentages are 0-100, rates 0-1;
    null is not known.
    """
    teaching = metrics.filter(pl.col("sem_week").is_in(policy.calendar.teaching_weeks))
    key = [*TERM_KEY, "sem_week"]
    rows = (
        teaching.join(_flagged(flags), on=key, how="left")
        .with_columns(pl.col("flagged", "row").fill_null(0))
        .sort(key)
        .join_asof(
            last_endterms.sort("known"),
            left_on="sem_week",
            right_on="known",
            by=list(TERM_KEY),
            strategy="backward",
            check_sortedness=False,
        )
        .rename({"score_pct": "last_endterm"})
    )
    return (
        # Rows are sorted by term: a number for each is a quicker key than a text and two numbers.
        rows.with_columns(pl.struct(TERM_KEY).rle_id().alias(_TERM))
        .with_columns(*_so_far(), *_now())
        .with_columns(*_to_class())
        .select(*TERM_KEY, "sem_week", "class_id", *FEATURES, *BASELINES)
    )


def _flagged(flags: pl.DataFrame) -> pl.DataFrame:
    """key, flagged (1: with a level), row (consecutive weeks with one, this one included)."""
    return flags.filter(pl.col("risk_level").is_not_null()).select(
        *TERM_KEY, "sem_week", flagged=pl.lit(1, pl.Int64), row=pl.col("escalation_level").cast(pl.Int64) + 1
    )


def _so_far() -> list[pl.Expr]:
    """Sums, means and maxima over the weeks up to this one."""
    return [
        _mean_so_far("assn_submit_rate").alias("submit_rate"),
        _mean_so_far("quiz_attempt_rate").alias("attempt_rate"),
        _mean_so_far("assn_avg_pct").alias("assignment_mark"),
        _mean_so_far("quiz_avg_pct").alias("quiz_mark"),
        _mean_so_far("assn_quality_pct").alias("quality"),
        _over_term(pl.col("assn_plagiarism_pct").forward_fill().cum_max()).alias("plagiarism"),
        _mean_so_far("library_visits").alias("library_visits"),
        _mean_so_far("book_borrows").alias("book_borrows"),
        _mean_so_far("risk_score").alias("mean_risk_score"),
        _mean_so_far("flagged").alias("share_of_weeks_flagged"),
        _recent("weekly_att_pct").alias("recent_attendance"),
        _recent("effort_score").alias("recent_effort"),
    ]


def _now() -> list[pl.Expr]:
    """The week's own values."""
    return [
        pl.col("sem_week").cast(pl.Float64).alias("week"),
        pl.col("academic_performance").alias("performance"),
        (pl.col("academic_performance") - pl.col("performance_baseline")).alias("performance_change"),
        pl.col("overall_att_pct").alias("overall_attendance"),
        (pl.col("weekly_att_pct") - pl.col("attendance_baseline")).alias("attendance_change"),
        (pl.col("effort_score") - pl.col("effort_baseline")).alias("effort_change"),
        pl.col("midterm_score_pct").alias("midterm"),
        pl.col("row").cast(pl.Float64).alias("weeks_flagged_in_a_row"),
    ]


def _to_class() -> list[pl.Expr]:
    """The student beside the class of the same week, and the naive predictions."""
    week = ("class_id", "academic_year", "semester", "sem_week")
    exam = pl.coalesce("midterm", "last_endterm")
    return [
        (pl.col("performance") - pl.col("performance").mean().over(week)).alias("performance_to_class"),
        (pl.col("overall_attendance") - pl.col("overall_attendance").mean().over(week)).alias("attendance_to_class"),
        pl.coalesce(exam, "performance").mean().over(week).alias("class_mean"),
        pl.coalesce(exam, "performance").alias("last_exam"),
        pl.col("performance").alias("performance_alone"),
    ]


def _over_term(expression: pl.Expr) -> pl.Expr:
    """In the order of the rows, which is that of the weeks."""
    return expression.over(_TERM)


def _mean_so_far(name: str) -> pl.Expr:
    value = pl.col(name).cast(pl.Float64)
    count = _over_term(value.is_not_null().cum_sum())
    return pl.when(count > 0).then(_over_term(value.fill_null(0).cum_sum()) / count)


def _recent(name: str) -> pl.Expr:
    return _over_term(pl.col(name).rolling_mean(RECENT, min_samples=1))
