"""A tiny college, told week by week, and what the engine makes of it.

Class C is in semester 3 of 2026; week 1 begins on Monday 6 July 2026. A table that is never told of is one the college
declares absent, so that its weight is shared out. Names of several students are written with blanks: "A B C".
"""

import json
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Self

import polars as pl

from edumetrics.engine.history import CONTACTS_SCHEMA, FLAGS_SCHEMA, METRICS_SCHEMA, History
from edumetrics.engine.policy import Policy
from edumetrics.engine.semester import Results, score_semester
from edumetrics.engine.tables.roster import TERM_SCHEMA
from tests.generative.frames import frames
from tests.generative.work import pieces_of

Row = dict[str, Any]
Weeks = int | Iterable[int]

FIRST_DAY = date(2026, 7, 6)
YEAR, SEMESTER = 2026, 3
SIGNALS = (
    "low_performance",
    "attendance_requirement",
    "missed_assignments",
    "missed_quizzes",
    "low_effort",
    "performance_drop",
    "effort_drop",
    "attendance_drop",
    "persistence",
)


def day(week: int, weekday: int = 1) -> date:
    """A day of a week of the semester: 1 is the first, 7 the last."""
    return FIRST_DAY + timedelta(days=7 * (week - 1) + weekday - 1)


def a_policy(**sections: Any) -> Policy:
    """The defaults with week 1 beginning on 6 July 2026; sections as in the policy file."""
    calendar = {"first_days": {"2026-odd": FIRST_DAY}} | sections.pop("calendar", {})
    return Policy.model_validate({"calendar": calendar, **sections})


def only(**weights: float) -> dict[str, Any]:
    """The policy's risk section in which these signals alone have weight, uncapped: one of 100 is its signal itself."""
    return {"weights": dict.fromkeys(SIGNALS, 0) | weights, "max_contribution": 100}


@dataclass(frozen=True)
class Scored:
    """The engine's results, asked by student and week."""

    results: Results

    def week(self, student: str, week: int) -> Row:
        """The row of metrics."""
        return next(row for row in self.weeks_of(student) if row["sem_week"] == week)

    def weeks_of(self, student: str) -> list[Row]:
        """All rows of metrics of a student, in order."""
        return self.results.metrics.filter(student_id=student).sort("sem_week").to_dicts()

    def column(self, student: str, name: str) -> list[Any]:
        """One column of metrics, week by week."""
        return [row[name] for row in self.weeks_of(student)]

    def flag(self, student: str, week: int) -> Row | None:
        """The flag with its JSON read, or None."""
        rows = self.results.flags.filter(student_id=student, sem_week=week).to_dicts()
        if not rows:
            return None
        return rows[0] | {
            name: json.loads(rows[0][name]) for name in ("contributions", "reasons", "strengths", "missing")
        }

    def flagged(self, student: str, week: int) -> Row:
        """The flag, which must be there."""
        found = self.flag(student, week)
        assert found is not None, f"{student} has no flag in week {week}"
        return found

    def reason(self, student: str, week: int, code: str) -> Row:
        """The reason of that code."""
        return next(one for one in self.flagged(student, week)["reasons"] if one["code"] == code)

    def lists(self, week: int) -> dict[str, str]:
        """student -> list of a week."""
        return dict(self.results.flags.filter(sem_week=week).select("student_id", "list").iter_rows())

    def ranks(self, week: int) -> dict[str, int | None]:
        """student -> rank_in_class of a week."""
        return dict(self.results.flags.filter(sem_week=week).select("student_id", "rank_in_class").iter_rows())

    def work(self, student: str) -> dict[str, Row]:
        """work_id -> what came of it, in the order of the class's work."""
        return {row["work_id"]: row for row in pieces_of(self.results) if row["student_id"] == student}

    def states(self, student: str) -> dict[str, str]:
        """work_id -> state."""
        return {work_id: row["state"] for work_id, row in self.work(student).items()}

    def notices(self, week: int) -> list[str]:
        """The codes of the notices of a week."""
        return self.results.notices.filter(sem_week=week)["code"].to_list()

    def findings(self, table: str) -> dict[tuple[str, int | None], int]:
        """(rule, week) -> rows of the data-quality report for a table."""
        rows = self.results.findings.filter(table=table).select("rule", "week", "rows").iter_rows()
        return {(rule, week): count for rule, week, count in rows}


