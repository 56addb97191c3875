"""The college's database as it stands at the end of a week."""

from collections.abc import Callable

import polars as pl

from demo.college.assignments import assignments
from demo.college.attendance import attendance
from demo.college.curriculum import subjects_table
from demo.college.exams import exams
from demo.college.frames import frame, stack
from demo.college.layout import places
from demo.college.library import book_borrows, library_visits
from demo.college.people import (
    advisors_table,
    class_subjects_table,
    classes_table,
    draw_cohorts,
    students_table,
    taught_semesters,
)
from demo.college.quizzes import quizzes
from demo.college.semesters import Semester, semesters_of
from demo.college.terms import LAST_GLOBAL_WEEK, updated_at, weeks_over
from edumetrics.engine.tables.canonical import TABLES

MAX_STUDENTS = 100_000
_YEARS = (2004, 2099)

_EVENTS: tuple[tuple[tuple[str, ...], Callable[[Semester], tuple[pl.DataFrame, ...]]], ...] = (
    (("attendance",), lambda semester: (attendance(semester),)),
    (("assignment_definitions", "assignment_submissions"), assignments),
    (("quiz_definitions", "quiz_submissions"), quizzes),
    (("library_visits",), lambda semester: (library_visits(semester),)),
    (("book_borrows",), lambda semester: (book_borrows(semester),)),
    (("exam_schedule", "exam_results"), exams),
)


def simulate(*, students: int, week: int, seed: int, year: int = 2026, past_years: int = 2) -> dict[str, pl.DataFrame]:
    """The fifteen canonical tables at the end of global week ``week`` (0-36) of the academic year ``year``.

    ``students`` are those the cohorts of the four years start with, about as many as are on the roll;
    ``past_years`` is how many finished academic years the tables tell of. A row never depends on ``week``
    but for what has happened by then, and a cohort is the same in each of its years. About a second for
    600 students and half a minute for 24,000. Raises ValueError for an argument outside its range.
    """
    _check("students", students, 1, MAX_STUDENTS)
    _check("week", week, 0, LAST_GLOBAL_WEEK)
    _check("seed", seed, 0, 2**63 - 1)
    _check("year", year, *_YEARS)
    _check("past_years", past_years, 0, 10)
    cohorts = draw_cohorts(seed, year, places(students))
    semesters = [
        semester
        for cohort in cohorts
        for semester in semesters_of(cohort, taught_semesters(cohort, year, past_years), year, weeks_over(week))
    ]
    semesters.sort(key=lambda semester: semester.first_day)
    tables = {
        "classes": classes_table(cohorts, year, week),
        "advisors": advisors_table(cohorts, seed),
        "students": students_table(cohorts, year, week),
        "subjects": subjects_table(sorted({place.branch for cohort in cohorts for place in cohort.places})),
        "class_subjects": class_subjects_table(cohorts, year, past_years),
        "sim_state": frame(
            "sim_state",
            {"id": [1], "current_week": [week], "sim_year": [year], "last_updated": [updated_at(year, week)]},
        ),
        **_event_tables(semesters),
    }
    return {name: tables[name] for name in TABLES}


def _event_tables(semesters: list[Semester]) -> dict[str, pl.DataFrame]:
    """Everything that happens in the weeks of the semesters, the earlier ones first."""
    parts: dict[str, list[pl.DataFrame]] = {name: [] for names, _ in _EVENTS for name in names}
    for semester in semesters:
        for names, draw in _EVENTS:
            for name, table in zip(names, draw(semester), strict=True):
                parts[name].append(table)
    return {name: stack(name, frames) for name, frames in parts.items()}


def _check(name: str, found: int, lowest: int, highest: int) -> None:
    if not lowest <= found <= highest:
        raise ValueError(f"{name} is {found}; allowed are {lowest} to {highest}.")
