"""Start two runs at once, many times: one must work, and the other name it and exit with its own code.

Two processes that are ready to begin are let go at the same moment. Run as ``python -m benchmarks.pairs``, or smaller:
``--pairs 10 --database sqlite``. Exit code 1 where a pair, or a row in the end, is wrong.
"""

import importlib
import json
import random
import re
import sys
import time
from argparse import SUPPRESS, ArgumentParser, Namespace
from dataclasses import dataclass
from multiprocessing.pool import ThreadPool
from subprocess import PIPE, Popen
from typing import Any

from benchmarks.trials import RECOMPUTE, Tally, Trial, add_options, trial
from tests.integration.databases import Dialect
from tests.integration.in_turn import BEFOREHAND, in_child
from tests.integration.workspace import ROOT, Finished

EXIT_IN_PROGRESS = 4
# How long the second may start after the first.
APART = 0.2


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=200, help="on each kind of database (default 200)")
    add_options(parser, students=120, week=4)
    parser.add_argument("--fork", action="store_true", help=SUPPRESS)
    options = parser.parse_args()
    if options.fork:
        fork_pairs()
        return
    sys.exit(1 if sum(on(database, options) for database in options.database) else 0)


def on(database: Dialect, options: Namespace) -> int:
    """All pairs on one kind of database; how many faults there were."""
    chance = random.Random(options.seed)
    tally = Tally(f"{database}: {options.pairs} pairs of runs, {options.students} students, week {options.week}")
    with trial((database, database), options.students, options.week) as one:
        name, starter = one.pinned(), new_starter()
        for number in range(1, options.pairs + 1):
            # Every other pair at the very same moment.
            apart = chance.choice((0.0, chance.uniform(0, APART)))
            judge(one, starter.both(one, name, apart), tally)
            if number % 20 == 0:
                print(f"  {database}: {number} of {options.pairs} pairs, {len(tally.wrong)} wrong", flush=True)
        starter.process.communicate()
        for line in one.finish():
            tally.fault(line)
        tally.count("clean run compared row by row with an undisturbed one")
    return tally.report()


@dataclass(frozen=True)
class Starter:
    """A process that has imported what takes time, and forks pairs, so that they begin at the same moment."""

    process: "Popen[str]"

    def both(self, one: Trial, policy: str, apart: float) -> list[Finished]:
        """Two recomputations, the second ``apart`` seconds after the first."""
        assert self.process.stdin
        assert self.process.stdout
        request = {"environment": one.workspace.environment(one.policy(policy)), "apart": apart}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return [Finished(*each) for each in json.loads(self.process.stdout.readline())]


def new_starter() -> Starter:
    command = [sys.executable, "-m", "benchmarks.pairs", "--fork"]
    return Starter(Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True))


def fork_pairs() -> None:
    """In the starter: a pair for each line."""
    for module in BEFOREHAND:
        importlib.import_module(module)
    for line in sys.stdin:
        request = json.loads(line)
        with ThreadPool(2) as threads:
            answers = threads.starmap(one_of_two, [(request, 0.0), (request, request["apart"])])
        print(json.dumps([each for (each,) in map(json.loads, answers)]), flush=True)


def one_of_two(request: dict[str, Any], delay: float) -> str:
    time.sleep(delay)
    return in_child(request["environment"], [list(RECOMPUTE)])


def judge(one: Trial, pair: list[Finished], tally: Tally) -> None:
    """Exactly one has worked, and the other says which."""
    codes = sorted(each.code for each in pair)
    if codes != [0, EXIT_IN_PROGRESS]:
        tally.fault(f"exit codes {codes}: {' '.join(each.err.strip() for each in pair)}")
        return
    worked, refused = sorted(pair, key=lambda each: each.code)
    number = re.search(r"Run (\d+) succeeded", worked.out)
    assert number, worked.out
    tally.count("pairs of which one worked")
    named = f"and run {number[1]} (calibrate, since " in refused.err
    tally.expect(named, f"run {number[1]} is not named: {refused.err.strip()}")
    if named:
        tally.count("of these the other named it, with exit code 4")
    wrong = one.wrong_classes()
    tally.expect(not wrong, f"half or doubled: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
