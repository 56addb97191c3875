"""Database URLs into Django's settings and back into what the bulk drivers take."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import make_conninfo

Dialect = Literal["sqlite", "postgresql"]

_SCHEMES: dict[str, Dialect] = {
    "sqlite": "sqlite",
    "sqlite3": "sqlite",
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "psql": "postgresql",
}
# Times are written without a zone, in UTC.
_UTC = "-c timezone=UTC"
_READ_ONLY = "-c default_transaction_read_only=on -c default_transaction_isolation=repeatable\\ read"


def django_settings(url: str, *, read_only: bool = False) -> dict[str, Any]:
    """Django's settings of one database from a URL.

    ``read_only`` makes the connection itself refuse to write, and read one snapshot in a transaction.
    Raises ImproperlyConfigured for a URL of another kind.
    """
    scheme = url.partition(":")[0]
    dialect = _SCHEMES.get(scheme)
    if dialect is None:
        raise ImproperlyConfigured(
            f"A database URL begins with {scheme!r}; allowed are sqlite:///path/to/file and "
            "postgresql://user:password@host:5432/database."
        )
    if dialect == "sqlite":
        path = sqlite_path_of_url(url)
        name = f"file:{quote(str(path))}?mode=ro" if read_only else str(path)
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "OPTIONS": _sqlite_options(read_only)}
    settings: dict[str, Any] = environ.Env.db_url_config(url)
    settings.setdefault("OPTIONS", {})["options"] = _READ_ONLY if read_only else _UTC
    return settings


def _sqlite_options(read_only: bool) -> dict[str, Any]:
    if read_only:
        return {"timeout": 30}
    return {"timeout": 30, "transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL"}


def sqlite_path_of_url(url: str) -> Path:
    """The file of sqlite:///relative.sqlite3 or sqlite:////absolute.sqlite3; ImproperlyConfigured without one."""
    path = unquote(urlsplit(url).path).removeprefix("/")
    if not path:
        raise ImproperlyConfigured(f"{url} names no file; write it as sqlite:///path/to/file.sqlite3.")
    return Path(path).resolve()


def dialect_of(settings: Mapping[str, Any]) -> Dialect:
    """Which database Django's settings of one connection speak of."""
    return "sqlite" if "sqlite" in settings["ENGINE"] else "postgresql"


def sqlite_path(settings: Mapping[str, Any]) -> Path:
    """The file of a SQLite connection."""
    name = str(settings["NAME"])
    return Path(unquote(name.removeprefix("file:").partition("?")[0])) if name.startswith("file:") else Path(name)


def driver_uri(settings: Mapping[str, Any]) -> str:
    """What the bulk driver of the dialect takes: a SQLite file URI, or a libpq connection string."""
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
