"""Data that is wrong (college-schema.md): every rule is counted by table and week, and keeps its rows out of the scores."""

from datetime import timedelta
from functools import cache
from math import nan

import polars as pl
import pytest

from edumetrics.engine.tables.quality import FINDING_SCHEMA, RULES, merged
from tests.spec.college import FIRST_DAY, College, Scored, day, only

CAST = "A B D E F G H I J K"
A_YEAR = timedelta(days=364)


@cache
def dirty() -> Scored:
    """Ten students with good rows in weeks 1-6, and beside them rows that each break a rule."""
    college = College().student(CAST).student("N", class_id="nowhere")
    college.tables["classes"] = [row for row in college.tables["classes"] if row["class_id"] == "C"]
    college.attendance(CAST, week=range(1, 7), held=4, present=4).visits(CAST, week=range(1, 7), times=1)
    _wrong_attendance(college)
    _wrong_library(college)
    _wrong_borrows(college)
    _wrong_assignments(college)
    _wrong_quizzes(college)
    _wrong_exams(college)
    return college.score(through=6)


def _wrong_attendance(college: College) -> None:
    lectures = {"held": 4, "present": 4}
    college.attendance("X", week=1, **lectures).attendance("A", week=2, subject="P", class_id="ZZ", **lectures)
    college.attendance("B", week=3, **lectures).attendance("D", week=3, held=4, present=1)
    college.attendance("A", week=4, subject="P", held=4, present=5)
    college.attendance("A", week=4, subject="Q", held=4, present=4, absent=-1)
    college.attendance("B", week=4, subject="Q", held=-4, present=-4)
    college.attendance("A", week=5, subject="P", week_date=day(6), **lectures)
    college.attendance("A", week=5, subject="Q", held=4, present=None)
    college.attendance("A", week=19, **lectures).attendance("A", week=0, **lectures)


def _wrong_library(college: College) -> None:
    college.visits("X", week=1, times=1).visits("A", week=2, times=1, class_id="ZZ").visits("A", week=3, times=-1)
    college.visits("A", week=4, times=1, week_date=day(3)).visits("A", week=19, times=1).visits("B", week=5, times=None)


def _wrong_borrows(college: College) -> None:
    college.borrows(CAST, week=1).borrows("X", week=1).borrows("A", week=2, class_id="ZZ")
    college.borrows("A", week=3, borrow_date=day(4)).borrows("A", week=19, borrow_date=None)
    college.borrows("A B", week=4, borrow_id="twice").borrows("A A", week=5, borrow_id="same")


def _wrong_assignments(college: College) -> None:
    for week in range(1, 6):
        college.assignment(f"W{week}", due=week).handed_in("B D E F G H I J K", f"W{week}", marks=5)
    college.assignment("W6", due=6, of=0).assignment("W7", due=19).assignment("W8", due=1, of=-10)
    college.assignment("W9", due=1, class_id="ZZ")
    college.handed_in("X", "W1", marks=5).handed_in("A", "nothing").handed_in("A", "W1", quality=100.02)
    college.handed_in("A", "W2", marks=10.02).handed_in("A", "W3", plagiarism=nan).handed_in("A", "W4", marks=-1)
    college.handed_in("A", "W5", status="lost").handed_in("A", "W6", marks=0)
    college.handed_in("B", "W5", marks=6).handed_in("D", "W5", marks=5)


def _wrong_quizzes(college: College) -> None:
    for week in range(1, 4):
        college.quiz(f"Q{week}", week=week).took("B D E F G H I J K", f"Q{week}", score=50)
    college.took("A", "nothing", score=5).took("A", "Q1", score=100.02).took("A", "Q2", score=-0.02)
    college.took("B", "Q3", score=51)


