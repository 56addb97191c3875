"""MySQL and MariaDB: typed frames out of them, and rows into them, through PyMySQL."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeAlias

import polars as pl
import pymysql
from adbc_driver_manager import AdbcStatusCode, dbapi
from pymysql.constants import FIELD_TYPE
from pymysql.cursors import SSCursor

from edumetrics.databases.texts import boolean_of, date_of, integer_of, number_of, timestamp_of
from edumetrics.databases.urls import Dialect, statement_seconds
from edumetrics.engine.tables.canonical import Kind

Connection: TypeAlias = "pymysql.Connection[Any]"

_ROWS_A_PART = 50_000

# Columns whose texts need no hexadecimal digits: numbers and times.
_PLAIN = frozenset(
    {
        FIELD_TYPE.DECIMAL,
        FIELD_TYPE.NEWDECIMAL,
        FIELD_TYPE.TINY,
        FIELD_TYPE.SHORT,
        FIELD_TYPE.INT24,
        FIELD_TYPE.LONG,
        FIELD_TYPE.LONGLONG,
        FIELD_TYPE.FLOAT,
        FIELD_TYPE.DOUBLE,
        FIELD_TYPE.YEAR,
        FIELD_TYPE.DATE,
        FIELD_TYPE.NEWDATE,
        FIELD_TYPE.DATETIME,
        FIELD_TYPE.TIMESTAMP,
    }
)
_NULL = "N"
_VALUES = {
    Kind.INTEGER: integer_of,
    Kind.NUMBER: number_of,
    Kind.BOOLEAN: boolean_of,
    Kind.DATE: date_of,
    Kind.TIMESTAMP: timestamp_of,
}
# The bulk drivers' errors for PyMySQL's, so that there is one DatabaseError to catch; the rest are operational.
_ERRORS: dict[type[pymysql.MySQLError], type[dbapi.Error]] = {
    pymysql.ProgrammingError: dbapi.ProgrammingError,
    pymysql.IntegrityError: dbapi.IntegrityError,
    pymysql.DataError: dbapi.DataError,
}


class MysqlReader:
    """One open read-only transaction. The server makes one text of each row, which Polars takes apart.

    That is twice as fast as rows of Python values. Texts travel as hexadecimal digits of their UTF-8, so that no
    character of theirs can be taken for a separator, and no column's character set matters.
    """

    dialect: Dialect = "mysql"

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def columns_of(self, source: str) -> list[str]:
        """As ``reading.Reader``."""
        return list(self._types(source))

    def frame(self, source: str, columns: Mapping[str, Kind], where: str = "") -> pl.DataFrame:
        """As ``reading.Reader``."""
        types = self._types(source)
        fields = ", ".join(_field(name, types.get(name)) for name in columns)
        texts = [name for name in columns if types.get(name) not in _PLAIN | {FIELD_TYPE.BIT}]
        parts = [
            _taken_apart(rows, columns, texts)
            for rows in self._rows(f"SELECT CONCAT_WS(',', {fields}) FROM {source} AS t {where}")
        ]
        return pl.concat(parts) if parts else pl.DataFrame(schema={name: kind.dtype for name, kind in columns.items()})

    def _types(self, source: str) -> dict[str, int]:
        with _database_errors(), self._connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {source} AS t LIMIT 0")
            return {column[0]: column[1] for column in cursor.description or ()}

    def _rows(self, sql: str) -> Iterator[list[str]]:
        with _database_errors(), self._connection.cursor(SSCursor) as cursor:
            cursor.execute(sql)
            rows = (row[0] for row in cursor.fetchall_unbuffered())
            while part := list(islice(rows, _ROWS_A_PART)):
                if None in part:
                    raise dbapi.OperationalError(
                        "A row is longer than the server's max_allowed_packet. Set it higher, or leave the long column "
                        "out of the mapping.",
                        status_code=AdbcStatusCode.INVALID_DATA,
                    )
                yield part


def _field(name: str, kind: int | None) -> str:
    value = f"t.{_identifier(name)}"
    if kind == FIELD_TYPE.BIT:
        value = f"({value} + 0)"
    elif kind not in _PLAIN:
        value = f"HEX(CONVERT({value} USING utf8mb4))"
    return f"IFNULL({value}, '{_NULL}')"


def _taken_apart(rows: list[str], columns: Mapping[str, Kind], texts: list[str]) -> pl.DataFrame:
    parts = pl.Series(rows, dtype=pl.String).str.split_exact(",", len(columns) - 1)
    frame = parts.struct.rename_fields(list(columns)).struct.unnest()
    frame = frame.with_columns(pl.when(pl.col(name) != _NULL).then(pl.col(name)) for name in columns)
    frame = frame.with_columns(pl.col(name).str.decode("hex").cast(pl.String) for name in texts)
    return frame.with_columns(_VALUES[kind](pl.col(name)) for name, kind in columns.items() if kind in _VALUES)


def _identifier(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


class MysqlWriter:
    """An open transaction, which a statement like CREATE TABLE would end."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def execute(self, sql: str) -> None:
        """As ``writing.Writer``."""
        with _database_errors(), self._connection.cursor() as cursor:
            cursor.execute(sql)

    def append(self, table: str, frame: pl.DataFrame) -> None:
        """As ``writing.Writer``."""
        columns = ", ".join(_identifier(name) for name in frame.columns)
        places = ", ".join(["%s"] * frame.width)
        with _database_errors(), self._connection.cursor() as cursor:
            # PyMySQL sends as many rows in one INSERT as a packet holds.
            cursor.executemany(f"INSERT INTO {_identifier(table)} ({columns}) VALUES ({places})", frame.iter_rows())

    def texts(self, sql: str) -> list[str]:
        """As ``writing.Writer``."""
        with _database_errors(), self._connection.cursor() as cursor:
            cursor.execute(sql)
            return [one for (one,) in cursor.fetchall()]

    def holds(self, table: str, condition: str) -> bool:
        """As ``writing.Writer``."""
        with _database_errors(), self._connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {_identifier(table)} WHERE {condition} LOCK IN SHARE MODE")
            return bool(cursor.fetchall())


