"""Ways around joining and grouping by several columns, and around copies.

A frame is joined by one column of integers in less than half the time that it takes by two. Rows of a college come
class by class and week by week: the few that differ from the row before are grouped in a tenth of the time of all.
"""

import polars as pl

_KEY = "_key"
# Larger than any week, student or piece of work of a shard.
_SPAN = 1 << 24


def left_join(rows: pl.DataFrame, others: pl.DataFrame, first: str, second: str) -> pl.DataFrame:
    """``rows``, in their order, with the columns of the one row of ``others`` that has the same two numbers.

    Both columns hold whole numbers from 0 to 16 million; null is the same as nothing.
    """
    if others.is_empty():
        return rows.with_columns(
            pl.lit(None, kind).alias(name) for name, kind in others.drop(first, second).schema.items()
        )
    key = (pl.col(first) * _SPAN + pl.col(second)).alias(_KEY)
    found = others.select(key, pl.exclude(first, second))
    return rows.with_columns(key).join(found, on=_KEY, how="left", maintain_order="left").drop(_KEY)


def grouped(rows: pl.DataFrame, first: str, second: str, /, *values: pl.Expr, **named_values: pl.Expr) -> pl.DataFrame:
    """``rows.group_by(first, second).agg(...)``: both columns hold whole numbers from 0 to 16 million, and no null."""
    key = (pl.col(first) * _SPAN + pl.col(second)).alias(_KEY)
    return (
        rows.lazy()
        .group_by(key)
        .agg(*values, **named_values)
        .select((pl.col(_KEY) // _SPAN).alias(first), (pl.col(_KEY) % _SPAN).alias(second), pl.exclude(_KEY))
        .collect()
    )


def kept(rows: pl.DataFrame, condition: pl.Expr) -> pl.DataFrame:
    """``rows.filter(condition)``, without a copy of the rows where all of them meet it, as good rows do."""
    mask = rows.select(condition).to_series()
    return rows if mask.all(ignore_nulls=False) else rows.filter(mask)


def distinct(rows: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """Each combination of the columns that is in ``rows``, once, in no order."""
    return rows.select(columns).filter(begins(*columns)).unique()


def begins(*columns: str) -> pl.Expr:
    """Whether a row is not as the one before it in all of the columns. Null is as null; the first row begins."""
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in columns)
    return differs | (pl.int_range(pl.len()) == 0)
