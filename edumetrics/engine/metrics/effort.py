"""The effort score E (scoring.md section 2)."""

import polars as pl

from edumetrics.engine.arithmetic import added, quotient
from edumetrics.engine.keys import left_join
from edumetrics.engine.metrics.rounding import below
from edumetrics.engine.policy import Policy

# Which source each component is read from; a class without the source is not asked for the component.
SOURCE_OF_COMPONENT = {
    "library_visits": pl.col("has_library"),
    "book_borrows": pl.col("has_borrowing"),
    "assignment_quality": pl.col("has_assignments"),
    "plagiarism": pl.col("has_plagiarism"),
    "attendance": pl.col("has_attendance"),
    "submission_rate": pl.col("has_assignments") | pl.col("has_quizzes"),
}


def effort(weeks: pl.DataFrame, lags: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """``weeks`` with effort_score (0-100) and effort_coverage (0-1), both exact.

    The score is null when no component is present or coverage is below the policy's; coverage is null where the class
    has no source of any component.
    """
    components = {name: component.alias(f"component_{name}") for name, component in _components(policy).items()}
    weights = policy.effort.weights.model_dump()
    weeks = left_join(weeks, _window(lags, policy), "student_no", "week")
    weeks = weeks.with_columns(components.values())
    present = added(
        pl.when(pl.col(f"component_{name}").is_not_null()).then(weight).otherwise(0.0)
        for name, weight in weights.items()
    )
    possible = added(pl.when(SOURCE_OF_COMPONENT[name]).then(weight).otherwise(0.0) for name, weight in weights.items())
    score = quotient(added(pl.col(f"component_{name}") * weight for name, weight in weights.items()), present)
    teaching = pl.col("teaching_no").is_not_null()
    coverage = pl.when(teaching & (possible > 0)).then(quotient(present, possible))
    enough = (present > 0) & ~below(coverage, policy.effort.min_coverage)
    return weeks.with_columns(effort_coverage=coverage, effort_score=pl.when(teaching & enough).then(score)).drop(
        [f"component_{name}" for name in components]
    )


def _components(policy: Policy) -> dict[str, pl.Expr]:
    rules = policy.effort
    return {
        "library_visits": 100 * (pl.col("library_visits") / rules.full_library_visits).clip(upper_bound=1),
        "book_borrows": 100 * (pl.col("book_borrows") / rules.full_book_borrows).clip(upper_bound=1),
        "assignment_quality": pl.col("window_quality"),
        "plagiarism": 100 - pl.col("window_plagiarism"),
        "attendance": pl.col("weekly_att_pct"),
        "submission_rate": 100 * pl.col("window_handed_in") / pl.col("window_due"),
    }


def _window(lags: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Work due in this and the teaching weeks before, item by item: a score should move because behaviour moved.

    student_no, week, window_due, window_handed_in (assignments and quizzes), window_quality (mean), window_plagiarism.
    """
    return (
        lags.filter(pl.col("lag") < policy.effort.work_window)
        .group_by("student_no", "week")
        .agg(
            window_due=(pl.col("a_due") + pl.col("q_due")).sum(),
            window_handed_in=(pl.col("a_handed_in") + pl.col("q_handed_in")).sum(),
            quality_sum=pl.col("quality_sum").sum(),
            quality_count=pl.col("quality_count").sum(),
            window_plagiarism=pl.col("plagiarism").max(),
        )
        .with_columns(
            window_quality=pl.when(pl.col("quality_count") > 0).then(
                quotient(pl.col("quality_sum"), pl.col("quality_count"))
            )
        )
        .drop("quality_sum", "quality_count")
    )
