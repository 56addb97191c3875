"""Published rows back into frames, as the engine's history."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from edumetrics.databases.literals import quoted
from edumetrics.databases.reading import open_reader
from edumetrics.engine.history import CONTACTS_SCHEMA, FLAGS_SCHEMA, METRICS_SCHEMA, History
from edumetrics.engine.tables.canonical import Kind

_KINDS = {
    pl.String(): Kind.TEXT,
    pl.Int64(): Kind.INTEGER,
    pl.Float64(): Kind.NUMBER,
    pl.Boolean(): Kind.BOOLEAN,
}
_CLASS_WORK = {"class_id": Kind.TEXT, "work_no": Kind.INTEGER, "kind": Kind.TEXT, "loaded_week": Kind.INTEGER}
_STUDENT_WORK = {
    "student_id": Kind.TEXT,
    "academic_year": Kind.INTEGER,
    "semester": Kind.INTEGER,
    "sem_week": Kind.INTEGER,
    "class_id": Kind.TEXT,
    "first_week": Kind.INTEGER,
    "handed_in": Kind.TEXT,
    "missed": Kind.TEXT,
    "unknown": Kind.TEXT,
    "run_id": Kind.INTEGER,
}


def load_history(settings: Mapping[str, Any], terms: pl.DataFrame, students: pl.Series) -> History:
    """What is published of these students before from_week of ``terms`` (``roster.TERM_SCHEMA``), and their contacts.

    By student and not by class, because a student may have been in another class.
    """
    years = ", ".join(str(year) for year in sorted(set(terms["academic_year"])))
    who = f"WHERE t.academic_year IN ({years}) AND t.student_id IN ({', '.join(map(quoted, students)) or 'NULL'})"
    before = f"{who} AND t.sem_week < {max(terms['from_week'])}"
    if max(terms["from_week"]) == 1:
        before = "WHERE 1 = 0"
    with open_reader(settings) as reader:
        return History(
            metrics=reader.frame("weekly_metrics", _kinds(METRICS_SCHEMA), before),
            flags=reader.frame("weekly_flags", _kinds(FLAGS_SCHEMA), before),
            contacts=reader.frame("intervention_log", _kinds(CONTACTS_SCHEMA), who),
        )


def load_work(settings: Mapping[str, Any], condition: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of class_work (what ``as_known_at`` needs) and of student_work (whole) that meet a condition on t."""
    with open_reader(settings) as reader:
        return (
            reader.frame("class_work", _CLASS_WORK, f"WHERE {condition}"),
            reader.frame("student_work", _STUDENT_WORK, f"WHERE {condition}"),
        )


def load_first_days(settings: Mapping[str, Any]) -> pl.DataFrame:
    """class_id, first_day of every class on the roster."""
    with open_reader(settings) as reader:
        return reader.frame("roster_class", {"class_id": Kind.TEXT, "first_day": Kind.DATE})


def _kinds(schema: Mapping[str, pl.DataType]) -> dict[str, Kind]:
    return {name: _KINDS[dtype] for name, dtype in schema.items()}
