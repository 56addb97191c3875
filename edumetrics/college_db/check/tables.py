"""Is a table there, with its columns, and of which types are they?"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from edumetrics.college_db import fixes
from edumetrics.college_db.check import sql
from edumetrics.college_db.check.asking import Question
from edumetrics.college_db.check.report import College, Finding, Gravity, TableReport
from edumetrics.college_db.mapping import Mapping
from edumetrics.databases.literals import quoted
from edumetrics.databases.reading import DatabaseError, in_one_line
from edumetrics.databases.urls import Dialect
from edumetrics.engine.tables.canonical import TABLES, Column, Kind, Table


@dataclass
class Found:
    """A canonical table that can be read, and what was learnt of it.

    ``columns``: those that may be asked for; ``families``: of their declared types (``sql.family_of``); ``nulls``: rows
    without a value, by column; ``bad``: rows whose value is not of the column's kind.
    """

    table: Table
    source: str
    is_mapped: bool
    dialect: Dialect
    columns: set[str]
    families: dict[str, str | None] = field(default_factory=dict)
    rows: int = 0
    is_counted: bool = False
    nulls: dict[str, int] = field(default_factory=dict)
    bad: dict[str, int] = field(default_factory=dict)
    newest_date: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether it was counted, and no row was found."""
        return self.is_counted and not self.rows

    def value(self, name: str) -> str:
        """The SQL of a column's value as text."""
        return sql.as_text(self.dialect, f"t.{name}")

    def number(self, name: str) -> str:
        """The SQL of a column's value as a whole number, null where it is none."""
        return sql.whole_number(self.dialect, f"t.{name}", self.families.get(name))

    def wrong(self, name: str, value: str | None = None) -> str | None:
        """The SQL that tells the values that are not of the column's kind; None where there can be none."""
        return sql.wrong(self.dialect, self.table.column(name).kind, value or f"t.{name}", self.families.get(name))

    def present(self, *names: str) -> bool:
        """Whether all these columns may be asked for."""
        return self.columns.issuperset(names)


def canonical(names: list[str] | None) -> list[Table]:
    """The tables of these names, or all, in the order of the contract."""
    return [table for table in TABLES.values() if not names or table.name in names]


def find_table(
    question: Question, table: Table, mapping: Mapping, college: College
) -> tuple[Found | None, list[Finding]]:
    """The table as the mapping gives it, or None; and what is missing of it."""
    source, is_mapped = mapping.source(table.name), table.name in mapping.selects
    try:
        columns = question.columns(source)
    except DatabaseError as error:
        return None, [_not_there(table, is_mapped=is_mapped, said=in_one_line(error), college=college)]
    found = Found(table, source, is_mapped, question.dialect, {*columns} & {*table.column_names})
    return found, missing_columns(table, frozenset(columns))


def _not_there(table: Table, *, is_mapped: bool, said: str, college: College) -> Finding:
    if is_mapped:
        return Finding(Gravity.ERROR, "mapping", f"The SELECT of the mapping fails: {said}", table.name)
    if "denied" in said.lower():
        return Finding(
            Gravity.ERROR,
            "unreadable",
            f"The {college.role} may not read the table: {said}",
            table.name,
            fix=f"GRANT SELECT ON {table.name} TO {college.grantee};",
        )
    return missing_table(table)


def missing_table(table: Table) -> Finding:
    """There is no table of that name."""
    return Finding(Gravity.ERROR, "missing_table", fixes.no_such_table(table), table.name, fix=fixes.table_line(table))


def missing_columns(table: Table, found: frozenset[str]) -> list[Finding]:
    """A finding for each column that is needed and not there."""
    return [
        Finding(
            Gravity.ERROR,
            "missing_column",
            fixes.no_such_column(one, found),
            table.name,
            one.name,
            fix=fixes.missing_column(one, found),
        )
        for one in fixes.missing_columns(table, found)
    ]


