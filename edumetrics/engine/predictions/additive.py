"""Explainable boosting: log odds or scores as a sum of one curve a feature."""

import warnings
from dataclasses import dataclass

import numpy as np

from edumetrics.engine.predictions.examples import Matrix
from edumetrics.engine.predictions.predictor import Kind

BAGS = 4
BINS = 32

QUICKLY = {"learning_rate": 0.04, "smoothing_rounds": 25, "early_stopping_rounds": 50}
"""Steps larger, and ended sooner, than the library's own: half the time, and the same loss to the third digit on the
Open University's classes and on simulated ones (docs/decisions/0012-learning.md)."""


@dataclass(frozen=True)
class Additive:
    """A step curve a feature: between which ``cuts`` the value lies gives its ``steps``; the first is for unknown."""

    cuts: tuple[Matrix, ...]
    steps: tuple[Matrix, ...]
    intercept: float

    def raw(self, rows: Matrix) -> Matrix:
        """See Model."""
        return np.asarray(self._parts(rows).sum(axis=1) + self.intercept)

    def raw_if_typical(self, rows: Matrix, typical: Matrix) -> Matrix:
        """See Model."""
        parts = self._parts(rows)
        return np.asarray(self.raw(rows)[:, None] - parts + self._parts(typical[None, :]))

    def _parts(self, rows: Matrix) -> Matrix:
        parts = [
            steps[np.where(np.isnan(column), 0, np.searchsorted(cuts, column, side="right") + 1)]
            for column, cuts, steps in zip(rows.T, self.cuts, self.steps, strict=True)
        ]
        return np.column_stack(parts)


def fit_additive(kind: Kind, rows: Matrix, target: Matrix, seed: int) -> Additive:
    """An explainable boosting machine without interactions, taken out of its library as cuts and steps."""
    from interpret.glassbox import ExplainableBoostingClassifier, ExplainableBoostingRegressor
    from joblib import parallel_config

    machine = ExplainableBoostingClassifier if kind == "probability" else ExplainableBoostingRegressor
    fitted = machine(
        # Otherwise a feature of two values would be taken for names.
        feature_types=["continuous"] * rows.shape[1],
        interactions=0,
        outer_bags=BAGS,
        max_bins=BINS,
        # Each bag is learnt by itself, so that threads change nothing.
        n_jobs=-1,
        random_state=seed,
        **QUICKLY,
    )
    with warnings.catch_warnings(), parallel_config(backend="threading"):
        # That its own pictures show no unknown values is of no matter here.
        warnings.filterwarnings("ignore", message="Missing values detected", category=UserWarning)
        fitted.fit(rows, target)
    return Additive(
        cuts=tuple(np.asarray(bins[0], dtype=np.float64) for bins in fitted.bins_),
        # The last step is for values that are no numbers, of which there are none.
        steps=tuple(np.asarray(scores[:-1], dtype=np.float64) for scores in fitted.term_scores_),
        intercept=float(np.ravel(fitted.intercept_)[0]),
    )
