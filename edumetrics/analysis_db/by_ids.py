"""Statements about many classes or students, so many at a time as every database takes."""

from collections.abc import Iterable

from edumetrics.databases.literals import quoted
from edumetrics.databases.writing import Writer

_IDS_A_STATEMENT = 400


def in_parts(ids: Iterable[str]) -> Iterable[str]:
    """The ids as SQL lists of a length that every database takes; no ids: no list."""
    ids = sorted(ids)
    for start in range(0, len(ids), _IDS_A_STATEMENT):
        yield ", ".join(quoted(one) for one in ids[start : start + _IDS_A_STATEMENT])


def delete(writer: Writer, tables: Iterable[str], column: str, ids: Iterable[str], condition: str) -> None:
    """Delete the rows of the tables that have one of the ids in ``column`` and meet the condition."""
    for listed in in_parts(ids):
        for table in tables:
            writer.execute(f"DELETE FROM {table} WHERE {column} IN ({listed}) AND {condition}")
