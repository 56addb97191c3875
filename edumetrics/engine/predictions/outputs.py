"""The predictions of a semester's weeks, as the analysis tables hold them (docs/reference/predictions.md).

By the promoted predictor of each output, or, where there is none that may be used, by a rule of thumb that says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from edumetrics.engine.metrics.rounding import PERCENTAGE_DIGITS, RATE_DIGITS, rounded
from edumetrics.engine.policy import Policy
from edumetrics.engine.predictions import rule_of_thumb
from edumetrics.engine.predictions.codes import DRIVER
from edumetrics.engine.predictions.student_features import TERM_KEY
from edumetrics.engine.predictions.weeks import at_risk_weeks, endterm_weeks, midterm_weeks, period

if TYPE_CHECKING:
    # It brings NumPy, a tenth of a worker's start, where nothing is predicted by a model.
    from edumetrics.engine.predictions.predictor import Predictor

KEY = (*TERM_KEY, "sem_week")

_VERSION = ("model_version", "note")
P_AT_RISK = ("p_at_risk", "p_at_risk_version", "p_at_risk_note")


@dataclass(frozen=True)
class Promoted:
    """A predictor in use.

    ``last_period`` (``weeks.period``): the latest it learnt from; it predicts later ones only.
    """

    version: str
    predictor: "Predictor"
    last_period: int


Predictors = Mapping[str, Promoted]
"""By output (``codes.OUTPUTS``)."""


def p_at_risk(metrics: pl.DataFrame, features: pl.DataFrame, predictors: Predictors, policy: Policy) -> pl.DataFrame:
    """KEY, class_id, P_AT_RISK and drivers for each row of ``metrics`` (KEY, class_id), which may be of any week.

    ``features``: of ``student_features``. Either p_at_risk and its version are there, or p_at_risk_note says why not
    (``codes.NOTES``).
    """
    weeks = metrics.select(*KEY, "class_id")
    promoted = predictors.get("at_risk")
    calendar = policy.calendar
    note = (
        pl.when(~pl.col("sem_week").is_in(calendar.teaching_weeks))
        .then(pl.lit("no_teaching"))
        .when(~pl.col("sem_week").is_in(at_risk_weeks(policy)))
        .then(pl.lit("too_early"))
        .when(pl.lit(promoted is None))
        .then(pl.lit("no_trained_model"))
        .when(period() <= (promoted.last_period if promoted else 0))
        .then(pl.lit("trained_on_this"))
    )
    weeks = weeks.with_columns(p_at_risk_note=note)
    if promoted is None or weeks["p_at_risk_note"].null_count() == 0:
        return weeks.select(
            *KEY,
            "class_id",
            pl.lit(None, pl.Float64).alias("p_at_risk"),
            pl.lit(None, pl.String).alias("p_at_risk_version"),
            "p_at_risk_note",
            drivers=pl.lit(None, pl.String),
        )
    asked = weeks.filter(pl.col("p_at_risk_note").is_null()).select(KEY).join(features, on=list(KEY), how="inner")
    given = promoted.predictor.predict(asked)
    found = asked.select(KEY).with_columns(
        _rounded(given["p"], RATE_DIGITS).alias("p_at_risk"),
        as_json(given["drivers"]),
        p_at_risk_version=pl.lit(promoted.version),
    )
    return weeks.join(found, on=list(KEY), how="left", maintain_order="left").select(
        *KEY, "class_id", *P_AT_RISK, "drivers"
    )


def pre_mid_term(features: pl.DataFrame, predictors: Predictors, policy: Policy) -> pl.DataFrame:
    """Rows of pre_mid_term for the rows of ``features`` that are of its weeks."""
    rows = _of_weeks(features, midterm_weeks(policy.calendar))
    scored = _scores(rows, predictors.get("midterm_score"), "predicted_midterm_score", policy)
    by_rule = rule_of_thumb.risk_label("performance", "overall_attendance", policy) != "LOW"
    at_risk = (
        pl.when(pl.col("model_version").is_not_null())
        .then(pl.col("predicted_midterm_score") < policy.predictions.at_risk_below)
        .otherwise(by_rule)
    )
    return scored.with_columns(at_risk=at_risk).select(
        *KEY, "class_id", "predicted_midterm_score", "low", "high", "at_risk", "drivers", *_VERSION
    )


def pre_end_term(features: pl.DataFrame, predictors: Predictors, policy: Policy) -> pl.DataFrame:
    """Rows of pre_end_term for the rows of ``features`` that are of its week."""
    rows = _of_weeks(features, endterm_weeks(policy.calendar))
    scored = _scores(rows, predictors.get("endterm_score"), "predicted_endterm_score", policy)
    failing = _probabilities(rows, predictors.get("endterm_fail"), "performance", "overall_attendance", policy)
    both = scored.join(
        failing.select(
            *KEY,
            "p_fail",
            "risk_label",
            fail_note="note",
            fail_drivers="drivers",
            fail_model_version="model_version",
        ),
        on=list(KEY),
        how="left",
        maintain_order="left",
    )
    return both.with_columns(
        note=pl.when(pl.col("note") == "").then(pl.col("fail_note")).otherwise(pl.col("note"))
    ).select(
        *KEY,
        "class_id",
        "predicted_endterm_score",
        "low",
        "high",
        "p_fail",
        "risk_label",
        "drivers",
        "model_version",
        "fail_drivers",
        "fail_model_version",
        "note",
    )


def risk_of_failing(features: pl.DataFrame, predictors: Predictors, policy: Policy) -> pl.DataFrame:
    """Rows of risk_of_failing_prediction for the rows of ``subject_features``, which are of its weeks."""
    rows = features.with_columns(
        mark=pl.coalesce("subject_mark", "performance"),
        attended=pl.coalesce("subject_attendance", "overall_attendance"),
    )
    return _probabilities(rows, predictors.get("subject_fail"), "mark", "attended", policy).select(
        *KEY, "subject_id", "class_id", "p_fail", "risk_label", "drivers", *_VERSION
    )


def watchlist(features: pl.DataFrame, predictors: Predictors, policy: Policy) -> pl.DataFrame:
    """Rows of pre_sem_watchlist, less when it was made, for the rows of ``watchlist_features``."""
    rows = features.with_columns(mark=pl.coalesce("endterm_history", "performance"))
    given = _probabilities(rows, predictors.get("watchlist"), "mark", "attendance_history", policy)
    return given.select(
        "student_id",
        "academic_year",
        target_semester="semester",
        class_id="class_id",
        risk_probability_pct=rounded(100 * pl.col("p_fail"), PERCENTAGE_DIGITS),
        risk_label="risk_label",
        att_rate_hist=rounded(pl.col("attendance_history") / 100, RATE_DIGITS),
        assn_rate_hist=rounded(pl.col("submit_rate"), RATE_DIGITS),
        exam_avg_hist=rounded(pl.col("endterm_history"), PERCENTAGE_DIGITS),
        max_plagiarism=rounded(pl.col("plagiarism"), PERCENTAGE_DIGITS),
        escalation_level="escalation_level",
        hard_subject_count=pl.col("hard_subjects").cast(pl.Int64),
        reasons="drivers",
        model_version="model_version",
        note="note",
    )


def label_of(p: pl.Expr, policy: Policy) -> pl.Expr:
    """LOW, MEDIUM or HIGH by a probability."""
    limits = policy.predictions
    return (
        pl.when(p >= limits.high_from)
        .then(pl.lit("HIGH"))
        .when(p >= limits.medium_from)
        .then(pl.lit("MEDIUM"))
        .when(p.is_not_null())
        .then(pl.lit("LOW"))
    )


def as_json(drivers: pl.Series) -> pl.Series:
    """A list of DRIVER a row as a JSON list, with the words under the name sentence."""
    fields = {name: pl.element().struct.field(name) for name in ("feature", "value", "typical", "effect")}
    said = pl.struct(
        fields["feature"],
        pl.element().struct.field("text").alias("sentence"),
        *[fields[name].round(4) for name in ("value", "typical", "effect")],
    )
    frame = pl.DataFrame({"drivers": drivers.cast(pl.List(DRIVER))}).select(pl.col("drivers").list.eval(said))
    return frame.select(
        pl.struct("drivers").struct.json_encode().str.strip_prefix('{"drivers":').str.head(-1).alias("drivers")
    ).to_series()


def _rounded(values: pl.Series, digits: int) -> pl.Series:
    """As ``rounded``."""
    return values.to_frame("value").select(rounded(pl.col("value"), digits)).to_series()


def _of_weeks(features: pl.DataFrame, weeks: tuple[int, ...]) -> pl.DataFrame:
    return features.filter(pl.col("sem_week").is_in(weeks))


def _may_use(promoted: Promoted | None) -> pl.Expr:
    """Whether the predictor may predict a row: it learnt from earlier terms only."""
    return pl.lit(False) if promoted is None else period() > promoted.last_period


def _scores(rows: pl.DataFrame, promoted: Promoted | None, name: str, policy: Policy) -> pl.DataFrame:
    """The rows with the score under ``name``, low, high, drivers, model_version and note."""
    rows = rows.with_columns(may_use=_may_use(promoted))
    asked, others = rows.filter("may_use"), rows.filter(~pl.col("may_use"))
    frames = [
        _by_rule(others, promoted, "performance", "overall_attendance", policy).with_columns(
            rounded(pl.col("performance"), PERCENTAGE_DIGITS).alias(name),
            low=pl.lit(None, pl.Float64),
            high=pl.lit(None, pl.Float64),
        )
    ]
    if promoted is not None and not asked.is_empty():
        given = promoted.predictor.predict(asked)
        frames.append(
            asked.with_columns(
                _rounded(given["value"], PERCENTAGE_DIGITS).alias(name),
                _rounded(given["low"], PERCENTAGE_DIGITS).alias("low"),
                _rounded(given["high"], PERCENTAGE_DIGITS).alias("high"),
                as_json(given["drivers"]),
                model_version=pl.lit(promoted.version),
                note=pl.lit(""),
            )
        )
    return pl.concat(frames, how="diagonal").sort(KEY)


def _probabilities(
    rows: pl.DataFrame, promoted: Promoted | None, mark: str, attendance: str, policy: Policy
) -> pl.DataFrame:
    """The rows with p_fail, risk_label, drivers, model_version and note."""
    rows = rows.with_columns(may_use=_may_use(promoted))
    asked, others = rows.filter("may_use"), rows.filter(~pl.col("may_use"))
    frames = [
        _by_rule(others, promoted, mark, attendance, policy).with_columns(
            p_fail=pl.lit(None, pl.Float64), risk_label=rule_of_thumb.risk_label(mark, attendance, policy)
        )
    ]
    if promoted is not None and not asked.is_empty():
        given = promoted.predictor.predict(asked)
        p = _rounded(given["p"], RATE_DIGITS).alias("p_fail")
        frames.append(
            asked.with_columns(
                p, as_json(given["drivers"]), model_version=pl.lit(promoted.version), note=pl.lit("")
            ).with_columns(risk_label=label_of(pl.col("p_fail"), policy))
        )
    return pl.concat(frames, how="diagonal").sort(*TERM_KEY, *[n for n in ("sem_week", "subject_id") if n in rows])


def _by_rule(rows: pl.DataFrame, promoted: Promoted | None, mark: str, attendance: str, policy: Policy) -> pl.DataFrame:
    """The rows with drivers, model_version and note of the rule of thumb."""
    note = pl.lit(rule_of_thumb.NO_MODEL if promoted is None else rule_of_thumb.TRAINED_ON_THIS)
    unknown = pl.col(mark).is_null() & pl.col(attendance).is_null()
    return rows.with_columns(
        drivers=rule_of_thumb.drivers(mark, attendance, policy),
        model_version=pl.lit(None, pl.String),
        note=pl.when(unknown).then(note + rule_of_thumb.CANNOT_TELL).otherwise(note),
    )
