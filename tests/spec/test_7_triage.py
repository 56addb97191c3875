"""Section 7: from the score to a level, a list and a place in it."""

from tests.spec.college import College, Scored, only

NO_GRACE = {"grace_weeks": 0}


def by_score(**sections: object) -> College:
    """A college whose risk score is what ``scoring`` says."""
    return College(
        **{"risk": only(low_performance=1), "performance": {"week_weights": [1]}, "calendar": NO_GRACE} | sections
    )


def scoring(college: College, weeks: dict[int, float] | list[float], *names: str) -> College:
    """Work of each week marked so that the risk score is the one given: 100 * (60 - mark) / 40."""
    for week, score in weeks.items() if isinstance(weeks, dict) else enumerate(weeks, start=1):
        for name in names or ("A",):
            work = f"{name}{week}"
            college.assignment(work, due=week, of=100).handed_in(name, work, marks=60 - 0.4 * score)
    return college


def levels(scored: Scored, name: str, weeks: range) -> list[str | None]:
    return [(scored.flag(name, week) or {"risk_level": None})["risk_level"] for week in weeks]


def lists(scored: Scored, name: str, weeks: range) -> list[str | None]:
    return [(scored.flag(name, week) or {"list": None})["list"] for week in weeks]


# levels, grace, escalation


def test_levels_begin_at_25_40_and_60() -> None:
    college = scoring(by_score().student("A B"), [24.9, 0, 25, 0, 39.9, 0, 40])
    scored = scoring(college, [59.9, 0, 60], "B").score(through=7)
    assert levels(scored, "A", range(1, 8)) == [None, None, "watch", None, "watch", None, "high"]
    assert levels(scored, "B", range(1, 4)) == ["high", None, "critical"]


def test_in_the_grace_weeks_nobody_is_above_watch_and_the_flag_says_so() -> None:
    scored = scoring(by_score(calendar={}).student("A"), [90, 90, 90, 90]).score(through=4)
    assert levels(scored, "A", range(1, 5)) == ["watch", "watch", "watch", "critical"]
    assert [scored.flagged("A", week)["grace"] for week in range(1, 5)] == [True, True, True, False]


def test_after_three_flagged_weeks_without_a_contact_watch_rises_to_high_and_never_further() -> None:
    scored = scoring(by_score().student("A"), [25] * 7).score(through=7)
    assert levels(scored, "A", range(1, 8)) == ["watch"] * 3 + ["high"] * 4
    assert [scored.flagged("A", week)["escalation_level"] for week in range(1, 8)] == [0, 1, 2, 3, 4, 5, 6]
    assert {scored.flagged("A", week)["first_flagged_week"] for week in range(1, 8)} == {1}


def test_there_is_no_escalation_in_the_grace_weeks() -> None:
    scored = scoring(by_score(calendar={"grace_weeks": 4}).student("A"), [25] * 5).score(through=5)
    assert levels(scored, "A", range(4, 6)) == ["watch", "high"]


def test_a_contact_since_the_run_began_suppresses_the_rise_and_an_earlier_one_does_not() -> None:
    college = scoring(by_score().student("A B D E"), [0, 25, 25, 25, 25], "A", "B", "D", "E")
    scored = (
        college.contact("A", week=2).contact("B", week=4).contact("D", week=1).contact("E", week=5).score(through=5)
    )
    # E's contact answers the list of week 5, which was out before it.
    assert [levels(scored, name, range(5, 6)) for name in "ABDE"] == [["watch"], ["watch"], ["high"], ["high"]]


def test_a_week_without_a_flag_ends_the_run() -> None:
    scored = scoring(by_score().student("A"), [25, 25, 0, 25]).score(through=4)
    assert scored.flagged("A", 4)["escalation_level"] == 0
    assert scored.flagged("A", 4)["first_flagged_week"] == 4


def test_the_run_is_remembered_from_one_run_of_the_program_to_the_next() -> None:
    college = scoring(by_score().student("A"), [25] * 4)
    published = college.score(through=3)
    flag = college.score(through=4, since=4, after=published).flagged("A", 4)
    assert (flag["risk_level"], flag["escalation_level"], flag["first_flagged_week"]) == ("high", 3, 1)


