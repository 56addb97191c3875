"""One shard of a run: read some classes, score them, publish them. Runs in any process, on any machine.

A process that carries out shards needs the settings in its environment (database URLs are never sent to it), and
nothing else of the run but the Job and the Shard.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from django.db import connections

from edumetrics.analysis_db.load import load_history
from edumetrics.analysis_db.store import Published, publish
from edumetrics.analysis_db.store_predictions import Predictions
from edumetrics.college_db.mapping import Mapping
from edumetrics.college_db.read import Columns, open_college
from edumetrics.college_db.semester import Strays, read_semester, read_strays
from edumetrics.databases.reading import several_readers
from edumetrics.engine.history import History
from edumetrics.engine.policy import Policy
from edumetrics.engine.semester import Results, Scored, score
from edumetrics.engine.tables.roster import one_row_each
from edumetrics.runs.predictions import NOTHING_TAUGHT, Predicting, ShardPredictions, before_of, read_taught
from edumetrics.runs.retry import with_retries
from edumetrics.runs.stages import Stages

log = logging.getLogger("edumetrics.runs")


@dataclass(frozen=True)
class Job:
    """What all shards of a run share. ``columns``: those that the college's tables have."""

    run_id: int
    started: datetime
    policy: Policy
    mapping: Mapping
    columns: Columns
    predicting: Predicting


@dataclass(frozen=True)
class Shard:
    """Classes to read, score and publish together.

    ``number``: from 1, of the pass. ``terms``: ``roster.TERM_SCHEMA``.
    """

    number: int
    terms: pl.DataFrame
    strays: Strays


@dataclass(frozen=True)
class ShardDone:
    """What came of a shard: rows per table, the data-quality report (``semester.Results``), seconds by stage."""

    number: int
    classes: int
    rows: dict[str, int]
    findings: pl.DataFrame
    quarantined: pl.DataFrame
    late_changes: pl.DataFrame
    seconds: dict[str, float]


def carry_out(job: Job, shard: Shard) -> ShardDone:
    """Read, score and publish the classes of one shard. To be done twice is as to be done once.

    Raises CollegeDataError, RunReplaced, or what the analysis database says.
    """
    with several_readers():
        return _carry_out(job, shard)


def _carry_out(job: Job, shard: Shard) -> ShardDone:
    context = {"run": job.run_id, "shard": shard.number}
    stages = Stages()
    with stages.stage("read"):
        tables = with_retries(lambda: _read(job, shard), "reading the college", **context)
    students = one_row_each(tables["students"].join(shard.terms, on="class_id", how="semi"))
    with stages.stage("history"):
        history = with_retries(
            lambda: load_history(settings_of("default"), shard.terms, students["student_id"]), "history", **context
        )
    with stages.stage("score"):
        scored = score(tables, shard.terms, history, job.policy)
        results = scored.results
    with stages.stage("predict"):
        predictions = with_retries(lambda: _predict(job, shard, scored, history), "predicting", **context)
    with stages.stage("publish"):
        rows = with_retries(lambda: _publish(job, shard, results, predictions, students), "publishing", **context)
    log.info(
        "shard published",
        extra={
            **context,
            "classes": shard.terms.height,
            "students": students.height,
            "rows": rows,
            "seconds": stages.total,
        },
    )
    return ShardDone(
        shard.number,
        shard.terms.height,
        rows,
        results.findings,
        results.quarantined,
        results.late_changes,
        stages.seconds,
    )


def settings_of(alias: str) -> dict[str, Any]:
    """Django's settings of one connection."""
    return connections[alias].settings_dict


def _read(job: Job, shard: Shard) -> dict[str, pl.DataFrame]:
    with open_college(settings_of("client_db"), job.mapping, job.columns) as college:
        return read_semester(college, shard.terms, shard.strays)


def _predict(job: Job, shard: Shard, scored: Scored, history: History) -> Predictions:
    predictions = ShardPredictions(settings_of("default"), job.predicting, shard.terms, scored, history, job.policy)
    before = predictions.wants_before()
    if not (predictions.needs_taught() or before.height):
        return predictions.make(NOTHING_TAUGHT, None)
    with open_college(settings_of("client_db"), job.mapping, job.columns) as college:
        taught = read_taught(college, shard.terms["class_id"])
        if before.is_empty():
            return predictions.make(taught, None)
        tables = read_semester(college, before, read_strays([college], before))
    return predictions.make(taught, before_of(score(tables, before, History.none(), job.policy)))


def _publish(
    job: Job, shard: Shard, results: Results, predictions: Predictions, students: pl.DataFrame
) -> dict[str, int]:
    by = Published(job.run_id, job.policy.version, job.started)
    return publish(settings_of("default"), results, predictions, students, shard.terms, by)
