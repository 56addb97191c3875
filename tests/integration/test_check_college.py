"""check_college on colleges with real faults, on every kind of database."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from edumetrics.college_db.check import CHECKS
from edumetrics.college_db.check import sql as check_sql
from edumetrics.college_db.check.rows import LONGEST_ID
from edumetrics.databases.reading import DatabaseError, open_reader
from edumetrics.databases.urls import django_settings
from edumetrics.engine.tables.canonical import TABLES, Kind
from tests.conftest import need
from tests.integration.databases import (
    Dialect,
    MysqlDatabase,
    PostgresqlDatabase,
    SqliteDatabase,
    on_mysql_server,
)
from tests.integration.workspace import Workspace, new_workspace

DIALECTS: tuple[Dialect, ...] = ("sqlite", "postgresql", "mysql")
WARNINGS_ONLY = 6
Facts = tuple[str, str, str | None, str | None, int | None]


@pytest.fixture(scope="module")
def demos(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Dialect], Workspace]]:
    """A demo college of each kind in week 6 of the odd semester, made when it is first wanted."""
    made: dict[Dialect, Workspace] = {}

    def demo(dialect: Dialect) -> Workspace:
        if dialect not in made:
            made[dialect] = new_workspace(("sqlite", dialect), tmp_path_factory.mktemp(dialect))
            made[dialect].run("demo_college --students 120 --week 6 --past-years 0").well()
        return made[dialect]

    yield demo
    for workspace in made.values():
        workspace.drop()


@pytest.fixture(params=DIALECTS)
def college(
    request: pytest.FixtureRequest, demos: Callable[[Dialect], Workspace], tmp_path: Path
) -> Iterator[Workspace]:
    """A copy to do anything to, of which only the right to write is to be complained of."""
    need(("sqlite", request.param))
    workspace = demos(request.param).copy(tmp_path)
    if isinstance(workspace.college, PostgresqlDatabase):
        in_time_zone(workspace.college, "Asia/Kolkata")
    yield workspace
    workspace.drop()


@pytest.fixture
def on_postgresql(demos: Callable[[Dialect], Workspace], tmp_path: Path) -> Iterator[Workspace]:
    need(("sqlite", "postgresql"))
    workspace = demos("postgresql").copy(tmp_path)
    yield workspace
    workspace.drop()


def in_time_zone(college: PostgresqlDatabase, zone: str) -> None:
    college.execute(f"ALTER DATABASE {college.name} SET timezone TO '{zone}'")


@pytest.fixture
def reader_url(college: Workspace) -> Iterator[str]:
    """The URL of the college for somebody who may only read it."""
    database, name = college.college, f"em_reader_{uuid4().hex[:12]}"
    if isinstance(database, SqliteDatabase):
        database.path.chmod(0o444)
        yield database.url
        database.path.chmod(0o644)
    elif isinstance(database, PostgresqlDatabase):
        database.execute(f"CREATE ROLE {name} LOGIN", f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
        yield database.url_as(name)
        database.execute(f"DROP OWNED BY {name}", f"DROP ROLE {name}")
    else:
        assert isinstance(database, MysqlDatabase)
        on_mysql_server(f"CREATE USER '{name}'@'%' IDENTIFIED BY 'secret'")
        on_mysql_server(f"GRANT SELECT ON {database.name}.* TO '{name}'@'%'")
        yield database.url_as(name, "secret")
        on_mysql_server(f"DROP USER '{name}'@'%'")


def checked(workspace: Workspace, options: str = "", code: int | None = None, **environment: str) -> dict[str, Any]:
    """The JSON report; it is all that standard output holds, and its exit code is the command's."""
    done = workspace.run(f"check_college --json {options}", **environment)
    report: dict[str, Any] = json.loads(done.out)
    assert done.err == ""
    assert done.code == report["exit_code"]
    assert code is None or done.code == code, done.out
    assert report["exit_code"] == {"ok": 0, "warning": WARNINGS_ONLY, "error": 1}[report["gravity"]]
    assert {one["check"] for one in report["findings"]} <= CHECKS.keys()
    return report


def wrong(report: dict[str, Any]) -> list[dict[str, Any]]:
    """What is not well, but for the right to write, which the owner of a test's database has."""
    return [one for one in report["findings"] if one["gravity"] != "ok" and one["check"] != "writable"]


def facts(report: dict[str, Any]) -> list[Facts]:
    return [(one["gravity"], one["check"], one["table"], one["column"], one["count"]) for one in wrong(report)]


def the_only(report: dict[str, Any]) -> dict[str, Any]:
    findings = wrong(report)
    assert len(findings) == 1, findings
    return findings[0]