# override


def test_a_week_of_30_percent_or_less_of_at_least_five_lectures_is_critical_even_in_grace() -> None:
    college = College().student("A B D E")
    for name, held, present in (("A", 10, 3), ("B", 5, 1), ("D", 100, 31), ("E", 4, 0)):
        college.attendance(name, week=1, held=held, present=present)
    scored = college.score(through=1)
    for name in "AB":
        flag = scored.flagged(name, 1)
        assert (flag["override"], flag["risk_level"], flag["list"], flag["grace"]) == (
            True,
            "critical",
            "contact",
            True,
        )
    assert [(scored.flag(name, 1) or {"override": False})["override"] for name in "DE"] == [False, False]


def test_above_75_percent_overall_it_takes_two_such_teaching_weeks_in_a_row() -> None:
    college = College().student("A").attendance("A", week=range(1, 7), held=10, present=10)
    college.attendance("A", week=(7, 9), held=10, present=3)  # 8 is the midterm
    scored = college.score(through=9)
    assert [scored.week("A", week)["overall_att_pct"] for week in (7, 9)] == [90, 82.5]
    assert scored.flag("A", 7) is None or not scored.flagged("A", 7)["override"]
    assert scored.flagged("A", 9)["override"]


# integrity


def test_plagiarism_above_50_percent_is_a_separate_conversation_for_three_teaching_weeks() -> None:
    college = by_score().student("A B").assignment("W", due=6).handed_in("A", "W", plagiarism=51)
    scored = college.handed_in("B", "W", plagiarism=50).score(through=10)
    assert lists(scored, "A", range(6, 11)) == ["integrity", "integrity", None, "integrity", None]
    assert scored.ranks(6) == {"A": None}
    assert [one["code"] for one in scored.flagged("A", 6)["reasons"]] == ["integrity"]


def test_with_a_level_the_flag_carries_integrity_and_without_one_the_run_ends() -> None:
    college = scoring(by_score().student("A"), [25, 0, 25]).handed_in("A", "V", plagiarism=90).assignment("V", due=1)
    scored = college.score(through=3)
    assert [scored.flagged("A", week)["integrity"] for week in (1, 2, 3)] == [True] * 3
    assert lists(scored, "A", range(1, 4)) == ["contact", "integrity", "contact"]
    assert scored.flagged("A", 3)["escalation_level"] == 0


# cannot tell


def without_attendance(college: College, name: str, weeks: tuple[int, ...]) -> College:
    """Another student, Z, does well and has attendance in weeks 1-4, the named one only in the others."""
    scoring(college.student("Z"), [0], "Z").attendance("Z", week=range(1, 5), held=5, present=5)
    return college.attendance(name, week=[one for one in range(1, 5) if one not in weeks], held=5, present=5)


def test_a_student_without_attendance_while_the_class_has_some_is_cannot_tell() -> None:
    college = scoring(without_attendance(by_score().student("A"), "A", (2,)), [0])
    flag = college.score(through=4).flagged("A", 2)
    assert (flag["list"], flag["risk_level"], flag["rank_in_class"]) == ("cannot_tell", None, None)
    assert [one["code"] for one in flag["missing"]] == ["attendance_missing"]


def test_cannot_tell_neither_breaks_nor_extends_a_run() -> None:
    college = scoring(without_attendance(by_score().student("A"), "A", (2,)), [25, 0, 25])
    scored = college.score(through=3)
    assert lists(scored, "A", range(1, 4)) == ["contact", "cannot_tell", "contact"]
    assert [scored.flagged("A", week)["escalation_level"] for week in (1, 2, 3)] == [0, 1, 1]
    assert scored.flagged("A", 3)["first_flagged_week"] == 1
    again = college.score(through=3, since=3, after=scored)
    assert again.flagged("A", 3)["escalation_level"] == 1


