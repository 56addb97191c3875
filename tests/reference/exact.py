"""Exact numbers: rounding, thresholds, means. Null is None and never a made-up 0."""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache

Number = Fraction | None

TOLERANCE = Fraction(1, 10**9)
HUNDRED = Fraction(100)


@lru_cache(maxsize=100_000)
def _exact_text(text: str) -> Fraction:
    return Fraction(text)


def exact(value: object) -> Fraction:
    """The number as it is written: 0.1 is one tenth."""
    return value if isinstance(value, Fraction) else _exact_text(str(value))


def exact_or_null(value: object | None) -> Number:
    """The number as it is written, or null."""
    return None if value is None else exact(value)


def stored(value: Number, decimals: int) -> float | None:
    """ "Rounding: only on storage, half away from zero"."""
    if value is None:
        return None
    size = math.floor(abs(value) * 10**decimals + Fraction(1, 2))
    return float(Fraction(size if value >= 0 else -size, 10**decimals))


def at_least(value: Fraction, bound: object) -> bool:
    """value >= bound: "Thresholds test the exact value with a tolerance of 1e-9"."""
    return value >= exact(bound) - TOLERANCE


def at_most(value: Fraction, bound: object) -> bool:
    """value <= bound, with the tolerance."""
    return value <= exact(bound) + TOLERANCE


def above(value: Fraction, bound: object) -> bool:
    """value > bound, with the tolerance."""
    return not at_most(value, bound)


def below(value: Fraction, bound: object) -> bool:
    """value < bound, with the tolerance."""
    return not at_least(value, bound)


def mean(values: Iterable[Number]) -> Number:
    """The mean of the values that are not null; null where none is."""
    present = [value for value in values if value is not None]
    return sum(present, Fraction(0)) / len(present) if present else None


def median(values: Sequence[Fraction]) -> Number:
    """The middle value, or the mean of the two middle ones; null where there is none."""
    ordered, count = sorted(values), len(values)
    if not ordered:
        return None
    return (ordered[(count - 1) // 2] + ordered[count // 2]) / 2


def weighted_mean(pairs: Iterable[tuple[Fraction, Number]]) -> Number:
    """The mean of (weight, value), "weights renormalised over" the values that are not null."""
    present = [(weight, value) for weight, value in pairs if value is not None]
    total = sum(weight for weight, _ in present)
    return sum(weight * value for weight, value in present) / total if total else None


def standard_deviation(values: Sequence[Fraction]) -> Fraction:
    """The sample standard deviation of two values or more; the root is the one inexact step."""
    middle = sum(values, Fraction(0)) / len(values)
    variance = sum((value - middle) ** 2 for value in values) / (len(values) - 1)
    return Fraction(math.sqrt(variance))
