"""Section 4: the attendance requirement of 75 %."""

import pytest

from tests.spec.college import College, Scored, only

SIX_WEEKS = {"weeks": 6, "midterm_weeks": [], "endterm_weeks": []}


def attending(attended: dict[str, int], *, weeks: int, held: int = 10, **sections: object) -> College:
    """Students who attended so many lectures in all, in a semester of six teaching weeks with ``held`` lectures each."""
    college = College(calendar=SIX_WEEKS, **sections).student(" ".join(attended))
    for name, total in attended.items():
        for week in range(1, weeks + 1):
            college.attendance(name, week=week, held=held, present=min(held, max(0, total - held * (week - 1))))
    return college


@pytest.fixture(scope="module")
def after_five_of_six_weeks() -> Scored:
    """50 lectures held, 10 to come: 0.75 * 60 = 45 must be attended."""
    attended = {"A": 46, "B": 45, "D": 44, "E": 40, "F": 38, "G": 37, "H": 35, "I": 34}
    return attending(attended, weeks=5).score(through=5)


@pytest.mark.parametrize(
    ("name", "attended", "risk"),
    [
        ("A", 46, 0),
        ("B", 45, 0),
        ("D", 44, 80 * 0.1),
        ("E", 40, 80 * 0.5),
        ("F", 38, 40 + 80 * (0.7 - 0.5)),
        ("G", 37, 60 + 120 * (0.8 - 0.75)),
        ("H", 35, 60 + 120 * (1 - 0.75)),
        ("I", 34, 100),
    ],
)
def test_the_risk_of_detention_follows_the_share_of_the_remaining_lectures_needed(
    after_five_of_six_weeks: Scored, name: str, attended: int, risk: float
) -> None:
    row = after_five_of_six_weeks.week(name, 5)
    assert row["lectures_remaining"] == 10
    assert row["lectures_to_attend"] == max(45 - attended, 0)
    assert row["risk_of_detention"] == round(risk, 2)


def test_lectures_to_attend_are_rounded_up() -> None:
    row = attending({"A": 12}, weeks=5, held=3).score(through=5).week("A", 5)
    # 0.75 * (15 + 3) - 12 = 1.5
    assert (row["lectures_to_attend"], row["lectures_remaining"]) == (2, 3)


def test_attending_exactly_that_many_reaches_75_percent_and_one_less_does_not() -> None:
    for more, risk in ((7, 0), (6, 100)):
        college = attending({"A": 38}, weeks=5).attendance("A", week=6, held=10, present=more)
        scored = college.score(through=6)
        assert scored.week("A", 5)["lectures_to_attend"] == 7
        assert scored.week("A", 6)["risk_of_detention"] == risk


def test_remaining_lectures_are_the_classes_mean_times_the_teaching_weeks_left_rounded_half_up() -> None:
    college = College().student("A B D")
    college.attendance("A", week=range(1, 17), held=2, present=2).attendance("B", week=range(1, 17), held=3, present=3)
    college.attendance("D", week=range(1, 17), held=0, present=0)  # no lecture held: no part of the mean
    scored = college.score(through=16)
    assert scored.week("A", 16)["lectures_remaining"] == 3  # 2.5 * 1
    assert scored.week("A", 15)["lectures_remaining"] == 5  # 2.5 * 2
    assert scored.week("A", 7)["lectures_remaining"] == 23  # 2.5 * 9 = 22.5: weeks 9 to 17


def test_all_of_it_is_null_while_the_student_has_no_lecture_held() -> None:
    college = College(risk=only(attendance_requirement=1)).student("A B").attendance("A", week=1, held=5, present=5)
    row = college.attendance("B", week=1, held=0, present=0).score(through=1).week("B", 1)
    assert [row[name] for name in ("risk_of_detention", "lectures_to_attend", "lectures_remaining")] == [None] * 3
    assert row["risk_score"] == 0


def test_from_the_last_teaching_week_on_only_the_rule_counts() -> None:
    college = College().student("A B").attendance("A", week=range(1, 18), held=4, present=3)
    college.attendance("B", week=range(1, 17), held=4, present=3).attendance("B", week=17, held=4, present=2)
    scored = college.score(through=18)
    for week in (17, 18):
        # A has exactly 75 %; B lacks 0.75 * 64 - 47 = 1
        assert [scored.week(one, week)["risk_of_detention"] for one in "AB"] == [0, 100]
        assert [scored.week(one, week)["lectures_to_attend"] for one in "AB"] == [0, 1]
        assert scored.week("A", week)["lectures_remaining"] == 0


def test_a_college_may_ask_for_another_share() -> None:
    scored = attending({"A": 38}, weeks=5, attendance={"required_pct": 60}).score(through=5)
    assert scored.week("A", 5)["lectures_to_attend"] == 0  # 0.6 * 60 = 36
