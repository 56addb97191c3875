"""Section 5: baseline, deviation and the class shift."""

from statistics import stdev

from tests.spec.college import College, only


def attended(college: College, **percentages: list[int | None]) -> College:
    """Attendance in % of 100 lectures a week, from week 1; None is a week without a row."""
    for name, values in percentages.items():
        for week, value in enumerate(values, start=1):
            if value is not None:
                college.attendance(name, week=week, held=100, present=value)
    return college


def drops() -> College:
    """A college whose risk score is the attendance drop's signal: 2 * drop."""
    return College(risk=only(attendance_drop=100), calendar={"grace_weeks": 0})


def test_the_baseline_is_the_mean_of_the_four_teaching_weeks_before() -> None:
    scored = attended(College().student("A"), A=[0, 60, 70, 80, 90, 10]).score(through=6)
    assert scored.column("A", "attendance_baseline") == [
        None,
        None,
        (0 + 60) / 2,
        round((0 + 60 + 70) / 3, 2),
        (0 + 60 + 70 + 80) / 4,
        (60 + 70 + 80 + 90) / 4,
    ]


def test_weeks_without_a_value_are_left_out_and_two_values_are_the_least() -> None:
    values: list[int | None] = [100, None, None, 60, 50, None, 40]
    scored = attended(College().student("A B"), A=values, B=[50] * 7).score(through=7)
    assert scored.column("A", "attendance_baseline")[4] == (100 + 60) / 2
    assert scored.column("A", "attendance_baseline")[3] is None  # 100 alone
    assert scored.column("A", "attendance_baseline")[6] == (60 + 50) / 2


def test_the_baseline_is_of_published_values() -> None:
    college = College().student("A").attendance("A", week=(1, 2, 3), held=3, present=1)
    # 33.33 and 33.33, not 33.333...
    assert college.score(through=3).week("A", 3)["attendance_baseline"] == 33.33


def test_an_attendance_drop_is_meaningful_from_15_points() -> None:
    scored = attended(drops().student("A B"), A=[90, 90, 75], B=[90, 90, 76]).score(through=3)
    assert [scored.week(one, 3)["risk_score"] for one in "AB"] == [2 * 15, 0]


def test_an_attendance_drop_must_be_twice_the_own_standard_deviation() -> None:
    before = [100, 90, 80, 90]
    assert 16 < 2 * stdev(before) < 17
    scored = attended(drops().student("A B"), A=[*before, 74], B=[*before, 73]).score(through=5)
    assert [scored.week(one, 5)["risk_score"] for one in "AB"] == [0, 2 * 17]


def test_a_drop_of_effort_or_marks_is_meaningful_from_10_points_and_one_deviation() -> None:
    for signal in ("effort_drop", "performance_drop"):
        college = College(risk=only(**{signal: 100}), performance={"week_weights": [1]}, effort={"work_window": 1})
        college.student("A B D")
        for name, values in (("A", [80, 80, 70]), ("B", [80, 80, 71]), ("D", [90, 60, 60])):
            for week, value in enumerate(values, start=1):
                if name == "A":
                    college.assignment(f"W{week}", due=week, of=100)
                college.handed_in(name, f"W{week}", marks=value, quality=value)
        scores = [college.score(through=3).week(one, 3)["risk_score"] for one in "ABD"]
        # effort is (20 * quality + 10 * 100) / 30, so that its drops are two thirds; D's 15 is below s = 21.2
        assert scores == ([2 * 10, 0, 0] if signal == "performance_drop" else [0, 0, 0])


def test_the_class_shift_is_the_median_own_drop_and_no_students_alarm() -> None:
    values = {name: [90, 90, now] for name, now in zip("ABDEF", (40, 70, 70, 75, 90), strict=True)}
    scored = attended(drops().student("A B D E F"), **values).score(through=3)
    # own drops 50, 20, 20, 15, 0: the class fell 20
    assert scored.week("A", 3)["risk_score"] == 2 * (50 - 20)
    assert [scored.week(one, 3)["risk_score"] for one in "BDEF"] == [0, 0, 0, 0]
    assert scored.notices(3) == ["class_shift_attendance", "class_shift_effort"]


def test_own_drop_and_the_drop_beyond_the_class_must_both_be_meaningful() -> None:
    values = {name: [90, 90, now] for name, now in zip("ABDEF", (66, 65, 80, 80, 80), strict=True)}
    scored = attended(drops().student("A B D E F"), **values).score(through=3)
    # the class fell 10; A's 24 is 14 beyond it, B's 25 is 15
    assert [scored.week(one, 3)["risk_score"] for one in "AB"] == [0, 2 * 15]


def test_a_class_that_rose_shifts_nobody() -> None:
    values = {name: [50, 50, now] for name, now in zip("ABDEF", (30, 80, 80, 80, 80), strict=True)}
    scored = attended(drops().student("A B D E F"), **values).score(through=3)
    assert scored.week("A", 3)["risk_score"] == 2 * 20
    assert scored.notices(3) == []


def test_fewer_than_five_students_make_no_class_shift() -> None:
    values = {name: [90, 90, 60] for name in "ABDE"}
    scored = attended(drops().student("A B D E F"), **values, F=[90, None, 60]).score(through=3)
    # five in the class, but F has no baseline
    assert [scored.week(one, 3)["risk_score"] for one in "ABDE"] == [2 * 30] * 4
    assert scored.notices(3) == []


def test_a_shift_below_ten_is_no_notice() -> None:
    scored = attended(drops().student("A B D E F"), **{name: [90, 90, 81] for name in "ABDEF"}).score(through=3)
    assert scored.notices(3) == []


def test_effort_is_held_against_weeks_made_of_about_the_same_components() -> None:
    college = College().student("A B").visits("B", week=(1, 2, 3, 4), times=5)
    college.attendance("A B", week=(1, 2, 3, 4), held=10, present=5).having("book_borrows")
    college.tables["library_visits"] = [row for row in college.tables["library_visits"] if row["week"] > 1]
    scored = college.score(through=4)
    # without visits 10 of 55, so that there is no effort; with visits 35 of 55; in week 4 the class lacks borrowing: 35 of 35
    assert scored.column("B", "effort_coverage") == [round(10 / 55, 4), round(35 / 55, 4), round(35 / 55, 4), 1]
    assert scored.column("B", "effort_baseline") == [None, None, None, None]


def test_a_coverage_within_15_hundredths_is_near_enough() -> None:
    college = College().student("A B").attendance("A B", week=(1, 2, 3), held=10, present=5)
    college.visits("A B", week=(1, 2, 3), times=0).assignment("W", due=3).handed_in("A B", "W")
    scored = college.score(through=3)
    # 35 of 80, 35 of 80, then 45 of 80: 0.125 apart
    assert scored.column("A", "effort_coverage") == [0.4375, 0.4375, 0.5625]
    assert scored.week("A", 3)["effort_baseline"] == round((25 * 0 + 10 * 50) / 35, 2)
