"""The college's tables as canonical frames."""

from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import polars as pl

from edumetrics.college_db import fixes
from edumetrics.college_db.mapping import Mapping
from edumetrics.databases.reading import DatabaseError, Reader, in_one_line, open_reader
from edumetrics.engine.errors import CollegeDataError
from edumetrics.engine.tables.canonical import TABLES, Kind, Table

Columns = MappingType[str, frozenset[str]]
"""The columns that each table has."""


@dataclass(frozen=True)
class CollegeReader:
    """One snapshot of the college's database, read through the mapping."""

    reader: Reader
    mapping: Mapping
    columns: Columns

    def table(self, name: str, where: str = "") -> pl.DataFrame:
        """A whole canonical table with its scored columns; optional ones only if the college has them.

        ``where`` is SQL after the alias t. Raises CollegeDataError where the database does not give them.
        """
        return self.select(name, self.mapping.source(name), self.kinds(name), where)

    def kinds(self, name: str) -> dict[str, Kind]:
        """The scored columns of a table that the college has."""
        return {one.name: one.kind for one in TABLES[name].columns if one.scored and one.name in self.columns[name]}

    def select(self, name: str, source: str, kinds: MappingType[str, Kind], where: str = "") -> pl.DataFrame:
        """Columns of a source (alias t) that is made of the table ``name``, which errors name."""
        try:
            return self.reader.frame(source, kinds, where)
        except DatabaseError as error:
            raise CollegeDataError(_unreadable(name, error)) from error

    def has(self, name: str) -> bool:
        """Whether the college has the table, that is, did not declare it absent."""
        return name not in self.mapping.absent


def _unreadable(name: str, error: Exception) -> str:
    return (
        f"The college's table {name} cannot be read: {in_one_line(error)} "
        f"If the server runs, correct tables.{name} in the mapping file (docs/how-to/connect-a-college.md)."
    )


@contextmanager
def open_college(
    settings: MappingType[str, Any], mapping: Mapping, columns: Columns | None = None
) -> Iterator[CollegeReader]:
    """The college's database, checked against the canonical tables unless its ``columns`` are already known.

    Raises CollegeDataError that lists, table by table, what is missing and the line to add to the mapping.
    """
    with ExitStack() as stack:
        try:
            reader = stack.enter_context(open_reader(settings))
        except (DatabaseError, OSError) as error:
            raise CollegeDataError(
                f"The college's database cannot be read: {in_one_line(error)} Check CLIENT_DB_URL, and that the "
                "database is there and its server runs."
            ) from error
        yield CollegeReader(reader, mapping, columns or _checked_columns(reader, mapping))


def _checked_columns(reader: Reader, mapping: Mapping) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    faults: list[str] = []
    for table in TABLES.values():
        if table.name in mapping.absent:
            continue
        try:
            found[table.name] = frozenset(reader.columns_of(mapping.source(table.name)))
        except DatabaseError as error:
            faults.append(_missing_table(table, mapping, error))
            continue
        faults += _missing_columns(table, found[table.name])
    if faults:
        raise CollegeDataError(
            "The college's database does not give the canonical tables:\n"
            + "\n".join(faults)
            + "\nHow a mapping file is written: docs/how-to/connect-a-college.md."
        )
    return found


def _missing_table(table: Table, mapping: Mapping, error: Exception) -> str:
    if table.name in mapping.selects:
        return f"  {table.name}: the SELECT of the mapping fails: {in_one_line(error)}"
    return f"  {table.name}: {fixes.no_such_table(table)}\n      {fixes.table_line(table)}"


def _missing_columns(table: Table, found: frozenset[str]) -> list[str]:
    return [
        f"  {table.name}: {fixes.no_such_column(one, found)}\n      {fixes.missing_column(one, found)}"
        for one in fixes.missing_columns(table, found)
    ]
