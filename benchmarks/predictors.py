"""How long training and predicting take at the size of a large college, on simulated frames.

    make bench-predictions
    python -m benchmarks.predictors --students 24000 --kind probability

Two years of ``--students`` with 12 student-weeks each, 36 features (a tenth unknown). Training is ``train`` with every
candidate; predicting is one week of all students with intervals and drivers. Each is a process of its own.
"""

import argparse
import resource
import subprocess
import sys
import time

import numpy as np
import polars as pl

from edumetrics.engine.predictions.artefact import from_bytes
from edumetrics.engine.predictions.candidates import CANDIDATES
from edumetrics.engine.predictions.examples import Examples
from edumetrics.engine.predictions.predictor import Kind
from edumetrics.engine.predictions.train import train

YEARS, WEEKS, FEATURES = 2, 12, 36


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--students", type=int, default=24_000)
    arguments.add_argument("--kind", choices=["probability", "score"])
    options = arguments.parse_args()
    if options.kind:
        measure(options.kind, options.students)
        return
    print(
        "| kind | chosen | examples | training s (CPU s) | predicting a week s, chosen | slowest candidate | peak MB |"
    )
    print("|---|---|---|---|---|---|---|", flush=True)
    for kind in ("probability", "score"):
        command = [sys.executable, "-m", "benchmarks.predictors", "--kind", kind, "--students", str(options.students)]
        subprocess.run(command, check=True)


def measure(kind: Kind, students: int) -> None:
    examples = simulated(kind, students)
    began, cpu = time.perf_counter(), time.process_time()
    trained = train(examples, kind=kind, seed=1)
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    week = examples.features[:students]
    chosen = predicting(trained.artefact, trained.card.sha256, week)
    few = examples.where(pl.Series(np.arange(len(examples)) < 20_000))
    other = train(few, kind=kind, seed=1, candidates=CANDIDATES[-1:])
    slowest = predicting(other.artefact, other.card.sha256, week)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"| {kind} | {trained.card.candidate} | {len(examples):,} | {seconds:.0f} ({cpu:.0f}) | {chosen} | {slowest} "
        f"({other.card.candidate}) | {peak:.0f} |",
        flush=True,
    )


def predicting(artefact: bytes, sha256: str, week: pl.DataFrame) -> str:
    began, cpu = time.perf_counter(), time.process_time()
    from_bytes(artefact, sha256).predict(week)
    return f"{time.perf_counter() - began:.1f} ({time.process_time() - cpu:.1f} CPU)"


def simulated(kind: Kind, students: int) -> Examples:
    """Students with an ability that all features tell something of, a year (two periods) in each of YEARS."""
    rng = np.random.default_rng(0)
    n = students * YEARS * WEEKS
    person = np.tile(np.repeat(np.arange(students), WEEKS), YEARS)
    ability = rng.normal(size=students)[person] + 0.5 * rng.normal(size=n)
    features = {
        f"f{number}": np.round(ability * (number % 5) / 4 + rng.normal(size=n), 3) for number in range(FEATURES)
    }
    signal = np.tanh(2 * ability) + 0.3 * ability
    target = (
        rng.random(n) < 1 / (1 + np.exp(2 * signal))
        if kind == "probability"
        else np.clip(60 + 15 * signal + rng.normal(0, 8, n), 0, 100)
    )
    unknown = rng.random(n) < 0.1
    frame = pl.DataFrame(features).with_columns(pl.when(~pl.Series(unknown)).then(pl.col("^f[0-3]$")))
    return Examples(
        features=frame,
        target=pl.Series(target),
        person=pl.Series(person),
        period=pl.Series(np.repeat(np.arange(YEARS), students * WEEKS)),
        baselines=frame.select(pl.col("f1").alias("last exam alone"), pl.col("f2").alias("A alone")),
        audit=pl.DataFrame({"gender": np.where(person % 2 == 0, "F", "M")}),
        cohort=pl.Series(person // 60),
    )


if __name__ == "__main__":
    main()
