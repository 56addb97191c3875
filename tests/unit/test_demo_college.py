"""The simulated college: canonical tables that only ever grow by what a week brings."""

from datetime import timedelta
from functools import cache

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from demo.college import frames
from demo.college.layout import places
from demo.college.people import Cohort, draw_cohorts
from demo.college.semesters import Semester
from demo.college.simulate import MAX_STUDENTS, simulate
from edumetrics.engine.tables.canonical import TABLES

YEAR = 2026
GROWING = [
    "attendance",
    "assignment_definitions",
    "quiz_definitions",
    "quiz_submissions",
    "library_visits",
    "exam_schedule",
    "exam_results",
]
EVENTS = [*GROWING, "assignment_submissions", "book_borrows"]


@cache
def college(week: int, students: int = 180, seed: int = 7, year: int = YEAR) -> dict[str, pl.DataFrame]:
    return simulate(students=students, week=week, seed=seed, year=year)


@cache
def big_college() -> dict[str, pl.DataFrame]:
    return simulate(students=2400, week=36, seed=7, past_years=0)


@cache
def largest_college() -> list[Cohort]:
    return draw_cohorts(7, YEAR, places(MAX_STUDENTS))


def of_class(tables: dict[str, pl.DataFrame], class_id: str, name: str) -> pl.DataFrame:
    return tables[name].filter(pl.col("class_id") == class_id)


def first_days(tables: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Monday of week 1 by class and semester, from the library's rows."""
    return (
        tables["library_visits"]
        .group_by("class_id", "semester")
        .agg((pl.col("week_date") - pl.duration(weeks=pl.col("week") - 1)).min().alias("first_day"))
    )


# the contract


@pytest.mark.parametrize("week", [0, 1, 9, 18, 19, 36])
def test_tables_have_exactly_the_canonical_columns_and_types(week):
    tables = college(week)
    assert list(tables) == list(TABLES)
    for name, table in tables.items():
        assert dict(table.schema) == TABLES[name].schema, name


@pytest.mark.parametrize("week", [0, 11, 36])
def test_keys_are_unique_and_what_may_not_be_null_is_not(week):
    for name, table in college(week).items():
        contract = TABLES[name]
        assert table.select(pl.struct(contract.key).is_unique().all()).item(), name
        required = [column.name for column in contract.columns if not column.nullable]
        assert sum(table.select(required).null_count().row(0)) == 0, name


@pytest.mark.parametrize("students", [1, 7, 61])
@pytest.mark.parametrize("week", [0, 1, 18, 19, 36])
def test_any_size_works_in_any_week(students, week):
    tables = simulate(students=students, week=week, seed=3)
    assert tables["classes"].height == 1
    assert students <= tables["students"].height <= students + 12
    assert tables["sim_state"].row(0)[:3] == (1, week, YEAR)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"week": 37}, "week is 37; allowed are 0 to 36"),
        ({"week": -1}, "week is -1; allowed are 0 to 36"),
        ({"students": 0}, "students is 0; allowed are 1 to"),
        ({"seed": -1}, "seed is -1; allowed are 0 to"),
        ({"past_years": -1}, "past_years is -1; allowed are 0 to"),
    ],
)
def test_an_argument_out_of_range_is_refused_with_what_is_allowed(wrong, message):
    with pytest.raises(ValueError, match=message):
        simulate(**{"students": 40, "week": 1, "seed": 1, **wrong})


def test_sim_state_is_updated_on_the_evening_of_the_weeks_last_day():
    assert str(college(1)["sim_state"]["last_updated"].item()) == "2026-07-26 18:00:00"
    assert str(college(19)["sim_state"]["last_updated"].item()) == "2027-01-10 18:00:00"


# the same seed, the same college


def test_the_same_seed_gives_the_same_college():
    again = simulate(students=180, week=11, seed=7)
    for name, table in college(11).items():
        assert_frame_equal(table, again[name])


def test_another_seed_gives_another_college():
    assert not college(11)["attendance"].equals(college(11, seed=8)["attendance"])


# a week only adds what it brought


@pytest.mark.parametrize("week", [0, 8, 11, 17, 18, 26, 35])
@pytest.mark.parametrize("name", GROWING)
def test_rows_known_a_week_ago_are_the_same_now(name, week):
    before, now = college(week)[name], college(week + 1)[name]
    key = list(TABLES[name].key)
    assert_frame_equal(now.join(before.select(key), on=key, how="semi", maintain_order="left"), before)


