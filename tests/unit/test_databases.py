"""Frames out of SQLite and into it, and database URLs."""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

from edumetrics.databases.literals import quoted
from edumetrics.databases.reading import DatabaseError, Reader, open_reader
from edumetrics.databases.urls import (
    analysis_settings,
    college_settings,
    dialect_of,
    django_settings,
    driver_uri,
    sqlite_path,
    sqlite_path_of_url,
)
from edumetrics.databases.writing import open_writer
from edumetrics.engine.tables.canonical import Kind

Values = Callable[..., list[Any]]


def execute(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.executescript(script)


def execute_elsewhere(path: Path, script: str) -> None:
    """As another program would: within one process, two copies of SQLite do not see each other's locks."""
    code = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).executescript(sys.argv[2])"
    subprocess.run([sys.executable, "-c", code, str(path), script], check=True)


def rows_of(path: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(sql).fetchall()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "college.sqlite3"


@pytest.fixture
def values(path: Path) -> Values:
    """Values of one column without a declared type, as the reader gives them for a kind."""

    def read(kind: Kind, *literals: str) -> list[Any]:
        execute(path, f"CREATE TABLE t (v); INSERT INTO t VALUES ({'), ('.join(literals)})")
        with open_reader(django_settings(f"sqlite:///{path}", read_only=True)) as reader:
            frame = reader.frame("t", {"v": kind})
        assert frame.schema == {"v": kind.dtype}
        return frame["v"].to_list()

    return read


# reading


@pytest.mark.parametrize(
    ("kind", "literal", "expected"),
    [
        (Kind.TEXT, "'a'", "a"),
        (Kind.INTEGER, "7", 7),
        (Kind.NUMBER, "7.5", 7.5),
        (Kind.BOOLEAN, "1", True),
        (Kind.DATE, "'2026-07-06'", date(2026, 7, 6)),
        (Kind.TIMESTAMP, "'2026-07-06 10:30:00'", datetime(2026, 7, 6, 10, 30)),
    ],
)
def test_a_column_whose_first_thousands_of_rows_are_null_keeps_its_kind(
    values: Values, kind: Kind, literal: str, expected: object
) -> None:
    assert values(kind, *["NULL"] * 3000, literal) == [None] * 3000 + [expected]


@pytest.mark.parametrize("kind", list(Kind))
def test_a_table_without_rows_has_its_columns_and_kinds(path: Path, kind: Kind) -> None:
    execute(path, "CREATE TABLE t (v)")
    with open_reader(django_settings(f"sqlite:///{path}")) as reader:
        frame = reader.frame("t", {"v": kind})
    assert (frame.height, frame.schema) == (0, {"v": kind.dtype})


def test_a_text_that_is_no_number_is_null_in_a_column_of_numbers_and_never_0(values: Values) -> None:
    literals = ("1.5", "'absent'", "'12'", "2", "NULL", "'n/a'", "x'00'")
    assert values(Kind.NUMBER, *literals) == [1.5, None, 12.0, 2.0, None, None, None]


@pytest.mark.parametrize("text", [".", "+", "-", "+.", "1-2", "1.2.3", "--1", "1e5", " ", "1 "])
def test_signs_and_points_without_a_number_are_null_and_not_0(values: Values, text: str) -> None:
    assert values(Kind.NUMBER, f"'{text}'") == [None]


@pytest.mark.parametrize(("text", "number"), [(".5", 0.5), ("-.5", -0.5), ("+7", 7.0), ("5.", 5.0)])
def test_a_number_may_be_written_in_any_of_the_usual_ways(values: Values, text: str, number: float) -> None:
    assert values(Kind.NUMBER, f"'{text}'") == [number]


def test_a_text_or_a_fraction_in_a_column_of_whole_numbers_is_null(values: Values) -> None:
    assert values(Kind.INTEGER, "3", "'three'", "4.0", "4.5", "NULL", "1e30") == [3, None, 4, None, None, None]


def test_booleans_are_0_and_1(values: Values) -> None:
    assert values(Kind.BOOLEAN, "1", "0", "NULL", "true", "false", "1.0", "'yes'") == [
        True,
        False,
        None,
        True,
        False,
        True,
        None,
    ]


def test_a_date_may_come_with_a_time_and_what_is_no_date_is_null(values: Values) -> None:
    assert values(Kind.DATE, "'2026-07-06'", "'2026-07-06 23:59:59'", "'2026-02-30'", "'soon'", "''", "20260706") == [
        date(2026, 7, 6),
        date(2026, 7, 6),
        None,
        None,
        None,
        None,
    ]


def test_a_timestamp_may_be_written_in_any_way_of_iso(values: Values) -> None:
    literals = (
        "'2026-07-06 10:30:15'",
        "'2026-07-06T10:30:15'",
        "'2026-07-06 10:30:15.123456'",
        "'2026-07-06T10:30:15+05:30'",
        "'2026-07-06T10:30:15Z'",
    )
    assert values(Kind.TIMESTAMP, *literals, "'2026-07-06'", "'later'", "NULL") == [
        *[datetime(2026, 7, 6, 10, 30, 15)] * 5,
        datetime(2026, 7, 6),
        None,
        None,
    ]


def test_a_number_in_a_column_of_texts_is_its_text(values: Values) -> None:
    assert values(Kind.TEXT, "17", "'017'", "''", "NULL") == ["17", "017", "", None]


def test_rows_come_in_the_order_of_the_table_and_only_those_asked_for(path: Path) -> None:
    execute(path, "CREATE TABLE t (a, b); INSERT INTO t VALUES (3, 'x'), (1, 'y'), (2, 'x')")
    with open_reader(django_settings(f"sqlite:///{path}")) as reader:
        frame = reader.frame("t", {"b": Kind.TEXT, "a": Kind.INTEGER}, "WHERE t.b = 'x'")
        nested = reader.frame("(SELECT max(a) AS most FROM t)", {"most": Kind.INTEGER})
    assert frame.rows() == [("x", 3), ("x", 2)]
    assert nested.rows() == [(3,)]


def test_the_columns_of_a_table_or_a_select_are_known_before_it_is_read(path: Path) -> None:
    execute(path, "CREATE TABLE t (a, b)")
    with open_reader(django_settings(f"sqlite:///{path}")) as reader:
        assert reader.columns_of("t") == ["a", "b"]
        assert reader.columns_of("(SELECT 1 AS c)") == ["c"]
        with pytest.raises(DatabaseError, match="no such table"):
            reader.columns_of("nowhere")
        assert reader.columns_of("t") == ["a", "b"]


def test_a_connection_that_is_read_only_refuses_to_write(path: Path) -> None:
    execute(path, "CREATE TABLE t (a)")
    with (
        pytest.raises(DatabaseError, match="readonly"),
        open_writer(django_settings(f"sqlite:///{path}", read_only=True)) as writer,
    ):
        writer.execute("INSERT INTO t VALUES (1)")
    assert rows_of(path, "SELECT * FROM t") == []


def test_a_college_that_is_not_there_is_not_made(path: Path) -> None:
    settings = django_settings(f"sqlite:///{path}", read_only=True)
    with pytest.raises(FileNotFoundError), open_reader(settings) as reader:
        reader.columns_of("t")
    assert not path.exists()


def test_what_a_reader_reads_is_one_snapshot(path: Path) -> None:
    execute(path, "PRAGMA journal_mode=WAL; CREATE TABLE t (a); CREATE TABLE u (a); INSERT INTO t VALUES (1)")

    def heights(reader: Reader) -> tuple[int, int]:
        return reader.frame("t", {"a": Kind.INTEGER}).height, reader.frame("u", {"a": Kind.INTEGER}).height

    with open_reader(django_settings(f"sqlite:///{path}", read_only=True)) as reader:
        assert reader.frame("t", {"a": Kind.INTEGER}).height == 1
        execute_elsewhere(path, "INSERT INTO t VALUES (2); INSERT INTO u VALUES (2)")
        assert heights(reader) == (1, 0)
    with open_reader(django_settings(f"sqlite:///{path}", read_only=True)) as reader:
        assert heights(reader) == (2, 1)


# writing

WRITTEN = pl.DataFrame(
    {
        "name": ["Zoë", "O'Hara", "", None],
        "number": [1.5, None, -2.0, 0.0],
        "count": [1, 2, None, 4],
        "is_so": [True, False, None, True],
        "day": [date(2026, 7, 6), None, date(1999, 12, 31), date(2026, 1, 1)],
        "moment": [datetime(2026, 7, 6, 10, 30, 15, 123), None, datetime(2026, 1, 1), datetime(2026, 1, 2)],
    },
    schema_overrides={"moment": pl.Datetime("us")},
)
KINDS = {
    "name": Kind.TEXT,
    "number": Kind.NUMBER,
    "count": Kind.INTEGER,
    "is_so": Kind.BOOLEAN,
    "day": Kind.DATE,
    "moment": Kind.TIMESTAMP,
}
TABLE = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, number REAL, count INTEGER, is_so BOOL, day DATE, moment DATETIME)"


