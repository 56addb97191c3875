"""What drives one prediction: how far it would move if one feature were as is typical."""

import math
from collections.abc import Mapping

import numpy as np
import polars as pl

from edumetrics.engine.predictions.examples import Matrix

Words = Mapping[str, str | tuple[str, str]]
"""Feature -> sentence with {value}, {typical} and {effect} as in str.format; a pair has a second sentence for a value
that is not known. {effect} is in points: of the score, or percentage points of the probability."""

DRIVER = pl.Struct(
    {"feature": pl.String, "value": pl.Float64, "typical": pl.Float64, "effect": pl.Float64, "text": pl.String}
)
SHOWN = 3


def drivers(
    effects: Matrix, rows: Matrix, typical: Matrix, features: tuple[str, ...], words: Words, points: float
) -> pl.Series:
    """List of DRIVER a row: the three features with the largest effects, largest first; none with no effect.

    ``effects``: for each row and feature the prediction less that with the feature as is typical.
    ``value`` is null where it was unknown. ``points``: how many points an effect of 1 is in sentences.
    """
    order = np.argsort(-np.abs(effects), axis=1, kind="stable")[:, :SHOWN]
    found = [
        [
            _driver(features[column], rows[row, column], typical[column], effects[row, column], words, points)
            for column in order[row]
            if abs(effects[row, column]) > 0
        ]
        for row in range(len(rows))
    ]
    return pl.Series("drivers", found, dtype=pl.List(DRIVER))


def _driver(
    feature: str, value: float, typical: float, effect: float, words: Words, points: float
) -> dict[str, object]:
    return {
        "feature": feature,
        "value": None if math.isnan(value) else float(value),
        "typical": float(typical),
        "effect": float(effect),
        "text": sentence(feature, float(value), float(typical), float(effect) * points, words),
    }


def sentence(feature: str, value: float, typical: float, effect: float, words: Words) -> str:
    """The caller's words for a feature's value; without any, the feature's name and the numbers."""
    name = feature.replace("_", " ")
    chosen = words.get(feature, ("{name} is {value:.3g}, typical {typical:.3g}", "{name} is not known"))
    known, unknown = (chosen, "{name} is not known") if isinstance(chosen, str) else chosen
    return (unknown if math.isnan(value) else known).format(name=name, value=value, typical=typical, effect=effect)