def _wrong_exams(college: College) -> None:
    college.exam("M N", week=5).result("A", "M", score=120).result("A", "nothing", score=1)
    college.result("B", "N", score=50).result("B", "N", score=51).result("D", "N", score=60).result("D", "N", score=60)
    college.result("E", "N", score=70, marks_obtained=101)


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (
            "attendance",
            {
                ("unknown_student", 1): 1,
                ("unknown_class", 2): 1,
                ("identical_duplicate", 3): 1,
                ("differing_duplicate", 3): 2,
                ("present_over_held", 4): 1,
                ("negative_count", 4): 2,
                ("date_outside_week", 5): 1,
                ("value_missing", 5): 1,
                ("week_outside_calendar", 0): 1,
                ("week_outside_calendar", 19): 1,
            },
        ),
        (
            "library_visits",
            {
                ("unknown_student", 1): 1,
                ("unknown_class", 2): 1,
                ("negative_count", 3): 1,
                ("date_outside_week", 4): 1,
                ("value_missing", 5): 1,
                ("week_outside_calendar", 19): 1,
            },
        ),
        (
            "book_borrows",
            {
                ("unknown_student", 1): 1,
                ("unknown_class", 2): 1,
                ("date_outside_week", 3): 1,
                ("differing_duplicate", 4): 2,
                ("identical_duplicate", 5): 1,
                ("week_outside_calendar", 19): 1,
            },
        ),
        (
            "assignment_submissions",
            {
                ("unknown_student", 1): 1,
                ("undefined_assignment", None): 1,
                ("percentage_outside_0_100", 1): 1,
                ("marks_over_max", 2): 1,
                ("percentage_outside_0_100", 3): 1,
                ("negative_count", 4): 1,
                ("unknown_status", 5): 1,
                ("differing_duplicate", 5): 2,
                ("identical_duplicate", 5): 1,
                ("marks_on_zero_max", 6): 1,
            },
        ),
        (
            "assignment_definitions",
            {("week_outside_calendar", 19): 1, ("negative_count", 1): 1, ("unknown_class", 1): 1},
        ),
        (
            "quiz_submissions",
            {
                ("undefined_quiz", None): 1,
                ("percentage_outside_0_100", 1): 1,
                ("percentage_outside_0_100", 2): 1,
                ("differing_duplicate", 3): 2,
            },
        ),
        (
            "exam_results",
            {
                ("percentage_outside_0_100", 5): 1,
                ("undefined_exam", None): 1,
                ("differing_duplicate", 5): 2,
                ("identical_duplicate", 5): 1,
                ("marks_over_max", 5): 1,
            },
        ),
        ("students", {("student_in_no_class", None): 1}),
    ],
)
def test_every_rule_is_counted_by_table_and_week(table: str, expected: dict[tuple[str, int | None], int]) -> None:
    assert dirty().findings(table) == expected


@pytest.mark.parametrize(
    ("table", "rule", "examples"),
    [
        ("attendance", "differing_duplicate", ["D M 3", "D M 3"]),
        ("attendance", "present_over_held", ["A P 4"]),
        ("assignment_submissions", "undefined_assignment", ["nothing A"]),
        ("exam_results", "identical_duplicate", ["N D"]),
        ("book_borrows", "differing_duplicate", ["twice", "twice"]),
        ("students", "student_in_no_class", ["N"]),
    ],
)
def test_every_finding_has_the_keys_of_its_rows(table: str, rule: str, examples: list[str]) -> None:
    found = dirty().results.findings.filter(table=table, rule=rule)
    assert found["examples"].to_list() == [examples]


def test_marks_that_are_not_a_number_are_not_more_than_there_are() -> None:
    college = College().student("A").assignment("W", due=1).handed_in("A", "W", marks=nan)
    assert college.score(through=1).findings("assignment_submissions") == {("not_a_number", 1): 1}


def test_every_rule_is_listed_in_words() -> None:
    assert set(dirty().results.findings["rule"]) <= set(RULES)


def test_bad_rows_are_left_out_of_the_scores() -> None:
    a, b, d = (dirty().week(name, 3) for name in "ABD")
    assert (a["weekly_att_pct"], b["weekly_att_pct"], d["weekly_att_pct"]) == (100, 100, None)
    assert [dirty().week("A", week)["weekly_att_pct"] for week in range(1, 7)] == [100] * 6
    # A's own row of weeks 2-4 cannot be read, which is not the same as a missing one
    assert [dirty().week("A", week)["library_visits"] for week in range(1, 7)] == [1, None, None, None, 1, 1]
    assert dirty().week("E", 5)["quiz_avg_pct"] is None
    assert "N" not in dirty().results.metrics["student_id"]


def test_a_quarantined_hand_in_is_neither_handed_in_nor_missed() -> None:
    assert [dirty().week("A", week)["assn_submit_rate"] for week in range(1, 7)] == [None] * 6
    assert [dirty().week("B", week)["assn_submit_rate"] for week in range(1, 6)] == [1, 1, 1, 1, None]
    assert [dirty().week("A", week)["quiz_attempt_rate"] for week in (1, 2, 3)] == [None, None, 0]


