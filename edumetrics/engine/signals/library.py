"""Library visits and borrowed books of a week."""

import polars as pl

from edumetrics.engine.keys import distinct, grouped, left_join
from edumetrics.engine.tables.clean import CleanTables


def library_visits(clean: CleanTables, roll: pl.DataFrame) -> pl.DataFrame:
    """library_visits, for each row of the roll, in its order: 0 for a missing row if the class has any row that week.

    Else null; null, too, where the student's own row was unreadable: it is there, but says nothing.
    """
    visits = grouped(clean.library, "student_no", "week", pl.col("visits").sum())
    open_weeks = distinct(clean.library, "class_no", "week").with_columns(is_open=pl.lit(True))
    unknown = clean.library_unknown.unique().with_columns(is_unknown=pl.lit(True))
    rows = left_join(left_join(roll, visits, "student_no", "week"), open_weeks, "class_no", "week")
    return left_join(rows, unknown, "student_no", "week").select(
        library_visits=pl.when(pl.col("is_unknown").is_null() & pl.col("is_open")).then(pl.col("visits").fill_null(0)),
    )


def book_borrows(clean: CleanTables, roll: pl.DataFrame) -> pl.DataFrame:
    """book_borrows, for each row of the roll, in its order: null until the class has a row of borrowing."""
    borrows = grouped(clean.borrows, "student_no", "week", borrows=pl.len().cast(pl.Int64))
    first = clean.borrows.group_by("class_no").agg(first_row=pl.col("week").min())
    return (
        left_join(roll, borrows, "student_no", "week")
        .join(first, on="class_no", how="left", maintain_order="left")
        .select(book_borrows=pl.when(pl.col("first_row") <= pl.col("week")).then(pl.col("borrows").fill_null(0)))
    )
