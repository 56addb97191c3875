"""Section 2: the effort score E."""

from tests.spec.college import College, day

WEIGHTS = {"visits": 25, "borrows": 20, "quality": 20, "plagiarism": 15, "attendance": 10, "submission": 10}


def test_effort_is_the_weighted_mean_of_six_components() -> None:
    college = College().student("A").visits("A", week=1, times=4).borrows("A", week=1)
    college.assignment("W V", due=1).handed_in("A", "W", quality=80, plagiarism=10)
    college.not_handed_in("A", "V").attendance("A", week=1, held=10, present=7)
    row = college.score(through=1).week("A", 1)
    total = 25 * (100 * 4 / 5) + 20 * (100 * 1 / 2) + 20 * 80 + 15 * (100 - 10) + 10 * 70 + 10 * (100 * 1 / 2)
    assert (row["effort_score"], row["effort_coverage"]) == (round(total / 100, 2), 1)


def test_five_visits_and_two_books_a_week_are_full() -> None:
    college = College().student("A B").visits("A", week=1, times=9).borrows("A", week=1, books=3)
    college.visits("B", week=1, times=5).borrows("B", week=1, books=2)
    scored = college.score(through=1)
    assert [scored.week(one, 1)["effort_score"] for one in "AB"] == [100, 100]


def test_weights_are_renormalised_over_the_components_that_are_there() -> None:
    college = College().student("A").visits("A", week=1, times=1).attendance("A", week=1, held=10, present=9)
    row = college.score(through=1).week("A", 1)
    assert row["effort_score"] == round((25 * 20 + 10 * 90) / (25 + 10), 2)
    assert row["effort_coverage"] == 1  # the class has no other source


def test_coverage_is_the_weight_there_of_the_weight_of_the_sources_the_class_has() -> None:
    college = College().student("A B").visits("B", week=1, times=5).attendance("A B", week=1, held=10, present=9)
    college.assignment("W", due=1).handed_in("A B", "W", quality=70).having("book_borrows")
    row = college.score(through=1).week("A", 1)
    # visits 0 of 5, quality, attendance, submission rate; borrows and plagiarism are null, though the class has them
    assert row["effort_score"] == round((25 * 0 + 20 * 70 + 10 * 90 + 10 * 100) / (25 + 20 + 10 + 10), 2)
    assert row["effort_coverage"] == (25 + 20 + 10 + 10) / 100


def test_there_is_no_effort_below_a_coverage_of_a_fifth_nor_without_any_component() -> None:
    college = College().student("A B").attendance("A", week=1, held=10, present=9)
    college.having("library_visits", "book_borrows")
    scored = college.score(through=1)
    # 10 of 25 + 20 + 10
    assert scored.week("A", 1)["effort_coverage"] == round(10 / 55, 4)
    assert scored.week("A", 1)["effort_score"] is None
    assert (scored.week("B", 1)["effort_coverage"], scored.week("B", 1)["effort_score"]) == (0, None)


def test_after_the_grace_period_a_source_without_a_row_is_one_the_class_lacks() -> None:
    college = College().student("A").attendance("A", week=range(1, 5), held=10, present=9)
    college.having("library_visits", "book_borrows")
    assert college.score(through=4).column("A", "effort_coverage") == [round(10 / 55, 4)] * 3 + [1]


def test_plagiarism_that_the_policy_declares_absent_is_not_asked_for() -> None:
    college = College(sources={"absent": ["plagiarism"]}).student("A").assignment("W", due=1)
    row = college.handed_in("A", "W", quality=70, plagiarism=99).score(through=1).week("A", 1)
    assert row["effort_score"] == round((20 * 70 + 10 * 100) / 30, 2)
    assert (row["effort_coverage"], row["assn_plagiarism_pct"]) == (1, None)


def test_work_counts_item_by_item_over_three_teaching_weeks_and_the_rest_by_the_week() -> None:
    college = (
        College().student("A").assignment("U", due=6).assignment("V", due=7).assignment("W X", due=9).quiz("Q", week=10)
    )
    college.handed_in("A", "U", quality=10, plagiarism=100).handed_in("A", "V", quality=90, plagiarism=40)
    college.handed_in("A", "W", quality=60, plagiarism=0).not_handed_in("A", "X").took("A", "Q", attempted=False)
    college.visits("A", week=10, times=5)
    row = college.score(through=10).week("A", 10)
    # weeks 7, 9 and 10 (8 is the midterm): quality of V and W, the worst plagiarism is V's, 2 of 4 handed in
    assert row["effort_score"] == round(
        (25 * 100 + 20 * (90 + 60) / 2 + 15 * (100 - 40) + 10 * (100 * 2 / 4)) / (25 + 20 + 15 + 10), 2
    )


def test_what_was_handed_in_late_moves_effort_in_the_week_it_came() -> None:
    college = College().student("A B").assignment("W", due=1).handed_in("B", "W").handed_in("A", "W", on=day(3))
    assert college.score(through=4).column("A", "effort_score") == [0, 0, 100, None]


def test_the_default_weights_are_a_hundred() -> None:
    assert College().policy.effort.weights.model_dump() == dict(
        zip(
            ("library_visits", "book_borrows", "assignment_quality", "plagiarism", "attendance", "submission_rate"),
            WEIGHTS.values(),
            strict=True,
        )
    )
    assert sum(WEIGHTS.values()) == 100
