"""The Open University's data: loading, the mapping's decisions, and the figures of the judging script."""

import gzip
import json
import os
import re
import sqlite3
import tomllib
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from demo.oulad import judge
from demo.oulad.load import LoadError, load
from edumetrics.college_db.mapping import load_mapping
from edumetrics.college_db.read import open_college
from edumetrics.college_db.semester import read_semester, read_strays
from edumetrics.databases.urls import django_settings
from edumetrics.engine.history import History
from edumetrics.engine.policy import load_policy
from edumetrics.engine.semester import Results, score_semester
from edumetrics.engine.tables.canonical import TABLES
from edumetrics.engine.tables.roster import TERM_SCHEMA
from tests.generative.agreement import disagreements
from tests.reference import scorer

OULAD = Path(judge.__file__).parent
REAL = Path(__file__).parents[3] / "shared" / "data" / "oulad"

Row = dict[str, Any]
Select = Callable[..., list[Row]]

# BBB-2013B has 240 days: its last week is the 35th (days 238-244), so its end is day 245, 4 October.
FILES = {
    "courses": """code_module,code_presentation,module_presentation_length
AAA,2013J,268
BBB,2013B,240
BBB,2014B,234
""",
    "studentInfo": """code_module,code_presentation,id_student,gender,final_result
AAA,2013J,1,F,Pass
BBB,2013B,1,F,Pass
BBB,2013B,2,M,Withdrawn
BBB,2013B,3,M,Withdrawn
BBB,2013B,4,F,Fail
BBB,2014B,5,F,Distinction
""",
    "studentRegistration": """code_module,code_presentation,id_student,date_registration,date_unregistration
AAA,2013J,1,-10,""
BBB,2013B,1,-10,""
BBB,2013B,2,-20,-3
BBB,2013B,3,"",30
BBB,2013B,4,15,400
BBB,2014B,5,-1,""
""",
    "assessments": """code_module,code_presentation,id_assessment,assessment_type,date,weight
AAA,2013J,10,TMA,13,0
AAA,2013J,11,CMA,14,0
BBB,2013B,20,TMA,19,5
BBB,2013B,21,TMA,47,12.5
BBB,2013B,22,CMA,54,1
BBB,2013B,23,Exam,"",100
BBB,2014B,30,TMA,12,5
""",
    "studentAssessment": """id_assessment,id_student,date_submitted,is_banked,score
10,1,-2,0,81
11,1,14,0,90
20,1,-1,1,70
20,3,18,0,""
20,4,24,0,55
21,1,50,0,""
22,1,60,0,100
23,1,230,0,60
30,5,12,0,65
""",
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    for table, text in FILES.items():
        (folder / f"{table}.csv.gz").write_bytes(gzip.compress(text.encode()))
    return folder


@pytest.fixture
def database(source: Path, tmp_path: Path) -> Path:
    path = tmp_path / "oulad.sqlite3"
    load(source, path)
    return path


@pytest.fixture
def mapped(database: Path) -> Select:
    return lambda table, year=2013: rows_of(database, table, year)


def tables() -> dict[str, Any]:
    selects: dict[str, Any] = tomllib.loads((OULAD / "mapping.toml").read_text())["tables"]
    return selects


def rows_of(database: Path, table: str, year: int, week: int = 78) -> list[Row]:
    select = tables()[table].replace(":year", str(year)).replace(":week", str(week))
    with closing(sqlite3.connect(database)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(f"SELECT * FROM ({select}) AS t")]


def one(rows: list[Row], **wanted: Any) -> Row:
    (row,) = [row for row in rows if all(row[name] == value for name, value in wanted.items())]
    return row


class TestLoad:
    def test_keeps_names_types_and_nulls(self, database: Path) -> None:
        with closing(sqlite3.connect(database)) as connection:
            types = {row[1]: row[2] for row in connection.execute("PRAGMA table_info(assessments)")}
            unregistered = connection.execute("SELECT date_unregistration FROM studentRegistration").fetchall()
        assert types["date"] == "INTEGER"
        assert types["weight"] == "REAL"
        assert types["assessment_type"] == "TEXT"
        assert unregistered == [(None,), (None,), (-3,), (30,), (400,), (None,)]

    def test_counts_the_rows_of_the_tables_it_found(self, source: Path, tmp_path: Path) -> None:
        rows = load(source, tmp_path / "new" / "oulad.sqlite3")
        assert rows["studentAssessment"] == 9
        assert "vle" not in rows

    def test_a_missing_file_is_named(self, source: Path, tmp_path: Path) -> None:
        (source / "assessments.csv.gz").unlink()
        with pytest.raises(LoadError, match=r"no assessments\.csv\.gz.*put the missing files there"):
            load(source, tmp_path / "oulad.sqlite3")

    def test_a_file_that_is_no_csv_is_named(self, source: Path, tmp_path: Path) -> None:
        (source / "courses.csv.gz").write_bytes(b"\x1f\x8b broken")
        with pytest.raises(LoadError, match=r"courses\.csv\.gz is no gzip-compressed CSV file"):
            load(source, tmp_path / "oulad.sqlite3")

    def test_a_place_that_cannot_be_written_is_named(self, source: Path, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(LoadError, match=r"oulad\.sqlite3 cannot be written: .*--database"):
            load(source, tmp_path / "file" / "oulad.sqlite3")

    def test_a_missing_folder_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(LoadError, match="nowhere is not a folder"):
            load(tmp_path / "nowhere", tmp_path / "oulad.sqlite3")

    def test_its_own_database_is_replaced(self, source: Path, database: Path) -> None:
        assert load(source, database)["courses"] == 3
        assert len(rows_of(database, "classes", 2013)) == 2

    @pytest.mark.parametrize("kind", ["a text file", "another database"])
    def test_another_file_is_left_alone(self, source: Path, tmp_path: Path, kind: str) -> None:
        path = tmp_path / "mine.sqlite3"
        if kind == "a text file":
            path.write_text("notes" * 100)
        else:
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("CREATE TABLE grades (mark)")
        before = path.read_bytes()
        with pytest.raises(LoadError, match="was not made by this command"):
            load(source, path)
        assert path.read_bytes() == before

    def test_a_load_that_fails_leaves_the_earlier_database_and_nothing_else(self, source: Path, database: Path) -> None:
        before = database.read_bytes()
        (source / "studentAssessment.csv.gz").write_bytes(b"not gzip\n1,2,3\n")
        (source / "assessments.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2,3,4\n"))
        with pytest.raises(LoadError, match=r"assessments\.csv\.gz is no gzip-compressed CSV"):
            load(source, database)
        assert database.read_bytes() == before
        assert sorted(path.name for path in database.parent.iterdir()) == ["files", database.name]

    def test_what_a_killed_load_left_is_removed_by_the_next(self, source: Path, database: Path) -> None:
        # No process has a number this high (PID_MAX_LIMIT is 4194304).
        killed = database.with_name(f".{database.name}.99999999.part")
        running = database.with_name(f".{database.name}.{os.getppid()}.part")
        killed.touch()
        running.touch()
        load(source, database)
        assert not killed.exists()
        assert running.exists()


class TestMapping:
    @pytest.mark.parametrize("name", [name for name, select in tables().items() if select])
    def test_gives_all_columns_of_the_table(self, mapped: Select, name: str) -> None:
        (row, *_) = mapped(name)
        assert set(row) == set(TABLES[name].column_names)

    def test_names_every_table(self) -> None:
        assert set(tables()) == set(TABLES)
        absent = {name for name, select in tables().items() if select is False}
        assert absent == {"attendance", "library_visits", "book_borrows", "exam_schedule", "exam_results"}

    def test_a_class_is_a_presentation_in_the_semester_of_its_letter(self, mapped: Select) -> None:
        semesters = [(row["class_id"], row["odd_sem"], row["even_sem"]) for row in mapped("classes")]
        assert semesters == [("AAA-2013J", None, 2), ("BBB-2013B", 1, None)]
        assert [row["class_id"] for row in mapped("classes", 2014)] == ["BBB-2014B"]

    def test_the_parameters_are_the_college_s_week(self, mapped: Select) -> None:
        state = {"id": 1, "current_week": 78, "sim_year": 2013, "last_updated": None}
        assert mapped("sim_state") == [state]

    def test_a_person_in_two_presentations_is_two_students(self, mapped: Select) -> None:
        named = [row["student_id"] for row in mapped("students") if row["name"] == "Student 1"]
        assert named == ["AAA-2013J-1", "BBB-2013B-1"]

    def test_registration_days_are_the_roll(self, mapped: Select) -> None:
        row = one(mapped("students"), student_id="BBB-2013B-3")
        assert row["joined_on"] == "2013-02-01", "without a date: the first day"
        assert (row["left_on"], row["left_reason"]) == ("2013-03-03", "unregistered")
        assert one(mapped("students"), student_id="BBB-2013B-4")["joined_on"] == "2013-02-16"

    def test_unregistered_before_the_start_is_on_the_roll_of_no_week(self, mapped: Select) -> None:
        left_on = one(mapped("students"), student_id="BBB-2013B-2")["left_on"]
        assert left_on == "2013-01-29"
        assert not on_roll(week=1, first_day="2013-02-01", left_on=left_on)

    @pytest.mark.parametrize("student", ["BBB-2013B-1", "BBB-2013B-4"], ids=["stayed", "unregistered after the end"])
    def test_a_presentation_keeps_its_roll_in_its_last_week_and_not_after(self, mapped: Select, student: str) -> None:
        row = one(mapped("students"), student_id=student)
        assert row["left_reason"] == "presentation over"
        assert on_roll(week=35, first_day="2013-02-01", left_on=row["left_on"])
        assert not on_roll(week=36, first_day="2013-02-01", left_on=row["left_on"])

    def test_zero_weight_work_is_work_and_exams_are_not(self, mapped: Select) -> None:
        due = [(row["assignment_id"], row["title"], row["due_week"]) for row in mapped("assignment_definitions")]
        assert due == [(10, "TMA 1", 2), (20, "TMA 1", 3), (21, "TMA 2", 7)]
        assert 23 not in {row["assignment_id"] for row in mapped("assignment_submissions")}

    def test_banked_work_counts_as_handed_in_at_the_start(self, mapped: Select) -> None:
        row = one(mapped("assignment_submissions"), assignment_id=20, student_id="BBB-2013B-1")
        assert (row["status"], row["submission_date"]) == ("graded", "2013-02-01 00:00:00")
        assert row["latency_hours"] is None

    def test_work_handed_in_before_the_start_keeps_its_day(self, mapped: Select) -> None:
        row = one(mapped("assignment_submissions"), assignment_id=10)
        assert row["submission_date"] == "2013-09-29 00:00:00"

    def test_late_work_is_known_from_the_day_it_came(self, mapped: Select) -> None:
        row = one(mapped("assignment_submissions"), assignment_id=20, student_id="BBB-2013B-4")
        assert (row["status"], row["submission_date"]) == ("graded", "2013-02-25 00:00:00")
        assert (row["latency_hours"], row["marks_obtained"], row["quality_pct"]) == (120, 55, 55)

    @pytest.mark.parametrize(("assignment", "status"), [(20, "submitted"), (21, "late")])
    def test_work_without_a_score_is_handed_in_with_unknown_marks(
        self, mapped: Select, assignment: int, status: str
    ) -> None:
        (row,) = [
            row
            for row in mapped("assignment_submissions")
            if row["assignment_id"] == assignment and row["marks_obtained"] is None
        ]
        assert (row["status"], row["quality_pct"]) == (status, None)

    def test_quizzes_of_bbb_are_due_a_week_after_their_date(self, mapped: Select) -> None:
        row = one(mapped("quiz_definitions"), quiz_id=22)
        assert (row["scheduled_week"], row["quiz_date"]) == (9, "2013-04-03")

    def test_quizzes_of_other_modules_are_due_on_their_date(self, mapped: Select) -> None:
        row = one(mapped("quiz_definitions"), quiz_id=11)
        assert (row["scheduled_week"], row["quiz_date"]) == (3, "2013-10-15")

    def test_a_quiz_result_is_an_attempt(self, mapped: Select) -> None:
        row = one(mapped("quiz_submissions"), quiz_id=22)
        assert (row["attempted"], row["attempt_date"], row["score_pct"]) == (1, "2013-04-02 00:00:00", 100)

    def test_only_the_judging_script_and_the_examples_to_learn_from_read_outcomes(self) -> None:
        readers = [path.name for path in OULAD.rglob("*") if path.is_file() and b"final_result" in path.read_bytes()]
        assert sorted(name for name in readers if not name.endswith(".pyc")) == ["examples.py", "judge.py"]

    def test_nothing_in_the_sql_is_taken_for_another_placeholder(self) -> None:
        text = "".join(select for select in tables().values() if select)
        assert not re.search(r"[%?]", text)
        assert set(re.findall(r":(\w+)", text)) == {"year", "week"}

    def test_the_policy_starts_semesters_where_the_mapping_does(self, mapped: Select) -> None:
        policy = load_policy(OULAD / "policy.toml")
        assert policy.calendar.teaching_weeks == tuple(range(1, 40))
        assert policy.sources.absent == ("plagiarism",)
        assert str(policy.calendar.first_day(2013, "odd")) == "2013-02-01"
        assert str(policy.calendar.first_day(2013, "even")) == "2013-10-01"
        assert str(policy.calendar.first_day(2014, "odd")) == "2014-02-01"


def on_roll(week: int, first_day: str, left_on: str) -> bool:
    query = "SELECT date(?, ? || ' days') < ?"
    with closing(sqlite3.connect(":memory:")) as connection:
        return bool(connection.execute(query, (first_day, 7 * week - 1, left_on)).fetchone()[0])


def college_tables(database: Path, year: int, class_id: str, semester: int) -> dict[str, pl.DataFrame]:
    """What a run reads of one class: through the mapping, from a connection that cannot write."""
    mapping = load_mapping(OULAD / "mapping.toml", {"year": str(year)})
    with open_college(django_settings(f"sqlite:///{database}", read_only=True), mapping) as college:
        terms = pl.DataFrame({"class_id": [class_id], "semester": [semester]})
        tables = read_semester(college, terms, read_strays([college], terms))
    return {name: frame.filter(class_id=class_id) for name, frame in tables.items()}


def engine_scores(tables: dict[str, pl.DataFrame], class_id: str, year: int, semester: int) -> Results:
    terms = pl.DataFrame([(class_id, year, semester, 1, 39)], schema=TERM_SCHEMA, orient="row")
    return score_semester(tables, terms, History.none(), load_policy(OULAD / "policy.toml"))


@pytest.fixture
def scored(database: Path) -> Results:
    return engine_scores(college_tables(database, 2013, "BBB-2013B", 1), "BBB-2013B", 2013, 1)


class TestScoring:
    """BBB-2013B from its files to its list; the work is due in weeks 3, 7 (assignments) and 9 (a quiz)."""

    def test_the_roll_follows_the_registrations(self, scored: Results) -> None:
        weeks = {name: group["sem_week"].to_list() for (name,), group in scored.metrics.group_by("student_id")}
        assert weeks == {
            "BBB-2013B-1": list(range(1, 36)),
            "BBB-2013B-3": [1, 2, 3, 4],  # unregistered on day 30, in week 5
            "BBB-2013B-4": list(range(3, 36)),  # registered on day 15
        }

    @pytest.mark.parametrize(
        ("student", "week", "expected"),
        [
            # Banked: in from the start, marked 70. Effort of quality 70 and everything in: (20 * 70 + 10 * 100) / 30.
            (
                "BBB-2013B-1",
                3,
                {"assn_submit_rate": 1, "academic_performance": 70, "effort_score": 80, "risk_score": 0},
            ),
            # In without a score: no mark, no quality.
            ("BBB-2013B-3", 3, {"assn_submit_rate": 1, "academic_performance": None, "effort_score": 100}),
            # Nothing in. Of the 75 points that this college can give in a grace week: (22 + 18 * 0.5 + 8) / 75.
            ("BBB-2013B-4", 3, {"assn_submit_rate": 0, "academic_performance": None, "risk_score": 52}),
            # It came in week 4, marked 55: (22 * 12.5 + 8 * 20 + 5 * 100 / 9) / 66, for no quiz has been due yet.
            ("BBB-2013B-4", 4, {"assn_submit_rate": None, "academic_performance": 55, "risk_score": 7.4}),
            # Nobody's assignment of week 7 was in by then: not loaded. In week 8 one was, and the other's is missing.
            ("BBB-2013B-4", 7, {"assn_submit_rate": None, "effort_score": None}),
            ("BBB-2013B-4", 8, {"effort_score": 0, "academic_performance": 55, "performance_stale": True}),
            # The quiz of day 54 is due in week 9, seven days later, and was in on day 60.
            ("BBB-2013B-1", 9, {"quiz_attempt_rate": 1, "quiz_avg_pct": 100, "academic_performance": 100}),
            ("BBB-2013B-4", 9, {"quiz_attempt_rate": 0, "quiz_avg_pct": None}),
            ("BBB-2013B-1", 8, {"quiz_attempt_rate": None, "weekly_att_pct": None, "library_visits": None}),
        ],
    )
    def test_the_metrics_are_those_of_the_files(
        self, scored: Results, student: str, week: int, expected: dict[str, object]
    ) -> None:
        row = one(scored.metrics.to_dicts(), student_id=student, sem_week=week)
        assert {name: row[name] for name in expected} == expected

    def test_who_handed_in_nothing_is_flagged_and_told_why(self, scored: Results) -> None:
        flag = one(scored.flags.to_dicts(), student_id="BBB-2013B-4", sem_week=3)
        assert (flag["risk_level"], flag["grace"], flag["rank_in_class"]) == ("watch", True, 1)
        assert [reason["sentence"] for reason in json.loads(flag["reasons"])] == [
            "Has handed in none of the work due so far, while the class already has marks.",
            "Has not handed in the assignment due this week.",
            "Effort is 0 of 100 this week; the class median is 80.",
        ]

    def test_no_row_of_the_college_is_bad(self, scored: Results) -> None:
        assert scored.findings.is_empty()
        assert scored.quarantined.is_empty()


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("oulad") / "oulad.sqlite3"
    load(REAL, path)
    return path


@pytest.mark.skipif(not REAL.is_dir(), reason=f"the Open University's data are not in {REAL}")
class TestRealData:
    @pytest.mark.parametrize(
        ("table", "rows"),
        [
            ("classes", 15),
            ("students", 21_333),
            ("assignment_definitions", 74),
            ("quiz_definitions", 59),
            ("assignment_submissions", 65_878),
            ("quiz_submissions", 53_019),
        ],
    )
    def test_both_years_together_have_every_row_once(self, real: Path, table: str, rows: int) -> None:
        found = rows_of(real, table, 2013) + rows_of(real, table, 2014)
        (key,) = TABLES[table].key
        assert len(found) == len({row[key] for row in found}) == rows

    def test_every_class_has_a_roll_in_its_last_week(self, real: Path) -> None:
        ends = {row["left_on"] for row in rows_of(real, "students", 2014) if row["left_reason"] == "presentation over"}
        assert ends == {"2014-09-27", "2014-10-04"}, "after week 34 and week 35"

    def test_the_slow_reference_scorer_agrees_on_a_presentation(self, real: Path) -> None:
        class_id, year, term = "AAA-2013J", 2013, "even"
        tables = college_tables(real, year, class_id, 2)
        rows = {name: frame.to_dicts() for name, frame in tables.items()}
        policy = load_policy(OULAD / "policy.toml")
        expected = scorer.score(rows, policy, academic_year=year, term=term, through_week=39)
        assert disagreements(engine_scores(tables, class_id, year, 2), expected) == []

    def test_hardly_a_quiz_of_bbb_is_missing_at_the_end_of_its_week(self, real: Path) -> None:
        due = {
            row["quiz_id"]: (row["scheduled_week"] * 7 - 1, "2013-02-01")
            for row in rows_of(real, "quiz_definitions", 2013)
            if row["class_id"] == "BBB-2013B"
        }
        taken = [row for row in rows_of(real, "quiz_submissions", 2013) if row["quiz_id"] in due]
        late = [row for row in taken if not in_by(row["attempt_date"], *due[row["quiz_id"]])]
        assert len(late) / len(taken) < 0.001


def in_by(day: str, offset: int, first_day: str) -> bool:
    with closing(sqlite3.connect(":memory:")) as connection:
        query = "SELECT date(?) <= date(?, ? || ' days')"
        return bool(connection.execute(query, (day, first_day, offset)).fetchone()[0])


class TestFigures:
    def test_auc_counts_the_pairs_in_the_right_order(self) -> None:
        # Of the 4 pairs of bad and good, 3 have the bad one above.
        assert judge.auc(pl.Series([True, False, True, False]), pl.Series([9.0, 7.0, 5.0, 1.0])) == 0.75

    def test_a_tie_counts_half(self) -> None:
        assert judge.auc(pl.Series([True, False]), pl.Series([3.0, 3.0])) == 0.5

    @pytest.mark.parametrize("bad", [True, False])
    def test_auc_is_none_where_there_is_nothing_to_tell_apart(self, bad: bool) -> None:
        assert judge.auc(pl.Series([bad, bad]), pl.Series([1.0, 2.0])) is None

    def test_precision_looks_at_a_fifth_rounded_up(self) -> None:
        bad = pl.Series([True, False, True, True, True, True])
        assert judge.precision_in_top_fifth(bad, pl.Series([6.0, 5.0, 4.0, 3.0, 2.0, 1.0])) == 0.5

    def test_precision_shares_out_a_tie_at_the_cut(self) -> None:
        # Two places: one for the first, one for the four tied, half of whom are bad.
        bad = pl.Series([True, True, True, False, False, False])
        assert judge.precision_in_top_fifth(bad, pl.Series([9.0, 5.0, 5.0, 5.0, 5.0, 0.0])) == 0.75

    def test_precision_of_nobody_is_none(self) -> None:
        assert judge.precision_in_top_fifth(pl.Series([], dtype=pl.Boolean), pl.Series([], dtype=pl.Float64)) is None

    def test_urgency_ties_go_to_the_lower_performance_and_first_to_none_at_all(self) -> None:
        frame = pl.DataFrame({"urgency": [40.0, 40.0, 40.0, 80.0], "a": [50.0, None, 30.0, 90.0]})
        order = frame.select(judge.urgency_order(pl.col("urgency"), pl.col("a"))).to_series().arg_sort(descending=True)
        assert order.to_list() == [3, 1, 2, 0]

    def test_class_means_are_weighted_by_the_roll(self) -> None:
        # AUC 1 in the class of two, 0 in the class of four: weighted 1/3.
        rows = pl.DataFrame(
            {
                "class_id": ["A", "A", "B", "B", "B", "B"],
                "bad": [True, False, True, False, False, False],
                "urgency": [2.0, 1.0, 0.0, 1.0, 2.0, 3.0],
            }
        ).with_columns(last_mark="urgency", missed="urgency")
        first = judge.separation(rows).row(0, named=True)
        assert first["auc"]["mean"] == pytest.approx(1 / 3)
        assert (first["auc"]["min"], first["auc"]["max"]) == (0.0, 1.0)
        assert (first["classes"], first["on_roll"], first["bad"]) == (2, 6, pytest.approx(1 / 3))

    def test_a_class_without_failures_does_not_weigh_in_the_auc(self) -> None:
        rows = pl.DataFrame(
            {"class_id": ["A", "A", "B", "B"], "bad": [True, False, False, False], "urgency": [2.0, 1.0, 1.0, 1.0]}
        ).with_columns(last_mark="urgency", missed="urgency")
        assert judge.separation(rows).row(0, named=True)["auc"]["mean"] == 1.0


class TestJudge:
    def test_the_naive_rankings_know_only_what_was_in(self, database: Path) -> None:
        known = {
            week: {row["student_id"]: row for row in judge.College(database).naive(week).to_dicts()} for week in (3, 9)
        }
        # Assignment 20 (week 3): banked by 1, handed in without a score by 3, by 4 in week 4.
        assert known[3]["BBB-2013B-1"]["missed"] == 0
        assert known[3]["BBB-2013B-1"]["last_mark"] == -70
        assert known[3]["BBB-2013B-3"]["missed"] == 0
        assert known[3]["BBB-2013B-3"]["last_mark"] == 1
        assert known[3]["BBB-2013B-4"]["missed"] == 1
        assert known[3]["BBB-2013B-4"]["last_mark"] == 1
        # By week 9 the late one is in, 21 has been due, and 1 has a quiz result of week 9.
        assert known[9]["BBB-2013B-4"]["missed"] == 1
        assert known[9]["BBB-2013B-4"]["last_mark"] == -55
        assert known[9]["BBB-2013B-1"]["missed"] == 0
        assert known[9]["BBB-2013B-1"]["last_mark"] == -100

    def test_work_due_before_a_student_joined_is_not_missed(self, source: Path, tmp_path: Path) -> None:
        text = FILES["studentRegistration"].replace("BBB,2013B,4,15,400", "BBB,2013B,4,30,400")
        (source / "studentRegistration.csv.gz").write_bytes(gzip.compress(text.encode()))
        load(source, tmp_path / "late.sqlite3")
        naive = judge.College(tmp_path / "late.sqlite3").naive(3)
        assert naive.filter(student_id="BBB-2013B-4")["missed"].to_list() == [0.0]

    def test_the_report_shows_shares_and_separation(
        self, database: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        analysis = analysis_database(tmp_path / "analysis.sqlite3")
        code = judge.main(
            [
                "--college",
                str(database),
                "--analysis",
                f"sqlite:///{analysis}",
                "--weeks",
                "5",
                "--markdown",
                "--by-class",
            ]
        )
        printed = capsys.readouterr().out
        assert code == 0
        assert (
            "| 5 | 1 | 3 | 1 | 100.0 | 50.0 | 33.3 (33.3-33.3) | 0.0 (0.0-0.0) | 33.3 (33.3-33.3) | 0.0 (0.0-0.0) |"
            in printed
        )
        assert "| 5 | urgency, lower A first | 1 | 3 | 66.7 | 1.000 (1.000-1.000) | 100.0 (100.0-100.0) |" in printed
        assert "| 5 | last mark | 1 | 3 | 66.7 | 1.000 (1.000-1.000) | 100.0 (100.0-100.0) |" in printed
        assert "| 5 | missed assignments | 1 | 3 | 66.7 | 0.500 (0.500-0.500) | 66.7 (66.7-66.7) |" in printed
        assert "| 5 | BBB-2013B | 3 | 66.7 | 33.3 | 1.000 | 1.000 | 0.500 | 100.0 | 100.0 | 66.7 |" in printed

    @pytest.mark.parametrize("url", ["mysql://college", "sqlite:////nowhere/analysis.sqlite3"])
    def test_a_database_it_cannot_read_is_named(
        self, database: Path, url: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert judge.main(["--college", str(database), "--analysis", url]) == 2
        assert url.removeprefix("sqlite:///") in capsys.readouterr().err


def analysis_database(path: Path) -> Path:
    """Week 5 of BBB-2013B: students 1 (passed), 3 (withdrew) and 4 (failed); 3 is flagged."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript("""
            CREATE TABLE weekly_metrics (student_id, class_id, academic_year, semester, sem_week,
                                         academic_performance, risk_score);
            CREATE TABLE weekly_flags (student_id, academic_year, semester, sem_week, risk_level, urgency);
            INSERT INTO weekly_metrics VALUES ('BBB-2013B-1', 'BBB-2013B', 2013, 1, 5, 70, 12),
                                              ('BBB-2013B-3', 'BBB-2013B', 2013, 1, 5, NULL, 40),
                                              ('BBB-2013B-4', 'BBB-2013B', 2013, 1, 5, 55, 12);
            INSERT INTO weekly_flags VALUES ('BBB-2013B-3', 2013, 1, 5, 'high', 45);
        """)
    return path