def textual(college: Workspace, table: str, *columns: str) -> None:
    """Make columns texts, as they are where a college keeps everything as text; SQLite takes any value anyway."""
    for column in columns:
        if isinstance(college.college, PostgresqlDatabase):
            college.college.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE text")
        elif isinstance(college.college, MysqlDatabase):
            college.college.execute(f"ALTER TABLE {table} MODIFY {column} varchar(200)")


def some(college: Workspace, table: str, count: int, skip: int = 0) -> str:
    """A condition that holds for this many rows."""
    return f"id IN ({', '.join(map(str, ids(college, table)[skip : skip + count]))})"


def ids(college: Workspace, table: str) -> list[int]:
    return [one for (one,) in college.college.rows(f"SELECT id FROM {table} ORDER BY id LIMIT 20")]


def is_postgresql(college: Workspace) -> bool:
    return isinstance(college.college, PostgresqlDatabase)


# nothing is wrong


def test_a_good_college_read_by_a_role_that_only_reads_is_well(college: Workspace, reader_url: str) -> None:
    report = checked(college, code=0, CLIENT_DB_URL=reader_url)
    assert report["counts"] == {"error": 0, "warning": 0, "ok": len(report["findings"])}
    where = report["college"]
    assert (where["read_only"], where["writable"]) == (True, False)
    assert (where["academic_year"], where["term"], where["sem_week"]) == (2026, "odd", 6)
    assert [one["table"] for one in report["tables"]] == list(TABLES)
    for one in report["tables"]:
        assert one["rows"] == college.college.rows(f"SELECT COUNT(*) FROM {one['table']}")[0][0]
        assert (one["gravity"], one["mapping_line"]) == ("ok", None)
    newest = {one["table"]: one["newest_week"] for one in report["tables"] if one["newest_week"]}
    assert newest == dict.fromkeys(("attendance", "assignment_submissions", "quiz_submissions", "library_visits"), 6)
    text = college.run("check_college", CLIENT_DB_URL=reader_url).well().out
    assert "● Nothing is wrong." in text
    assert "\x1b" not in text


def test_the_json_of_one_table_as_a_whole(college: Workspace, reader_url: str) -> None:
    report = checked(college, "--table classes", code=0, CLIENT_DB_URL=reader_url)
    server, role = report["college"].pop("server"), report["college"].pop("role")
    kinds = {"sqlite": ("SQLite", "account"), "postgresql": ("PostgreSQL", "role"), "mysql": ("M", "user")}
    dialect = report["college"].pop("dialect")
    assert server.startswith(kinds[dialect][0])
    assert role.startswith(kinds[dialect][1])
    nothing = {"column": None, "fix": None, "count": None, "of": None, "examples": []}
    said = {
        "connection": f"Connected to {server} as {role}.",
        "read_only": "The session is read-only: it refuses to write.",
        "writable": f"{role[:1].upper()}{role[1:]} has no right to write.",
        "week": "The college stands at: academic year 2026, odd semester, week 6 is over, by sim_state "
        "(week 6 of 2026).",
    }
    well = {"gravity": "ok", "table": "classes", **nothing}
    assert report == {
        "format": 1,
        "gravity": "ok",
        "exit_code": 0,
        "counts": {"error": 0, "warning": 0, "ok": 6},
        "college": {"read_only": True, "writable": False, "academic_year": 2026, "term": "odd", "sem_week": 6},
        "tables": [
            {
                "table": "classes",
                "source": "table",
                "rows": 2,
                "newest_week": None,
                "newest_date": None,
                "columns": {"missing": [], "not_given": [], "ignored": []},
                "mapping_line": None,
                "gravity": "ok",
            }
        ],
        "findings": [
            *[
                {**nothing, "gravity": "ok", "check": check, "table": None, "sentence": sentence}
                for check, sentence in said.items()
                if check != "week"
            ],
            {**nothing, "gravity": "ok", "check": "week", "table": "sim_state", "sentence": said["week"]},
            {
                **well,
                "check": "term",
                "column": "odd_sem",
                "count": 2,
                "of": 2,
                "sentence": "In an odd semester: all 2 classes.",
            },
            {**well, "check": "rows", "count": 2, "sentence": "2 rows."},
        ],
    }


# who reads


