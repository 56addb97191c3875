"""One round of exams: the predictions of one model beside what came, also by group."""

from typing import Any

import polars as pl

from edumetrics.engine.predictions.card import ModelCard
from edumetrics.engine.predictions.drift import drift
from edumetrics.engine.predictions.fairness import by_group

FIGURES = {
    "error": pl.Float64,
    "card_error": pl.Float64,
    "growth": pl.Float64,
    "coverage": pl.Float64,
    "calibration_slope": pl.Float64,
    "calibration_intercept": pl.Float64,
}
"""Figures of a round that may be unknown."""


def judged(rows: pl.DataFrame, card: ModelCard, groups: pl.DataFrame) -> dict[str, Any]:
    """Columns of prediction_drift, with curve, metrics and fairness as plain values, and ``reason`` in words.

    ``rows``: student_id, actual (points, or 0 and 1), predicted, and of scores low and high; of one model.
    ``groups``: student_id and the protected columns, as text; for audit only.
    """
    kind = card.kind
    given = (
        rows.select(pl.col("predicted").alias("p"))
        if kind == "probability"
        else rows.select("low", "high", value="predicted")
    )
    actual = rows["actual"].to_numpy()
    found = drift(card, actual, given)
    figures = found.figures.model_dump(mode="json")
    audit = (
        rows.select("student_id").join(groups, on="student_id", how="left", maintain_order="left").drop("student_id")
    )
    return {
        "predictions": rows.height,
        "students": rows["student_id"].n_unique(),
        "error": found.error,
        "card_error": found.card_error,
        "growth": found.growth + 1,
        "coverage": figures.get("coverage"),
        "calibration_slope": figures.get("slope"),
        "calibration_intercept": figures.get("intercept"),
        "curve": figures.get("curve") or [],
        "metrics": figures,
        "fairness": [one.model_dump(mode="json") for one in by_group(kind, audit, actual, given)],
        "retrain": found.retrain,
        "reason": found.reason,
    }
