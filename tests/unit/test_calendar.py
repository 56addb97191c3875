"""Positions in the academic year, from a global week or from a date."""

from datetime import date, timedelta

import pytest

from edumetrics.engine.calendar import (
    Position,
    Term,
    academic_year_of,
    position_of_global_week,
    position_on,
    term_of,
    year_of_study,
)
from edumetrics.engine.errors import CalendarError
from edumetrics.engine.policy import parse_policy

ODD, EVEN = date(2026, 7, 6), date(2027, 1, 4)
FIRST_DAYS: dict[tuple[int, Term], date] = {(2026, "odd"): ODD, (2026, "even"): EVEN}


def on(day: date) -> Position:
    return position_on(day, FIRST_DAYS, 18)


# global weeks


@pytest.mark.parametrize("week", [-1, 37, 100])
def test_a_global_week_outside_the_year_is_refused_with_what_is_allowed(week: int) -> None:
    with pytest.raises(CalendarError, match=rf"current week is {week}; .* weeks 0 to 36 \(18 a semester\)"):
        position_of_global_week(week, 2026, 18)


def test_the_length_of_a_semester_says_where_the_even_one_begins() -> None:
    assert position_of_global_week(10, 2026, 10) == Position(2026, "odd", 10)
    assert position_of_global_week(11, 2026, 10) == Position(2026, "even", 1)


def test_positions_of_one_semester_are_in_order_of_their_weeks() -> None:
    assert Position(2026, "odd", 3) < Position(2026, "odd", 4)
    assert Position(2026, "even", 18) < Position(2027, "odd", 1)


# dates


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (ODD, Position(2026, "odd", 0)),
        (ODD + timedelta(days=6), Position(2026, "odd", 0)),
        (ODD + timedelta(days=7), Position(2026, "odd", 1)),
        (ODD + timedelta(days=7 * 18 - 1), Position(2026, "odd", 17)),
        (ODD + timedelta(days=7 * 18), Position(2026, "odd", 18)),
        (EVEN - timedelta(days=1), Position(2026, "odd", 18)),
        (EVEN, Position(2026, "odd", 18)),
        (EVEN + timedelta(days=6), Position(2026, "odd", 18)),
        (EVEN + timedelta(days=7), Position(2026, "even", 1)),
        (EVEN + timedelta(days=365), Position(2026, "even", 18)),
    ],
)
def test_the_last_week_that_is_over_is_the_last_whose_seventh_day_has_passed(day: date, expected: Position) -> None:
    assert on(day) == expected


def test_a_new_academic_year_has_no_week_over_until_its_first_is() -> None:
    first_days = FIRST_DAYS | {(2027, "odd"): date(2027, 7, 5)}
    assert position_on(date(2027, 7, 6), first_days, 18) == Position(2027, "odd", 0)
    assert position_on(date(2027, 7, 12), first_days, 18) == Position(2027, "odd", 1)


def test_an_even_semester_alone_begins_at_week_0() -> None:
    assert position_on(EVEN, {(2026, "even"): EVEN}, 18) == Position(2026, "even", 0)


@pytest.mark.parametrize("first_days", [{}, FIRST_DAYS])
def test_a_date_before_every_first_day_is_refused_with_the_line_to_add(
    first_days: dict[tuple[int, Term], date],
) -> None:
    with pytest.raises(CalendarError, match=r"on or before 2026-07-05\. Add one under \[calendar\.first_days\]"):
        position_on(ODD - timedelta(days=1), first_days, 18)


def test_the_policy_knows_the_position_by_its_own_weeks_and_first_days() -> None:
    calendar = parse_policy(
        '[calendar]\nweeks = 10\nmidterm_weeks = [5]\nendterm_weeks = [10]\nfirst_days = {"2026-odd" = 2026-07-06}'
    ).calendar
    assert calendar.position(12, 2026) == Position(2026, "even", 2)
    assert calendar.position_on(date(2026, 7, 20)) == Position(2026, "odd", 2)
    assert calendar.position_on(date(2027, 3, 1)) == Position(2026, "odd", 10)


# semesters


def test_odd_semesters_run_in_the_odd_half_of_the_year() -> None:
    assert [term_of(semester) for semester in range(1, 9)] == ["odd", "even"] * 4


def test_two_semesters_make_a_year_of_study() -> None:
    assert [year_of_study(semester) for semester in range(1, 9)] == [1, 1, 2, 2, 3, 3, 4, 4]


def test_a_semester_to_come_lies_in_a_later_year() -> None:
    assert academic_year_of(5, 4, 2026) == 2027
