"""Kill recomputations at random moments, then let one run finish, and compare every row with undisturbed runs.

Each is killed by SIGKILL: the process that leads it, or one of its two workers where it has any. After each kill every
class must show the results of the one policy or of the other, whole; in the end one clean run must give those of an
undisturbed one, row for row. Run as ``python -m benchmarks.kills``, or smaller: ``--kills 10 --database sqlite``. Exit
code 1 where a row is wrong.
"""

import os
import random
import signal
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from contextlib import suppress

from benchmarks.trials import RECOMPUTE, Tally, Trial, add_options, ended, start, trial
from tests.integration.databases import Dialect

FINISH_EVERY = 20


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="on each kind of database (default 200)")
    add_options(parser, students=180, week=6)
    options = parser.parse_args()
    sys.exit(1 if sum(on(database, options) for database in options.database) else 0)


def on(database: Dialect, options: Namespace) -> int:
    """All kills on one kind of database; how many faults there were."""
    chance = random.Random(options.seed)
    tally = Tally(f"{database}: {options.kills} kills, {options.students} students, week {options.week}")
    with trial((database, database), options.students, options.week) as one:
        seconds = {workers: undisturbed(one, workers) for workers in (1, 2)}
        for number in range(1, options.kills + 1):
            # One that had ended before is no kill.
            while not kill_one(one, chance, seconds, tally):
                pass
            if number % FINISH_EVERY == 0 or number == options.kills:
                for line in one.finish(WORKERS="2"):
                    tally.fault(f"after kill {number}: {line}")
                tally.count("clean runs compared row by row with undisturbed ones")
                print(f"  {database}: {number} of {options.kills} killed, {len(tally.wrong)} wrong", flush=True)
    return tally.report()


def undisturbed(one: Trial, workers: int) -> float:
    """How long a run takes from when it is recorded."""
    run = start(one.workspace, RECOMPUTE, WORKERS=str(workers), **one.policy("first.toml"))
    wait_until_recorded(one, run)
    began = time.monotonic()
    ended(run).well()
    return time.monotonic() - began


def wait_until_recorded(one: Trial, run: "subprocess.Popen[str]") -> None:
    before = newest_run(one)
    while newest_run(one) == before and run.poll() is None:
        time.sleep(0.01)


def newest_run(one: Trial) -> int:
    return int(one.workspace.analysis.rows("SELECT MAX(id) FROM analysis_run")[0][0])


def kill_one(one: Trial, chance: random.Random, seconds: dict[int, float], tally: Tally) -> bool:
    """Start a recomputation under one of the policies, and kill it at a random moment; whether it was still at work.

    ``seconds``: how long one takes with so many workers.
    """
    policy, workers = chance.choice(sorted(one.versions)), chance.choice((1, 1, 2))
    run = start(one.workspace, RECOMPUTE, WORKERS=str(workers), **one.policy(policy))
    # One in ten while it still starts, the others while it works.
    if chance.random() < 0.1:
        time.sleep(chance.uniform(0, 1.5))
    else:
        wait_until_recorded(one, run)
        time.sleep(chance.uniform(0, seconds[workers]))
    victims = workers_of(run.pid) if workers > 1 and chance.random() < 0.7 else []
    if victims:
        with suppress(ProcessLookupError):
            os.kill(chance.choice(victims), signal.SIGKILL)
        done = ended(run)
        in_time = done.code != 0
        tally.count("workers killed" if in_time else "runs that had ended before")
        if in_time:
            tally.expect(done.code == 1, f"exit code {done.code} after the kill of a worker: {done.err}")
            tally.expect("A worker process was killed" in done.err, f"a killed worker is not named: {done.err}")
    else:
        run.kill()
        # Not what its workers still hold open, which may live a moment longer.
        run.wait()
        in_time = run.returncode < 0
        tally.count("leading processes killed" if in_time else "runs that had ended before")
        for pipe in (run.stdout, run.stderr):
            if pipe:
                pipe.close()
    wrong = one.wrong_classes()
    tally.expect(not wrong, f"half or doubled: {', '.join(wrong)}")
    state = one.workspace.analysis.table("analysis_state")
    left = state.height - state["due_from"].null_count()
    if in_time:
        tally.count("kills that left classes due" if left else "kills that left nothing due")
    return in_time


def workers_of(parent: int) -> list[int]:
    """The worker processes of a run; multiprocessing's own tracker is none."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(parent)], capture_output=True, text=True, check=False
    )
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if "spawn_main" in line]


if __name__ == "__main__":
    main()
