"""One round of exams: how well each model's predictions did, beside what its card said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from edumetrics.engine.predictions.card import ModelCard
from edumetrics.engine.predictions.evaluation import of_probabilities, of_scores

GROWN_BY_HALF = 1.5
ENOUGH = 30
"""Fewer than this many predictions of a group are too few to tell."""


@dataclass(frozen=True)
class Round:
    """What came of the predictions of one model. error: mean absolute error in points, or Brier score."""

    predictions: int
    students: int
    error: float
    card_error: float
    growth: float | None
    coverage: float | None
    slope: float | None
    intercept: float | None
    curve: list[dict[str, Any]]
    metrics: dict[str, Any]
    fairness: dict[str, Any]
    retrain: bool


def judged(rows: pl.DataFrame, card: ModelCard, groups: pl.DataFrame) -> Round:
    """``rows``: student_id, actual (points, or 0 and 1), predicted, and of scores low and high; of one model.

    ``groups``: student_id and the protected columns, as text; for audit only.
    """
    figures = _figures(rows, card.kind)
    whole = figures.model_dump(mode="json")
    error, card_error = _error(whole, card.kind), _error(card.figures.model_dump(mode="json"), card.kind)
    growth = error / card_error if card_error > 0 else None
    return Round(
        predictions=rows.height,
        students=rows["student_id"].n_unique(),
        error=error,
        card_error=card_error,
        growth=growth,
        coverage=whole.get("coverage"),
        slope=whole.get("slope"),
        intercept=whole.get("intercept"),
        curve=whole.get("curve") or [],
        metrics=whole,
        fairness=_by_group(rows, card.kind, groups),
        retrain=rows.height >= ENOUGH and growth is not None and growth >= GROWN_BY_HALF,
    )


def _figures(rows: pl.DataFrame, kind: str) -> Any:
    actual = rows["actual"].to_numpy()
    if kind == "score":
        return of_scores(actual, *(rows[name].to_numpy() for name in ("predicted", "low", "high")))
    return of_probabilities(actual, rows["predicted"].to_numpy())


def _error(figures: Mapping[str, Any], kind: str) -> float:
    return float(figures["mae"] if kind == "score" else figures["brier"])


def _by_group(rows: pl.DataFrame, kind: str, groups: pl.DataFrame) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in groups.columns:
        if name == "student_id":
            continue
        of = rows.join(groups.select("student_id", group=name), on="student_id", how="left")
        found[name] = {
            str(value or "not known"): _figures(part, kind).model_dump(mode="json")
            if part.height >= ENOUGH
            else {"n": part.height, "too_few": True}
            for (value,), part in of.sort("group", nulls_last=True).group_by("group", maintain_order=True)
        }
    return found
