"""The real scheduler: it starts runs, one at a time, and survives what happens to it."""

import fcntl
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import psycopg
import pytest

from tests.conftest import Maker, Templates, need
from tests.integration.databases import SERVER, PostgresqlDatabase, SqliteDatabase
from tests.integration.workspace import ROOT, Pair, Workspace, assert_same

BIG = "--students 1200 --week 12 --past-years 0"
"""A run over it takes long enough to be met at work."""


@pytest.fixture
def college(templates: Templates, make: Maker) -> Workspace:
    """A calibrated college on SQLite, for what does not depend on the kind of database."""
    return make(copy=templates.calibrated(("sqlite", "sqlite")))


def until(happened: Callable[[], Any], seconds: float = 120) -> Any:
    """What ``happened`` gives, as soon as it is true."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := happened():
            return found
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


@dataclass
class Process:
    """A scheduler at work, and what it and its runs write."""

    process: "subprocess.Popen[bytes]"
    path: Path

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def children(self) -> list[int]:
        """The processes that it started, of which one at most is a run."""
        return [int(pid) for pid in re.findall(r"process of a run started .*pid=(\d+)", self.text)]

    def stop(self, seconds: float = 90) -> int:
        """Send SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """``start(workspace, *options, **environment)``: a scheduler, which ends with the test, with its runs."""
    started: list[Process] = []

    def one(workspace: Workspace, *options: str, **environment: str) -> Process:
        path = tmp_path / f"scheduler-{len(started)}.txt"
        command = [sys.executable, "manage.py", "scheduler", "--heartbeat", "0.2", *options]
        settings = {"LOG_FORMAT": "text", "LOG_LEVEL": "INFO", **environment}
        with path.open("wb") as file:
            process = subprocess.Popen(
                command, cwd=ROOT, env=workspace.environment(settings), stdout=file, stderr=subprocess.STDOUT
            )
        started.append(Process(process, path))
        until(lambda: "scheduler started" in started[-1].text or process.poll() is not None)
        return started[-1]

    yield one
    for process in started:
        process.kill()
        for child in process.children:
            with_group(child, signal.SIGKILL)


def with_group(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, number)


def states(workspace: Workspace) -> list[str]:
    """The state of every run, in the order in which they were asked for."""
    return [state for (state,) in workspace.analysis.rows("SELECT state FROM analysis_run ORDER BY id")]


def run(workspace: Workspace, number: int) -> dict[str, Any]:
    """A row of analysis_run."""
    return workspace.analysis.table("analysis_run").row(by_predicate=pl.col("id") == number, named=True)


def runners(workspace: Workspace) -> list[dict[str, Any]]:
    return workspace.analysis.table("runner").to_dicts()