@pytest.mark.parametrize("week", [11, 14, 29])
def test_a_week_later_only_open_submissions_have_changed(week):
    before, now = college(week)["assignment_submissions"], college(week + 1)["assignment_submissions"]
    settled = before.filter(~pl.col("status").is_in(["pending", "missing"]))
    assert_frame_equal(now.join(settled.select("id"), on="id", how="semi", maintain_order="left"), settled)
    pairs = before.join(now, on="id", suffix="_now").filter(pl.col("status") != pl.col("status_now"))
    changes = set(pairs.select("status", "status_now").rows())
    assert changes <= {("pending", "graded"), ("pending", "late"), ("pending", "missing"), ("missing", "late")}
    assert {("pending", "graded"), ("missing", "late")} <= changes
    assert before.join(now, on="id").height == before.height


@pytest.mark.parametrize("week", [10, 28])
def test_a_book_only_comes_back(week):
    before, now = college(week)["book_borrows"], college(week + 1)["book_borrows"]
    pairs = before.join(now, on="borrow_id", suffix="_now")
    assert pairs.height == before.height
    known = pairs.filter(pl.col("return_date").is_not_null())
    assert (known["return_date"] == known["return_date_now"]).all()
    assert before["return_date"].max() <= college(week)["sim_state"]["last_updated"].item().date()


def test_ids_of_a_cohorts_semester_ascend_with_the_weeks():
    rows = of_class(college(18), "CSE25A", "attendance").filter(pl.col("semester") == 3).sort("id")
    assert rows["week"].is_sorted()


def test_nothing_is_dated_after_the_last_day_of_the_week():
    for week in (0, 5, 9, 18, 24):
        tables = college(week)
        last_day = tables["sim_state"]["last_updated"].item().date()
        dates = [
            tables["attendance"]["week_date"],
            tables["library_visits"]["week_date"],
            tables["book_borrows"]["borrow_date"],
            tables["exam_results"]["result_date"],
            tables["assignment_submissions"]["submission_date"].dt.date(),
            tables["quiz_submissions"]["attempt_date"].dt.date(),
            tables["students"]["left_on"],
        ]
        assert all(column.max() is None or column.max() <= last_day for column in dates)


def test_midterm_results_come_in_week_9_and_endterm_results_in_week_18():
    def exams_out(week):
        tables = college(week)
        rows = of_class(tables, "CSE26A", "exam_results").join(tables["exam_schedule"], on="schedule_id")
        return set(rows["exam_type"])

    assert [exams_out(week) for week in (8, 9, 17, 18)] == [
        set(),
        {"midterm"},
        {"midterm"},
        {"midterm", "endterm"},
    ]


# from year to year


def test_a_cohort_is_the_same_a_year_on():
    before, after = college(36), college(0, year=YEAR + 1)
    kept = before["classes"].filter(pl.col("year_of_study") < 4)["class_id"].to_list()
    for name in EVENTS:
        key = list(TABLES[name].key)
        of_cohorts = pl.col("class_id").is_in(kept)
        was, still = before[name].filter(of_cohorts), after[name].filter(of_cohorts)
        # A year on, the oldest of the past years is told of no more.
        assert_frame_equal(was.join(still, on=key, how="semi").sort(key), still.sort(key))
        assert still.height > 0
    people = ["student_id", "name", "gender", "email", "joined_on", "left_on", "advisor_id"]
    assert_frame_equal(
        before["students"].filter(pl.col("class_id").is_in(kept)).select(people).sort("student_id"),
        after["students"].filter(pl.col("class_id").is_in(kept)).select(people).sort("student_id"),
    )


def test_a_year_on_classes_are_promoted_the_final_year_is_gone_and_a_new_one_begins():
    before = simulate(students=480, week=36, seed=7, past_years=0)["classes"]
    after_tables = simulate(students=480, week=0, seed=7, past_years=0, year=YEAR + 1)
    after = after_tables["classes"]
    pairs = before.join(after, on="class_id", how="full", suffix="_now")
    stayed = pairs.drop_nulls()
    assert (stayed["year_of_study_now"] == stayed["year_of_study"] + 1).all()
    assert (stayed["odd_sem_now"] == stayed["odd_sem"] + 2).all()
    assert set(pairs.filter(pl.col("class_id_now").is_null())["year_of_study"]) == {4}
    assert set(pairs.filter(pl.col("class_id").is_null())["year_of_study_now"]) == {1}
    assert after_tables["students"]["class_id"].is_in(after["class_id"].to_list()).all()