def test_a_role_that_could_write_is_warned_of_with_the_line_that_helps(college: Workspace) -> None:
    report = checked(college, code=WARNINGS_ONLY)
    assert report["college"]["read_only"] is True
    assert report["college"]["writable"] is True
    assert facts(report) == []
    (writable,) = [one for one in report["findings"] if one["check"] == "writable"]
    words = {
        "sqlite": ("may write the file college.sqlite3", "chmod a-w college.sqlite3"),
        "postgresql": ("is a superuser", "GRANT SELECT ON ALL TABLES"),
        "mysql": ("INSERT", "REVOKE"),
    }[report["college"]["dialect"]]
    assert words[0] in writable["sentence"]
    assert words[1] in writable["fix"]


def test_a_right_on_one_table_is_told_and_taken_away_by_the_line_it_gives(college: Workspace, reader_url: str) -> None:
    database = college.college
    if isinstance(database, SqliteDatabase):
        pytest.skip("SQLite has no rights on tables")
    user = reader_url.partition("://")[2].partition("@")[0].partition(":")[0]
    if isinstance(database, PostgresqlDatabase):
        database.execute(f"GRANT UPDATE ON students TO {user}", f"GRANT CREATE ON SCHEMA public TO {user}")
    else:
        database.execute(f"GRANT UPDATE ON students TO '{user}'@'%'")
    report = checked(college, code=WARNINGS_ONLY, CLIENT_DB_URL=reader_url)
    writable = [one for one in report["findings"] if one["check"] == "writable"]
    assert "students" in writable[0]["sentence"]
    database.execute(*(one["fix"] for one in writable))
    assert checked(college, code=0, CLIENT_DB_URL=reader_url)["college"]["writable"] is False


def test_a_role_that_owns_the_tables_is_warned_of(on_postgresql: Workspace) -> None:
    database, name = on_postgresql.college, f"em_owner_{uuid4().hex[:12]}"
    assert isinstance(database, PostgresqlDatabase)
    database.execute(f"CREATE ROLE {name} LOGIN", f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}")
    database.execute(f"ALTER TABLE attendance OWNER TO {name}")
    try:
        report = checked(on_postgresql, "--table attendance", CLIENT_DB_URL=database.url_as(name))
        (writable,) = [one for one in report["findings"] if one["check"] == "writable"]
        assert "owns 1 table, for example attendance" in writable["sentence"]
    finally:
        database.execute(f"REASSIGN OWNED BY {name} TO CURRENT_USER", f"DROP OWNED BY {name}", f"DROP ROLE {name}")


def test_a_table_that_the_role_may_not_read_comes_with_the_grant(college: Workspace, reader_url: str) -> None:
    database = college.college
    if isinstance(database, SqliteDatabase):
        pytest.skip("SQLite has no rights on tables")
    user = reader_url.partition("://")[2].partition("@")[0].partition(":")[0]
    if isinstance(database, PostgresqlDatabase):
        database.execute(f"REVOKE SELECT ON subjects FROM {user}")
    else:
        database.execute(f"REVOKE SELECT ON {database.name}.* FROM '{user}'@'%'")
        database.execute(*(f"GRANT SELECT ON {name} TO '{user}'@'%'" for name in TABLES if name != "subjects"))
    report = checked(college, code=1, CLIENT_DB_URL=reader_url)
    refused = the_only(report)
    assert (refused["check"], refused["table"]) == ("unreadable", "subjects")
    database.execute(refused["fix"])
    checked(college, code=0, CLIENT_DB_URL=reader_url)


# what is there


def test_missing_tables_and_columns_come_with_the_line_to_add(college: Workspace) -> None:
    college.college.execute(
        "DROP TABLE exam_results",
        "ALTER TABLE students DROP COLUMN roll_number",
        "ALTER TABLE students DROP COLUMN left_reason",
        "ALTER TABLE students DROP COLUMN archetype",
        "ALTER TABLE students ADD COLUMN campus varchar(20)",
        "ALTER TABLE subjects RENAME COLUMN credits TO points",
    )
    report = checked(college, code=1)
    assert facts(report) == [
        ("error", "missing_column", "students", "roll_number", None),
        ("error", "missing_column", "subjects", "credits", None),
        ("error", "missing_table", "exam_results", None, None),
    ]
    table = {one["table"]: one for one in report["tables"]}
    assert table["students"]["columns"] == {
        "missing": ["roll_number"],
        "not_given": ["archetype", "left_reason"],
        "ignored": ["campus"],
    }
    assert table["exam_results"]["rows"] is None
    lines = [table["students"]["mapping_line"], table["subjects"]["mapping_line"], "exam_results = false"]
    assert "exam_results = false" in wrong(report)[2]["sentence"]
    assert "NULL AS roll_number" in lines[0]
    mapping = college.file("mapping.toml", "\n".join(["[tables]", *lines]))
    mended = checked(college, MAPPING_FILE=mapping)
    assert facts(mended) == []
    assert {one["source"] for one in mended["tables"]} == {"table", "select", "absent"}


