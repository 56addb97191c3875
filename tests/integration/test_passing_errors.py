"""Errors that may pass and errors that will not, provoked on real servers."""

import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pymysql
import pytest
from django.conf import settings
from django.db import DatabaseError as DjangoDatabaseError
from django.db.utils import ConnectionHandler

from edumetrics.databases.errors import is_passing
from edumetrics.databases.reading import DatabaseError, open_reader, several_readers
from edumetrics.databases.urls import college_settings, django_settings
from edumetrics.databases.writing import open_writer
from edumetrics.engine.tables.canonical import Kind
from tests.conftest import need
from tests.integration.databases import MysqlDatabase, new_database, new_mysql_database, on_mysql_server
from tests.integration.own_server import OwnServer, own_server

# Django is not set up here; only its connections are used.
pytestmark = pytest.mark.filterwarnings("ignore:Accessing the database during app initialization:RuntimeWarning")

X = {"x": Kind.INTEGER}
MANY = "(SELECT x FROM generate_series(1, 5000000) AS x)"
Way = Callable[[str, str], object]


def by_reader(url: str, sql: str) -> pl.DataFrame:
    """In bulk, from the source, as the college is read."""
    with open_reader(college_settings(url, 600)) as reader:
        return reader.frame(f"({sql})", X)


def by_writer(url: str, sql: str) -> object:
    """In bulk, as the analysis database is written."""
    with open_writer(django_settings(url)) as writer:
        return writer.execute(sql)


def by_django(url: str, sql: str) -> object:
    with closing(ConnectionHandler({"default": django_settings(url)})["default"]) as connection:  # noqa: SIM117
        with connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else None


@pytest.fixture(autouse=True, scope="module")
def settings_of_django() -> Iterator[None]:
    """What by_django needs; the other tests of this process see none, as before."""
    before = settings._wrapped
    settings.configure(USE_TZ=True)
    yield
    settings._wrapped = before


WAYS = (by_reader, by_writer, by_django)
ways = pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)


def error_of(work: Callable[[], object]) -> Exception:
    with pytest.raises((DatabaseError, psycopg.Error, DjangoDatabaseError)) as caught:
        work()
    # As a caller would wrap it.
    wrapped = RuntimeError("the work failed")
    wrapped.__cause__ = caught.value
    assert is_passing(wrapped) == is_passing(caught.value)
    return caught.value


