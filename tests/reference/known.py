"""The rows of one class's semester, each with the first week in which it is known (scoring.md, "Conventions")."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from edumetrics.engine.policy import Policy, Source
from tests.reference.exact import Number

Row = dict[str, object]
Tables = dict[str, list[Row]]
Kind = Literal["assignments", "quizzes"]
KINDS: tuple[Kind, ...] = ("assignments", "quizzes")
WorkId = tuple[Kind, str]

ALWAYS = 0


@dataclass(frozen=True)
class Attendance:
    """A row of attendance: one student, subject and week."""

    student_id: str
    week: int
    held: int
    present: int
    known_from: int


@dataclass(frozen=True)
class Visits:
    """A row of library_visits."""

    student_id: str
    week: int
    visits: int
    known_from: int


@dataclass(frozen=True)
class Borrow:
    """A row of book_borrows."""

    student_id: str
    week: int
    known_from: int


@dataclass(frozen=True)
class Work:
    """An assignment (by due_week) or a quiz (by scheduled_week)."""

    work_id: WorkId
    due_week: int
    max_marks: Number


@dataclass(frozen=True)
class WorkRow:
    """A row of a student for a piece of work; ``mark_pct`` is 0-100, null where there is no mark."""

    work_id: WorkId
    student_id: str
    handed_in: bool
    mark_pct: Number
    quality_pct: Number
    plagiarism_pct: Number
    known_from: int


@dataclass(frozen=True)
class Result:
    """A row of exam_results."""

    student_id: str
    score_pct: Number
    known_from: int


@dataclass
class ClassSemester:
    """A class in its semester of the term: its students and the rows of this semester, no others."""

    policy: Policy
    class_id: str
    academic_year: int
    number: int
    first_day: date | None
    students: list[Row]
    recorded: set[Source]
    attendance: list[Attendance]
    visits: list[Visits]
    borrows: list[Borrow]
    work: dict[Kind, list[Work]]
    work_rows: dict[Kind, list[WorkRow]]
    results: list[Result]
    midterm: list[Result]
    endterm_before: list[Result]

    def __post_init__(self) -> None:
        """Look-ups that only save time."""
        self.attendance_of = _by_student(self.attendance)
        self.row_of = {(row.work_id, row.student_id): row for kind in KINDS for row in self.work_rows[kind]}
        self.loaded_from: dict[WorkId, int] = {}
        for row in self.row_of.values():
            self.loaded_from[row.work_id] = min(row.known_from, self.loaded_from.get(row.work_id, row.known_from))
        everything = [*self.attendance, *self.visits, *self.borrows, *self.row_of.values(), *self.results]
        self.first_row = {
            student: min(row.known_from for row in rows) for student, rows in _by_student(everything).items()
        }
        self.joins = {str(student["student_id"]): self._joins(student) for student in self.students}

    def _joins(self, student: Row) -> int:
        """ "joined_on <= the week's last day"; without it "the first week from which any row counts", at the latest week 4."""
        if student.get("joined_on") is not None and self.first_day is not None:
            return known_from(student["joined_on"], ALWAYS, self.first_day)
        silent = self.policy.calendar.silent_join_week
        return min(self.first_row.get(str(student["student_id"]), silent), silent)

    def join_is_known(self, student_id: str) -> bool:
        """Whether joined_on says when the student joined."""
        joined = next(one.get("joined_on") for one in self.students if one["student_id"] == student_id)
        return joined is not None and self.first_day is not None

    def _has_left(self, student: Row, week: int) -> bool:
        """Not "the week's last day < left_on"."""
        left_on = student.get("left_on")
        if left_on is None or self.first_day is None:
            return False
        return known_from(left_on, ALWAYS, self.first_day) <= week

    def roll(self, week: int) -> list[str]:
        """ "The roll of week w = students of the class with joined_on <= the week's last day < left_on"."""
        return [
            str(student["student_id"])
            for student in self.students
            if self.joins[str(student["student_id"])] <= week and not self._has_left(student, week)
        ]

    def has_any_row(self, student_id: str, week: int) -> bool:
        """Whether any row of the student in this semester is known."""
        return student_id in self.first_row and self.first_row[student_id] <= week

    def due(self, kind: Kind, student_id: str, due_week: int, week: int) -> list[Work]:
        """The work of ``due_week`` that is due for the student and loaded, as known at ``week``.

        "Work due before a student joined is not due"; "if no row of any student of the class for it is known by week w,
        it is not loaded at w: left out".
        """
        if due_week < self.joins[student_id]:
            return []
        return [
            work
            for work in self.work[kind]
            if work.due_week == due_week and work.work_id in self.loaded_from and self.loaded_from[work.work_id] <= week
        ]

    def handed_in(self, work: Work, student_id: str, week: int) -> WorkRow | None:
        """The student's row for the work if it is known and handed in; "No row = not handed in"."""
        row = self.row_of.get((work.work_id, student_id))
        return row if row is not None and row.handed_in and row.known_from <= week else None

    def has(self, source: Source, week: int) -> bool:
        """ "A class lacks a source when the mapping declares the table absent, or when, after the grace period, it has no
        row of it (for work: none due) in weeks 1..w of the semester"."""
        if source not in self.recorded:
            return False
        if week <= self.policy.calendar.grace_weeks:
            return True
        if source in ("assignments", "quizzes", "plagiarism"):
            kind: Kind = "quizzes" if source == "quizzes" else "assignments"
            return any(work.due_week <= week for work in self.work[kind])
        rows = {"attendance": self.attendance, "library": self.visits, "borrowing": self.borrows}[source]
        return any(row.week <= week and row.known_from <= week for row in rows)


def _by_student(rows: Iterable) -> dict[str, list]:
    grouped = defaultdict(list)
    for row in rows:
        grouped[row.student_id].append(row)
    return grouped


def known_from(day: object | None, own_week: int, first_day: date | None) -> int:
    """The first week whose last day is not before ``day``; "undated rows count from their own week"."""
    if day is None or first_day is None:
        return own_week
    day = day.date() if isinstance(day, datetime) else day
    return max(1, (day - first_day).days // 7 + 1)