def test_empty_tables_are_errors_where_nothing_can_be_scored_without_them(college: Workspace) -> None:
    college.college.execute("DELETE FROM library_visits", "DELETE FROM students")
    report = checked(college, "--table library_visits --table students --table exam_results", code=1)
    assert facts(report) == [
        ("error", "empty", "students", None, 0),
        ("warning", "empty", "library_visits", None, 0),
    ]
    assert wrong(report)[1]["fix"] == "library_visits = false"
    # No exam has been yet, so there are no results.
    assert [one["rows"] for one in report["tables"]] == [0, 0, 0]


def test_tables_that_fill_during_the_semester_may_be_empty_before_week_1(college: Workspace) -> None:
    college.college.execute("UPDATE sim_state SET current_week = 0", "DELETE FROM attendance", "DELETE FROM advisors")
    assert facts(checked(college, "--table attendance --table advisors")) == [("warning", "empty", "advisors", None, 0)]


def test_nulls_duplicates_and_long_ids_are_counted(college: Workspace) -> None:
    textual(college, "subjects", "subject_id")
    long = "X" * 70
    college.college.execute(
        "INSERT INTO attendance (id, student_id, class_id, subject_id, semester, week, week_date, lectures_held) "
        "SELECT id + 10000000, student_id, class_id, subject_id, semester, week, week_date, lectures_held "
        f"FROM attendance WHERE {some(college, 'attendance', 4)}",
        f"INSERT INTO subjects (subject_id) VALUES ('{long}')",
    )
    columns = ", ".join(
        "NULLIF(lectures_held, 3) AS lectures_held" if name == "lectures_held" else name
        for name in TABLES["attendance"].column_names
    )
    mapping = college.file("mapping.toml", f'[tables]\nattendance = "SELECT {columns} FROM attendance"')
    threes = college.college.rows("SELECT COUNT(*) FROM attendance WHERE lectures_held = 3")[0][0]
    assert threes
    report = checked(college, "--table attendance --table subjects", code=1, MAPPING_FILE=mapping)
    assert facts(report) == [
        ("error", "too_long", "subjects", "subject_id", 1),
        ("warning", "null", "attendance", "lectures_held", threes),
        ("warning", "duplicate", "attendance", None, 4),
    ]
    assert wrong(report)[2]["of"] == 3529
    assert len(wrong(report)[2]["examples"]) == 3


def test_semesters_that_cannot_be_are_told(college: Workspace) -> None:
    first = min(name for (name,) in college.college.rows("SELECT class_id FROM classes"))
    college.college.execute(
        f"UPDATE classes SET even_sem = 9 WHERE class_id = '{first}'",
        f"UPDATE attendance SET semester = 0 WHERE {some(college, 'attendance', 5)}",
    )
    assert facts(checked(college, "--table classes --table attendance")) == [
        ("warning", "semester", "classes", "even_sem", 1),
        ("warning", "semester", "attendance", "semester", 5),
    ]


# values


def test_texts_among_numbers_are_counted_and_the_given_line_puts_them_right(college: Workspace) -> None:
    textual(college, "attendance", "present", "week_date")
    textual(college, "quiz_submissions", "marks_obtained", "attempted")
    with_marks = college.college.rows("SELECT id FROM quiz_submissions WHERE marks_obtained IS NOT NULL LIMIT 2")
    college.college.execute(
        f"UPDATE attendance SET present = 'AB' WHERE {some(college, 'attendance', 3)}",
        f"UPDATE attendance SET present = 'ML' WHERE {some(college, 'attendance', 1, skip=3)}",
        f"UPDATE attendance SET week_date = 'Monday' WHERE {some(college, 'attendance', 1, skip=4)}",
        *(f"UPDATE quiz_submissions SET marks_obtained = 'n/a' WHERE id = {one}" for (one,) in with_marks),
        f"UPDATE quiz_submissions SET attempted = 'perhaps' WHERE {some(college, 'quiz_submissions', 1)}",
    )
    first, _, _, fourth = ids(college, "attendance")[:4]
    report = checked(college)
    gravity = "error" if is_postgresql(college) else "warning"
    assert sorted(facts(report), key=str) == [
        (gravity, "mistyped", "attendance", "present", 4),
        (gravity, "mistyped", "attendance", "week_date", 1),
        (gravity, "mistyped", "quiz_submissions", "attempted", 1),
        (gravity, "mistyped", "quiz_submissions", "marks_obtained", 2),
    ]
    found = {one["column"]: one for one in wrong(report)}
    assert found["present"]["examples"] == [f"'AB' ({first})", f"'ML' ({fourth})"]
    assert found["present"]["of"] == 3525
    assert f"'AB' in 3 rows (id {first}); 'ML' in 1 row (id {fourth})" in found["present"]["sentence"]
    assert found["present"]["fix"] == "CASE WHEN present NOT IN ('AB', 'ML') THEN present END AS present"
    assert found["marks_obtained"]["fix"] == "NULLIF(marks_obtained, 'n/a') AS marks_obtained"
    consequence = "A run that reads them fails" if is_postgresql(college) else "A run reads them as missing"
    assert consequence in found["present"]["sentence"]
    lines = [one["mapping_line"] for one in report["tables"] if one["mapping_line"]]
    assert len(lines) == 2
    mapping = college.file("mapping.toml", "\n".join(["[tables]", *lines]))
    assert facts(checked(college, "--table attendance --table quiz_submissions", MAPPING_FILE=mapping)) == []