def test_what_is_written_is_what_is_read(path: Path) -> None:
    execute(path, TABLE)
    settings = django_settings(f"sqlite:///{path}")
    with open_writer(settings) as writer:
        writer.append("t", WRITTEN)
        writer.append("t", WRITTEN.clear())
    with open_reader(settings) as reader:
        read = reader.frame("t", KINDS)
    assert read.rows() == WRITTEN.with_columns(pl.col("moment").dt.truncate("1s")).rows()


def test_dates_times_and_booleans_are_stored_as_django_stores_them(path: Path) -> None:
    execute(path, TABLE)
    with open_writer(django_settings(f"sqlite:///{path}")) as writer:
        writer.append("t", WRITTEN)
    assert rows_of(path, "SELECT is_so, day, moment FROM t LIMIT 1") == [
        (1, "2026-07-06", "2026-07-06 10:30:15.000123")
    ]


def test_writing_is_all_or_nothing(path: Path) -> None:
    execute(path, f"{TABLE}; INSERT INTO t (name) VALUES ('before')")

    def half() -> None:
        with open_writer(django_settings(f"sqlite:///{path}")) as writer:
            writer.execute("DELETE FROM t")
            writer.append("t", WRITTEN)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert rows_of(path, "SELECT name FROM t") == [("before",)]


