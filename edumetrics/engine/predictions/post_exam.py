"""After an exam: what was predicted beside what came (docs/reference/predictions.md)."""

import polars as pl

from edumetrics.engine.metrics.rounding import PERCENTAGE_DIGITS, rounded
from edumetrics.engine.policy import Policy
from edumetrics.engine.predictions.outcomes import leavers, over_subjects
from edumetrics.engine.predictions.student_features import TERM_KEY

PREDICTED_SCHEMA = pl.Schema(
    {
        "student_id": pl.String(),
        "subject_id": pl.String(),
        "academic_year": pl.Int64(),
        "semester": pl.Int64(),
        "sem_week": pl.Int64(),
        "exam_type": pl.String(),
        "predicted": pl.Float64(),
        "low": pl.Float64(),
        "high": pl.Float64(),
        "p_fail": pl.Float64(),
        "drivers": pl.String(),
        "model_version": pl.String(),
        "fail_model_version": pl.String(),
    }
)
"""What was predicted of an exam: the columns that the tables of predictions share. subject_id null: over all."""

COLUMNS = (
    "student_id",
    "subject_id",
    "academic_year",
    "semester",
    "exam_type",
    "class_id",
    "sem_week",
    "predicted_in_week",
    "predicted",
    "low",
    "high",
    "actual",
    "residual",
    "p_fail",
    "failed",
    "failed_subjects",
    "left_college",
    "verdict",
    "reason",
    "model_version",
    "fail_model_version",
)


