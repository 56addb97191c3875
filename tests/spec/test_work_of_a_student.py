"""The work of each student, piece by piece: the conventions of scoring.md, as the table student_work keeps them."""

import json

import polars as pl

from edumetrics.engine.metrics.student_work import as_known_at
from tests.spec.college import FIRST_DAY, SEMESTER, YEAR, College, Scored, day


def lists(scored: Scored, student: str) -> dict[str, object]:
    """The row of student_work as it is stored, its lists read."""
    row = scored.results.student_work.row(by_predicate=pl.col("student_id") == student, named=True)
    return row | {name: json.loads(row[name]) for name in ("handed_in", "missed", "unknown")}


def test_each_piece_is_in_time_late_or_missed_as_known_at_the_published_week() -> None:
    college = College().student("A B").assignment("U V W", due=2).handed_in("B", "U V W")
    college.handed_in("A", "U", on=day(2, 7)).handed_in("A", "V", status="late", on=day(3))
    assert college.score(through=2).states("A") == {"U": "handed_in", "V": "missed", "W": "missed"}
    assert college.score(through=3).states("A") == {"U": "handed_in", "V": "late", "W": "missed"}
    assert [college.score(through=3).work("A")[one]["known_week"] for one in "UVW"] == [2, 3, None]


def test_a_row_that_says_missing_is_not_handed_in_and_a_quiz_is_when_attempted() -> None:
    college = College().student("A").assignment("W", due=1).not_handed_in("A", "W")
    college.quiz("P Q", week=1).took("A", "P", score=0).took("A", "Q", score=50, attempted=False)
    scored = college.score(through=1)
    assert scored.states("A") == {"W": "missed", "P": "handed_in", "Q": "missed"}
    assert [scored.work("A")[one]["mark_pct"] for one in "PQ"] == [0, None]


def test_work_of_which_no_row_of_the_class_is_known_is_not_loaded_and_nobody_missed_it() -> None:
    college = College().student("A B").assignment("V W", due=1).handed_in("B", "W", on=day(2))
    first, second = college.score(through=1), college.score(through=2)
    assert first.states("A") == first.states("B") == {"V": "not_loaded", "W": "not_loaded"}
    assert second.states("A") == {"V": "not_loaded", "W": "missed"}
    assert second.states("B") == {"V": "not_loaded", "W": "late"}
    assert first.results.class_work["loaded_week"].to_list() == [None, None]
    assert second.results.class_work["loaded_week"].to_list() == [None, 2]


def test_work_due_later_is_not_due_unless_it_came_early() -> None:
    college = College().student("A B").assignment("V W", due=3).handed_in("A", "W", marks=9, on=day(1))
    early = college.score(through=1)
    assert early.states("A") == {"V": "not_due", "W": "handed_in"}
    assert early.states("B") == {"V": "not_due", "W": "not_due"}
    assert early.work("A")["W"]["mark_pct"] == 90
    assert early.results.class_work["loaded_week"].to_list() == [None, None]  # nobody has missed it yet
    assert college.score(through=3).states("B") == {"V": "not_loaded", "W": "missed"}


def test_what_came_before_the_semester_is_known_from_week_1() -> None:
    college = College().student("A").assignment("W", due=2).handed_in("A", "W", on=day(-3))
    assert college.score(through=1).work("A")["W"]["known_week"] == 1


def test_work_due_before_a_student_joined_is_not_due_for_that_student_even_if_handed_in() -> None:
    college = College().student("A").student("B", joined=day(3)).assignment("U", due=2).assignment("W", due=3)
    college.handed_in("A", "U W").handed_in("B", "U")
    scored = college.score(through=3)
    assert scored.states("B") == {"U": "not_due", "W": "missed"}
    assert lists(scored, "B")["first_week"] == 3


def test_the_work_of_a_student_who_left_stays_as_known_in_the_last_week_on_the_roll() -> None:
    college = College().student("A").student("B", left_on=day(3)).assignment("T U", due=2).assignment("W", due=3)
    college.handed_in("A", "T U W").handed_in("B", "U W", on=day(3))
    scored = college.score(through=4)
    assert [row["sem_week"] for row in scored.weeks_of("B")] == [1, 2]
    assert lists(scored, "B")["sem_week"] == 2
    assert scored.states("B") == {"T": "missed", "U": "missed", "W": "not_due"}


def test_who_is_not_on_the_roll_by_the_published_week_has_no_row() -> None:
    college = College().student("A").student("B", joined=day(3)).student("D", left_on=FIRST_DAY).assignment("W", due=1)
    college.handed_in("A", "W")
    assert college.score(through=2).results.student_work["student_id"].to_list() == ["A"]


