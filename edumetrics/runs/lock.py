"""One run at a time for each analysis database; the lock ends with the process that holds it, however it ends."""

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

from edumetrics.analysis_db.models import AnalysisRun
from edumetrics.databases.urls import dialect_of, driver_uri, sqlite_path
from edumetrics.runs.errors import RunInProgress
from edumetrics.runs.retry import with_retries

# Any number will do, as long as every EduMetrics takes the same one.
_ADVISORY_KEY = 0x45_44_55_4D


@contextmanager
def only_run(settings: Mapping[str, Any]) -> Iterator[None]:
    """Hold the lock of the analysis database of Django's ``settings`` of one connection.

    Raises RunInProgress, which names the run that holds it.
    """
    held = _on_postgresql(settings) if dialect_of(settings) == "postgresql" else _on_sqlite(settings)
    with held as is_ours:
        if not is_ours:
            raise RunInProgress(_explained())
        yield


@contextmanager
def _on_postgresql(settings: Mapping[str, Any]) -> Iterator[bool]:
    connection = with_retries(lambda: psycopg.connect(driver_uri(settings), autocommit=True), "taking the lock")
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", [_ADVISORY_KEY]).fetchone()
    is_ours = bool(row and row[0])
    try:
        yield is_ours
    finally:
        # A connection that was lost on the way has lost the lock too; store.check_run keeps two runs apart then.
        with suppress(psycopg.OperationalError):
            if is_ours:
                # Closing would release it too, but only when the server notices.
                connection.execute("SELECT pg_advisory_unlock(%s)", [_ADVISORY_KEY])
        connection.close()


@contextmanager
def _on_sqlite(settings: Mapping[str, Any]) -> Iterator[bool]:
    path = sqlite_path(settings)
    with path.with_name(f"{path.name}.lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _explained() -> str:
    running = AnalysisRun.objects.filter(state=AnalysisRun.State.RUNNING).order_by("-started").first()
    name = (
        f"run {running.pk} ({running.kind}, since {running.started:%Y-%m-%d %H:%M} UTC)" if running else "another run"
    )
    return f"Only one run at a time may write this analysis database, and {name} does. Start again when it has ended."
