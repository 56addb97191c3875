"""Attendance: lectures held and attended, by student, subject and week."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from demo.college.curriculum import SUBJECTS_A_SEMESTER
from demo.college.frames import frame, pick
from demo.college.semesters import Semester
from demo.college.streams import Counts, logit, share_of
from demo.college.terms import TEACHING_WEEKS

_LECTURES = (3, 5)
_LAB_SESSIONS = (1, 2)
_LATE = 0.06
_LOST_WEEK = 0.01
"""Share of class-weeks whose attendance was never recorded."""


def attendance(semester: Semester) -> Iterator[pl.DataFrame]:
    """One row a student, subject and teaching week of which there is a record; a frame for each week that is over."""
    weeks = np.array(TEACHING_WEEKS)
    class_of = semester.cohort.class_of
    held = _held(semester)
    random = semester.stream("attendance")
    # All of the semester is drawn before anybody is late, so that nothing depends on how many weeks are over.
    present = _present(semester, random, held)
    lost = semester.stream("lost weeks").random((len(weeks), semester.classes)) < _LOST_WEEK
    recorded = semester.seen(weeks) & ~lost[:, class_of]
    first = 0
    for number in range(np.count_nonzero(weeks <= semester.known)):
        late = random.binomial(present[number], _LATE)
        student = np.repeat(np.flatnonzero(recorded[number]), SUBJECTS_A_SEMESTER)
        subject = np.tile(np.arange(SUBJECTS_A_SEMESTER), len(student) // SUBJECTS_A_SEMESTER)
        rows = slice(first, first + len(student))
        at = student, subject
        lectures, there = held[number, class_of[student], subject], present[number][at].astype(np.int64)
        yield _table(semester, rows, TEACHING_WEEKS[number], at, lectures, there, late[at])
        first = rows.stop


def _present(semester: Semester, random: np.random.Generator, held: Counts) -> list[npt.NDArray[np.int8]]:
    """Lectures attended, teaching weeks x students x subjects; the weeks apart, as the whole would be large."""
    liking = semester.stream("liking").normal(0, 0.25, (semester.students, SUBJECTS_A_SEMESTER))
    found = []
    for number, week in enumerate(TEACHING_WEEKS):
        chance = np.clip(semester.conduct.attendance[:, week - 1], 0.01, 0.99)
        lectures = held[number, semester.cohort.class_of]
        found.append(random.binomial(lectures, share_of(logit(chance)[:, None] + liking)).astype(np.int8))
    return found


def _held(semester: Semester) -> Counts:
    """Lectures held: teaching weeks x classes x subjects."""
    random = semester.stream("lectures")
    shape = (len(TEACHING_WEEKS), semester.classes, SUBJECTS_A_SEMESTER)
    lectures = random.integers(*_LECTURES, size=shape, endpoint=True)
    sessions = random.integers(*_LAB_SESSIONS, size=shape, endpoint=True)
    return np.where(semester.labs, sessions, lectures)


def _table(
    semester: Semester, rows: slice, week: int, at: tuple[Counts, Counts], lectures: Counts, there: Counts, late: Counts
) -> pl.DataFrame:
    student, subject = at
    weeks = np.full(len(student), week)
    return frame(
        "attendance",
        {
            "id": semester.row_ids(rows),
            "student_id": pick(semester.cohort.student_ids, student),
            "class_id": pick(semester.cohort.class_id_of, student),
            "subject_id": pick(semester.subject_ids, semester.cohort.class_of[student] * SUBJECTS_A_SEMESTER + subject),
            "semester": np.full(len(student), semester.number),
            "week": weeks,
            "week_date": semester.dates(weeks),
            "lectures_held": lectures,
            "present": there,
            "absent": lectures - there,
            "late": late,
            "attendance_pct": np.round(100 * there / lectures, 2),
        },
    )
