"""Weeks: of the academic year (global), of the semester, and on the wall.

A *global week* g counts 1..2N through the academic year, a *sem_week* 1..N through one semester
(scoring.md, "Calendar and roll").
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from edumetrics.engine.errors import CalendarError

Term = Literal["odd", "even"]

DAYS_A_WEEK = 7
SEMESTERS_A_YEAR = 2


@dataclass(frozen=True, order=True)
class Position:
    """Where a college stands: the last week that is over.

    ``academic_year`` is the year the odd semester began in; ``term`` says which half of it runs;
    ``sem_week`` is 1..N, or 0 where no week of the academic year is over yet.
    """

    academic_year: int
    term: Term
    sem_week: int


def position_of_global_week(global_week: int, academic_year: int, weeks: int) -> Position:
    """The position that ``sim_state.current_week`` = ``global_week`` means, with N = ``weeks``.

    Raises CalendarError for a week outside 0..2N.
    """
    last = SEMESTERS_A_YEAR * weeks
    if not 0 <= global_week <= last:
        raise CalendarError(
            f"The college's current week is {global_week}; the calendar of the policy has weeks 0 to {last} "
            f"({weeks} a semester). Correct sim_state.current_week, or calendar.weeks in the policy file."
        )
    if global_week <= weeks:
        return Position(academic_year, "odd", global_week)
    return Position(academic_year, "even", global_week - weeks)


def position_on(day: date, first_days: dict[tuple[int, Term], date], weeks: int) -> Position:
    """The position on ``day`` (a date in the college's time zone), from the policy's first days.

    The last week that is over is the last one whose seventh day is before ``day``. Between two
    semesters it is the last week of the earlier one. Raises CalendarError where no first day is
    given, or ``day`` is before all of them.
    """
    begun = [(first, year, term) for (year, term), first in first_days.items() if first <= day]
    if not begun:
        raise CalendarError(
            f"The table sim_state is declared absent, so the week comes from the policy's first days of semester, "
            f"and none of them is on or before {day}. Add one under [calendar.first_days] in the policy file, "
            f'for example "{day.year}-odd" = {day.year}-07-20.'
        )
    first, year, term = max(begun)
    over = min((day - first).days // DAYS_A_WEEK, weeks)
    if over == 0 and term == "even" and (year, "odd") in first_days:
        # The even semester has begun but no week of it is over: the odd one's last week still is the last.
        return Position(year, "odd", weeks)
    return Position(year, term, over)


def term_of(semester: int) -> Term:
    """Which half of the academic year a semester number (1-8) runs in."""
    return "odd" if semester % SEMESTERS_A_YEAR else "even"


def academic_year_of(semester: int, current_semester: int, current_year: int) -> int:
    """The academic year in which students now in ``current_semester`` were in ``semester``."""
    return current_year - (year_of_study(current_semester) - year_of_study(semester))


def year_of_study(semester: int) -> int:
    """1 for semesters 1 and 2, 2 for 3 and 4, ..."""
    return -(-semester // SEMESTERS_A_YEAR)
