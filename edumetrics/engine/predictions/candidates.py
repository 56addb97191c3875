"""The kinds of model that are tried, simplest first."""

from dataclasses import dataclass

import numpy as np

from edumetrics.engine.predictions.examples import Matrix
from edumetrics.engine.predictions.predictor import Kind, Model


@dataclass(frozen=True)
class Linear:
    """Log odds or score as a weighted sum of the features, standardised, and of which of them are unknown."""

    centre: Matrix
    scale: Matrix
    weights: Matrix
    unknown_weights: Matrix
    intercept: float

    def raw(self, rows: Matrix) -> Matrix:
        """See Model."""
        standard, unknown = standardised(rows, self.centre, self.scale)
        return np.asarray(standard @ self.weights + unknown @ self.unknown_weights + self.intercept)


def standardised(rows: Matrix, centre: Matrix, scale: Matrix) -> tuple[Matrix, Matrix]:
    """(Value - centre) / scale within -4 to 4, 0 where unknown; and 1 where unknown, else 0."""
    unknown = np.isnan(rows)
    standard = np.where(unknown, 0, (rows - centre) / scale)
    return np.clip(standard, -4, 4), unknown.astype(np.float64)


def fit_linear(kind: Kind, rows: Matrix, target: Matrix, strength: float) -> Model:
    """Ridge or L2 logistic regression; ``strength`` is the penalty as a share of the number of examples."""
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
    middle = rows.shape[1]
    return Linear(centre, scale, weights[:middle], weights[middle:], float(np.ravel(fitted.intercept_)[0]))
