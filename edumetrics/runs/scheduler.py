"""The scheduler: starts the weekly run when its time has come, and carries out the queue, one run at a time.

It decides and watches; each run is a process of its own (``manage.py run_queued ID``). The scheduler itself uses
nothing but Django's connection, so that it gets in the way of no bulk driver.
"""

import logging
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

import psycopg
from django.conf import settings
from django.db import InterfaceError, OperationalError, connections

from edumetrics.accounts.sessions import forget_expired
from edumetrics.analysis_db.models import AnalysisRun, Runner
from edumetrics.databases.urls import dialect_of
from edumetrics.engine.errors import PolicyError
from edumetrics.engine.policy import Policy
from edumetrics.runs import queue
from edumetrics.runs.errors import RunInProgress
from edumetrics.runs.lock import ProcessLock, only_run
from edumetrics.runs.schedule import EnqueueWeekly, Pauses, Situation, StartRun, next_step, weekly_due

# Whoever asks for a run should not wait for the next heartbeat.
_LOOK_EVERY = 2.0
_TIDY_EVERY = 3600.0
_STOPS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP}

_log = logging.getLogger("edumetrics.runs")


class SchedulerInProgress(RunInProgress):
    """Another scheduler works for the same analysis database."""


class LockLost(Exception):
    """Another scheduler took the lock while the connection that held it was gone."""


_PASSING = (LockLost, OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)


