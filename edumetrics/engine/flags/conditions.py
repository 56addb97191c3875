"""Override, integrity and cannot-tell: what is asked of a student besides the score (scoring.md section 7)."""

import polars as pl

from edumetrics.engine.metrics.rounding import above, at_most, below
from edumetrics.engine.policy import Policy

MISSING_SCHEMA = pl.Schema({"student_no": pl.Int64(), "week": pl.Int64(), "code": pl.String(), "source": pl.String()})


def conditions(weeks: pl.DataFrame, lags: pl.DataFrame, missing: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """``weeks`` with the booleans override, integrity, cannot_tell, grace and integrity_plagiarism (%)."""
    recent = (
        lags.filter(pl.col("lag") < policy.triage.integrity_window)
        .group_by("student_no", "week")
        .agg(integrity_plagiarism=pl.col("plagiarism").max())
    )
    unclear = missing.select("student_no", "week", cannot_tell=pl.lit(True)).unique()
    plagiarised = above(pl.col("integrity_plagiarism"), policy.triage.integrity_plagiarism_pct)
    return (
        weeks.join(recent, on=["student_no", "week"], how="left", maintain_order="left")
        .join(unclear, on=["student_no", "week"], how="left", maintain_order="left")
        .with_columns(
            override=_override(policy).fill_null(False),
            integrity=plagiarised.fill_null(False),
            cannot_tell=pl.col("cannot_tell").fill_null(False),
            grace=pl.col("week") <= policy.calendar.grace_weeks,
        )
    )


def _override(policy: Policy) -> pl.Expr:
    rules = policy.triage
    bound = rules.override_attendance_pct
    this_week = at_most(pl.col("weekly_att_pct"), bound) & (pl.col("held") >= rules.override_min_lectures)
    overall = below(pl.col("overall_att_pct"), policy.attendance.required_pct)
    return this_week & (overall | at_most(pl.col("attendance_last_week"), bound).fill_null(False))


def missing_data(weeks: pl.DataFrame, quarantined: pl.DataFrame) -> pl.DataFrame:
    """What keeps us from telling, one row each: student_no, week, code (codes.MISSING), source (of a quarantine).

    ``weeks`` are teaching weeks; ``quarantined``: class_no, week, source.
    """
    no_attendance = pl.col("class_has_attendance").fill_null(False) & pl.col("held").is_null()
    found = [
        _coded(weeks.filter(no_attendance), "attendance_missing"),
        # Who is known to have joined and has no row has done nothing, and that is behaviour.
        _coded(weeks.filter(pl.col("is_unseen")), "no_rows"),
        weeks.select("student_no", "class_no", "week")
        .join(quarantined.select("class_no", "week", "source"), on=["class_no", "week"])
        .select("student_no", "week", pl.lit("source_quarantined").alias("code"), "source"),
    ]
    return pl.concat(found).cast(MISSING_SCHEMA)


def _coded(weeks: pl.DataFrame, code: str) -> pl.DataFrame:
    return weeks.select("student_no", "week", pl.lit(code).alias("code"), pl.lit(None, pl.String).alias("source"))
