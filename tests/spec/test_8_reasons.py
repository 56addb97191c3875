"""Section 8: reasons in plain English."""

import re
from functools import cache
from typing import Any

import pytest

from tests.spec.college import College, Scored, only

GOOD = "B D E F G"


@cache
def collapse() -> Scored:
    """A is as good as the others up to week 4 and then stays away; all sources but the library, weeks 1-9."""
    college = College().student(f"A {GOOD}")
    for week in (1, 2, 3, 4, 5, 6, 7, 9):
        present = 9 if week < 5 else 3
        college.attendance("A", week=week, held=11, present=present).attendance(GOOD, week=week, held=11, present=10)
        college.assignment(f"W{week}", due=week, of=100).handed_in(GOOD, f"W{week}", marks=80, quality=80, plagiarism=0)
        college.quiz(f"Q{week}", week=week).took(GOOD, f"Q{week}", score=80)
        if week < 5:
            college.handed_in("A", f"W{week}", marks=75, quality=75, plagiarism=0).took("A", f"Q{week}", score=75)
        elif week == 5:
            college.took("A", "Q5", score=21)
    return college.score(through=9)


FLAGS = [(week, flag) for week in (5, 6, 7, 9) if (flag := collapse().flag("A", week))]


def numbers(sentence: str) -> list[int]:
    return [int(one) for one in re.findall(r"\d+", sentence)]


# structure


def test_contributions_hold_every_signal_that_is_not_zero_and_sum_to_the_score() -> None:
    assert [week for week, _ in FLAGS] == [5, 6, 7, 9]
    for _, flag in FLAGS:
        assert all(points > 0 for points in flag["contributions"].values())
        assert sum(flag["contributions"].values()) == pytest.approx(flag["risk_score"], abs=0.05 + 1e-9)


def test_there_are_one_to_four_reasons_with_all_their_parts() -> None:
    parts = {"code", "sentence", "value", "baseline", "yardstick", "weeks", "contribution", "clears_when"}
    for _, flag in FLAGS:
        assert 1 <= len(flag["reasons"]) <= 4
        for reason in flag["reasons"]:
            assert reason.keys() == parts
            assert reason["sentence"].endswith(".")
            assert reason["clears_when"].endswith(".")
            assert reason["yardstick"] in ("own past", "class", "rule")


def test_reasons_are_the_strongest_contributions_in_order() -> None:
    for _, flag in FLAGS:
        strongest = sorted(flag["contributions"].items(), key=lambda item: -item[1])
        rest = [one for one in flag["reasons"] if one["code"] != "override"]
        assert [(one["code"], one["contribution"]) for one in rest] == strongest[: len(rest)]


def test_an_override_comes_first_with_contribution_0() -> None:
    for week, flag in FLAGS:
        first = flag["reasons"][0]
        assert (first["code"] == "override") == flag["override"], week
        if flag["override"]:
            assert (first["contribution"], len(flag["reasons"])) == (0, 4)
    assert any(flag["override"] for _, flag in FLAGS)


def test_a_sentence_has_its_value_and_its_yardstick_in_it() -> None:
    for _, flag in FLAGS:
        for reason in flag["reasons"]:
            if reason["code"] in ("low_effort", "performance_drop", "effort_drop", "attendance_drop"):
                assert {round(reason["value"]), round(reason["baseline"])} <= set(numbers(reason["sentence"]))
            if reason["code"] == "low_performance" and not collapse_is_stale(flag):
                assert {round(reason["value"]), round(reason["baseline"])} <= set(numbers(reason["sentence"]))


def collapse_is_stale(flag: dict[str, Any]) -> bool:
    return bool(collapse().week("A", flag["sem_week"])["performance_stale"])


# sentences


def test_an_attendance_drop_says_from_where_to_where_and_what_the_class_did() -> None:
    college = College(risk=only(attendance_drop=1), calendar={"grace_weeks": 0}).student(f"A {GOOD}")
    college.attendance("A", week=(1, 2), held=50, present=41).attendance(GOOD, week=(1, 2), held=50, present=45)
    college.attendance("A", week=3, held=50, present=32).attendance(GOOD, week=3, held=50, present=44)
    reason = college.score(through=3).reason("A", 3, "attendance_drop")
    assert reason["sentence"] == (
        "Attendance fell 18 points, from an average of 82% in the 4 teaching weeks before to 64%; the class fell 2."
    )
    assert (reason["value"], reason["baseline"], reason["yardstick"]) == (64, 82, "own past")
    assert reason["contribution"] == pytest.approx(2 * (18 - 2))


