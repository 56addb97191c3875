"""The reference scorer against examples that a reader can redo from scoring.md."""

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest

from edumetrics.engine.policy import Policy
from tests.generative.colleges import College
from tests.reference.exact import exact, stored
from tests.reference.known import Row, Tables, known_from
from tests.reference.scorer import Result, score

FIRST_DAY = date(2026, 7, 6)
ONLY_MISSED = {
    "weights": {
        "low_performance": 0,
        "attendance_requirement": 0,
        "missed_assignments": 1,
        "missed_quizzes": 0,
        "low_effort": 0,
        "performance_drop": 0,
        "effort_drop": 0,
        "attendance_drop": 0,
        "persistence": 0,
    },
    "max_contribution": 100,
}


def a_policy(**sections: dict) -> Policy:
    """The defaults, but week 1 begins on 6 July 2026 and there is no grace unless asked for."""
    calendar = {"first_days": {"2026-odd": FIRST_DAY}, "grace_weeks": 0} | sections.pop("calendar", {})
    return Policy.model_validate({"calendar": calendar, **sections})


def a_college(*student_ids: str, **tables: list[Row]) -> Tables:
    """Class C in semester 3; a table that is not given is declared absent."""
    students = [{"student_id": one, "class_id": "C", "advisor_id": None, "joined_on": FIRST_DAY} for one in student_ids]
    return {"classes": [{"class_id": "C", "odd_sem": 3, "even_sem": 4}], "students": students, **tables}


def attended(student_id: str, week: int, present: int | None, held: int, *, subject: str = "M", absent=None) -> Row:
    return {
        "student_id": student_id,
        "class_id": "C",
        "subject_id": subject,
        "semester": 3,
        "week": week,
        "week_date": FIRST_DAY + timedelta(days=7 * (week - 1)),
        "lectures_held": held,
        "present": present,
        "absent": absent,
    }


def assignments(*due_weeks: int) -> list[Row]:
    """Assignments W<week> of 10 marks, one due in each of the weeks."""
    return [
        {"assignment_id": f"W{week}", "class_id": "C", "semester": 3, "due_week": week, "max_marks": 10}
        for week in due_weeks
    ]


def submission(student_id: str, week: int, status: str = "submitted", *, known_in: int | None = None, **more) -> Row:
    day = FIRST_DAY + timedelta(days=7 * (known_in - 1) + 6) if known_in else None
    return {
        "assignment_id": f"W{week}",
        "student_id": student_id,
        "status": status,
        "submission_date": datetime(day.year, day.month, day.day, 23, 59) if day else None,
        "marks_obtained": None,
        "quality_pct": None,
        "plagiarism_pct": None,
        **more,
    }


def run(tables: Tables, policy: Policy, through_week: int, interventions: list[Row] = ()) -> Result:
    return score(tables, policy, academic_year=2026, term="odd", through_week=through_week, interventions=interventions)


def metric(result: Result, student_id: str, week: int) -> Row:
    return next(row for row in result.metrics if (row["student_id"], row["sem_week"]) == (student_id, week))


def flag(result: Result, student_id: str, week: int) -> Row | None:
    found = [row for row in result.flags if (row["student_id"], row["sem_week"]) == (student_id, week)]
    return found[0] if found else None


def contact(student_id: str, week: int) -> Row:
    return {"student_id": student_id, "academic_year": 2026, "semester": 3, "sem_week": week}


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [("0.125", 2, 0.13), ("-0.125", 2, -0.13), ("62.345", 2, 62.35), ("24.95", 1, 25)],
)
def test_storage_rounds_half_away_from_zero_of_the_exact_value(value: str, decimals: int, expected: float) -> None:
    assert stored(exact(value), decimals) == expected


def test_a_date_is_known_from_the_week_it_lies_in_and_an_undated_row_from_its_own() -> None:
    assert known_from(FIRST_DAY + timedelta(days=6), 9, FIRST_DAY) == 1
    assert known_from(FIRST_DAY + timedelta(days=7), 9, FIRST_DAY) == 2
    assert known_from(FIRST_DAY - timedelta(days=30), 9, FIRST_DAY) == 1
    assert known_from(None, 9, FIRST_DAY) == known_from(FIRST_DAY, 9, None) == 9