def test_with_a_level_the_flag_stands_and_says_what_is_missing() -> None:
    flag = scoring(without_attendance(by_score().student("A"), "A", (1,)), [50]).score(through=1).flagged("A", 1)
    assert (flag["list"], flag["risk_level"]) == ("contact", "high")
    assert [one["code"] for one in flag["missing"]] == ["attendance_missing"]


def test_integrity_goes_before_cannot_tell_and_says_what_is_missing_all_the_same() -> None:
    college = without_attendance(by_score().student("A"), "A", (1,)).assignment("W", due=1)
    flag = college.handed_in("A", "W", plagiarism=80).score(through=1).flagged("A", 1)
    assert flag["list"] == "integrity"
    assert [one["code"] for one in flag["missing"]] == ["attendance_missing"]


def test_having_handed_in_nothing_is_behaviour_and_not_missing_data() -> None:
    college = by_score().student("A B").assignment("W", due=1).handed_in("B", "W", marks=9)
    college.attendance("A B", week=1, held=5, present=5)
    flag = college.score(through=1).flagged("A", 1)
    assert (flag["risk_level"], flag["missing"]) == ("critical", [])


def test_who_is_known_to_have_joined_and_has_no_row_at_all_is_not_missing_data_either() -> None:
    college = by_score().student("A").student("B", joined=None).assignment("W", due=5)
    scored = college.score(through=5)
    assert lists(scored, "A", range(1, 6)) == [None] * 5
    assert lists(scored, "B", range(1, 6)) == [None, None, None, "cannot_tell", "cannot_tell"]


def test_no_attendance_for_a_whole_class_is_one_notice_and_nobody_is_cannot_tell() -> None:
    college = College().student("A B").attendance("A B", week=1, held=5, present=5)
    scored = college.score(through=2)
    assert scored.notices(2) == ["attendance_not_loaded"]
    assert scored.lists(2) == {}


def test_a_quarantined_source_is_cannot_tell_for_the_class_that_week() -> None:
    college = College().student("A B D E").attendance("A B D E", week=(1, 2), held=5, present=5)
    college.tables["attendance"][0]["present"] = 6  # A in week 1: one row of four
    scored = college.score(through=2)
    assert scored.lists(1) == dict.fromkeys("ABDE", "cannot_tell")
    assert [(one["code"], one["source"]) for one in scored.flagged("B", 1)["missing"]] == [
        ("source_quarantined", "attendance")
    ]
    assert scored.lists(2) == {}


# in progress


def test_a_contact_opens_a_window_of_two_teaching_weeks_after_its_own() -> None:
    college = scoring(by_score().student("A"), dict.fromkeys((5, 6, 7, 9, 10, 11), 30)).contact("A", week=7)
    scored = college.score(through=11)
    expected = ["contact"] * 3 + [None, "in_progress", "in_progress", "contact"]  # 8 is the midterm
    assert lists(scored, "A", range(5, 12)) == expected
    assert scored.flagged("A", 9)["rank_in_class"] is None
    assert scored.flagged("A", 11)["escalation_level"] == 5  # weeks in progress count for the run


def test_a_level_above_that_of_the_week_of_the_contact_ends_the_window() -> None:
    college = scoring(scoring(by_score().student("A B"), [30, 45, 30]), [45, 30, 45], "B")
    scored = college.contact("A", week=1).contact("B", week=1).score(through=3)
    assert [one == "in_progress" for one in lists(scored, "A", range(1, 4))] == [False, False, True]
    assert [one == "in_progress" for one in lists(scored, "B", range(1, 4))] == [False, True, True]


def test_an_override_is_seen_in_the_window_too() -> None:
    college = by_score().student("A").attendance("A", week=(1, 2), held=10, present=2).contact("A", week=1)
    assert lists(college.score(through=2), "A", range(1, 3)) == ["contact", "contact"]


def test_a_contact_in_a_week_without_a_flag_keeps_nobody_off_the_list() -> None:
    scored = scoring(by_score().student("A"), [0, 30]).contact("A", week=1).score(through=2)
    assert lists(scored, "A", range(2, 3)) == ["contact"]


