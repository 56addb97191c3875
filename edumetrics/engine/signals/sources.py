"""Which sources a class has (scoring.md section 6), week by week."""

import polars as pl

from edumetrics.engine.policy import SOURCES, Policy
from edumetrics.engine.signals.work import Work, first_due
from edumetrics.engine.tables.clean import ASSIGNMENT, QUIZ, CleanTables


def class_sources(clean: CleanTables, work: Work, weeks: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """class_no, week and a boolean has_<source> for each source, for every class-week of ``weeks``.

    A class lacks a source that the college declared absent, or, after the grace weeks, one of which it has no row
    in weeks 1..w (for work: none due).
    """
    weeks = weeks.select("class_no", "week").unique().sort("class_no", "week")
    for source, first in _first_rows(clean, work).items():
        weeks = weeks.join(first.rename({"first_row": f"first_{source}"}), on="class_no", how="left")
    in_grace = pl.col("week") <= policy.calendar.grace_weeks
    has: dict[str, pl.Expr] = {
        source: pl.lit(source not in clean.absent)
        & (in_grace | (pl.col(f"first_{source}") <= pl.col("week")).fill_null(False))
        for source in SOURCES
        if source != "plagiarism"
    }
    # Plagiarism is a column of the assignments, so it is there with them unless declared absent.
    has["plagiarism"] = has["assignments"] & pl.lit("plagiarism" not in clean.absent)
    return weeks.select("class_no", "week", **{f"has_{source}": expression for source, expression in has.items()})


def _first_rows(clean: CleanTables, work: Work) -> dict[str, pl.DataFrame]:
    """For each source class_no and first_row, the week of the class's first row of it."""
    rows = {"attendance": clean.attendance, "library": clean.library, "borrowing": clean.borrows}
    first = {name: frame.group_by("class_no").agg(first_row=pl.col("week").min()) for name, frame in rows.items()}
    return first | {"assignments": first_due(work, ASSIGNMENT), "quizzes": first_due(work, QUIZ)}
