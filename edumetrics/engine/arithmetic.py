"""Sums and quotients that have the same last bit whatever rows stand beside.

A backfill and the weekly runs score the same student-weeks in frames of other sizes, and must agree to the bit.
"""

from collections.abc import Iterable
from functools import reduce
from operator import add

import polars as pl


def added(values: Iterable[pl.Expr]) -> pl.Expr:
    """The sum of the values, null counting 0, one after the other: ``pl.sum_horizontal`` has an order of its own."""
    return reduce(add, (value.fill_null(0) for value in values))


def quotient(dividend: pl.Expr, divisor: pl.Expr) -> pl.Expr:
    """Dividend / divisor, always by the reciprocal, as Polars itself divides by a column that is constant."""
    return dividend * (1 / divisor)
