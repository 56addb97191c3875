"""Reading frames: one connection, one snapshot, typed columns."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from errno import ENOENT
from typing import Any, Protocol

import adbc_driver_postgresql.dbapi
import adbc_driver_sqlite.dbapi
import polars as pl
from adbc_driver_manager import AdbcStatusCode, dbapi

from edumetrics.databases import mysql
from edumetrics.databases.literals import is_number_on_sqlite
from edumetrics.databases.texts import date_of, timestamp_of
from edumetrics.databases.urls import Dialect, dialect_of, driver_uri, sqlite_path
from edumetrics.engine.tables.canonical import Kind

DatabaseError = dbapi.Error

_POSTGRESQL_TYPES = {
    Kind.TEXT: "text",
    Kind.INTEGER: "bigint",
    Kind.NUMBER: "double precision",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.TIMESTAMP: "timestamp",
}

# The driver for SQLite takes a column's type from the first rows it sees; a first row of known types settles it.
_SQLITE_FIRST_ROW = {
    Kind.TEXT: "''",
    Kind.INTEGER: "0",
    Kind.NUMBER: "0.0",
    Kind.BOOLEAN: "0",
    Kind.DATE: "''",
    Kind.TIMESTAMP: "''",
}


def in_one_line(error: Exception) -> str:
    """What a database said, without the statement that it said it of."""
    text = re.sub(r"(?s)\nquery: .*|query '.*': (?=ERROR)", "", str(error))
    text = " ".join(text.split())
    return text if text.endswith(".") else f"{text}."


class Reader(Protocol):
    """One open connection that reads frames. Make it with ``open_reader``."""

    @property
    def dialect(self) -> Dialect:
        """Whose SQL it takes."""

    def columns_of(self, source: str) -> list[str]:
        """The column names of a table or a parenthesised SELECT. Raises DatabaseError where it cannot be read.

        To be asked before anything is read: a failure begins the snapshot anew.
        """

    def frame(self, source: str, columns: Mapping[str, Kind], where: str = "") -> pl.DataFrame:
        """The columns of a table or parenthesised SELECT (alias t) as a frame of exactly these kinds.

        A SQLite or MySQL value that is not of its column's kind comes as null, never as 0. ``where`` is SQL after the
        alias. Raises DatabaseError.
        """


class _ArrowReader:
    """SQLite and PostgreSQL, through their Arrow drivers."""

    def __init__(self, connection: dbapi.Connection, dialect: Dialect) -> None:
        self._connection = connection
        self.dialect = dialect

    def columns_of(self, source: str) -> list[str]:
        try:
            return self._fetch(f"SELECT * FROM {source} AS t LIMIT 0").columns
        except DatabaseError:
            self._connection.rollback()
            raise

    def frame(self, source: str, columns: Mapping[str, Kind], where: str = "") -> pl.DataFrame:
        if self.dialect == "postgresql":
            return self._fetch(_postgresql_select(source, columns, where))
        return _typed(self._fetch(_sqlite_select(source, columns, where)).slice(1), columns)

    def _fetch(self, sql: str) -> pl.DataFrame:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            try:
                frame: pl.DataFrame = cursor.fetch_polars()
            except pl.exceptions.ComputeError as error:
                # What goes wrong between the rows reaches us by way of Polars, as a text.
                raise dbapi.OperationalError(_of_the_stream(error), status_code=AdbcStatusCode.UNKNOWN) from error
            return frame


def _of_the_stream(error: Exception) -> str:
    return str(error).removeprefix("got external error: ")


def _postgresql_select(source: str, columns: Mapping[str, Kind], where: str) -> str:
    fields = ", ".join(f'{_postgresql_field(name, kind)} AS "{name}"' for name, kind in columns.items())
    return f"SELECT {fields} FROM {source} AS t {where}"


def _postgresql_field(name: str, kind: Kind) -> str:
    # A smallint can become a boolean only by way of its text.
    value = f'CAST(t."{name}" AS text)' if kind is Kind.BOOLEAN else f't."{name}"'
    return f"CAST({value} AS {_POSTGRESQL_TYPES[kind]})"


def _sqlite_select(source: str, columns: Mapping[str, Kind], where: str) -> str:
    first = ", ".join(f'{_SQLITE_FIRST_ROW[kind]} AS "{name}"' for name, kind in columns.items())
    fields = ", ".join(_sqlite_field(name, kind) for name, kind in columns.items())
    return f"SELECT {first} UNION ALL SELECT {fields} FROM {source} AS t {where}"


def _sqlite_field(name: str, kind: Kind) -> str:
    """The column as its kind, whatever SQLite holds in it; what is not of the kind is null."""
    value = f't."{name}"'
    if kind is Kind.NUMBER:
        of_text = f"WHEN 'text' THEN CASE WHEN {is_number_on_sqlite(value)} THEN CAST({value} AS REAL) END"
        return f"CASE typeof({value}) WHEN 'real' THEN {value} WHEN 'integer' THEN CAST({value} AS REAL) {of_text} END"
    if kind is Kind.INTEGER:
        whole = f"CAST({value} AS INTEGER)"
        return f"CASE typeof({value}) WHEN 'integer' THEN {value} ELSE CASE WHEN {value} = {whole} THEN {whole} END END"
    if kind is Kind.BOOLEAN:
        return f"CASE lower(CAST({value} AS TEXT)) {_SQLITE_BOOLEANS} END"
    return f"CAST({value} AS TEXT)"


_SQLITE_BOOLEANS = (
    "WHEN '1' THEN 1 WHEN '1.0' THEN 1 WHEN 'true' THEN 1 WHEN 't' THEN 1 "
    "WHEN '0' THEN 0 WHEN '0.0' THEN 0 WHEN 'false' THEN 0 WHEN 'f' THEN 0"
)


def _typed(frame: pl.DataFrame, columns: Mapping[str, Kind]) -> pl.DataFrame:
    """SQLite keeps dates as ISO text and booleans as 0 and 1."""
    casts = {
        Kind.DATE: lambda name: date_of(pl.col(name)),
        Kind.TIMESTAMP: lambda name: timestamp_of(pl.col(name)),
        Kind.BOOLEAN: lambda name: pl.col(name).cast(pl.Boolean),
    }
    return frame.with_columns(casts[kind](name) for name, kind in columns.items() if kind in casts)


# With the 2 MB that SQLite takes by itself, a weekly run takes a tenth more of a processor's time.
_SQLITE_CACHE_KIB = 16_384


@contextmanager
def open_reader(settings: Mapping[str, Any]) -> Iterator[Reader]:
    """A reader on the database of Django's ``settings`` of one connection; everything it reads is one snapshot.

    Raises DatabaseError where it cannot be opened, FileNotFoundError for a SQLite file that is not there.
    """
    dialect = dialect_of(settings)
    if dialect == "mysql":
        with mysql.open_reader(settings) as reader:
            yield reader
        return
    if dialect == "sqlite" and not sqlite_path(settings).exists():
        raise FileNotFoundError(ENOENT, "there is no such database file", str(sqlite_path(settings)))
    uri = driver_uri(settings)
    connection = adbc_driver_sqlite.dbapi.connect(uri) if dialect == "sqlite" else _to_postgresql(uri)
    try:
        if dialect == "sqlite":
            prepare_sqlite(connection, settings)
        yield _ArrowReader(connection, dialect)
    finally:
        connection.close()


_first: ContextVar[dict[str, dbapi.Connection] | None] = ContextVar("first", default=None)


@contextmanager
def several_readers() -> Iterator[None]:
    """Inside, a second reader of a PostgreSQL database opens in 5 ms, where the first takes 80.

    The driver looks all types of the database up when it first connects; what it found is kept until the block ends.
    """
    if _first.get() is not None:
        yield
        return
    first: dict[str, dbapi.Connection] = {}
    token = _first.set(first)
    try:
        yield
    finally:
        _first.reset(token)
        for connection in first.values():
            with suppress(DatabaseError):
                connection.close()


def _to_postgresql(uri: str) -> dbapi.Connection:
    first = _first.get()
    connection: dbapi.Connection
    if first is None:
        connection = adbc_driver_postgresql.dbapi.connect(uri)
        return connection
    if uri not in first:
        # It only stands by, so it holds no transaction.
        first[uri] = adbc_driver_postgresql.dbapi.connect(uri, autocommit=True)
    connection = first[uri].adbc_clone()
    return connection


def prepare_sqlite(connection: dbapi.Connection, settings: Mapping[str, Any]) -> None:
    """Let a SQLite connection wait for other writers as long as Django's would, and remember more of the file."""
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {int(settings['OPTIONS']['timeout']) * 1000}")
        cursor.execute(f"PRAGMA cache_size = -{_SQLITE_CACHE_KIB}")