def test_no_more_than_twenty_example_keys_are_kept() -> None:
    college = College().student("A").attendance("A", week=1, held=4, present=4)
    for number in range(25):
        college.attendance("X", week=1, held=4, present=4, subject=f"S{number}")
    found = college.score(through=1).results.findings
    assert found["rows"].to_list() == [25]
    assert found["examples"].list.len().to_list() == [20]


def test_the_example_keys_are_the_smallest_whatever_the_order_of_the_rows() -> None:
    for numbers in (range(25), reversed(range(25))):
        college = College().student("A").attendance("A", week=1, held=4, present=4)
        for number in numbers:
            college.attendance("X", week=1, held=4, present=4, subject=f"S{number:02}")
        found = college.score(through=1).results.findings
        assert found["examples"].to_list() == [[f"X S{number:02} 1" for number in range(20)]]


# findings of several shards


def finding(table: str, rule: str, week: int | None, *keys: str, rows: int | None = None) -> pl.DataFrame:
    row = (table, rule, week, len(keys) if rows is None else rows, list(keys))
    return pl.DataFrame([row], schema=FINDING_SCHEMA, orient="row")


def test_merged_findings_add_up_by_table_rule_and_week_and_keep_the_smallest_keys() -> None:
    shards = [
        pl.concat([finding("b", "r", 2, "d", "f", rows=9), finding("a", "r", None, "k")]),
        pl.concat([finding("b", "r", 2, "a", "e", "g", rows=30), finding("b", "r", 1, "z")]),
        pl.concat([finding("b", "q", 2, "y"), finding("a", "r", None, "k", "j")]),
    ]
    assert merged(shards, 3).rows() == [
        ("a", "r", None, 3, ["j", "k", "k"]),
        ("b", "q", 2, 1, ["y"]),
        ("b", "r", 1, 1, ["z"]),
        ("b", "r", 2, 39, ["a", "d", "e"]),
    ]


def test_merging_keeps_the_columns_and_types_of_findings() -> None:
    none = pl.DataFrame(schema=FINDING_SCHEMA)
    without_examples = finding("a", "r", 1, rows=4)
    for findings in ([], [none], [without_examples], [without_examples, finding("a", "r", 1, "k")]):
        assert merged(findings, 20).schema == FINDING_SCHEMA
    assert merged([without_examples], 20).rows() == [("a", "r", 1, 4, [])]
    assert merged([finding("a", "r", 1, "k")], 0).rows() == [("a", "r", 1, 1, [])]


def test_the_findings_of_a_colleges_classes_merge_into_those_of_the_college() -> None:
    """A ghost's rows count in the class that they name, so each shard has its own."""
    whole, shards = College(), [College(), College()]
    for number, shard in enumerate(shards):
        for college in (whole, shard):
            class_id = f"K{number}"
            college.a_class(class_id).student(f"A{number} B{number}", class_id=class_id)
            college.attendance(f"A{number} B{number}", week=(1, 2), held=4, present=4, class_id=class_id)
            college.attendance(f"A{number}", week=1, held=4, present=5, subject="P", class_id=class_id)
            for ghost in range(12 + number):
                college.attendance(f"X{ghost}", week=1, held=4, present=4, class_id=class_id, subject=f"Y{number}")
    findings = [shard.score(through=2).results.findings for shard in shards]
    assert merged(findings, 20).rows() == whole.score(through=2).results.findings.rows()
    assert whole.score(through=2).findings("attendance") == {("unknown_student", 1): 25, ("present_over_held", 1): 2}


# quarantined hand-ins and the risk score


def test_the_missed_share_is_of_the_work_that_can_be_read() -> None:
    """Two due, one unreadable, one not handed in: all that can be told is missed, as in the submission rate."""
    college = College(risk=only(missed_assignments=1)).student("A B D E F G").assignment("W V", due=1)
    college.handed_in("B D E F G", "W V").handed_in("A", "W", marks=99)
    row = college.score(through=1).week("A", 1)
    assert row["assn_submit_rate"] == 0
    assert row["risk_score"] == 100 * (1 - (1 - 0.5 * 1 / 1))


def test_an_unreadable_hand_in_does_not_end_a_run_of_missed_work() -> None:
    college = College(risk=only(missed_assignments=1)).student("A B D E F G")
    for week in (1, 2, 3):
        college.assignment(f"W{week}", due=week).handed_in("B D E F G", f"W{week}")
    college.handed_in("A", "W2", marks=99)
    scored = college.score(through=3)
    assert [scored.week("A", week)["risk_score"] for week in (1, 2, 3)] == [50, 50, 75]


