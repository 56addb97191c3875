"""In which weeks which prediction is made (scoring.md section 9), and the order of terms in time."""

import polars as pl

from edumetrics.engine.calendar import SEMESTERS_A_YEAR, Term
from edumetrics.engine.policy import Calendar, Policy

_BEFORE_MIDTERM = 2


def midterm_weeks(calendar: Calendar) -> tuple[int, ...]:
    """The two teaching weeks before the midterm; none where the college has no midterm."""
    if not calendar.midterm_weeks:
        return ()
    before = [week for week in calendar.teaching_weeks if week < calendar.midterm_weeks[0]]
    return tuple(before[-_BEFORE_MIDTERM:])


def failing_weeks(calendar: Calendar) -> tuple[int, ...]:
    """From the second teaching week after the midterm to the last teaching week; without a midterm the second half."""
    middle = calendar.midterm_weeks[-1] if calendar.midterm_weeks else calendar.weeks // 2
    return tuple(week for week in calendar.teaching_weeks if week > middle)[1:]


def endterm_weeks(calendar: Calendar) -> tuple[int, ...]:
    """The last teaching week."""
    return (calendar.last_teaching_week,)


def at_risk_weeks(policy: Policy) -> tuple[int, ...]:
    """The teaching weeks from ``predictions.first_week``."""
    return tuple(week for week in policy.calendar.teaching_weeks if week >= policy.predictions.first_week)


def period_of(academic_year: int, term: Term) -> int:
    """A number for a term that grows with time."""
    return SEMESTERS_A_YEAR * academic_year + (term == "even")


def period() -> pl.Expr:
    """The same of the columns academic_year and semester."""
    return SEMESTERS_A_YEAR * pl.col("academic_year") + (pl.col("semester") % SEMESTERS_A_YEAR == 0).cast(pl.Int64)


def term_of_period(number: int) -> tuple[int, Term]:
    """The academic year and term of a period."""
    year, even = divmod(number, SEMESTERS_A_YEAR)
    return year, "even" if even else "odd"
