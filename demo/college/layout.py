"""The shape of the college: how many classes of which branch, and whose turn it is in each.

A *place* is a class's place in the college: a branch and a section that take a new cohort every four
years. So a college keeps its size for ever, and a place keeps its advisor.
"""

from dataclasses import dataclass

from demo.college.curriculum import BRANCHES
from demo.college.terms import YEARS_OF_STUDY

CLASS_SIZE = 60
_BASE_YEAR = 2026
_YEARS_IN_ORDER = (2, 3, 1, 4)
"""Year of study, in the base year, of the college's first, second, third and fourth place."""


@dataclass(frozen=True)
class Place:
    """One class's place; ``turn`` is batch_start_year modulo four, ``size`` the students a cohort starts with."""

    number: int
    branch: str
    section: str
    turn: int
    size: int

    @property
    def advisor_id(self) -> str:
        """The advisor, who stays when the class that had the place has finished."""
        return f"ADV{self.number + 1:03}"

    def class_id(self, start_year: int) -> str:
        """The class of the cohort that began in that year."""
        return f"{self.branch}{start_year % 100:02}{self.section}"


def places(students: int) -> tuple[Place, ...]:
    """The places of a college of that many students, each of about 60."""
    count = max(1, round(students / CLASS_SIZE))
    size, larger = divmod(students, count)
    return tuple(_place(number, size + (number < larger)) for number in range(count))


def _place(number: int, size: int) -> Place:
    group, in_group = divmod(number, YEARS_OF_STUDY)
    section, branch = divmod(group, len(BRANCHES))
    turn = (_BASE_YEAR - _YEARS_IN_ORDER[in_group] + 1) % YEARS_OF_STUDY
    return Place(number, BRANCHES[branch], _letters(section), turn, size)


def _letters(number: int) -> str:
    """A, B, ... Z, AA, AB, ..."""
    rest, last = divmod(number, 26)
    return (_letters(rest - 1) if rest else "") + chr(ord("A") + last)
