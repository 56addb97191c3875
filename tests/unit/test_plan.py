"""What is to be done: behind, same, ahead, and from one semester into the next."""

import polars as pl

from edumetrics.engine.tables.roster import TERM_SCHEMA
from edumetrics.runs.plan import STATE_SCHEMA, Plan, describe, plan_catch_up, plan_recompute

Row = tuple[str, int, int, int, int]

CLASS_SCHEMA = {name: TERM_SCHEMA[name] for name in ("class_id", "academic_year", "semester")}


def classes(*rows: tuple[str, int, int]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=CLASS_SCHEMA, orient="row")


def published(*rows: tuple[str, int, int, int]) -> pl.DataFrame:
    """class_id, academic_year, semester, sem_week of what is published."""
    return pl.DataFrame([(*row, "policy", None, "") for row in rows], schema=STATE_SCHEMA, orient="row")


def due_again(row: tuple[str, int, int, int], due_from: int) -> pl.DataFrame:
    """A published class that an interrupted run was to score anew from a week on."""
    return pl.DataFrame([(*row, "old", due_from, "new")], schema=STATE_SCHEMA, orient="row")


def passes(plan: Plan) -> list[list[Row]]:
    return [one.rows() for one in plan.passes]


NOW = classes(("C", 2026, 3))


def test_a_class_never_published_begins_with_week_1_of_its_semester() -> None:
    plan = plan_catch_up(NOW, 5, published(), 18)
    assert passes(plan) == [[("C", 2026, 3, 1, 5)]]
    assert plan.roll_back.is_empty()
    assert plan.passes[0].schema == TERM_SCHEMA


def test_a_class_that_is_behind_gets_every_missing_week() -> None:
    assert passes(plan_catch_up(NOW, 5, published(("C", 2026, 3, 2)), 18)) == [[("C", 2026, 3, 3, 5)]]


def test_at_the_same_week_there_is_nothing_to_do() -> None:
    plan = plan_catch_up(NOW, 5, published(("C", 2026, 3, 5)), 18)
    assert plan.is_empty
    assert plan.student_weeks == []


def test_a_class_that_is_ahead_is_rolled_back() -> None:
    plan = plan_catch_up(NOW, 5, published(("C", 2026, 3, 9)), 18)
    assert passes(plan) == []
    assert plan.roll_back.select("class_id", "academic_year", "semester", "through_week").rows() == [("C", 2026, 3, 5)]
    assert not plan.is_empty


def test_a_class_that_is_ahead_by_a_semester_or_a_year_is_rolled_back() -> None:
    for state in (("C", 2026, 4, 1), ("C", 2027, 3, 1)):
        plan = plan_catch_up(NOW, 5, published(state), 18)
        assert (passes(plan), plan.roll_back["through_week"].to_list()) == ([], [5])


def test_before_the_first_week_there_is_nothing_to_do_whatever_is_published() -> None:
    for state in (published(), published(("C", 2026, 3, 9)), published(("C", 2025, 2, 4))):
        assert plan_catch_up(NOW, 0, state, 18).is_empty
        assert plan_recompute(NOW, 0, 1, state, 18).is_empty


def test_each_class_is_planned_by_itself() -> None:
    now = classes(("C", 2026, 3), ("D", 2026, 3), ("E", 2026, 3), ("F", 2026, 5))
    plan = plan_catch_up(now, 5, published(("C", 2026, 3, 5), ("D", 2026, 3, 4), ("E", 2026, 3, 6)), 18)
    assert passes(plan) == [[("D", 2026, 3, 5, 5), ("F", 2026, 5, 1, 5)]]
    assert plan.roll_back["class_id"].to_list() == ["E"]


def test_the_old_semester_is_finished_before_the_new_one_begins() -> None:
    plan = plan_catch_up(classes(("C", 2026, 4)), 2, published(("C", 2026, 3, 16)), 18)
    assert passes(plan) == [[("C", 2026, 3, 17, 18)], [("C", 2026, 4, 1, 2)]]


def test_a_finished_semester_is_not_scored_again() -> None:
    plan = plan_catch_up(classes(("C", 2026, 4)), 2, published(("C", 2026, 3, 18)), 18)
    assert passes(plan) == [[("C", 2026, 4, 1, 2)]]


def test_semesters_between_are_scored_whole_in_their_own_years() -> None:
    plan = plan_catch_up(classes(("C", 2026, 5)), 3, published(("C", 2025, 3, 17)), 18)
    assert passes(plan) == [[("C", 2025, 3, 18, 18)], [("C", 2025, 4, 1, 18)], [("C", 2026, 5, 1, 3)]]


