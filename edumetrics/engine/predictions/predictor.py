"""A trained predictor: features in, calibrated probabilities or scores with their intervals and drivers out."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
import polars as pl

from edumetrics.engine.predictions.calibration import Calibration
from edumetrics.engine.predictions.drivers import Words, drivers
from edumetrics.engine.predictions.examples import Matrix, matrix
from edumetrics.engine.predictions.intervals import Interval

Kind = Literal["probability", "score"]


class Model(Protocol):
    """What a candidate has learnt. It never changes after that."""

    def raw(self, rows: Matrix) -> Matrix:
        """For each row (NaN = unknown) the log odds of the outcome, or the score in points."""
        ...

    def raw_if_typical(self, rows: Matrix, typical: Matrix) -> Matrix:
        """The same for each row and feature, had that feature alone its typical value."""
        ...


@dataclass(frozen=True)
class Predictor:
    """A model with what makes its numbers honest.

    features: the columns it reads, in order. typical: the median of each among the examples it learnt from.
    calibration: of a probability. interval: of a score.
    """

    kind: Kind
    candidate: str
    model: Model
    features: tuple[str, ...]
    typical: tuple[float, ...]
    calibration: Calibration | None = None
    interval: Interval | None = None
    words: Words = field(default_factory=dict)

    def predict(self, features: pl.DataFrame) -> pl.DataFrame:
        """A row for each row of ``features``, in the same order; columns it does not know are ignored.

        probability: ``p`` (0-1, never null), ``drivers``. score: ``value``, ``low``, ``high`` (0-100, never null;
        low and high hold the actual score in 80 of 100 cases), ``drivers``. A driver's ``effect`` is how much more
        (p or points) is predicted than if that feature alone were typical.
        Raises PredictionError for a feature that is missing or not numeric.
        """
        rows = matrix(features, self.features)
        typical = np.array(self.typical)
        raw = self.model.raw(rows)
        effects = self._honest(raw)[:, None] - self._honest(self.model.raw_if_typical(rows, typical))
        points = 100 if self.kind == "probability" else 1
        told = drivers(effects, rows, typical, self.features, self.words, points)
        return self.from_raw(raw).with_columns(told)

    def values(self, features: pl.DataFrame) -> pl.Series:
        """Only the probabilities or scores, without drivers: much faster."""
        return pl.Series(
            "p" if self.kind == "probability" else "value", self.predicted(matrix(features, self.features))
        )

    def without_drivers(self, features: pl.DataFrame) -> pl.DataFrame:
        """``predict`` without drivers: much faster."""
        return self.from_raw(self.model.raw(matrix(features, self.features)))

    def predicted(self, rows: Matrix) -> Matrix:
        """The probability, or the score clipped to 0-100, of each row of a matrix of ``features``."""
        return self._honest(self.model.raw(rows))

    def _honest(self, raw: Matrix) -> Matrix:
        return np.clip(raw, 0, 100) if self.calibration is None else self.calibration.probability(raw)

    def from_raw(self, raw: Matrix) -> pl.DataFrame:
        """``predict`` without drivers, of what the model itself says: ``p``, or ``value``, ``low`` and ``high``."""
        honest = self._honest(raw)
        if self.kind == "probability":
            return pl.DataFrame({"p": honest})
        if self.interval is None:
            return pl.DataFrame({"value": honest})
        low, high = self.interval.around(honest)
        return pl.DataFrame({"value": honest, "low": low, "high": high})
