"""Texts without accents and capitals, so that José is found as jose, in Python and in both kinds of database."""

import sqlite3
import unicodedata
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Func

_MARKS = r"[\u0300-\u036f]"


def folded(text: str | None) -> str | None:
    """Small letters without the marks on them; null stays null."""
    if text is None or text.isascii():
        return text if text is None else text.lower()
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if not "\u0300" <= letter <= "\u036f").lower()


class Folded(Func):
    """``folded`` of a text in SQL."""

    function = "folded"
    arity = 1
    output_field = CharField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """By its own functions; only a text with letters beyond ASCII takes the slow way."""
        template = (
            "CASE WHEN octet_length(%(expressions)s) = char_length(%(expressions)s) THEN lower(%(expressions)s) "
            f"ELSE lower(regexp_replace(normalize(%(expressions)s, NFKD), '{_MARKS}', '', 'g')) END"
        )
        return self.as_sql(compiler, connection, template=template, **context)


def register(connection: BaseDatabaseWrapper, **more: Any) -> None:
    """Give a new SQLite connection the function; a receiver of connection_created."""
    if connection.vendor == "sqlite":
        database: sqlite3.Connection = connection.connection
        database.create_function("folded", 1, folded, deterministic=True)
