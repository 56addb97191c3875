"""Database URLs into Django's settings and back into what the bulk drivers take."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, unquote, urlsplit

import environ
import pymysql
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import make_conninfo

Dialect = Literal["sqlite", "postgresql", "mysql"]
"""MariaDB is mysql too."""

_SCHEMES: dict[str, Dialect] = {
    "sqlite": "sqlite",
    "sqlite3": "sqlite",
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "psql": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
}
# Times are written without a zone, in UTC.
_UTC = "-c timezone=UTC"
_MYSQL_READ_ONLY = "SET SESSION TRANSACTION READ ONLY"
# A shard's rows are few of a table and found by an index. At PostgreSQL's own price of a page at random, that of a disk
# that turns, they would be looked for in the whole table, shard after shard.
_PAGE_AT_RANDOM = "-c random_page_cost=1.1"
# Compiling a query (jit) takes longer than our scans gain by it.
_READ_ONLY = "-c default_transaction_read_only=on -c default_transaction_isolation=repeatable\\ read -c jit=off"


# A server that takes no connection, or has gone without a word, is given up after so many seconds.
_CONNECT_SECONDS = 10
_POSTGRESQL_LIVENESS = {
    "connect_timeout": _CONNECT_SECONDS,
    "keepalives": 1,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
_KEPT_SECONDS = 300
# MySQL's own limit comes first, since its message is the clearer one.
_GRACE_SECONDS = 2


def analysis_settings(url: str) -> dict[str, Any]:
    """Django's settings of the analysis database, which is written. Raises ImproperlyConfigured for MySQL."""
    if _dialect_of_url(url) == "mysql":
        raise ImproperlyConfigured(
            f"The analysis database is given as {url.partition(':')[0]}://...; it can be SQLite or PostgreSQL, while "
            "MySQL and MariaDB can hold the college's database only. Set DEFAULT_DB_URL to "
            "postgresql://user:password@host:5432/database."
        )
    settings = django_settings(url)
    if dialect_of(settings) == "postgresql":
        # A connection lasts over many web requests of a thread; one that has died meanwhile is made anew.
        settings |= {"CONN_MAX_AGE": _KEPT_SECONDS, "CONN_HEALTH_CHECKS": True}
    return settings


def owner_settings(url: str) -> dict[str, Any]:
    """Django's settings of the analysis database as its owner; ImproperlyConfigured unless it is on PostgreSQL."""
    if _dialect_of_url(url) != "postgresql":
        raise ImproperlyConfigured(
            f"MIGRATE_DB_URL begins with {url.partition(':')[0]!r}; it must be a URL like "
            "postgresql://owner:password@host:5432/database. Only PostgreSQL has roles: leave it out otherwise."
        )
    return django_settings(url)


def college_settings(url: str, timeout: int) -> dict[str, Any]:
    """Django's settings of the college's database: the connection itself refuses to write.

    No statement takes longer than ``timeout`` seconds. Raises ImproperlyConfigured for less than one.
    """
    if timeout < 1:
        raise ImproperlyConfigured(f"CLIENT_DB_TIMEOUT is {timeout}; it must be 1 or more seconds.")
    return django_settings(url, read_only=True, timeout=timeout)


def django_settings(url: str, *, read_only: bool = False, timeout: int = 600) -> dict[str, Any]:
    """Django's settings of one database from a URL.

    ``read_only`` makes the connection itself refuse to write, and read one snapshot in a transaction; no statement may
    then take longer than ``timeout`` seconds. Raises ImproperlyConfigured for a URL of another kind.
    """
    dialect = _dialect_of_url(url)
    if dialect == "sqlite":
        path = sqlite_path_of_url(url)
        name = f"file:{quote(str(path))}?mode=ro" if read_only else str(path)
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "OPTIONS": _sqlite_options(read_only, timeout)}
    if dialect == "mysql":
        # Django knows the driver by this name only.
        pymysql.install_as_MySQLdb()
        settings: dict[str, Any] = environ.Env.db_url_config(url, engine="django.db.backends.mysql")
        return settings | {"OPTIONS": _mysql_options(settings.get("OPTIONS", {}), read_only, timeout)}
    settings = environ.Env.db_url_config(url)
    given = settings.get("OPTIONS", {})
    first, last = (_PAGE_AT_RANDOM, f"{_READ_ONLY} -c statement_timeout={timeout}s") if read_only else ("", _UTC)
    # Of two that are alike the last one holds: what is given cannot take the barrier away.
    options = " ".join(one for one in (first, given.get("options"), last) if one)
    settings["OPTIONS"] = _POSTGRESQL_LIVENESS | given | {"options": options}
    return settings


def _dialect_of_url(url: str) -> Dialect:
    scheme = url.partition(":")[0]
    dialect = _SCHEMES.get(scheme)
    if dialect is None:
        raise ImproperlyConfigured(
            f"A database URL begins with {scheme!r}; allowed are sqlite:///path/to/file, "
            "postgresql://user:password@host:5432/database and, for the college only, "
            "mysql://user:password@host:3306/database."
        )
    return dialect


def _sqlite_options(read_only: bool, timeout: int) -> dict[str, Any]:
    if read_only:
        return {"timeout": timeout}
    return {"timeout": 30, "transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL"}


def _mysql_options(given: dict[str, Any], read_only: bool, timeout: int) -> dict[str, Any]:
    options = {"connect_timeout": _CONNECT_SECONDS, "isolation_level": "repeatable read", **given}
    if read_only:
        options |= {"init_command": _MYSQL_READ_ONLY, "read_timeout": timeout + _GRACE_SECONDS}
    return options


def statement_seconds(settings: Mapping[str, Any]) -> int | None:
    """How long a statement may take on MySQL; None: as long as it likes."""
    limit = settings["OPTIONS"].get("read_timeout")
    return None if limit is None else max(1, limit - _GRACE_SECONDS)


def sqlite_path_of_url(url: str) -> Path:
    """The file of sqlite:///relative.sqlite3 or sqlite:////absolute.sqlite3; ImproperlyConfigured without one."""
    path = unquote(urlsplit(url).path).removeprefix("/")
    if not path:
        raise ImproperlyConfigured(f"{url} names no file; write it as sqlite:///path/to/file.sqlite3.")
    return Path(path).resolve()


def dialect_of(settings: Mapping[str, Any]) -> Dialect:
    """Which database Django's settings of one connection speak of."""
    name = settings["ENGINE"].rpartition(".")[2]
    return "sqlite" if name == "sqlite3" else "mysql" if name == "mysql" else "postgresql"


def sqlite_path(settings: Mapping[str, Any]) -> Path:
    """The file of a SQLite connection."""
    name = str(settings["NAME"])
    return Path(unquote(name.removeprefix("file:").partition("?")[0])) if name.startswith("file:") else Path(name)


def driver_uri(settings: Mapping[str, Any]) -> str:
    """What the bulk driver takes: a SQLite file URI, or a libpq connection string for PostgreSQL."""
    if dialect_of(settings) == "sqlite":
        name = str(settings["NAME"])
        return name if name.startswith("file:") else f"file:{quote(name)}"
    given = {
        "host": settings.get("HOST"),
        "port": settings.get("PORT"),
        "user": settings.get("USER"),
        "password": settings.get("PASSWORD"),
        "dbname": settings.get("NAME"),
        **settings.get("OPTIONS", {}),
    }
    return make_conninfo(**{key: value for key, value in given.items() if value})