def test_days_that_are_written_otherwise_come_with_the_line_that_reads_them(college: Workspace) -> None:
    textual(college, "exam_schedule", "exam_date")
    for (day,) in set(college.college.rows("SELECT exam_date FROM exam_schedule")):
        year, month, number = str(day)[:10].split("-")
        college.college.execute(
            f"UPDATE exam_schedule SET exam_date = '{number}/{month}/{year}' WHERE exam_date = '{day}'"
        )
    report = checked(college, "--table exam_schedule")
    found = the_only(report)
    assert (found["column"], found["count"]) == ("exam_date", 20)
    (table,) = report["tables"]
    mapping = college.file("mapping.toml", f"[tables]\n{table['mapping_line']}")
    assert facts(checked(college, "--table exam_schedule", MAPPING_FILE=mapping)) == []


def test_fractions_among_whole_numbers_are_told(college: Workspace) -> None:
    if is_postgresql(college):
        college.college.execute("ALTER TABLE attendance ALTER COLUMN late TYPE numeric")
    elif isinstance(college.college, MysqlDatabase):
        college.college.execute("ALTER TABLE attendance MODIFY late double")
    college.college.execute(f"UPDATE attendance SET late = 0.5 WHERE {some(college, 'attendance', 2)}")
    report = checked(college, "--table attendance", code=WARNINGS_ONLY)
    found = the_only(report)
    assert (found["check"], found["column"], found["count"], found["examples"]) == (
        "mistyped",
        "late",
        2,
        [f"'0.5' ({ids(college, 'attendance')[0]})"],
    )
    mapping = college.file("mapping.toml", f"[tables]\n{report['tables'][0]['mapping_line']}")
    assert facts(checked(college, "--table attendance", MAPPING_FILE=mapping)) == []


def test_a_type_that_cannot_be_read_is_told_with_a_cast(on_postgresql: Workspace) -> None:
    in_time_zone(on_postgresql.college, "Asia/Kolkata")
    on_postgresql.college.execute(
        "ALTER TABLE attendance ALTER COLUMN week_date TYPE integer "
        "USING CAST(to_char(week_date, 'YYYYMMDD') AS integer)",
        "ALTER TABLE quiz_definitions ALTER COLUMN duration_mins TYPE boolean USING duration_mins > 0",
    )
    report = checked(on_postgresql, code=1)
    assert facts(report) == [
        ("error", "mistyped", "attendance", "week_date", None),
        ("warning", "mistyped", "quiz_definitions", "duration_mins", None),
    ]
    assert "cannot cast type integer to date" in wrong(report)[0]["sentence"]
    assert report["tables"][6]["rows"] == 3525
    lines = [one["mapping_line"] for one in report["tables"] if one["mapping_line"]]
    mapping = on_postgresql.file("mapping.toml", "\n".join(["[tables]", *lines]))
    assert facts(checked(on_postgresql, MAPPING_FILE=mapping)) == []


def test_times_with_a_zone_are_told_where_the_server_is_elsewhere(on_postgresql: Workspace) -> None:
    in_time_zone(on_postgresql.college, "UTC")
    report = checked(on_postgresql, "--table quiz_submissions")
    found = the_only(report)
    assert found["fix"] == "attempt_date AT TIME ZONE 'Asia/Kolkata' AS attempt_date"
    mapping = on_postgresql.file("mapping.toml", f"[tables]\n{report['tables'][0]['mapping_line']}")
    assert facts(checked(on_postgresql, "--table quiz_submissions", MAPPING_FILE=mapping)) == []