# clipping


def test_a_value_over_its_bound_by_a_hundredth_is_clipped() -> None:
    college = College().student("A B").assignment("W", due=1).quiz("Q", week=1)
    college.handed_in("A", "W", marks=10.01, quality=100.01, plagiarism=-0.01).took("A", "Q", score=100.005)
    college.handed_in("B", "W", marks=10, quality=-0.01, plagiarism=100.01).took("B", "Q", score=-0.01)
    scored = college.score(through=1)
    columns = ("assn_avg_pct", "assn_quality_pct", "assn_plagiarism_pct", "quiz_avg_pct")
    assert [scored.week("A", 1)[name] for name in columns] == [100, 100, 0, 100]
    assert [scored.week("B", 1)[name] for name in columns] == [100, 0, 100, 0]
    assert scored.results.findings.is_empty()


def test_a_null_quality_or_plagiarism_is_unknown_and_never_0() -> None:
    college = College().student("A").assignment("W", due=1).handed_in("A", "W")
    row = college.score(through=1).week("A", 1)
    assert (row["assn_quality_pct"], row["assn_plagiarism_pct"]) == (None, None)
    assert row["effort_score"] == 100  # the submission rate alone


# the quarantine of a source


def test_more_than_a_fifth_of_bad_rows_quarantines_the_source_for_the_class_that_week() -> None:
    college = College().a_class("C").student("A B D E F").student("G H I J", class_id="K")
    college.attendance("A B D E F G H I J", week=1, held=4, present=4)
    for row in college.tables["attendance"]:
        if row["student_id"] in "AG":
            row["present"] = 5
    scored = college.score(through=1)
    # one of C's five is a fifth and no more; one of K's four is more
    assert scored.results.quarantined.rows() == [("K", 1, "attendance", 1, 4)]
    assert {name: one for name, one in scored.lists(1).items() if name != "A"} == dict.fromkeys("GHIJ", "cannot_tell")
    assert [one["code"] for one in scored.flagged("H", 1)["missing"]] == ["source_quarantined"]
    assert "source_quarantined" in scored.notices(1)


def test_each_source_is_quarantined_by_its_own_table() -> None:
    college = College().student("A B D").assignment("W", due=1).handed_in("A", "W", marks=99).handed_in("B D", "W")
    college.quiz("Q", week=2).took("A", "Q", score=101).took("B D", "Q", score=50)
    college.visits("A", week=3, times=-1).visits("B D", week=3, times=1)
    college.borrows("A", week=4, borrow_date=day(6)).borrows("B D", week=4)
    scored = college.score(through=4)
    assert scored.results.quarantined.sort("sem_week").rows() == [
        ("C", week, source, 1, 3)
        for week, source in enumerate(("assignments", "quizzes", "library", "borrowing"), start=1)
    ]
    assert scored.notices(1) == ["source_quarantined"]


def test_the_share_of_bad_rows_is_held_against_its_limit_within_the_tolerance() -> None:
    """29 of 100 are not more than 29 %, though 0.29 * 100 is 28.999999999999996 in floating point."""
    names = " ".join(f"S{number}" for number in range(100))
    college = College(quality={"quarantine_share": 0.29}).student(names).visits(names, week=1, times=1)
    for row in college.tables["library_visits"][:29]:
        row["physical_visits"] = -1
    assert college.score(through=1).results.quarantined.is_empty()


def test_rows_of_unknown_students_are_rows_of_the_class_that_they_name() -> None:
    college = College().student("A B D").attendance("A B D", week=1, held=4, present=4)
    college.attendance("X Y Z", week=1, held=4, present=4)
    assert college.score(through=1).results.quarantined.rows() == [("C", 1, "attendance", 3, 6)]


# nothing is dropped in silence


def test_a_row_that_names_no_class_is_counted_be_it_dated_or_not() -> None:
    for date in (day(1), None):
        college = College().student("A").attendance("A", week=1, held=4, present=4)
        college.attendance("A", week=1, held=4, present=0, subject="P", class_id=None, week_date=date)
        assert college.score(through=1).findings("attendance") == {("unknown_class", 1): 1}, date


