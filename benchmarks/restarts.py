"""Restart the database server in every stage of a recomputation, and compare every row with undisturbed runs.

The server is PostgreSQL, of the trial's own, and holds the college and the analysis. It is stopped in order, at once,
or killed, just before a stage, while it is at work, and just after; the run must try again until the server is back,
and end well. Then the server goes for good in every stage, and the run must give up with one clear sentence, keep what
was published, and leave the rest to the next one. Run as ``python -m benchmarks.restarts``, or smaller:
``--stages publish --ways kill``. Exit code 1 where anything is wrong.
"""

import json
import os
import sys
import time
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import PIPE, Popen
from tempfile import TemporaryDirectory

from benchmarks.trials import RECOMPUTE, Tally, Trial, ended, trial
from tests.integration.databases import PostgresqlDatabase
from tests.integration.own_server import OwnServer, own_server
from tests.integration.workspace import ROOT, Finished, Workspace, differences

OF_SHARDS = ("read", "history", "score", "predict", "publish")
STAGES = ("plan", "difficulty", "roster", "strays", *OF_SHARDS, "rounds")
MOMENTS = ("before", "during", "after")
WAYS = ("fast", "immediate", "kill")
NAMES = ("analysis", "college")


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--stages", choices=STAGES, nargs="*", default=STAGES, help="default: all")
    parser.add_argument("--moments", choices=MOMENTS, nargs="*", default=MOMENTS, help="default: all")
    parser.add_argument("--ways", choices=WAYS, nargs="*", default=WAYS, help="to stop the server (default: all)")
    parser.add_argument("--students", type=int, default=180, help="of the college (default 180)")
    parser.add_argument("--week", type=int, default=6, help="that the college has reached (default 6)")
    parser.add_argument("--inside", nargs=3, metavar=("STAGE", "NUMBER", "MOMENT"), help=SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        stage, number, moment = options.inside
        run_and_tell(stage, int(number), moment)
        return
    sys.exit(1 if restart_in_every_stage(options) else 0)


def restart_in_every_stage(options: Namespace) -> int:
    """All restarts; how many faults there were."""
    tally = Tally(f"restarts of PostgreSQL, {options.students} students, week {options.week}")
    with own_server() as server, TemporaryDirectory() as folder:
        for name in NAMES:
            server.psql(f"CREATE DATABASE {name}")
        analysis, college = (PostgresqlDatabase(name, server.url()) for name in NAMES)
        made = Workspace(Path(folder), analysis, college)
        with trial(("postgresql", "postgresql"), options.students, options.week, made) as one:
            policies = sorted(one.versions)
            recorded = {stage["stage"] for stage in json.loads(str(one.workspace.last_run()["stages"]))}
            tally.expect(recorded == set(STAGES), f"a run has other stages than are tried: {sorted(recorded)}")
            for number, (stage, moment, way) in enumerate(
                (stage, moment, way) for stage in options.stages for moment in options.moments for way in options.ways
            ):
                # The policies take turns, so that each run changes what is published.
                restarted(one, server, (stage, moment, way), policies[number % 2], number, tally)
            for number, stage in enumerate(options.stages):
                gone(one, server, stage, policies[number % 2], tally)
    return tally.report()


def restarted(one: Trial, server: OwnServer, at: tuple[str, str, str], policy: str, number: int, tally: Tally) -> None:
    """One run whose server comes back at once."""
    stage, moment, way = at
    # A stage of the shards is met in one shard after another.
    in_which = 1 + number % 3 if stage in OF_SHARDS else 1
    with disturbed(one, (stage, in_which, moment), policy, RETRY_SECONDS="60") as run:
        stop(server, way)
        server.start()
    done = ended(run)
    what = f"{way} {moment} {stage} (shard {in_which})"
    tally.count(f"restarts {moment} a stage")
    tally.expect(done.code == 0, f"{what}: exit code {done.code}: {done.err}")
    for line in one.finish() if done.code else differences(one.workspace.published(), one.expected[policy]):
        tally.fault(f"{what}: {line}")


def gone(one: Trial, server: OwnServer, stage: str, policy: str, tally: Tally) -> None:
    """One run whose server does not come back in time."""
    with disturbed(one, (stage, 1, "before"), policy, RETRY_SECONDS="1") as run:
        server.stop("immediate")
    done = ended(run)
    server.start()
    tally.count("servers gone for good")
    tally.expect(is_clear(done), f"gone before {stage}: exit code {done.code}: {done.err}")
    wrong = one.wrong_classes()
    tally.expect(not wrong, f"gone before {stage}: half or doubled: {', '.join(wrong)}")
    for line in one.finish():
        tally.fault(f"gone before {stage}: {line}")
    tally.count("of these finished by the next run")


def is_clear(done: Finished) -> bool:
    """Whether a run failed with a sentence that names what is to be looked at."""
    names = ("CLIENT_DB_URL", "DEFAULT_DB_URL", "If the server runs")
    return done.code == 1 and "Traceback" not in done.err and any(name in done.err for name in names)


def stop(server: OwnServer, way: str) -> None:
    if way == "kill":
        server.kill()
    else:
        server.stop(way)


@contextmanager
def disturbed(one: Trial, at: tuple[str, int, str], policy: str, **environment: str) -> "Iterator[Popen[str]]":
    """A recomputation that has come to a stage; the block is what happens then, and it goes on after the block."""
    command = [sys.executable, "-m", "benchmarks.restarts", "--inside", *map(str, at)]
    extra = {"WORKERS": "1", **one.policy(policy), **environment}
    run = Popen(
        command, cwd=ROOT, env=one.workspace.environment(extra), stdin=PIPE, stdout=PIPE, stderr=PIPE, text=True
    )
    assert run.stdin
    assert run.stdout
    # Its progress comes before.
    assert any(line == "now\n" for line in iter(run.stdout.readline, "")), ended(run)
    yield run
    # One that was not waiting may have ended.
    if run.poll() is None:
        os.write(run.stdin.fileno(), b"\n")


def run_and_tell(stage: str, number: int, moment: str) -> None:
    """In the child: the command, which says when the stage comes for the ``number``th time, and waits for an answer."""
    from edumetrics.runs.stages import Stages

    plain, met = Stages.stage, 0

    def tell() -> None:
        print("now", flush=True)
        if moment != "during":
            sys.stdin.readline()

    @contextmanager
    def told(self: Stages, name: str) -> Iterator[None]:
        nonlocal met
        met += name == stage
        is_now = name == stage and met == number
        if is_now and moment != "after":
            tell()
        if is_now and moment == "during":
            # So that the server goes while the stage is at work, and not after it.
            time.sleep(0.02)
        with plain(self, name):
            yield
        if is_now and moment == "after":
            tell()

    Stages.stage = told  # type: ignore[method-assign]
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage.py", *RECOMPUTE])


if __name__ == "__main__":
    main()
