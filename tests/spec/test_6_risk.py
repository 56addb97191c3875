"""Section 6: the risk score."""

import pytest

from tests.spec.college import College, Scored, day, only

SIX_WEEKS = {"weeks": 6, "midterm_weeks": [], "endterm_weeks": []}


def scores(scored: Scored, names: str, week: int) -> list[float]:
    return [scored.week(one, week)["risk_score"] for one in names.split()]


# the sum


def test_the_default_weights_are_a_hundred_and_one_signal_contributes_40_at_most() -> None:
    risk = College().policy.risk
    assert list(risk.weights.model_dump().values()) == [22, 20, 18, 9, 8, 8, 5, 5, 5]
    assert risk.max_contribution == 40


def test_a_contribution_is_weight_times_signal_over_the_weights_the_class_has_sources_for() -> None:
    college = College().student("A B").assignment("W", due=1).handed_in("B", "W", marks=8).quiz("Q", week=1)
    college.took("A B", "Q", score=40)
    flag = college.score(through=1).flagged("A", 1)
    # all but attendance: 22 + 18 + 9 + 8 + 8 + 5 + 5; A averages 40, B (40 + 80) / 2; efforts are 50 and 100
    total = 22 + 18 + 9 + 8 + 8 + 5 + 5
    assert flag["contributions"] == pytest.approx(
        {
            "low_performance": 22 * (100 * (60 - 40) / 40) / total,
            "missed_assignments": 18 * (100 * 0.5) / total,
            "low_effort": 8 * (2 * (75 - 50)) / total,
        }
    )
    assert flag["risk_score"] == round((22 * 50 + 18 * 50 + 8 * 50) / total, 1)


def test_no_signal_contributes_more_than_40() -> None:
    college = College(calendar=SIX_WEEKS).student("A B").attendance("A B", week=range(1, 5), held=10, present=0)
    scored = college.score(through=4)
    # attendance alone: 20 of 20 + 8 + 5 + 5 + 5 would be 46.5
    assert 100 * 20 / 43 > 40
    assert scored.flagged("A", 4)["contributions"]["attendance_requirement"] == 40


def test_after_the_grace_period_the_weight_of_a_source_without_rows_is_shared_out() -> None:
    college = College().student("A B").having("attendance", "quiz_definitions", "quiz_submissions")
    for week in (3, 4):
        college.assignment(f"W{week}", due=week).handed_in("A B", f"W{week}", marks=5)
    scored = college.score(through=4)
    signal = 100 * (60 - 50) / 40
    assert scores(scored, "A", 3) == [round(22 * signal / 100, 1)]
    assert scores(scored, "A", 4) == [round(22 * signal / (22 + 18 + 8 + 8 + 5 + 5), 1)]


def test_exam_weeks_have_no_risk_score() -> None:
    college = College().student("A").attendance("A", week=range(1, 9), held=5, present=0)
    assert college.score(through=8).week("A", 8)["risk_score"] is None


# low performance


def test_low_performance_rises_from_60_down_to_20() -> None:
    college = College(risk=only(low_performance=1)).student("A B D E F").assignment("W", due=1)
    for name, marks in zip("ABDEF", (6, 5.9, 4, 2, 1), strict=True):
        college.handed_in(name, "W", marks=marks)
    expected = [0, 100 * 1 / 40, 100 * 20 / 40, 100, 100]
    assert scores(college.score(through=1), "A B D E F", 1) == expected


def test_without_a_mark_it_is_full_once_the_class_has_marks_and_the_student_handed_in_nothing() -> None:
    college = College(risk=only(low_performance=1)).student("A B D").student("E", joined=day(2))
    college.assignment("W", due=1).handed_in("B", "W", marks=9, on=day(2)).handed_in("D", "W")
    scored = college.score(through=2)
    assert scores(scored, "A", 1) == [0]  # the class has no mark yet
    assert scores(scored, "A", 2) == [100]
    assert scores(scored, "D", 2) == [0]  # handed in, not marked
    assert scores(scored, "E", 2) == [0]  # nothing was due for E


# attendance requirement


def test_the_requirement_counts_from_three_quarters_of_the_remaining_lectures() -> None:
    college = College(calendar=SIX_WEEKS, risk=only(attendance_requirement=1)).student("A B D E")
    for name, total in (("A", 38), ("B", 37), ("D", 35), ("E", 20)):
        for week in range(1, 6):
            college.attendance(name, week=week, held=10, present=min(10, max(0, total - 10 * (week - 1))))
    # 45 of 60 are required and 10 remain: p = .7, .8, 1 and 2.5
    expected = [0, round(100 * (0.8 - 0.75) / 0.25, 1), 100, 100]
    assert scores(college.score(through=5), "A B D E", 5) == expected


