"""The ways to spoil a row, by table and rule of the data-quality report: what is changed to break that rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan

import polars as pl

from demo.college import assignments, quizzes
from demo.college.terms import WEEKS
from edumetrics.engine.tables.canonical import TABLES

DICE = "_dice"
"""A column with a random whole number of 0 or more for each row, for ways that do not do the same to each."""

_ID_OF_A_COPY = 10**12
"""What is added to a row's id to make its copy's: more than any id of a row."""
_WEEKS_OFF = 10
_YEARS_OFF = 20
_WEEKS_A_YEAR = 52


@dataclass(frozen=True)
class Way:
    """How a row of a table is made to break a rule.

    ``changes`` are the new values of columns, ``of`` says which rows it can be done to. With ``copied`` the row stays,
    and the changed one is added under an id of its own. The report counts ``counted`` rows for each.
    """

    changes: Mapping[str, pl.Expr] = field(default_factory=dict)
    of: pl.Expr = field(default_factory=lambda: pl.lit(True))
    copied: bool = False
    counted: int = 1


def _emptied(table: str, *columns: str) -> dict[str, pl.Expr]:
    return {name: pl.lit(None, TABLES[table].schema[name]) for name in columns}


_MARKS = pl.col("marks_obtained")
_HAS_MARKS = _MARKS.is_not_null()
_GHOST = Way({"student_id": "X" + pl.col("student_id").str.slice(1)})
_ELSEWHERE = Way({"class_id": pl.lit("NOWHERE")})
_COPY = {"id": pl.col("id") + _ID_OF_A_COPY}


def _dated(table: str, day: str, week: str) -> dict[str, Way]:
    """The ways of a table whose rows name their week and a day in it."""
    # Not all by as much, otherwise most rows could agree on another first day of the semester.
    weeks_off = pl.when(pl.col(DICE) % 2 == 0).then(1).otherwise(-1) * (1 + pl.col(DICE) // 2 % _WEEKS_OFF)
    years_off = 1 + pl.col(DICE) % _YEARS_OFF
    return {
        "unknown_student": _GHOST,
        "unknown_class": _ELSEWHERE,
        # The week of the academic year in place of the semester's; dated, the row would be outside that week as well.
        "week_outside_calendar": Way({week: pl.col(week) + WEEKS, **_emptied(table, day)}),
        "date_outside_week": Way({day: pl.col(day) + pl.duration(weeks=weeks_off)}),
        "earlier_year": Way({day: pl.col(day) - pl.duration(weeks=_WEEKS_A_YEAR * years_off)}),
    }


def _marked(undefined: str, key: str, max_marks: pl.Expr, percentage: str) -> dict[str, Way]:
    """The ways of a table of marks for work or exams."""
    other_marks = pl.when(_MARKS > 0).then(_MARKS - 0.5).otherwise(_MARKS + 0.5)
    return {
        "unknown_student": _GHOST,
        "unknown_class": _ELSEWHERE,
        undefined: Way({key: "X" + pl.col(key)}),
        "negative_count": Way({"marks_obtained": -1 - _MARKS}, of=_HAS_MARKS),
        "marks_over_max": Way({"marks_obtained": _MARKS + max_marks + 1}, of=_HAS_MARKS),
        "not_a_number": Way({"marks_obtained": pl.lit(nan)}, of=_HAS_MARKS),
        "percentage_outside_0_100": Way({percentage: pl.col(percentage) + 101}, of=pl.col(percentage).is_not_null()),
        "identical_duplicate": Way(_COPY, copied=True),
        "differing_duplicate": Way(_COPY | {"marks_obtained": other_marks}, of=_HAS_MARKS, copied=True, counted=2),
    }


def _defined(week: str) -> dict[str, Way]:
    """The ways of a table of work that is set."""
    return {
        "unknown_class": _ELSEWHERE,
        "week_outside_calendar": Way({week: pl.col(week) + WEEKS}),
        "negative_count": Way({"max_marks": -pl.col("max_marks")}),
        "not_a_number": Way({"max_marks": pl.lit(nan)}),
        # What breaks the rule, and is counted, are the marks for such work.
        "marks_on_zero_max": Way({"max_marks": pl.lit(0.0)}, counted=0),
    }


def _attendance() -> dict[str, Way]:
    held, present = pl.col("lectures_held"), pl.col("present")
    other = pl.when(present > 0).then(present - 1).otherwise(present + 1)
    return {
        **_dated("attendance", "week_date", "week"),
        "value_missing": Way(_emptied("attendance", "present", "absent")),
        "negative_count": Way({"present": -1 - present}),
        "present_over_held": Way({"present": held + 1}),
        "identical_duplicate": Way(_COPY, copied=True),
        "differing_duplicate": Way(_COPY | {"present": other, "absent": held - other}, copied=True, counted=2),
    }


WAYS: dict[str, dict[str, Way]] = {
    "students": {"student_in_no_class": Way(_emptied("students", "class_id"))},
    "attendance": _attendance(),
    "library_visits": {
        **_dated("library_visits", "week_date", "week"),
        "negative_count": Way({"physical_visits": -1 - pl.col("physical_visits")}),
    },
    "book_borrows": _dated("book_borrows", "borrow_date", "borrow_week"),
    "assignment_definitions": _defined("due_week"),
    "assignment_submissions": {
        **_marked("undefined_assignment", "assignment_id", pl.lit(float(assignments.MAX_MARKS)), "quality_pct"),
        "unknown_status": Way({"status": pl.lit("lost")}, of=~_HAS_MARKS),
    },
    "quiz_definitions": _defined("scheduled_week"),
    "quiz_submissions": _marked("undefined_quiz", "quiz_id", pl.lit(float(quizzes.MAX_MARKS)), "score_pct"),
    "exam_schedule": {"week_outside_calendar": Way({"scheduled_week": pl.col("scheduled_week") + WEEKS})},
    "exam_results": {
        **_marked("undefined_exam", "schedule_id", pl.col("max_marks"), "score_pct"),
        "marks_on_zero_max": Way({"max_marks": pl.lit(0.0)}, of=_HAS_MARKS),
    },
}
"""The ways of each table, by rule."""

NOT_A_NUMBER = "not_a_number"
WHOLE_WEEKS = "no_row_of_the_class"
"""The rule that is broken by what is not there, in no way of a row."""

OF_WORK = {
    "assignment_submissions": ("assignment_definitions", "assignment_id"),
    "quiz_submissions": ("quiz_definitions", "quiz_id"),
    "exam_results": ("exam_schedule", "schedule_id"),
}
"""Tables of marks: where their work or exams are defined, and by which key."""

WEEK_OF = {
    "attendance": "week",
    "library_visits": "week",
    "book_borrows": "borrow_week",
    "assignment_definitions": "due_week",
    "quiz_definitions": "scheduled_week",
    "exam_schedule": "scheduled_week",
}
"""The column with the week under which the report counts a row; a row of marks is counted under the work's."""

_PRIMARY_KEYS = "students, book_borrows, exam_schedule, assignment_definitions and quiz_definitions"
CANNOT = {
    "value_missing": "library_visits and book_borrows, whose columns are NOT NULL",
    "identical_duplicate": f"{_PRIMARY_KEYS}, whose key is the primary key",
    "differing_duplicate": f"{_PRIMARY_KEYS}, whose key is the primary key",
}
"""Tables in which a database holds no row that breaks the rule, by rule."""