def test_the_past_years_are_finished():
    results = college(0)["exam_results"].join(college(0)["exam_schedule"], on="schedule_id")
    assert sorted(of_class(college(0), "CSE24A", "attendance")["semester"].unique()) == [1, 2, 3, 4]
    assert set(results["exam_type"]) == {"midterm", "endterm"}
    assert "pending" not in college(0)["assignment_submissions"]["status"]


# an advisor would believe it


def test_the_first_class_is_cse_2a_with_its_advisor():
    tables = college(0)
    first = tables["classes"].row(0, named=True)
    assert (first["class_id"], first["name"], first["odd_sem"], first["even_sem"]) == ("CSE25A", "CSE 2A", 3, 4)
    assert tables["advisors"].row(0)[:2] == ("ADV001", "Dr. Priya Mehta")
    assert set(of_class(tables, "CSE25A", "students")["advisor_id"]) == {"ADV001"}


def test_references_lead_somewhere():
    tables = college(24)
    links = [
        ("students", "class_id", "classes"),
        ("students", "advisor_id", "advisors"),
        ("advisors", "class_id", "classes"),
        ("class_subjects", "subject_id", "subjects"),
        ("assignment_submissions", "assignment_id", "assignment_definitions"),
        ("quiz_submissions", "quiz_id", "quiz_definitions"),
        ("exam_results", "schedule_id", "exam_schedule"),
        *[(name, "class_id", "classes") for name in EVENTS],
        *[(name, "student_id", "students") for name in EVENTS if "student_id" in TABLES[name].schema],
    ]
    for name, column, target in links:
        assert tables[name].join(tables[target], on=column, how="anti").is_empty(), (name, column)
    taught = tables["class_subjects"].select("class_id", "subject_id")
    for name in ("attendance", "assignment_definitions", "quiz_definitions", "exam_schedule"):
        assert tables[name].join(taught, on=["class_id", "subject_id"], how="anti").is_empty(), name


def test_ids_are_short_enough_for_the_college():
    tables = big_college()
    assert tables["students"]["student_id"].str.len_chars().max() <= 10
    assert tables["classes"]["class_id"].str.len_chars().max() <= 20
    assert tables["subjects"]["subject_id"].str.len_chars().max() <= 15
    assert tables["advisors"]["advisor_id"].str.len_chars().max() <= 10


def test_ids_are_short_and_unique_in_the_largest_college():
    cohorts = largest_college()
    students = pl.concat([cohort.student_ids for cohort in cohorts])
    classes = pl.Series([class_id for cohort in cohorts for class_id in cohort.class_ids])
    advisors = pl.Series([place.advisor_id for cohort in cohorts for place in cohort.places])
    assert students.len() > MAX_STUDENTS
    for ids, longest in ((students, 10), (classes, 20), (advisors, 10)):
        assert ids.is_unique().all()
        assert ids.str.len_chars().max() <= longest


def test_row_ids_of_the_largest_college_are_unique_over_all_terms():
    """Attendance has the most rows: at most one for each student of the cohort, subject and teaching week."""
    terms = {1: [], 2: []}
    for cohort in largest_college():
        rows = len(cohort.class_of) * 5 * 16
        for half, ids in terms.items():
            semester = Semester(cohort, 2 * (YEAR - cohort.start_year) + half, 18)
            ids.append([int(semester.row_ids(slice(at, at + 1))[0]) for at in (0, rows - 1)])
    for ids in terms.values():
        assert len({first % 4 for first, _ in ids}) == 4
        assert all(first % 4 == last % 4 for first, last in ids)
    assert max(last for _, last in terms[1]) < min(first for first, _ in terms[2])


def test_more_rows_than_there_are_ids_for_are_refused():
    cohort = draw_cohorts(7, YEAR, places(240))[0]
    with pytest.raises(ValueError, match="more than there are ids for"):
        Semester(cohort, 1, 18).row_ids(slice(0, 25_000_001))


def test_rows_do_not_depend_on_the_parts_they_are_made_in(monkeypatch):
    whole = college(11)
    monkeypatch.setattr(frames, "PART_ROWS", 37)
    in_parts = simulate(students=180, week=11, seed=7, year=YEAR)
    for name, table in whole.items():
        assert_frame_equal(in_parts[name], table)


def test_attendance_counts_agree_and_exam_weeks_have_none():
    rows = college(36)["attendance"]
    assert (rows["present"] + rows["absent"] == rows["lectures_held"]).all()
    assert (rows["late"] <= rows["present"]).all()
    assert rows["lectures_held"].is_between(1, 5).all()
    assert sorted(rows["week"].unique()) == [*range(1, 8), *range(9, 18)]