def test_weekly_attendance_is_over_subjects_and_null_present_is_held_minus_absent() -> None:
    rows = [attended("s", 1, 3, 4), attended("s", 1, None, 3, subject="P", absent=1), attended("s", 2, 0, 0)]
    result = run(a_college("s", attendance=rows), a_policy(), 2)
    assert metric(result, "s", 1)["weekly_att_pct"] == 71.43  # 5 of 7
    assert metric(result, "s", 2)["weekly_att_pct"] is None
    assert metric(result, "s", 2)["overall_att_pct"] == 71.43


def test_work_handed_in_late_becomes_known_in_the_week_it_came() -> None:
    rows = [submission("s", 2, "late", known_in=3, marks_obtained=6), submission("t", 2, "missing")]
    tables = a_college("s", "t", assignment_definitions=assignments(2), assignment_submissions=rows)
    result = run(tables, a_policy(risk=ONLY_MISSED), 3)
    assert metric(result, "s", 2)["assn_submit_rate"] == 0
    assert metric(result, "s", 2)["risk_score"] == 50  # all of one week missed: 1 - 0.5
    assert metric(result, "s", 3)["risk_score"] == 0
    assert metric(result, "s", 3)["academic_performance"] == 60


def test_work_of_which_no_row_is_known_is_left_out() -> None:
    rows = [submission("t", 1, "late", known_in=2)]
    tables = a_college("s", "t", assignment_definitions=assignments(1), assignment_submissions=rows)
    result = run(tables, a_policy(risk=ONLY_MISSED), 2)
    assert metric(result, "s", 1)["assn_submit_rate"] is None
    assert [metric(result, "s", week)["risk_score"] for week in (1, 2)] == [0, 50]


def test_work_due_before_a_student_joined_is_not_due() -> None:
    rows = [submission("t", week) for week in (1, 2, 3)]
    tables = a_college("s", "t", assignment_definitions=assignments(1, 2, 3), assignment_submissions=rows)
    tables["students"][0]["joined_on"] = FIRST_DAY + timedelta(days=13)
    result = run(tables, a_policy(risk=ONLY_MISSED), 3)
    assert [row["sem_week"] for row in result.metrics if row["student_id"] == "s"] == [2, 3]
    assert metric(result, "s", 3)["risk_score"] == 75  # weeks 2 and 3: 1 - 0.5 * 0.5


def test_effort_is_the_weighted_mean_of_its_six_components() -> None:
    tables = a_college(
        "s",
        attendance=[attended("s", 1, 1, 2)],
        assignment_definitions=assignments(1),
        assignment_submissions=[submission("s", 1, quality_pct=80, plagiarism_pct=10)],
        library_visits=[
            {"student_id": "s", "class_id": "C", "semester": 3, "week": 1, "week_date": None, "physical_visits": 7}
        ],
        book_borrows=[{"student_id": "s", "class_id": "C", "semester": 3, "borrow_week": 1, "borrow_date": None}],
    )
    row = metric(run(tables, a_policy(), 1), "s", 1)
    # 25*100 + 20*50 + 20*80 + 15*90 + 10*50 + 10*100 = 7950 of 100
    assert (row["effort_score"], row["effort_coverage"]) == (79.5, 1)


def test_effort_coverage_counts_only_the_sources_the_class_has() -> None:
    tables = a_college("s", "t", attendance=[attended("s", 1, 1, 2)], library_visits=[])
    grace = run(tables, a_policy(calendar={"grace_weeks": 1}), 2)
    # Library is expected in grace: 10 of 35. Afterwards the class lacks it, and s has no attendance in week 2.
    assert metric(grace, "s", 1)["effort_coverage"] == 0.2857
    assert metric(grace, "s", 1)["effort_score"] == 50
    assert metric(grace, "s", 2)["effort_coverage"] == 0
    assert metric(grace, "s", 2)["effort_score"] is None


def test_performance_weighs_three_teaching_weeks_and_then_goes_stale() -> None:
    rows = [submission("s", week, marks_obtained=marks) for week, marks in ((1, 5), (2, 6), (3, 9))]
    tables = a_college("s", assignment_definitions=assignments(1, 2, 3), assignment_submissions=rows)
    result = run(tables, a_policy(), 6)
    by_week = [metric(result, "s", week) for week in range(1, 7)]
    # 50; (40*60 + 30*50)/70; 40*90 + 30*60 + 30*50; then (30*90 + 30*60)/60; 90; nothing left
    assert [row["academic_performance"] for row in by_week] == [50, 55.71, 69, 75, 90, 90]
    assert [row["performance_stale"] for row in by_week] == [False] * 5 + [True]


