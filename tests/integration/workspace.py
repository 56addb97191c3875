"""A college's database and an analysis database of their own, and the real program run on them."""

import atexit
import functools
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import polars as pl

from tests.integration.databases import Database, Dialect, new_database
from tests.integration.in_turn import TIMEOUT

ROOT = Path(__file__).resolve().parents[2]
Pair = tuple[Dialect, Dialect]
"""Which database holds the analysis, and which the college."""

DERIVED = ("weekly_metrics", "weekly_flags", "class_notice")
ROSTER = ("roster_class", "roster_advisor", "roster_student", "roster_subject", "roster_exam")
WORK = ("class_work", "student_work")
PUBLISHED = (*DERIVED, *WORK, *ROSTER, "analysis_state")
EVERYTHING = (*PUBLISHED, "analysis_run", "intervention_log")
OF_THE_RUN = ("run_id", "computed_at", "due_from", "due_policy_version")


@dataclass(frozen=True)
class Finished:
    """What came of a command."""

    code: int
    out: str
    err: str

    def well(self) -> "Finished":
        """Itself; fails the test if the command failed."""
        assert self.code == 0, f"exit code {self.code}\n{self.out}\n{self.err}"
        return self

    def refusal(self) -> str:
        """The message of a command that was to fail with exit code 1 and without a traceback."""
        assert self.code == 1, f"exit code {self.code}\n{self.out}\n{self.err}"
        assert "Traceback" not in self.err, self.err
        return self.err


