"""Whether a database answers, asked on a connection of its own that gives up soon."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import psycopg
import pymysql

from edumetrics.databases.urls import dialect_of, driver_uri, sqlite_path

SECONDS = 2


def is_reachable(settings: Mapping[str, Any]) -> bool:
    """Whether the database of Django's settings takes a connection and answers within a few seconds."""
    try:
        return {"sqlite": _sqlite, "postgresql": _postgresql, "mysql": _mysql}[dialect_of(settings)](settings)
    except (sqlite3.Error, psycopg.Error, pymysql.MySQLError, OSError):
        return False


def _sqlite(settings: Mapping[str, Any]) -> bool:
    uri = f"{sqlite_path(settings).resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=SECONDS)) as connection:
        # The first query that reads the file; connecting does not.
        connection.execute("PRAGMA schema_version").fetchone()
    return True


def _postgresql(settings: Mapping[str, Any]) -> bool:
    limits = {"connect_timeout": SECONDS, "tcp_user_timeout": 1000 * SECONDS}
    with psycopg.connect(driver_uri(settings), autocommit=True, **limits) as connection:  # type: ignore[arg-type]
        connection.execute(f"SET statement_timeout = {1000 * SECONDS}")
        connection.execute("SELECT 1")
    return True


def _mysql(settings: Mapping[str, Any]) -> bool:
    with closing(
        pymysql.connect(
            host=settings["HOST"] or "localhost",
            port=int(settings["PORT"] or 3306),
            user=settings["USER"],
            password=settings["PASSWORD"],
            database=settings["NAME"],
            connect_timeout=SECONDS,
            read_timeout=SECONDS,
        )
    ) as connection:
        connection.ping(reconnect=False)
    return True