@contextmanager
def meanwhile(work: Callable[[], object]) -> Iterator[None]:
    """Something that happens beside the block, and is over after it."""
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def silent_port() -> Iterator[int]:
    """Where connections are taken, and nobody ever says anything."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


silent = pytest.fixture(silent_port)


def closed_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


# PostgreSQL


@pytest.fixture(scope="module")
def server() -> Iterator[OwnServer]:
    with own_server(max_connections="6", superuser_reserved_connections="1") as one:
        one.psql("CREATE TABLE t (x integer); INSERT INTO t SELECT generate_series(1, 100); CREATE ROLE guest LOGIN")
        one.psql("ALTER ROLE guest PASSWORD 'guest'; CREATE DATABASE spare; CREATE TABLE u (x integer)")
        yield one


@ways
def test_postgresql_a_closed_port_may_open(way: Way) -> None:
    error = error_of(lambda: way(f"postgresql://postgres@127.0.0.1:{closed_port()}/college", "SELECT 1 AS x"))
    assert is_passing(error)
    assert "refused" in str(error)


@ways
def test_postgresql_a_server_that_says_nothing_is_given_up(way: Way, silent: int) -> None:
    began = time.monotonic()
    error = error_of(lambda: way(f"postgresql://postgres@127.0.0.1:{silent}/c?connect_timeout=2", "SELECT 1 AS x"))
    assert is_passing(error)
    assert "timeout" in str(error)
    assert time.monotonic() - began < 20


@ways
@pytest.mark.parametrize(
    ("who", "sql", "said"),
    [
        ({"password": "wrong"}, "SELECT 1 AS x", "password authentication failed"),
        ({"user": "nobody"}, "SELECT 1 AS x", "password authentication failed"),
        ({"database": "nowhere"}, "SELECT 1 AS x", 'database "nowhere" does not exist'),
        ({}, "SELECT x FRM t", "syntax error"),
        ({}, "SELECT x FROM nowhere", 'relation "nowhere" does not exist'),
        ({}, "SELECT 1 / (x - 3) AS x FROM t", "division by zero"),
        ({"user": "guest", "password": "guest"}, "SELECT x FROM t", "permission denied"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_postgresql_what_is_wrong_stays_wrong(
    way: Way, server: OwnServer, who: dict[str, str], sql: str, said: str
) -> None:
    error = error_of(lambda: way(server.url(**who), sql))
    assert said in str(error)
    assert not is_passing(error)


def test_postgresql_a_statement_that_takes_too_long_stays_so(server: OwnServer) -> None:
    def read() -> None:
        with open_reader(college_settings(server.url(), 1)) as reader:
            reader.frame("(SELECT 1 AS x FROM pg_sleep(20))", X)

    error = error_of(read)
    assert "canceling statement due to statement timeout" in str(error)
    assert not is_passing(error)


@ways
def test_postgresql_a_session_that_is_ended_may_begin_anew(way: Way, server: OwnServer) -> None:
    with meanwhile(lambda: end_sleepers(server)):
        error = error_of(lambda: way(server.url(), "SELECT 1 AS x FROM pg_sleep(20)"))
    assert is_passing(error)


def end_sleepers(server: OwnServer) -> None:
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    while not server.psql(ended):
        time.sleep(0.05)


def test_postgresql_a_session_that_ends_between_two_statements_may_begin_anew(server: OwnServer) -> None:
    def end(database: str) -> None:
        server.psql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")

    def read() -> None:
        with open_reader(college_settings(server.url("spare"), 600)) as reader:
            reader.frame("(SELECT 1 AS x)", X)
            end("spare")
            reader.frame("(SELECT 1 AS x)", X)

    def write() -> None:
        with open_writer(django_settings(server.url("spare"))) as writer:
            writer.execute("SELECT 1")
            end("spare")
            writer.execute("SELECT 1")

    def copy() -> None:
        with open_writer(django_settings(server.url("spare"))) as writer:
            writer.execute("CREATE TABLE t (x integer)")
            end("spare")
            writer.append("t", pl.DataFrame({"x": range(100_000)}))

    def commit() -> None:
        with open_writer(django_settings(server.url("spare"))) as writer:
            writer.execute("SELECT 1")
            end("spare")

    for work in (read, write, copy, commit):
        assert is_passing(error_of(work)), work.__name__


@ways
def test_postgresql_too_many_connections_become_fewer(way: Way, server: OwnServer) -> None:
    url = server.url(user="guest", password="guest")
    held = []
    try:
        with pytest.raises(psycopg.OperationalError):  # noqa: PT012
            while True:
                held.append(psycopg.connect(url))
        assert is_passing(error_of(lambda: way(url, "SELECT 1 AS x")))
    finally:
        for connection in held:
            connection.close()


@pytest.mark.parametrize("way", [by_writer, by_django])
def test_postgresql_deadlocks_and_locks_pass(way: Way, server: OwnServer) -> None:
    with psycopg.connect(server.url()) as other:
        other.execute("LOCK TABLE t")
        error = error_of(lambda: way(server.url(), "SET lock_timeout = 100; SELECT count(*) FROM t"))
        assert "lock timeout" in str(error)
        assert is_passing(error)

        other.execute("SET deadlock_timeout = '10s'")
        crossing = "SET deadlock_timeout = '100ms'; LOCK TABLE u; LOCK TABLE t"
        with meanwhile(lambda: lock_when_waited_for(server, other)):
            error = error_of(lambda: way(server.url(), f"BEGIN; {crossing}" if way is by_django else crossing))
        assert "deadlock detected" in str(error)
        assert is_passing(error)


def lock_when_waited_for(server: OwnServer, connection: "psycopg.Connection[Any]") -> None:
    while not server.psql("SELECT 1 FROM pg_locks WHERE NOT granted"):
        time.sleep(0.05)
    connection.execute("LOCK TABLE u")


def test_postgresql_serialization_failures_pass(server: OwnServer) -> None:
    with pytest.raises(psycopg.errors.SerializationFailure) as caught, psycopg.connect(server.url()) as one:  # noqa: PT012
        one.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        one.execute("SELECT count(*) FROM t")
        server.psql("UPDATE t SET x = x + 1")
        one.execute("UPDATE t SET x = x - 1")
    assert is_passing(caught.value)


def test_postgresql_every_error_of_a_server_that_goes_and_comes_back_passes(server: OwnServer) -> None:
    for going in (server.kill, lambda: server.stop("fast"), lambda: server.stop("immediate")):
        with meanwhile(lambda going=going: (wait_for_sleepers(server), going())):  # type: ignore[misc]
            errors = [error_of(lambda: by_reader(server.url(), "SELECT 1 AS x FROM pg_sleep(20)"))]
        errors += [error_of(lambda way=way: way(server.url(), "SELECT 1 AS x")) for way in WAYS]  # type: ignore[misc]
        server.start(wait=False)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                by_reader(server.url(), "SELECT 1 AS x")
                break
            except DatabaseError as error:
                errors.append(error)
        assert by_reader(server.url(), "SELECT 1 AS x") is not None
        assert [str(error) for error in errors if not is_passing(error)] == []


def wait_for_sleepers(server: OwnServer) -> None:
    while not server.psql("SELECT 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"):
        time.sleep(0.05)


def test_postgresql_a_server_that_is_starting_up_will_be_up(server: OwnServer) -> None:
    """A recovery from an archive that lets it wait, so that it is seen for certain."""
    server.stop()
    configuration = server.data / "postgresql.auto.conf"
    before = configuration.read_text()
    configuration.write_text(f"{before}\nrestore_command = 'sleep 1; false'\n")
    (server.data / "recovery.signal").touch(0o644)
    server.start(wait=False)
    said = {way.__name__: "" for way in WAYS}
    while not all("starting up" in text for text in said.values()):
        for way in WAYS:
            error = error_of(lambda way=way: way(server.url(), "SELECT 1 AS x"))  # type: ignore[misc]
            assert is_passing(error)
            said[way.__name__] = str(error)
    configuration.write_text(before)
    server.stop("immediate")
    (server.data / "recovery.signal").unlink()
    server.start()


# MySQL and MariaDB


@pytest.fixture(scope="module")
def mysql() -> Iterator[MysqlDatabase]:
    need(("sqlite", "mysql"))
    database = new_mysql_database("errors")
    database.execute("CREATE TABLE t (x integer)", "INSERT INTO t VALUES (1)", "CREATE TABLE u (x integer)")
    yield database
    database.drop()


@ways
def test_mysql_a_closed_port_may_open(way: Way) -> None:
    error = error_of(lambda: way(f"mysql://root@127.0.0.1:{closed_port()}/college", "SELECT 1 AS x"))
    assert is_passing(error)
    assert "refused" in str(error)


def test_mysql_a_server_that_says_nothing_is_given_up(silent: int) -> None:
    def read() -> None:
        with open_reader(college_settings(f"mysql://root@127.0.0.1:{silent}/college", 1)):
            raise AssertionError("there is nothing to read from")

    assert "timed out" in str(error_of(read))


@ways
@pytest.mark.parametrize(
    ("url", "sql", "said"),
    [
        ("mysql://nobody:wrong@{place}/{name}", "SELECT 1 AS x", "Access denied"),
        ("mysql://root@{place}/{name}_nowhere", "SELECT 1 AS x", "Unknown database"),
        ("{url}", "SELECT x FRM t", "error in your SQL syntax"),
        ("{url}", "SELECT x FROM nowhere", "doesn't exist"),
    ],
    ids=lambda value: value.replace(" ", "_"),
)
def test_mysql_what_is_wrong_stays_wrong(way: Way, mysql: MysqlDatabase, url: str, sql: str, said: str) -> None:
    place = mysql.url.rpartition("@")[2].partition("/")[0]
    error = error_of(lambda: way(url.format(place=place, name=mysql.name, url=mysql.url), sql))
    assert said in str(error)
    assert not is_passing(error)


def test_mysql_a_statement_that_takes_too_long_stays_so(mysql: MysqlDatabase) -> None:
    def read() -> None:
        with open_reader(college_settings(mysql.url, 1)) as reader:
            reader.frame("(SELECT SLEEP(20) AS x)", X)

    began = time.monotonic()
    error = error_of(read)
    assert "max_statement_time exceeded" in str(error) or "maximum statement execution time" in str(error)
    assert not is_passing(error)
    assert time.monotonic() - began < 10


@ways
@pytest.mark.parametrize("how", ["KILL", "KILL QUERY"])
def test_mysql_a_session_that_is_killed_may_begin_anew(way: Way, mysql: MysqlDatabase, how: str) -> None:
    # MySQL lets SLEEP return 1 where its query is killed.
    slow = "SELECT count(*) AS x FROM information_schema.columns a, information_schema.columns b, seq_1_to_1000000"
    with meanwhile(lambda: kill(mysql, how)):
        error = error_of(lambda: way(mysql.url, slow))
    assert is_passing(error)


def kill(database: MysqlDatabase, how: str) -> None:
    """Once the query is there, kill it until it is gone: one that has only just begun may not hear the first time."""
    seen = False
    for _ in range(600):
        found = database.rows(
            "SELECT id FROM information_schema.processlist "
            f"WHERE db = '{database.name}' AND info LIKE '%columns a%' AND id <> CONNECTION_ID()"
        )
        if seen and not found:
            return
        for (number,) in found:
            # It may have ended meanwhile.
            with suppress(pymysql.MySQLError):
                on_mysql_server(f"{how} {number}")
        seen = seen or bool(found)
        time.sleep(0.05)


def test_mysql_a_session_that_ends_between_two_statements_may_begin_anew(mysql: MysqlDatabase) -> None:
    def end(connection: Any) -> None:
        on_mysql_server(f"KILL {connection.thread_id()}")
        time.sleep(0.1)

    def read() -> None:
        with open_reader(college_settings(mysql.url, 600)) as reader:
            reader.frame("t", X)
            end(reader._connection)  # type: ignore[attr-defined]
            reader.frame("t", X)

    def write() -> None:
        with open_writer(django_settings(mysql.url)) as writer:
            writer.append("t", pl.DataFrame({"x": [2]}))
            end(writer._connection)  # type: ignore[attr-defined]

    for work in (read, write):
        assert is_passing(error_of(work)), work.__name__
    assert mysql.rows("SELECT x FROM t") == [(1,)]


@pytest.mark.parametrize("way", [by_writer, by_django])
def test_mysql_deadlocks_and_locks_pass(way: Way, mysql: MysqlDatabase) -> None:
    url = f"{mysql.url}?init_command=SET SESSION innodb_lock_wait_timeout=1".replace(" ", "%20")
    with closing(pymysql_connection(mysql)) as other, other.cursor() as cursor:
        cursor.execute("UPDATE t SET x = x")
        error = error_of(lambda: way(url, "UPDATE t SET x = x"))
    assert "Lock wait timeout exceeded" in str(error)
    assert is_passing(error)


def test_mysql_a_deadlock_passes(mysql: MysqlDatabase) -> None:
    mysql.execute("CREATE TABLE IF NOT EXISTS v (x integer PRIMARY KEY)", "REPLACE INTO v VALUES (1), (2)")
    first_update = threading.Barrier(2)
    errors: list[Exception] = []

    def cross(one: int, two: int) -> None:
        try:
            with open_writer(django_settings(mysql.url)) as writer:
                writer.execute(f"UPDATE v SET x = x WHERE x = {one}")
                first_update.wait(timeout=20)
                writer.execute(f"UPDATE v SET x = x WHERE x = {two}")
        except DatabaseError as error:
            errors.append(error)

    with meanwhile(lambda: cross(1, 2)):
        cross(2, 1)
    (error,) = errors
    assert "Deadlock found" in str(error)
    assert is_passing(error)


def pymysql_connection(database: MysqlDatabase) -> "pymysql.Connection[Any]":
    from tests.integration.databases import connect_mysql

    return connect_mysql(database.url)


# SQLite


HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """As another program would: two copies of SQLite in one process do not see each other's locks."""
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "locked\n"
        try:
            yield
        finally:
            holder.communicate()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "college.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript("CREATE TABLE t (x INTEGER); INSERT INTO t VALUES (1)")
    return path