TEXTS = {
    Kind.INTEGER: (["0", "7", "-3", "+12"], ["", "x", "1.5", "1e", "12 apples", "--1"]),
    Kind.NUMBER: (["0", "7", "-3.25", "+12.", ".5"], ["", "x", "12 %", "abc.", "."]),
    Kind.BOOLEAN: (["0", "1", "t", "F", "true", "FALSE"], ["", "x", "2", "perhaps"]),
    Kind.DATE: (
        ["2026-07-06", "2024-02-29", "2000-02-29", "2026-07-06 10:30:00"],
        ["", "06/07/2026", "2026-02-29", "2026-13-01", "2026-04-31", "soon"],
    ),
    Kind.TIMESTAMP: (
        ["2026-07-06", "2026-07-06 10:30:00", "2026-07-06T23:59:59"],
        ["", "06/07/2026", "2026-02-29 10:30:00", "2026-07-06 25:00:00", "soon"],
    ),
}

READ_AS_SOMETHING_ELSE = {".", "06/07/2026"}
"""By some database: no number and a number, and a day of June or July."""


@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_called_right_is_read_and_what_is_called_wrong_is_not(dialect: Dialect, tmp_path: Path) -> None:
    need(("sqlite", dialect))
    workspace = new_workspace(("sqlite", dialect), tmp_path)
    try:
        workspace.college.execute("CREATE TABLE texts (kind varchar(20), v varchar(40))")
        for kind, (right, bad) in TEXTS.items():
            workspace.college.execute(
                *(f"INSERT INTO texts VALUES ('{kind.value}', '{text}')" for text in [*right, *bad])
            )
        with open_reader(django_settings(workspace.college.url, read_only=True)) as reader:
            for kind, (right, bad) in TEXTS.items():
                is_wrong = check_sql.wrong(dialect, kind, "t.v", "text")
                of_kind = f"WHERE kind = '{kind.value}'"
                called = reader.frame("texts", {"v": Kind.TEXT}, f"{of_kind} AND {is_wrong}")["v"].to_list()
                assert sorted(called) == sorted(bad), kind
                read = reader.frame("texts", {"v": kind}, f"{of_kind} AND NOT {is_wrong}")["v"]
                assert (read.len(), read.null_count()) == (len(right), 0), kind
            for kind, (_, bad) in TEXTS.items():
                for text in set(bad) - READ_AS_SOMETHING_ELSE:
                    assert is_not_read(reader, kind, text), (kind, text)
    finally:
        workspace.drop()


def is_not_read(reader: Any, kind: Kind, text: str) -> bool:
    try:
        return reader.frame("texts", {"v": kind}, f"WHERE kind = '{kind.value}' AND v = '{text}'")["v"].to_list() == [
            None
        ]
    except DatabaseError:
        # What has failed begins anew.
        for _ in range(2):
            try:
                reader.columns_of("texts")
            except DatabaseError:
                continue
        return True


# weeks


def test_a_source_that_is_not_loaded_yet_is_stale(college: Workspace) -> None:
    (first, second) = (name for (name,) in college.college.rows("SELECT class_id FROM classes ORDER BY class_id"))
    of_second = f"IN (SELECT assignment_id FROM assignment_definitions WHERE due_week >= 5 AND class_id = '{second}')"
    college.college.execute(
        "DELETE FROM attendance WHERE week >= 5",
        f"DELETE FROM library_visits WHERE week = 6 AND class_id = '{second}'",
        f"DELETE FROM assignment_submissions WHERE assignment_id {of_second}",
        "DELETE FROM quiz_submissions WHERE quiz_id IN (SELECT quiz_id FROM quiz_definitions)",
    )
    report = checked(college, code=WARNINGS_ONLY)
    assert facts(report) == [
        ("warning", "empty", "quiz_submissions", None, 0),
        ("warning", "stale", "attendance", None, 2),
        ("warning", "stale", "assignment_submissions", None, 1),
        ("warning", "stale", "library_visits", None, 1),
    ]
    _, attendance, submissions, library = wrong(report)
    assert "ends with week 4; the college is at week 6" in attendance["sentence"]
    assert attendance["examples"] == [first, second]
    assert (submissions["examples"], library["examples"]) == ([second], [second])
    assert library["sentence"].startswith(f"1 of 2 classes has no row of week 6, for example {second}.")
    weeks = {one["table"]: one["newest_week"] for one in report["tables"]}
    assert (weeks["attendance"], weeks["library_visits"]) == (4, 6)