def test_a_statement_that_fails_takes_back_what_was_written_before(path: Path) -> None:
    execute(path, f"{TABLE}; CREATE UNIQUE INDEX u ON t (name)")

    def twice() -> None:
        with open_writer(django_settings(f"sqlite:///{path}")) as writer:
            writer.append("t", WRITTEN)
            writer.append("t", WRITTEN)

    with pytest.raises(DatabaseError):
        twice()
    assert rows_of(path, "SELECT count(*) FROM t") == [(0,)]


@pytest.mark.parametrize("text", ["a", "it's", "''", "", "a\nb", "; --"])
def test_a_quoted_text_is_a_literal_of_that_text(path: Path, text: str) -> None:
    execute(path, "")
    assert rows_of(path, f"SELECT {quoted(text)}") == [(text,)]


# urls


@pytest.mark.parametrize("url", ["oracle://host", "college.sqlite3", "", "/var/college.sqlite3"])
def test_a_url_of_another_kind_is_refused_with_what_is_allowed(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"allowed are sqlite:///path/to/file, postgresql://.*mysql://"):
        django_settings(url)


def test_the_analysis_database_cannot_be_on_mysql() -> None:
    with pytest.raises(ImproperlyConfigured, match="it can be SQLite or PostgreSQL"):
        analysis_settings("mysql://u:p@host/db")
    assert dialect_of(college_settings("mysql://u:p@host/db", 600)) == "mysql"


def test_a_sqlite_url_without_a_file_is_refused() -> None:
    """sqlite://college.sqlite3, with a slash too few, names no file."""
    with pytest.raises(ImproperlyConfigured, match="sqlite:///path/to/file"):
        django_settings("sqlite://college.sqlite3")


def test_three_slashes_are_relative_and_four_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert sqlite_path_of_url("sqlite:///db/college.sqlite3") == tmp_path / "db" / "college.sqlite3"
    assert sqlite_path_of_url("sqlite:////var/db/college.sqlite3") == Path("/var/db/college.sqlite3")
    assert sqlite_path_of_url("sqlite:////var/my%20college.sqlite3") == Path("/var/my college.sqlite3")


@pytest.mark.parametrize(("folder", "in_url"), [("a b", "a%20b"), ("é", "é"), ("a%20b", "a%2520b"), ("a#b", "a%23b")])
def test_a_folder_may_have_any_name(tmp_path: Path, folder: str, in_url: str) -> None:
    path = tmp_path / folder / "college.sqlite3"
    path.parent.mkdir()
    execute(path, "CREATE TABLE t (a)")
    for read_only in (True, False):
        settings = django_settings(f"sqlite:///{tmp_path}/{in_url}/college.sqlite3", read_only=read_only)
        assert sqlite_path(settings) == path
        with open_reader(settings) as reader:
            assert reader.columns_of("t") == ["a"]


def test_a_postgresql_url_becomes_a_connection_string_with_its_password_kept_whole() -> None:
    settings = django_settings("postgresql://ana:p%40ss%20word@db.example:5433/college")
    assert (dialect_of(settings), settings["NAME"], settings["PASSWORD"]) == ("postgresql", "college", "p@ss word")
    parts = conninfo_to_dict(driver_uri(settings))
    expected = {"host": "db.example", "port": "5433", "user": "ana", "password": "p@ss word", "dbname": "college"}
    assert expected.items() <= parts.items()
    assert (parts["options"], parts["connect_timeout"], parts["keepalives"]) == ("-c timezone=UTC", "10", "1")


def test_a_read_only_postgresql_connection_says_so_to_the_server() -> None:
    uri = driver_uri(django_settings("postgresql://ana@db.example/college", read_only=True))
    assert "default_transaction_read_only=on" in uri


def test_what_a_url_says_of_the_session_holds_but_for_the_barrier() -> None:
    given = "-c%20random_page_cost%3D4%20-c%20default_transaction_read_only%3Doff"
    settings = django_settings(f"postgresql://ana@db.example/college?options={given}", read_only=True)
    session = dict(one.split("=") for one in re.findall(r"-c (\S+=\S+)", settings["OPTIONS"]["options"]))
    assert (session["random_page_cost"], session["default_transaction_read_only"]) == ("4", "on")
    ours = django_settings("postgresql://ana@db.example/college", read_only=True)["OPTIONS"]["options"]
    assert "-c random_page_cost=1.1 " in ours


def test_settings_of_a_read_only_sqlite_database_open_the_file_itself_as_read_only(path: Path) -> None:
    settings = django_settings(f"sqlite:///{path}", read_only=True)
    assert settings["NAME"] == f"file:{path}?mode=ro"
    assert dialect_of(settings) == "sqlite"
