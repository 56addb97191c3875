"""Rounding for storage, and comparing for thresholds (scoring.md, "Conventions")."""

import polars as pl

# Thresholds test the exact value with this tolerance, so that 0.1 + 0.2 reaches 0.3.
TOLERANCE = 1e-9

PERCENTAGE_DIGITS = 2
RISK_DIGITS = 1
RATE_DIGITS = 4

# Floating-point noise must not break a tie that is one: what is ordered is first rounded to this.
COMPARABLE_DIGITS = 9


def rounded(value: pl.Expr, digits: int) -> pl.Expr:
    """The value rounded half away from zero of the exact value (a float is the exact value within TOLERANCE)."""
    return (value + value.sign() * TOLERANCE).round(digits, mode="half_away_from_zero")


def at_least(value: pl.Expr, bound: pl.Expr | float) -> pl.Expr:
    """Value >= bound, within the tolerance."""
    return value >= bound - TOLERANCE


def at_most(value: pl.Expr, bound: pl.Expr | float) -> pl.Expr:
    """Value <= bound, within the tolerance."""
    return value <= bound + TOLERANCE


def above(value: pl.Expr, bound: pl.Expr | float) -> pl.Expr:
    """Value > bound by more than the tolerance."""
    return value > bound + TOLERANCE


def below(value: pl.Expr, bound: pl.Expr | float) -> pl.Expr:
    """Value < bound by more than the tolerance."""
    return value < bound - TOLERANCE
