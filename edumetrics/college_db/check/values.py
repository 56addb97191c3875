"""Values that are not of their column's kind: how many, which, and what a run makes of them."""

from collections.abc import Iterator
from typing import Any

from edumetrics.college_db import fixes
from edumetrics.college_db.check import sql
from edumetrics.college_db.check.asking import Question
from edumetrics.college_db.check.report import Finding, Gravity, counted, of_all
from edumetrics.college_db.check.tables import Found, named
from edumetrics.databases.reading import DatabaseError, in_one_line
from edumetrics.engine.tables.canonical import Column, Kind

# What must be unique for a score to be right, where that is not the table's key.
UNIQUE: dict[str, tuple[str, ...]] = {
    "attendance": ("student_id", "subject_id", "semester", "week", "week_date"),
    "assignment_submissions": ("assignment_id", "student_id"),
    "quiz_submissions": ("quiz_id", "student_id"),
    "exam_results": ("schedule_id", "student_id"),
}
_SHOWN = 3
_TRIED = 20


def check_values(question: Question, found: Found) -> Iterator[Finding]:
    """A finding for each column with wrong values."""
    for name, count in found.bad.items():
        if count:
            yield _bad_values(question, found, found.table.column(name), count)


def _bad_values(question: Question, found: Found, column: Column, count: int) -> Finding:
    name, present = column.name, found.rows - found.nulls[column.name]
    is_wrong = str(found.wrong(name))
    seen = _wrong_values(question, found, name, is_wrong)
    values = [row["bad_value"] for row in seen]
    fails, consequence = _when_read(question, found, column, is_wrong)
    unusable = count == present and not column.nullable
    return Finding(
        Gravity.ERROR if column.scored and (fails or unusable) else Gravity.WARNING,
        "mistyped",
        f"{name} is not {named(column.kind)} in {of_all(count, present, 'value')}: {_listed(found, seen)}. "
        f"{consequence}",
        found.table.name,
        name,
        fix=fixes.right_values(
            found.dialect,
            column,
            found.families.get(name) or ("text" if found.dialect == "postgresql" else None),
            values[:_SHOWN],
            is_all=len(values) <= _SHOWN,
            is_wrong=str(found.wrong(name, name)),
        ),
        count=count,
        of=present,
        examples=tuple(f"{row['bad_value']!r} ({row['example']})" for row in seen[:_SHOWN]),
    )


def _wrong_values(question: Question, found: Found, name: str, is_wrong: str) -> list[dict[str, Any]]:
    """The most frequent wrong values, one more than are shown: bad_value, times, example (a key)."""
    value = sql.shown(found.dialect, f"t.{name}")
    rows = question.rows(
        f"SELECT {value} AS bad_value, COUNT(*) AS times, MIN({_key(found)}) AS example FROM {found.source} AS t "
        f"WHERE {is_wrong} GROUP BY {value} ORDER BY times DESC, bad_value LIMIT {_SHOWN + 1}",
        {"bad_value": Kind.TEXT, "times": Kind.INTEGER, "example": Kind.TEXT},
    )
    return sorted(rows, key=lambda row: (-row["times"], str(row["bad_value"])))


def _key(found: Found) -> str:
    """The SQL of a text that names a row."""
    return sql.joined(found.dialect, [f"t.{name}" for name in key_columns(found)])


def key_columns(found: Found) -> list[str]:
    """The columns that name a row: the key, else what must be unique, else whatever must be there."""
    for names in (found.table.key, UNIQUE.get(found.table.name, ())):
        if names and found.present(*names):
            return list(names)
    there = [one.name for one in found.table.columns if not one.nullable and one.name in found.columns]
    return there or sorted(found.columns)[:1]


def _listed(found: Found, seen: list[dict[str, Any]]) -> str:
    key = ", ".join(key_columns(found))
    shown = "; ".join(
        f"{row['bad_value']!r} in {counted(row['times'], 'row')} ({key} {row['example']})" for row in seen[:_SHOWN]
    )
    return f"{shown}; and others" if len(seen) > _SHOWN else shown


def _when_read(question: Question, found: Found, column: Column, is_wrong: str) -> tuple[bool, str]:
    """Whether a run fails on the wrong values, and what it makes of them: by reading some as a run does."""
    source = f"(SELECT t.{column.name} FROM {found.source} AS t WHERE {is_wrong} LIMIT {_TRIED})"
    try:
        rows = question.read(source, {column.name: column.kind})
    except DatabaseError as error:
        return True, f"A run that reads them fails: {in_one_line(error)}"
    values = [value for row in rows if (value := row[column.name]) is not None]
    if values:
        return False, f"A run reads them as something else, for example {values[0]}."
    return False, "A run reads them as missing."
