"""Numbers as an advisor would say them."""

import polars as pl

from edumetrics.engine.metrics.rounding import rounded


def whole(value: pl.Expr) -> pl.Expr:
    """The value as a whole number, half away from zero."""
    return rounded(value, 0).cast(pl.Int64)


def number(value: pl.Expr) -> pl.Expr:
    """The value as the text of a whole number."""
    return whole(value).cast(pl.String)


def percent(value: pl.Expr) -> pl.Expr:
    """The value as text like 64%."""
    return number(value) + "%"


def counted(count: pl.Expr, one: str, many: str) -> pl.Expr:
    """Text like "1 week" or "3 weeks"."""
    return number(count) + pl.when(whole(count) == 1).then(pl.lit(f" {one}")).otherwise(pl.lit(f" {many}"))


def sentence(*parts: str | pl.Expr) -> pl.Expr:
    """Parts, text and expressions, one after the other; null where any of them is."""
    return pl.concat_str([pl.lit(part) if isinstance(part, str) else part for part in parts])
