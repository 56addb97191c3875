"""Locks that end with the process that holds them, however it ends: one run, and one scheduler, at a time."""

import fcntl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

import psycopg

from edumetrics.analysis_db.models import AnalysisRun
from edumetrics.databases.urls import dialect_of, driver_uri, sqlite_path
from edumetrics.runs.errors import RunInProgress
from edumetrics.runs.retry import with_retries

# Any numbers will do, as long as every EduMetrics takes the same ones.
_RUN = 0x45_44_55_4D
_SCHEDULER = 0x45_44_55_53

# A run has the lock a moment before it has a number; purging and erasing never have one.
_NAMED_WITHIN, _LOOK_EVERY = 3.0, 0.05


class ProcessLock:
    """A lock of one analysis database (Django's settings of a connection): advisory on PostgreSQL, flock on SQLite."""

    def __init__(self, database: Mapping[str, Any], key: int, ending: str) -> None:
        self._database = database
        self._key = key
        self._ending = ending
        self._held: psycopg.Connection[Any] | IO[str] | None = None

    @classmethod
    def of_run(cls, database: Mapping[str, Any]) -> "ProcessLock":
        """The one that a run holds while it is at work."""
        return cls(database, _RUN, "lock")

    @classmethod
    def of_scheduler(cls, database: Mapping[str, Any]) -> "ProcessLock":
        """The one that a scheduler holds."""
        return cls(database, _SCHEDULER, "scheduler.lock")

    def is_ours(self) -> bool:
        """Take the lock, or make sure that we still hold it. Raises psycopg.Error while the server is gone."""
        if dialect_of(self._database) == "sqlite":
            return self._held is not None or self._taken_on_sqlite()
        if isinstance(self._held, psycopg.Connection):
            try:
                self._held.execute("SELECT 1")
            except psycopg.Error:
                self.let_go()
            else:
                return True
        return self._taken_on_postgresql()

    def name(self, run_id: int) -> None:
        """Say which run holds it, to those who ask for the ``holder``; for whoever holds the lock only."""
        if isinstance(self._held, psycopg.Connection):
            # A second lock, whose number everybody can read, and which goes with the first. A lost connection is
            # noticed, and dealt with, elsewhere.
            with suppress(psycopg.Error):
                self._held.execute("SELECT pg_advisory_lock(%s::int, %s::int)", [self._key, run_id])
        elif self._held is not None:
            self._held.write(str(run_id))
            self._held.flush()

    def holder(self) -> int | None:
        """The run that another process has named; null where it has named none, or let go."""
        if dialect_of(self._database) == "sqlite":
            text = self._path.read_text()
            return int(text) if text else None
        with psycopg.connect(driver_uri(self._database), autocommit=True) as connection:
            row = connection.execute(_HOLDER, [self._key]).fetchone()
        return row[0] if row else None

    def let_go(self) -> None:
        """Let another one have it."""
        held, self._held = self._held, None
        if isinstance(held, psycopg.Connection):
            # Closing would release it too, but only when the server notices. A lost connection has lost the lock.
            with suppress(psycopg.Error):
                held.execute("SELECT pg_advisory_unlock_all()")
        elif held is not None:
            held.truncate(0)
        if held is not None:
            held.close()

    @property
    def _path(self) -> Path:
        """The file that is locked on SQLite; it holds the number of the run."""
        path = sqlite_path(self._database)
        return path.with_name(f"{path.name}.{self._ending}")

    def _taken_on_postgresql(self) -> bool:
        connection = psycopg.connect(driver_uri(self._database), autocommit=True)
        # So that the server, too, notices within a minute that this machine is gone, and lets go of the lock.
        connection.execute("SET tcp_keepalives_idle = 30")
        connection.execute("SET tcp_keepalives_interval = 10")
        connection.execute("SET tcp_keepalives_count = 3")
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", [self._key]).fetchone()
        return self._kept(connection, bool(row and row[0]))

    def _taken_on_sqlite(self) -> bool:
        file = self._path.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return self._kept(file, False)
        # Whoever was killed has left its number.
        file.truncate(0)
        return self._kept(file, True)

    def _kept(self, held: psycopg.Connection[Any] | IO[str], is_ours: bool) -> bool:
        if is_ours:
            self._held = held
        else:
            held.close()
        return is_ours


_HOLDER = """
SELECT max(objid::bigint) FROM pg_locks
WHERE locktype = 'advisory' AND classid = %s::int AND objsubid = 2 AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


@contextmanager
def only_run(settings: Mapping[str, Any]) -> Iterator[ProcessLock]:
    """Hold the lock of the analysis database of Django's ``settings`` of one connection.

    A connection that is lost on the way loses the lock; ``store.check_run`` keeps two runs apart then. Raises
    RunInProgress, which names the run that holds it.
    """
    lock = ProcessLock.of_run(settings)
    if not with_retries(lock.is_ours, "taking the lock"):
        raise RunInProgress(_explained(lock))
    try:
        yield lock
    finally:
        lock.let_go()


def _explained(lock: ProcessLock) -> str:
    run_id = _named(lock)
    running = AnalysisRun.objects.filter(pk=run_id).first() if run_id else None
    name = (
        f"run {running.pk} ({running.kind}, since {running.started:%Y-%m-%d %H:%M} UTC)" if running else "another run"
    )
    return f"Only one run at a time may write this analysis database, and {name} does. Start again when it has ended."


def _named(lock: ProcessLock) -> int | None:
    """The run that holds the lock; null where it does not say so for a while."""
    deadline = time.monotonic() + _NAMED_WITHIN
    run_id = None
    while run_id is None and time.monotonic() < deadline:
        # First, because who has just taken it may not yet have removed the number of one that was killed.
        time.sleep(_LOOK_EVERY)
        run_id = lock.holder()
    return run_id