def as_predicted(frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows of the tables of predictions (by table) as PREDICTED_SCHEMA, the last one made of each student and exam."""
    rows = [
        frames["pre_mid_term"].select(
            *TERM_KEY,
            "sem_week",
            "low",
            "high",
            "drivers",
            "model_version",
            predicted="predicted_midterm_score",
            exam_type=pl.lit("midterm"),
        ),
        frames["pre_end_term"].select(
            *TERM_KEY,
            "sem_week",
            "low",
            "high",
            "p_fail",
            "drivers",
            "model_version",
            "fail_model_version",
            predicted="predicted_endterm_score",
            exam_type=pl.lit("endterm"),
        ),
        frames["risk_of_failing_prediction"].select(
            *TERM_KEY,
            "subject_id",
            "sem_week",
            "p_fail",
            "drivers",
            fail_model_version="model_version",
            exam_type=pl.lit("endterm"),
        ),
    ]
    empty = PREDICTED_SCHEMA.to_frame()
    found = pl.concat([empty, *[pl.concat([empty, one], how="diagonal_relaxed") for one in rows]])
    key = [*TERM_KEY, "subject_id", "exam_type"]
    return found.sort(*key, "sem_week", nulls_last=True).unique(key, keep="last", maintain_order=True)


def post_exam(
    results: pl.DataFrame, metrics: pl.DataFrame, predicted: pl.DataFrame, exam_type: str, policy: Policy
) -> pl.DataFrame:
    """Rows of post_exam_analysis (COLUMNS), one exam: of each student over all subjects; of an endterm by subject too.

    ``results``: RESULT_SCHEMA, those known by now. ``metrics``: KEY and class_id of the whole roll up to the exam week.
    ``predicted``: PREDICTED_SCHEMA. The midterm is predicted over all subjects only.
    """
    of_exam = results.filter(pl.col("exam_type") == exam_type)
    weeks = policy.calendar.midterm_weeks if exam_type == "midterm" else policy.calendar.endterm_weeks
    key = [*TERM_KEY, "subject_id", "exam_type"]
    people = _over_all(of_exam, metrics, weeks[-1], exam_type)
    parts = [people]
    if exam_type == "endterm":
        parts.append(of_exam.rename({"score_pct": "actual"}).with_columns(left_college=pl.lit(False)))
    rows = pl.concat(parts, how="diagonal_relaxed").join(
        predicted.rename({"sem_week": "predicted_in_week"}), on=key, how="left", nulls_equal=True
    )
    last = policy.calendar.weeks
    # Storage has two decimals, and verdicts are about what is stored.
    return (
        rows.with_columns(
            rounded(pl.col("actual"), PERCENTAGE_DIGITS),
            sem_week=pl.col("known").fill_null(weeks[-1]).clip(1, last),
            failed=pl.col("failed") if exam_type == "endterm" else pl.lit(None, pl.Boolean),
        )
        .with_columns(residual=rounded(pl.col("actual") - pl.col("predicted"), PERCENTAGE_DIGITS))
        .with_columns(verdict=_verdict(policy))
        .with_columns(reason=_reason(policy))
        .select(COLUMNS)
        .sort(*TERM_KEY, "subject_id", nulls_last=False)
    )


def _over_all(results: pl.DataFrame, metrics: pl.DataFrame, week: int, exam_type: str) -> pl.DataFrame:
    sat = over_subjects(results)
    left = leavers(metrics, week).join(sat, on=TERM_KEY, how="anti")
    return pl.concat([sat, left], how="diagonal").with_columns(
        exam_type=pl.lit(exam_type),
        left_college=pl.col("last_week").is_not_null(),
        subject_id=pl.lit(None, pl.String),
    )


def _verdict(policy: Policy) -> pl.Expr:
    limits = policy.predictions
    actual, p, failed = pl.col("actual"), pl.col("p_fail"), pl.col("failed")
    by_interval = (
        pl.when(actual < pl.col("low"))
        .then(pl.lit("under"))
        .when(actual > pl.col("high"))
        .then(pl.lit("over"))
        .when(actual.is_not_null() & pl.col("low").is_not_null())
        .then(pl.lit("as expected"))
    )
    by_risk = (
        pl.when(p.is_null() | failed.is_null())
        .then(None)
        .when(failed & (p < limits.medium_from))
        .then(pl.lit("under"))
        .when(~failed & (p >= limits.high_from))
        .then(pl.lit("over"))
        .otherwise(pl.lit("as expected"))
    )
    return pl.when(pl.col("subject_id").is_null()).then(by_interval).otherwise(by_risk)


def _reason(policy: Policy) -> pl.Expr:
    """The verdict in words, with its numbers, or why there is none."""
    actual, low, high = _whole("actual"), _whole("low"), _whole("high")
    below = pl.when(pl.col("verdict") == "under").then(pl.col("low") - pl.col("actual"))
    gap = below.otherwise(pl.col("actual") - pl.col("high")).round(1).cast(pl.String)
    scored = pl.format("Scored {}; {} was predicted ({} to {})", actual, _whole("predicted"), low, high)
    side = pl.when(pl.col("verdict") == "under").then(pl.lit("below")).otherwise(pl.lit("above"))
    outside = pl.format("{}, {} points {} the interval.", scored, gap, side)
    inside = pl.format("{}, as expected.", scored)
    strongest = pl.col("drivers").str.json_path_match("$[0].sentence")
    rested = pl.format(" The prediction rested most on: {}.", strongest).fill_null("")
    result = pl.when(pl.col("failed")).then(pl.lit("Failed")).otherwise(pl.lit("Passed"))
    share = (100 * pl.col("p_fail")).round(0).cast(pl.Int64)
    subject = pl.format("{} with {}; the probability of failing was {}%.", result, actual, share)
    absent = pl.format("{} without a score; the probability of failing was {}%.", result, share)
    of_subject = pl.col("subject_id").is_not_null()
    return (
        pl.when("left_college")
        .then(pl.format("Left before the exam; last on the roll in week {}.", pl.col("last_week")))
        .when(of_subject & pl.col("p_fail").is_not_null() & pl.col("actual").is_null())
        .then(absent + rested)
        .when(of_subject & pl.col("p_fail").is_not_null())
        .then(subject + rested)
        .when(of_subject)
        .then(pl.lit("No trained model predicted the subject."))
        .when(pl.col("actual").is_null())
        .then(pl.lit("Absent from the whole exam, so there is no score to compare."))
        .when(pl.col("predicted").is_null() & pl.col("predicted_in_week").is_null())
        .then(pl.format("Scored {}; nothing was predicted.", actual))
        .when(pl.col("low").is_null() & pl.col("predicted").is_null())
        .then(pl.format("Scored {}; nothing was known to predict it from.", actual))
        .when(pl.col("low").is_null())
        .then(pl.format("Scored {}; a rule of thumb without an interval said {}.", actual, _whole("predicted")))
        .when(pl.col("verdict") == "as expected")
        .then(inside + rested)
        .otherwise(outside + rested)
    )


def _whole(name: str) -> pl.Expr:
    return pl.col(name).round(0).cast(pl.Int64)
