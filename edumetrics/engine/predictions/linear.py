"""Log odds or scores as a weighted sum of features."""

from dataclasses import dataclass

import numpy as np

from edumetrics.engine.predictions.examples import Matrix
from edumetrics.engine.predictions.predictor import Kind

LIMIT = 4.0


@dataclass(frozen=True)
class Linear:
    """A weighted sum of the features, standardised, and of which of them are unknown."""

    centre: Matrix
    scale: Matrix
    weights: Matrix
    unknown_weights: Matrix
    intercept: float

    def raw(self, rows: Matrix) -> Matrix:
        """See Model."""
        return np.asarray(self._parts(rows).sum(axis=1) + self.intercept)

    def raw_if_typical(self, rows: Matrix, typical: Matrix) -> Matrix:
        """See Model."""
        parts = self._parts(rows)
        return np.asarray(self.raw(rows)[:, None] - parts + self._parts(typical[None, :]))

    def _parts(self, rows: Matrix) -> Matrix:
        standard, unknown = standardised(rows, self.centre, self.scale)
        return np.asarray(standard * self.weights + unknown * self.unknown_weights)


def standardised(rows: Matrix, centre: Matrix, scale: Matrix) -> tuple[Matrix, Matrix]:
    """(Value - centre) / scale, no further than LIMIT from 0, and 0 where unknown; and 1 where unknown, else 0."""
    unknown = np.isnan(rows)
    standard = np.where(unknown, 0, (rows - centre) / scale)
    return np.clip(standard, -LIMIT, LIMIT), unknown.astype(np.float64)


def fit_linear(kind: Kind, rows: Matrix, target: Matrix, strength: float) -> Linear:
    """Ridge or L2 logistic regression; ``strength`` is the penalty as a share of the number of examples.

    No column may be wholly unknown.
    """
    from sklearn.linear_model import LogisticRegression, Ridge  # seconds to import

    centre, scale = np.nanmedian(rows, axis=0), np.nanstd(rows, axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    columns = np.hstack(standardised(rows, centre, scale))
    penalty = strength * len(rows)
    if kind == "probability":
        fitted = LogisticRegression(C=1 / penalty, max_iter=1000).fit(columns, target)
    else:
        fitted = Ridge(alpha=penalty).fit(columns, target)
    weights = np.ravel(fitted.coef_)
    width = rows.shape[1]
    return Linear(centre, scale, weights[:width], weights[width:], float(np.ravel(fitted.intercept_)[0]))
