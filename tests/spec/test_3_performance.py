"""Section 3: academic performance A."""

from tests.spec.college import College, day, only


def marked(college: College, name: str, **marks: float) -> College:
    """Assignments w<week> of 100 marks."""
    for work, value in marks.items():
        college.assignment(work, due=int(work[1:]), of=100).handed_in(name, work, marks=value)
    return college


def test_three_teaching_weeks_are_weighed_40_30_30() -> None:
    college = marked(College().student("A"), "A", w1=50, w2=60, w3=90, w4=20)
    assert college.score(through=4).column("A", "academic_performance") == [
        50,
        round((40 * 60 + 30 * 50) / 70, 2),
        (40 * 90 + 30 * 60 + 30 * 50) / 100,
        (40 * 20 + 30 * 90 + 30 * 60) / 100,
    ]


def test_the_weights_are_renormalised_over_the_weeks_that_have_a_mark() -> None:
    college = marked(College().student("A"), "A", w1=50, w3=90)
    assert college.score(through=4).column("A", "academic_performance") == [
        50,
        50,
        round((40 * 90 + 30 * 50) / 70, 2),
        90,
    ]


def test_the_midterm_week_is_skipped() -> None:
    college = marked(College().student("A"), "A", w6=40, w7=50, w9=80)
    scored = college.score(through=9)
    assert scored.week("A", 9)["academic_performance"] == (40 * 80 + 30 * 50 + 30 * 40) / 100
    assert scored.week("A", 8)["academic_performance"] is None


def test_a_week_mark_is_the_mean_of_quiz_and_assignment_mean() -> None:
    college = marked(College().student("A"), "A", w1=60).quiz("P Q", week=1)
    college.took("A", "P", score=20).took("A", "Q", score=40).quiz("R", week=2).took("A", "R", score=90)
    week_1 = ((20 + 40) / 2 + 60) / 2
    assert college.score(through=2).column("A", "academic_performance") == [
        week_1,
        round((40 * 90 + 30 * week_1) / 70, 2),
    ]


def test_marks_that_come_late_count_from_then_on_in_the_week_the_work_was_due() -> None:
    college = marked(College().student("A B"), "A", w1=50, w2=60).handed_in("B", "w1", marks=30, on=day(2))
    college.handed_in("B", "w2", marks=90)
    assert college.score(through=2).column("B", "academic_performance") == [None, round((40 * 90 + 30 * 30) / 70, 2)]


def test_without_a_recent_mark_the_last_published_value_stays_and_is_stale() -> None:
    college = marked(College().student("A"), "A", w1=50, w2=61).attendance("A", week=1, held=4, present=4)
    scored = college.score(through=6)
    value = round((40 * 61 + 30 * 50) / 70, 2)
    assert scored.column("A", "academic_performance") == [50, value, (61 * 30 + 50 * 30) / 60, 61, 61, 61]
    assert scored.column("A", "performance_stale") == [False] * 4 + [True, True]


def test_the_value_that_stays_is_the_published_one_across_runs() -> None:
    college = marked(College().student("A"), "A", w1=100 / 3)
    published = college.score(through=3)
    college.tables["assignment_submissions"][0]["marks_obtained"] = 99
    row = college.score(through=4, since=4, after=published).week("A", 4)
    assert (row["academic_performance"], row["performance_stale"]) == (33.33, True)


def test_before_any_mark_it_is_the_endterm_mean_of_the_preceding_semester() -> None:
    college = marked(College().student("A B"), "A", w2=80)
    for exam, kind, semester in (("X", "endterm", 2), ("Y", "endterm", 2), ("M", "midterm", 2), ("Z", "endterm", 1)):
        college.exam(exam, kind=kind, semester=semester, week=18)
    college.result("A", "X", score=40).result("A", "Y", score=65, on=day(-2)).result("A", "M", score=99)
    college.result("A", "Z", score=1)
    scored = college.score(through=2)
    assert scored.column("A", "academic_performance") == [(40 + 65) / 2, 80]
    assert scored.column("A", "performance_stale") == [True, False]
    assert scored.column("B", "academic_performance") == [None, None]


def test_a_stale_value_is_no_value_for_baselines_or_drops() -> None:
    college = College(risk=only(performance_drop=1), performance={"week_weights": [1]}).student("A")
    college = marked(college, "A", w1=90, w2=80, w5=40)
    scored = college.score(through=6)
    assert scored.column("A", "performance_stale") == [False, False, True, True, False, True]
    assert scored.week("A", 5)["performance_baseline"] == (90 + 80) / 2  # of weeks 1 and 2
    assert scored.column("A", "performance_baseline")[5] == (80 + 40) / 2  # of weeks 2 and 5
    assert scored.column("A", "risk_score")[5] == 0  # though 40 is 20 below 60