def test_without_any_work_there_is_a_row_of_empty_lists() -> None:
    row = lists(College().student("A").attendance("A", week=1, held=4, present=4).score(through=1), "A")
    assert row == {
        "student_id": "A",
        "academic_year": YEAR,
        "semester": SEMESTER,
        "sem_week": 1,
        "class_id": "C",
        "first_week": 1,
        "handed_in": [],
        "missed": [],
        "unknown": [],
    }


def test_marks_are_of_the_maximum_and_percentages_have_two_decimals() -> None:
    college = College().student("A").assignment("U", due=1, of=30).assignment("V W", due=1).quiz("Q", week=1)
    college.handed_in("A", "U", marks=10, quality=66.666, plagiarism=12.345).handed_in("A", "V", quality=80)
    college.handed_in("A", "W", marks=0).took("A", "Q", score=70.005)
    assert lists(college.score(through=1), "A")["handed_in"] == [
        [1, 1, 33.33, 66.67, 12.35],
        [2, 1, None, 80, None],
        [3, 1, 0, None, None],
        [4, 1, 70.01],
    ]


def test_a_row_that_breaks_a_rule_is_unknown_from_the_week_it_came_and_never_missed() -> None:
    college = College().student("A B D E F G").assignment("V W", due=1, of=10)
    college.handed_in("B D E F G", "V W").handed_in("A", "V", marks=640).handed_in("A", "W", quality=140, on=day(2))
    first, second = college.score(through=1), college.score(through=2)
    assert first.states("A") == {"V": "unknown", "W": "missed"}
    assert second.states("A") == {"V": "unknown", "W": "unknown"}
    assert lists(second, "A")["unknown"] == [[1, 1], [2, 2]]
    assert second.work("A")["V"]["mark_pct"] is None
    assert set(second.states("B").values()) == {"handed_in"}


def test_work_is_numbered_by_class_in_the_order_of_the_weeks_it_is_due() -> None:
    college = College().student("A").student("B", class_id="D")
    college.assignment("Z", due=1, title="First", subject_id="M").quiz("Q", week=2).assignment("W", due=3, of=None)
    college.assignment("Y", due=2, class_id="D")
    columns = ["class_id", "work_no", "kind", "work_id", "subject_id", "title", "due_week", "max_marks"]
    assert college.score(through=1).results.class_work.select(columns).rows() == [
        ("C", 1, "assignment", "Z", "M", "First", 1, 10),
        ("C", 2, "quiz", "Q", None, None, 2, 10),
        ("C", 3, "assignment", "W", None, None, 3, None),
        ("D", 1, "assignment", "Y", None, None, 2, 10),
    ]


def test_work_of_exam_and_holiday_weeks_of_wrong_weeks_and_without_an_id_is_no_work() -> None:
    college = College(calendar={"holiday_weeks": [2]}).student("A").assignment("H", due=2).assignment("E", due=8)
    college.assignment("X", due=99).assignment("W", due=1).handed_in("A", "H E X W")
    college.row("assignment_definitions", assignment_id=None, class_id="C", semester=SEMESTER, due_week=1)
    scored = college.score(through=9)
    assert scored.states("A") == {"W": "handed_in"}
    assert scored.results.class_work["work_id"].to_list() == ["W"]


def test_a_mark_that_is_no_number_is_no_mark() -> None:
    endless = float("inf")
    college = College().student("A").assignment("W", due=1, of=endless).handed_in("A", "W", marks=endless)
    scored = college.score(through=1)
    assert (scored.work("A")["W"]["mark_pct"], scored.work("A")["W"]["max_marks"]) == (None, None)


def test_rolled_back_to_an_earlier_week_the_work_is_what_it_was_then() -> None:
    college = College().student("A B D E F G").student("L", joined=day(3)).student("M", left_on=day(4))
    college.assignment("S T", due=1).assignment("U V", due=2).quiz("Q", week=3).assignment("W", due=4)
    college.handed_in("B D E F G", "S U V W", marks=7, quality=70.5, plagiarism=3).took("B D E F G", "Q", score=55)
    college.handed_in("A", "S", on=day(3)).handed_in("A", "U", quality=140, on=day(4)).handed_in("A", "W", on=day(2))
    college.handed_in("M", "S", on=day(2)).handed_in("A", "T", on=day(4)).handed_in("L", "W", quality=-7, on=day(3))
    late = college.score(through=5).results
    for week in range(1, 6):
        early = college.score(through=week).results
        assert as_known_at(late.class_work, late.student_work, week).rows() == early.student_work.rows()
