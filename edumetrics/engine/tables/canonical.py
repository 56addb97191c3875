"""The fifteen canonical tables (college-schema.md): columns, types, and what may be null."""

from dataclasses import dataclass
from enum import Enum

import polars as pl


class Kind(Enum):
    """The type of a column, as the engine sees it."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"

    @property
    def dtype(self) -> pl.DataType:
        """The Polars type a frame holds it in."""
        return _DTYPES[self]


_DTYPES: dict[Kind, pl.DataType] = {
    Kind.TEXT: pl.String(),
    Kind.INTEGER: pl.Int64(),
    Kind.NUMBER: pl.Float64(),
    Kind.BOOLEAN: pl.Boolean(),
    Kind.DATE: pl.Date(),
    Kind.TIMESTAMP: pl.Datetime("us"),
}


@dataclass(frozen=True)
class Column:
    """One column: ``nullable`` says whether a value may be missing, ``optional`` whether the column may.

    ``scored`` is False for columns that no score reads; a run does not fetch them from large tables.
    """

    name: str
    kind: Kind
    nullable: bool = True
    optional: bool = False
    scored: bool = True


@dataclass(frozen=True)
class Table:
    """One canonical table; ``required`` tables cannot be declared absent."""

    name: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = False

    def column(self, name: str) -> Column:
        """The column of that name. Raises KeyError."""
        return next(column for column in self.columns if column.name == name)

    @property
    def column_names(self) -> list[str]:
        """All columns, in the order of the contract."""
        return [column.name for column in self.columns]

    @property
    def schema(self) -> dict[str, pl.DataType]:
        """Name and Polars type of every column."""
        return {column.name: column.kind.dtype for column in self.columns}

    def empty(self) -> pl.DataFrame:
        """A frame of this table without rows."""
        return pl.DataFrame(schema=self.schema)


def _text(name: str, *, nullable: bool = True, optional: bool = False, scored: bool = True) -> Column:
    return Column(name, Kind.TEXT, nullable, optional, scored)


def _integer(name: str, *, nullable: bool = True, scored: bool = True) -> Column:
    return Column(name, Kind.INTEGER, nullable, scored=scored)


def _number(name: str, *, nullable: bool = True, scored: bool = True) -> Column:
    return Column(name, Kind.NUMBER, nullable, scored=scored)


def _date(name: str, *, optional: bool = False, scored: bool = True) -> Column:
    return Column(name, Kind.DATE, optional=optional, scored=scored)


_STUDENT = _text("student_id", nullable=False)
_CLASS = _text("class_id", nullable=False)
_SUBJECT = _text("subject_id", nullable=False)
_SEMESTER = _integer("semester", nullable=False)

TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        Table(
            "classes",
            ("class_id",),
            (
                _CLASS,
                _text("name"),
                _integer("year_of_study"),
                _text("section"),
                _text("branch"),
                _integer("batch_start_year"),
                _integer("total_students"),
                _integer("odd_sem"),
                _integer("even_sem"),
            ),
            required=True,
        ),
        Table(
            "advisors",
            ("advisor_id",),
            (_text("advisor_id", nullable=False), _text("name"), _text("email"), _text("class_id")),
        ),
        Table(
            "students",
            ("student_id",),
            (
                _STUDENT,
                _text("class_id"),
                _text("advisor_id"),
                _text("name"),
                _integer("roll_number"),
                _text("gender"),
                _text("email"),
                _text("parent_email"),
                _text("phone"),
                _text("archetype", scored=False),
                _date("joined_on", optional=True),
                _date("left_on", optional=True),
                _text("left_reason", optional=True),
            ),
            required=True,
        ),
        Table(
            "subjects",
            ("subject_id",),
            (
                _SUBJECT,
                _text("subject_name"),
                _integer("semester"),
                _integer("credits"),
                _text("difficulty"),
                _text("subject_type"),
            ),
        ),
        Table("class_subjects", ("class_id", "subject_id"), (_CLASS, _SUBJECT, _text("teacher_name"))),
        Table(
            "sim_state",
            ("id",),
            (
                _integer("id", scored=False),
                _integer("current_week", nullable=False),
                _integer("sim_year", nullable=False),
                Column("last_updated", Kind.TIMESTAMP, scored=False),
            ),
        ),
        Table(
            "attendance",
            ("id",),
            (
                _integer("id", scored=False),
                _STUDENT,
                _CLASS,
                _SUBJECT,
                _SEMESTER,
                _integer("week", nullable=False),
                _date("week_date"),
                _integer("lectures_held", nullable=False),
                _integer("present"),
                _integer("absent"),
                _integer("late"),
                _number("attendance_pct", scored=False),
            ),
        ),
        Table(
            "assignment_definitions",
            ("assignment_id",),
            (
                _text("assignment_id", nullable=False),
                _CLASS,
                _text("subject_id"),
                _SEMESTER,
                _text("title"),
                _integer("assigned_week"),
                _integer("due_week", nullable=False),
                _number("max_marks"),
            ),
        ),
        Table(
            "assignment_submissions",
            ("id",),
            (
                _integer("id", scored=False),
                _text("assignment_id", nullable=False),
                _STUDENT,
                _CLASS,
                _text("status"),
                Column("submission_date", Kind.TIMESTAMP),
                _number("latency_hours", scored=False),
                _number("marks_obtained"),
                _number("quality_pct"),
                _number("plagiarism_pct"),
            ),
        ),
        Table(
            "quiz_definitions",
            ("quiz_id",),
            (
                _text("quiz_id", nullable=False),
                _CLASS,
                _text("subject_id"),
                _SEMESTER,
                _text("title"),
                _integer("scheduled_week", nullable=False),
                _date("quiz_date"),
                _number("max_marks"),
                _integer("duration_mins", scored=False),
            ),
        ),
        Table(
            "quiz_submissions",
            ("id",),
            (
                _integer("id", scored=False),
                _text("quiz_id", nullable=False),
                _STUDENT,
                _CLASS,
                Column("attempted", Kind.BOOLEAN),
                Column("attempt_date", Kind.TIMESTAMP),
                _number("marks_obtained"),
                _number("score_pct"),
            ),
        ),
        Table(
            "library_visits",
            ("id",),
            (
                _integer("id", scored=False),
                _STUDENT,
                _CLASS,
                _SEMESTER,
                _integer("week", nullable=False),
                _date("week_date"),
                _integer("physical_visits", nullable=False),
            ),
        ),
        Table(
            "book_borrows",
            ("borrow_id",),
            (
                _text("borrow_id"),
                _STUDENT,
                _CLASS,
                _SEMESTER,
                _text("book_title", scored=False),
                _date("borrow_date"),
                _date("return_date", scored=False),
                _integer("borrow_week", nullable=False),
                _integer("return_week", scored=False),
            ),
        ),
        Table(
            "exam_schedule",
            ("schedule_id",),
            (
                _text("schedule_id", nullable=False),
                _CLASS,
                _SEMESTER,
                _text("subject_id"),
                _text("exam_type", nullable=False),
                _integer("scheduled_week", nullable=False),
                _date("exam_date"),
                _number("max_marks"),
                _integer("duration_mins", scored=False),
            ),
        ),
        Table(
            "exam_results",
            ("id",),
            (
                _integer("id", scored=False),
                _text("schedule_id", nullable=False),
                _STUDENT,
                _CLASS,
                _number("marks_obtained"),
                _number("max_marks"),
                _number("score_pct"),
                _text("pass_fail"),
                _text("grade", scored=False),
                _date("result_date"),
            ),
        ),
    )
}
