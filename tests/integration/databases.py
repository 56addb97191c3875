"""Databases that live as long as a test: SQLite files, and PostgreSQL and MySQL databases on servers that are there."""

import functools
import json
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import unquote, urlsplit
from uuid import uuid4

import polars as pl
import psycopg
import pymysql
from psycopg import sql

Dialect = Literal["sqlite", "postgresql", "mysql"]
SERVER = os.environ.get("TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
MYSQL_SERVER = os.environ.get("TEST_MYSQL_URL", "mysql://root@127.0.0.1:3306/mysql")
"""MariaDB or MySQL."""


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
    """An empty database; those on a server have names that no other test has."""
    if dialect == "sqlite":
        folder.mkdir(parents=True, exist_ok=True)
        return SqliteDatabase(folder / f"{name}.sqlite3")
    if dialect == "mysql":
        return new_mysql_database(name)
    database = PostgresqlDatabase(_unique(name))
    _on_server(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database.name)))
    _on_server(sql.SQL("ALTER DATABASE {} SET synchronous_commit TO off").format(sql.Identifier(database.name)))
    return database


def new_mysql_database(name: str) -> "MysqlDatabase":
    database = MysqlDatabase(_unique(name))
    on_mysql_server(f"CREATE DATABASE {database.name} CHARACTER SET utf8mb4")
    return database


@functools.cache
def unreachable(dialect: Dialect) -> str | None:
    """Why the server of a dialect cannot be reached; None where it can, and for SQLite."""
    try:
        if dialect == "postgresql":
            psycopg.connect(SERVER, connect_timeout=5).close()
        elif dialect == "mysql":
            on_mysql_server("SELECT 1")
    except (psycopg.OperationalError, pymysql.MySQLError) as error:
        name, url = ("POSTGRES", SERVER) if dialect == "postgresql" else ("MYSQL", MYSQL_SERVER)
        return f"no server at TEST_{name}_URL ({url}): {' '.join(str(error).split())}"
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
    server: str = SERVER

    @property
    def url(self) -> str:
        return urlsplit(self.server)._replace(path=f"/{self.name}").geturl()

    def url_as(self, role: str, password: str = "") -> str:
        """The URL for another role."""
        return _with_user(self.url, f"{role}:{password}" if password else role)

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


@dataclass(frozen=True)
class MysqlDatabase:
    name: str

    @property
    def url(self) -> str:
        return urlsplit(MYSQL_SERVER)._replace(path=f"/{self.name}").geturl()

    def url_as(self, user: str, password: str) -> str:
        return _with_user(self.url, f"{user}:{password}")

    def execute(self, *statements: str) -> None:
        with closing(connect_mysql(self.url)) as connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            connection.commit()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(connect_mysql(self.url)) as connection, connection.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    def table(self, name: str) -> pl.DataFrame:
        columns = dict(
            self.rows(
                "SELECT column_name, column_type FROM information_schema.columns "
                f"WHERE table_schema = '{self.name}' AND table_name = '{name}' ORDER BY ordinal_position"
            )
        )
        rows = [
            [bool(value) if kind == "tinyint(1)" and value is not None else value for value, kind in pairs]
            for pairs in (zip(row, columns.values(), strict=True) for row in self.rows(f"SELECT * FROM `{name}`"))
        ]
        return _frame(list(columns), rows)

    def tables(self) -> set[str]:
        return {name for (name,) in self.rows("SHOW TABLES")}

    def copy(self, folder: Path) -> "MysqlDatabase":
        other = new_mysql_database("copy")
        for name in self.tables():
            other.execute(
                f"CREATE TABLE `{name}` LIKE {self.name}.`{name}`",
                f"INSERT INTO `{name}` SELECT * FROM {self.name}.`{name}`",
            )
        return other

    def drop(self) -> None:
        on_mysql_server(f"DROP DATABASE IF EXISTS {self.name}")


def connect_mysql(url: str) -> "pymysql.Connection[Any]":
    parts = urlsplit(url)
    return pymysql.connect(
        host=parts.hostname or "",
        port=parts.port or 3306,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        database=parts.path.removeprefix("/"),
        connect_timeout=5,
    )


def on_mysql_server(*statements: str) -> None:
    """Run statements as the administrator."""
    with closing(connect_mysql(MYSQL_SERVER)) as connection, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        connection.commit()


def _with_user(url: str, user: str) -> str:
    parts = urlsplit(url)
    return parts._replace(netloc=f"{user}@{parts.netloc.rpartition('@')[2]}").geturl()


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
