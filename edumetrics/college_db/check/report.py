"""What a check found: findings by gravity, tables, and the same as JSON."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from edumetrics.databases.urls import Dialect
from edumetrics.engine.calendar import Position

JSON_FORMAT = 1
"""Grows when a key of the JSON report changes its meaning or goes."""

CHECKS: dict[str, str] = {
    "connection": "whether the database can be reached, and whose role it is read by",
    "read_only": "whether the session itself refuses to write",
    "writable": "whether the role could write if the session let it",
    "mapping": "faults of the mapping file",
    "policy": "faults of the policy file",
    "missing_table": "a canonical table that the college does not give",
    "missing_column": "a column that scores need and the college does not give",
    "unreadable": "a query that the database refuses or breaks off",
    "empty": "a table without rows",
    "duplicate": "several rows with one key",
    "null": "rows that lack a value they must have",
    "mistyped": "a type or values that are not of the column's kind",
    "too_long": "ids longer than the analysis tables hold",
    "semester": "semesters that no class can be in",
    "week": "where the college stands: sim_state or the policy's calendar",
    "term": "how many classes are in a semester of the running term",
    "stale": "data that end before the college's week",
    "ahead": "data of weeks that the college has not reached",
    "reference": "rows that name a student, class, subject or work that is not there",
    "no_class": "students without a class",
    "rows": "a table with which nothing is wrong",
}
"""Every ``Finding.check`` and what it looks at."""


class Gravity(IntEnum):
    """How much a finding matters."""

    OK = 0
    WARNING = 1
    """A run works, but some of the data cannot be used or somebody could be misled."""
    ERROR = 2
    """A run does not work."""

    @property
    def word(self) -> str:
        """ok, warning or error."""
        return self.name.lower()


@dataclass(frozen=True)
class Finding:
    """One thing that was found, as a sentence that says what, and what to do.

    ``table`` is None for what concerns no table; ``fix`` is a line of SQL, of the mapping file or of a shell that puts
    it right; ``count`` of ``of`` rows (or classes) are concerned; ``examples`` has up to three.
    """

    gravity: Gravity
    check: str
    sentence: str
    table: str | None = None
    column: str | None = None
    fix: str | None = None
    count: int | None = None
    of: int | None = None
    examples: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "gravity": self.gravity.word,
            "check": self.check,
            "table": self.table,
            "column": self.column,
            "sentence": self.sentence,
            "fix": self.fix,
            "count": self.count,
            "of": self.of,
            "examples": list(self.examples),
        }


@dataclass
class TableReport:
    """One canonical table: ``source`` is "table" (read as it stands), "select" (of the mapping) or "absent".

    ``rows`` and ``newest_week`` are None where they could not be told. ``missing`` columns are needed, ``not_given``
    ones are not, ``ignored`` ones are not canonical. ``mapping_line`` is the whole line that puts its columns right.
    """

    name: str
    source: str
    rows: int | None = None
    newest_week: int | None = None
    newest_date: str | None = None
    missing: list[str] = field(default_factory=list)
    not_given: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    mapping_line: str | None = None

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "table": self.name,
            "source": self.source,
            "rows": self.rows,
            "newest_week": self.newest_week,
            "newest_date": self.newest_date,
            "columns": {"missing": self.missing, "not_given": self.not_given, "ignored": self.ignored},
            "mapping_line": self.mapping_line,
        }


@dataclass
class College:
    """Whose database it is. ``grantee``: the role as GRANT takes it; ``writable``: whether it could write.

    None: could not be told.
    """

    dialect: Dialect | None = None
    server: str | None = None
    role: str | None = None
    grantee: str | None = None
    read_only: bool | None = None
    writable: bool | None = None
    position: Position | None = None

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        where = self.position
        return {
            "dialect": self.dialect,
            "server": self.server,
            "role": self.role,
            "read_only": self.read_only,
            "writable": self.writable,
            "academic_year": where.academic_year if where else None,
            "term": where.term if where else None,
            "sem_week": where.sem_week if where else None,
        }


@dataclass
class Report:
    """Everything that a check found."""

    college: College = field(default_factory=College)
    tables: list[TableReport] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def gravity(self) -> Gravity:
        """The gravest finding's."""
        return max((one.gravity for one in self.findings), default=Gravity.OK)

    @property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each gravity."""
        counted = Counter(one.gravity for one in self.findings)
        return {gravity.word: counted[gravity] for gravity in sorted(Gravity, reverse=True)}

    def of(self, table: str | None) -> list[Finding]:
        """The findings of one table (None: of none), gravest first."""
        return sorted((one for one in self.findings if one.table == table), key=lambda one: -one.gravity)

    def gravity_of(self, table: str) -> Gravity:
        """The gravest finding's of one table."""
        return max((one.gravity for one in self.findings if one.table == table), default=Gravity.OK)

    def add(self, findings: Iterable[Finding]) -> None:
        """Add findings."""
        self.findings.extend(findings)

    def as_json(self) -> dict[str, Any]:
        """As plain values (docs/how-to/check-a-college.md)."""
        return {
            "format": JSON_FORMAT,
            "gravity": self.gravity.word,
            "counts": self.counts,
            "college": self.college.as_json(),
            "tables": [{**one.as_json(), "gravity": self.gravity_of(one.name).word} for one in self.tables],
            "findings": [one.as_json() for one in self.findings],
        }


def counted(count: int, what: str, plural: str | None = None) -> str:
    """The number with its noun: "1 row", "1,200 rows"."""
    return f"{count:,} {what if count == 1 else plural or what + 's'}"


def of_all(count: int, total: int, what: str = "row", plural: str | None = None) -> str:
    """A part and its share: "12 of 1,200 rows (1 %)"."""
    if count == total:
        return f"all {counted(total, what, plural)}" if total > 1 else f"the only {what}"
    share = min(99, round(100 * count / total))
    return f"{count:,} of {counted(total, what, plural)} ({f'{share} %' if share else 'under 1 %'})"