@contextmanager
def run_lock(workspace: Workspace) -> Iterator[None]:
    """Hold the lock of a run that is not recorded yet."""
    if isinstance(workspace.analysis, SqliteDatabase):
        path = workspace.analysis.path
        with path.with_name(f"{path.name}.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
    else:
        with closing(psycopg.connect(workspace.analysis.url, autocommit=True)) as holder:
            holder.execute("SELECT pg_advisory_lock(%s)", [0x45_44_55_4D])
            yield


def queued(
    workspace: Workspace, command: str = "calibrate --recompute --from-week 5 --queue", **environment: str
) -> int:
    """The number of the run that the command puts into the queue."""
    done = workspace.manage_all(command, **environment)[0]
    return int(re.findall(r"Run (\d+) \(\w+\) waits for the scheduler", done.out)[0])


def back_by(workspace: Workspace, hours: int) -> None:
    """Let all runs have been so much earlier."""
    then = datetime.now(UTC) - timedelta(hours=hours)
    workspace.analysis.execute(f"UPDATE analysis_run SET started = '{then:%Y-%m-%d %H:%M:%S}'")


# alive


def test_it_shows_that_it_is_alive_and_takes_leave_when_it_is_stopped(
    calibrated: Workspace, start: Callable[..., Process]
) -> None:
    before = datetime.now(UTC).replace(tzinfo=None)
    scheduler = start(calibrated)
    (first,) = until(lambda: runners(calibrated))
    assert first["name"].endswith(f":{scheduler.process.pid}")
    assert first["run_id"] is None
    # Monday 05:00 in India, within the week to come.
    assert (first["next_weekly"].weekday(), first["next_weekly"].hour, first["next_weekly"].minute) == (6, 23, 30)
    assert before < first["next_weekly"] <= before + timedelta(days=7)
    until(lambda: runners(calibrated)[0]["seen"] > first["seen"])
    assert f"{first['next_weekly']:%Y-%m-%d %H:%M} UTC" in scheduler.text.splitlines()[0]

    began = time.monotonic()
    assert scheduler.stop() == 0
    assert time.monotonic() - began < 5
    assert runners(calibrated) == []
    assert states(calibrated) == ["succeeded"]
    assert "Traceback" not in scheduler.text


def test_a_second_one_is_refused_with_the_name_of_the_first(
    calibrated: Workspace, start: Callable[..., Process]
) -> None:
    scheduler = start(calibrated)
    (first,) = until(lambda: runners(calibrated))
    for options in ([], ["--once"]):
        second = calibrated.manage("scheduler", *options)
        assert second.code == 4
        assert f"Only one scheduler may work for an analysis database, and {first['name']} (since " in second.err
    assert [one["name"] for one in runners(calibrated)] == [first["name"]]
    assert scheduler.stop() == 0
    assert calibrated.manage("scheduler", "--once").code == 0


def test_after_a_kill_the_next_one_takes_its_place(calibrated: Workspace, start: Callable[..., Process]) -> None:
    first = start(calibrated)
    until(lambda: runners(calibrated))
    first.kill()
    assert [one["name"].split(":")[1] for one in runners(calibrated)] == [str(first.process.pid)]
    second = until(lambda: _started(start(calibrated)))
    until(lambda: [one["name"].split(":")[1] for one in runners(calibrated)] == [str(second.process.pid)])


def _started(process: Process) -> Process | None:
    """It, unless the server has not noticed yet that the first is gone."""
    return process if process.process.poll() is None else None


def test_a_heartbeat_outside_the_bounds_is_refused(workspace: Workspace) -> None:
    done = workspace.run("scheduler --heartbeat 30")
    assert done.code == 2
    assert "it is '30'; allowed are 0.1 to 10 seconds" in done.err


def test_without_tables_it_asks_for_migrate(workspace: Workspace) -> None:
    assert "Run manage.py migrate first" in workspace.manage("scheduler").refusal()


# the queue


def test_a_queued_run_is_carried_out_as_it_was_asked_for(calibrated: Workspace, start: Callable[..., Process]) -> None:
    before = calibrated.published()
    number = queued(calibrated)
    assert states(calibrated) == ["succeeded", "queued"]
    scheduler = start(calibrated)
    until(lambda: states(calibrated) == ["succeeded", "succeeded"])
    done = run(calibrated, number)
    assert (done["kind"], done["queued_by"]) == ("calibrate", "command line")
    assert '"from_week": 5' in done["weeks"]
    assert done["queued"] <= done["started"] <= done["finished"]
    assert_same(calibrated.published(), before)
    # What the run says comes through.
    until(lambda: f"Run {number} succeeded in" in scheduler.text)
    assert scheduler.stop() == 0


def test_the_same_request_waits_once(college: Workspace) -> None:
    first = queued(college)
    assert queued(college) == first
    others = {queued(college, "calibrate --queue"), queued(college, "run_weekly --queue")}
    assert len(others | {first}) == 3
    assert states(college) == ["succeeded", "queued", "queued", "queued"]


def test_who_asks_is_told_whether_a_scheduler_is_alive(college: Workspace, start: Callable[..., Process]) -> None:
    alone = college.run("run_weekly --queue").well()
    assert "No scheduler is alive" in alone.err
    start(college)
    until(lambda: runners(college))
    assert college.run("calibrate --queue").well().err == ""


SIGNED_IN = """
from datetime import UTC, datetime, timedelta
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken
from rest_framework_simplejwt.tokens import RefreshToken
from edumetrics.accounts.models import PortalSession, User
user = User.objects.create_user("somebody")
for spent in (False, True):
    for days in (-1, 1):
        token = RefreshToken.for_user(user)
        if spent:
            token.blacklist()
        end = datetime.now(UTC) + timedelta(days=days)
        OutstandingToken.objects.filter(jti=token["jti"]).update(expires_at=end)
for ended in (None, 2, 0):
    at = None if ended is None else datetime.now(UTC) - timedelta(days=ended)
    PortalSession.objects.create(user=user, ended_at=at)
"""

LEFT = """
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from edumetrics.accounts.models import PortalSession
print(OutstandingToken.objects.count(), BlacklistedToken.objects.count(), PortalSession.objects.count())
"""


def test_what_nobody_could_be_signed_in_by_any_more_is_removed(calibrated: Workspace) -> None:
    calibrated.python(SIGNED_IN).well()
    assert calibrated.python(LEFT).well().out.split()[-3:] == ["4", "2", "3"]
    calibrated.manage("scheduler", "--once").well()
    assert calibrated.python(LEFT).well().out.split()[-3:] == ["2", "1", "2"]


def test_once_carries_out_what_waits_and_ends(calibrated: Workspace) -> None:
    queued(calibrated)
    queued(calibrated, "run_weekly --queue")
    done = calibrated.manage("scheduler", "--once").well()
    assert "Run 2 succeeded" in done.out
    assert "Run 3 succeeded" in done.out
    assert states(calibrated) == ["succeeded"] * 3
    assert runners(calibrated) == []


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("--queue --dry-run", "--dry-run does not go with --queue"),
        ("--queue --workers 2", "--workers does not go with --queue"),
        ("--queue --param year=2026", "There is no mapping file"),
    ],
)
def test_what_cannot_be_queued_is_refused_at_once(college: Workspace, options: str, found: str) -> None:
    assert found in college.run(f"calibrate {options}").refusal()
    assert states(college) == ["succeeded"]