def test_before_any_mark_performance_is_the_endterm_mean_of_the_preceding_semester() -> None:
    exams = [
        {"schedule_id": key, "class_id": "C", "semester": 2, "exam_type": "endterm", "scheduled_week": 18}
        for key in ("X", "Y")
    ]
    results = [
        {"schedule_id": "X", "student_id": "s", "score_pct": 40, "result_date": None},
        {"schedule_id": "Y", "student_id": "s", "score_pct": 65, "result_date": FIRST_DAY + timedelta(days=7)},
    ]
    result = run(a_college("s", exam_schedule=exams, exam_results=results), a_policy(), 2)
    assert [metric(result, "s", week)["academic_performance"] for week in (1, 2)] == [40, 52.5]
    assert metric(result, "s", 1)["performance_stale"] is True


def test_the_attendance_requirement_and_its_signal() -> None:
    rows = [attended("s", week, 5 if week <= 4 else 0, 5) for week in range(1, 8)]
    row = metric(run(a_college("s", attendance=rows), a_policy(), 8), "s", 7)
    # held 35, attended 20, nine teaching weeks of 5 remain: need 0.75*80 - 20 = 40, p = 40/45
    assert (row["lectures_to_attend"], row["lectures_remaining"]) == (40, 45)
    assert row["risk_of_detention"] == 76.67  # 60 + 120*(8/9 - 3/4)


def test_in_the_last_teaching_week_only_the_rule_counts() -> None:
    rows = [attended("s", week, 3, 4) for week in range(1, 18)] + [attended("t", week, 2, 4) for week in range(1, 18)]
    result = run(a_college("s", "t", attendance=rows), a_policy(), 18)
    assert [metric(result, one, 17)["risk_of_detention"] for one in "st"] == [0, 100]
    assert [metric(result, one, 18)["lectures_to_attend"] for one in "st"] == [0, 16]  # 0.75*64 - 32
    assert metric(result, "t", 18)["risk_score"] is None


def test_a_drop_is_from_the_own_baseline_less_the_class_shift() -> None:
    rows = [attended(one, week, 10, 10) for one in "abcde" for week in (1, 2)]
    rows += [attended(one, 3, present, 10) for one, present in zip("abcde", (2, 8, 8, 8, 10), strict=True)]
    only = dict.fromkeys(ONLY_MISSED["weights"], 0) | {"attendance_drop": 1}
    tables = a_college(*"abcde", attendance=rows)
    result = run(tables, a_policy(risk={"weights": only, "max_contribution": 100}), 3)
    assert metric(result, "a", 3)["attendance_baseline"] == 100
    # attendance is all the effort there is. own drops 80, 20, 20, 20, 0: the class fell 20. a: 2*(80 - 20) is 100 at most; b: a drop of 0 is not meaningful
    assert [metric(result, one, 3)["risk_score"] for one in "ab"] == [100, 0]
    assert [row["code"] for row in result.notices] == ["class_shift_effort", "class_shift_attendance"]


def test_missed_work_counts_the_run_of_weeks_with_something_missing() -> None:
    definitions = [*assignments(1, 2, 3, 5), {**assignments(5)[0], "assignment_id": "W5b"}]
    rows = [submission("t", week) for week in (1, 2, 3, 5)]
    rows += [submission("s", 2), submission("s", 5), {**submission("t", 5), "assignment_id": "W5b"}]
    tables = a_college("s", "t", assignment_definitions=definitions, assignment_submissions=rows)
    result = run(tables, a_policy(risk=ONLY_MISSED), 5)
    # week 5: half of two; week 4: none due; week 3: all; week 2: nothing missing, the run ends
    assert metric(result, "s", 5)["risk_score"] == 62.5  # 1 - 0.75*0.5
    assert metric(result, "s", 4)["risk_score"] == 50


def test_low_performance_without_a_mark_is_full_where_work_was_due_and_the_class_has_marks() -> None:
    rows = [submission("t", 1, marks_obtained=9), submission("t", 2)]
    tables = a_college("s", "t", assignment_definitions=assignments(1, 2), assignment_submissions=rows)
    found = flag(run(tables, a_policy(), 1), "s", 1)
    # weights present: 22 + 18 + 8 + 8 + 5 + 5 (persistence) = 66; low 22*100/66, missed 18*50/66, effort gap 100 -> 8*100/66
    assert found["contributions"] == pytest.approx(
        {"low_performance": 2200 / 66, "missed_assignments": 900 / 66, "low_effort": 800 / 66}
    )
    assert found["reason_codes"] == ["low_performance", "missed_assignments", "low_effort"]