# ranking and capacity


def test_urgency_is_the_score_and_five_points_for_each_week_flagged_before_up_to_four() -> None:
    scored = scoring(by_score().student("A"), [30] * 6).score(through=6)
    assert [scored.flagged("A", week)["urgency"] for week in range(1, 7)] == [
        30 + 5 * min(weeks_before, 4) for weeks_before in range(6)
    ]


def test_rank_is_by_urgency_and_the_first_fifth_of_the_roll_is_to_be_contacted() -> None:
    college = by_score().student("A B D E F G")
    for name, score in zip("ABDEFG", (30, 50, 40, 26, 0, 0), strict=True):
        scoring(college, [score], name)
    scored = college.score(through=1)
    assert scored.ranks(1) == {"B": 1, "D": 2, "A": 3, "E": 4}
    # six on the roll: ceil(6 / 5) = 2
    assert scored.lists(1) == {"B": "contact", "D": "contact", "A": "watching", "E": "watching"}


def test_ranking_is_by_the_exact_score_and_not_the_stored_one() -> None:
    college = by_score().student("A B")
    scoring(scoring(college, [30.01], "A"), [30.04], "B")
    scored = college.score(through=1)
    assert [scored.flagged(one, 1)["risk_score"] for one in "AB"] == [30, 30]
    assert scored.ranks(1) == {"B": 1, "A": 2}


def test_ties_go_to_the_lower_performance_null_first_and_then_to_the_student_id() -> None:
    college = College(risk=only(missed_assignments=1), calendar=NO_GRACE).student("A B D E Z").assignment("W", due=1)
    for name, marks in (("A", 9), ("B", 7), ("D", None), ("E", None), ("Z", 9)):
        college.handed_in(name, "W", marks=marks)
    scored = college.assignment("V", due=2).handed_in("Z", "V").score(through=2)
    assert {scored.flagged(one, 2)["urgency"] for one in "ABDE"} == {50}
    assert scored.ranks(2) == {"D": 1, "E": 2, "B": 3, "A": 4}


def test_an_advisors_capacity_is_over_all_their_classes() -> None:
    college = by_score().a_class("C").a_class("K")
    college.student("A B D", advisor_id="X").student("K1 K2 K3", class_id="K", advisor_id="X")
    college.student("E F", advisor_id="Y")
    for name, score in zip("ABDEF", (50, 45, 40, 30, 29), strict=True):
        scoring(college, [score], name)
    for name, score in (("K1", 60), ("K2", 44), ("K3", 0)):
        work = f"{name}1"
        college.assignment(work, due=1, of=100, class_id="K").handed_in(name, work, marks=60 - 0.4 * score)
    scored = college.score(through=1)
    assert scored.ranks(1) == {"A": 1, "B": 2, "D": 3, "E": 4, "F": 5, "K1": 1, "K2": 2}
    # X has six students, so 2 places: K1 and A; Y has two, so 1: E
    contacted = {name for name, one in scored.lists(1).items() if one == "contact"}
    assert contacted == {"K1", "A", "E"}


def test_overrides_and_students_in_progress_take_no_place() -> None:
    college = by_score().student("A B D E").contact("A", week=1)
    for name, score in zip("ABDE", (50, 40, 30, 0), strict=True):
        scoring(college, [score, score], name)
    college.attendance("E", week=2, held=10, present=0).attendance("A B D", week=2, held=10, present=10)
    scored = college.score(through=2)
    # four on the roll: one place, which is B's; E is overridden and A in progress
    assert scored.lists(2) == {"E": "contact", "A": "in_progress", "B": "contact", "D": "watching"}
    assert scored.ranks(2) == {"B": 1, "D": 2, "E": 3, "A": None}


def test_there_is_no_row_for_a_student_who_is_neither_flagged_nor_unclear_and_none_in_an_exam_week() -> None:
    college = scoring(scoring(by_score().student("A B"), [0], "B"), [30] * 8)
    scored = college.score(through=8)
    assert scored.flag("B", 1) is None
    assert scored.lists(8) == {}