class College:
    """Tables that grow by what is told; every method but ``score`` gives the college itself.

    ``sections`` change the policy, as in its file.
    """

    def __init__(self, **sections: Any) -> None:
        self.policy = a_policy(**sections)
        self.tables: dict[str, list[Row]] = {"classes": [], "students": []}
        self.contacts: list[Row] = []
        self._homes: dict[str, str] = {}

    def having(self, *tables: str) -> Self:
        """The college has these tables, be they empty."""
        for name in tables:
            self.tables.setdefault(name, [])
        return self

    def a_class(self, class_id: str, semester: int = SEMESTER) -> Self:
        """A class; class C of semester 3 comes with the first student."""
        terms = (semester, semester + 1) if semester % 2 else (semester - 1, semester)
        self.tables["classes"].append({"class_id": class_id, "odd_sem": terms[0], "even_sem": terms[1]})
        return self

    def student(self, names: str, *, class_id: str = "C", joined: date | None = FIRST_DAY, **more: Any) -> Self:
        """Students of a class, there since the first day unless said otherwise."""
        if class_id not in [row["class_id"] for row in self.tables["classes"]]:
            self.a_class(class_id)
        for name in names.split():
            self._homes[name] = class_id
            self._add("students", {"student_id": name, "class_id": class_id, "joined_on": joined, **more})
        return self

    def attendance(
        self, names: str, *, week: Weeks, held: int, present: int | None, subject: str = "M", **more: Any
    ) -> Self:
        """Lectures of each of the weeks, dated its first day."""
        for name, one in self._each(names, week):
            row = self._key(name, one) | {"subject_id": subject, "lectures_held": held, "present": present}
            self._add("attendance", row | more)
        return self

    def visits(self, names: str, *, week: Weeks, times: int | None, **more: Any) -> Self:
        """Library visits."""
        for name, one in self._each(names, week):
            self._add("library_visits", self._key(name, one) | {"physical_visits": times} | more)
        return self

    def borrows(self, names: str, *, week: Weeks, books: int = 1, **more: Any) -> Self:
        """Books borrowed on the first day of a week."""
        for name, one in self._each(names, week):
            for _ in range(books):
                number = len(self.having("book_borrows").tables["book_borrows"])
                row = self._key(name, one, "borrow_week", "borrow_date") | {"borrow_id": f"B{number}"}
                self._add("book_borrows", row | more)
        return self

    def assignment(self, works: str, *, due: int, of: float | None = 10, class_id: str = "C", **more: Any) -> Self:
        """Assignments with the marks they are of."""
        self.having("assignment_submissions")
        for work in works.split():
            row = {"assignment_id": work, "class_id": class_id, "semester": SEMESTER, "due_week": due, "max_marks": of}
            self._add("assignment_definitions", row | more)
        return self

    def handed_in(self, names: str, works: str, *, on: date | None = None, **more: Any) -> Self:
        """Submissions; undated they count from the week the work is due. ``marks``, ``quality``, ``plagiarism`` in more."""
        short = {"marks": "marks_obtained", "quality": "quality_pct", "plagiarism": "plagiarism_pct"}
        values = {short.get(name, name): value for name, value in more.items()}
        for name in names.split():
            for work in works.split():
                row = {"assignment_id": work, "student_id": name, "class_id": self._home(name), "status": "submitted"}
                self._add("assignment_submissions", row | {"submission_date": _midnight_of(on)} | values)
        return self

    def not_handed_in(self, names: str, works: str) -> Self:
        """Rows that say so: the work is loaded."""
        return self.handed_in(names, works, status="missing")

    def quiz(self, works: str, *, week: int, class_id: str = "C", **more: Any) -> Self:
        """Quizzes of 10 marks."""
        self.having("quiz_submissions")
        for work in works.split():
            row = {"quiz_id": work, "class_id": class_id, "semester": SEMESTER, "scheduled_week": week, "max_marks": 10}
            self._add("quiz_definitions", row | more)
        return self

    def took(
        self, names: str, works: str, *, score: float | None = None, on: date | None = None, attempted: bool = True
    ) -> Self:
        """Quiz rows with their score in %."""
        for name in names.split():
            for work in works.split():
                row = {"quiz_id": work, "student_id": name, "class_id": self._home(name), "attempted": attempted}
                self._add("quiz_submissions", row | {"score_pct": score, "attempt_date": _midnight_of(on)})
        return self

    def exam(self, exams: str, *, kind: str = "midterm", week: int = 8, semester: int = SEMESTER, **more: Any) -> Self:
        """Exams of the schedule."""
        self.having("exam_results")
        for one in exams.split():
            row = {"schedule_id": one, "class_id": "C", "semester": semester, "exam_type": kind}
            self._add("exam_schedule", row | {"scheduled_week": week, "max_marks": 100} | more)
        return self

    def result(self, name: str, exam: str, *, score: float | None, on: date | None = None, **more: Any) -> Self:
        """A result, known from its date, else from the exam week."""
        row = {"schedule_id": exam, "student_id": name, "class_id": self._home(name), "score_pct": score}
        return self._add("exam_results", row | {"result_date": on} | more)

    def contact(self, name: str, *, week: int) -> Self:
        """An intervention logged for a week."""
        self.contacts.append({"student_id": name, "academic_year": YEAR, "semester": SEMESTER, "sem_week": week})
        return self

    def row(self, table: str, **values: Any) -> Self:
        """Any other row."""
        return self._add(table, values)

    def but(self) -> "College":
        """A copy to go on from in another way."""
        return deepcopy(self)

    def score(self, *, through: int, since: int = 1, after: Scored | None = None) -> Scored:
        """The engine's results of weeks since..through; ``after`` is what was published of the weeks before."""
        none = History.none()
        history = History(
            after.results.metrics.select(*METRICS_SCHEMA) if after else none.metrics,
            after.results.flags.select(*FLAGS_SCHEMA) if after else none.flags,
            pl.DataFrame(self.contacts, schema=CONTACTS_SCHEMA),
        )
        terms = pl.DataFrame(
            [(row["class_id"], YEAR, row["odd_sem"], since, through) for row in self.tables["classes"]],
            schema=TERM_SCHEMA,
            orient="row",
        )
        return Scored(score_semester(frames(self.tables), terms, history, self.policy))

    def _add(self, table: str, row: Row) -> Self:
        self.tables.setdefault(table, []).append(row)
        return self

    def _home(self, name: str) -> str:
        return self._homes.get(name, "C")

    def _each(self, names: str, weeks: Weeks) -> list[tuple[str, int]]:
        return [(name, week) for week in ([weeks] if isinstance(weeks, int) else weeks) for name in names.split()]

    def _key(self, name: str, week: int, week_column: str = "week", date_column: str = "week_date") -> Row:
        key = {"student_id": name, "class_id": self._home(name), "semester": SEMESTER}
        return key | {week_column: week, date_column: day(week)}


def _midnight_of(one: date | None) -> datetime | None:
    return datetime(one.year, one.month, one.day) if one else None
