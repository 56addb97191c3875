"""What drives one prediction: how far it would move if one feature were as is typical."""

import math
from collections.abc import Mapping

import numpy as np
import polars as pl

from edumetrics.engine.predictions.codes import DRIVER
from edumetrics.engine.predictions.examples import Matrix

Words = Mapping[str, str | tuple[str, str]]
"""Feature -> sentence with {value}, {typical} and {effect} as in str.format; a pair has a second sentence for a value
that is not known. {effect} is in points: of the score, or percentage points of the probability."""

SHOWN = 3


def drivers(
    effects: Matrix, rows: Matrix, typical: Matrix, features: tuple[str, ...], words: Words, points: float
) -> pl.Series:
    """List of DRIVER a row: the three features with the largest effects, largest first; none with no effect.

    ``effects``: for each row and feature the prediction less that with the feature as is typical.
    ``value`` is null where it was unknown. ``points``: how many points an effect of 1 is in sentences.
    """
    shown = np.argsort(-np.abs(effects), axis=1, kind="stable")[:, :SHOWN]
    row, column = np.repeat(np.arange(len(rows)), shown.shape[1]), shown.ravel()
    moves = np.abs(effects[row, column]) > 0
    row, column = row[moves], column[moves]
    value, effect = rows[row, column], effects[row, column]
    told = pl.DataFrame(
        {
            "row": row,
            "feature": pl.Series(features, dtype=pl.String).gather(column),
            "value": pl.Series(value, nan_to_null=True),
            "typical": typical[column],
            "effect": effect,
            "text": _sentences(column, value, typical, effect * points, features, words),
        },
        schema_overrides={"text": pl.String},
    )
    lists = told.group_by("row", maintain_order=True).agg(pl.struct(list(DRIVER.to_schema())).alias("drivers"))
    found = pl.DataFrame({"row": np.arange(len(rows))}).join(lists, on="row", how="left", maintain_order="left")
    return found["drivers"].fill_null(pl.Series([[]], dtype=pl.List(DRIVER)))


def _sentences(
    column: "np.ndarray[tuple[int], np.dtype[np.intp]]",
    value: Matrix,
    typical: Matrix,
    effect: Matrix,
    features: tuple[str, ...],
    words: Words,
) -> list[str]:
    """``sentence`` of each, feature by feature, so that each feature's words are looked up once."""
    found = np.empty(len(column), dtype=object)
    for number in np.unique(column):
        places = np.flatnonzero(column == number)
        name, usual = features[number], float(typical[number])
        said = _words_of(name, words)
        pairs = zip(value[places].tolist(), effect[places].tolist(), strict=True)
        found[places] = [_said(said, name, one, usual, moved) for one, moved in pairs]
    return found.tolist()


def sentence(feature: str, value: float, typical: float, effect: float, words: Words) -> str:
    """The caller's words for a feature's value; without any, the feature's name and the numbers."""
    return _said(_words_of(feature, words), feature, value, typical, effect)


def _words_of(feature: str, words: Words) -> tuple[str, str]:
    """For a value that is known, and for one that is not."""
    chosen = words.get(feature, "{name} is {value:.3g}, typical {typical:.3g}")
    return (chosen, "{name} is not known") if isinstance(chosen, str) else chosen


def _said(words: tuple[str, str], feature: str, value: float, typical: float, effect: float) -> str:
    known, unknown = words
    chosen = unknown if math.isnan(value) else known
    return chosen.format(name=feature.replace("_", " "), value=value, typical=typical, effect=effect)
