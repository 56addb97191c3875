"""Attendance: lectures held and attended, by student, subject and week."""

import numpy as np
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


def attendance(semester: Semester) -> pl.DataFrame:
    """One row a student, subject and teaching week of which there is a record."""
    weeks = np.array(TEACHING_WEEKS)
    class_of = semester.cohort.class_of
    held = _held(semester)[:, class_of]
    chance = semester.conduct.attendance[:, weeks - 1].T
    liking = semester.stream("liking").normal(0, 0.25, (semester.students, SUBJECTS_A_SEMESTER))
    random = semester.stream("attendance")
    present = random.binomial(held, share_of(logit(np.clip(chance, 0.01, 0.99))[:, :, None] + liking))
    late = random.binomial(present, _LATE)
    lost = semester.stream("lost weeks").random((len(weeks), semester.classes)) < _LOST_WEEK
    recorded = semester.seen(weeks) & ~lost[:, class_of]
    week, student, subject = np.nonzero(np.repeat(recorded[:, :, None], SUBJECTS_A_SEMESTER, axis=2))
    ids = semester.row_ids(len(week))
    known = int(np.searchsorted(weeks[week], semester.known, side="right"))
    at = week[:known], student[:known], subject[:known]
    return _table(semester, ids[:known], at, held, present, late)


def _held(semester: Semester) -> Counts:
    """Lectures held: teaching weeks x classes x subjects."""
    random = semester.stream("lectures")
    shape = (len(TEACHING_WEEKS), semester.classes, SUBJECTS_A_SEMESTER)
    lectures = random.integers(*_LECTURES, size=shape, endpoint=True)
    sessions = random.integers(*_LAB_SESSIONS, size=shape, endpoint=True)
    return np.where(semester.labs, sessions, lectures)


def _table(
    semester: Semester,
    ids: Counts,
    at: tuple[Counts, Counts, Counts],
    held: Counts,
    present: Counts,
    late: Counts,
) -> pl.DataFrame:
    week, student, subject = at
    weeks = np.array(TEACHING_WEEKS)[week]
    lectures, there = held[at], present[at]
    return frame(
        "attendance",
        {
            "id": ids,
            "student_id": pick(semester.cohort.student_ids, student),
            "class_id": pick(semester.cohort.class_id_of, student),
            "subject_id": pick(semester.subject_ids, semester.cohort.class_of[student] * SUBJECTS_A_SEMESTER + subject),
            "semester": np.full(len(ids), semester.number),
            "week": weeks,
            "week_date": semester.dates(weeks),
            "lectures_held": lectures,
            "present": there,
            "absent": lectures - there,
            "late": late[at],
            "attendance_pct": np.round(100 * there / lectures, 2),
        },
    )
