"""Writing frames in bulk, all or nothing: COPY on PostgreSQL, the Arrow driver on SQLite, long INSERTs on MySQL."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Protocol

import adbc_driver_sqlite.dbapi
import polars as pl
import psycopg
from adbc_driver_manager import dbapi

from edumetrics.databases import mysql
from edumetrics.databases.reading import prepare_sqlite
from edumetrics.databases.urls import dialect_of, driver_uri

_COPY_ROWS = 50_000


class Writer(Protocol):
    """An open transaction."""

    def execute(self, sql: str) -> None:
        """Run one statement."""

    def append(self, table: str, frame: pl.DataFrame) -> None:
        """Add the frame's rows to a table, column by column name."""

    def texts(self, sql: str) -> list[str]:
        """The one column, of texts, of a SELECT."""

    def holds(self, table: str, condition: str) -> bool:
        """Whether a row meets the condition; while it does, nobody else may lock it until the transaction ends."""


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

    def texts(self, sql: str) -> list[str]:
        return [one for (one,) in self._connection.execute(sql.encode())]

    def holds(self, table: str, condition: str) -> bool:
        # The weakest lock: other columns of the row may be written meanwhile, by whoever does not lock it whole.
        found = self._connection.execute(f"SELECT 1 FROM {table} WHERE {condition} FOR KEY SHARE".encode())
        return found.fetchone() is not None


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

    def texts(self, sql: str) -> list[str]:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            found: list[str] = cursor.fetch_polars().to_series().to_list()
            return found

    def holds(self, table: str, condition: str) -> bool:
        # A statement that could write makes this the one writer before it looks.
        self.execute(f"DELETE FROM {table} WHERE 1 = 0")
        with self._connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table} WHERE {condition}")
            return bool(cursor.fetch_polars().height)


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
    dialect = dialect_of(settings)
    if dialect == "mysql":
        with mysql.open_writer(settings) as writer:
            yield writer
        return
    if dialect == "postgresql":
        with psycopg.connect(driver_uri(settings)) as connection:
            yield _PostgresqlWriter(connection)
        return
    sqlite = adbc_driver_sqlite.dbapi.connect(driver_uri(settings))
    try:
        prepare_sqlite(sqlite, settings)
        yield _SqliteWriter(sqlite)
        sqlite.commit()
    except BaseException:
        # After a full disk, say, SQLite has rolled back by itself, and there is nothing to do any more.
        with suppress(dbapi.Error):
            sqlite.rollback()
        raise
    finally:
        sqlite.close()
