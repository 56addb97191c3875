"""The library: visits every week, and books taken home."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from demo.college.frames import frame, parts, pick
from demo.college.semesters import Semester
from demo.college.streams import Numbers, dates_after
from demo.college.terms import ENDTERM_WEEK, WEEKS

_ALL_WEEKS = np.arange(1, WEEKS + 1)
_KEPT_DAYS = (5, 24)
_NOT_RETURNED = 0.03
_SHARED_BOOKS = (
    "Higher Engineering Mathematics",
    "Probability and Random Processes",
    "Numerical Methods for Engineers",
    "Previous Years' Question Papers",
)
_BOOKS = {
    "CSE": ("Introduction to Algorithms", "Operating System Concepts", "Computer Networks", "Compilers"),
    "ECE": ("Signals and Systems", "Microelectronic Circuits", "Digital Communications", "Antenna Theory"),
    "ME": ("Theory of Machines", "Heat and Mass Transfer", "Engineering Thermodynamics", "Machine Design"),
    "CE": ("Basic Structural Analysis", "Soil Mechanics and Foundations", "Surveying", "Concrete Technology"),
    "EEE": ("Electrical Machinery", "Power System Analysis", "Power Electronics", "Control Systems Engineering"),
    "IT": ("Database System Concepts", "Software Engineering", "Artificial Intelligence", "Data Communications"),
}
_SHELF = len(_SHARED_BOOKS) + 4


def library_visits(semester: Semester) -> Iterator[pl.DataFrame]:
    """One row a student and week, exam weeks included; 0 visits is a row too."""
    visits = semester.stream("library").poisson(_eagerness(semester))
    week, student = np.nonzero(semester.seen(_ALL_WEEKS))
    for rows in parts(int(np.searchsorted(week, semester.known))):
        when, who = week[rows], student[rows]
        yield frame(
            "library_visits",
            {
                "id": semester.row_ids(rows),
                "student_id": pick(semester.cohort.student_ids, who),
                "class_id": pick(semester.cohort.class_id_of, who),
                "semester": np.full(len(who), semester.number),
                "week": when + 1,
                "week_date": semester.dates(when + 1),
                "physical_visits": np.minimum(visits[when, who], 7),
            },
        )


def book_borrows(semester: Semester) -> Iterator[pl.DataFrame]:
    """One row a book borrowed; the return is null until the book is back."""
    random = semester.stream("borrowing")
    count = random.poisson(0.22 * _eagerness(semester)) * semester.seen(_ALL_WEEKS)
    # Nobody borrows in the last week: the library closes its books for the semester.
    count[ENDTERM_WEEK - 1] = 0
    week, student = (np.repeat(index, count[count > 0]) for index in np.nonzero(count))
    weekday = random.integers(0, 6, len(week))
    kept = random.integers(*_KEPT_DAYS, size=len(week), endpoint=True)
    shelves = [book for place in semester.cohort.places for book in (*_SHARED_BOOKS, *_BOOKS[place.branch])]
    book = random.integers(_SHELF, size=len(week)) + _SHELF * semester.cohort.class_of[student]
    back = 7 * week + weekday + kept
    returned = (random.random(len(week)) >= _NOT_RETURNED) & (back < 7 * semester.known)
    returned_on = np.where(returned, dates_after(semester.first_day, back), np.datetime64("NaT"))
    returned_in = np.where(returned, back // 7 + 1.0, np.nan)
    for rows in parts(int(np.searchsorted(week, semester.known))):
        when, who = week[rows], student[rows]
        yield frame(
            "book_borrows",
            {
                "borrow_id": "B" + pl.Series(semester.row_ids(rows)).cast(pl.String),
                "student_id": pick(semester.cohort.student_ids, who),
                "class_id": pick(semester.cohort.class_id_of, who),
                "semester": np.full(len(who), semester.number),
                "book_title": pick(shelves, book[rows]),
                "borrow_date": semester.dates(when + 1, weekday[rows]),
                "return_date": returned_on[rows],
                "borrow_week": when + 1,
                "return_week": returned_in[rows],
            },
        )


def _eagerness(semester: Semester) -> Numbers:
    """Visits to be expected: weeks x students."""
    own = semester.stream("library habit").normal(0, 0.2, semester.students)
    return np.asarray(np.exp(own) * (0.3 + 3.2 * semester.conduct.study.T))
