"""Cohorts: classes, advisors and students, who joined late and who left."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl

from demo.college.behaviour import KIND_NAMES, KINDS, draw_kinds
from demo.college.curriculum import BRANCHES, SUBJECTS_A_SEMESTER, subjects_of
from demo.college.frames import frame, pick
from demo.college.layout import Place
from demo.college.names import people, titled
from demo.college.streams import Counts, Dates, Flags, Numbers, dates_after, stream
from demo.college.terms import NEVER, SEMESTERS, WEEKS, YEARS_OF_STUDY, first_day, last_day

STUDENT_DOMAIN = "students.college.example"
PARENT_DOMAIN = "family.example"
STAFF_DOMAIN = "college.example"

_JOINING = 0.01
_LEAVING = 0.015
_JOINING_WEEKS = (2, 6)
_LEAVING_WEEKS = (5, 14)
_LEFT_REASONS = (
    "Transferred to another college",
    "Family moved to another city",
    "Financial reasons",
    "Health",
    "Took up a job",
    "Personal reasons",
)
_TEACHERS_A_BRANCH = 14
_FIRST_ADVISOR = "Dr. Priya Mehta"


@dataclass(frozen=True)
class Cohort:
    """The classes that began in one year and all students they will ever have, one array element a student.

    ``joined_semester`` is 0 for those who were there from the start, else the semester (1-8) in whose week
    ``joined_week`` they came; ``left_semester`` is NEVER for those who stay.
    """

    seed: int
    start_year: int
    places: tuple[Place, ...]
    class_of: Counts
    roll_number: Counts
    joined_semester: Counts
    joined_week: Counts
    left_semester: Counts
    left_week: Counts
    left_reason: Counts
    kinds: Counts
    ability: Numbers

    @cached_property
    def class_ids(self) -> list[str]:
        """The classes, in the order of ``class_of``."""
        return [place.class_id(self.start_year) for place in self.places]

    @cached_property
    def student_ids(self) -> pl.Series:
        """Batch, branch, section and roll number: "25CSEA007"."""
        stems = [f"{self.start_year % 100:02}{place.branch}{place.section}" for place in self.places]
        rolls = pl.Series(self.roll_number).cast(pl.String).str.zfill(3)
        return (pick(stems, self.class_of) + rolls).alias("student_id")

    @cached_property
    def class_id_of(self) -> pl.Series:
        """The class of each student."""
        return pick(self.class_ids, self.class_of)

    def academic_year(self, semester: int) -> int:
        """The academic year in which the cohort is in a semester."""
        return self.start_year + (semester - 1) // 2

    def first_day(self, semester: int) -> date:
        """Monday of week 1 of a semester."""
        return first_day(self.academic_year(semester), semester)

    def roll_weeks(self, semester: int) -> tuple[Counts, Counts]:
        """The first week each student is on the roll of a semester, and the first one no longer."""
        begins = np.where(self.joined_semester == semester, self.joined_week, 1)
        begins[self.joined_semester > semester] = NEVER
        ends = np.where(self.left_semester == semester, self.left_week, NEVER)
        ends[self.left_semester < semester] = 0
        return begins, ends

    @cached_property
    def joined_on(self) -> Dates:
        """Monday of the week each student joined in."""
        return self._mondays(np.maximum(self.joined_semester, 1), self.joined_week)

    @cached_property
    def left_on(self) -> Dates:
        """Monday of the week each student left in; NaT for those who stay."""
        stays = self.left_semester == NEVER
        left = self._mondays(np.where(stays, 1, self.left_semester), self.left_week)
        left[stays] = np.datetime64("NaT")
        return left

    def _mondays(self, semesters: Counts, weeks: Counts) -> Dates:
        first = np.array([self.first_day(number) for number in range(1, SEMESTERS + 1)], dtype="datetime64[D]")
        return dates_after(first[semesters - 1], 7 * (weeks - 1))

    def known_students(self, day: date) -> Flags:
        """Who is in the college's books on a day: all who were admitted for the start, and who has joined since."""
        return np.asarray((self.joined_semester == 0) | (self.joined_on <= np.datetime64(day)))


