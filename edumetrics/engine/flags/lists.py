"""Ranking and capacity: which list a student is in, and in what order (scoring.md section 7)."""

import polars as pl

from edumetrics.engine.metrics.rounding import COMPARABLE_DIGITS, TOLERANCE
from edumetrics.engine.policy import Policy

_CLASS_WEEK = ("class_no", "week")
_ADVISOR_WEEK = ("advisor", "week")


def listed(judged: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """The rows of ``judged`` that become flags, with urgency, list and rank_in_class.

    ``judged``: every student on the roll in teaching weeks, with level, in_progress, override, integrity, cannot_tell,
    risk_score, escalation_level, academic_performance and advisor.
    """
    rules = policy.triage
    weeks_before = pl.col("escalation_level").clip(upper_bound=rules.urgency_weeks)
    size = (policy.triage.capacity_share * pl.len() - TOLERANCE).ceil().over(_ADVISOR_WEEK)
    rows = judged.with_columns(
        urgency=pl.col("risk_score") + rules.urgency_per_week * weeks_before, capacity=size
    ).filter((pl.col("level") > 0) | pl.col("integrity") | pl.col("cannot_tell"))
    rows = (
        rows.with_columns(to_see=(pl.col("level") > 0) & ~pl.col("in_progress"))
        .sort(
            -pl.col("urgency").round(COMPARABLE_DIGITS),
            pl.col("academic_performance").round(COMPARABLE_DIGITS),
            "student_no",
            nulls_last=False,
        )
        .with_row_index("order")
    )
    takes_place = pl.col("to_see") & ~pl.col("override")
    return (
        rows.with_columns(
            rank_in_class=_place(pl.col("to_see"), _CLASS_WEEK),
            place=_place(takes_place, _ADVISOR_WEEK),
        )
        .with_columns(list=_list())
        .drop("order", "to_see", "place", "capacity")
    )


def _place(takes_part: pl.Expr, group: tuple[str, str]) -> pl.Expr:
    """The place of each row among those of its group that take part; null for the others."""
    order = pl.when(takes_part).then(pl.col("order"))
    return order.rank("ordinal").over(group).cast(pl.Int64)


def _list() -> pl.Expr:
    unflagged = pl.when("integrity").then(pl.lit("integrity")).otherwise(pl.lit("cannot_tell"))
    return (
        pl.when(pl.col("level") == 0)
        .then(unflagged)
        .when("in_progress")
        .then(pl.lit("in_progress"))
        .when(pl.col("override") | (pl.col("place") <= pl.col("capacity")))
        .then(pl.lit("contact"))
        .otherwise(pl.lit("watching"))
    )
