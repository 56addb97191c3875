"""What the semester before tells of a student, to predict how the coming one will go."""

import polars as pl

from edumetrics.engine.policy import Policy
from edumetrics.engine.predictions.student_features import TERM_KEY

FEATURES = (
    "attendance_history",
    "endterm_history",
    "subjects_failed",
    "performance",
    "midterm",
    "submit_rate",
    "attempt_rate",
    "recent_effort",
    "recent_attendance",
    "plagiarism",
    "mean_risk_score",
    "share_of_weeks_flagged",
    "hard_subjects",
)

BASELINES = ("class_mean", "last_exam", "performance_alone")

_OF_STUDENT = (
    "performance",
    "midterm",
    "submit_rate",
    "attempt_rate",
    "recent_effort",
    "recent_attendance",
    "plagiarism",
    "mean_risk_score",
    "share_of_weeks_flagged",
)


def watchlist_features(
    students: pl.DataFrame,
    escalation: pl.DataFrame,
    endterms: pl.DataFrame,
    targets: pl.DataFrame,
    hard_subjects: pl.DataFrame,
    policy: Policy,
) -> pl.DataFrame:
    """One row for each student of ``targets``: the target's TERM_KEY, class_id, FEATURES, BASELINES, escalation_level.

    ``targets``: student_id, class_id, academic_year, semester (the coming one), from_year, from_semester (the one
    before). ``students``: of ``student_features`` in the semester before; its last teaching week counts.
    ``escalation``: TERM_KEY, escalation_level, the highest. ``endterms``: of ``outcomes.over_subjects``, known by now.
    ``hard_subjects``: class_id, semester (the coming one), hard_subjects; missing where it is not known.
    """
    before = {"academic_year": "from_year", "semester": "from_semester"}
    last = students.filter(pl.col("sem_week") == policy.calendar.last_teaching_week).select(
        *TERM_KEY, *_OF_STUDENT, attendance_history="overall_attendance"
    )
    sat = endterms.filter(pl.col("exam_type") == "endterm").select(
        *TERM_KEY, endterm_history="actual", subjects_failed=pl.col("failed_subjects").cast(pl.Float64)
    )
    rows = targets
    for frame in (last, sat, escalation):
        rows = rows.join(frame.rename(before), on=["student_id", *before.values()], how="left", maintain_order="left")
    rows = rows.join(hard_subjects, on=["class_id", "semester"], how="left", maintain_order="left")
    known = pl.any_horizontal(
        pl.col(name).is_not_null() for name in ("performance", "attendance_history", "endterm_history")
    )
    return (
        rows.filter(known)
        .with_columns(pl.col("hard_subjects").cast(pl.Float64))
        .with_columns(
            class_mean=pl.col("endterm_history").mean().over("class_id", "academic_year", "semester"),
            last_exam=pl.coalesce("endterm_history", "midterm", "performance"),
            performance_alone=pl.col("performance"),
        )
        .select(*TERM_KEY, "class_id", *FEATURES, *BASELINES, "escalation_level")
        .sort(TERM_KEY)
    )


def highest_escalation(flags: pl.DataFrame) -> pl.DataFrame:
    """TERM_KEY, escalation_level: the highest that each flagged student reached."""
    return flags.group_by(TERM_KEY).agg(escalation_level=pl.col("escalation_level").max().cast(pl.Int64))
