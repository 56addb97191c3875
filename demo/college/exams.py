"""Midterm and endterm: the timetable and the results."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from demo.college.curriculum import SUBJECTS_A_SEMESTER
from demo.college.frames import frame, parts, pick
from demo.college.semesters import Semester
from demo.college.streams import Counts, Numbers
from demo.college.terms import ENDTERM_WEEK, MIDTERM_WEEK

EXAMS = ("midterm", "endterm")
PASS_PCT = 40

_WEEKS = np.array([MIDTERM_WEEK, ENDTERM_WEEK])
_RESULT_WEEKS = np.array([MIDTERM_WEEK + 1, ENDTERM_WEEK])
_RESULT_WEEKDAYS = np.array([2, 6])
_MAX_MARKS = np.array([50.0, 100.0])
_MINUTES = np.array([90, 180])
_GRADES = ["F", "P", "C", "B", "B+", "A", "A+", "O", "AB"]
_GRADES_FROM = [PASS_PCT, 45, 50, 60, 70, 80, 90]
_ABSENT_GRADE = _GRADES.index("AB")
_PREPARATION = (
    np.array([2, 2, 3, 3, 4, 6, 7, 2]),
    np.array([1, 1, 1, 1, 1, 2, 2, 1, 3, 3, 3, 4, 4, 5, 6, 7, 8, 3]),
)
"""Weight in each exam of what was studied in weeks 1, 2, ... up to it: the last weeks count most."""


def exams(semester: Semester) -> tuple[pl.DataFrame, Iterator[pl.DataFrame]]:
    """The timetable, known from the start of the semester, and the results that are out."""
    place = np.arange(semester.classes * SUBJECTS_A_SEMESTER)
    subject_ids = pick(semester.subject_ids, place)
    class_ids = pick(semester.cohort.class_ids, place // SUBJECTS_A_SEMESTER)
    stems = class_ids + "-" + subject_ids
    days = semester.stream("exam days").permuted(
        np.broadcast_to(np.arange(SUBJECTS_A_SEMESTER), (len(EXAMS), semester.classes, SUBJECTS_A_SEMESTER)), axis=2
    )
    schedule = [
        _schedule(semester, exam, stems, class_ids, subject_ids, days[exam].ravel()) for exam in range(len(EXAMS))
    ]
    return pl.concat(schedule), _results(semester, pl.concat([table["schedule_id"] for table in schedule]))


def _schedule(
    semester: Semester, exam: int, stems: pl.Series, class_ids: pl.Series, subject_ids: pl.Series, weekdays: Counts
) -> pl.DataFrame:
    count = len(stems)
    return frame(
        "exam_schedule",
        {
            "schedule_id": stems + f"-{EXAMS[exam][:3].upper()}",
            "class_id": class_ids,
            "semester": np.full(count, semester.number),
            "subject_id": subject_ids,
            "exam_type": [EXAMS[exam]] * count,
            "scheduled_week": np.full(count, _WEEKS[exam]),
            "exam_date": semester.dates(np.full(count, _WEEKS[exam]), weekdays),
            "max_marks": np.full(count, _MAX_MARKS[exam]),
            "duration_mins": np.full(count, _MINUTES[exam]),
        },
    )


def _results(semester: Semester, schedule_ids: pl.Series) -> Iterator[pl.DataFrame]:
    """A row for everybody on the roll in the exam week; who did not come has no marks, F and the grade AB."""
    scores = np.stack([_scores(semester, exam) for exam in range(len(EXAMS))])
    on_roll = (semester.roll_from <= _WEEKS[:, None]) & (_WEEKS[:, None] < semester.roll_to)
    exam, student, subject = np.nonzero(np.repeat(on_roll[:, :, None], SUBJECTS_A_SEMESTER, axis=2))
    for rows in parts(int(np.searchsorted(_RESULT_WEEKS[exam], semester.known, side="right"))):
        at = exam[rows], student[rows], subject[rows]
        yield _result_rows(semester, schedule_ids, rows, at, scores[at])


def _result_rows(
    semester: Semester, schedule_ids: pl.Series, rows: slice, at: tuple[Counts, Counts, Counts], scores: Numbers
) -> pl.DataFrame:
    exam, student, subject = at
    full = _MAX_MARKS[exam]
    marks = np.round(2 * scores * full / 100) / 2
    score = np.round(100 * marks / full, 2)
    came = ~np.isnan(score)
    class_of = semester.cohort.class_of[student]
    row = (exam * semester.classes + class_of) * SUBJECTS_A_SEMESTER + subject
    return frame(
        "exam_results",
        {
            "id": semester.row_ids(rows),
            "schedule_id": pick(schedule_ids, row),
            "student_id": pick(semester.cohort.student_ids, student),
            "class_id": pick(semester.cohort.class_id_of, student),
            "marks_obtained": marks,
            "max_marks": full,
            "score_pct": score,
            "pass_fail": pick(["F", "P"], (score >= PASS_PCT).astype(np.int64)),
            "grade": pick(_GRADES, np.where(came, np.digitize(score, _GRADES_FROM), _ABSENT_GRADE)),
            "result_date": semester.dates(_RESULT_WEEKS[exam], _RESULT_WEEKDAYS[exam]),
        },
    )


def _scores(semester: Semester, exam: int) -> Numbers:
    """Score in percent, students x subjects; NaN where the student was absent."""
    random = semester.stream(EXAMS[exam])
    conduct, week = semester.conduct, int(_WEEKS[exam])
    studied = np.average(conduct.study[:, :week], axis=1, weights=_PREPARATION[exam])
    attended = conduct.attendance[:, :week].mean(axis=1)
    student = 9 * conduct.ability + 36 * (studied - 0.72) + 24 * (attended - 0.86)
    shape = (semester.students, SUBJECTS_A_SEMESTER)
    form = random.normal(0, 3, (semester.students, 1))
    score = 61 + student[:, None] + 1.1 * semester.gift + form + random.normal(0, 6, shape)
    missed = random.random(shape) < 0.004 + 0.15 * np.clip(0.7 - attended, 0, 1)[:, None]
    gone = (semester.seen_to <= week)[:, None]
    return np.where(missed | gone, np.nan, np.clip(score, 0, 100))
