"""Values out of their texts; what is no such value becomes null."""

import polars as pl

_BOOLEANS = {
    **dict.fromkeys(("1", "1.0", "true", "t"), True),
    **dict.fromkeys(("0", "0.0", "false", "f"), False),
}
# Polars would read "nan" and "inf" too.
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"


def date_of(text: pl.Expr) -> pl.Expr:
    """The day of an ISO text, with or without a time."""
    return text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)


def timestamp_of(text: pl.Expr) -> pl.Expr:
    """ISO text with blank or T, with or without a time; a time zone's offset is left off."""
    day, time = text.str.slice(0, 10), text.str.slice(11, 8)
    whole = day + "T" + pl.when(time.str.len_chars() == 8).then(time).otherwise(pl.lit("00:00:00"))
    return whole.str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="us", strict=False)


def number_of(text: pl.Expr) -> pl.Expr:
    """A decimal number."""
    return pl.when(text.str.contains(_NUMBER)).then(text).cast(pl.Float64, strict=False)


def integer_of(text: pl.Expr) -> pl.Expr:
    """A whole number, also written as 4.00."""
    number = number_of(text)
    whole = pl.when(number == number.floor()).then(number).cast(pl.Int64, strict=False)
    # Not by way of a float where it can be helped: above 2**53 that is another number.
    return pl.coalesce(text.cast(pl.Int64, strict=False), whole)


def boolean_of(text: pl.Expr) -> pl.Expr:
    """1, true, t, 0, false, f in any case."""
    return text.str.to_lowercase().replace_strict(_BOOLEANS, default=None, return_dtype=pl.Boolean)