@contextmanager
def open_reader(settings: Mapping[str, Any]) -> Iterator[MysqlReader]:
    """As ``reading.open_reader``: a consistent snapshot in a session that refuses to write."""
    with _connected(settings) as connection:
        with _database_errors(), connection.cursor() as cursor:
            if seconds := statement_seconds(settings):
                cursor.execute("SELECT VERSION()")
                ((version,),) = cursor.fetchall()
                cursor.execute(_statement_limit(version, seconds))
            cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
        yield MysqlReader(connection)


@contextmanager
def open_writer(settings: Mapping[str, Any]) -> Iterator[MysqlWriter]:
    """As ``writing.open_writer``."""
    with _connected(settings) as connection:
        try:
            yield MysqlWriter(connection)
            with _database_errors():
                connection.commit()
        except BaseException:
            # A connection that is lost takes the transaction with it.
            if connection.open:
                with _database_errors():
                    connection.rollback()
            raise


@contextmanager
def _connected(settings: Mapping[str, Any]) -> Iterator[Connection]:
    with _database_errors():
        connection = pymysql.connect(**_arguments(settings))
    try:
        yield connection
    finally:
        if connection.open:
            connection.close()


def _arguments(settings: Mapping[str, Any]) -> dict[str, Any]:
    """What PyMySQL takes, of Django's settings of one connection."""
    named = {"HOST": "host", "PORT": "port", "USER": "user", "PASSWORD": "password", "NAME": "database"}
    options = {key: value for key, value in settings["OPTIONS"].items() if key != "isolation_level"}
    given = {argument: settings[key] for key, argument in named.items() if settings.get(key)}
    return {**given, "charset": "utf8mb4", **options}


def _statement_limit(version: str, seconds: int) -> str:
    if "MariaDB" in version:
        return f"SET SESSION max_statement_time = {seconds}"
    return f"SET SESSION max_execution_time = {seconds * 1000}"


@contextmanager
def _database_errors() -> Iterator[None]:
    try:
        yield
    except pymysql.MySQLError as error:
        raise _as_database_error(error) from error


def _as_database_error(error: pymysql.MySQLError) -> dbapi.Error:
    code, *texts = error.args if len(error.args) > 1 else (0, *error.args)
    text = " ".join(str(one) for one in texts) or "the connection is closed"
    kind = _ERRORS.get(type(error), dbapi.OperationalError)
    return kind(f"{text} (error {code})" if code else text, status_code=AdbcStatusCode.UNKNOWN, vendor_code=code)
