"""Academic performance A (scoring.md section 3)."""

import polars as pl

from edumetrics.engine.arithmetic import quotient
from edumetrics.engine.keys import left_join
from edumetrics.engine.metrics.rounding import PERCENTAGE_DIGITS, rounded
from edumetrics.engine.policy import Policy


def performance(weeks: pl.DataFrame, lags: pl.DataFrame, published: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """``weeks`` with academic_performance (0-100, exact) and performance_stale.

    ``published``: student_no, week, academic_performance, performance_stale of the weeks before those computed.
    Null before any mark where no endterm of the semester before is known.
    """
    weeks = left_join(weeks, _of_marks(lags, policy), "student_no", "week")
    weeks = left_join(weeks, _last_published(weeks, published), "student_no", "week")
    teaching = pl.col("teaching_no").is_not_null()
    value = pl.coalesce("performance_of_marks", "last_published", "last_endterm_pct")
    return weeks.with_columns(
        academic_performance=pl.when(teaching).then(value),
        performance_stale=pl.when(teaching).then(pl.col("performance_of_marks").is_null() & value.is_not_null()),
    ).drop("performance_of_marks", "last_published")


def _of_marks(lags: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """student_no, week, performance_of_marks: the weighted mean of the week marks that there are."""
    weights = dict(enumerate(policy.performance.week_weights))
    return (
        lags.filter(pl.col("lag") < len(weights))
        .select(
            "student_no",
            "week",
            mark=pl.mean_horizontal("a_mark", "q_mark"),
            weight=pl.col("lag").replace_strict(weights, return_dtype=pl.Float64),
        )
        .drop_nulls("mark")
        .group_by("student_no", "week")
        .agg(weighted=(pl.col("mark") * pl.col("weight")).sum(), weight=pl.col("weight").sum())
        .select("student_no", "week", performance_of_marks=quotient(pl.col("weighted"), pl.col("weight")))
        .filter(pl.col("performance_of_marks").is_finite())
    )


def _last_published(weeks: pl.DataFrame, published: pl.DataFrame) -> pl.DataFrame:
    """student_no, week, last_published: the rounded value of the last week that had marks."""
    marked = published.select(
        "student_no", "week", value=pl.when(~pl.col("performance_stale")).then(pl.col("academic_performance"))
    )
    computed = weeks.select(
        "student_no",
        "week",
        value=pl.when(pl.col("teaching_no").is_not_null()).then(
            rounded(pl.col("performance_of_marks"), PERCENTAGE_DIGITS)
        ),
    )
    return (
        pl.concat([marked, computed])
        .sort("student_no", "week")
        .select("student_no", "week", last_published=pl.col("value").forward_fill().over("student_no"))
    )
