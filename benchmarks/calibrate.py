"""How fast a calibration is, beside the floor measured in the same run.

The floor is what no program that keeps the same results could avoid: scan all source rows into Polars, and write the
same number of rows of the same columns, keys and indexes into empty tables. Run as ``make bench``, or
``python -m benchmarks.calibrate --students 2400 --database sqlite``. Each phase is a process of its own, so that its
peak memory is its own (of the largest worker, times the workers, too); times leave out starting Python. CPU seconds are
those of the program and its workers, without the database server: on a machine with other work they tell more than
seconds. A sweep: ``--students 2400 24000 100000 240000 --calibrate-only``.
"""

import argparse
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

WEEK = 17
SERVER = os.environ.get("BENCH_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
OF_SOME_WEEKS = ("pre_sem_watchlist", "post_exam_analysis")
NEXT_WEEKS = 3
"""How often the next week is measured, since it is short: one differs from the other by a tenth."""

Done = tuple[float, int, str]
"""Seconds, rows of weekly_metrics, and where the time went."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--students", type=int, nargs="*", default=[2_400, 24_000])
    arguments.add_argument("--database", choices=["sqlite", "postgresql"], nargs="*", default=["sqlite", "postgresql"])
    arguments.add_argument("--calibrate-only", action="store_true", help="no next week, which takes as long again")
    arguments.add_argument("--phase", choices=list(PHASES), help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.phase:
        run_phase(options.phase, options.students[0])
        return
    print(
        f"{'database':<11}{'students':>9}{'phase':>11}{'seconds':>9}{'CPU s':>8}{'student-weeks/s':>17}{'peak MB':>9}"
        f"{'x floor':>9}",
        flush=True,
    )
    for database in options.database:
        for students in options.students:
            with databases(database) as environment:
                report(database, students, environment, calibrate_only=options.calibrate_only)


def report(database: str, students: int, environment: dict[str, str], *, calibrate_only: bool) -> None:
    """Run the phases and print a line for each; of the next week the middle one of several."""
    phase("prepare", students, environment)
    show(database, students, [Pair.run("calibrate", "floor", students, environment)])
    if not calibrate_only:
        weeks = []
        for _ in range(NEXT_WEEKS):
            phase("week_before", students, environment)
            weeks.append(Pair.run("next_week", "next_floor", students, environment))
        show(database, students, weeks)


@dataclass(frozen=True)
class Pair:
    """What ``phase`` gave of one thing and of its floor, by name."""

    found: dict[str, dict[str, Any]]

    @classmethod
    def run(cls, name: str, floor: str, students: int, environment: dict[str, str]) -> "Pair":
        """One after the other."""
        return cls({one: phase(one, students, environment) for one in (name, floor)})

    @property
    def ratio(self) -> float:
        """How many times as long as the floor."""
        ours, floor = self.found.values()
        return float(ours["seconds"] / floor["seconds"])


def show(database: str, students: int, pairs: list[Pair]) -> None:
    """A line for each phase of the middle pair, its stages, and the ratios of all."""
    pairs = sorted(pairs, key=lambda pair: pair.ratio)
    middle = pairs[len(pairs) // 2]
    for (name, found), ratio in zip(middle.found.items(), (middle.ratio, 1.0), strict=True):
        seconds, cpu, rows, peak = (found[key] for key in ("seconds", "cpu", "rows", "peak_mb"))
        print(
            f"{database:<11}{students:>9}{name:>11}{seconds:>9.2f}{cpu:>8.2f}{rows / seconds:>17,.0f}{peak:>9.0f}"
            f"{ratio:>9.2f}",
            flush=True,
        )
    stages = next(iter(middle.found.values()))["stages"]
    print(f"{'':<31}  stages: {stages}", flush=True)
    if len(pairs) > 1:
        print(f"{'':<31}  the middle one of {', '.join(f'{pair.ratio:.2f}' for pair in pairs)}", flush=True)


def phase(name: str, students: int, environment: dict[str, str]) -> dict[str, Any]:
    """Run one phase in a process of its own; seconds, cpu, rows, peak_mb, stages."""
    command = [sys.executable, "-m", "benchmarks.calibrate", "--phase", name, "--students", str(students)]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"phase {name} failed:\n{done.stdout}{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


@contextmanager
def databases(kind: str) -> Iterator[dict[str, str]]:
    """Fresh databases for the college, the analysis and the floor, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="edumetrics-bench-") as folder:
        names = ("college", "analysis", "floor")
        variables = ("CLIENT_DB_URL", "DEFAULT_DB_URL", "FLOOR_DB_URL")
        common = {
            "DATA_DIR": folder,
            "MAPPING_FILE": "",
            "POLICY_FILE": "",
            "DJANGO_SETTINGS_MODULE": "edumetrics.config.settings",
        }
        if kind == "sqlite":
            urls = [f"sqlite:///{Path(folder) / name}.sqlite3" for name in names]
            yield {**common, **dict(zip(variables, urls, strict=True))}
            return
        created = [f"edumetrics_bench_{os.getpid()}_{name}" for name in names]
        with psycopg.connect(SERVER, autocommit=True) as server:
            for name in created:
                server.execute(f"CREATE DATABASE {name}".encode())
            try:
                urls = [f"{SERVER.rpartition('/')[0]}/{name}" for name in created]
                yield {**common, **dict(zip(variables, urls, strict=True))}
            finally:
                for name in created:
                    server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