def test_a_request_that_has_become_wrong_fails_and_the_next_is_carried_out(
    college: Workspace, start: Callable[..., Process]
) -> None:
    mapping = college.file("mapping.toml", "[parameters]\nyear = 2026\n")
    wrong = queued(college, "calibrate --queue --param year=2026", MAPPING_FILE=mapping)
    right = queued(college)
    # This scheduler has no mapping file.
    scheduler = start(college)
    until(lambda: states(college) == ["succeeded", "failed", "succeeded"])
    assert run(college, wrong)["error"] == ("There is no mapping file to take the parameter 'year'. Set MAPPING_FILE.")
    assert run(college, right)["error"] == ""
    assert scheduler.stop() == 0


def test_a_request_that_the_run_itself_refuses_fails_with_what_it_said(college: Workspace) -> None:
    number = queued(college, "calibrate --recompute --from-week 9 --queue")
    done = college.manage("scheduler", "--once")
    assert done.code == 1
    assert "--from-week is 9; weeks 1 to 6 of the semester are over." in done.err
    assert run(college, number)["error"] == "--from-week is 9; weeks 1 to 6 of the semester are over."


def test_a_run_that_does_not_wait_is_not_carried_out(college: Workspace) -> None:
    assert "Run 1 does not wait in the queue: it is succeeded." in college.run("run_queued 1").refusal()
    assert "There is no run 77" in college.run("run_queued 77").refusal()


def test_while_another_run_holds_the_lock_a_queued_one_waits_and_does_not_spin(
    calibrated: Workspace, start: Callable[..., Process]
) -> None:
    with run_lock(calibrated):
        queued(calibrated)
        scheduler = start(calibrated)
        until(lambda: "a run could not begin and stays in the queue" in scheduler.text)
        assert "code=4" in scheduler.text
        time.sleep(3)
        assert len(scheduler.children) == 1
        assert states(calibrated) == ["succeeded", "queued"]
    until(lambda: states(calibrated) == ["succeeded", "succeeded"])
    assert scheduler.stop() == 0


