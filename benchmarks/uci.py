"""How good predicted scores and their intervals are on secondary school students, by 10-fold cross-validation.

    make uci
    python -m benchmarks.uci ../shared/data/uci-student-performance/student-mat.csv

P. Cortez, A. Silva: Using data mining to predict secondary school student performance, FUBUTEC 2008. G3 (0-20) is the
final grade, G1 and G2 those of the periods before. Each fold is predicted by the same ``train`` as a college's own,
from the other nine. Grades are scores of 0-100 for it, and back in grades here.
"""

import argparse
from pathlib import Path

import numpy as np
import polars as pl

from edumetrics.engine.predictions.evaluation import of_scores
from edumetrics.engine.predictions.examples import Examples
from edumetrics.engine.predictions.train import train

POINTS = 5
"""Points of a score that a grade is."""
FOLDS = 10
PASS_MARK = 10
GRADES = ("G1", "G2", "G3")
SET_UPS = {"G1 and G2": ("G1", "G2"), "G1": ("G1",), "neither": ()}
PUBLISHED = {"G1 and G2": (1.78, 91.9), "G1": (2.46, 83.8), "neither": (3.90, 72.3)}
PROTECTED = ("sex", "age")
HEADER = """\
| known | RMSE of G3 | published | last grade alone | the mean | MAE | inside the 80 % interval \
| width | pass/fail right % | published |
|---|---|---|---|---|---|---|---|---|---|"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    default = Path("../shared/data/uci-student-performance/student-mat.csv")
    arguments.add_argument("file", type=Path, nargs="?", default=default)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    print(HEADER, flush=True)
    for set_up in SET_UPS:
        print(row(set_up, students(options.file, set_up), options.seed), flush=True)


def students(file: Path, set_up: str) -> Examples:
    """Every student, with the grades that the set-up knows; sex and age are for audit only."""
    found = pl.read_csv(file, separator=";")
    known = SET_UPS[set_up]
    background = found.drop(*GRADES, *PROTECTED)
    numbers = background.select(pl.selectors.numeric())
    names = background.select(pl.selectors.string()).to_dummies(drop_first=True)
    last = found.select(pl.col(known[-1]).alias("last grade alone")) if known else pl.DataFrame()
    return Examples(
        features=pl.concat([numbers, names, found.select(known)], how="horizontal"),
        target=found["G3"].cast(pl.Float64) * POINTS,
        person=pl.Series("student", range(found.height)),
        period=pl.Series("period", [0] * found.height),
        baselines=last,
        audit=found.select(pl.col(PROTECTED).cast(pl.String)),
    )


def row(set_up: str, examples: Examples, seed: int) -> str:
    """The figures of all students, each predicted once by what was learnt from other folds."""
    fold = np.random.default_rng(seed).permutation(len(examples)) % FOLDS
    given = pl.DataFrame()
    actual = np.empty(0)
    alone, mean = np.empty(0), np.empty(0)
    for number in range(FOLDS):
        inside = pl.Series(fold == number)
        learnt_from, test = examples.where(~inside), examples.where(inside)
        predicted = train(learnt_from, kind="score", seed=seed).predictor.predict(test.features).drop("drivers")
        given = pl.concat([given, predicted]) if given.width else predicted
        actual = np.append(actual, test.targets())
        mean = np.append(mean, np.full(len(test), learnt_from.targets().mean()))
        if examples.baselines.width:
            alone = np.append(alone, line(learnt_from, test))
    figures = of_scores(actual, *(given[name].to_numpy() for name in ("value", "low", "high")))
    rmse, right = PUBLISHED[set_up]
    passed = np.mean((given["value"].to_numpy() >= PASS_MARK * POINTS) == (actual >= PASS_MARK * POINTS))
    error = np.sqrt(0.8 * 0.2 / len(actual))
    cells = [set_up, f"**{figures.rmse / POINTS:.2f}**", f"{rmse:.2f}"]
    cells += [f"{root_of_mean_square(actual - alone) / POINTS:.2f}" if len(alone) else "-"]
    cells += [f"{root_of_mean_square(actual - mean) / POINTS:.2f}", f"{figures.mae / POINTS:.2f}"]
    assert figures.coverage is not None
    assert figures.width is not None
    cells += [f"{100 * figures.coverage:.1f} % ({(figures.coverage - 0.8) / error:+.1f} standard errors)"]
    cells += [f"{figures.width / POINTS:.2f}", f"{100 * passed:.1f}", f"{right:.1f}"]
    return "| " + " | ".join(cells) + " |"


def line(learnt_from: Examples, test: Examples) -> np.ndarray:
    """The best straight line through the last grade alone."""
    inputs = [part.baselines.to_series().to_numpy() for part in (learnt_from, test)]
    return np.polyval(np.polyfit(inputs[0], learnt_from.targets(), 1), inputs[1])


def root_of_mean_square(error: np.ndarray) -> float:
    return float(np.sqrt(np.mean(error**2)))


if __name__ == "__main__":
    main()