def test_missed_work_says_how_much_of_what_was_due_since_when() -> None:
    college = College(risk=only(missed_assignments=1)).student("A B D E")
    college.assignment("W1", due=1).assignment("W2 V2", due=2).handed_in("E", "W1 W2 V2")
    college.handed_in("A", "W2 V2").handed_in("B", "W1 W2").handed_in("D", "W2")
    scored = college.score(through=2)
    found = [scored.reason(name, week, "missed_assignments") for name, week in (("A", 1), ("B", 2), ("D", 2))]
    assert [one["sentence"] for one in found] == [
        "Has not handed in the assignment due this week.",
        "Has not handed in 1 of the 2 assignments due this week.",
        "Has not handed in 2 of the 3 assignments due since week 1.",
    ]
    assert [(one["value"], one["weeks"]) for one in found] == [(1, 1), (1, 1), (2, 2)]
    assert {one["clears_when"] for one in found} == {"Clears when all assignments due in a week are handed in."}


def test_having_missed_all_of_it_is_said_so() -> None:
    college = College(risk=only(missed_assignments=1)).student("A B").assignment("W V", due=1).handed_in("B", "W V")
    reason = college.score(through=1).reason("A", 1, "missed_assignments")
    assert reason["sentence"] == "Has not handed in any of the 2 assignments due this week."


def test_a_quiz_missed_two_weeks_ago_is_named_by_its_week() -> None:
    college = College(risk=only(missed_quizzes=1)).student("A B").quiz("Q", week=1).took("B", "Q")
    reason = college.score(through=3).reason("A", 3, "missed_quizzes")
    assert reason["sentence"] == "Has not taken the quiz due in week 1."


@pytest.fixture(scope="module")
def requirement() -> Scored:
    """19 lectures a week in a semester of four weeks: 57 of 76 are required, 38 remain after week 2."""
    calendar = {"weeks": 4, "midterm_weeks": [], "endterm_weeks": [], "grace_weeks": 0}
    college = College(calendar=calendar, risk=only(attendance_requirement=1)).student("A B D")
    for name, weeks in (("A", (18, 8, 14, 14)), ("B", (8, 8, 0, 0)), ("D", (19, 19, 19, 19))):
        for week, present in enumerate(weeks, start=1):
            college.attendance(name, week=week, held=19, present=present)
    return college.score(through=4)


def test_the_requirement_says_how_many_of_the_remaining_lectures_are_needed(requirement: Scored) -> None:
    # 0.75 * 76 - 26 = 31
    reason = requirement.reason("A", 2, "attendance_requirement")
    assert reason["sentence"] == "Must attend 31 of the remaining 38 lectures to reach 75%."
    assert (reason["baseline"], reason["yardstick"]) == (75, "rule")


def test_the_requirement_says_when_it_can_no_longer_be_reached(requirement: Scored) -> None:
    # 0.75 * 76 - 16 = 41
    reason = requirement.reason("B", 2, "attendance_requirement")
    assert reason["sentence"] == "75% can no longer be reached: 41 lectures needed, 38 left."


def test_the_requirement_says_how_the_term_ended(requirement: Scored) -> None:
    # 18 + 8 + 14 + 14 = 54 of 76
    reason = requirement.reason("A", 4, "attendance_requirement")
    assert reason["sentence"] == "Ended the term at 71%, below the 75% rule."
    assert reason["value"] == round(100 * 54 / 76, 2)


def test_low_performance_is_held_against_the_class() -> None:
    college = College(risk=only(low_performance=1)).student("A B D").assignment("W", due=1, of=100)
    college.handed_in("A", "W", marks=31.4).handed_in("B", "W", marks=70).handed_in("D", "W", marks=90)
    reason = college.score(through=1).reason("A", 1, "low_performance")
    assert reason["sentence"] == "Averages 31% in work of the last 3 teaching weeks; the class median is 70%."
    assert (reason["value"], reason["baseline"], reason["yardstick"]) == (31.4, 70, "class")
    assert reason["clears_when"] == "Clears when the average reaches 60%."


