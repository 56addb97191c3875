"""One cohort in one semester: what all its tables are drawn from."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from demo.college.behaviour import Conduct, conduct
from demo.college.curriculum import SUBJECTS_A_SEMESTER, Subject, subjects_of
from demo.college.people import Cohort
from demo.college.streams import Counts, Dates, Flags, Numbers, dates_after, stream
from demo.college.terms import WEEKS

_IDS_A_TERM = 100_000_000
_COHORTS_AT_ONCE = 4
_FIRST_YEAR = 2000
_DIFFICULTY_POINTS = {"easy": 4.0, "medium": 0.0, "hard": -4.0}


@dataclass(frozen=True)
class Semester:
    """A cohort in its semester ``number`` (1-8), of which ``known`` weeks (1-18) are over.

    What is drawn never depends on ``known``; the tables only show what has happened by then.
    """

    cohort: Cohort
    number: int
    known: int

    def stream(self, purpose: str) -> np.random.Generator:
        """The random numbers of one purpose."""
        return stream(self.cohort.seed, purpose, self.cohort.start_year, self.number)

    @property
    def students(self) -> int:
        """All students of the cohort, those not on the roll of this semester included."""
        return len(self.cohort.class_of)

    @property
    def classes(self) -> int:
        """Classes of the cohort."""
        return len(self.cohort.places)

    @cached_property
    def first_day(self) -> np.datetime64:
        """Monday of week 1."""
        return np.datetime64(self.cohort.first_day(self.number), "D")

    @cached_property
    def conduct(self) -> Conduct:
        """How the students live through the semester."""
        cohort = self.cohort
        kinds = cohort.kinds[:, self.number - 1]
        return conduct(cohort.seed, cohort.start_year, self.number, kinds, cohort.ability, cohort.class_of)

    @cached_property
    def roll_from(self) -> Counts:
        """The first week each student is on the roll."""
        return self.cohort.roll_weeks(self.number)[0]

    @cached_property
    def roll_to(self) -> Counts:
        """The first week each student is not on the roll any more; 0 too for those who never appear."""
        ends = self.cohort.roll_weeks(self.number)[1]
        return np.where(self.conduct.seen_to == 0, 0, ends)

    @cached_property
    def seen_to(self) -> Counts:
        """The first week from which there is no record of what the student does."""
        return np.minimum(self.roll_to, self.conduct.seen_to)

    def seen(self, weeks: npt.ArrayLike) -> Flags:
        """Whether there can be a record of each student in each week: weeks x students."""
        column = np.asarray(weeks)[:, None]
        return np.asarray((self.roll_from <= column) & (column < self.seen_to))

    @cached_property
    def subjects(self) -> list[tuple[Subject, ...]]:
        """The five subjects of each class."""
        return [subjects_of(place.branch, self.number) for place in self.cohort.places]

    @cached_property
    def subject_ids(self) -> list[str]:
        """Subject ids by class, then by place among the five."""
        return [subject.subject_id for taught in self.subjects for subject in taught]

    @cached_property
    def labs(self) -> Flags:
        """Which subjects are labs: classes x subjects."""
        return np.array([[subject.is_lab for subject in taught] for taught in self.subjects])

    @cached_property
    def gift(self) -> Numbers:
        """Points each student is better or worse at each subject, its difficulty included: students x subjects."""
        easy = np.array([[_DIFFICULTY_POINTS[subject.difficulty] for subject in taught] for taught in self.subjects])
        own = self.stream("gift").normal(0, 5, (self.students, SUBJECTS_A_SEMESTER))
        return np.asarray(own + easy[self.cohort.class_of])

    def row_ids(self, rows: slice) -> Counts:
        """Ids for some of the rows of a whole semester, which are in order of time.

        Each term has its block and each of the four cohorts every fourth number in it, so that an id
        depends on nothing but the cohort's own rows.
        """
        if _COHORTS_AT_ONCE * rows.stop > _IDS_A_TERM:
            raise ValueError(f"A cohort has {rows.stop} rows of a table in a term, more than there are ids for.")
        year = self.cohort.academic_year(self.number)
        term = 2 * (year - _FIRST_YEAR) + (self.number + 1) % 2
        own = self.cohort.start_year % _COHORTS_AT_ONCE
        return term * _IDS_A_TERM + _COHORTS_AT_ONCE * np.arange(rows.start, rows.stop) + own + 1

    def dates(self, weeks: Counts, weekdays: npt.ArrayLike = 0) -> Dates:
        """The day of the week (0 = Monday) of each week of the semester."""
        return dates_after(self.first_day, 7 * (weeks - 1) + np.asarray(weekdays))


def semesters_of(cohort: Cohort, numbers: range, year: int, weeks: tuple[int, int]) -> list[Semester]:
    """The semesters of a cohort that have begun; of those in ``year``, (odd, even) ``weeks`` are over."""
    found = []
    for number in numbers:
        current = cohort.academic_year(number) == year
        known = weeks[(number + 1) % 2] if current else WEEKS
        if known:
            found.append(Semester(cohort, number, known))
    return found
