"""The record of runs, and what is published."""

import logging
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import polars as pl
from django.db import connections, transaction

from edumetrics.analysis_db.models import AnalysisRun, AnalysisState
from edumetrics.engine.calendar import Position
from edumetrics.engine.policy import Policy, policy_differences
from edumetrics.engine.tables.quality import merged
from edumetrics.runs.errors import PolicyChanged, RunError
from edumetrics.runs.plan import STATE_SCHEMA
from edumetrics.runs.queue import give_up_killed_runs
from edumetrics.runs.retry import with_retries
from edumetrics.runs.shard import ShardDone
from edumetrics.runs.stages import Stages

log = logging.getLogger("edumetrics.runs")


def published_state() -> pl.DataFrame:
    """What is published of each class (``plan.STATE_SCHEMA``)."""
    rows = with_retries(lambda: list(AnalysisState.objects.values_list(*STATE_SCHEMA)), "reading what is published")
    connections["default"].close()
    return pl.DataFrame(rows, schema=STATE_SCHEMA, orient="row")


def check_policy_is_pinned(policy: Policy, terms: pl.DataFrame, state: pl.DataFrame) -> None:
    """Raises PolicyChanged where one of the terms was begun under another policy; names what differs.

    ``terms``: class_id, academic_year, semester. A recomputation that was interrupted pins the policy it began with.
    """
    pinned = pl.when(pl.col("due_from").is_null()).then("policy_version").otherwise("due_policy_version")
    begun = terms.join(state.with_columns(pinned=pinned), on=["class_id", "academic_year", "semester"]).filter(
        pl.col("pinned") != policy.version
    )
    if begun.is_empty():
        return
    version = begun.sort("class_id")["pinned"][0]
    old = AnalysisRun.objects.filter(policy_version=version).values_list("policy", flat=True).first()
    changes = policy_differences(old, policy.as_json()) if old else []
    raise PolicyChanged(
        f"The policy has changed in mid-semester: version {version} is pinned, the file has {policy.version}.\n"
        + "".join(f"  {line}\n" for line in changes)
        + "Published weeks stay as they are, and a semester ends under the policy it began with. Restore the file; "
        "or, in the semester that runs, say from which week the change holds: "
        "manage.py calibrate --recompute --from-week WEEK."
    )


@dataclass
class Record:
    """The row of analysis_run while the run is at work."""

    run: AnalysisRun
    examples: int
    stages: Stages = field(default_factory=Stages)

    def planned(self, position: Position, weeks: list[dict[str, Any]]) -> None:
        """Where the college stands and what is to be done."""
        self.run.academic_year, self.run.term = position.academic_year, position.term
        self.run.sem_week, self.run.weeks = position.sem_week, weeks
        self.save()

    def wrote(self, rows: dict[str, int]) -> None:
        """Rows written per table."""
        for table, count in rows.items():
            self.run.rows[table] = self.run.rows.get(table, 0) + count

    def progress(self, *, shards: tuple[int, int], classes: tuple[int, int], what: str) -> None:
        """How far it is: done and in all, of the shards and classes of the pass that ``what`` describes."""
        names = ("shards_done", "shards", "classes_done", "classes")
        self.run.progress = {"what": what, **dict(zip(names, (*shards, *classes), strict=True))}
        self.save()

    def report(self, done: Iterable[ShardDone]) -> None:
        """Add the data-quality report of one pass, put together from its shards in any order."""
        parts = sorted(done, key=lambda one: one.number)
        quality = self.run.quality
        quality["findings"] += merged([one.findings for one in parts], self.examples).to_dicts()
        for name in ("quarantined", "late_changes"):
            frames = [getattr(one, name) for one in parts]
            quality[name] += pl.concat(frames).sort(pl.all()).to_dicts()

    def save(self) -> None:
        """Write it down."""
        self.run.stages = self.stages.as_json()
        with_retries(self.run.save, "recording the run", run=self.run.pk)
        # Django's SQLite and the bulk driver's are two libraries, and in one process they do not see each other's
        # locks; so Django's connection is closed while the work writes through its own.
        connections["default"].close()


@contextmanager
def recorded(kind: str, policy: Policy, request: dict[str, Any], queued: int | None) -> Iterator[Record]:
    """A row of analysis_run around the work: running, then succeeded or failed with the error.

    ``queued``: the row that asked for the run, else a new one is made. To be used under the lock, so that a run still
    said to be running is one that was killed. Raises RunError where the queued row does not wait any more.
    """
    with_retries(give_up_killed_runs, "looking for killed runs")
    values = {
        "state": AnalysisRun.State.RUNNING,
        "started": datetime.now(UTC),
        "policy_version": policy.version,
        "policy": policy.as_json(),
        "quality": {"findings": [], "quarantined": [], "late_changes": []},
    }
    if queued is None:
        run = with_retries(
            lambda: AnalysisRun.objects.create(kind=kind, request=request, **values), "recording the run"
        )
    else:
        if not AnalysisRun.objects.filter(pk=queued, state=AnalysisRun.State.QUEUED).update(**values):
            raise RunError(f"Run {queued} does not wait in the queue; see manage.py runs --id {queued}.")
        run = AnalysisRun.objects.get(pk=queued)
    connections["default"].close()
    record = Record(run, policy.quality.examples)
    log.info("run started", extra={"run": run.pk, "kind": kind, "policy": policy.version})
    began = time.monotonic()
    try:
        yield record
    except BaseException as error:
        run.state = AnalysisRun.State.FAILED
        run.error = str(error) if isinstance(error, RunError) else f"{type(error).__name__}: {error}"
        log.error("run failed", extra={"run": run.pk, "kind": kind, "error": type(error).__name__})
        raise
    else:
        run.state = AnalysisRun.State.SUCCEEDED
        seconds = round(time.monotonic() - began, 3)
        log.info("run succeeded", extra={"run": run.pk, "kind": kind, "seconds": seconds, "rows": run.rows})
    finally:
        run.finished = datetime.now(UTC)
        _end(record)


def _end(record: Record) -> None:
    """Write the end of the run, unless another run has given this one up."""
    run = record.run
    run.stages = record.stages.as_json()

    def save() -> None:
        with transaction.atomic():
            if AnalysisRun.objects.select_for_update().filter(pk=run.pk, state=AnalysisRun.State.RUNNING).exists():
                run.save()

    with_retries(save, "recording the run's end", run=run.pk)
    connections["default"].close()
