"""How good predictions were, beside what came: of probabilities and of scores."""

import math
from typing import Any

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict

from edumetrics.engine.predictions.calibration import fit_line, logit
from edumetrics.engine.predictions.examples import Matrix
from edumetrics.engine.predictions.predictor import Kind

CAPACITY = 0.2
BINS = 10


class Figures(BaseModel):
    """Common to both kinds: on how many examples."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    n: int


class CurvePoint(BaseModel):
    """Of a tenth of the examples by probability: how many, the mean probability, and how often it came."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    n: int
    predicted: float
    actual: float


class ProbabilityFigures(Figures):
    """Of probabilities. None: cannot be told, since all or none had the outcome.

    base_rate: share with the outcome. auc: chance that one with it was given more than one without; 0.5 is chance.
    pr_auc: average precision; base_rate is chance. brier: mean squared error. log_loss: in nats.
    slope, intercept: of the outcome on the log odds; 1 and 0 are perfect. recall_at_capacity: of those with the
    outcome, how many were among the fifth with the highest probability.
    """

    base_rate: float
    auc: float | None
    pr_auc: float | None
    brier: float
    log_loss: float
    slope: float | None
    intercept: float | None
    recall_at_capacity: float | None
    curve: tuple[CurvePoint, ...]

    @property
    def loss(self) -> float:
        """What candidates are chosen by."""
        return self.log_loss

    @property
    def error(self) -> float:
        """What drift is told by."""
        return self.brier


class ScoreFigures(Figures):
    """Of scores, in points. coverage: share of actual scores inside the interval (None: no interval)."""

    mean: float
    mae: float
    rmse: float
    coverage: float | None
    width: float | None

    @property
    def loss(self) -> float:
        """What candidates are chosen by."""
        return self.mae

    @property
    def error(self) -> float:
        """What drift is told by."""
        return self.mae


AnyFigures = ProbabilityFigures | ScoreFigures


def figures_of(kind: Kind, actual: Matrix, predicted: pl.DataFrame) -> AnyFigures:
    """Figures of what Predictor.predict gives: ``p``, or ``value`` with or without ``low`` and ``high``."""
    if kind == "probability":
        return of_probabilities(actual, predicted["p"].to_numpy())
    low, high = (predicted[name].to_numpy() if name in predicted.columns else None for name in ("low", "high"))
    return of_scores(actual, predicted["value"].to_numpy(), low, high)


def losses_of(kind: Kind, actual: Matrix, predicted: Matrix) -> Matrix:
    """What candidates are chosen by, of each example: log loss, or absolute error."""
    return log_losses(actual, predicted) if kind == "probability" else np.abs(actual - predicted)


def of_probabilities(outcome: Matrix, p: Matrix, capacity: float = CAPACITY) -> ProbabilityFigures:
    """Figures of probabilities beside the outcomes (0, 1)."""
    both = 0 < outcome.mean() < 1
    line = fit_line(outcome, logit(p)) if both else None
    return ProbabilityFigures(
        n=len(p),
        base_rate=float(outcome.mean()),
        auc=auc(outcome, p),
        pr_auc=average_precision(outcome, p),
        brier=float(np.mean((p - outcome) ** 2)),
        log_loss=float(log_losses(outcome, p).mean()),
        slope=line.slope if line else None,
        intercept=line.intercept if line else None,
        recall_at_capacity=recall_at(outcome, p, capacity),
        curve=curve(outcome, p),
    )


def of_scores(actual: Matrix, value: Matrix, low: Matrix | None = None, high: Matrix | None = None) -> ScoreFigures:
    """Figures of predicted scores beside the actual ones, both 0-100."""
    coverage = width = None
    if low is not None and high is not None:
        coverage = float(np.mean((actual >= low) & (actual <= high)))
        width = float(np.mean(high - low))
    return ScoreFigures(
        n=len(value),
        mean=float(actual.mean()),
        mae=float(np.abs(actual - value).mean()),
        rmse=math.sqrt(float(np.mean((actual - value) ** 2))),
        coverage=coverage,
        width=width,
    )


def log_losses(outcome: Matrix, p: Matrix) -> Matrix:
    """The log loss of each example, in nats."""
    kept = np.clip(p, 1e-6, 1 - 1e-6)
    return -(outcome * np.log(kept) + (1 - outcome) * np.log(1 - kept))


def auc(outcome: Matrix, p: Matrix) -> float | None:
    """Chance that a random example with the outcome has the higher p; a tie counts half. None without both."""
    positive = int(outcome.sum())
    negative = len(outcome) - positive
    if not positive or not negative:
        return None
    ranks = average_ranks(p)
    return float((ranks[outcome == 1].sum() - positive * (positive + 1) / 2) / (positive * negative))


def average_ranks(values: Matrix) -> Matrix:
    """Ranks from 1; those tied share their mean."""
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(count)
    return np.asarray((last - (count - 1) / 2)[place], dtype=np.float64)


def average_precision(outcome: Matrix, p: Matrix) -> float | None:
    """Precision, averaged over those with the outcome from the highest p down; ties count as one step."""
    positive = outcome.sum()
    if not positive:
        return None
    values, place = np.unique(-p, return_inverse=True)
    found = np.cumsum(np.bincount(place, weights=outcome, minlength=len(values)))
    seen = np.cumsum(np.bincount(place, minlength=len(values)))
    return float((np.diff(found, prepend=0) * found / seen).sum() / positive)


def recall_at(outcome: Matrix, p: Matrix, capacity: float) -> float | None:
    """Of those with the outcome, the share among the ``capacity`` (0-1) with the highest p.

    Those tied at the cut count with their mean, as in a random order of them.
    """
    positive = outcome.sum()
    if not positive:
        return None
    places = math.ceil(len(p) * capacity)
    cut = np.sort(p)[::-1][places - 1]
    above, tied = p > cut, p == cut
    return float((outcome[above].sum() + (places - above.sum()) * outcome[tied].mean()) / positive)


def curve(outcome: Matrix, p: Matrix) -> tuple[CurvePoint, ...]:
    """Ten groups of the same size from the lowest p to the highest: mean p, and how often the outcome came."""
    parts: list[Any] = np.array_split(np.argsort(p, kind="stable"), min(BINS, len(p)))
    return tuple(
        CurvePoint(n=len(rows), predicted=float(p[rows].mean()), actual=float(outcome[rows].mean())) for rows in parts
    )