def describe_columns(table: Table, found: list[str], report: TableReport) -> None:
    """Note which columns are missing, not given and ignored."""
    report.missing = [one.name for one in fixes.missing_columns(table, found)]
    report.not_given = [name for name in table.column_names if name not in {*found, *report.missing}]
    report.ignored = [name for name in found if name not in table.column_names]


def check_types(question: Question, found: Found, zone: str) -> Iterator[Finding]:
    """Learns the declared types, and tells columns that cannot be read as their kind whatever they hold.

    Such columns are asked for nothing else. ``zone`` is the college's time zone.
    """
    found.families = _families(question, found)
    read = {name: found.table.column(name) for name in sorted(found.columns)}
    try:
        question.read(found.source, {name: one.kind for name, one in read.items()}, "WHERE 1 = 0")
    except DatabaseError:
        refused = [(one, said) for one in read.values() if (said := _refused(question, found, one))]
        if not refused:
            raise
        for column, said in refused:
            found.columns.discard(column.name)
            yield _wrong_type(found, column, said)
    yield from _zones(question, found, zone)


def _refused(question: Question, found: Found, column: Column) -> str | None:
    try:
        question.read(found.source, {column.name: column.kind}, "WHERE 1 = 0")
    except DatabaseError as error:
        return in_one_line(error)
    return None


def _wrong_type(found: Found, column: Column, said: str) -> Finding:
    gravity = Gravity.ERROR if column.scored else Gravity.WARNING
    return Finding(
        gravity,
        "mistyped",
        f"The column {column.name} cannot be read as {named(column.kind)}: {said}",
        found.table.name,
        column.name,
        fix=fixes.right_type(found.dialect, column, found.families.get(column.name)),
    )


def named(kind: Kind) -> str:
    """A value of the kind, in words."""
    words = {Kind.INTEGER: "a whole number", Kind.BOOLEAN: "yes or no (1 or 0)", Kind.DATE: "a date (2026-07-06)"}
    return words.get(kind, f"a {kind.value}")


def _families(question: Question, found: Found) -> dict[str, str | None]:
    """The family of each column's declared type; SQLite's declarations bind no value, so they tell nothing."""
    names = sorted(found.columns)
    if found.dialect == "postgresql":
        types = ", ".join(f"CAST(pg_typeof(t.{name}) AS text) AS {name}" for name in names)
        row = question.texts(
            f"SELECT {types} FROM (SELECT 1 AS one) AS o LEFT JOIN {found.source} AS t ON FALSE", *names
        )
        return {name: sql.family_of(declared) for name, declared in row[0].items()}
    if found.dialect == "mysql" and not found.is_mapped:
        rows = question.texts(
            "SELECT column_name AS name, data_type AS declared FROM information_schema.columns "
            f"WHERE table_schema = DATABASE() AND table_name = {quoted(found.table.name)}",
            "name",
            "declared",
        )
        return {str(row["name"]): sql.family_of(row["declared"]) for row in rows}
    return {}


def _zones(question: Question, found: Found, zone: str) -> Iterator[Finding]:
    """Times with a zone are read in the session's, which must be the college's."""
    names = [name for name in sorted(found.columns) if found.families.get(name) == "timestamptz"]
    dated = [name for name in names if _is_scored_day(found.table.column(name))]
    if not dated:
        return
    of_session = question.texts("SELECT current_setting('TimeZone') AS zone", "zone")[0]["zone"]
    if of_session == zone:
        return
    for name in dated:
        yield Finding(
            Gravity.WARNING,
            "mistyped",
            f"{name} has a time zone, and is read in the server's ({of_session}); the college is in {zone}. If it "
            "holds real moments, those near midnight fall on the wrong day.",
            found.table.name,
            name,
            fix=f"{name} AT TIME ZONE {quoted(zone)} AS {name}",
        )


def _is_scored_day(column: Column) -> bool:
    return column.scored and column.kind in (Kind.DATE, Kind.TIMESTAMP)
