"""The record of runs, and what is published."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl
from django.db import connections

from edumetrics.analysis_db.models import AnalysisRun, AnalysisState, RosterClass, RosterStudent
from edumetrics.engine.calendar import Position
from edumetrics.engine.policy import Policy, policy_differences
from edumetrics.engine.semester import Results
from edumetrics.runs.errors import PolicyChanged
from edumetrics.runs.plan import STATE_SCHEMA


def published_state() -> pl.DataFrame:
    """What is published of each class (``plan.STATE_SCHEMA``)."""
    rows = AnalysisState.objects.values_list(*STATE_SCHEMA)
    return pl.DataFrame(list(rows), schema=STATE_SCHEMA, orient="row")


@dataclass(frozen=True)
class RosterBefore:
    """The roster as the last run left it. students: student_id, class_id; first_days: class_id, first_day."""

    students: pl.DataFrame
    first_days: pl.DataFrame


def roster_before() -> RosterBefore:
    """Read the roster, before a run replaces it."""
    students = list(RosterStudent.objects.values_list("student_id", "class_id"))
    first_days = list(RosterClass.objects.values_list("class_id", "first_day"))
    connections["default"].close()
    return RosterBefore(
        pl.DataFrame(students, schema={"student_id": pl.String, "class_id": pl.String}, orient="row"),
        pl.DataFrame(first_days, schema={"class_id": pl.String, "first_day": pl.Date}, orient="row"),
    )


def check_policy_is_pinned(policy: Policy, terms: pl.DataFrame, state: pl.DataFrame) -> None:
    """Raises PolicyChanged where one of the terms was begun under another policy; names what differs.

    ``terms``: class_id, academic_year, semester.
    """
    begun = terms.join(state, on=["class_id", "academic_year", "semester"]).filter(
        pl.col("policy_version") != policy.version
    )
    if begun.is_empty():
        return
    version = begun["policy_version"][0]
    old = AnalysisRun.objects.filter(policy_version=version).values_list("policy", flat=True).first()
    changes = policy_differences(old, policy.as_json()) if old else []
    raise PolicyChanged(
        f"The policy has changed in mid-semester: version {version} is pinned, the file has {policy.version}.\n"
        + "".join(f"  {line}\n" for line in changes)
        + "Published weeks stay as they are, and a semester ends under the policy it began with. Restore the file; "
        "or, in the semester that runs, say from which week the change holds: "
        "manage.py calibrate --recompute --from-week WEEK."
    )


@contextmanager
def recorded(kind: str, position: Position, policy: Policy, weeks: list[dict[str, Any]]) -> Iterator[AnalysisRun]:
    """A row of analysis_run around the work: running, then succeeded or failed with the error.

    To be used under the lock, so that a run still said to be running is one that was killed.
    """
    AnalysisRun.objects.filter(state=AnalysisRun.State.RUNNING).update(
        state=AnalysisRun.State.FAILED, finished=datetime.now(UTC), error="The process ended without saying why."
    )
    run = AnalysisRun.objects.create(
        kind=kind,
        started=datetime.now(UTC),
        academic_year=position.academic_year,
        term=position.term,
        sem_week=position.sem_week,
        weeks=weeks,
        policy_version=policy.version,
        policy=policy.as_json(),
        quality={"findings": [], "quarantined": [], "late_changes": []},
    )
    # Django's SQLite and the bulk driver's are two libraries, and in one process they do not see each other's locks; so
    # Django's connection is closed while the work writes through its own.
    connections["default"].close()
    try:
        yield run
    except BaseException as error:
        run.state = AnalysisRun.State.FAILED
        run.error = f"{type(error).__name__}: {error}"
        raise
    else:
        run.state = AnalysisRun.State.SUCCEEDED
    finally:
        run.finished = datetime.now(UTC)
        run.save()


def note(run: AnalysisRun, results: Results, rows: dict[str, int]) -> None:
    """Add one pass's rows and data-quality report to the run's record (saved when the run ends)."""
    for table, count in rows.items():
        run.rows[table] = run.rows.get(table, 0) + count
    run.quality["findings"] += results.findings.to_dicts()
    run.quality["quarantined"] += results.quarantined.to_dicts()
    run.quality["late_changes"] += results.late_changes.to_dicts()