def run_phase(name: str, students: int) -> None:
    """In the child: do it and print what it took as the last line."""
    import django

    django.setup()
    for variable in ("CLIENT_DB_URL", "DEFAULT_DB_URL"):
        settle(variable)
    before = cpu_seconds()
    seconds, rows, stages = PHASES[name](students)
    cpu = cpu_seconds() - before
    # Nobody can say when each worker was at its largest; so as if all were at once, and as large as the largest.
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (os.cpu_count() or 1)
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + largest) / 1024
    print(json.dumps({"seconds": seconds, "cpu": cpu, "rows": rows, "peak_mb": peak, "stages": stages}))


def cpu_seconds() -> float:
    """Of this process and those of its children that have ended."""
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in usages)


def settle(variable: str) -> None:
    """On PostgreSQL what autovacuum does within minutes of a change, so that an emptied table is empty."""
    if os.environ[variable].startswith("postgres"):
        with psycopg.connect(os.environ[variable], autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")


def prepare(students: int) -> Done:
    """The college at week 17 and empty analysis tables, twice."""
    from django.conf import settings
    from django.core.management import call_command

    from demo.college.write import DemoCollege, write_college

    write_college(settings.CLIENT_DB_URL, DemoCollege(students=students, week=WEEK, seed=1, year=2026, past_years=0))
    call_command("migrate", verbosity=0)
    environment = {**os.environ, "DEFAULT_DB_URL": os.environ["FLOOR_DB_URL"]}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], env=environment, check=True)
    return 1.0, 0, ""


def calibrate(students: int) -> Done:
    """Everything from the first row read to the last week published."""
    from edumetrics.college_db.mapping import Mapping
    from edumetrics.engine.policy import Policy
    from edumetrics.runs.catch_up import Request
    from edumetrics.runs.catch_up import calibrate as run

    began = time.perf_counter()
    outcome = run(Request("calibrate", Mapping(), Policy(), datetime.now(UTC)))
    seconds = time.perf_counter() - began
    assert outcome.run is not None
    return seconds, outcome.run.rows["weekly_metrics"], in_words(outcome.run.stages)


def floor(students: int) -> Done:
    """Scan every source row, and write the rows of all weeks into empty tables."""
    return scan_and_write("")


