"""The attendance requirement (scoring.md section 4)."""

from itertools import pairwise

import polars as pl

from edumetrics.engine.arithmetic import quotient
from edumetrics.engine.metrics.rounding import TOLERANCE, at_most, below
from edumetrics.engine.policy import AttendanceRule, Policy


def attendance_requirement(weeks: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """``weeks`` with lectures_remaining, lectures_to_attend, risk_of_detention (0-100), share_needed and term_ended.

    share_needed (p) is null where no lecture remains. All are null while the student has no lecture held.
    """
    ahead = {week: _teaching_weeks_after(week, policy) for week in range(1, policy.calendar.weeks + 1)}
    rule = policy.attendance
    some = pl.col("held_so_far") > 0
    remaining = _half_up("lectures_sum", pl.col("week").replace_strict(ahead, return_dtype=pl.Int64), "lectures_count")
    weeks = weeks.with_columns(lectures_remaining=pl.when(some).then(remaining))
    required = rule.required_pct / 100 * (pl.col("held_so_far") + pl.col("lectures_remaining"))
    need = required - pl.col("present_so_far")
    ended = (pl.col("week") >= policy.calendar.last_teaching_week) | (pl.col("lectures_remaining") == 0)
    weeks = weeks.with_columns(
        term_ended=pl.when(some).then(ended),
        need=need,
        share_needed=pl.when(~ended).then(quotient(need, pl.col("lectures_remaining"))),
        lectures_to_attend=(need.clip(lower_bound=0) - TOLERANCE).ceil().clip(lower_bound=0).cast(pl.Int64),
        below_rule=below(pl.col("overall_att_pct"), rule.required_pct),
    )
    return weeks.with_columns(risk_of_detention=_risk_of_detention(rule)).drop("need")


def _teaching_weeks_after(week: int, policy: Policy) -> int:
    return sum(one > week for one in policy.calendar.teaching_weeks)


def _half_up(total: str, times: pl.Expr, count: str) -> pl.Expr:
    """round-half-up(total / count * times), in whole numbers, so that a half is a half."""
    return (2 * pl.col(total) * times + pl.col(count)).floordiv(2 * pl.col(count))


def _risk_of_detention(rule: AttendanceRule) -> pl.Expr:
    share = pl.col("share_needed")
    risk = pl.when(share.is_not_null()).then(100.0).otherwise(None)
    for low, high in reversed(list(pairwise(rule.detention_steps))):
        slope = (high.risk - low.risk) / (high.share - low.share)
        risk = pl.when(at_most(share, high.share)).then(low.risk + slope * (share - low.share)).otherwise(risk)
    risk = pl.when(at_most(pl.col("need"), 0)).then(0.0).otherwise(risk)
    ended = pl.when("below_rule").then(100.0).otherwise(0.0)
    return pl.when("term_ended").then(ended).otherwise(risk)
