"""80 % intervals of scores by split conformal prediction."""

import math
from dataclasses import dataclass

import numpy as np

from edumetrics.engine.predictions.examples import Matrix

LEVEL = 0.8


@dataclass(frozen=True)
class Interval:
    """How far below and above the predicted value the interval reaches, in the score's points."""

    below: float
    above: float

    def around(self, value: Matrix) -> tuple[Matrix, Matrix]:
        """The lower and upper bound, clipped to 0-100."""
        return np.clip(value - self.below, 0, 100), np.clip(value + self.above, 0, 100)


def conformal(actual: Matrix, predicted: Matrix, level: float = LEVEL) -> Interval:
    """The interval from predictions of rows that the predictor had not seen.

    Each side leaves out half of ``1 - level``: the ceil((n + 1)(1 + level) / 2)-th residual, so that a new row of the
    same kind is inside at least that often, whatever the predictor.
    """
    residual = np.sort(actual - predicted)
    n = len(residual)
    rank = min(n, math.ceil((n + 1) * (1 + level) / 2))
    # The predicted value itself is always inside.
    return Interval(below=max(0.0, float(-residual[n - rank])), above=max(0.0, float(residual[rank - 1])))