def test_two_differing_rows_of_one_student_are_counted() -> None:
    college = College().a_class("C").a_class("K").student("A").student("A", class_id="K")
    found = college.attendance("A", week=1, held=4, present=4).score(through=1).findings("students")
    assert found == {("differing_duplicate", None): 2}


def test_two_differing_rows_of_one_exam_are_counted() -> None:
    college = College().student("A").exam("M", week=1, kind="midterm").exam("M", week=2, kind="endterm")
    assert ("differing_duplicate", 2) in {
        (rule, rows) for (rule, _), rows in college.score(through=1).findings("exam_schedule").items()
    }


def test_an_exam_in_a_week_outside_the_calendar_is_counted() -> None:
    college = College().student("A").exam("M", week=25).result("A", "M", score=50)
    assert ("week_outside_calendar", 25) in college.score(through=1).findings("exam_schedule")


def test_a_week_without_attendance_for_a_whole_class_is_in_the_report() -> None:
    college = College().student("A").attendance("A", week=(1, 3), held=4, present=4)
    found = college.score(through=3).findings("attendance")
    assert [week for (_, week) in found] == [2]


# whose rows, and of which year


def test_a_repeaters_rows_of_last_years_same_semester_do_not_count() -> None:
    """Last year A was in class K, which has gone on to semester 5."""
    college = College().a_class("C").a_class("K", semester=5).student("A B", joined=None)
    college.attendance("A B", week=1, held=4, present=4).visits("A B", week=1, times=1)
    for week in (1, 2):
        then = day(week) - A_YEAR
        college.attendance("A", week=week, held=9, present=0, subject="L", class_id="K", week_date=then)
        college.attendance("A", week=week, held=9, present=0, subject="U", class_id="K", week_date=None)
        college.visits("A", week=week, times=5, class_id="K", week_date=then)
        college.borrows("A", week=week, class_id="K", borrow_date=then)
    college.assignment("L1", due=1, class_id="K").handed_in("A", "L1", class_id="K", on=day(1) - A_YEAR)
    scored = college.score(through=2)
    assert set(scored.results.findings["rule"]) <= {"no_row_of_the_class"}
    row = scored.week("A", 1)
    assert (row["weekly_att_pct"], row["library_visits"], row["book_borrows"]) == (100, 1, None)
    assert row["assn_submit_rate"] is None
    assert scored.week("A", 2)["overall_att_pct"] == 100


def test_one_mistyped_date_does_not_move_the_class_first_day() -> None:
    college = College(calendar={"first_days": {}}).student("A B D", joined=None)
    college.attendance("A B D", week=(1, 2), held=4, present=4)
    college.attendance("A", week=1, held=4, present=0, subject="P", week_date=day(1) - timedelta(days=30))
    scored = college.score(through=2)
    assert scored.results.first_days.row(0) == ("C", FIRST_DAY)
    assert scored.findings("attendance") == {("date_outside_week", 1): 1}
    assert scored.week("A", 1)["weekly_att_pct"] == 100


def test_rows_of_an_unknown_class_are_reported_in_the_semester_that_they_name() -> None:
    """An earlier semester's are dated outside every week of this one, and its sources are not worse for them."""
    college = College().student("A B D").attendance("A B D", week=1, held=4, present=4)
    college.attendance("A B D", week=1, held=4, present=4, subject="P", class_id="ZZ", semester=1)
    college.visits("A B D", week=1, times=1, class_id="ZZ", semester=1, week_date=day(1) - A_YEAR)
    scored = college.score(through=1)
    assert scored.findings("attendance") == {}
    assert scored.findings("library_visits") == {}
    assert scored.results.quarantined.is_empty()


def test_a_week_whose_every_attendance_row_is_bad_is_not_also_counted_as_not_loaded() -> None:
    college = College().student(CAST).attendance(CAST, week=1, held=4, present=4)
    scored = college.attendance(CAST, week=2, held=4, present=5).score(through=3)
    assert scored.findings("attendance") == {("present_over_held", 2): 10, ("no_row_of_the_class", 3): 1}


def test_undefined_work_from_before_the_semester_is_not_reported_again() -> None:
    college = College().student(CAST).attendance(CAST, week=range(1, 3), held=4, present=4)
    college.assignment("W1", due=1).handed_in("A", "nothing", on=day(-10)).handed_in(
        "B", "nothing", on=day(1)
    ).handed_in("D", "nothing")
    found = college.score(through=2).results.findings.filter(rule="undefined_assignment")
    assert found["examples"].to_list() == [["nothing B", "nothing D"]]