def test_at_the_end_of_the_term_it_is_all_or_nothing() -> None:
    college = College(calendar=SIX_WEEKS, risk=only(attendance_requirement=1)).student("A B")
    college.attendance("A B", week=range(1, 6), held=4, present=3)
    college.attendance("A", week=6, held=4, present=3).attendance("B", week=6, held=4, present=2)
    assert scores(college.score(through=6), "A B", 6) == [0, 100]


# missed work


def test_missed_assignments_take_away_half_of_what_is_left_each_week_of_the_run() -> None:
    college = College(risk=only(missed_assignments=1)).student("A B")
    for week, works in ((1, "W1"), (2, "W2"), (3, "W3 V3"), (5, "W5 V5 U5 T5")):
        college.assignment(works, due=week).handed_in("B", works)
    college.handed_in("A", "W2").handed_in("A", "W3").handed_in("A", "W5 V5 U5")
    scored = college.score(through=5)
    assert [scores(scored, "A", week)[0] for week in range(1, 6)] == [
        100 * (1 - 0.5),
        0,  # nothing missing: the run has ended
        100 * (1 - (1 - 0.5 * 1 / 2)),
        100 * (1 - (1 - 0.5 * 1 / 2)),  # nothing due: the run goes back over it
        round(100 * (1 - (1 - 0.5 * 1 / 4) * (1 - 0.5 * 1 / 2)), 1),
    ]


def test_a_hand_in_that_comes_late_ends_the_run_when_it_comes() -> None:
    college = College(risk=only(missed_assignments=1)).student("A B")
    for week in (1, 2, 3):
        college.assignment(f"W{week}", due=week).handed_in("B", f"W{week}")
    college.handed_in("A", "W2", status="late", on=day(3))
    scored = college.score(through=3)
    # weeks 1 and 2 missing; in week 3 the run is week 3 alone
    assert [scores(scored, "A", week)[0] for week in (1, 2, 3)] == [50, 75, 50]


def test_the_run_goes_over_the_midterm_and_work_that_is_not_loaded() -> None:
    college = College(risk=only(missed_assignments=1)).student("A B").assignment("W9b", due=9)
    for week in (7, 8, 9):
        college.assignment(f"W{week}", due=week).handed_in("B", f"W{week}")
    assert scores(college.score(through=9), "A", 9) == [100 * (1 - 0.5 * 0.5)]


def test_missed_quizzes_are_the_same_with_quizzes() -> None:
    college = College(risk=only(missed_quizzes=1)).student("A B")
    for week in (1, 2):
        college.quiz(f"P{week} Q{week}", week=week).took("B", f"P{week} Q{week}")
    college.took("A", "P1", attempted=False).took("A", "P2")
    assert scores(college.score(through=2), "A B", 2) == [round(100 * (1 - (1 - 0.5 * 0.5) * (1 - 0.5)), 1), 0]


# effort


def test_low_effort_is_twice_the_gap_to_the_class_median() -> None:
    college = College(risk=only(low_effort=1)).student("A B D E")
    for name, present in (("A", 2), ("B", 50), ("D", 60), ("E", 80)):
        college.attendance(name, week=1, held=100, present=present)
    # the median is 55
    assert scores(college.score(through=1), "A B D E", 1) == [100, 2 * (55 - 50), 0, 0]


# persistence


def test_persistence_is_the_square_of_the_share_of_the_last_three_teaching_weeks_flagged() -> None:
    risk = only(low_performance=90, persistence=10)
    college = College(risk=risk, performance={"week_weights": [1]}, calendar={"grace_weeks": 0}).student("A")
    for week, marks in ((1, 2), (2, 10), (3, 2), (4, 2), (5, 2), (6, 2)):
        college.assignment(f"W{week}", due=week).handed_in("A", f"W{week}", marks=marks)
    scored = college.score(through=6)
    found = [(scored.flag("A", week) or {"contributions": {}})["contributions"] for week in range(1, 7)]
    shares = [0, None, 1 / 3, 2 / 3, 2 / 3, 1]
    assert [one.get("persistence", 0) for one in found] == pytest.approx([10 * (share or 0) ** 2 for share in shares])
