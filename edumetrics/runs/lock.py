"""Locks that end with the process that holds them, however it ends: one run, and one scheduler, at a time."""

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import IO, Any

import psycopg

from edumetrics.analysis_db.models import AnalysisRun
from edumetrics.databases.urls import dialect_of, driver_uri, sqlite_path
from edumetrics.runs.errors import RunInProgress
from edumetrics.runs.retry import with_retries

# Any numbers will do, as long as every EduMetrics takes the same ones.
_RUN = 0x45_44_55_4D
_SCHEDULER = 0x45_44_55_53


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

    def let_go(self) -> None:
        """Let another one have it."""
        held, self._held = self._held, None
        if isinstance(held, psycopg.Connection):
            # Closing would release it too, but only when the server notices. A lost connection has lost the lock.
            with suppress(psycopg.Error):
                held.execute("SELECT pg_advisory_unlock(%s)", [self._key])
        if held is not None:
            held.close()

    def _taken_on_postgresql(self) -> bool:
        connection = psycopg.connect(driver_uri(self._database), autocommit=True)
        # So that the server, too, notices within a minute that this machine is gone, and lets go of the lock.
        connection.execute("SET tcp_keepalives_idle = 30")
        connection.execute("SET tcp_keepalives_interval = 10")
        connection.execute("SET tcp_keepalives_count = 3")
        row = connection.execute("SELECT pg_try_advisory_lock(%s)", [self._key]).fetchone()
        return self._kept(connection, bool(row and row[0]))

    def _taken_on_sqlite(self) -> bool:
        path = sqlite_path(self._database)
        file = path.with_name(f"{path.name}.{self._ending}").open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return self._kept(file, False)
        return self._kept(file, True)

    def _kept(self, held: psycopg.Connection[Any] | IO[str], is_ours: bool) -> bool:
        if is_ours:
            self._held = held
        else:
            held.close()
        return is_ours


@contextmanager
def only_run(settings: Mapping[str, Any]) -> Iterator[None]:
    """Hold the lock of the analysis database of Django's ``settings`` of one connection.

    A connection that is lost on the way loses the lock; ``store.check_run`` keeps two runs apart then. Raises
    RunInProgress, which names the run that holds it.
    """
    lock = ProcessLock.of_run(settings)
    if not with_retries(lock.is_ours, "taking the lock"):
        raise RunInProgress(_explained())
    try:
        yield
    finally:
        lock.let_go()


def _explained() -> str:
    running = AnalysisRun.objects.filter(state=AnalysisRun.State.RUNNING).order_by("-started").first()
    name = (
        f"run {running.pk} ({running.kind}, since {running.started:%Y-%m-%d %H:%M} UTC)" if running else "another run"
    )
    return f"Only one run at a time may write this analysis database, and {name} does. Start again when it has ended."
