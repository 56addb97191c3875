"""Exam results, as known at each week."""

import polars as pl

from edumetrics.engine.arithmetic import quotient


def mean_score_so_far(results: pl.DataFrame, roll: pl.DataFrame, name: str) -> pl.DataFrame:
    """``name``, for each row of the roll, in its order: the mean score_pct over the results known at its week.

    ``results``: student_no, known, score_pct. Null before the first one.
    """
    sums = (
        results.group_by("student_no", "known")
        .agg(score=pl.col("score_pct").sum(), subjects=pl.len())
        .sort("student_no", "known")
        .select(
            "student_no",
            week=pl.col("known").cast(pl.Int64),
            mean=quotient(
                pl.col("score").cum_sum().over("student_no"), pl.col("subjects").cum_sum().over("student_no")
            ),
        )
    )
    return (
        roll.select("student_no", "week")
        .join_asof(sums, on="week", by="student_no", strategy="backward", check_sortedness=False)
        .select(pl.col("mean").alias(name))
    )