class Signals:
    """The signals that concern a scheduler, to be waited for; none breaks off what is being done."""

    def __enter__(self) -> Self:
        self._reading, self._writing = os.pipe()
        os.set_blocking(self._reading, False)
        os.set_blocking(self._writing, False)
        self._wakeup = signal.set_wakeup_fd(self._writing, warn_on_full_buffer=False)
        # Without a handler of ours, even one that does nothing, no byte would be written.
        self._before = {one: signal.signal(one, lambda *_: None) for one in (*_STOPS, signal.SIGCHLD)}
        return self

    def __exit__(self, *_: object) -> None:
        for one, handler in self._before.items():
            signal.signal(one, handler)
        signal.set_wakeup_fd(self._wakeup)
        os.close(self._reading)
        os.close(self._writing)

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until a signal comes or a child ends; whether we are to stop."""
        ready, _, _ = select.select([self._reading], [], [], seconds)
        return bool(ready and _STOPS & set(os.read(self._reading, 4096)))


@dataclass(frozen=True)
class Child:
    """The process of a run."""

    run_id: int
    kind: str
    process: "subprocess.Popen[bytes]"
    began: float

    @property
    def seconds(self) -> float:
        """How long ago it was started."""
        return round(time.monotonic() - self.began, 1)


class Scheduler:
    """The process that starts runs. ``heartbeat`` and ``grace`` are in seconds.

    ``policy`` is asked at every look, so that a changed schedule holds at once. ``say`` takes a line for people.
    ``means``: options for the command of each run.
    """

    def __init__(
        self,
        *,
        heartbeat: float,
        grace: float,
        once: bool,
        policy: Callable[[], Policy],
        say: Callable[[str], None],
        means: Sequence[str] = (),
    ) -> None:
        self._heartbeat = heartbeat
        self._grace = grace
        self._once = once
        self._read_policy = policy
        self._policy = policy()
        self._policy_error = ""
        self._say = say
        self._means = means
        self._database = connections["default"].settings_dict
        self._lock = ProcessLock.of_scheduler(self._database)
        self._started = datetime.now(UTC)
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._child: Child | None = None
        self._weekly_due: datetime | None = None
        self._beat_at = 0.0
        self._tidy_at = 0.0
        self._not_before: datetime | None = None
        self._outage = Pauses(1, 60)
        self._in_vain = Pauses(5, 120)
        self._worst = 0

    def work(self) -> int:
        """Work until a signal says stop; with ``once`` until nothing is left to do now. Gives the exit code.

        Raises SchedulerInProgress, which names the scheduler that is already there.
        """
        with Signals() as signals:
            if not self._lock.is_ours():
                raise SchedulerInProgress(_other_scheduler())
            # We hold the lock: those who are still named there were killed.
            Runner.objects.all().delete()
            try:
                self._look_if_possible()
                self._introduce()
                while not self._is_done() and not signals.wait(self._pause):
                    self._look_if_possible()
            finally:
                self._stop()
                self._lock.let_go()
        return self._worst if self._once else 0

    def _introduce(self) -> None:
        if not self._once:
            due = "at once" if self._pause == 0 else _text(self._weekly_due) or "none is scheduled"
            self._say(f"Scheduler {self._name} is at work; next weekly run: {due}. Ctrl-C or SIGTERM stops it.")
        _log.info("scheduler started", extra={"scheduler": self._name, "next_weekly": _text(self._weekly_due)})

    def _is_done(self) -> bool:
        return self._once and self._child is None and self._pause > 0

    # A look: what is there, what is to be done

    def _look_if_possible(self) -> None:
        """Look; while the database or the lock is gone, try again later."""
        try:
            self._look()
        except _PASSING as error:
            connections.close_all()
            if self._once and self._child is None:
                raise
            self._pause = self._outage.next()
            extra = {"error": str(error), "pause": self._pause}
            _log.warning("the scheduler cannot work; trying again after a pause", extra=extra)
        else:
            self._outage.begin_anew()

    def _look(self) -> None:
        """Settle what has ended, beat, take one step; sets the pause until the next look."""
        self._pause = min(_LOOK_EVERY, self._heartbeat)
        if not self._lock.is_ours():
            raise LockLost(_other_scheduler())
        if self._child is not None and self._child.process.poll() is not None:
            self._settle(self._child)
            self._child = None
        is_busy = self._child is not None or _is_another_run_at_work()
        now = datetime.now(UTC)
        self._reload_policy()
        since = None if self._once else self._started
        self._weekly_due = weekly_due(self._policy.schedule, self._policy.calendar.zone, queue.weekly_runs(since), now)
        waiting = dict(queue.waiting().values_list("pk", "kind"))
        step = next_step(Situation(now, self._weekly_due, list(waiting), is_busy, self._not_before))
        if isinstance(step, EnqueueWeekly):
            run = queue.enqueue("weekly", by="scheduler")
            _log.info("weekly run due", extra={"run": run.pk, "kind": run.kind})
            self._pause = 0.0
        elif isinstance(step, StartRun):
            self._start(step.run_id, waiting[step.run_id])
        if step is not None or time.monotonic() >= self._beat_at:
            self._beat(now)
        if time.monotonic() >= self._tidy_at:
            self._tidy(now)
        if dialect_of(self._database) == "sqlite":
            connections["default"].close()

    def _reload_policy(self) -> None:
        """A policy file that has become wrong changes nothing here; the runs themselves will refuse it."""
        try:
            self._policy = self._read_policy()
            self._policy_error = ""
        except PolicyError as error:
            if str(error) != self._policy_error:
                self._policy_error = str(error)
                _log.error("the policy cannot be read; the schedule stays as it was", extra={"error": str(error)})

    def _beat(self, now: datetime) -> None:
        due = self._weekly_due and max(self._weekly_due, now)
        run_id = self._child and self._child.run_id
        values = {"started": self._started, "seen": now, "next_weekly": due, "run_id": run_id}
        Runner.objects.update_or_create(name=self._name, defaults=values)
        self._beat_at = time.monotonic() + self._heartbeat

    def _tidy(self, now: datetime) -> None:
        if removed := forget_expired(now):
            _log.info("expired sign-ins removed", extra={"rows": removed})
        self._tidy_at = time.monotonic() + _TIDY_EVERY

    # The process of a run

    def _start(self, run_id: int, kind: str) -> None:
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "run_queued", str(run_id), *self._means]
        # In a process group of its own Ctrl-C reaches only the scheduler, which then stops the run in good order.
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)  # noqa: S603
        self._child = Child(run_id, kind, process, time.monotonic())
        _log.info("process of a run started", extra={"run": run_id, "kind": kind, "pid": process.pid})

    def _settle(self, child: Child) -> None:
        """After the end of its process a run that still waits could not begin."""
        code = child.process.returncode
        extra = {"run": child.run_id, "kind": child.kind, "seconds": child.seconds, "code": code}
        self._worst = max(self._worst, code if code >= 0 else 1)
        if queue.waiting().filter(pk=child.run_id).exists():
            pause = self._in_vain.next()
            self._not_before = datetime.now(UTC) + timedelta(seconds=pause)
            _log.warning("a run could not begin and stays in the queue", extra=extra)
        else:
            self._in_vain.begin_anew()
            self._not_before = None
            if code < 0:
                queue.fail(child.run_id, f"The process was killed by {signal.Signals(-code).name}.")
            _log.info("process of a run ended", extra=extra)

    def _stop(self) -> None:
        """Stop the run that is at work, in good order if it ends in time, and take leave."""
        try:
            if self._child is not None:
                _log.info("stopping the run", extra={"run": self._child.run_id, "kind": self._child.kind})
                self._end(self._child.process)
                self._settle(self._child)
            Runner.objects.filter(name=self._name).delete()
        except _PASSING as error:
            _log.warning("the analysis database cannot be told of the end", extra={"error": str(error)})
        _log.info("scheduler stopped", extra={"scheduler": self._name})

    def _end(self, process: "subprocess.Popen[bytes]") -> None:
        """Asks a run to end, and kills it and its workers after the grace."""
        process.terminate()
        try:
            process.wait(self._grace)
        except subprocess.TimeoutExpired:
            _log.warning("the run has not ended in time and is killed", extra={"seconds": self._grace})
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _text(time: datetime | None) -> str | None:
    return None if time is None else f"{time:%Y-%m-%d %H:%M} UTC"


def _is_another_run_at_work() -> bool:
    """Whether one that we did not start is. A run whose process was killed is recorded as failed on the way."""
    if not AnalysisRun.objects.filter(state=AnalysisRun.State.RUNNING).exists():
        return False
    try:
        with only_run(connections["default"].settings_dict):
            queue.give_up_killed_runs()
    except RunInProgress:
        return True
    return False


def _other_scheduler() -> str:
    other = Runner.objects.order_by("-seen").first()
    name = f"{other.name} (since {other.started:%Y-%m-%d %H:%M} UTC)" if other else "another one"
    return f"Only one scheduler may work for an analysis database, and {name} does. Stop it first."
