"""Section 1: the weekly signals, as known at each week."""

from tests.spec.college import College, Scored, day


def rates(scored: Scored, students: str, week: int) -> list[float | None]:
    return [scored.week(one, week)["assn_submit_rate"] for one in students]


def test_weekly_attendance_is_present_of_held_over_all_subjects() -> None:
    college = College().student("A")
    college.attendance("A", week=1, held=4, present=3).attendance("A", week=1, held=3, present=2, subject="P")
    assert college.score(through=1).week("A", 1)["weekly_att_pct"] == round(100 * (3 + 2) / (4 + 3), 2)


def test_a_null_present_is_held_minus_absent_and_with_no_absent_either_the_row_is_quarantined() -> None:
    college = College().student("A B D E F G")
    college.attendance("A", week=1, held=4, present=None, absent=1)
    college.attendance("B", week=1, held=4, present=None).attendance("D E F G", week=1, held=4, present=4)
    scored = college.score(through=1)
    assert [scored.week(one, 1)["weekly_att_pct"] for one in "AB"] == [75, None]
    assert scored.findings("attendance") == {("value_missing", 1): 1}


def test_where_no_lecture_was_held_weekly_attendance_is_null_and_overall_stays() -> None:
    college = College().student("A").attendance("A", week=1, held=4, present=3)
    college.attendance("A", week=2, held=0, present=0)
    scored = college.score(through=2)
    assert scored.column("A", "weekly_att_pct") == [75, None]
    assert scored.column("A", "overall_att_pct") == [75, 75]


def test_overall_attendance_is_over_the_teaching_weeks_so_far() -> None:
    college = College().student("A").attendance("A", week=range(1, 8), held=10, present=8)
    college.attendance("A", week=8, held=10, present=0)  # the midterm week
    college.attendance("A", week=9, held=10, present=0)
    scored = college.score(through=9)
    assert scored.column("A", "overall_att_pct") == [80] * 8 + [round(100 * 7 * 8 / (8 * 10), 2)]


def test_an_assignment_is_handed_in_by_its_status_or_by_having_marks() -> None:
    college = College().student("A B D E F G H").assignment("W", due=1)
    for name, status in (("A", "submitted"), ("B", "late"), ("D", "graded"), ("F", "pending"), ("G", "missing")):
        college.handed_in(name, "W", status=status)
    college.handed_in("E", "W", status="missing", marks=4)  # H has no row at all
    assert rates(college.score(through=1), "ABDEFGH", 1) == [1, 1, 1, 1, 0, 0, 0]


def test_a_quiz_is_handed_in_when_attempted() -> None:
    college = College().student("A B").quiz("P Q R", week=1)
    college.took("A", "P", score=70).took("A", "Q", score=90, attempted=False).took("B", "P Q R", score=60)
    scored = college.score(through=1)
    assert scored.week("A", 1)["quiz_attempt_rate"] == round(1 / 3, 4)
    assert scored.week("A", 1)["quiz_avg_pct"] == 70


def test_rates_are_null_where_nothing_is_due_or_loaded() -> None:
    college = College().student("A").assignment("V", due=2).quiz("Q", week=2)
    scored = college.score(through=2)
    for week in (1, 2):
        assert scored.week("A", week)["assn_submit_rate"] is None
        assert scored.week("A", week)["quiz_attempt_rate"] is None
    assert scored.notices(2) == ["assignments_not_loaded", "quizzes_not_loaded"]


def test_work_is_loaded_from_the_first_week_in_which_any_row_of_the_class_is_known() -> None:
    college = College().student("A B").assignment("W V", due=1)
    college.handed_in("A", "W").handed_in("A", "V", on=day(2))
    scored = college.score(through=2)
    assert rates(scored, "AB", 1) == [1, 0]  # of W alone
    # in week 2 both count: A has 2 of 2, B 0 of 2
    assert [scored.week(one, 2)["effort_score"] for one in "AB"] == [100, 0]


