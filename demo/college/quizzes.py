"""Quizzes: when they are held, and who took them with what result."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from demo.college.frames import frame, parts, pick
from demo.college.semesters import Semester
from demo.college.streams import Counts
from demo.college.terms import WORK_WEEKS
from demo.college.work import (
    WEEK_HOURS,
    Plan,
    class_ids_of,
    item_names,
    marks_for,
    moments,
    rounds_of_subjects,
    understood,
)

MAX_MARKS = 10
MINUTES = 20


def _plan(semester: Semester) -> Plan:
    """Three quizzes a subject, one a week from week 2 on."""
    subject = rounds_of_subjects(semester.stream("quizzes set"), semester.classes)
    return Plan(subject, np.broadcast_to(np.array(WORK_WEEKS), subject.shape))


def quizzes(semester: Semester) -> tuple[pl.DataFrame, Iterator[pl.DataFrame]]:
    """The semester's quizzes, all announced at its start, and what came of those that have been held."""
    plan = _plan(semester)
    ids, subject_ids, titles = item_names(semester, plan, "Q", "quiz")
    weekday = semester.stream("quiz days").integers(0, 5, plan.week.shape)
    count = plan.week.size
    definitions = frame(
        "quiz_definitions",
        {
            "quiz_id": ids,
            "class_id": class_ids_of(semester, plan),
            "subject_id": subject_ids,
            "semester": np.full(count, semester.number),
            "title": titles,
            "scheduled_week": plan.week.ravel(),
            "quiz_date": semester.dates(plan.week, weekday).ravel(),
            "max_marks": np.full(count, float(MAX_MARKS)),
            "duration_mins": np.full(count, MINUTES),
        },
    )
    return definitions, _attempts(semester, plan, weekday, ids)


def _attempts(semester: Semester, plan: Plan, weekday: Counts, ids: pl.Series) -> Iterator[pl.DataFrame]:
    random = semester.stream("quiz marks")
    class_of = semester.cohort.class_of
    week = plan.week[class_of]
    attends = np.take_along_axis(semester.conduct.attendance, week - 1, axis=1)
    hands_in = np.take_along_axis(semester.conduct.hand_in, week - 1, axis=1)
    attempted = random.random(week.shape) < np.minimum(0.5 * attends + 0.5 * hands_in + 0.03, 0.99)
    attempted &= week < semester.seen_to[:, None]
    score = 64 + 1.1 * understood(semester, plan, week) + random.normal(0, 10, week.shape)
    marks = marks_for(np.clip(score, 0, 100), MAX_MARKS)
    begun = (week - 1.0) * WEEK_HOURS + weekday[class_of] * 24 + random.uniform(9, 16, week.shape)
    set_for = (semester.roll_from[:, None] <= week) & (week < semester.roll_to[:, None])
    # The quizzes are in order of week in every class, so the rows are in order of time.
    item, student = np.nonzero(set_for.T)
    held = np.array(WORK_WEEKS)[item]
    for rows in parts(int(np.searchsorted(held, semester.known, side="right"))):
        at = student[rows], item[rows]
        done = attempted[at]
        yield frame(
            "quiz_submissions",
            {
                "id": semester.row_ids(rows),
                "quiz_id": pick(ids, class_of[at[0]] * plan.week.shape[1] + at[1]),
                "student_id": pick(semester.cohort.student_ids, at[0]),
                "class_id": pick(semester.cohort.class_id_of, at[0]),
                "attempted": done,
                "attempt_date": moments(semester, np.where(done, begun[at], np.nan)),
                "marks_obtained": np.where(done, marks[at], np.nan),
                "score_pct": np.where(done, 100 * marks[at] / MAX_MARKS, np.nan),
            },
        )