def test_while_a_run_by_hand_is_at_work_none_is_started(calibrated: Workspace, start: Callable[..., Process]) -> None:
    with run_lock(calibrated):
        calibrated.analysis.execute(
            "UPDATE analysis_run SET kind = 'weekly', state = 'running', finished = NULL",
        )
        queued(calibrated)
        scheduler = start(calibrated)
        time.sleep(3)
        assert scheduler.children == []
        assert states(calibrated) == ["running", "queued"]
    # Nobody holds the lock any more, so that run was killed.
    until(lambda: states(calibrated) == ["failed", "succeeded"])
    assert run(calibrated, 1)["error"] == "The process ended without saying why."
    assert scheduler.stop() == 0


def test_what_its_runs_may_use_is_said_to_the_scheduler(calibrated: Workspace) -> None:
    queued(calibrated)
    done = calibrated.manage("scheduler", "--once", "--shard-students", 60, "--workers", 1).well()
    assert "Run 2 succeeded" in done.out
    assert json.loads(run(calibrated, 2)["progress"])["shards"] == 2


# time


def test_a_time_that_went_by_without_a_scheduler_is_made_up_once(
    calibrated: Workspace, start: Callable[..., Process]
) -> None:
    back_by(calibrated, hours=24 * 15)
    scheduler = start(calibrated)
    until(lambda: states(calibrated) == ["succeeded", "succeeded"])
    weekly = run(calibrated, 2)
    assert (weekly["kind"], weekly["queued_by"]) == ("weekly", "scheduler")
    until(lambda: (found := runners(calibrated)) and found[0]["run_id"] is None)
    assert scheduler.stop() == 0
    # Neither does the next one make it up again.
    calibrated.manage("scheduler", "--once").well()
    assert states(calibrated) == ["succeeded", "succeeded"]


ENDS_WHILE_ASKED = """
from datetime import UTC, datetime
from django.db import connection
from edumetrics.analysis_db.models import AnalysisRun
from edumetrics.runs.queue import weekly_runs

for questions in range(1, 5):
    run = AnalysisRun.objects.create(kind="weekly", state="running", started=datetime.now(UTC))
    asked = []

    def end(execute, sql, parameters, many, context):
        found = execute(sql, parameters, many, context)
        asked.append(sql)
        if len(asked) == questions:
            AnalysisRun.objects.filter(pk=run.pk).update(state="succeeded", finished=datetime.now(UTC))
        return found

    with connection.execute_wrapper(end):
        found = weekly_runs(None)
    print(found.under_way or found.done == run.started)
    run.delete()
"""


def test_a_weekly_run_that_ends_while_it_is_looked_for_is_not_due_again(calibrated: Workspace) -> None:
    assert calibrated.python(ENDS_WHILE_ASKED).well().out.split() == ["True"] * 4


def test_a_weekly_run_that_failed_is_not_repeated_at_once(college: Workspace) -> None:
    back_by(college, hours=24 * 15)
    college.college.execute("ALTER TABLE attendance DROP COLUMN week_date")
    first = college.manage("scheduler", "--once")
    assert first.code == 1
    assert states(college) == ["succeeded", "failed"]
    college.manage("scheduler", "--once").well()
    assert states(college) == ["succeeded", "failed"]


def test_without_a_schedule_nothing_is_ever_due(college: Workspace, start: Callable[..., Process]) -> None:
    back_by(college, hours=24 * 15)
    policy = college.file("policy.toml", '[schedule]\nweekly = ""\n')
    scheduler = start(college, POLICY_FILE=policy)
    (runner,) = until(lambda: runners(college))
    assert runner["next_weekly"] is None
    assert "next weekly run: none is scheduled" in scheduler.text
    assert scheduler.stop() == 0
    assert states(college) == ["succeeded"]


def test_a_changed_schedule_holds_at_once_and_a_wrong_one_not(
    college: Workspace, start: Callable[..., Process]
) -> None:
    policy = college.file("policy.toml", '[schedule]\nweekly = ""\n')
    scheduler = start(college, POLICY_FILE=policy)
    until(lambda: runners(college))
    college.file("policy.toml", '[schedule]\nweekly = "61 * * * *"\n')
    until(lambda: "the policy cannot be read; the schedule stays as it was" in scheduler.text)
    college.file("policy.toml", '[schedule]\nweekly = "* * * * *"\n')
    # The calibration was within the last minutes; at the full minute after it the time has come.
    until(lambda: len(states(college)) > 1)
    until(lambda: states(college)[:2] == ["succeeded", "succeeded"])
    assert run(college, 2)["kind"] == "weekly"
    assert scheduler.stop() == 0


