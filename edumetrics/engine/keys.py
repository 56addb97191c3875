"""Joining by two whole numbers, as a student and a week, as fast as by one.

A frame is joined by one column of integers in less than half the time that it takes by two.
"""

import polars as pl

_KEY = "_key"
# Larger than any week, student or piece of work of a shard.
_SPAN = 1 << 24


def left_join(rows: pl.DataFrame, others: pl.DataFrame, first: str, second: str) -> pl.DataFrame:
    """``rows``, in their order, with the columns of the one row of ``others`` that has the same two numbers.

    Both columns hold whole numbers from 0 to 16 million; null is the same as nothing.
    """
    key = (pl.col(first) * _SPAN + pl.col(second)).alias(_KEY)
    found = others.select(key, pl.exclude(first, second))
    return rows.with_columns(key).join(found, on=_KEY, how="left", maintain_order="left").drop(_KEY)