def test_work_handed_in_late_becomes_known_in_the_week_it_came() -> None:
    college = College().student("A B").assignment("W", due=1).handed_in("B", "W")
    college.handed_in("A", "W", status="late", marks=6, quality=80, plagiarism=10, on=day(3))
    scored = college.score(through=3)
    assert scored.column("A", "effort_score")[:2] == [0, 0]
    # quality 20, plagiarism 15, submission rate 10
    assert scored.week("A", 3)["effort_score"] == round((20 * 80 + 15 * 90 + 10 * 100) / 45, 2)
    assert scored.column("A", "academic_performance") == [None, None, 60]


def test_quality_is_the_mean_and_plagiarism_the_maximum_of_what_was_handed_in() -> None:
    college = College().student("A").assignment("W V U T", due=1)
    college.handed_in("A", "W", quality=80, plagiarism=10).handed_in("A", "V", quality=61, plagiarism=30)
    college.handed_in("A", "U").handed_in("A", "T", status="missing", quality=5, plagiarism=90)
    row = college.score(through=1).week("A", 1)
    assert (row["assn_quality_pct"], row["assn_plagiarism_pct"]) == ((80 + 61) / 2, 30)  # null is unknown, never 0


def test_marks_are_means_over_graded_assignments_and_attempted_quizzes() -> None:
    college = College().student("A").assignment("W", due=1, of=20).assignment("V", due=1, of=50).assignment("U", due=1)
    college.handed_in("A", "W", marks=9).handed_in("A", "V", marks=40).handed_in("A", "U")
    college.quiz("P Q", week=1).took("A", "P", score=50).took("A", "Q", score=65)
    row = college.score(through=1).week("A", 1)
    assert row["assn_avg_pct"] == (100 * 9 / 20 + 100 * 40 / 50) / 2
    assert row["quiz_avg_pct"] == (50 + 65) / 2


def test_a_missing_library_row_is_no_visit_if_the_class_has_any_row_that_week_else_unknown() -> None:
    college = (
        College().student("A B").visits("A", week=1, times=2).visits("A", week=1, times=1).visits("B", week=3, times=4)
    )
    scored = college.score(through=3)
    assert scored.column("A", "library_visits") == [2 + 1, None, 0]
    assert scored.column("B", "library_visits") == [0, None, 4]


def test_borrows_are_counted_once_the_class_has_borrowed_anything() -> None:
    college = College().student("A B").borrows("A", week=2, books=3)
    scored = college.score(through=3)
    assert scored.column("A", "book_borrows") == [None, 3, 0]
    assert scored.column("B", "book_borrows") == [None, 0, 0]


def test_the_midterm_is_the_mean_over_subjects_once_known() -> None:
    college = College().student("A B").exam("M N", week=8)
    college.result("A", "M", score=40).result("A", "N", score=61, on=day(10)).result("B", "M", score=None)
    scored = college.score(through=10)
    assert scored.column("A", "midterm_score_pct") == [None] * 7 + [40, 40, (40 + 61) / 2]
    assert scored.week("B", 10)["midterm_score_pct"] is None


def test_an_exam_week_carries_overall_attendance_the_requirement_and_the_midterm_only() -> None:
    college = College().student("A").attendance("A", week=range(1, 9), held=10, present=9).visits("A", week=8, times=3)
    college.borrows("A", week=8).assignment("W", due=8).handed_in("A", "W", marks=9, quality=90, plagiarism=0)
    college.quiz("Q", week=8).took("A", "Q", score=50).exam("M").result("A", "M", score=66)
    row = college.score(through=8).week("A", 8)
    carried = {"overall_att_pct", "risk_of_detention", "lectures_to_attend", "lectures_remaining", "midterm_score_pct"}
    key = {"student_id", "academic_year", "semester", "sem_week", "class_id"}
    assert {name for name, value in row.items() if value is not None} == carried | key
    assert (row["overall_att_pct"], row["midterm_score_pct"]) == (90, 66)


def test_work_due_in_an_exam_or_holiday_week_is_no_work() -> None:
    college = College(calendar={"holiday_weeks": [2]}).student("A").assignment("W", due=2).handed_in("A", "W", marks=5)
    scored = college.score(through=3)
    assert scored.column("A", "assn_submit_rate") == [None, None, None]
    assert scored.column("A", "academic_performance") == [None, None, None]
