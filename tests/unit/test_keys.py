"""Ways around slow joins and groups: the same rows as Polars' own."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from edumetrics.engine.keys import begins, distinct, grouped, kept, left_join

# The ends of what is promised, and small numbers that meet often.
_NUMBERS = st.one_of(st.none(), st.integers(0, 3), st.sampled_from([1 << 23, (1 << 24) - 1]))
_PAIRS = st.lists(st.tuples(_NUMBERS, _NUMBERS), max_size=30)


def _frame(pairs: list[tuple[int | None, int | None]]) -> pl.DataFrame:
    return pl.DataFrame(pairs, schema={"a": pl.Int64, "b": pl.Int64}, orient="row")


@given(_PAIRS, _PAIRS)
def test_two_numbers_as_one_key_join_the_same_rows_as_two_keys(
    left: list[tuple[int | None, int | None]], right: list[tuple[int | None, int | None]]
) -> None:
    rows = _frame(left).with_row_index("row")
    others = _frame(sorted(set(right), key=repr)).with_row_index("found")
    expected = rows.join(others, on=["a", "b"], how="left", maintain_order="left")
    assert left_join(rows, others, "a", "b").equals(expected)


@given(_PAIRS)
def test_two_numbers_as_one_key_make_the_same_groups(pairs: list[tuple[int | None, int | None]]) -> None:
    rows = _frame([pair for pair in pairs if None not in pair]).with_row_index("row")
    expected = rows.group_by("a", "b").agg(rows=pl.len(), total=pl.col("row").sum())
    found = grouped(rows, "a", "b", pl.col("row").sum().alias("total"), rows=pl.len())
    assert found.select(expected.columns).sort("a", "b").equals(expected.sort("a", "b"))


@given(_PAIRS)
def test_rows_that_do_not_meet_the_condition_are_left_out(pairs: list[tuple[int | None, int | None]]) -> None:
    rows = _frame(pairs)
    # Null where either number is.
    meets = pl.col("a") <= pl.col("b")
    assert kept(rows, meets).equals(rows.filter(meets))
    meeting = rows.filter(meets)
    assert kept(meeting, meets) is meeting


@given(_PAIRS)
def test_a_row_begins_where_it_is_not_as_the_one_before(pairs: list[tuple[int | None, int | None]]) -> None:
    expected = [number == 0 or pair != pairs[number - 1] for number, pair in enumerate(pairs)]
    assert _frame(pairs).select(begins("a", "b")).to_series().to_list() == expected


@given(_PAIRS)
def test_each_combination_is_had_once(pairs: list[tuple[int | None, int | None]]) -> None:
    found = distinct(_frame(pairs).with_row_index("row"), "a", "b")
    assert found.columns == ["a", "b"]
    assert sorted(found.rows(), key=repr) == sorted(set(pairs), key=repr)
