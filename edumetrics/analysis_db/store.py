"""Results into the analysis database: a class's weeks are replaced as a whole, in one transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from edumetrics.databases.writing import Writer, open_writer, quoted
from edumetrics.engine.semester import Results

DERIVED = ("weekly_metrics", "weekly_flags", "class_notice")
"""Tables whose rows belong to a class's week and are replaced or rolled back with it."""

_IDS_A_STATEMENT = 400


@dataclass(frozen=True)
class Published:
    """Who writes: the run, and its policy and time."""

    run_id: int
    policy_version: str
    computed_at: datetime


def publish(
    settings: Mapping[str, Any],
    results: Results,
    roster: Mapping[str, pl.DataFrame],
    terms: pl.DataFrame,
    by: Published,
    moved: Iterable[str] = (),
) -> dict[str, int]:
    """Replace from_week and all later weeks of each term by the results, and the roster tables; rows written per table.

    ``terms``: ``roster.TERM_SCHEMA``. ``moved``: students who came from another class; what is written of them
    replaces what their old class has of the same weeks. Nothing is visible before everything is written.
    """
    frames = {
        "weekly_metrics": results.metrics.with_columns(
            p_at_risk=pl.lit(None, pl.Float64), computed_at=pl.lit(by.computed_at.replace(tzinfo=None))
        ),
        "weekly_flags": results.flags,
        "class_notice": results.notices,
        **roster,
    }
    with open_writer(settings) as writer:
        for (year, semester, week), group in terms.group_by("academic_year", "semester", "from_week"):
            later = f"academic_year = {year} AND semester = {semester} AND sem_week >= {week}"
            _delete(writer, group["class_id"], later)
        _delete_moved(writer, results.metrics, moved)
        for table in roster:
            writer.execute(f"DELETE FROM {table}")
        for table, frame in frames.items():
            writer.append(table, frame.with_columns(run_id=pl.lit(by.run_id, pl.Int64)))
        _set_state(writer, terms, by)
    return {table: frame.height for table, frame in frames.items()}


def roll_back(settings: Mapping[str, Any], terms: pl.DataFrame) -> None:
    """Remove the derived rows of each class past ``through_week`` of its term, and of later semesters.

    ``terms``: ``roster.TERM_SCHEMA``. The state of a class becomes the last week that is left, with the policy it was
    scored by. Interventions, feedback and notes stay.
    """
    with open_writer(settings) as writer:
        for (year, semester, week), group in terms.group_by("academic_year", "semester", "through_week"):
            later = (
                f"(academic_year > {year} OR (academic_year = {year} AND semester > {semester}) "
                f"OR (academic_year = {year} AND semester = {semester} AND sem_week > {week}))"
            )
            _delete(writer, group["class_id"], later)
        for classes in _in_parts(terms["class_id"]):
            writer.execute(f"DELETE FROM analysis_state WHERE class_id IN ({classes})")
            writer.execute(_STATE_OF_WHAT_IS_LEFT.format(classes=classes))


_STATE_OF_WHAT_IS_LEFT = """
INSERT INTO analysis_state (class_id, academic_year, semester, sem_week, policy_version, run_id)
SELECT last.class_id, last.academic_year, last.semester, last.sem_week, run.policy_version, run.id
FROM (
    SELECT class_id, academic_year, semester, sem_week, run_id,
           ROW_NUMBER() OVER (PARTITION BY class_id ORDER BY academic_year DESC, semester DESC, sem_week DESC) AS place
    FROM weekly_metrics WHERE class_id IN ({classes})
) AS last JOIN analysis_run AS run ON run.id = last.run_id
WHERE last.place = 1"""


def _delete_moved(writer: Writer, metrics: pl.DataFrame, moved: Iterable[str]) -> None:
    """Delete the rows that students who moved have in other classes, in the weeks that are written now."""
    weeks = metrics.filter(pl.col("student_id").is_in(list(moved)))
    spans = weeks.group_by("student_id", "academic_year", "semester").agg(first=pl.col("sem_week").min())
    for (year, semester, first), group in spans.group_by("academic_year", "semester", "first"):
        for students in _in_parts(group["student_id"]):
            for table in ("weekly_metrics", "weekly_flags"):
                writer.execute(
                    f"DELETE FROM {table} WHERE student_id IN ({students}) AND academic_year = {year} "
                    f"AND semester = {semester} AND sem_week >= {first}"
                )


def _delete(writer: Writer, class_ids: Iterable[str], condition: str) -> None:
    for classes in _in_parts(class_ids):
        for table in DERIVED:
            writer.execute(f"DELETE FROM {table} WHERE class_id IN ({classes}) AND {condition}")


def _set_state(writer: Writer, terms: pl.DataFrame, by: Published) -> None:
    for classes in _in_parts(terms["class_id"]):
        writer.execute(f"DELETE FROM analysis_state WHERE class_id IN ({classes})")
    writer.append(
        "analysis_state",
        terms.select(
            "class_id",
            "academic_year",
            "semester",
            sem_week="through_week",
            policy_version=pl.lit(by.policy_version),
            run_id=pl.lit(by.run_id, pl.Int64),
        ),
    )


def _in_parts(ids: Iterable[str]) -> Iterable[str]:
    """The ids as SQL lists of a length that every database takes."""
    ids = sorted(ids)
    for start in range(0, len(ids), _IDS_A_STATEMENT):
        yield ", ".join(quoted(one) for one in ids[start : start + _IDS_A_STATEMENT])