def test_levels_grace_escalation_and_urgency() -> None:
    definitions = assignments(*range(1, 6))
    rows = [submission("t", week) for week in range(1, 6)] + [submission("s", week) for week in (2, 3, 4, 5)]
    definitions += [{**one, "assignment_id": f"{one['assignment_id']}b"} for one in definitions]
    rows += [{**submission("t", week), "assignment_id": f"W{week}b"} for week in range(1, 6)]
    tables = a_college("s", "t", assignment_definitions=definitions, assignment_submissions=rows)
    levels = {"watch": 25, "high": 97, "critical": 99}
    policy = a_policy(risk=ONLY_MISSED, triage={"levels": levels}, calendar={"grace_weeks": 1})
    flags = [flag(run(tables, policy, 5), "s", week) for week in range(1, 6)]
    # 1 - 0.5; then a half missed each week: 1 - 0.5*0.75, ...
    assert [one["risk_score"] for one in flags] == [50, 62.5, 71.9, 78.9, 84.2]
    assert [one["risk_level"] for one in flags] == ["watch", "watch", "watch", "high", "high"]
    assert [one["escalation_level"] for one in flags] == [0, 1, 2, 3, 4]
    assert {one["first_flagged_week"] for one in flags} == {1}
    assert [one["grace"] for one in flags] == [True, False, False, False, False]
    assert flags[4]["urgency"] == 104.2
    contacted = flag(run(tables, policy, 5, [contact("s", 2)]), "s", 5)
    assert contacted["risk_level"] == "watch"


def test_an_override_is_critical_in_grace_and_takes_no_place() -> None:
    rows = [attended("s", 1, 1, 5), attended("t", 1, 5, 5), attended("u", 1, 2, 5)]
    result = run(a_college("s", "t", "u", attendance=rows), a_policy(calendar={"grace_weeks": 3}), 1)
    found = flag(result, "s", 1)
    assert (found["risk_level"], found["list"], found["override"], found["grace"]) == (
        "critical",
        "contact",
        True,
        True,
    )
    assert found["reason_codes"][0] == "override"
    assert flag(result, "u", 1) is None or not flag(result, "u", 1)["override"]


def test_a_student_without_attendance_cannot_be_told_and_the_run_waits() -> None:
    definitions, rows = assignments(1, 2), [submission("t", 1), submission("t", 2)]
    present = [attended(one, week, 5, 5) for one in "st" for week in (1, 2, 3) if (one, week) != ("s", 2)]
    tables = a_college("s", "t", attendance=present, assignment_definitions=definitions, assignment_submissions=rows)
    tables["assignment_submissions"].append(submission("s", 2, known_in=1))
    policy = a_policy(risk=ONLY_MISSED)
    first, second, third = (flag(run(tables, policy, 3), "s", week) for week in (1, 2, 3))
    assert first["risk_level"] == "high"
    assert (second["list"], second["missing_codes"]) == ("cannot_tell", ["attendance_missing"])
    assert (second["escalation_level"], second["first_flagged_week"]) == (1, 1)
    assert third is None


def test_a_student_without_any_row_joins_in_week_four_as_cannot_tell() -> None:
    tables = a_college("s", "t", attendance=[attended("t", week, 5, 5) for week in range(1, 5)])
    for student in tables["students"]:
        del student["joined_on"]
    result = run(tables, a_policy(), 4)
    assert [row["sem_week"] for row in result.metrics if row["student_id"] == "s"] == [4]
    assert flag(result, "s", 4)["missing_codes"] == ["attendance_missing", "no_rows"]


def test_no_attendance_for_a_class_is_one_notice() -> None:
    tables = a_college("s", attendance=[attended("s", 1, 5, 5)])
    result = run(tables, a_policy(), 2)
    assert [(row["sem_week"], row["code"]) for row in result.notices] == [(2, "attendance_not_loaded")]
    assert result.flags == []


def test_plagiarism_without_a_level_is_an_integrity_matter_for_three_teaching_weeks() -> None:
    rows = [submission("s", 1, plagiarism_pct=51), submission("t", 1, plagiarism_pct=50)]
    tables = a_college("s", "t", assignment_definitions=assignments(1), assignment_submissions=rows)
    result = run(tables, a_policy(risk=ONLY_MISSED), 4)
    assert [(row["student_id"], row["sem_week"], row["list"]) for row in result.flags] == [
        ("s", week, "integrity") for week in (1, 2, 3)
    ]
    assert flag(result, "s", 1)["reason_codes"] == ["integrity"]


