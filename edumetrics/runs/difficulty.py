"""How hard subjects are, by how many passed their endterms."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from edumetrics.analysis_db.store import check_run
from edumetrics.college_db.read import CollegeReader
from edumetrics.college_db.semester import is_readable
from edumetrics.databases.reading import open_reader
from edumetrics.databases.writing import open_writer
from edumetrics.engine.metrics.rounding import RATE_DIGITS, rounded
from edumetrics.engine.policy import Policy
from edumetrics.engine.predictions.outcomes import year_of
from edumetrics.engine.tables.canonical import Kind
from edumetrics.runs.predictions import DIFFICULTY_SCHEMA

_KINDS = {"class_id": Kind.TEXT, "subject_id": Kind.TEXT, "semester": Kind.INTEGER}
_COUNTS = {"total_students": Kind.INTEGER, "students_passed": Kind.INTEGER}


def read_difficulty(college: CollegeReader, now: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """DIFFICULTY_SCHEMA: who sat and who passed each endterm, in the college's database as it stands.

    ``now``: class_id, academic_year, semester of the classes in a semester. Counted by the server. An absence is not
    passed; a result without pass_fail is passed from ``predictions.pass_pct`` on.
    """
    if not is_readable(college, "exam_results"):
        return DIFFICULTY_SCHEMA.to_frame()
    passed = f"r.pass_fail = 'P' OR (r.pass_fail IS NULL AND r.score_pct >= {policy.predictions.pass_pct})"
    source = (
        "(SELECT d.class_id, d.subject_id, d.semester, COUNT(*) AS total_students, "
        f"SUM(CASE WHEN {passed} THEN 1 ELSE 0 END) AS students_passed "
        f"FROM {college.mapping.source('exam_results')} AS r "
        f"JOIN {college.mapping.source('exam_schedule')} AS d ON d.schedule_id = r.schedule_id "
        "WHERE d.exam_type = 'endterm' GROUP BY d.class_id, d.subject_id, d.semester)"
    )
    found = college.select("exam_results", source, _KINDS | _COUNTS).drop_nulls()
    return (
        found.rename({"semester": "of_semester"})
        .join(now, on="class_id")
        .filter(pl.col("of_semester") <= pl.col("semester"))
        .with_columns(academic_year=year_of(pl.col("of_semester")))
        .group_by("subject_id", "academic_year", semester="of_semester")
        .agg(pl.col("total_students", "students_passed").sum())
        .select(DIFFICULTY_SCHEMA.names())
        .cast(DIFFICULTY_SCHEMA)
        .sort("subject_id", "academic_year", "semester")
    )


def load_difficulty(settings: Mapping[str, Any]) -> pl.DataFrame:
    """DIFFICULTY_SCHEMA, as published."""
    kinds = {name: Kind.TEXT if dtype == pl.String else Kind.INTEGER for name, dtype in DIFFICULTY_SCHEMA.items()}
    with open_reader(settings) as reader:
        return reader.frame("subject_difficulty", kinds).sort("subject_id", "academic_year", "semester")


def publish_difficulty(settings: Mapping[str, Any], difficulty: pl.DataFrame, policy: Policy, run_id: int) -> int:
    """Replace subject_difficulty; rows written. Raises RunReplaced."""
    rate = pl.col("students_passed") / pl.col("total_students")
    label = (
        pl.when(rate < policy.predictions.hard_below)
        .then(pl.lit("HARD"))
        .when(rate >= policy.predictions.easy_from)
        .then(pl.lit("EASY"))
        .otherwise(pl.lit("MEDIUM"))
    )
    rows = difficulty.with_columns(
        pass_rate=rounded(rate, RATE_DIGITS), difficulty_label=label, run_id=pl.lit(run_id, pl.Int64)
    )
    with open_writer(settings) as writer:
        check_run(writer, run_id)
        writer.execute("DELETE FROM subject_difficulty")
        writer.append("subject_difficulty", rows)
    return rows.height
