"""Whether a predictor still does what its card says, once it is known what came of a round of its predictions."""

import math

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict

from edumetrics.engine.errors import PredictionError
from edumetrics.engine.predictions.card import ModelCard
from edumetrics.engine.predictions.evaluation import AnyFigures, figures_of
from edumetrics.engine.predictions.examples import Matrix

GROWTH = 0.5
FEWEST = 30


class Drift(BaseModel):
    """A round of predictions beside what came.

    error, card_error: mean absolute error of scores, Brier score of probabilities. growth: error / card_error - 1.
    retrain: whether it has grown by half or more, told only of 30 students or more. reason: a sentence either way.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    figures: AnyFigures
    error: float
    card_error: float
    growth: float
    retrain: bool
    reason: str


def drift(card: ModelCard, actual: Matrix, predicted: pl.DataFrame) -> Drift:
    """``actual``: 0 and 1, or scores. ``predicted``: ``p``, or ``value``, ``low`` and ``high``, of the same rows.

    Raises PredictionError for a round without rows, or of other lengths.
    """
    if not len(actual) or len(actual) != len(predicted):
        raise PredictionError(
            f"{len(actual)} results and {len(predicted)} predictions make no round; give as many of each."
        )
    figures = figures_of(card.kind, np.asarray(actual, dtype=np.float64), predicted)
    growth = figures.error / card.figures.error - 1 if card.figures.error else math.inf
    retrain = len(actual) >= FEWEST and growth >= GROWTH
    name = "The mean absolute error" if card.kind == "score" else "The Brier score"
    digits = 1 if card.kind == "score" else 3
    few = f" Of {len(actual)} students nothing can be told." if len(actual) < FEWEST else ""
    reason = (
        f"{name} was {figures.error:.{digits}f}, where the card says {card.figures.error:.{digits}f} "
        f"({growth:+.0%}).{' Train again.' if retrain else few}"
    )
    return Drift(
        figures=figures,
        error=figures.error,
        card_error=card.figures.error,
        growth=growth,
        retrain=retrain,
        reason=reason,
    )


def marked(card: ModelCard, found: Drift) -> ModelCard:
    """The card, marked "retrain" if this round says so; a mark is never taken back."""
    return card.model_copy(update={"retrain": True, "retrain_reason": found.reason}) if found.retrain else card