def week_before(students: int) -> Done:
    """Everything but the last week, in tables that never had it.

    A week that is removed leaves room on every page of its tables, and would be written into that, at a cost that no
    new week has.
    """
    from django.conf import settings
    from django.core.management import call_command

    from edumetrics.databases.urls import django_settings
    from edumetrics.databases.writing import open_writer

    begin_anew(os.environ["DEFAULT_DB_URL"])
    call_command("migrate", verbosity=0)
    college = django_settings(settings.CLIENT_DB_URL)
    for week in (WEEK - 1, WEEK):
        with open_writer(college) as writer:
            writer.execute(f"UPDATE sim_state SET current_week = {week}")
        if week < WEEK:
            call_command("calibrate", stdout=io.StringIO())
    return 1.0, 0, ""


def begin_anew(url: str) -> None:
    """Leave nothing of a database."""
    from edumetrics.databases.urls import django_settings, sqlite_path

    if url.startswith("postgres"):
        with psycopg.connect(url) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return
    for ending in ("", "-wal", "-shm"):
        Path(f"{sqlite_path(django_settings(url))}{ending}").unlink(missing_ok=True)


def next_week(students: int) -> Done:
    """One new week, which is published for the first time."""
    from edumetrics.college_db.mapping import Mapping
    from edumetrics.engine.policy import Policy
    from edumetrics.runs.catch_up import Request, run_weekly

    began = time.perf_counter()
    outcome = run_weekly(Request("weekly", Mapping(), Policy(), datetime.now(UTC)))
    seconds = time.perf_counter() - began
    assert outcome.run is not None
    return seconds, outcome.run.rows["weekly_metrics"], in_words(outcome.run.stages)


def next_floor(students: int) -> Done:
    """Scan every source row, and write the rows of the last week into empty tables."""
    return scan_and_write(f"WHERE t.sem_week = {WEEK}")


def scan_and_write(where: str) -> Done:
    """Seconds to read all source tables and to append our own results to empty tables; rows of weekly_metrics."""
    from django.conf import settings
    from django.db import connections

    from edumetrics.analysis_db.store import DERIVED, WORK
    from edumetrics.analysis_db.store_predictions import WEEKLY
    from edumetrics.college_db.mapping import Mapping
    from edumetrics.college_db.read import open_college
    from edumetrics.databases.reading import open_reader
    from edumetrics.databases.urls import django_settings
    from edumetrics.databases.writing import open_writer
    from edumetrics.engine.tables.canonical import TABLES
    from edumetrics.runs.management.commands.export import kinds_of, tables

    with open_reader(connections["default"].settings_dict) as reader:
        # Whichever week is written, the work of the semester is written whole.
        whole = WORK if where else (*WORK, *OF_SOME_WEEKS)
        frames = {name: reader.frame(name, kinds_of(tables()[name]), where) for name in (*DERIVED, *WEEKLY)}
        frames |= {name: reader.frame(name, kinds_of(tables()[name])) for name in whole}
    target = django_settings(os.environ["FLOOR_DB_URL"])
    with open_writer(target) as writer:
        for name in frames:
            writer.execute(f"DELETE FROM {name}")
    settle("FLOOR_DB_URL")
    began = time.perf_counter()
    with open_college(connections["client_db"].settings_dict, Mapping()) as college:
        for name in TABLES:
            college.table(name)
    with open_writer(target) as writer:
        for name, frame in frames.items():
            writer.append(name, frame)
    assert settings.configured
    return time.perf_counter() - began, frames["weekly_metrics"].height, ""


def in_words(stages: list[dict[str, Any]]) -> str:
    """Seconds by stage; those of all workers are added up."""
    return ", ".join(f"{one['stage']} {one['seconds']:.1f}" for one in stages if one["seconds"] >= 0.05)


PHASES: dict[str, Callable[[int], Done]] = {
    "prepare": prepare,
    "calibrate": calibrate,
    "floor": floor,
    "week_before": week_before,
    "next_week": next_week,
    "next_floor": next_floor,
}

if __name__ == "__main__":
    main()
