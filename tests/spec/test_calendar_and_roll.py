"""Conventions, calendar and roll: what is known when, which weeks count, and who is there."""

from datetime import date, timedelta

import pytest
from polars.testing import assert_frame_equal

from edumetrics.engine.calendar import Position, academic_year_of, position_of_global_week
from edumetrics.engine.policy import Policy
from tests.spec.college import FIRST_DAY, YEAR, College, Scored, day, only


def weeks_on_the_roll(scored: Scored, student: str) -> list[int]:
    return [row["sem_week"] for row in scored.weeks_of(student)]


# weeks


def test_week_8_and_18_are_exams_and_the_rest_teaching_weeks_by_default() -> None:
    calendar = Policy().calendar
    assert (calendar.weeks, calendar.exam_weeks, calendar.holiday_weeks) == (18, (8, 18), ())
    assert calendar.teaching_weeks == (*range(1, 8), *range(9, 18))
    assert (calendar.last_teaching_week, calendar.grace_weeks) == (17, 3)


@pytest.mark.parametrize(
    ("global_week", "expected"),
    [
        (0, Position(2026, "odd", 0)),
        (1, Position(2026, "odd", 1)),
        (18, Position(2026, "odd", 18)),
        (19, Position(2026, "even", 1)),
        (36, Position(2026, "even", 18)),
    ],
)
def test_the_odd_semester_is_weeks_1_to_n_of_the_year_and_the_even_one_the_next_n(
    global_week: int, expected: Position
) -> None:
    assert position_of_global_week(global_week, 2026, 18) == expected


@pytest.mark.parametrize(
    ("current", "row", "year"), [(3, 3, 2026), (4, 3, 2026), (3, 2, 2025), (3, 1, 2025), (8, 1, 2023), (1, 1, 2026)]
)
def test_a_row_of_an_earlier_semester_belongs_to_the_year_that_many_years_of_study_ago(
    current: int, row: int, year: int
) -> None:
    # 2026 - (ceil(current/2) - ceil(row/2))
    assert academic_year_of(row, current, 2026) == year


def test_each_class_is_in_a_semester_of_its_own() -> None:
    college = College().a_class("C", 3).a_class("E", 5).student("A").student("B", class_id="E")
    college.attendance("A", week=1, held=4, present=4)
    college.attendance("B", week=1, held=4, present=1, semester=5)
    scored = college.score(through=1)
    assert [scored.week(one, 1)["semester"] for one in "AB"] == [3, 5]
    assert [scored.week(one, 1)["weekly_att_pct"] for one in "AB"] == [100, 25]


def test_exam_and_holiday_weeks_are_in_no_baseline_and_in_no_run() -> None:
    college = College(calendar={"holiday_weeks": [3]}, performance={"week_weights": [1]}, risk=only(low_performance=1))
    college.student("A").attendance("A", week=range(1, 10), held=10, present=10)
    college.attendance("A", week=(3, 8), held=10, present=0, subject="P")
    for week in (6, 7, 9):
        college.assignment(f"W{week}", due=week).handed_in("A", f"W{week}", marks=3)
    scored = college.score(through=9)
    assert scored.week("A", 9)["attendance_baseline"] == 100  # of weeks 4, 5, 6, 7
    assert scored.week("A", 4)["attendance_baseline"] == 100  # of weeks 1, 2
    assert scored.flagged("A", 9)["escalation_level"] == 2  # weeks 6 and 7: week 8 neither breaks nor extends
    assert scored.flag("A", 8) is None


# the first day


def test_week_w_starts_on_the_first_day_that_the_policy_names_plus_seven_days_a_week() -> None:
    college = College().student("A B").assignment("W1", due=1)
    college.handed_in("A", "W1", on=day(2, 7)).handed_in("B", "W1", on=day(2, 7) + timedelta(days=1))
    scored = college.score(through=3)
    assert scored.column("A", "assn_submit_rate") == [None, None, None]  # nothing of W1 was known in week 1
    assert [scored.week(one, 2)["effort_score"] for one in "AB"] == [100, 0]
    assert [scored.week(one, 3)["effort_score"] for one in "AB"] == [100, 100]


def test_without_a_named_first_day_it_is_the_earliest_that_attendance_and_library_rows_imply() -> None:
    college = College(calendar={"first_days": {}}).student("A B", joined=None)
    college.attendance("A B", week=2, held=5, present=5, week_date=day(2, 3))
    college.visits("A", week=1, times=1, week_date=day(1, 2))
    assert college.score(through=2).results.first_days.row(0) == ("C", day(1, 2))


def test_where_no_row_is_dated_the_first_day_is_unknown_and_every_row_counts_from_its_own_week() -> None:
    college = College(calendar={"first_days": {}}).student("A")
    college.attendance("A", week=1, held=5, present=5, week_date=None)
    college.assignment("W1", due=1).handed_in("A", "W1", on=day(3))
    scored = college.score(through=1)
    assert scored.results.first_days.row(0) == ("C", None)
    assert scored.week("A", 1)["assn_submit_rate"] == 1


# the roll


def test_a_student_is_on_the_roll_from_the_week_of_joining_until_the_last_whole_week_before_leaving() -> None:
    college = College().student("A", joined=day(2, 7), left_on=day(5, 1)).student("B", joined=None, left_on=day(4, 7))
    college.student("D", joined=day(1) - timedelta(days=700))
    college.attendance("A B D", week=range(1, 6), held=5, present=5)
    scored = college.score(through=6)
    assert weeks_on_the_roll(scored, "A") == [2, 3, 4]
    assert weeks_on_the_roll(scored, "B") == [1, 2, 3]  # week 4 ends on the day of leaving
    assert weeks_on_the_roll(scored, "D") == [1, 2, 3, 4, 5, 6]


