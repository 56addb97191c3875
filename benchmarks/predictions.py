"""How long training on past years takes, and predicting a week, end to end through the college's database.

``python -m benchmarks.predictions --students 2400 --past-years 2``. On SQLite, with all cores. The college is
simulated; training is ``manage.py train --promote-if-better`` on everything that is over; the week is the last
teaching week of the odd semester (p_at_risk, probability by subject, endterm score and pass/fail risk), after the weeks
before it were published without a model. "predict" is the stage of that name in the run's record, all shards added up;
"run_weekly" the whole command.
"""

import argparse
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Prepare, train, predict; print a line for each."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--students", type=int, default=2_400)
    arguments.add_argument("--past-years", type=int, default=2)
    arguments.add_argument("--simple", action="store_true", help="train with linear candidates only")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="edumetrics-bench-") as folder:
        measure(options, Path(folder))


def measure(options: argparse.Namespace, folder: Path) -> None:
    """All phases on fresh databases."""
    college = f"demo_college --students {options.students} --past-years {options.past_years}"
    manage(folder, "migrate --verbosity 0")
    manage(folder, f"{college} --week 16")
    manage(folder, "calibrate")
    train = "train --promote-if-better" + (" --simple" if options.simple else "")
    report("train", manage(folder, train))
    manage(folder, "demo_college --advance")
    report("run_weekly", manage(folder, "run_weekly"))
    stages, rows = last_run(folder)
    print(f"  of it predict: {stages['predict']:.1f} s; publish: {stages['publish']:.1f} s; rows: {rows}")


def manage(folder: Path, command: str) -> float:
    """Run a command; its seconds."""
    environment = {
        **os.environ,
        "DATA_DIR": str(folder),
        "DEFAULT_DB_URL": f"sqlite:///{folder}/analysis.sqlite3",
        "CLIENT_DB_URL": f"sqlite:///{folder}/college.sqlite3",
        "MAPPING_FILE": "",
        "POLICY_FILE": "",
    }
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "manage.py", *command.split()],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{command} failed:\n{done.stdout}{done.stderr}")
    if command.startswith("train"):
        print(done.stdout.split("Run ", 1)[-1], end="")
    return time.monotonic() - began


def report(name: str, seconds: float) -> None:
    """A line with the time and the largest process so far."""
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{name}: {seconds:.1f} s, largest process so far {peak:,.0f} MB", flush=True)


def last_run(folder: Path) -> tuple[dict[str, float], dict[str, int]]:
    """Seconds by stage and rows by table of the latest run."""
    database = sqlite3.connect(folder / "analysis.sqlite3")
    stages, rows = database.execute("SELECT stages, rows FROM analysis_run ORDER BY id DESC LIMIT 1").fetchone()
    database.close()
    return {one["stage"]: one["seconds"] for one in json.loads(stages)}, json.loads(rows)


if __name__ == "__main__":
    main()
