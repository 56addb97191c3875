"""Runs that meet on one analysis database."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from tests.conftest import Maker, Templates, need
from tests.integration.workspace import ROOT, Pair, Workspace, assert_same

BOTH: Pair = ("postgresql", "postgresql")


@pytest.fixture
def workspace(templates: Templates, make: Maker) -> Workspace:
    return make(copy=templates.calibrated(need(BOTH)))


@dataclass(frozen=True)
class Stuck:
    """A run that cannot publish, and who keeps it from doing so."""

    run: "subprocess.Popen[bytes]"
    holder: psycopg.Connection[Any]


@pytest.fixture
def stuck(workspace: Workspace) -> Iterator[Stuck]:
    """``calibrate --recompute`` that waits for a table that somebody holds."""
    with closing(psycopg.connect(workspace.analysis.url)) as holder:
        holder.execute("LOCK TABLE weekly_flags IN SHARE MODE")
        run = subprocess.Popen(
            [sys.executable, "manage.py", "calibrate", "--recompute"],
            cwd=ROOT,
            env=workspace.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_for_a_waiting_writer(workspace)
        yield Stuck(run, holder)
        run.kill()
        run.wait()


def wait_for_a_waiting_writer(workspace: Workspace) -> None:
    wait_until(
        workspace,
        "SELECT count(*) > 0 FROM pg_locks l JOIN pg_class c ON c.oid = l.relation "
        "WHERE NOT granted AND relname = 'weekly_flags'",
    )


def wait_until(workspace: Workspace, query: str) -> None:
    for _ in range(600):
        if workspace.analysis.rows(query)[0][0]:
            return
        time.sleep(0.1)
    raise AssertionError(f"never true: {query}")


def test_a_second_run_is_refused_with_the_name_of_the_first_and_an_exit_code_of_its_own(
    workspace: Workspace, stuck: Stuck
) -> None:
    second, flagged = workspace.manage_in_turn("run_weekly", "flagged --advisor ADV001")
    assert second.code == 4
    assert "Only one run at a time may write this analysis database, and run 2 (calibrate, since" in second.err
    # Who only reads is not kept waiting, and sees the last good results.
    assert "CONTACT FIRST" in flagged.well().out
    stuck.holder.rollback()
    assert stuck.run.wait(timeout=60) == 0
    assert workspace.analysis.table("analysis_run").sort("id")["state"].to_list() == ["succeeded", "succeeded"]


def test_a_run_that_was_killed_leaves_the_last_good_results_and_no_lock_and_the_next_records_it_as_failed(
    workspace: Workspace, stuck: Stuck
) -> None:
    before = workspace.published()
    stuck.run.kill()
    stuck.run.wait()
    stuck.holder.close()
    # The server lets go of what the process held as soon as it notices.
    wait_until(workspace, "SELECT count(*) = 1 FROM pg_stat_activity WHERE datname = current_database()")
    assert_same(workspace.published(), before)
    workspace.manage_all("calibrate --recompute")
    assert_same(workspace.published(), before)
    runs = workspace.analysis.table("analysis_run").sort("id")
    assert runs["state"].to_list() == ["succeeded", "failed", "succeeded"]
    assert runs["error"][1] == "The process ended without saying why."


def test_runs_may_follow_each_other_at_once(calibrated: Workspace) -> None:
    calibrated.manage_all(*["run_weekly --dry-run"] * 20, "run_weekly")
