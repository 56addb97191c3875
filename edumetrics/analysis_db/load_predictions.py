"""What was predicted and published before, back into frames."""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from edumetrics.analysis_db.store_predictions import P_AT_RISK
from edumetrics.databases.literals import quoted
from edumetrics.databases.reading import Reader, open_reader
from edumetrics.engine.history import FLAGS_SCHEMA, METRICS_SCHEMA
from edumetrics.engine.tables.canonical import Kind

_KEY = {
    "student_id": Kind.TEXT,
    "academic_year": Kind.INTEGER,
    "semester": Kind.INTEGER,
    "sem_week": Kind.INTEGER,
}
_TERM = {"class_id": Kind.TEXT, "academic_year": Kind.INTEGER, "semester": Kind.INTEGER, "sem_week": Kind.INTEGER}
_KINDS = {
    pl.String(): Kind.TEXT,
    pl.Int64(): Kind.INTEGER,
    pl.Float64(): Kind.NUMBER,
    pl.Boolean(): Kind.BOOLEAN,
}
_P_AT_RISK = dict(zip(P_AT_RISK, (Kind.NUMBER, Kind.TEXT, Kind.TEXT), strict=True))
_OF_EXAMS: dict[str, dict[str, Kind]] = {
    "pre_mid_term": {
        "predicted_midterm_score": Kind.NUMBER,
        "low": Kind.NUMBER,
        "high": Kind.NUMBER,
        "drivers": Kind.TEXT,
        "model_version": Kind.TEXT,
    },
    "pre_end_term": {
        "predicted_endterm_score": Kind.NUMBER,
        "low": Kind.NUMBER,
        "high": Kind.NUMBER,
        "p_fail": Kind.NUMBER,
        "drivers": Kind.TEXT,
        "model_version": Kind.TEXT,
        "fail_model_version": Kind.TEXT,
    },
    "risk_of_failing_prediction": {
        "subject_id": Kind.TEXT,
        "p_fail": Kind.NUMBER,
        "drivers": Kind.TEXT,
        "model_version": Kind.TEXT,
    },
}
"""Columns of the tables that predict an exam."""

# The last prediction before the endterm is what it is held against.
_LAST_WEEK_ONLY = ("risk_of_failing_prediction",)


def published_weeks(settings: Mapping[str, Any], classes: Iterable[str]) -> pl.DataFrame:
    """class_id, academic_year, semester, sem_week: what is published of each of the classes."""
    with open_reader(settings) as reader:
        return reader.frame("analysis_state", _TERM, f"WHERE t.class_id IN ({_listed(classes)})")


def frozen_p_at_risk(settings: Mapping[str, Any], terms: pl.DataFrame, students: pl.Series) -> pl.DataFrame:
    """Key and P_AT_RISK of the published rows from the first from_week of ``terms`` on."""
    where = f"{_of_terms(terms, students)} AND t.sem_week >= {min(terms['from_week'])}"
    with open_reader(settings) as reader:
        return reader.frame("weekly_metrics", _KEY | _P_AT_RISK, where)


def predictions_of_exams(
    settings: Mapping[str, Any], terms: pl.DataFrame, students: pl.Series, last_week: int
) -> dict[str, pl.DataFrame]:
    """By table, what was predicted of these terms' exams; by subject only in ``last_week``."""
    if students.is_empty():
        # A server that knows little yet of what was just written goes through all of that to find nothing.
        return no_predictions()
    with open_reader(settings) as reader:
        return {
            table: reader.frame(
                table,
                _KEY | columns,
                _of_terms(terms, students) + (f" AND t.sem_week = {last_week}" if table in _LAST_WEEK_ONLY else ""),
            )
            for table, columns in _OF_EXAMS.items()
        }


def no_predictions() -> dict[str, pl.DataFrame]:
    """The same without any row."""
    return {
        table: pl.DataFrame(schema={name: kind.dtype for name, kind in (_KEY | columns).items()})
        for table, columns in _OF_EXAMS.items()
    }


def whole_terms(
    settings: Mapping[str, Any], terms: pl.DataFrame, students: pl.Series
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The published metrics (METRICS_SCHEMA) and flags (FLAGS_SCHEMA) of ``terms`` (academic_year, semester)."""
    with open_reader(settings) as reader:
        return (
            _frame(reader, "weekly_metrics", METRICS_SCHEMA, _of_terms(terms, students)),
            _frame(reader, "weekly_flags", FLAGS_SCHEMA, _of_terms(terms, students)),
        )


def _frame(reader: Reader, table: str, schema: Mapping[str, pl.DataType], where: str) -> pl.DataFrame:
    return reader.frame(table, {name: _KINDS[dtype] for name, dtype in schema.items()}, where)


def _of_terms(terms: pl.DataFrame, students: pl.Series) -> str:
    pairs = sorted(set(terms.select("academic_year", "semester").iter_rows()))
    of_term = " OR ".join(f"(t.academic_year = {year} AND t.semester = {semester})" for year, semester in pairs)
    return f"WHERE t.student_id IN ({_listed(students)}) AND ({of_term or '1 = 0'})"


def _listed(ids: Iterable[str]) -> str:
    return ", ".join(quoted(one) for one in sorted(ids)) or "NULL"