def test_data_past_the_colleges_week_ask_whether_it_is_kept_up_to_date(college: Workspace) -> None:
    college.college.execute("UPDATE sim_state SET current_week = 2")
    report = checked(college, "--table attendance --table library_visits")
    assert facts(report) == [
        ("warning", "ahead", "attendance", "week", 2),
        ("warning", "ahead", "library_visits", "week", 2),
    ]
    assert "rows of week 6, but the college is at week 2" in wrong(report)[0]["sentence"]


def test_a_college_that_is_nowhere_in_the_calendar_is_an_error(college: Workspace) -> None:
    college.college.execute("UPDATE sim_state SET current_week = 99")
    outside = the_only(checked(college, "--table attendance", code=1))
    assert outside["check"] == "week"
    assert "The college's current week is 99" in outside["sentence"]
    college.college.execute("DELETE FROM sim_state")
    report = checked(college, code=1)
    assert {one["check"] for one in wrong(report)} == {"week", "empty"}
    assert report["college"]["sem_week"] is None
    absent = college.file("mapping.toml", "[tables]\nsim_state = false")
    policy = college.file("policy.toml", '[calendar.first_days]\n"2020-odd" = 2020-07-20')
    placed = checked(college, MAPPING_FILE=absent, POLICY_FILE=policy)
    assert placed["college"]["academic_year"] == 2020
    assert "policy's calendar" in next(one["sentence"] for one in placed["findings"] if one["check"] == "week")


def test_a_term_without_a_class_is_an_error(college: Workspace) -> None:
    college.college.execute("UPDATE classes SET odd_sem = NULL")
    report = checked(college, "--table classes", code=1)
    assert facts(report) == [("error", "term", "classes", "odd_sem", 0)]


# references


def test_rows_that_name_nothing_are_counted(college: Workspace) -> None:
    college.college.execute(
        f"UPDATE attendance SET student_id = 'NOBODY' WHERE {some(college, 'attendance', 10)}",
        f"UPDATE attendance SET student_id = 'nobody' WHERE {some(college, 'attendance', 1, skip=10)}",
        "UPDATE students SET class_id = NULL WHERE roll_number = 1",
        "UPDATE library_visits SET class_id = 'NOWHERE'",
        "DELETE FROM quiz_definitions WHERE scheduled_week = 5",
    )
    lost = college.college.rows(
        "SELECT COUNT(*) FROM quiz_submissions WHERE quiz_id NOT IN (SELECT quiz_id FROM quiz_definitions)"
    )[0][0]
    assert lost
    report = checked(college, code=1)
    assert [one for one in facts(report) if one[1] != "stale"] == [
        ("warning", "no_class", "students", "class_id", 2),
        ("warning", "reference", "attendance", "student_id", 11),
        ("warning", "reference", "quiz_submissions", "quiz_id", lost),
        ("error", "reference", "library_visits", "class_id", 705),
    ]
    attendance = next(one for one in wrong(report) if one["table"] == "attendance")
    # To the letter, whatever the server's collation says.
    assert attendance["examples"] == ["NOBODY", "nobody"]
    assert attendance["of"] == 3525
    # One table alone knows the others too.
    assert facts(checked(college, "--table quiz_submissions")) == [
        ("warning", "reference", "quiz_submissions", "quiz_id", lost)
    ]


# the files, and the database itself


def test_a_select_that_fails_says_what_the_database_said_in_one_line(college: Workspace) -> None:
    mapping = college.file(
        "mapping.toml",
        '[tables]\nattendance = "SELECT * FROM no_such_table"\nclasses = "SELECT nothing FROM classes"\n',
    )
    report = checked(college, code=1, MAPPING_FILE=mapping)
    assert facts(report)[:2] == [
        ("error", "mapping", "classes", None, None),
        ("error", "mapping", "attendance", None, None),
    ]
    assert "The SELECT of the mapping fails" in wrong(report)[1]["sentence"]
    assert "no_such_table" in wrong(report)[1]["sentence"]
    assert "\n" not in wrong(report)[1]["sentence"]