def draw_cohort(seed: int, start_year: int, places: Sequence[Place]) -> Cohort:
    """The cohort that begins in a year in these places (at least one)."""
    random = stream(seed, "roll", start_year)
    sizes = np.array([place.size for place in places])
    # One column for those who start, and one for those who join in each of the eight semesters.
    came = np.column_stack([sizes, random.binomial(sizes[:, None], _JOINING, (len(sizes), SEMESTERS))])
    class_of = np.repeat(np.arange(len(sizes)), came.sum(axis=1))
    joined = np.repeat(np.tile(np.arange(SEMESTERS + 1), len(sizes)), came.ravel())
    count = len(class_of)
    kinds = draw_kinds(seed, start_year, class_of)
    joined_week = random.integers(*_JOINING_WEEKS, size=count, endpoint=True)
    return Cohort(
        seed=seed,
        start_year=start_year,
        places=tuple(places),
        class_of=class_of,
        roll_number=np.arange(count) - np.searchsorted(class_of, class_of) + 1,
        joined_semester=joined,
        joined_week=np.where(joined > 0, joined_week, 1),
        left_semester=_left_semesters(random, kinds, joined),
        left_week=random.integers(*_LEAVING_WEEKS, size=count, endpoint=True),
        left_reason=random.integers(len(_LEFT_REASONS), size=count),
        kinds=kinds,
        ability=random.normal(0, 1, count),
    )


def _left_semesters(random: np.random.Generator, kinds: Counts, joined: Counts) -> Counts:
    leaving = np.array([kind.leaving for kind in KINDS])
    share = np.array([kind.share for kind in KINDS])
    hazard = _LEAVING * leaving / np.average(leaving, weights=share)
    leaves = random.random(kinds.shape) < hazard[kinds]
    # Nobody leaves in the semester of joining, otherwise some would have left before they came.
    leaves &= np.arange(1, SEMESTERS + 1) > joined[:, None]
    return np.where(leaves.any(axis=1), leaves.argmax(axis=1) + 1, NEVER)


def draw_cohorts(seed: int, year: int, all_places: Sequence[Place]) -> list[Cohort]:
    """The cohorts in the college in an academic year, that of the first place first."""
    found = []
    for start_year in range(year - YEARS_OF_STUDY + 1, year + 1):
        own = [place for place in all_places if place.turn == start_year % YEARS_OF_STUDY]
        if own:
            found.append(draw_cohort(seed, start_year, own))
    return sorted(found, key=lambda cohort: cohort.places[0].number)


def students_tables(cohorts: Sequence[Cohort], year: int, global_week: int) -> Iterator[pl.DataFrame]:
    """Everybody in the college's books at the end of a global week, those who have left by then included.

    A frame for each cohort.
    """
    for cohort in cohorts:
        yield _students(cohort, year, global_week)


def _students(cohort: Cohort, year: int, global_week: int) -> pl.DataFrame:
    day = np.datetime64(last_day(year, global_week))
    count = len(cohort.class_of)
    first, last, gender = people(stream(cohort.seed, "student names", cohort.start_year), count)
    ids = cohort.student_ids
    lower = ids.str.to_lowercase()
    gone = cohort.left_on <= day
    current = 2 * (year - cohort.start_year) + (2 if global_week > WEEKS else 1)
    semester = np.minimum(current, cohort.left_semester)
    reasons = [*_LEFT_REASONS, None]
    every = frame(
        "students",
        {
            "student_id": ids,
            "class_id": cohort.class_id_of,
            "advisor_id": pick([place.advisor_id for place in cohort.places], cohort.class_of),
            "name": first + " " + last,
            "roll_number": cohort.roll_number,
            "gender": gender,
            "email": first.str.to_lowercase() + "." + last.str.to_lowercase() + "." + lower + "@" + STUDENT_DOMAIN,
            "parent_email": "parent." + lower + "@" + PARENT_DOMAIN,
            "phone": _phones(cohort),
            "archetype": pick(KIND_NAMES, cohort.kinds[np.arange(count), semester - 1]),
            "joined_on": cohort.joined_on,
            "left_on": np.where(gone, cohort.left_on, np.datetime64("NaT")),
            "left_reason": pick(reasons, np.where(gone, cohort.left_reason, len(_LEFT_REASONS))),
        },
    )
    return every.filter(pl.Series(cohort.known_students(day.item())))


