"""Rows spoiled on purpose: the share that was asked for, each the same in every week, and the others as they were."""

import re
from datetime import date
from functools import cache

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from demo.college.simulate import simulate
from demo.college.spoil import MOST_OF_A_TABLE, Spoiler, Spoiling, first_day_at
from demo.college.ways import WAYS, WHOLE_WEEKS
from edumetrics.engine.tables.canonical import TABLES
from edumetrics.engine.tables.quality import RULES

YEAR = 2026
TWO = ("CSE25A", "CSE23A")
EVENTS = [name for name, table in TABLES.items() if "class_id" in table.schema and name in WAYS]

Tables = dict[str, pl.DataFrame]


def spoiler(keeps_nan: bool = True, classes: tuple[str, ...] = (), since: int = 1, **shares: float) -> Spoiler:
    """``since`` is a global week of the semester that is the first to be spoiled."""
    return Spoiler(Spoiling(shares, classes, first_day_at(YEAR, since)), seed=7, keeps_nan=keeps_nan)


def spoiled(by: Spoiler, week: int = 12, past_years: int = 0) -> Tables:
    return simulate(students=480, week=week, seed=7, past_years=past_years, spoiler=by)


@cache
def clean(week: int = 12, past_years: int = 0) -> Tables:
    return simulate(students=480, week=week, seed=7, past_years=past_years)


def total(by: Spoiler, table: str, rule: str) -> int:
    return int(by.tally.filter(table_name=table, rule=rule)["bad_rows"].sum())


def test_every_rule_can_be_broken() -> None:
    assert {rule for ways in WAYS.values() for rule in ways} | {WHOLE_WEEKS} == set(RULES)


@pytest.mark.parametrize("rule", ["unknown_student", "marks_over_max", "unknown_status", "week_outside_calendar"])
def test_the_share_of_the_rows_that_a_rule_applies_to_is_spoiled(rule: str) -> None:
    by = spoiler(**{rule: 0.2})
    spoiled(by)
    for table, ways in WAYS.items():
        if rule in ways and rule != "students":
            rows = clean()[table].filter(ways[rule].of).height
            # Four standard deviations of a binomial.
            assert total(by, table, rule) == pytest.approx(0.2 * rows, abs=4 * (0.16 * rows) ** 0.5), table


def test_a_share_of_the_weeks_of_the_classes_has_no_attendance() -> None:
    by = spoiler(no_row_of_the_class=0.25)
    weeks = [one["attendance"].select("class_id", "week").n_unique() for one in (spoiled(by), clean())]
    assert weeks[1] - weeks[0] == total(by, "attendance", WHOLE_WEEKS)
    assert total(by, "attendance", WHOLE_WEEKS) == pytest.approx(0.25 * weeks[1], abs=18)


def test_shares_that_add_up_to_too_much_are_made_smaller_and_their_own_one_goes_before_that_of_all() -> None:
    by = spoiler(all=0.2, unknown_student=0.4)
    for shares in by.shares.values():
        assert sum(shares.values()) <= MOST_OF_A_TABLE + 1e-9
        if "unknown_student" in shares:
            assert shares["unknown_student"] == pytest.approx(2 * shares["unknown_class"])
    assert by.shares["exam_schedule"] == {"week_outside_calendar": 0.2}
    assert "exam_schedule" not in by.scaled
    assert by.scaled["attendance"] == pytest.approx(0.9 / 2.2)


@pytest.mark.parametrize("share", [0.2, 1.0])
def test_a_spoiled_college_still_fits_its_tables(share: float) -> None:
    """No key twice, and no null where the contract has none: what a database would refuse is never made."""
    for name, table in spoiled(spoiler(all=share)).items():
        contract = TABLES[name]
        assert dict(table.schema) == contract.schema, name
        assert table.select(pl.struct(contract.key).is_unique().all()).item(), name
        required = [column.name for column in contract.columns if not column.nullable]
        assert sum(table.select(required).null_count().row(0)) == 0, name
    assert spoiled(spoiler(all=share))["students"]["student_id"].str.len_chars().max() <= 10


def test_rows_of_other_classes_are_the_same() -> None:
    after = spoiled(spoiler(classes=TWO, all=0.5))
    for name in EVENTS:
        others = clean()[name].filter(~pl.col("class_id").is_in(TWO))
        assert_frame_equal(after[name].join(others.select(TABLES[name].key), on=TABLES[name].key, how="semi"), others)
        assert not after[name].equals(clean()[name]), name
    for name in set(TABLES) - set(EVENTS):
        assert_frame_equal(after[name], clean()[name])


def test_whether_a_row_is_spoiled_does_not_depend_on_the_week() -> None:
    before, now = (spoiled(spoiler(all=0.2), week) for week in (10, 12))
    for name in ("attendance", "library_visits", "quiz_submissions", "exam_results", "exam_schedule"):
        key = list(TABLES[name].key)
        assert_frame_equal(
            now[name].join(before[name].select(key), on=key, how="semi").sort(key), before[name].sort(key)
        )


def test_semesters_before_the_first_that_is_spoiled_are_as_they_were() -> None:
    after = spoiled(spoiler(since=19, all=0.2), week=24, past_years=1)
    odd = pl.col("semester") % 2 == 1
    # Rows without a class of this semester can be of no other.
    for name in ("attendance", "library_visits", "book_borrows", "exam_schedule", "quiz_definitions"):
        before = clean(24, 1)[name].filter(odd)
        assert_frame_equal(after[name].filter(odd), before)
        assert not after[name].equals(clean(24, 1)[name])


def test_what_is_not_a_number_is_made_only_where_a_database_keeps_it() -> None:
    marks = [spoiled(spoiler(keeps, all=0.2))["quiz_submissions"]["marks_obtained"] for keeps in (True, False)]
    assert [one.is_nan().any() for one in marks] == [True, False]


def test_the_tally_is_by_term_table_rule_and_week() -> None:
    by = spoiler(present_over_held=0.1, undefined_quiz=0.1, student_in_no_class=0.1)
    tables = spoiled(by)
    over = tables["attendance"].filter(pl.col("present") > pl.col("lectures_held")).group_by("week").len().sort("week")
    assert by.tally.filter(rule="present_over_held").select("week", "bad_rows").rows() == over.rows()
    assert by.tally.filter(rule="undefined_quiz").select("table_name", "week").rows() == [("quiz_submissions", None)]
    assert total(by, "students", "student_in_no_class") == tables["students"]["class_id"].null_count() > 0
    assert set(by.tally.select("academic_year", "term").iter_rows()) == {(YEAR, "odd")}


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ({"marks": 0.2}, "There is no rule 'marks'; the rules are unknown_student, "),
        ({"marks_over_max": -0.1}, "The share of marks_over_max is -0.1; it must be from 0 to 1."),
        ({"all": 1.1}, "The share of all is 1.1; it must be from 0 to 1."),
    ],
)
def test_impossible_spoiling_is_refused(shares: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}"):
        Spoiling(shares, (), date(2026, 7, 20))
