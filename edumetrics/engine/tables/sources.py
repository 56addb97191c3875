"""Which sources the college does not have, by its mapping or its policy; they are as if never recorded."""

import polars as pl

from edumetrics.engine.policy import Policy
from edumetrics.engine.tables.canonical import TABLES

TABLES_OF_SOURCE = {
    "attendance": ("attendance",),
    "assignments": ("assignment_definitions", "assignment_submissions"),
    "quizzes": ("quiz_definitions", "quiz_submissions"),
    "library": ("library_visits",),
    "borrowing": ("book_borrows",),
}


def absent_sources(tables: dict[str, pl.DataFrame], policy: Policy) -> frozenset[str]:
    """Sources that the policy names, or of which a table is missing because the mapping declared it absent."""
    unmapped = {source for source, names in TABLES_OF_SOURCE.items() if any(name not in tables for name in names)}
    return frozenset(policy.sources.absent) | unmapped


def with_every_table(tables: dict[str, pl.DataFrame], absent: frozenset[str]) -> dict[str, pl.DataFrame]:
    """Every canonical table, empty where its source is absent, since an absent source has no signals.

    Less the surrogate ids, which would make identical rows differ.
    """
    dropped = {name for source in absent for name in TABLES_OF_SOURCE.get(source, ())}
    frames = {
        name: table.empty() if name in dropped else tables.get(name, table.empty()) for name, table in TABLES.items()
    }
    if "plagiarism" in absent:
        submissions = frames["assignment_submissions"]
        frames["assignment_submissions"] = submissions.with_columns(plagiarism_pct=pl.lit(None, pl.Float64))
    # Tables come in the parts that they were read in, which each operation would put together anew.
    return {name: frame.drop("id", strict=False).rechunk() for name, frame in frames.items()}