def _phones(cohort: Cohort) -> pl.Series:
    """Numbers nobody can have: after the country code an Indian mobile number never begins with 0."""
    digits = stream(cohort.seed, "phones", cohort.start_year).integers(100_000, size=len(cohort.class_of))
    return "+91 00000 " + pl.Series(digits).cast(pl.String).str.zfill(5)


def classes_table(cohorts: Sequence[Cohort], year: int, global_week: int) -> pl.DataFrame:
    """The classes; ``total_students`` counts who is on the roll at the end of the week."""
    rows = []
    day = last_day(year, global_week)
    for cohort in cohorts:
        here = cohort.known_students(day) & ~(cohort.left_on <= np.datetime64(day))
        totals = np.bincount(cohort.class_of[here], minlength=len(cohort.places))
        year_of_study = year - cohort.start_year + 1
        for place, class_id, total in zip(cohort.places, cohort.class_ids, totals, strict=True):
            rows.append(
                {
                    "class_id": class_id,
                    "name": f"{place.branch} {year_of_study}{place.section}",
                    "year_of_study": year_of_study,
                    "section": place.section,
                    "branch": place.branch,
                    "batch_start_year": cohort.start_year,
                    "total_students": int(total),
                    "odd_sem": 2 * year_of_study - 1,
                    "even_sem": 2 * year_of_study,
                    "number": place.number,
                }
            )
    return frame("classes", pl.DataFrame(rows).sort("number").to_dict())


def advisors_table(cohorts: Sequence[Cohort], seed: int) -> pl.DataFrame:
    """One advisor for each class, ADV001 for the first place."""
    pairs = [pair for cohort in cohorts for pair in zip(cohort.places, cohort.class_ids, strict=True)]
    pairs.sort(key=lambda pair: pair[0].number)
    last = pairs[-1][0].number + 1
    names = [_FIRST_ADVISOR, *titled(stream(seed, "advisors"), last)]
    own = [names[place.number] for place, _ in pairs]
    return frame(
        "advisors",
        {
            "advisor_id": [place.advisor_id for place, _ in pairs],
            "name": own,
            "email": [
                f"{name.split(' ', 1)[1].replace(' ', '.').lower()}.{place.number + 1}@{STAFF_DOMAIN}"
                for name, (place, _) in zip(own, pairs, strict=True)
            ],
            "class_id": [class_id for _, class_id in pairs],
        },
    )


def class_subjects_table(cohorts: Sequence[Cohort], year: int, past_years: int) -> pl.DataFrame:
    """What each class is taught in this year's two semesters and was in the past years told of, and by whom."""
    rows = []
    staff_of = {branch: _staff(cohorts[0].seed, branch) for branch in BRANCHES}
    for cohort in cohorts:
        for semester in taught_semesters(cohort, year, past_years):
            chosen = stream(cohort.seed, "teachers", cohort.start_year, semester).random(
                (len(cohort.places), SUBJECTS_A_SEMESTER)
            )
            for place, class_id, shares in zip(cohort.places, cohort.class_ids, chosen, strict=True):
                staff = staff_of[place.branch]
                for subject, share in zip(subjects_of(place.branch, semester), shares, strict=True):
                    rows.append((class_id, subject.subject_id, staff[int(share * len(staff))]))
    class_ids, subject_ids, teachers = zip(*rows, strict=True)
    return frame("class_subjects", {"class_id": class_ids, "subject_id": subject_ids, "teacher_name": teachers})


def taught_semesters(cohort: Cohort, year: int, past_years: int) -> range:
    """Semesters of a cohort from the first past year that is told of to the end of this year."""
    first_year = max(year - past_years, cohort.start_year)
    return range(2 * (first_year - cohort.start_year) + 1, 2 * (year - cohort.start_year) + 3)


def _staff(seed: int, branch: str) -> list[str]:
    return titled(stream(seed, f"staff of {branch}"), _TEACHERS_A_BRANCH).to_list()
