"""Baseline and deviation (scoring.md section 5)."""

import polars as pl

from edumetrics.engine.arithmetic import added, quotient
from edumetrics.engine.keys import left_join
from edumetrics.engine.metrics.rounding import PERCENTAGE_DIGITS, RATE_DIGITS, at_least, at_most, rounded
from edumetrics.engine.policy import Baseline, DropRule, Policy

# measure -> the column of its value
MEASURES = {"effort": "effort_score", "performance": "academic_performance", "attendance": "weekly_att_pct"}

PUBLISHED_SCHEMA = pl.Schema(
    {
        "student_no": pl.Int64(),
        "week": pl.Int64(),
        "teaching_no": pl.Int64(),
        "effort_score": pl.Float64(),
        "effort_coverage": pl.Float64(),
        "academic_performance": pl.Float64(),
        "performance_stale": pl.Boolean(),
        "weekly_att_pct": pl.Float64(),
    }
)


def baselines(weeks: pl.DataFrame, published: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """``weeks`` with, for each measure: <measure>_baseline, _own_drop, _shift, _drop and _drop_is_meaningful.

    ``published`` (PUBLISHED_SCHEMA) are the weeks before those computed; the computed ones are added, rounded as they
    will be stored, since later weeks read published values.
    """
    # Most of what is published is older than what any week looks back to.
    first_no = min(weeks["teaching_no"].drop_nulls(), default=0) - policy.baseline.weeks
    before = pl.concat([published.select(*PUBLISHED_SCHEMA), _as_published(weeks)]).filter(
        pl.col("teaching_no") >= first_no
    )
    for lag in range(1, policy.baseline.weeks + 1):
        weeks = left_join(weeks, _shifted(before, lag), "student_no", "teaching_no")
    for measure, value in MEASURES.items():
        weeks = _one_baseline(weeks, measure, value, policy.baseline)
    return weeks.drop([f"{column}_{lag}" for column in _EARLIER for lag in range(1, policy.baseline.weeks + 1)])


_EARLIER = ("effort", "performance", "attendance", "coverage")


def _as_published(weeks: pl.DataFrame) -> pl.DataFrame:
    return weeks.select(
        "student_no",
        "week",
        "teaching_no",
        rounded(pl.col("effort_score"), PERCENTAGE_DIGITS),
        rounded(pl.col("effort_coverage"), RATE_DIGITS),
        rounded(pl.col("academic_performance"), PERCENTAGE_DIGITS),
        "performance_stale",
        rounded(pl.col("weekly_att_pct"), PERCENTAGE_DIGITS),
    ).cast(PUBLISHED_SCHEMA)


def _shifted(before: pl.DataFrame, lag: int) -> pl.DataFrame:
    return before.select(
        "student_no",
        pl.col("teaching_no") + lag,
        pl.col("effort_score").alias(f"effort_{lag}"),
        pl.when(~pl.col("performance_stale")).then(pl.col("academic_performance")).alias(f"performance_{lag}"),
        pl.col("weekly_att_pct").alias(f"attendance_{lag}"),
        pl.col("effort_coverage").alias(f"coverage_{lag}"),
    )


def _one_baseline(weeks: pl.DataFrame, measure: str, value: str, rules: Baseline) -> pl.DataFrame:
    lags = range(1, rules.weeks + 1)
    values = [pl.col(f"{measure}_{lag}") for lag in lags]
    now = pl.col(value)
    if measure == "effort":
        # Effort made of other components is another scale.
        gaps = [(pl.col(f"coverage_{lag}") - pl.col("effort_coverage")).abs() for lag in lags]
        values = [
            pl.when(at_most(gap, rules.coverage_tolerance)).then(one) for gap, one in zip(gaps, values, strict=True)
        ]
    if measure == "performance":
        now = pl.when(~pl.col("performance_stale")).then(now)
    count = added(one.is_not_null().cast(pl.Int64) for one in values)
    weeks = weeks.with_columns(_count=count, _mean=quotient(added(values), count)).with_columns(
        _mean=pl.when(pl.col("_count") >= rules.min_values).then(pl.col("_mean"))
    )
    squares = added((one - pl.col("_mean")).pow(2) for one in values)
    deviation = (quotient(squares, pl.col("_count") - 1)).sqrt()
    weeks = weeks.with_columns(_own=pl.col("_mean") - now, _deviation=deviation)
    return _with_drop(weeks, measure, rules, getattr(rules, f"{measure}_drop"))


def _with_drop(weeks: pl.DataFrame, measure: str, rules: Baseline, rule: DropRule) -> pl.DataFrame:
    class_week = ("class_no", "week")
    enough = pl.col("_own").count().over(class_week) >= rules.min_students_for_shift
    shift = pl.when(enough).then(pl.col("_own").median().over(class_week).clip(lower_bound=0)).otherwise(0.0)
    threshold = pl.max_horizontal(pl.lit(rule.points, pl.Float64), rule.deviations * pl.col("_deviation"))
    weeks = weeks.with_columns(_shift=shift).with_columns(_drop=pl.col("_own") - pl.col("_shift"))
    meaningful = at_least(pl.col("_own"), threshold) & at_least(pl.col("_drop"), threshold)
    return weeks.with_columns(
        pl.col("_mean").alias(f"{measure}_baseline"),
        pl.col("_own").alias(f"{measure}_own_drop"),
        pl.col("_shift").alias(f"{measure}_shift"),
        pl.col("_drop").alias(f"{measure}_drop"),
        meaningful.fill_null(False).alias(f"{measure}_drop_is_meaningful"),
    ).drop("_count", "_mean", "_own", "_deviation", "_shift", "_drop")
