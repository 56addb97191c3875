"""Writing frames in bulk: COPY on PostgreSQL, the Arrow driver on SQLite; all or nothing."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import adbc_driver_sqlite.dbapi
import polars as pl
import psycopg
from adbc_driver_manager import dbapi

from edumetrics.databases.urls import dialect_of, driver_uri

_COPY_ROWS = 50_000


class Writer(Protocol):
    """An open transaction."""

    def execute(self, sql: str) -> None:
        """Run one statement."""

    def append(self, table: str, frame: pl.DataFrame) -> None:
        """Add the frame's rows to a table, column by column name."""


class _PostgresqlWriter:
    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection

    def execute(self, sql: str) -> None:
        self._connection.execute(sql.encode())

    def append(self, table: str, frame: pl.DataFrame) -> None:
        columns = ", ".join(f'"{name}"' for name in frame.columns)
        statement = f'COPY "{table}" ({columns}) FROM STDIN WITH (FORMAT csv)'
        with self._connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
            for part in frame.iter_slices(_COPY_ROWS):
                # An empty string is quoted, so that it is not a null.
                copy.write(part.write_csv(include_header=False, quote_style="non_numeric", null_value=None).encode())


class _SqliteWriter:
    def __init__(self, connection: dbapi.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)

    def append(self, table: str, frame: pl.DataFrame) -> None:
        if frame.is_empty():
            return
        with self._connection.cursor() as cursor:
            cursor.adbc_ingest(table, _as_django_stores(frame), mode="append")


def _as_django_stores(frame: pl.DataFrame) -> pl.DataFrame:
    """Dates and times as the ISO text, and booleans as the integers, that Django writes into SQLite."""
    return frame.with_columns(
        *[pl.col(name).dt.strftime("%Y-%m-%d") for name, kind in frame.schema.items() if kind == pl.Date],
        *[
            pl.col(name).dt.strftime("%Y-%m-%d %H:%M:%S%.6f")
            for name, kind in frame.schema.items()
            if isinstance(kind, pl.Datetime)
        ],
        *[pl.col(name).cast(pl.Int64) for name, kind in frame.schema.items() if kind == pl.Boolean],
    )


@contextmanager
def open_writer(settings: Mapping[str, Any]) -> Iterator[Writer]:
    """A transaction on the database of Django's ``settings`` of one connection, kept only if the block ends well."""
    if dialect_of(settings) == "postgresql":
        with psycopg.connect(driver_uri(settings)) as connection:
            yield _PostgresqlWriter(connection)
        return
    uri = driver_uri(settings)
    sqlite = adbc_driver_sqlite.dbapi.connect(uri)
    try:
        with sqlite.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 30000")
        yield _SqliteWriter(sqlite)
        sqlite.commit()
    except BaseException:
        sqlite.rollback()
        raise
    finally:
        sqlite.close()


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"
