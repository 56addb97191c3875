"""Writing the demo college into a database of its own, in bulk."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl
from django.db.utils import ConnectionHandler

from demo.college.simulate import simulate
from demo.college.terms import LAST_GLOBAL_WEEK
from edumetrics.college_db.models import CLIENT_MODELS
from edumetrics.databases.urls import django_settings
from edumetrics.databases.writing import Writer, open_writer
from edumetrics.engine.errors import EduMetricsError

MARKER = "edumetrics_demo_college"

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

    def after(self, weeks: int) -> "DemoCollege":
        """The same college ``weeks`` later; after the even semester the next academic year begins."""
        years, week = divmod(self.week + weeks, LAST_GLOBAL_WEEK + 1)
        return DemoCollege(self.students, week, self.seed, self.year + years, self.past_years)


def read_marker(url: str) -> DemoCollege | None:
    """What the demo college in a database follows from; None where there is none."""
    connection = _connection(url)
    try:
        if MARKER not in connection.introspection.table_names():
            return None
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT students, week, seed, year, past_years FROM {MARKER}")
            row = cursor.fetchone()
            return DemoCollege(*row) if row else None
    finally:
        connection.close()


def write_college(url: str, college: DemoCollege) -> dict[str, int]:
    """Simulate the college and put it in the database, replacing the demo college that is there; rows per table.

    Raises NotADemoCollege where the database has tables of a college that the simulator did not write.
    """
    _prepare(url)
    tables = simulate(
        students=college.students,
        week=college.week,
        seed=college.seed,
        year=college.year,
        past_years=college.past_years,
    )
    with open_writer(_settings(url)) as writer:
        for name in (*tables, MARKER):
            writer.execute(f"DELETE FROM {name}")
        for name, frame in tables.items():
            writer.append(name, frame)
        _write_marker(writer, college)
    return {name: frame.height for name, frame in tables.items()}


def _write_marker(writer: Writer, college: DemoCollege) -> None:
    marker = pl.DataFrame([vars(college)]).with_columns(written_at=pl.lit(datetime.now(UTC).isoformat()))
    writer.append(MARKER, marker)


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
        if MARKER in present:
            return
        if present:
            raise NotADemoCollege(
                f"The database already has tables ({', '.join(sorted(present)[:5])}, ...) that the simulator did not "
                "write. Nothing was changed. Give an empty database with --database or CLIENT_DB_URL."
            )
        with connection.schema_editor() as editor:
            for model in CLIENT_MODELS.values():
                editor.create_model(model)
            editor.execute(
                f"CREATE TABLE {MARKER} (students bigint, week bigint, seed bigint, year bigint, past_years bigint, "
                "written_at text)"
            )
            for table, columns in _INDEXES.items():
                editor.execute(f"CREATE INDEX {table}_by_key ON {table} ({columns})")
    finally:
        connection.close()