def test_low_performance_without_a_mark_says_that_nothing_was_handed_in() -> None:
    college = College(risk=only(low_performance=1)).student("A B").assignment("W", due=1).handed_in("B", "W", marks=7)
    reason = college.score(through=1).reason("A", 1, "low_performance")
    assert reason["sentence"] == "Has handed in none of the work due so far, while the class already has marks."
    assert reason["clears_when"] == "Clears when work is handed in and averages 60%."


def test_low_effort_is_held_against_the_class_median() -> None:
    college = College(risk=only(low_effort=1)).student("A B D").attendance("A", week=1, held=10, present=5)
    college.attendance("B D", week=1, held=10, present=9)
    reason = college.score(through=1).reason("A", 1, "low_effort")
    assert reason["sentence"] == "Effort is 50 of 100 this week; the class median is 90."


def weeks_on_watch(weeks: int) -> College:
    risk = only(low_performance=90, persistence=10)
    college = College(risk=risk, performance={"week_weights": [1]}, calendar={"grace_weeks": 0}).student("A")
    for week in range(1, weeks + 1):
        college.assignment(f"W{week}", due=week, of=100).handed_in("A", f"W{week}", marks=48)
    return college


def test_persistence_says_how_long_and_whether_anybody_made_contact() -> None:
    college = weeks_on_watch(4)
    reason = college.score(through=4).reason("A", 4, "persistence")
    assert reason["sentence"] == "Flagged 3 weeks in a row before this one; no contact logged yet."
    assert reason["value"] == 3
    contacted = college.contact("A", week=2).score(through=4)
    assert contacted.reason("A", 2, "persistence")["sentence"] == (
        "Flagged 1 week in a row before this one; no contact logged yet."
    )
    assert contacted.reason("A", 4, "persistence")["sentence"].endswith("last contact in week 2.")


def test_an_override_says_what_was_attended_and_which_rule_it_breaks() -> None:
    college = College().student("A").attendance("A", week=1, held=11, present=2)
    reason = college.score(through=1).flagged("A", 1)["reasons"][0]
    assert reason["sentence"] == "Attended 2 of 11 lectures this week; 18% over the semester, below the 75% rule."
    assert (reason["value"], reason["baseline"]) == (round(100 * 2 / 11, 2), 30)
    college = College().student("A").attendance("A", week=range(1, 7), held=10, present=10)
    college.attendance("A", week=(7, 9), held=10, present=3)
    reason = college.score(through=9).flagged("A", 9)["reasons"][0]
    assert reason["sentence"] == "Attended 3 of 10 lectures this week, after 30% the week before."


def test_one_point_is_said_in_the_singular() -> None:
    """An override may come with a score of about one: it is "1 point", not "1 points"."""
    college = College(risk=only(low_effort=1)).student("A B").attendance("A", week=1, held=100, present=29)
    flag = college.attendance("B", week=1, held=100, present=30).score(through=1).flagged("A", 1)
    assert flag["risk_score"] == 1
    assert flag["diagnosis"] == "Mainly effort (1 of 1 point)."
    college = College(risk=only(low_effort=1)).student("A B").attendance("A", week=1, held=1000, present=290)
    flag = college.attendance("B", week=1, held=1000, present=299).score(through=1).flagged("A", 1)
    assert flag["risk_score"] == 0.9
    assert flag["diagnosis"] == "Mainly effort (1 of 1 point)."


# strengths


def test_up_to_two_strengths_are_said_too() -> None:
    college = College(risk=only(attendance_requirement=1), calendar={"grace_weeks": 0}).student("A B")
    college.attendance("A B", week=range(1, 10), held=10, present=2).attendance("A", week=10, held=10, present=10)
    college.assignment("W V", due=10).handed_in("A", "W V", marks=9).visits("A", week=10, times=4)
    flag = college.score(through=10).flagged("A", 10)
    assert [one["code"] for one in flag["strengths"]] == ["attendance_rising", "all_work_in"]
    assert flag["strengths"][0]["sentence"] == "Attendance rose from an average of 20% to 100%."
    assert flag["strengths"][1]["sentence"] == "Has handed in all 2 pieces of work due in the last 3 teaching weeks."
