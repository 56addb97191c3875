"""Databases that live as long as a test: SQLite files, and PostgreSQL databases on a server that is there."""

import json
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit
from uuid import uuid4

import polars as pl
import psycopg
from psycopg import sql

Dialect = Literal["sqlite", "postgresql"]
SERVER = os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")


class Database(Protocol):
    """One database, used as its owner."""

    @property
    def url(self) -> str:
        """What DEFAULT_DB_URL or CLIENT_DB_URL says."""

    def execute(self, *statements: str) -> None:
        """Run statements, all or none."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query as the driver gives them."""

    def table(self, name: str) -> pl.DataFrame:
        """A whole table, of the same types on every kind of database; JSON as text with sorted keys."""

    def tables(self) -> set[str]:
        """The names of the tables."""

    def copy(self, folder: Path) -> "Database":
        """Another database with the same content."""

    def drop(self) -> None:
        """Remove it."""


def new_database(dialect: Dialect, folder: Path, name: str) -> Database:
    """An empty database; PostgreSQL ones have names that no other test has."""
    if dialect == "sqlite":
        folder.mkdir(parents=True, exist_ok=True)
        return SqliteDatabase(folder / f"{name}.sqlite3")
    database = PostgresqlDatabase(_unique(name))
    _on_server(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database.name)))
    _on_server(sql.SQL("ALTER DATABASE {} SET synchronous_commit TO off").format(sql.Identifier(database.name)))
    return database


def unreachable() -> str | None:
    """Why the PostgreSQL server cannot be reached; None where it can."""
    try:
        psycopg.connect(SERVER, connect_timeout=5).close()
    except psycopg.OperationalError as error:
        return f"no PostgreSQL server at TEST_POSTGRES_URL ({SERVER}): {' '.join(str(error).split())}"
    return None


@dataclass(frozen=True)
class SqliteDatabase:
    path: Path

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    def execute(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            for statement in statements:
                connection.execute(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)) as connection:
            return connection.execute(query).fetchall()

    def table(self, name: str) -> pl.DataFrame:
        declared = {
            column: kind.lower() for column, kind in self.rows(f"SELECT name, type FROM pragma_table_info('{name}')")
        }
        rows = [
            [_from_sqlite(value, kind) for value, kind in zip(row, declared.values(), strict=True)]
            for row in self.rows(f'SELECT * FROM "{name}"')
        ]
        return _frame(list(declared), rows)

    def tables(self) -> set[str]:
        return {name for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}

    def copy(self, folder: Path) -> "SqliteDatabase":
        folder.mkdir(parents=True, exist_ok=True)
        other = SqliteDatabase(folder / self.path.name)
        with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(other.path)) as target:
            source.backup(target)
        return other

    def drop(self) -> None:
        for path in self.path.parent.glob(f"{self.path.name}*"):
            path.unlink()


@dataclass(frozen=True)
class PostgresqlDatabase:
    name: str

    @property
    def url(self) -> str:
        return urlsplit(SERVER)._replace(path=f"/{self.name}").geturl()

    def url_as(self, role: str) -> str:
        """The URL for another role, which needs no password."""
        parts = urlsplit(self.url)
        place = parts.netloc.rpartition("@")[2]
        return parts._replace(netloc=f"{role}@{place}").geturl()

    def execute(self, *statements: str) -> None:
        with psycopg.connect(self.url) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url) as connection:
            return connection.execute(query.encode()).fetchall()

    def table(self, name: str) -> pl.DataFrame:
        with psycopg.connect(self.url) as connection:
            cursor = connection.execute(sql.SQL("SELECT * FROM {}").format(sql.Identifier(name)))
            columns = [column.name for column in cursor.description or ()]
            return _frame(columns, [[_from_postgresql(value) for value in row] for row in cursor.fetchall()])

    def tables(self) -> set[str]:
        return {name for (name,) in self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}

    def copy(self, folder: Path) -> "PostgresqlDatabase":
        other = PostgresqlDatabase(_unique("copy"))
        _on_server(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(other.name), sql.Identifier(self.name))
        )
        return other

    def drop(self) -> None:
        _on_server(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.name)))


def _unique(name: str) -> str:
    return f"edumetrics_test_{name}_{uuid4().hex}"


def _on_server(statement: sql.Composed) -> None:
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(statement)


def _from_sqlite(value: Any, declared: str) -> Any:
    if value is None:
        return None
    if declared == "bool":
        return bool(value)
    if declared == "date":
        return date.fromisoformat(value)
    if declared == "datetime":
        return datetime.fromisoformat(value).replace(tzinfo=None)
    if isinstance(value, str) and value[:1] in ("[", "{"):
        return _same_json(json.loads(value))
    return value


def _from_postgresql(value: Any) -> Any:
    if isinstance(value, dict | list):
        return _same_json(value)
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


def _same_json(value: object) -> str:
    return json.dumps(value, sort_keys=True)


def _frame(columns: Sequence[str], rows: list[list[Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=list(columns), orient="row", infer_schema_length=None)