def patient(path: Path, *, read_only: bool) -> dict[str, Any]:
    """Settings that wait for one second."""
    given = django_settings(f"sqlite:///{path}", read_only=read_only, timeout=1)
    options = {key: value for key, value in given["OPTIONS"].items() if key != "init_command"}
    return given | {"OPTIONS": options | {"timeout": 1}}


def test_sqlite_a_locked_file_is_waited_for_and_then_an_error_that_passes(path: Path) -> None:
    def read() -> None:
        with open_reader(patient(path, read_only=True)) as reader:
            reader.frame("t", X)

    def write() -> None:
        with open_writer(patient(path, read_only=False)) as writer:
            writer.execute("INSERT INTO t VALUES (2)")

    def by_django() -> None:
        with closing(ConnectionHandler({"default": patient(path, read_only=False)})["default"]) as connection:  # noqa: SIM117
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO t VALUES (2)")

    with locked(path):
        for work in (read, write, by_django):
            began = time.monotonic()
            error = error_of(work)
            assert "database is locked" in str(error), work.__name__
            assert is_passing(error), work.__name__
            assert 0.8 < time.monotonic() - began < 10
    read()


def test_sqlite_a_lock_that_goes_in_time_is_no_error(path: Path) -> None:
    with locked(path):
        pass
    with locked(path), pytest.raises(DatabaseError), open_reader(patient(path, read_only=True)) as reader:
        reader.frame("t", X)
    with open_reader(patient(path, read_only=True)) as reader:
        assert reader.frame("t", X).rows() == [(1,)]


