"""``manage.py runs``: what ran, to read and for programs."""

import csv
import io
import json

import pytest

from tests.conftest import Maker
from tests.integration.workspace import Workspace


@pytest.fixture
def history(calibrated: Workspace) -> Workspace:
    """A college with three runs: one that succeeded, one with findings, one that failed."""
    calibrated.college.execute(
        "UPDATE attendance SET present = lectures_held + 5 WHERE student_id = '25CSEA002' AND week = 6"
    )
    calibrated.manage_all("run_weekly")
    stages = '[{"stage": "read", "seconds": 30.5}, {"stage": "score", "seconds": 69.5}]'
    calibrated.analysis.execute(
        f"UPDATE analysis_run SET stages = '{stages}' WHERE id = 2",
        "INSERT INTO analysis_run (kind, state, queued, queued_by, request, started, finished, academic_year, term, "
        "sem_week, weeks, rows, quality, stages, progress, policy_version, policy, error) "
        "SELECT 'calibrate', 'failed', started, 'ravi', '{\"recompute_from\": 3}', '2026-09-01 10:00:00', "
        "'2026-09-01 12:05:10', academic_year, term, sem_week, weeks, '{}', '{}', '[]', '{}', policy_version, policy, "
        "'The server went away.' FROM analysis_run WHERE id = 2",
    )
    return calibrated


def test_the_last_runs_come_as_a_table_the_latest_first(history: Workspace) -> None:
    table, two = history.manage_all("runs", "runs --limit 2")
    lines = [line.split() for line in table.out.splitlines()]
    assert lines[0] == ["id", "kind", "state", "started", "duration", "weeks", "rows", "policy"]
    assert [line[:3] for line in lines[1:]] == [
        ["3", "calibrate", "failed"],
        ["2", "weekly", "succeeded"],
        ["1", "calibrate", "succeeded"],
    ]
    assert "2026-09-01 10:00 UTC  2 h 05 min" in table.out
    runs = history.analysis.table("analysis_run").sort("id")
    first = json.loads(runs["rows"][0])
    assert lines[3][-5:] == ["s", "2026:", "1-6", str(sum(first.values())), runs["policy_version"][0]]
    assert [line.split() for line in two.out.splitlines()] == lines[:3]


def test_one_run_in_full(history: Workspace) -> None:
    good, bad = history.manage_all("runs --id 2", "runs --id 3")
    for line in (
        "Run 2: weekly, succeeded",
        "  college    2026, odd semester, week 6",
        "  2026, semester 3, week 6: 1 class",
        "  read      30.50 s   30%",
        "  score     69.50 s   70%",
        "Data quality:",
    ):
        assert line in good.out.splitlines(), good.out
    assert "attendance, week 6: " in good.out
    assert "25CSEA002" in good.out
    assert "weekly_metrics: " in good.out
    assert "Error" not in good.out
    for text in ("by ravi", "recompute_from = 3", "Error:\n  The server went away.\n"):
        assert text in bad.out
    assert "Data quality" not in bad.out


def test_csv_and_json_have_what_is_recorded(history: Workspace) -> None:
    listed, whole, one = history.manage_all("runs --csv", "runs --json", "runs --id 2 --json")
    rows = list(csv.DictReader(io.StringIO(listed.out)))
    assert [row["id"] for row in rows] == ["3", "2", "1"]
    assert (rows[0]["seconds"], rows[0]["error"]) == ("7510.0", "The server went away.")
    runs = history.analysis.table("analysis_run").sort("id", descending=True)
    content = json.loads(whole.out)
    assert [run["policy_version"] for run in content] == runs["policy_version"].to_list()
    for name in ("rows", "quality", "weeks", "stages", "policy"):
        assert [run[name] for run in content] == [json.loads(text) for text in runs[name]]
    assert json.loads(one.out) == content[1]


def test_what_cannot_be_shown_is_refused_with_a_sentence(make: Maker, published: Workspace) -> None:
    unknown, limit, both = published.manage_in_turn("runs --id 9", "runs --limit 0", "runs --json --csv")
    assert "There is no run 9; the last one is 1." in unknown.refusal()
    assert (limit.code, both.code) == (2, 2)
    empty = make(("sqlite", "sqlite"))
    _, table, as_csv, as_json, none = empty.manage_in_turn(
        "migrate --verbosity 0", "runs", "runs --csv", "runs --json", "runs --id 1"
    )
    assert table.well().out == "Nothing has run yet.\n"
    assert as_csv.well().out.startswith("id,kind,state,")
    assert json.loads(as_json.well().out) == []
    assert "There is no run 1; nothing has run yet." in none.refusal()


def test_a_run_that_waits_or_is_at_work_shows_how_far_it_is(calibrated: Workspace) -> None:
    base = (
        "queued_by, request, academic_year, term, sem_week, weeks, rows, quality, stages, policy_version, policy, error"
    )
    values = "'', '{}', academic_year, term, sem_week, '[]', '{}', '{}', '[]', '', '{}', ''"
    progress = '{"what": "weeks 1-6", "shards_done": 3, "shards": 10}'
    calibrated.analysis.execute(
        f"INSERT INTO analysis_run (kind, state, queued, started, progress, {base}) "
        f"SELECT 'weekly', 'running', started, started, '{progress}', {values} FROM analysis_run WHERE id = 1",
        f"INSERT INTO analysis_run (kind, state, queued, progress, {base}) "
        f"SELECT 'weekly', 'queued', started, '{{}}', {values} FROM analysis_run WHERE id = 1",
    )
    table, running, queued = calibrated.manage_all("runs", "runs --id 2", "runs --id 3")
    assert [line.split()[:3] for line in table.out.splitlines()[1:3]] == [
        ["3", "weekly", "queued"],
        ["2", "weekly", "running"],
    ]
    assert "Progress:\n  shards: 10\n  shards done: 3\n  what: weeks 1-6\n" in running.out
    assert queued.out.startswith("Run 3: weekly, queued\n  asked for  ")
    assert "Data quality" not in queued.out
