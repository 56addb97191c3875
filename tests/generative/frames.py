"""Rows of dicts into the frames that the engine takes."""

import polars as pl

from edumetrics.engine.calendar import Term
from edumetrics.engine.history import CONTACTS_SCHEMA
from edumetrics.engine.tables.canonical import TABLES
from edumetrics.engine.tables.roster import TERM_SCHEMA

Rows = list[dict[str, object]]


def frames(tables: dict[str, Rows]) -> dict[str, pl.DataFrame]:
    """Canonical frames; an optional column that no row has is left out, as a college without it would."""
    return {name: _frame(name, rows) for name, rows in tables.items()}


def _frame(name: str, rows: Rows) -> pl.DataFrame:
    given = {key for row in rows for key in row}
    kinds = {
        one.name: one.kind.dtype for one in TABLES[name].columns if not one.optional or one.name in given or not rows
    }
    return pl.DataFrame([{key: row.get(key) for key in kinds} for row in rows], schema=kinds)


def terms(tables: dict[str, Rows], academic_year: int, term: Term, from_week: int, through_week: int) -> pl.DataFrame:
    """The classes that have a semester this term, with the weeks to score."""
    rows = [
        (row["class_id"], academic_year, row[f"{term}_sem"], from_week, through_week)
        for row in tables["classes"]
        if row[f"{term}_sem"] is not None
    ]
    return pl.DataFrame(rows, schema=TERM_SCHEMA, orient="row")


def contacts(interventions: Rows) -> pl.DataFrame:
    """The interventions as history takes them."""
    return pl.DataFrame([{key: row[key] for key in CONTACTS_SCHEMA} for row in interventions], schema=CONTACTS_SCHEMA)