@pytest.mark.parametrize("sql", ["SELECT x FRM t", "SELECT x FROM nowhere", "SELECT abs('x', 1) AS x FROM t"])
@ways
def test_sqlite_what_is_wrong_stays_wrong(way: Way, path: Path, sql: str) -> None:
    assert not is_passing(error_of(lambda: way(f"sqlite:///{path}", sql)))


def test_sqlite_a_full_disk_does_not_pass(path: Path) -> None:
    def write() -> None:
        with open_writer(django_settings(f"sqlite:///{path}")) as writer:
            writer.execute("PRAGMA max_page_count = 2")
            writer.append("t", pl.DataFrame({"x": range(100_000)}))

    error = error_of(write)
    assert "full" in str(error)
    assert not is_passing(error)


@pytest.mark.parametrize("error", [ValueError("database is locked"), KeyError("x"), TimeoutError("timeout expired")])
def test_an_error_of_no_database_does_not_pass(error: Exception) -> None:
    assert not is_passing(error)


def test_a_reader_opens_though_the_connection_that_stands_by_was_cut(tmp_path: Path) -> None:
    need("postgresql")
    database = new_database("postgresql", tmp_path, "readers")
    try:
        with several_readers():
            assert by_reader(database.url, "SELECT 1 AS x").height == 1
            cut = database.rows(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            assert cut == [(True,)]
            assert by_reader(database.url, "SELECT 2 AS x").item() == 2
        # Nothing is left open.
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        assert database.rows(others) == [(0,)]
    finally:
        database.drop()
