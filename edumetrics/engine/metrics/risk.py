"""The risk score (scoring.md section 6): all of it but persistence, which depends on the weeks before."""

import polars as pl

from edumetrics.engine.arithmetic import added, quotient
from edumetrics.engine.keys import left_join
from edumetrics.engine.metrics.rounding import above
from edumetrics.engine.policy import SOURCES, Policy
from edumetrics.engine.tables.clean import ASSIGNMENT, QUIZ

# Risk signals in the order of scoring.md, which also breaks ties between reasons.
SIGNALS = (
    "low_performance",
    "attendance_requirement",
    "missed_assignments",
    "missed_quizzes",
    "low_effort",
    "performance_drop",
    "effort_drop",
    "attendance_drop",
    "persistence",
)

_ANY_WORK = pl.col("has_assignments") | pl.col("has_quizzes")
_ANY_EFFORT = pl.any_horizontal(f"has_{source}" for source in SOURCES)

NEEDS: dict[str, pl.Expr] = {
    "low_performance": _ANY_WORK,
    "attendance_requirement": pl.col("has_attendance"),
    "missed_assignments": pl.col("has_assignments"),
    "missed_quizzes": pl.col("has_quizzes"),
    "low_effort": _ANY_EFFORT,
    "performance_drop": _ANY_WORK,
    "effort_drop": _ANY_EFFORT,
    "attendance_drop": pl.col("has_attendance"),
    "persistence": pl.lit(True),
}


def contributions(weeks: pl.DataFrame, missed: dict[str, pl.DataFrame], policy: Policy) -> pl.DataFrame:
    """``weeks`` with contribution_<signal> for every signal but persistence, and weight_sum; exact, never null.

    Also effort_median (of the class in the week) and, for the reasons, the runs of missed work as a_run_*, q_run_*.
    """
    for kind, prefix in ((ASSIGNMENT, "a"), (QUIZ, "q")):
        runs = missed[kind].rename(
            {name: f"{prefix}_{name}" for name in missed[kind].columns if name not in ("student_no", "week")}
        )
        weeks = left_join(weeks, runs, "student_no", "week")
    weights = policy.risk.weights.model_dump()
    weight_sum = added(pl.when(NEEDS[name]).then(weight).otherwise(0.0) for name, weight in weights.items())
    weeks = weeks.with_columns(
        effort_median=pl.col("effort_score").median().over("class_no", "week"), weight_sum=weight_sum
    )
    return weeks.with_columns(
        contribution(signal, name, policy).alias(f"contribution_{name}") for name, signal in _signals(policy).items()
    )


def contribution(signal: pl.Expr, name: str, policy: Policy) -> pl.Expr:
    """The points that a signal (0-100; null counts 0) adds to the risk score."""
    weight = getattr(policy.risk.weights, name)
    points = quotient(weight * signal, pl.col("weight_sum")).clip(upper_bound=policy.risk.max_contribution)
    # What is zero but for floating-point noise is zero, and no reason.
    return pl.when(NEEDS[name] & (pl.col("weight_sum") > 0) & above(points, 0)).then(points).otherwise(0.0)


def _signals(policy: Policy) -> dict[str, pl.Expr]:
    slope = policy.risk.points_per_gap
    behind = (pl.col("effort_median") - pl.col("effort_score")).clip(lower_bound=0)
    drops = {
        f"{measure}_drop": pl.when(f"{measure}_drop_is_meaningful")
        .then(slope * pl.col(f"{measure}_drop"))
        .otherwise(0.0)
        for measure in ("performance", "effort", "attendance")
    }
    signals = {
        "low_performance": _low_performance(policy),
        "attendance_requirement": _attendance_requirement(policy),
        "missed_assignments": pl.col("a_signal"),
        "missed_quizzes": pl.col("q_signal"),
        "low_effort": slope * behind,
    }
    return {name: signal.clip(0.0, 100.0) for name, signal in (signals | drops).items()}


def _low_performance(policy: Policy) -> pl.Expr:
    rules = policy.risk
    gap = (rules.low_performance_from - pl.col("academic_performance")).clip(lower_bound=0)
    return (
        pl.when(pl.col("academic_performance").is_not_null())
        .then(100 * gap / rules.low_performance_span)
        .when(nothing_handed_in())
        .then(100.0)
    )


def nothing_handed_in() -> pl.Expr:
    """Work was due for the student, none of it is handed in, and the class has marks."""
    none_yet = (pl.col("first_handed_in") > pl.col("week")).fill_null(True)
    due = (pl.col("first_due") <= pl.col("week")).fill_null(False)
    marked = (pl.col("first_mark") <= pl.col("week")).fill_null(False)
    return due & none_yet & marked


def _attendance_requirement(policy: Policy) -> pl.Expr:
    start = policy.risk.attendance_share_from
    return (
        pl.when("term_ended")
        .then(pl.when("below_rule").then(100.0).otherwise(0.0))
        .otherwise(100 * (pl.col("share_needed") - start) / (1 - start))
    )
