"""Assignments: what was set, and what came back."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from demo.college.curriculum import SUBJECTS_A_SEMESTER
from demo.college.frames import frame, parts, pick
from demo.college.semesters import Semester
from demo.college.streams import Counts, Flags, Numbers
from demo.college.terms import NEVER, WEEKS, WORK_WEEKS
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

MAX_MARKS = 20

_MOST_EXTRA = SUBJECTS_A_SEMESTER
_EXTRA_WEEKS = np.array(WORK_WEEKS[-10:])
_DUE_HOUR = 4 * 24 + 17
"""Work is due on Friday at 17:00: hours from Monday 0:00."""
_OPENS_HOUR = 9
_EARLY_HOURS = 30.0
_LATE_HOURS = 60.0
_LONGEST_DELAY_HOURS = 21 * 24.0
_STATES = ["graded", "late", "missing", "pending"]
_MISSING, _PENDING = 2, 3


def _plan(semester: Semester) -> Plan:
    """Three or four assignments a subject: one due in each week from week 2 on, and a few weeks with two."""
    random = semester.stream("assignments set")
    subject = rounds_of_subjects(random, semester.classes)
    extra_subject = _shuffled(random, np.arange(_MOST_EXTRA), semester.classes)
    extra_week = _shuffled(random, _EXTRA_WEEKS, semester.classes)[:, :_MOST_EXTRA]
    given = np.arange(_MOST_EXTRA) < random.integers(1, _MOST_EXTRA, size=(semester.classes, 1), endpoint=True)
    week = np.broadcast_to(np.array(WORK_WEEKS), subject.shape)
    weeks = np.column_stack([week, np.where(given, extra_week, NEVER)])
    order = np.argsort(weeks, axis=1, kind="stable")
    subjects = np.column_stack([subject, extra_subject])
    return Plan(np.take_along_axis(subjects, order, axis=1), np.take_along_axis(weeks, order, axis=1))


def _shuffled(random: np.random.Generator, values: Counts, classes: int) -> Counts:
    """The values in an order of each class's own."""
    order = np.argsort(random.random((classes, len(values))), axis=1)
    return values[order]


def _assigned_weeks(semester: Semester, plan: Plan) -> Counts:
    """One or two weeks before the work is due."""
    lead = semester.stream("assigned").integers(1, 2, size=plan.week.shape, endpoint=True)
    return np.asarray(np.maximum(plan.week - lead, 1))


def assignments(semester: Semester) -> tuple[pl.DataFrame, Iterator[pl.DataFrame]]:
    """The assignments that have been set and the state of each student's."""
    plan = _plan(semester)
    assigned = _assigned_weeks(semester, plan)
    ids, subject_ids, titles = item_names(semester, plan, "A", "assignment")
    count = plan.week.size
    set_by_now = pl.Series((plan.exists & (assigned <= semester.known)).ravel())
    definitions = frame(
        "assignment_definitions",
        {
            "assignment_id": ids,
            "class_id": class_ids_of(semester, plan),
            "subject_id": subject_ids,
            "semester": np.full(count, semester.number),
            "title": titles,
            "assigned_week": assigned.ravel(),
            "due_week": plan.week.ravel(),
            "max_marks": np.full(count, float(MAX_MARKS)),
        },
    )
    return definitions.filter(set_by_now), _submissions(semester, plan, assigned, ids)


def _submissions(semester: Semester, plan: Plan, assigned: Counts, ids: pl.Series) -> Iterator[pl.DataFrame]:
    """Rows exist from the week the work was set (or the student came); work not in when the week is over is missing."""
    class_of = semester.cohort.class_of
    due, start = plan.week[class_of], np.maximum(assigned[class_of], semester.roll_from[:, None])
    hours, late = _hand_in_hours(semester, due, start)
    marks, quality, plagiarism = _marks(semester, plan, due)
    exists = plan.exists[class_of] & (due >= semester.roll_from[:, None]) & (start < semester.roll_to[:, None])
    student, item = np.nonzero(exists)
    begins = start[student, item]
    order = np.argsort(begins, kind="stable")
    for rows in parts(int(np.searchsorted(begins[order], semester.known, side="right"))):
        at = student[order[rows]], item[order[rows]]
        handed_in = hours[at] < semester.known * WEEK_HOURS
        over = np.where(due[at] <= semester.known, _MISSING, _PENDING)
        status = np.where(handed_in, late[at].astype(np.int64), over)
        yield frame(
            "assignment_submissions",
            {
                "id": semester.row_ids(rows),
                "assignment_id": pick(ids, class_of[at[0]] * plan.week.shape[1] + at[1]),
                "student_id": pick(semester.cohort.student_ids, at[0]),
                "class_id": pick(semester.cohort.class_id_of, at[0]),
                "status": pick(_STATES, status),
                "submission_date": moments(semester, np.where(handed_in, hours[at], np.nan)),
                "latency_hours": np.where(handed_in, np.round(hours[at] - _due_hours(due[at]), 2), np.nan),
                "marks_obtained": np.where(handed_in, marks[at], np.nan),
                "quality_pct": np.where(handed_in, quality[at], np.nan),
                "plagiarism_pct": np.where(handed_in, plagiarism[at], 0.0),
            },
        )


def _due_hours(due: Counts) -> Numbers:
    return np.asarray((due - 1.0) * WEEK_HOURS + _DUE_HOUR)


def _hand_in_hours(semester: Semester, due: Counts, start: Counts) -> tuple[Numbers, Flags]:
    """When each assignment comes in, in hours from the first day (infinite: never), and whether that is late."""
    random = semester.stream("handing in")
    level = np.minimum(due, WEEKS) - 1
    hand_in = np.take_along_axis(semester.conduct.hand_in, level, axis=1)
    study = np.take_along_axis(semester.conduct.study, level, axis=1)
    done = random.random(due.shape) < hand_in
    late = random.random(due.shape) < np.clip(0.34 - 0.36 * study, 0.02, 0.4)
    deadline = _due_hours(due)
    opens = (start - 1.0) * WEEK_HOURS + _OPENS_HOUR
    early = np.minimum(random.exponential(_EARLY_HOURS, due.shape), deadline - opens)
    delay = np.minimum(0.2 + random.exponential(_LATE_HOURS, due.shape), _LONGEST_DELAY_HOURS)
    hours = np.where(late, deadline + delay, deadline - early)
    last = np.minimum(semester.seen_to - 1, WEEKS)[:, None] * WEEK_HOURS
    return np.where(done & (hours < last), hours, np.inf), late


def _marks(semester: Semester, plan: Plan, due: Counts) -> tuple[Numbers, Numbers, Numbers]:
    """Marks (of 20), quality and plagiarism (percent) of each assignment, were it handed in."""
    random = semester.stream("assignment marks")
    points = understood(semester, plan, due)
    quality = np.clip(71 + 0.8 * points + random.normal(0, 7, due.shape), 3, 100)
    score = np.clip(quality + random.normal(1, 5, due.shape), 0, 100)
    copied = 100 * random.beta(1.2, 13, due.shape)
    copies = semester.conduct.plagiarist[:, None] & (random.random(due.shape) < 0.5)
    copied = np.where(copies, random.uniform(45, 96, due.shape), copied)
    return marks_for(score, MAX_MARKS), np.round(quality, 2), np.round(copied, 2)
