"""Writing the demo college into a database of its own, in bulk."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import polars as pl
from django.db.utils import ConnectionHandler

from demo.college.frames import PART_ROWS
from demo.college.simulate import Part, Simulation
from demo.college.spoil import Spoiler, Spoiling
from demo.college.terms import LAST_GLOBAL_WEEK
from edumetrics.college_db.models import CLIENT_MODELS
from edumetrics.databases.urls import dialect_of, django_settings
from edumetrics.databases.writing import Writer, open_writer
from edumetrics.engine.errors import EduMetricsError
from edumetrics.engine.tables.canonical import TABLES

MARKER = "edumetrics_demo_college"
SPOILED = "edumetrics_demo_spoiled"
"""What was spoiled on purpose, and the data-quality report is to count (``spoil.TALLY_SCHEMA``)."""

# Types that are the same on every database.
_OWN_TABLES = {
    MARKER: "students bigint, week bigint, seed bigint, year bigint, past_years bigint, written_at text, spoiling text",
    SPOILED: "academic_year bigint, term text, table_name text, rule text, week bigint, bad_rows bigint",
}

# What a college that knows its database would have an index on.
_INDEXES = {
    "attendance": "class_id, semester",
    "library_visits": "class_id, semester",
    "book_borrows": "class_id, semester",
    "assignment_submissions": "assignment_id",
    "quiz_submissions": "quiz_id",
    "exam_results": "schedule_id",
}


class NotADemoCollege(EduMetricsError):
    """The database holds something that the simulator did not write."""


@dataclass(frozen=True)
class DemoCollege:
    """All that the demo college follows from."""

    students: int
    week: int
    seed: int
    year: int
    past_years: int
    spoiling: Spoiling | None = None

    def after(self, weeks: int) -> "DemoCollege":
        """The same college ``weeks`` later; after the even semester the next academic year begins."""
        years, week = divmod(self.week + weeks, LAST_GLOBAL_WEEK + 1)
        return replace(self, week=week, year=self.year + years)

    def simulation(self, spoiler: Spoiler | None = None) -> Simulation:
        """Where its rows come from. Raises ValueError for a number outside its range."""
        return Simulation(self.students, self.week, self.seed, self.year, self.past_years, spoiler)


@dataclass(frozen=True)
class Written:
    """What was written: rows by table, and who spoiled some of them."""

    rows: dict[str, int]
    spoiler: Spoiler | None


def read_marker(url: str) -> DemoCollege | None:
    """What the demo college in a database follows from; None where there is none."""
    connection = _connection(url)
    try:
        if MARKER not in connection.introspection.table_names():
            return None
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {MARKER}")
            row = cursor.fetchone()
            if not row:
                return None
            found = dict(zip([column[0] for column in cursor.description], row, strict=True))
    finally:
        connection.close()
    # A marker that an earlier version wrote knows of no spoiling.
    spoiling = found.pop("spoiling", None)
    del found["written_at"]
    return DemoCollege(**found, spoiling=_read_spoiling(spoiling) if spoiling else None)


def write_college(url: str, college: DemoCollege, step: Callable[[str], None] = lambda what: None) -> Written:
    """Simulate the college and put it in the database, replacing the demo college that is there.

    ``step`` is told what comes next: once for each of ``college.simulation().semesters()``, before and after them all.
    Raises NotADemoCollege where the database has tables of a college that the simulator did not write.
    """
    settings = _settings(url)
    spoiler = None
    if college.spoiling:
        spoiler = Spoiler(college.spoiling, college.seed, keeps_nan=dialect_of(settings) == "postgresql")
    simulation = college.simulation(spoiler)
    _prepare(url)
    with open_writer(settings) as writer:
        step("classes and people")
        for name in (*TABLES, *_OWN_TABLES):
            writer.execute(f"DELETE FROM {name}")
        parts = _Parts(writer)
        for part in simulation.registers():
            parts.add(part)
        for semester in simulation.semesters():
            step(f"semester {semester.number} of {semester.classes} classes")
            for part in simulation.events(semester):
                parts.add(part)
        parts.flush()
        writer.append(MARKER, _marker(college))
        if spoiler:
            writer.append(SPOILED, spoiler.tally)
        step("committing and indexing")
    _index(url)
    return Written({name: parts.rows[name] for name in TABLES}, spoiler)


@dataclass(frozen=True)
class _Parts:
    """Appends parts of tables, small ones together: thousands of small appends would take their time."""

    writer: Writer
    rows: Counter[str] = field(default_factory=Counter)
    _waiting: dict[str, list[pl.DataFrame]] = field(default_factory=dict)

    def add(self, part: Part) -> None:
        name, rows = part
        self.rows[name] += rows.height
        self._waiting.setdefault(name, []).append(rows)
        if sum(one.height for one in self._waiting[name]) >= PART_ROWS:
            self._append(name)

    def flush(self) -> None:
        for name in list(self._waiting):
            self._append(name)

    def _append(self, name: str) -> None:
        for rows in pl.concat(self._waiting.pop(name)).iter_slices(PART_ROWS):
            self.writer.append(name, rows)


def _marker(college: DemoCollege) -> pl.DataFrame:
    spoiling = college.spoiling
    values = {**vars(college), "written_at": datetime.now(UTC).isoformat(), "spoiling": None}
    if spoiling:
        values["spoiling"] = json.dumps({**vars(spoiling), "since": spoiling.since.isoformat()})
    return pl.DataFrame([values], schema_overrides={"spoiling": pl.String})


def _read_spoiling(text: str) -> Spoiling:
    found = json.loads(text)
    return Spoiling(found["shares"], tuple(found["classes"]), date.fromisoformat(found["since"]))


def _settings(url: str) -> dict[str, Any]:
    settings = django_settings(url)
    # A college's database is read from other processes with mode=ro, for which write-ahead logging is a burden.
    settings.get("OPTIONS", {}).pop("init_command", None)
    return settings


def _connection(url: str) -> Any:
    return ConnectionHandler({"default": _settings(url)})["default"]


def _prepare(url: str) -> None:
    """Create what is missing; refuse a database with somebody's data."""
    connection = _connection(url)
    try:
        present = set(connection.introspection.table_names(include_views=True))
        if present and MARKER not in present:
            raise NotADemoCollege(
                f"The database already has tables ({', '.join(sorted(present)[:5])}, ...) that the simulator did not "
                "write. Nothing was changed. Give an empty database with --database or CLIENT_DB_URL."
            )
        with connection.schema_editor() as editor:
            for table, columns in _OWN_TABLES.items():
                if table not in present:
                    editor.execute(f"CREATE TABLE {table} ({columns})")
            for table, model in CLIENT_MODELS.items():
                if table not in present:
                    editor.create_model(model)
        if MARKER in present:
            _add_spoiling(connection)
    finally:
        connection.close()


def _add_spoiling(connection: Any) -> None:
    """A marker that an earlier version wrote lacks the column."""
    with connection.cursor() as cursor:
        columns = {column.name for column in connection.introspection.get_table_description(cursor, MARKER)}
        if "spoiling" not in columns:
            cursor.execute(f"ALTER TABLE {MARKER} ADD COLUMN spoiling text")


def _index(url: str) -> None:
    """Create the indexes that are missing; on a new college after its rows, which is quicker."""
    connection = _connection(url)
    try:
        for table, columns in _INDEXES.items():
            name = f"{table}_by_key"
            with connection.cursor() as cursor:
                if name not in connection.introspection.get_constraints(cursor, table):
                    cursor.execute(f"CREATE INDEX {name} ON {table} ({columns})")
    finally:
        connection.close()
