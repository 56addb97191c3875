"""Values inside SQL."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from edumetrics.databases.urls import Dialect

Value = str | int


def quoted(text: str, dialect: Dialect | None = None) -> str:
    """A text as an SQL literal: on MySQL if ``dialect`` says so, else as SQLite and PostgreSQL take it."""
    if dialect == "mysql" and "\\" in text:
        # Whether a backslash stands for itself depends on the server's sql_mode; hexadecimal digits do not.
        return f"_utf8mb4 X'{text.encode().hex()}'"
    return "'" + text.replace("'", "''") + "'"


def is_number_on_sqlite(value: str) -> str:
    """A condition that a text of SQLite is a decimal number, which CAST would read whole and not only begin to."""
    digits = f"{value} GLOB '*[0-9]*' AND substr({value}, 2) NOT GLOB '*[^0-9.]*' AND {value} NOT GLOB '*.*.*'"
    return f"{value} GLOB '[0-9.+-]*' AND {digits}"


def in_rows(dialect: Dialect, columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """A condition that the columns hold one of these rows of values; texts are quoted. No rows: nothing meets it.

    Rows that differ in the first column only share one IN, which every database can look up in an index on the
    columns; a list of tuples is not valid on SQLite, and one of VALUES makes PostgreSQL read the whole table as soon as
    an OR follows.
    """
    alike: dict[tuple[Value, ...], set[Value]] = defaultdict(set)
    for first, *others in rows:
        alike[tuple(others)].add(first)
    if not alike:
        return "(1 = 0)"
    return _any(
        [
            _all(
                [f"{columns[0]} IN ({', '.join(_literal(value, dialect) for value in sorted(firsts, key=_order))})"]
                + [f"{name} = {_literal(value, dialect)}" for name, value in zip(columns[1:], others, strict=True)]
            )
            for others, firsts in sorted(alike.items(), key=lambda item: [_order(value) for value in item[0]])
        ]
    )


def _literal(value: Value, dialect: Dialect) -> str:
    return quoted(value, dialect) if isinstance(value, str) else str(int(value))


def _order(value: Value) -> tuple[str, Value]:
    return type(value).__name__, value


def _all(conditions: list[str]) -> str:
    return "(" + " AND ".join(conditions) + ")"


def _any(conditions: list[str]) -> str:
    """Halves of halves, since SQLite takes no expression that is more than 1000 deep."""
    if len(conditions) == 1:
        return conditions[0]
    middle = len(conditions) // 2
    return f"({_any(conditions[:middle])} OR {_any(conditions[middle:])})"
