"""The college's tables as canonical frames."""

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingType
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import polars as pl

from edumetrics.college_db.mapping import Mapping
from edumetrics.databases.reading import DatabaseError, Reader, in_one_line, open_reader
from edumetrics.databases.writing import quoted
from edumetrics.engine.errors import CollegeDataError
from edumetrics.engine.tables.canonical import TABLES, Table

# Tables that grow week by week; of these a run reads only the semesters that it scores.
_BY_CLASS_AND_SEMESTER = ("attendance", "library_visits", "book_borrows", "assignment_definitions", "quiz_definitions")
_WORK = {
    "assignment_submissions": ("assignment_definitions", "assignment_id"),
    "quiz_submissions": ("quiz_definitions", "quiz_id"),
}
_REFERS_TO = {name: definitions for name, (definitions, _) in _WORK.items()} | {"exam_results": "exam_schedule"}
_EXAMS = ("exam_schedule", "exam_results")

Terms = Iterable[tuple[str, int]]


@dataclass(frozen=True)
class CollegeReader:
    """One snapshot of the college's database, read through the mapping."""

    reader: Reader
    mapping: Mapping
    columns: MappingType[str, frozenset[str]]

    def table(self, name: str, where: str = "") -> pl.DataFrame:
        """A whole canonical table with its scored columns; optional ones only if the college has them.

        Raises CollegeDataError where the database does not give them.
        """
        table = TABLES[name]
        kinds = {one.name: one.kind for one in table.columns if one.scored and one.name in self.columns[name]}
        try:
            return self.reader.frame(self.mapping.source(name), kinds, where)
        except DatabaseError as error:
            raise CollegeDataError(_unreadable(name, error)) from error

    def has(self, name: str) -> bool:
        """Whether the college has the table, that is, did not declare it absent."""
        return name not in self.mapping.absent

    def semester(self, terms: Terms) -> dict[str, pl.DataFrame]:
        """All tables that scoring needs, of these (class_id, semester) only; absent tables are left out.

        Rows that name no known class or work come along, so that they can be reported.
        """
        terms = sorted(set(terms))
        wheres = dict.fromkeys(("classes", "students", "advisors"), "")
        wheres |= {name: self._of_terms(terms) for name in _BY_CLASS_AND_SEMESTER}
        wheres |= {name: self._of_work(name, terms) for name in _WORK}
        wheres |= {name: self._of_exams(name, terms) for name in _EXAMS}
        frames = {name: self.table(name, where) for name, where in wheres.items() if self._is_readable(name)}
        for name in ("students", "classes"):
            if frames[name].is_empty():
                raise CollegeDataError(f"The college's table {name} is empty, so there is nobody to score.")
        return frames

    def _is_readable(self, name: str) -> bool:
        """Whether the college has the table, and the one that its rows refer to."""
        return self.has(name) and self.has(_REFERS_TO.get(name, name))

    def _of_terms(self, terms: Terms) -> str:
        classes = self.mapping.source("classes")
        wanted = f"(t.class_id, t.semester) IN ({_values(terms)})"
        return f"WHERE {wanted} OR t.semester IS NULL OR NOT {_exists(classes, 'class_id')}"

    def _of_work(self, name: str, terms: Terms) -> str:
        definitions, key = _WORK[name]
        source = self.mapping.source(definitions)
        return (
            f"LEFT JOIN {source} AS d ON d.{key} = t.{key} "
            f"WHERE d.{key} IS NULL OR (d.class_id, d.semester) IN ({_values(terms)})"
        )

    def _of_exams(self, name: str, terms: Terms) -> str:
        """Exams of these semesters and of the ones before them, whose endterm counts before any mark."""
        semesters = sorted({number for _, semester in terms for number in (semester - 1, semester)})
        wanted = ", ".join(str(number) for number in semesters) or "0"
        if name == "exam_schedule":
            return f"WHERE t.semester IN ({wanted})"
        schedule = self.mapping.source("exam_schedule")
        return (
            f"LEFT JOIN {schedule} AS d ON d.schedule_id = t.schedule_id "
            f"WHERE d.schedule_id IS NULL OR d.semester IN ({wanted})"
        )


def _values(terms: Terms) -> str:
    return "VALUES " + ", ".join(f"({quoted(class_id)}, {semester})" for class_id, semester in terms)


def _exists(source: str, key: str) -> str:
    return f"EXISTS (SELECT 1 FROM {source} AS k WHERE k.{key} = t.{key})"


def _unreadable(name: str, error: Exception) -> str:
    return (
        f"The college's table {name} cannot be read: {in_one_line(error)} "
        f"Correct tables.{name} in the mapping file (docs/how-to/connect-a-college.md)."
    )


@contextmanager
def open_college(settings: MappingType[str, Any], mapping: Mapping) -> Iterator[CollegeReader]:
    """The college's database, checked against the canonical tables.

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
        yield CollegeReader(reader, mapping, _checked_columns(reader, mapping))


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
    absent = "" if table.required else f", or {table.name} = false if the college has nothing like it"
    return (
        f"  {table.name}: there is no such table. Add to [tables] of the mapping file: "
        f'{table.name} = "SELECT {", ".join(table.column_names)} FROM ..."{absent}.'
    )


def _missing_columns(table: Table, found: frozenset[str]) -> list[str]:
    missing = [one.name for one in table.columns if one.scored and not one.optional and one.name not in found]
    if not missing:
        return []
    return [
        f"  {table.name}: the column(s) {', '.join(missing)} are missing; found {', '.join(sorted(found))}. "
        f"Add to the SELECT of tables.{table.name} for each, for example: NULL AS {missing[0]}."
    ]