def test_a_class_id_that_now_names_another_cohort_has_no_semesters_between() -> None:
    plan = plan_catch_up(NOW, 3, published(("C", 2025, 3, 17)), 18)
    assert passes(plan) == [[("C", 2025, 3, 18, 18)], [("C", 2026, 3, 1, 3)]]


def test_each_pass_has_a_class_once_and_each_class_its_terms_in_order() -> None:
    now = classes(("C", 2026, 5), ("D", 2026, 5), ("E", 2026, 1))
    plan = plan_catch_up(now, 3, published(("C", 2025, 3, 18), ("D", 2025, 4, 18)), 18)
    assert passes(plan) == [
        [("C", 2025, 4, 1, 18), ("D", 2026, 5, 1, 3), ("E", 2026, 1, 1, 3)],
        [("C", 2026, 5, 1, 3)],
    ]


# recompute


def test_a_recompute_scores_the_semester_anew_from_the_week_asked_for() -> None:
    plan = plan_recompute(NOW, 5, 3, published(("C", 2026, 3, 5)), 18)
    assert passes(plan) == [[("C", 2026, 3, 3, 5)]]


def test_a_recompute_leaves_no_gap_where_weeks_are_missing() -> None:
    assert passes(plan_recompute(NOW, 9, 7, published(("C", 2026, 3, 4)), 18)) == [[("C", 2026, 3, 5, 9)]]
    assert passes(plan_recompute(NOW, 9, 7, published(), 18)) == [[("C", 2026, 3, 1, 9)]]


def test_a_recompute_finishes_the_old_semester_first_and_never_scores_it_anew() -> None:
    now = classes(("C", 2026, 4), ("D", 2026, 4))
    plan = plan_recompute(now, 2, 1, published(("C", 2026, 3, 16), ("D", 2026, 4, 2)), 18)
    assert passes(plan) == [[("C", 2026, 3, 17, 18)], [("C", 2026, 4, 1, 2), ("D", 2026, 4, 1, 2)]]


def test_a_recompute_rolls_back_what_is_ahead_too() -> None:
    plan = plan_recompute(NOW, 5, 3, published(("C", 2026, 3, 9)), 18)
    assert passes(plan) == [[("C", 2026, 3, 3, 5)]]
    assert plan.roll_back["through_week"].to_list() == [5]


# words


def test_a_plan_says_what_it_scores_in_words() -> None:
    now = classes(("C", 2026, 3), ("D", 2026, 3), ("E", 2026, 1))
    plan = plan_catch_up(now, 5, published(("C", 2026, 3, 4), ("D", 2026, 3, 4)), 18)
    assert plan.student_weeks == [
        "2026 odd semesters, weeks 1-5: 1 class",
        "2026 odd semesters, week 5: 2 classes",
    ]
    assert describe(pl.DataFrame(schema=TERM_SCHEMA)) == []


def test_weeks_that_an_interrupted_run_was_to_score_anew_are_missing() -> None:
    assert passes(plan_catch_up(NOW, 5, due_again(("C", 2026, 3, 5), 2), 18)) == [[("C", 2026, 3, 2, 5)]]
    assert passes(plan_catch_up(NOW, 7, due_again(("C", 2026, 3, 5), 2), 18)) == [[("C", 2026, 3, 2, 7)]]
    assert passes(plan_recompute(NOW, 5, 4, due_again(("C", 2026, 3, 5), 2), 18)) == [[("C", 2026, 3, 2, 5)]]
    assert passes(plan_recompute(NOW, 5, 1, due_again(("C", 2026, 3, 5), 2), 18)) == [[("C", 2026, 3, 1, 5)]]


def test_weeks_of_an_earlier_semester_that_were_to_be_scored_anew_come_first() -> None:
    plan = plan_catch_up(classes(("C", 2026, 4)), 1, due_again(("C", 2026, 3, 18), 17), 18)
    assert passes(plan) == [[("C", 2026, 3, 17, 18)], [("C", 2026, 4, 1, 1)]]


def test_a_roll_back_keeps_what_is_still_to_be_scored_anew() -> None:
    due = ["class_id", "through_week", "due_from", "due_policy_version"]
    kept = plan_catch_up(NOW, 5, due_again(("C", 2026, 3, 9), 4), 18).roll_back
    assert kept.select(due).rows() == [("C", 5, 4, "new")]
    gone = plan_catch_up(NOW, 5, due_again(("C", 2026, 3, 9), 7), 18).roll_back
    assert gone.select(due).rows() == [("C", 5, None, "")]
