"""The same results in any number of shards and processes, of this machine or of a cluster."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from tests.conftest import Maker, Templates
from tests.integration.workspace import ROOT, Pair, Workspace, assert_same

SPOILED = "demo_college --students 240 --week 6 --past-years 0 --spoil all=0.1"
"""Four classes with rows of every fault, and so with strays of every kind."""

FAULTY = 3


def calibrated(workspace: Workspace, options: str) -> Workspace:
    workspace.manage_all("migrate --verbosity 0", SPOILED)
    again(workspace, f"calibrate {options}")
    return workspace


def again(workspace: Workspace, command: str) -> None:
    done = workspace.manage(*command.split())
    assert done.code == FAULTY, done.err


def quality(workspace: Workspace) -> set[str]:
    """The data-quality report, a text for each line of it."""
    report = json.loads(str(workspace.last_run()["quality"]))
    return {f"{part} {json.dumps(line)}" for part, lines in report.items() for line in lines}


def test_shards_in_processes_give_the_rows_and_the_report_of_one_shard(pair: Pair, make: Maker) -> None:
    whole = calibrated(make(pair), "--shard-students 100000 --workers 1")
    parts = calibrated(make(pair), "--shard-students 60 --workers 2")
    progress = json.loads(str(parts.last_run()["progress"]))
    assert (progress["shards_done"], progress["shards"]) == (4, 4)
    assert_same(parts.published(), whole.published())
    assert quality(parts) == quality(whole)

    for workspace in (whole, parts):
        workspace.manage_all("demo_college --advance")
    again(whole, "run_weekly --shard-students 100000 --workers 1")
    again(parts, "run_weekly --shard-students 60 --workers 2")
    assert_same(parts.published(), whole.published())
    assert quality(parts) == quality(whole)


def test_who_has_changed_classes_leaves_no_row_of_a_week_that_is_made_again(pair: Pair, make: Maker) -> None:
    whole = make(pair)
    whole.manage_all("migrate --verbosity 0", "demo_college --students 360 --week 10 --past-years 0", "calibrate")
    # One each way between two classes of the same semester, so that one class is published before the one left.
    movers = {"CSE24A": "ECE24A", "ECE24A": "CSE24A"}
    flagged = whole.analysis.table("weekly_flags").filter(pl.col("risk_level").is_not_null(), sem_week=10)
    advisors = dict(whole.college.table("students").select("class_id", "advisor_id").unique().iter_rows())
    students = {class_id: flagged.filter(class_id=class_id)["student_id"][0] for class_id in movers}
    whole.college.execute(
        *(
            f"UPDATE students SET class_id = '{movers[left]}', advisor_id = '{advisors[movers[left]]}' "
            f"WHERE student_id = '{student}'"
            for left, student in students.items()
        )
    )
    parts = make(copy=whole)
    whole.manage_all("run_weekly --shard-students 100000")
    parts.manage_all("run_weekly --shard-students 60 --workers 1")
    progress = json.loads(str(parts.last_run()["progress"]))
    assert progress["shards"] == 6
    assert_same(parts.published(), whole.published())
    assert quality(parts) == quality(whole)
    for table in ("weekly_metrics", "risk_of_failing_prediction", "student_work"):
        rows = parts.analysis.table(table).filter(pl.col("student_id").is_in(list(students.values())), sem_week=10)
        assert set(rows.select("student_id", "class_id").rows()) == {(students[left], movers[left]) for left in movers}


def test_a_run_finishes_a_recomputation_that_was_interrupted(calibrated: Workspace) -> None:
    before = calibrated.published()
    calibrated.analysis.execute(
        "UPDATE weekly_metrics SET effort_score = 1 WHERE sem_week >= 4",
        "UPDATE analysis_state SET due_from = 4, due_policy_version = policy_version",
    )
    assert "weeks 4-6: 2 classes" in calibrated.run("calibrate --dry-run").well().out
    calibrated.manage_all("calibrate")
    assert_same(calibrated.published(), before)
    assert calibrated.analysis.table("analysis_state")["due_from"].null_count() == 2


def test_a_run_that_was_given_up_publishes_nothing_any_more(calibrated: Workspace) -> None:
    before = calibrated.published()
    script = (
        "from edumetrics.analysis_db.store import check_run\n"
        "from edumetrics.databases.writing import open_writer\n"
        "from django.db import connections\n"
        "with open_writer(connections['default'].settings_dict) as writer:\n"
        "    writer.execute('DELETE FROM weekly_flags')\n"
        "    check_run(writer, 1)\n"
    )
    done = calibrated.python(script)
    assert done.code != 0
    assert "Run 1 is not at work any more, so it may not publish" in done.err
    assert_same(calibrated.published(), before)


def test_a_cluster_that_is_not_there_is_said_in_one_sentence(templates: Templates, make: Maker) -> None:
    calibrated = make(copy=templates.calibrated(("sqlite", "sqlite")))
    nowhere = "tcp://127.0.0.1:5599"
    soon = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "2s", "LOG_LEVEL": "CRITICAL"}
    said = calibrated.manage("calibrate", "--recompute", "--cluster", nowhere, **soon).refusal()
    assert said.startswith(f"CommandError: There is no Dask scheduler at {nowhere} (")
    assert said.count("\n") == 1
    named = calibrated.manage("calibrate", "--recompute", "--cluster", "nonsense").refusal()
    assert "There is no Dask scheduler at nonsense (" in named


@pytest.fixture
def cluster(make: Maker, tmp_path: Path) -> Iterator[tuple[Workspace, str]]:
    """A workspace, and the address of a cluster of two workers that have its settings."""
    workspace = make(("sqlite", "sqlite"))
    address = tmp_path / "scheduler.json"
    dask = [sys.executable, "-W", "ignore", "-m", "distributed.cli.dask_scheduler"]
    dask += ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(address)]
    worker = [sys.executable, "-W", "ignore", "-m", "distributed.cli.dask_worker", "--scheduler-file", str(address)]
    worker += ["--nworkers", "2", "--nthreads", "1", "--no-dashboard", "--local-directory", str(tmp_path)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    processes = [
        subprocess.Popen(command, cwd=ROOT, env=workspace.environment(), **quiet)  # type: ignore[call-overload]
        for command in (dask, worker)
    ]
    try:
        deadline = time.monotonic() + 60
        while not address.exists():
            assert time.monotonic() < deadline, "the scheduler does not start"
            time.sleep(0.1)
        yield workspace, json.loads(address.read_text())["address"]
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            process.wait(timeout=30)


def test_a_cluster_gives_the_rows_of_one_process(cluster: tuple[Workspace, str], make: Maker) -> None:
    workspace, address = cluster
    deadline = time.monotonic() + 60
    workspace.manage_all("migrate --verbosity 0", SPOILED)
    while (done := workspace.manage("calibrate", "--cluster", address, "--shard-students", 60)).code != FAULTY:
        # The workers may not have come yet.
        assert "has no worker" in done.err, done.err
        assert time.monotonic() < deadline
    alone = calibrated(make(("sqlite", "sqlite")), "--workers 1")
    assert_same(workspace.published(), alone.published())
    assert quality(workspace) == quality(alone)