def test_without_joined_on_a_student_begins_with_the_first_row_that_counts() -> None:
    college = College().student("A B D E", joined=None).attendance("A", week=range(1, 5), held=5, present=5)
    college.borrows("B", week=2).assignment("W1", due=1).handed_in("D", "W1", on=day(3, 4))
    scored = college.score(through=5)
    assert [weeks_on_the_roll(scored, one)[0] for one in "ABDE"] == [1, 2, 3, 4]


def test_a_student_without_any_row_joins_in_week_4_as_cannot_tell() -> None:
    college = College().student("A E", joined=None).attendance("A", week=range(1, 5), held=5, present=5)
    flag = college.score(through=4).flagged("E", 4)
    assert flag["list"] == "cannot_tell"
    assert [one["code"] for one in flag["missing"]] == ["attendance_missing", "no_rows"]


def test_work_due_before_a_student_joined_is_not_due_for_that_student() -> None:
    college = College(risk=only(missed_assignments=1)).student("A").student("B", joined=day(2))
    college.assignment("W1", due=1).assignment("W2", due=2).handed_in("A", "W1 W2")
    scored = college.score(through=2)
    assert scored.week("B", 2)["assn_submit_rate"] == 0
    assert scored.week("B", 2)["effort_score"] == 0  # 0 of 1, not 0 of 2
    assert scored.week("B", 2)["risk_score"] == 100 * (1 - 0.5)  # one week missed, not two


# what is known when


def test_nothing_looks_ahead_and_a_backfill_gives_what_the_weekly_runs_would_have_given() -> None:
    college = College().student("A B D").attendance("A B D", week=range(1, 4), held=10, present=9)
    college.attendance("A", week=range(2, 4), held=10, present=1, subject="P")
    college.assignment("W1 V1", due=1).assignment("W3", due=3)
    college.handed_in("A B", "W1", marks=3).handed_in("D", "W1 V1", marks=8, on=day(3)).handed_in("B", "W3", marks=9)
    backfill = college.score(through=3)
    first = college.score(through=1)
    second = college.score(through=2, since=2, after=first)
    for weekly, week in ((first, 1), (second, 2)):
        for table in ("metrics", "flags", "notices"):
            expected = getattr(backfill.results, table).filter(sem_week=week)
            assert_frame_equal(getattr(weekly.results, table), expected)


def test_later_weeks_read_the_published_values_of_frozen_weeks_and_late_changes_are_counted() -> None:
    college = College().student("A B").attendance("A B", week=(1, 2, 3), held=3, present=2)
    published = college.score(through=2)
    college.tables["attendance"][0]["present"] = 0  # A, week 1
    scored = college.score(through=3, since=3, after=published)
    assert scored.week("A", 3)["attendance_baseline"] == 66.67  # of 66.67 and 66.67, as published
    # A's attendance of week 1 differs, and with it overall attendance of weeks 1 and 2.
    assert scored.results.late_changes.rows() == [("C", 1, 1), ("C", 2, 1)]


def test_a_repeater_has_two_histories() -> None:
    college = College().student("A").attendance("A", week=(1, 2, 3), held=10, present=5)
    published = college.score(through=2)
    last_year = published.results.metrics.with_columns(academic_year=YEAR - 1)
    before = Scored(type(published.results)(**{**published.results.__dict__, "metrics": last_year}))
    assert college.score(through=3, since=3, after=published).week("A", 3)["attendance_baseline"] == 50
    assert college.score(through=3, since=3, after=before).week("A", 3)["attendance_baseline"] is None


def test_the_midterm_of_last_years_same_semester_is_not_this_years_midterm() -> None:
    """A repeater's old class B is in semester 5 now; its midterm of semester 3 was a year ago."""
    a_year_ago = FIRST_DAY - timedelta(days=364)
    college = College().a_class("C", 3).a_class("B", 5).student("A").attendance("A", week=1, held=5, present=5)
    college.exam("B-M", week=8, class_id="B", exam_date=a_year_ago + timedelta(days=50))
    college.result("A", "B-M", score=31, on=a_year_ago + timedelta(days=55), class_id="B")
    assert college.score(through=1).week("A", 1)["midterm_score_pct"] is None


def test_scores_are_rounded_half_away_from_zero_and_only_on_storage() -> None:
    college = College().student("A B").attendance("A", week=1, held=8, present=7).visits("A B", week=1, times=0)
    college.quiz("Q R S", week=1).took("A", "Q")
    row = college.score(through=1).week("A", 1)
    assert row["weekly_att_pct"] == 87.5
    assert row["quiz_attempt_rate"] == 1
    # visits 25 of 0, attendance 10 of 87.5, one quiz of the three loaded and taken: (0 + 875 + 1000) / 45
    assert row["effort_score"] == round((0 + 10 * 87.5 + 10 * 100) / 45, 2)


def test_thresholds_test_the_exact_value_within_a_billionth() -> None:
    # A = 48 -> (60 - 48)/40 * 100 = 30, and the line is at 30; A = 48.001 is below it, though stored as 30.0
    levels = {"watch": 30, "high": 40, "critical": 60}
    college = College(risk=only(low_performance=100), triage={"levels": levels}).student("A B")
    college.assignment("W", due=1, of=100).handed_in("A", "W", marks=48).handed_in("B", "W", marks=48.001)
    scored = college.score(through=1)
    assert [scored.week(one, 1)["risk_score"] for one in "AB"] == [30, 30]
    assert scored.lists(1) == {"A": "contact"}


def test_the_calendar_of_the_examples_begins_on_a_monday() -> None:
    assert date(2026, 7, 6) == FIRST_DAY
    assert FIRST_DAY.isoweekday() == 1
