"""The queue of runs: who asks puts a run in, the scheduler takes it out (scheduler.py)."""

import logging
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import DateTimeField, QuerySet, Value
from django.db.models.functions import Coalesce

from edumetrics.analysis_db.models import AnalysisRun, Runner
from edumetrics.runs.errors import RunError
from edumetrics.runs.schedule import WeeklyRuns

State = AnalysisRun.State

_log = logging.getLogger("edumetrics.runs")

HEARTBEAT = timedelta(seconds=10)
"""The longest time between two heartbeats of a scheduler."""

_ALIVE = 3 * HEARTBEAT


def enqueue(
    kind: str, *, recompute_from: int | None = None, parameters: Sequence[str] = (), by: str = "", **more: Any
) -> AnalysisRun:
    """Put a run into the queue, or give the one that waits there for exactly the same.

    ``kind``: weekly, calibrate or train; ``parameters`` of the mapping file, each like "year=2014"; ``by``: who asks.
    ``more``, of a training: outputs, seed, promote_if_better (train.TrainRequest), each with its default.
    """
    request = {"recompute_from": recompute_from, "parameters": list(parameters), **more}
    same = next((one for one in waiting() if (one.kind, one.request) == (kind, request)), None)
    return same or AnalysisRun.objects.create(
        kind=kind, state=State.QUEUED, queued=datetime.now(UTC), queued_by=by, request=request
    )


def waiting() -> "QuerySet[AnalysisRun]":
    """The runs in the queue, the oldest first."""
    return AnalysisRun.objects.filter(state=State.QUEUED).order_by("queued", "id")


def waiting_run(run_id: int) -> AnalysisRun:
    """One run of the queue. Raises RunError where it is not there, or no longer waits."""
    run = AnalysisRun.objects.filter(pk=run_id).first()
    if run is None:
        raise RunError(f"There is no run {run_id}. manage.py runs lists them.")
    if run.state != State.QUEUED:
        raise RunError(f"Run {run_id} does not wait in the queue: it is {run.state}.")
    return run


def fail(run_id: int, error: str) -> bool:
    """Say of a run that waits, or whose process is gone, that it failed and why; whether there was one."""
    now = datetime.now(UTC)
    found = AnalysisRun.objects.filter(pk=run_id, state__in=(State.QUEUED, State.RUNNING))
    with transaction.atomic():
        # The lock on the whole row waits for a process of a killed run that is publishing, which then is the last.
        if not found.select_for_update().exists():
            return False
        started = Coalesce("started", Value(now, DateTimeField()))
        return bool(found.update(state=State.FAILED, started=started, finished=now, error=error))


def give_up_killed_runs() -> None:
    """Say of the runs that are recorded as running that they failed; to be used under the run lock only."""
    for run_id in AnalysisRun.objects.filter(state=State.RUNNING).values_list("pk", flat=True):
        fail(run_id, "The process ended without saying why.")
        _log.warning("a run had ended without saying why", extra={"run": run_id})


def runner_alive(now: datetime) -> Runner | None:
    """The scheduler that was seen within the last three heartbeats; None where queued runs wait in vain."""
    return Runner.objects.filter(seen__gte=now - _ALIVE).order_by("-seen").first()


def weekly_runs(since: datetime | None) -> WeeklyRuns:
    """Read them; failures before ``since`` are left out."""
    weekly = AnalysisRun.objects.filter(kind="weekly")
    # Asked first: a run that ends between two questions is then still under way, or done. Asked last it may be neither,
    # and would be due once more.
    under_way = weekly.filter(state__in=(State.QUEUED, State.RUNNING)).exists()
    scored = AnalysisRun.objects.exclude(kind="train")
    succeeded = scored.filter(state=State.SUCCEEDED).order_by("-started").values_list("started", flat=True)
    done = succeeded.filter(kind="weekly").first() or succeeded.first()
    failures = weekly.filter(state=State.FAILED)
    for start in (done, since):
        if start is not None:
            failures = failures.filter(finished__gte=start)
    return WeeklyRuns(
        done=done,
        failed=tuple(time for time in failures.values_list("finished", flat=True) if time is not None),
        under_way=under_way,
    )


def add_queue_option(parser: ArgumentParser) -> None:
    """--queue."""
    parser.add_argument("--queue", action="store_true", help="leave the run to the scheduler, and say its number")


def enqueue_for(command: BaseCommand, kind: str, options: Mapping[str, Any]) -> None:
    """Put what the options of a command ask for into the queue; warns where no scheduler is alive.

    Raises CommandError for options of a run that begins at once.
    """
    for name in ("dry_run", "workers", "cluster"):
        if options[name]:
            raise CommandError(f"--{name.replace('_', '-')} does not go with --queue: leave one of them out.")
    run = enqueue(kind, recompute_from=options.get("recompute_from"), parameters=options["param"], by="command line")
    say_waiting(command, run)


def say_waiting(command: BaseCommand, run: AnalysisRun) -> None:
    """Say that a run waits; warns where no scheduler is alive."""
    command.stdout.write(f"Run {run.pk} ({run.kind}) waits for the scheduler; manage.py runs --id {run.pk} shows it.")
    if runner_alive(datetime.now(UTC)) is None:
        command.stderr.write(
            "No scheduler is alive, so nothing happens until one is started with manage.py scheduler, "
            f"or the run by hand with manage.py run_queued {run.pk}."
        )
