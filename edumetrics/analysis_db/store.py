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

# A list of classes longer than this is cut into several statements.
_CLASSES_A_STATEMENT = 400


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
) -> dict[str, int]:
    """Replace from_week and all later weeks of each term by the results, and the roster tables; rows written per table.

    ``terms``: ``roster.TERM_SCHEMA``. Nothing is visible before everything is written.
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
        for table in roster:
            writer.execute(f"DELETE FROM {table}")
        for table, frame in frames.items():
            writer.append(table, frame.with_columns(run_id=pl.lit(by.run_id, pl.Int64)))
        _set_state(writer, terms, by)
    return {table: frame.height for table, frame in frames.items()}


def roll_back(settings: Mapping[str, Any], terms: pl.DataFrame, by: Published) -> None:
    """Remove the derived rows of each class past ``through_week`` of its term, and of later semesters.

    ``terms``: ``roster.TERM_SCHEMA``. Interventions, feedback and notes stay.
    """
    with open_writer(settings) as writer:
        for (year, semester, week), group in terms.group_by("academic_year", "semester", "through_week"):
            later = (
                f"(academic_year > {year} OR (academic_year = {year} AND semester > {semester}) "
                f"OR (academic_year = {year} AND semester = {semester} AND sem_week > {week}))"
            )
            _delete(writer, group["class_id"], later)
        _set_state(writer, terms, by)


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


def _in_parts(class_ids: Iterable[str]) -> Iterable[str]:
    ids = sorted(class_ids)
    for start in range(0, len(ids), _CLASSES_A_STATEMENT):
        yield ", ".join(quoted(one) for one in ids[start : start + _CLASSES_A_STATEMENT])
