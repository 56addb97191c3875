"""Published rows back into frames, as the engine's history."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from edumetrics.databases.literals import in_rows, quoted
from edumetrics.databases.reading import open_reader
from edumetrics.engine.history import CONTACTS_SCHEMA, FLAGS_SCHEMA, METRICS_SCHEMA, History
from edumetrics.engine.keys import kept
from edumetrics.engine.tables.canonical import Kind

_KINDS = {
    pl.String(): Kind.TEXT,
    pl.Int64(): Kind.INTEGER,
    pl.Float64(): Kind.NUMBER,
    pl.Boolean(): Kind.BOOLEAN,
}
_PUBLISHED = {"weekly_metrics": METRICS_SCHEMA, "weekly_flags": FLAGS_SCHEMA}
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

    Class by class, which is quicker, and student by student where weeks are missing there: the student may have been
    in another class.
    """
    from_week = max(terms["from_week"])
    before = f"t.sem_week < {from_week}" if from_week > 1 else "1 = 0"
    years = ", ".join(str(year) for year in sorted(set(terms["academic_year"])))
    key = ("class_id", "academic_year", "semester")
    with open_reader(settings) as reader:
        of_classes = in_rows(reader.dialect, [f"t.{name}" for name in key], terms.select(key).rows())
        in_class = {
            table: reader.frame(table, _kinds(schema), f"WHERE {of_classes} AND {before}")
            for table, schema in _PUBLISHED.items()
        }
        weeks = in_class["weekly_metrics"].group_by("student_id").len()
        # There is one row of a student and week, so that who has them all has none elsewhere.
        whole = students.is_in(weeks.filter(pl.col("len") >= from_week - 1)["student_id"].implode())
        is_whole = pl.col("student_id").is_in(students.filter(whole).implode())
        elsewhere = f"WHERE {_of(students.filter(~whole), years)} AND {before}"
        found = {
            table: pl.concat(
                [kept(in_class[table], is_whole), reader.frame(table, _kinds(schema), elsewhere)], rechunk=True
            )
            for table, schema in _PUBLISHED.items()
        }
        return History(
            metrics=found["weekly_metrics"],
            flags=found["weekly_flags"],
            contacts=reader.frame("intervention_log", _kinds(CONTACTS_SCHEMA), f"WHERE {_of(students, years)}"),
        )


def _of(students: pl.Series, years: str) -> str:
    return f"t.academic_year IN ({years}) AND t.student_id IN ({', '.join(map(quoted, students)) or 'NULL'})"


def load_work(settings: Mapping[str, Any], condition: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Rows of class_work (what ``as_known_at`` needs) and of student_work (whole) that meet a condition on t."""
    with open_reader(settings) as reader:
        return (
            reader.frame("class_work", _CLASS_WORK, f"WHERE {condition}"),
            reader.frame("student_work", _STUDENT_WORK, f"WHERE {condition}"),
        )


def load_students(settings: Mapping[str, Any], classes: pl.Series, columns: Mapping[str, Kind]) -> pl.DataFrame:
    """These columns of the students on the roster who are in one of the classes; a null is for those in none."""
    with open_reader(settings) as reader:
        of_classes = in_rows(reader.dialect, ["t.class_id"], classes.drop_nulls().to_frame().rows())
        or_none = " OR t.class_id IS NULL" if classes.null_count() else ""
        return reader.frame("roster_student", columns, f"WHERE {of_classes}{or_none}")


def load_first_days(settings: Mapping[str, Any]) -> pl.DataFrame:
    """class_id, first_day of every class on the roster."""
    with open_reader(settings) as reader:
        return reader.frame("roster_class", {"class_id": Kind.TEXT, "first_day": Kind.DATE})


def _kinds(schema: Mapping[str, pl.DataType]) -> dict[str, Kind]:
    return {name: _KINDS[dtype] for name, dtype in schema.items()}
