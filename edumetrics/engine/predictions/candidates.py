"""The kinds of model that are tried, simplest first, and the choice among them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from edumetrics.engine.predictions.additive import fit_additive
from edumetrics.engine.predictions.examples import Matrix, Numbers
from edumetrics.engine.predictions.linear import fit_linear
from edumetrics.engine.predictions.predictor import Kind, Model
from edumetrics.engine.predictions.trees import fit_trees

Fit = Callable[[Kind, Matrix, Matrix, int], Model]


@dataclass(frozen=True)
class Candidate:
    """A kind of model with its settings. ``fit(kind, rows, target, seed)``; no column may be wholly unknown."""

    name: str
    fit: Fit


@dataclass(frozen=True)
class Tried:
    """What a candidate predicted (raw) of each example while it had not seen its fold, and the losses of that."""

    candidate: Candidate
    raw: Matrix
    losses: Matrix

    @property
    def loss(self) -> float:
        """Mean loss of an example."""
        return float(self.losses.mean())


def _linear(strength: float) -> Fit:
    return lambda kind, rows, target, _seed: fit_linear(kind, rows, target, strength)


def _trees(leaves: int, rounds: int) -> Fit:
    return partial(_fit_trees, leaves=leaves, rounds=rounds)


def _fit_trees(kind: Kind, rows: Matrix, target: Matrix, seed: int, leaves: int, rounds: int) -> Model:
    return fit_trees(kind, rows, target, seed, leaves, rounds)


CANDIDATES = (
    Candidate("linear, strongly regularised", _linear(0.3)),
    Candidate("linear, regularised", _linear(0.03)),
    Candidate("linear, lightly regularised", _linear(0.003)),
    Candidate("explainable boosting", fit_additive),
    Candidate("gradient boosting, 4 leaves", _trees(4, 100)),
    Candidate("gradient boosting, 8 leaves", _trees(8, 150)),
)


def choose(tried: list[Tried], person: Numbers) -> Tried:
    """The first, hence simplest, candidate whose loss is within one standard error of the lowest.

    The standard error is that of the difference in loss to the best one, with all examples of a person (numbered
    0, 1, ...) taken together, because they are alike.
    """
    best = min(tried, key=lambda one: one.loss)
    return next(one for one in tried if one.loss - best.loss <= standard_error(one.losses - best.losses, person))


def standard_error(values: Matrix, person: Numbers) -> float:
    """Standard error of the mean of ``values``, of which those of one person (0, 1, ...) are not independent."""
    people = int(person.max()) + 1
    if people < 2:
        return float("inf")
    sums = np.bincount(person, weights=values - values.mean(), minlength=people)
    return float(np.sqrt((sums**2).sum() * people / (people - 1)) / len(values))