def test_every_date_is_inside_the_week_it_names():
    tables = college(36)
    first = first_days(tables)
    assert (first["first_day"].dt.weekday() == 1).all()

    def outside(name, day, week):
        rows = tables[name].join(first, on=["class_id", "semester"])
        start = pl.col("first_day") + pl.duration(weeks=pl.col(week) - 1)
        return rows.filter(pl.col(day).is_between(start, start + timedelta(6)).not_()).height

    assert outside("attendance", "week_date", "week") == 0
    assert outside("library_visits", "week_date", "week") == 0
    assert outside("book_borrows", "borrow_date", "borrow_week") == 0
    assert outside("quiz_definitions", "quiz_date", "scheduled_week") == 0
    assert outside("exam_schedule", "exam_date", "scheduled_week") == 0


def test_marks_and_percentages_are_in_range():
    tables = college(36)
    work = tables["assignment_submissions"].join(tables["assignment_definitions"], on="assignment_id")
    assert work.filter(pl.col("marks_obtained") > pl.col("max_marks")).is_empty()
    for name, column in (
        ("assignment_submissions", "quality_pct"),
        ("assignment_submissions", "plagiarism_pct"),
        ("quiz_submissions", "score_pct"),
        ("exam_results", "score_pct"),
    ):
        assert tables[name][column].drop_nulls().is_between(0, 100).all(), (name, column)


def test_work_handed_in_has_its_marks_at_once():
    rows = college(12)["assignment_submissions"]
    handed_in = rows.filter(pl.col("submission_date").is_not_null())
    assert set(handed_in["status"]) == {"graded", "late"}
    assert handed_in.select("marks_obtained", "quality_pct", "latency_hours").null_count().row(0) == (0, 0, 0)
    assert ((handed_in["latency_hours"] > 0) == (handed_in["status"] == "late")).all()


def test_each_subject_has_three_or_four_assignments_and_three_quizzes():
    tables = college(18)
    subject = ["class_id", "subject_id"]
    done = tables["assignment_definitions"].filter(pl.col("semester") == 3).group_by(subject).len()
    assert set(done["len"]) == {3, 4}
    assert set(tables["quiz_definitions"].filter(pl.col("semester") == 3).group_by(subject).len()["len"]) == {3}


def test_a_teaching_week_has_one_or_two_assignments_due():
    due = big_college()["assignment_definitions"].group_by("class_id", "semester", "due_week").len()
    assert set(due["len"]) == {1, 2}
    assert sorted(due["due_week"].unique()) == [*range(2, 8), *range(9, 18)]


def test_some_join_late_and_some_leave_and_have_no_rows_outside_their_time():
    students = big_college()["students"]
    first = students.group_by("class_id").agg(pl.col("joined_on").min().alias("began"))
    joined = students.join(first, on="class_id").filter(pl.col("joined_on") > pl.col("began"))
    left = students.filter(pl.col("left_on").is_not_null())
    assert 0.02 < joined.height / students.height < 0.08
    assert 0.02 < left.height / students.height < 0.10
    assert left["left_reason"].null_count() == 0
    visits = big_college()["library_visits"].join(students, on="student_id")
    assert visits.filter(pl.col("week_date") < pl.col("joined_on")).is_empty()
    assert visits.filter(pl.col("week_date") >= pl.col("left_on")).is_empty()


def test_every_kind_of_student_is_there_and_most_are_steady_or_strong():
    kinds = big_college()["students"]["archetype"]
    assert kinds.n_unique() == 8
    assert 0.6 < kinds.is_in(["steady", "strong"]).mean() < 0.75


def test_the_silent_hand_in_and_attend_nothing_after_their_week():
    students = big_college()["students"].filter(pl.col("archetype") == "silent")
    seen = big_college()["attendance"].filter(pl.col("semester") % 2 == 0).join(students, on="student_id")
    assert seen["week"].max() <= 12
    assert seen["student_id"].n_unique() < students.height


def test_exam_marks_follow_attendance():
    tables = big_college()
    attended = tables["attendance"].group_by("student_id").agg(pl.col("present").sum() / pl.col("lectures_held").sum())
    scored = tables["exam_results"].group_by("student_id").agg(pl.col("score_pct").mean())
    both = attended.join(scored, on="student_id").drop_nulls()
    assert 0.3 < both.select(pl.corr("present", "score_pct")).item() < 0.8
    assert 0.05 < (tables["exam_results"]["pass_fail"] == "F").mean() < 0.2


def test_a_class_week_without_any_attendance_happens_now_and_then():
    weeks = big_college()["attendance"].select("class_id", "semester", "week").unique().height
    assert 0.97 < weeks / (40 * 2 * 16) < 1
