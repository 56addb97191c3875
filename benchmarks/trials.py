"""What the trials share: a small college, what undisturbed runs publish of it, and whether all of that is still there.

A trial disturbs recomputations under two policies in turn, so that rows of an unfinished run would be told from those
of the one before. Whatever happened, every class must show exactly what an undisturbed run under one of the two gives.
"""

import subprocess
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import polars as pl

from tests.integration.workspace import DERIVED, ROOT, Finished, Pair, Workspace, differences, new_workspace

POLICIES = {"first.toml": "", "second.toml": "[triage.levels]\nwatch = 20\n\n[effort]\nfull_library_visits = 3\n"}
# A class a shard.
RECOMPUTE = ("calibrate", "--recompute", "--shard-students", "60")
FINISH = ("calibrate", "--shard-students", "60")

Rows = dict[str, frozenset[str]]
"""class_id -> its rows of the derived tables and its state, as texts."""


@dataclass(frozen=True)
class Trial:
    """A calibrated college; ``expected``: by policy file, what an undisturbed run publishes; ``versions``: of each."""

    workspace: Workspace
    expected: dict[str, dict[str, pl.DataFrame]]
    by_class: dict[str, Rows]
    versions: dict[str, str]

    def policy(self, name: str) -> dict[str, str]:
        """The environment that chooses a policy."""
        return {"POLICY_FILE": str(self.workspace.folder / name)}

    def wrong_classes(self) -> list[str]:
        """The classes that show neither what the one policy gives nor the other: half a week, doubles, gaps."""
        now = rows_by_class(self.workspace.published())
        known = sorted({*now, *(one for rows in self.by_class.values() for one in rows)})
        return [one for one in known if not any(now.get(one) == rows.get(one) for rows in self.by_class.values())]

    def pinned(self) -> str:
        """The policy file of whatever run comes next: that of the recomputation that is under way, or was the last."""
        state = self.workspace.analysis.table("analysis_state")
        versions = {
            due or version for due, version in zip(state["due_policy_version"], state["policy_version"], strict=True)
        }
        assert len(versions) == 1, f"classes are pinned to different policies: {versions}"
        return next(name for name, version in self.versions.items() if version in versions)

    def finish(self, **environment: str) -> list[str]:
        """One run that nobody disturbs, which must finish what is left; what is wrong after it, a line each."""
        name = self.pinned()
        done = self.workspace.manage(*FINISH, **self.policy(name), **environment)
        lines = [] if done.code == 0 else [f"the clean run ended with exit code {done.code}: {done.err.strip()}"]
        lines += differences(self.workspace.published(), self.expected[name])
        runs = self.workspace.analysis.table("analysis_run")
        if "running" in set(runs["state"]):
            lines.append("a run is still recorded as running")
        if self.workspace.analysis.table("analysis_state")["due_from"].null_count() != len(self.by_class[name]):
            lines.append("weeks are still due")
        return lines


def rows_by_class(tables: dict[str, pl.DataFrame]) -> Rows:
    """What is published of each class."""
    found: dict[str, set[str]] = {}
    counts: Counter[str] = Counter()
    for table in (*DERIVED, "roster_student", "analysis_state"):
        for row in tables[table].to_dicts():
            found.setdefault(row["class_id"], set()).add(f"{table} {row!r}")
            counts[row["class_id"]] += 1
    # The number of rows tells a row that is there twice.
    return {one: frozenset({*rows, f"{counts[one]} rows"}) for one, rows in found.items()}


@contextmanager
def trial(pair: Pair, students: int, week: int, made: Workspace | None = None) -> Iterator[Trial]:
    """A college of its own, calibrated under the first policy; gone at the end. ``made``: empty databases to use."""
    with TemporaryDirectory(prefix="edumetrics-trial-") as folder:
        workspace = made or new_workspace(pair, Path(folder))
        try:
            for name, text in POLICIES.items():
                workspace.file(name, text)
            workspace.manage("migrate", "--verbosity", "0").well()
            workspace.manage("demo_college", "--students", students, "--week", week, "--past-years", "0").well()
            advisor = workspace.college.rows("SELECT MIN(advisor_id) FROM advisors")[0][0]
            student = workspace.college.rows(f"SELECT MIN(student_id) FROM students WHERE advisor_id = '{advisor}'")
            first = {"POLICY_FILE": str(workspace.folder / "first.toml")}
            workspace.manage(*RECOMPUTE, **first).well()
            workspace.manage("log_intervention", student[0][0], "--kind", "call", "--by", advisor).well()
            expected, versions = {}, {}
            for name in reversed(POLICIES):
                workspace.manage(*RECOMPUTE, POLICY_FILE=str(workspace.folder / name)).well()
                expected[name] = workspace.published()
                versions[name] = workspace.analysis.table("analysis_state")["policy_version"][0]
            by_class = {name: rows_by_class(tables) for name, tables in expected.items()}
            yield Trial(workspace, expected, by_class, versions)
        finally:
            if made is None:
                workspace.drop()


def start(workspace: Workspace, command: Sequence[str], **environment: str) -> "subprocess.Popen[str]":
    """A command in a process of its own, its output to be read."""
    return subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=workspace.environment(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: "subprocess.Popen[str]", seconds: float = 300) -> Finished:
    """What came of it."""
    out, err = process.communicate(timeout=seconds)
    return Finished(process.returncode, out, err)


class Tally:
    """Counts what happened, and what was wrong."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._began = monotonic()

    def count(self, what: str) -> None:
        """One more of these."""
        self.counts[what] += 1

    def fault(self, line: str) -> None:
        """Something that must not be."""
        self.wrong.append(line)
        print(f"  WRONG: {line}", flush=True)

    def expect(self, condition: bool, line: str) -> None:
        """A fault unless the condition holds."""
        if not condition:
            self.fault(line)

    def report(self) -> int:
        """Print the counts; how many faults there were."""
        print(f"{self.title}, {monotonic() - self._began:.0f} s")
        for what, count in self.counts.items():
            print(f"  {count:>5} {what}")
        print(f"  {len(self.wrong):>5} wrong", flush=True)
        return len(self.wrong)


def add_options(parser: ArgumentParser, *, students: int = 240, week: int = 8) -> None:
    """--database, --students, --week, --seed."""
    kinds = ["sqlite", "postgresql"]
    parser.add_argument("--database", choices=kinds, nargs="*", default=kinds, help="default: both")
    parser.add_argument("--students", type=int, default=students, help=f"of the college (default {students})")
    parser.add_argument("--week", type=int, default=week, help=f"that the college has reached (default {week})")
    parser.add_argument("--seed", type=int, default=1, help="of what is left to chance (default 1)")
