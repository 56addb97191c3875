"""What assignments and quizzes have in common: the plan of a class's work, marks, moments."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from demo.college.curriculum import SUBJECTS_A_SEMESTER
from demo.college.frames import pick
from demo.college.semesters import Semester
from demo.college.streams import Counts, Dates, Flags, Numbers
from demo.college.terms import NEVER, WEEKS

ROUNDS = 3
"""Assignments and quizzes of each subject, before the extra assignment some have."""
WEEK_HOURS = 7 * 24
_STEADY_STUDY = 0.72


@dataclass(frozen=True)
class Plan:
    """The work of each class, classes x items, in order of week; ``subject`` is one of the class's five.

    ``week`` is the due week of an assignment and the scheduled week of a quiz, NEVER where the class
    has fewer items.
    """

    subject: Counts
    week: Counts

    @property
    def exists(self) -> Flags:
        """Which items there are."""
        return self.week < NEVER

    @property
    def number(self) -> Counts:
        """The number of each item among those of its subject: 1, 2, ..."""
        same = self.subject[:, :, None] == self.subject[:, None, :]
        return np.asarray(np.tril(same).sum(axis=2))


def rounds_of_subjects(random: np.random.Generator, classes: int) -> Counts:
    """The subject of each item: every subject once in each round, in an order of the class's own."""
    order = np.broadcast_to(np.arange(SUBJECTS_A_SEMESTER), (classes, ROUNDS, SUBJECTS_A_SEMESTER))
    subject: Counts = random.permuted(order, axis=2).reshape(classes, -1)
    return subject


def item_names(semester: Semester, plan: Plan, letter: str, word: str) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Ids, subject ids and titles of all items, those that do not exist included."""
    classes = np.broadcast_to(np.arange(semester.classes)[:, None], plan.subject.shape)
    place = classes * SUBJECTS_A_SEMESTER + plan.subject
    subject_ids = pick(semester.subject_ids, place)
    number = pl.Series(plan.number.ravel()).cast(pl.String)
    ids = pick(semester.cohort.class_ids, classes) + "-" + subject_ids + f"-{letter}" + number
    names = [subject.name for taught in semester.subjects for subject in taught]
    return ids, subject_ids, pick(names, place) + f": {word} " + number


def class_ids_of(semester: Semester, plan: Plan) -> pl.Series:
    """The class of every item."""
    return pick(semester.cohort.class_ids, np.repeat(np.arange(semester.classes), plan.subject.shape[1]))


def understood(semester: Semester, plan: Plan, week: Counts) -> Numbers:
    """Points above what a steady student of average ability gets: students x items."""
    subject = plan.subject[semester.cohort.class_of]
    study = np.take_along_axis(semester.conduct.study, np.minimum(week, WEEKS) - 1, axis=1)
    gift = np.take_along_axis(semester.gift, subject, axis=1)
    return np.asarray(8 * semester.conduct.ability[:, None] + gift + 34 * (study - _STEADY_STUDY))


def marks_for(score: Numbers, max_marks: int) -> Numbers:
    """Marks in halves for a percentage."""
    return np.asarray(np.round(2 * score * max_marks / 100) / 2)


def moments(semester: Semester, hours: Numbers) -> Dates:
    """Timestamps for hours from the first day, to the minute; NaT for NaN."""
    never = np.isnan(hours)
    minutes = np.where(never, 0, 60 * hours).astype("timedelta64[m]")
    return np.where(never, np.datetime64("NaT"), semester.first_day.astype("datetime64[us]") + minutes)