@dataclass(frozen=True)
class Workspace:
    """Two databases, a data folder, and ``manage.py`` that knows nothing else."""

    folder: Path
    analysis: Database
    college: Database

    def environment(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Every setting of the program, so that a .env beside manage.py decides none."""
        return {
            **os.environ,
            "DEFAULT_DB_URL": self.analysis.url,
            "CLIENT_DB_URL": self.college.url,
            "CLIENT_DB_TIMEOUT": "600",
            "MIGRATE_DB_URL": "",
            "DATA_DIR": str(self.folder / "data"),
            "MAPPING_FILE": "",
            "POLICY_FILE": "",
            "SECRET_KEY": "",
            "LOG_FORMAT": "",
            "LOG_LEVEL": "",
            "WORKERS": "1",
            "SHARD_STUDENTS": "0",
            "CLUSTER": "",
            "RETRY_SECONDS": "0",
            "HTTPS": "false",
            "TRUSTED_PROXIES": "0",
            # Tests are many requests from one address.
            "THROTTLE_USER": "",
            "THROTTLE_ADDRESS": "",
            "THROTTLE_SIGN_IN": "",
            "CACHE_URL": "locmemcache://",
            "KEPT_ANSWERS_MB": "64",
            "METRICS_ADDRESS": "",
            "DEBUG": "false",
            "ALLOWED_HOSTS": "localhost",
            "EDUMETRICS_DEMO": "",
            "EMAIL_URL": "",
            "MAIL_FROM": "",
            "PUBLIC_URL": "",
            "PORT": "",
            "DJANGO_SETTINGS_MODULE": "edumetrics.config.settings",
            "PYTHONIOENCODING": "utf-8",
            # Tests run beside each other.
            "POLARS_MAX_THREADS": "1",
            **(extra or {}),
        }

    def manage(self, *arguments: object, **environment: str) -> Finished:
        """``python manage.py`` with these arguments; keywords are environment variables."""
        command = [sys.executable, "manage.py", *map(str, arguments)]
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment(environment),
            capture_output=True,
            encoding="utf-8",
            timeout=TIMEOUT,
            check=False,
        )
        return Finished(done.returncode, done.stdout, done.stderr)

    def manage_in_turn(self, *commands: str | list[str], **environment: str) -> list[Finished]:
        """Commands, one after the other in one process; each a list, or one text without blanks inside arguments."""
        request = {
            "environment": self.environment(environment),
            "commands": [command.split() if isinstance(command, str) else command for command in commands],
        }
        process = _waiting_process()
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(request) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        assert answer.strip(), f"no answer within {TIMEOUT} s to {commands}"
        return [Finished(*one) for one in json.loads(answer)]

    def run(self, command: str, **environment: str) -> Finished:
        """One command, quicker than by ``manage``."""
        return self.manage_in_turn(command, **environment)[0]

    def manage_all(self, *commands: str, **environment: str) -> list[Finished]:
        """``manage_in_turn`` where every command must go well."""
        return [one.well() for one in self.manage_in_turn(*commands, **environment)]

    def python(self, script: str) -> Finished:
        """A script inside Django, run by ``manage.py shell``."""
        return self.manage_in_turn(["shell", "--no-imports", "-c", script])[0]

    def file(self, name: str, text: str) -> str:
        """Write a file into the folder; its path."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def published(self, names: tuple[str, ...] = PUBLISHED) -> dict[str, pl.DataFrame]:
        """The published tables without what every run has of its own."""
        return {name: self.analysis.table(name).drop(OF_THE_RUN, strict=False) for name in names}

    def results(self) -> dict[str, pl.DataFrame]:
        """Every analysis table but the record of the runs."""
        return {name: rows for name, rows in self.everything().items() if name != "analysis_run"}

    def everything(self) -> dict[str, pl.DataFrame]:
        """Every analysis table, with runs and times."""
        return {name: self.analysis.table(name) for name in EVERYTHING}

    def last_run(self) -> dict[str, object]:
        """The latest row of analysis_run; JSON as text."""
        return self.analysis.table("analysis_run").sort("id").row(-1, named=True)

    def set_week(self, week: int, year: int | None = None) -> None:
        """Let sim_state name another week."""
        self.college.execute(
            f"UPDATE sim_state SET current_week = {week}" + ("" if year is None else f", sim_year = {year}")
        )

    def copy(self, folder: Path) -> "Workspace":
        """The same content in databases of its own."""
        folder = folder / uuid4().hex
        folder.mkdir(parents=True)
        return Workspace(folder, self.analysis.copy(folder), self.college.copy(folder))

    def drop(self) -> None:
        """Remove the databases."""
        self.analysis.drop()
        self.college.drop()


@functools.cache
def _waiting_process() -> "subprocess.Popen[str]":
    """The process that runs commands in turn; it ends with the tests."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.in_turn"],
        cwd=ROOT,
        env={**os.environ, "POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    atexit.register(process.communicate)
    return process


def new_workspace(pair: Pair, folder: Path) -> Workspace:
    """Two empty databases."""
    folder = folder / uuid4().hex
    folder.mkdir(parents=True)
    analysis, college = pair
    return Workspace(folder, new_database(analysis, folder, "analysis"), new_database(college, folder, "college"))


def differences(found: Mapping[str, pl.DataFrame], expected: Mapping[str, pl.DataFrame]) -> list[str]:
    """A line for each table and up to three rows of it that only one of two has; empty when they are the same."""
    lines: list[str] = []
    for name in sorted({*found, *expected}):
        ours, theirs = _texts(found[name]), _texts(expected[name])
        if ours != theirs:
            only = [f"  only the first: {row}" for row in sorted(ours - theirs)[:3]]
            only += [f"  only the second: {row}" for row in sorted(theirs - ours)[:3]]
            lines += [f"{name}: {found[name].height} and {expected[name].height} rows", *only]
        elif found[name].height != expected[name].height:
            lines.append(f"{name}: {found[name].height} and {expected[name].height} rows")
    return lines


def assert_same(found: Mapping[str, pl.DataFrame], expected: Mapping[str, pl.DataFrame]) -> None:
    """Fails with the differences."""
    lines = differences(found, expected)
    assert not lines, "\n".join(lines)


def _texts(frame: pl.DataFrame) -> set[str]:
    """Rows as texts that tell 1 from 1.0 and from True."""
    return {repr(row) for row in frame.to_dicts()}


def of(tables: Mapping[str, pl.DataFrame], *conditions: pl.Expr) -> dict[str, pl.DataFrame]:
    """The derived tables' rows that meet all conditions."""
    return {name: tables[name].filter(*conditions) for name in DERIVED}
