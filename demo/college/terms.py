"""The college's calendar: 18 weeks a semester, two semesters a year, Mondays."""

from datetime import date, datetime, time, timedelta

WEEKS = 18
LAST_GLOBAL_WEEK = 2 * WEEKS
MIDTERM_WEEK = 8
ENDTERM_WEEK = 18
TEACHING_WEEKS = tuple(week for week in range(1, WEEKS + 1) if week not in (MIDTERM_WEEK, ENDTERM_WEEK))
WORK_WEEKS = TEACHING_WEEKS[1:]
SEMESTERS = 8
YEARS_OF_STUDY = 4
NEVER = 99
"""A week after every week of a semester."""

_ODD_NOT_BEFORE = (7, 15)
_EVEN_NOT_BEFORE = (1, 4)
_UPDATED_AT = time(18)


def first_day(academic_year: int, semester: int) -> date:
    """Monday of week 1 of an odd or even semester in the academic year that began in ``academic_year``."""
    earliest = date(academic_year, *_ODD_NOT_BEFORE) if semester % 2 else date(academic_year + 1, *_EVEN_NOT_BEFORE)
    return earliest + timedelta(days=-earliest.weekday() % 7)


def weeks_over(global_week: int) -> tuple[int, int]:
    """Weeks that are over of the odd and of the even semester at the end of a global week."""
    return min(global_week, WEEKS), max(global_week - WEEKS, 0)


def last_day(academic_year: int, global_week: int) -> date:
    """Sunday of a global week; for week 0 the day before the odd semester begins."""
    odd, even = weeks_over(global_week)
    weeks, semester = (even, 2) if even else (odd, 1)
    return first_day(academic_year, semester) + timedelta(days=7 * weeks - 1)


def updated_at(academic_year: int, global_week: int) -> datetime:
    """The evening of a global week's last day."""
    return datetime.combine(last_day(academic_year, global_week), _UPDATED_AT)