# at the end of a run


@pytest.fixture
def big(pair: Pair, templates: Templates, make: Maker) -> Workspace:
    """A larger college, calibrated."""
    return make(copy=templates.calibrated(pair, BIG))


def at_work(workspace: Workspace, scheduler: Process) -> int:
    """Wait until run 2 is at work; its process."""
    until(lambda: states(workspace)[1] == "running")
    return scheduler.children[-1]


def test_stopped_while_a_run_is_at_work_it_stops_the_run_in_good_order(
    big: Workspace, start: Callable[..., Process]
) -> None:
    before = big.published()
    queued(big, "calibrate --recompute --queue")
    scheduler = start(big)
    at_work(big, scheduler)
    assert runners(big)[0]["run_id"] == 2
    # Until the run heeds signals, half a second after it began.
    until(lambda: "copying the roster" in scheduler.text)
    assert scheduler.stop() == 0
    assert states(big) == ["succeeded", "failed"]
    assert run(big, 2)["error"] == "Stopped by SIGTERM; the next run finishes the work."
    assert runners(big) == []
    big.manage_all("calibrate")
    assert_same(big.published(), before)


def test_a_run_that_does_not_stop_within_the_grace_is_killed(big: Workspace, start: Callable[..., Process]) -> None:
    queued(big, "calibrate --recompute --queue")
    scheduler = start(big, "--grace", "0.5")
    child = at_work(big, scheduler)
    os.kill(child, signal.SIGSTOP)
    assert scheduler.stop() == 0
    assert states(big) == ["succeeded", "failed"]
    assert run(big, 2)["error"] == "The process was killed by SIGKILL."
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_after_a_run_that_was_killed_the_next_is_carried_out(big: Workspace, start: Callable[..., Process]) -> None:
    before = big.published()
    queued(big, "calibrate --recompute --queue")
    queued(big, "calibrate --recompute --from-week 12 --queue")
    scheduler = start(big)
    os.kill(at_work(big, scheduler), signal.SIGKILL)
    until(lambda: states(big) == ["succeeded", "failed", "succeeded"])
    assert run(big, 2)["error"] == "The process was killed by SIGKILL."
    # It finished what the first had left.
    assert_same(big.published(), before)
    assert scheduler.stop() == 0


def test_a_run_outlives_a_scheduler_that_was_killed_and_the_next_one_waits_for_it(
    big: Workspace, start: Callable[..., Process]
) -> None:
    queued(big, "calibrate --recompute --queue")
    queued(big, "calibrate --recompute --from-week 12 --queue")
    first = start(big)
    at_work(big, first)
    first.kill()
    assert states(big) == ["succeeded", "running", "queued"]
    second = until(lambda: _started(start(big)))
    until(lambda: states(big) == ["succeeded", "succeeded", "succeeded"])
    assert run(big, 2)["finished"] <= run(big, 3)["started"]
    assert second.stop() == 0


# the database


def test_it_goes_on_when_the_database_comes_back(
    templates: Templates, make: Maker, start: Callable[..., Process]
) -> None:
    workspace = make(copy=templates.calibrated(need(("postgresql", "sqlite"))))
    assert isinstance(workspace.analysis, PostgresqlDatabase)
    scheduler = start(workspace)
    until(lambda: runners(workspace))
    with psycopg.connect(SERVER, autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{workspace.analysis.name}" ALLOW_CONNECTIONS false')  # type: ignore[call-overload]
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [workspace.analysis.name]
        )
        until(lambda: "the scheduler cannot work; trying again after a pause" in scheduler.text)
        time.sleep(3)
        server.execute(f'ALTER DATABASE "{workspace.analysis.name}" ALLOW_CONNECTIONS true')  # type: ignore[call-overload]
    assert scheduler.process.poll() is None
    assert scheduler.text.count("trying again after a pause") <= 3
    queued(workspace)
    until(lambda: states(workspace) == ["succeeded", "succeeded"])
    # With its connection it lost the lock, and took it again.
    assert workspace.manage("scheduler").code == 4
    assert scheduler.stop() == 0
