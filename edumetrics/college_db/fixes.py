"""How a table or column that is missing is said, and the lines that put a mapping right."""

import re
from collections.abc import Iterable, Mapping

from edumetrics.databases.literals import quoted
from edumetrics.databases.urls import Dialect
from edumetrics.engine.tables.canonical import Column, Kind, Table

_SQL_TYPES = {
    "sqlite": {Kind.TEXT: "TEXT", Kind.INTEGER: "INTEGER", Kind.NUMBER: "REAL", Kind.BOOLEAN: "INTEGER"},
    "postgresql": {Kind.TEXT: "text", Kind.INTEGER: "bigint", Kind.NUMBER: "double precision", Kind.BOOLEAN: "boolean"},
    "mysql": {Kind.TEXT: "CHAR", Kind.INTEGER: "SIGNED", Kind.NUMBER: "DOUBLE", Kind.BOOLEAN: "SIGNED"},
}
_NUMBER = re.compile(r"[+-]?[0-9]+([.][0-9]+)?")
_DAY_FIRST = re.compile(r"[0-9]{2}(?P<mark>[./-])[0-9]{2}(?P=mark)[0-9]{4}")


def no_such_table(table: Table) -> str:
    """What is wrong and what to do; ``table_line`` is to follow."""
    absent = "" if table.required else f", or {table.name} = false if the college has nothing like it"
    return f"There is no such table. Add to [tables] of the mapping file the line below{absent}."


def no_such_column(column: Column, found: Iterable[str]) -> str:
    """What is wrong and what to do; ``missing_column`` is to follow."""
    return f"The column {column.name} is missing; found {', '.join(sorted(found))}. Select something as {column.name}."


def missing_columns(table: Table, found: Iterable[str]) -> list[Column]:
    """The columns that scoring needs and that are not there."""
    return [one for one in table.columns if one.scored and not one.optional and one.name not in found]


def table_line(table: Table, found: Iterable[str] | None = None, instead: Mapping[str, str] | None = None) -> str:
    """The line of [tables] that reads a table with ``instead`` (column -> SQL) for some of its columns.

    ``found`` are the columns that it has; None stands for a table whose name is not known either.
    """
    instead = instead or {}
    columns = [instead.get(name, name) for name in table.column_names if found is None or name in {*found, *instead}]
    select = f"SELECT {', '.join(columns)} FROM {'...' if found is None else table.name}"
    escaped = select.replace("\\", "\\\\").replace('"', '\\"')
    return f'{table.name} = "{escaped}"'


def missing_column(column: Column, found: Iterable[str]) -> str:
    """What to select for a column that is not there: the one that differs only by capitals, else NULL."""
    alike = next((name for name in sorted(found) if name.lower() == column.name.lower()), "NULL")
    return f"{alike} AS {column.name}"


def right_type(dialect: Dialect, column: Column, family: str | None) -> str:
    """What to select for a column of a type that cannot be read as its kind."""
    name, kind = column.name, column.kind
    if kind in (Kind.DATE, Kind.TIMESTAMP):
        if family == "integer" and dialect == "postgresql":
            return f"to_date(CAST({name} AS text), 'YYYYMMDD') AS {name}"
        return f"CAST(CAST({name} AS text) AS {kind.value}) AS {name}"
    if family == "boolean":
        return f"CAST({name} AS integer) AS {name}"
    return f"CAST({name} AS {_SQL_TYPES[dialect][kind]}) AS {name}"


def right_values(
    dialect: Dialect, column: Column, family: str | None, values: list[str | None], *, is_all: bool, is_wrong: str
) -> str:
    """What to select for a column with wrong ``values``; ``is_all``: there are no other wrong ones.

    ``is_wrong`` is the condition, of the column's name, that tells the wrong ones.
    """
    name, kind = column.name, column.kind
    texts = [value for value in values if value is not None]
    if kind in (Kind.DATE, Kind.TIMESTAMP) and texts and all(_DAY_FIRST.match(text) for text in texts):
        return f"{_day_first(dialect, name, texts[0][2])} AS {name}"
    if kind is Kind.INTEGER and texts and all(_NUMBER.fullmatch(text) for text in texts):
        return f"CAST(ROUND({name}) AS {_SQL_TYPES[dialect][kind]}) AS {name}"
    if is_all and len(texts) == len(values):
        literals = [_literal(text, family) for text in texts]
        if len(literals) == 1:
            return f"NULLIF({name}, {literals[0]}) AS {name}"
        return f"CASE WHEN {name} NOT IN ({', '.join(literals)}) THEN {name} END AS {name}"
    return f"CASE WHEN NOT {is_wrong} THEN {name} END AS {name}"


def _literal(text: str, family: str | None) -> str:
    return text if family != "text" and _NUMBER.fullmatch(text) else quoted(text)


def _day_first(dialect: Dialect, name: str, mark: str) -> str:
    """A day written day, month, year."""
    if dialect == "postgresql":
        return f"to_date({name}, 'DD{mark}MM{mark}YYYY')"
    if dialect == "mysql":
        return f"STR_TO_DATE({name}, '%d{mark}%m{mark}%Y')"
    return f"substr({name}, 7, 4) || '-' || substr({name}, 4, 2) || '-' || substr({name}, 1, 2)"
