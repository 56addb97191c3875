"""What is said where no trained model is promoted: by two numbers and the college's own rules, without a probability.

HIGH: the mark is below the pass mark, or below predictions.at_risk_below while attendance is below the rule.
MEDIUM: one of the two is below. LOW: neither. Where only one of the two is known it decides alone; with neither there
is no label.
"""

import json

import polars as pl

from edumetrics.engine.policy import Policy
from edumetrics.engine.predictions.student_features import TERM_KEY

NO_MODEL = "No trained model yet: a rule of thumb from academic performance and attendance, without a probability."
TRAINED_ON_THIS = (
    "The promoted model was trained on this semester or a later one, so it cannot predict it: a rule of thumb from "
    "academic performance and attendance, without a probability."
)
CANNOT_TELL = " Neither is known, so nothing can be told."


def week_features(metrics: pl.DataFrame) -> pl.DataFrame:
    """What the rule looks at of each row of ``metrics``, as ``student_features`` gives it, of the week alone.

    Columns: TERM_KEY, sem_week, class_id, performance and overall_attendance (percent; null is not known).
    """
    return metrics.select(
        *TERM_KEY,
        "sem_week",
        "class_id",
        performance="academic_performance",
        overall_attendance="overall_att_pct",
    )


def risk_label(mark: str, attendance: str, policy: Policy) -> pl.Expr:
    """HIGH, MEDIUM or LOW by two columns in percent; null where both are null."""
    is_failing = (pl.col(mark) < policy.predictions.pass_pct).fill_null(False)
    is_weak = (pl.col(mark) < policy.predictions.at_risk_below).fill_null(False)
    is_absent = (pl.col(attendance) < policy.attendance.required_pct).fill_null(False)
    return (
        pl.when(pl.col(mark).is_null() & pl.col(attendance).is_null())
        .then(None)
        .when(is_failing | (is_weak & is_absent))
        .then(pl.lit("HIGH"))
        .when(is_weak | is_absent)
        .then(pl.lit("MEDIUM"))
        .otherwise(pl.lit("LOW"))
    )


def drivers(mark: str, attendance: str, policy: Policy) -> pl.Expr:
    """The two numbers and the rule that each is held against, as ``outputs.as_json`` gives drivers; without an effect.

    Written as text at once, because there is one of each student, subject and week: as structs it took ten times as
    long.
    """
    rules = policy.predictions
    required = policy.attendance.required_pct
    below = f"{rules.at_risk_below:g} is at risk, below {rules.pass_pct:g} fails"
    both = (
        _said(mark, "Marks are ", f"; below {below}", rules.at_risk_below),
        _said(attendance, "Attended ", f"% of lectures; the rule is {required:g}%", required),
    )
    return pl.format("[{}]", pl.concat_str(both, separator=",", ignore_nulls=True))


def _said(column: str, before: str, after: str, yardstick: float) -> pl.Expr:
    """A driver as JSON; null where the value is not known."""
    value = pl.col(column).cast(pl.Float64)
    start = f'{{"feature":{json.dumps(column)},"sentence":"{before}'
    end = f',"typical":{json.dumps(float(yardstick))},"effect":null}}'
    return pl.concat_str(
        pl.lit(start), value.round(0).cast(pl.Int64), pl.lit(f'{after}","value":'), value.round(4), pl.lit(end)
    )