@pytest.mark.parametrize(
    ("setting", "text", "check", "words"),
    [
        ("MAPPING_FILE", "[tables]\nlibary_visits = false", "mapping", "tables.libary_visits is not a canonical table"),
        ("MAPPING_FILE", '[tables]\nadvisors = "SELECT :campus"', "mapping", "uses the parameter :campus"),
        ("POLICY_FILE", "[risk.weights]\nlow_efort = 3", "policy", "risk.weights.low_efort: there is no such key"),
    ],
)
def test_wrong_files_are_findings_too(tmp_path: Path, setting: str, text: str, check: str, words: str) -> None:
    workspace = new_workspace(("sqlite", "sqlite"), tmp_path)
    report = checked(workspace, code=1, **{setting: workspace.file("file.toml", text)})
    assert the_only(report)["check"] == check
    assert words in the_only(report)["sentence"]
    assert report["tables"] == []


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_database_that_is_not_there_is_one_error(dialect: Dialect, tmp_path: Path) -> None:
    workspace = new_workspace(("sqlite", "sqlite"), tmp_path)
    # Port 1 is nobody's.
    url = f"sqlite:///{tmp_path}/nothing.sqlite3" if dialect == "sqlite" else f"{dialect}://root@127.0.0.1:1/nothing"
    found = the_only(checked(workspace, code=1, CLIENT_DB_URL=url))
    assert found["check"] == "connection"
    assert "Check CLIENT_DB_URL" in found["sentence"]
    assert not (tmp_path / "nothing.sqlite3").exists()


def mapped(name: str, also: str) -> str:
    return f'[tables]\n{name} = "SELECT {", ".join(TABLES[name].column_names)} FROM {name} WHERE {also}"'


def test_a_statement_that_takes_too_long_is_an_error_of_its_table_and_the_rest_is_checked(
    on_postgresql: Workspace,
) -> None:
    in_time_zone(on_postgresql.college, "Asia/Kolkata")
    slow = on_postgresql.file("mapping.toml", mapped("subjects", "pg_sleep(3) IS NOT NULL"))
    report = checked(
        on_postgresql, "--table subjects --table exam_schedule", code=1, MAPPING_FILE=slow, CLIENT_DB_TIMEOUT="1"
    )
    found = the_only(report)
    assert (found["check"], found["table"]) == ("unreadable", "subjects")
    assert "statement timeout" in found["sentence"]
    assert "CLIENT_DB_TIMEOUT" in found["sentence"]
    assert report["tables"][1]["rows"] == 20


def test_a_server_that_goes_away_in_the_middle_is_an_error(on_postgresql: Workspace) -> None:
    gone = on_postgresql.file("mapping.toml", mapped("attendance", "pg_terminate_backend(pg_backend_pid())"))
    report = checked(on_postgresql, code=1, MAPPING_FILE=gone)
    found = wrong(report)[-1]
    assert (found["gravity"], found["check"]) == ("error", "connection")
    assert "The connection was lost while counting attendance" in found["sentence"]
    assert report["tables"][0]["rows"] == 2


# how it reads


def test_the_text_has_the_same_findings_as_the_json(college: Workspace) -> None:
    college.college.execute(
        "DROP TABLE book_borrows",
        f"UPDATE attendance SET student_id = 'NOBODY' WHERE {some(college, 'attendance', 10)}",
    )
    done = college.run("check_college")
    assert done.code == 1
    assert done.err == ""
    flat = " ".join(done.out.split())
    for one in wrong(checked(college)):
        assert one["sentence"] in flat
        assert one["fix"] is None or one["fix"] in flat
    assert "✖ error book_borrows as it stands" in flat
    assert "▲ warning attendance as it stands 3,525 6" in flat
    assert flat.endswith("1 error and 2 warnings. A run will not work. Exit code 1.")


def test_the_college_is_left_as_it_was(college: Workspace) -> None:
    before = {name: college.college.table(name) for name in sorted(college.college.tables())}
    checked(college)
    after = {name: college.college.table(name) for name in sorted(college.college.tables())}
    assert before.keys() == after.keys()
    assert [name for name in before if not before[name].equals(after[name])] == []


def test_ids_may_be_as_long_as_the_analysis_tables_hold(tmp_path: Path) -> None:
    script = (
        "from edumetrics.analysis_db.models import *\n"
        "keys = [(RosterClass, 'class_id'), (RosterStudent, 'student_id'), (RosterAdvisor, 'advisor_id')]\n"
        "keys += [(RosterSubject, 'subject_id'), (WeeklyMetrics, 'student_id'), (WeeklyFlags, 'class_id')]\n"
        "print({model._meta.get_field(name).max_length for model, name in keys})"
    )
    longest = new_workspace(("sqlite", "sqlite"), tmp_path).python(script).well().out.split()[-1]
    assert longest == f"{{{LONGEST_ID}}}"


def test_an_unknown_table_is_a_fault_of_the_command_line(tmp_path: Path) -> None:
    done = new_workspace(("sqlite", "sqlite"), tmp_path).manage("check_college", "--table", "library")
    assert done.code == 2
    assert "library_visits" in done.err
