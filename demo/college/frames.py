"""From arrays to frames with the canonical columns and types."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy.typing as npt
import polars as pl

from edumetrics.engine.tables.canonical import TABLES

PART_ROWS = 100_000
"""Rows of a table that are held in memory at a time."""


def frame(table: str, columns: Mapping[str, Any]) -> pl.DataFrame:
    """A frame of a canonical table; NaN and NaT become null."""
    return pl.DataFrame(dict(columns), schema_overrides=TABLES[table].schema, nan_to_null=True).select(
        TABLES[table].column_names
    )


def stack(table: str, frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The frames one under the other; an empty table where there is none."""
    return pl.concat(frames, rechunk=False) if frames else TABLES[table].empty()


def parts(count: int) -> Iterator[slice]:
    """The slices that ``count`` rows are made in, one after the other."""
    for first in range(0, count, PART_ROWS):
        yield slice(first, min(first + PART_ROWS, count))


def pick(labels: pl.Series | Sequence[str | None], index: npt.NDArray[Any]) -> pl.Series:
    """The label at each index, as text."""
    series = labels if isinstance(labels, pl.Series) else pl.Series(labels, dtype=pl.String)
    return series.gather(index.ravel())