def test_a_contact_opens_two_teaching_weeks_in_progress_unless_the_level_rises() -> None:
    definitions, rows = assignments(*range(1, 6)), [submission("t", week) for week in range(1, 6)]
    tables = a_college("s", "t", assignment_definitions=definitions, assignment_submissions=rows)
    levels = {"watch": 25, "high": 80, "critical": 95}
    result = run(tables, a_policy(risk=ONLY_MISSED, triage={"levels": levels}), 5, [contact("s", 3), contact("s", 1)])
    found = [flag(result, "s", week) for week in range(1, 6)]
    # 50 and 75 are watch, 87.5 and 93.75 high, 96.9 critical: above the level of the contact, high
    assert [one["list"] for one in found] == ["contact", "in_progress", "contact", "in_progress", "contact"]
    assert [one["rank_in_class"] for one in found] == [1, None, 1, None, 1]


def test_capacity_is_a_fifth_of_the_advisors_students_over_all_classes() -> None:
    ids = [f"s{number}" for number in range(6)]
    definitions, rows = assignments(1), [submission("s0", 1)]
    tables = a_college(*ids, assignment_definitions=definitions, assignment_submissions=rows)
    result = run(tables, a_policy(risk=ONLY_MISSED), 1)
    lists = [(one["student_id"], one["rank_in_class"], one["list"]) for one in result.flags]
    # six on the roll: ceil(6/5) = 2 places; all five are equal, so student_id decides
    assert lists == [
        ("s1", 1, "contact"),
        ("s2", 2, "contact"),
        ("s3", 3, "watching"),
        ("s4", 4, "watching"),
        ("s5", 5, "watching"),
    ]


def a_random_college(seed: int) -> College:
    return College(seed, "odd" if seed % 2 else "even")


def scored(college: College, tables: Tables, through_week: int) -> Result:
    return score(
        tables,
        college.policy,
        academic_year=college.academic_year,
        term=college.term,
        through_week=through_week,
        interventions=college.interventions,
    )


@pytest.mark.parametrize("seed", range(30))
def test_earlier_weeks_do_not_depend_on_later_ones(seed: int) -> None:
    college = a_random_college(seed)
    whole, part = (scored(college, college.tables, week) for week in (college.policy.calendar.weeks, 5))
    for rows, fewer in ((whole.metrics, part.metrics), (whole.flags, part.flags), (whole.notices, part.notices)):
        assert [row for row in rows if row["sem_week"] <= 5] == fewer


def names_first_day(college: College) -> bool:
    return college.policy.calendar.first_day(college.academic_year, college.term) is not None


def as_it_stood(college: College, week: int) -> Tables:
    """The tables as they stood when ``week`` ended, under the policy's first day: what was not known is not there."""
    first_day = college.policy.calendar.first_day(college.academic_year, college.term)
    due = {
        row[name]: row[f"{verb}_week"]
        for table, verb, name in (
            ("assignment_definitions", "due", "assignment_id"),
            ("quiz_definitions", "scheduled", "quiz_id"),
        )
        for row in college.tables.get(table, [])
    }
    dated = {
        "attendance": ("week_date", lambda row: row["week"]),
        "library_visits": ("week_date", lambda row: row["week"]),
        "book_borrows": ("borrow_date", lambda row: row["borrow_week"]),
        "assignment_submissions": ("submission_date", lambda row: due[row["assignment_id"]]),
        "quiz_submissions": ("attempt_date", lambda row: due[row["quiz_id"]]),
    }
    tables = dict(college.tables)
    for table, (column, own_week) in dated.items():
        if table in tables:
            tables[table] = [row for row in tables[table] if known_from(row[column], own_week(row), first_day) <= week]
    return tables


@pytest.mark.parametrize("seed", [seed for seed in range(60) if names_first_day(a_random_college(seed))])
def test_a_backfill_gives_what_the_weekly_runs_would_have_given(seed: int) -> None:
    college = a_random_college(seed)
    for week in (3, 6):
        now = scored(college, as_it_stood(college, week), week)
        later = scored(college, college.tables, week)
        assert (now.metrics, now.flags, now.notices) == (later.metrics, later.flags, later.notices)


@pytest.mark.parametrize("seed", range(60))
def test_contributions_sum_to_the_score(seed: int) -> None:
    for row in scored(a_random_college(seed), a_random_college(seed).tables, 6).flags:
        total = sum(Fraction(value) for value in row["contributions"].values())
        assert abs(float(total) - row["risk_score"]) <= 0.05 + 1e-9
