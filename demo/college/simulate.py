"""The college's database as it stands at the end of a week."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from demo.college.assignments import assignments
from demo.college.attendance import attendance
from demo.college.curriculum import subjects_table
from demo.college.exams import exams
from demo.college.frames import frame, stack
from demo.college.layout import places
from demo.college.library import book_borrows, library_visits
from demo.college.people import (
    Cohort,
    advisors_table,
    class_subjects_table,
    classes_table,
    draw_cohorts,
    students_tables,
    taught_semesters,
)
from demo.college.quizzes import quizzes
from demo.college.semesters import Semester, semesters_of
from demo.college.spoil import Spoiler
from demo.college.terms import LAST_GLOBAL_WEEK, updated_at, weeks_over
from edumetrics.engine.tables.canonical import TABLES

MAX_STUDENTS = 1_000_000
_YEARS = (2004, 2099)

Part = tuple[str, pl.DataFrame]
"""A table's name and some of its rows."""


def _alone(table: str, draw: Callable[[Semester], Iterable[pl.DataFrame]]) -> Callable[[Semester], Iterator[Part]]:
    return lambda semester: ((table, rows) for rows in draw(semester))


def _defined(
    definitions: str, table: str, draw: Callable[[Semester], tuple[pl.DataFrame, Iterable[pl.DataFrame]]]
) -> Callable[[Semester], Iterator[Part]]:
    def parts(semester: Semester) -> Iterator[Part]:
        defined, done = draw(semester)
        yield definitions, defined
        for rows in done:
            yield table, rows

    return parts


_EVENTS = (
    _alone("attendance", attendance),
    _defined("assignment_definitions", "assignment_submissions", assignments),
    _defined("quiz_definitions", "quiz_submissions", quizzes),
    _alone("library_visits", library_visits),
    _alone("book_borrows", book_borrows),
    _defined("exam_schedule", "exam_results", exams),
)


@dataclass(frozen=True)
class Simulation:
    """A college at the end of global week ``week`` (0-36) of the academic year ``year``, drawn when it is asked for.

    ``students`` are those the cohorts of the four years start with, about as many as are on the roll;
    ``past_years`` is how many finished academic years the tables tell of. A row never depends on ``week``
    but for what has happened by then, and a cohort is the same in each of its years. ``spoiler`` spoils some rows.
    Raises ValueError for an argument outside its range.
    """

    students: int
    week: int
    seed: int
    year: int
    past_years: int
    spoiler: Spoiler | None = None

    def __post_init__(self) -> None:
        _check("students", self.students, 1, MAX_STUDENTS)
        _check("week", self.week, 0, LAST_GLOBAL_WEEK)
        _check("seed", self.seed, 0, 2**63 - 1)
        _check("year", self.year, *_YEARS)
        _check("past_years", self.past_years, 0, 10)

    @cached_property
    def cohorts(self) -> list[Cohort]:
        """The cohorts of the four years."""
        return draw_cohorts(self.seed, self.year, places(self.students))

    def registers(self) -> Iterator[Part]:
        """The tables of classes, people, subjects and the week."""
        cohorts, year, week = self.cohorts, self.year, self.week
        yield "classes", classes_table(cohorts, year, week)
        yield "advisors", advisors_table(cohorts, self.seed)
        for rows in students_tables(cohorts, year, week):
            yield "students", self.spoiler.students(rows, year, week) if self.spoiler else rows
        yield "subjects", subjects_table(sorted({place.branch for cohort in cohorts for place in cohort.places}))
        yield "class_subjects", class_subjects_table(cohorts, year, self.past_years)
        state = {"id": [1], "current_week": [week], "sim_year": [year], "last_updated": [updated_at(year, week)]}
        yield "sim_state", frame("sim_state", state)

    def semesters(self) -> list[Semester]:
        """The cohorts' semesters that the tables tell of, the earlier ones first."""
        weeks = weeks_over(self.week)
        found = [
            semester
            for cohort in self.cohorts
            for semester in semesters_of(cohort, taught_semesters(cohort, self.year, self.past_years), self.year, weeks)
        ]
        return sorted(found, key=lambda semester: semester.first_day)

    def events(self, semester: Semester) -> Iterator[Part]:
        """Everything that happens in the weeks of a semester; definitions and schedules before what refers to them."""
        # A semester keeps the arrays it has drawn; those of a copy go with it.
        semester = replace(semester)
        spoil = self.spoiler.of(semester) if self.spoiler else None
        for draw in _EVENTS:
            for table, rows in draw(semester):
                yield table, spoil(table, rows) if spoil else rows


def simulate(
    *, students: int, week: int, seed: int, year: int = 2026, past_years: int = 2, spoiler: Spoiler | None = None
) -> dict[str, pl.DataFrame]:
    """All of the rows of a ``Simulation`` at once: the fifteen canonical tables.

    About a second for 24,000 students and one semester.
    """
    simulation = Simulation(students, week, seed, year, past_years, spoiler)
    found: dict[str, list[pl.DataFrame]] = {name: [] for name in TABLES}
    for table, rows in simulation.registers():
        found[table].append(rows)
    for semester in simulation.semesters():
        for table, rows in simulation.events(semester):
            found[table].append(rows)
    return {name: stack(name, frames) for name, frames in found.items()}


def _check(name: str, found: int, lowest: int, highest: int) -> None:
    if not lowest <= found <= highest:
        raise ValueError(f"{name} is {found}; allowed are {lowest} to {highest}.")
