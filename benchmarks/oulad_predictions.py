"""How good predictors are on the Open University's data, beside naive ones and what others published.

    make oulad-predictions
    python -m benchmarks.oulad_predictions --train 2013B 2013J --test 2014B --days 28 63.2

One predictor a day, by the same ``train`` as a college's own: it chooses and calibrates on the presentations of --train
alone and then predicts --test once. Two rows a day: "all", and "new people", who are in no row learnt from.
"""

import argparse
import time
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from demo.oulad.examples import OpenUniversity, examples
from edumetrics.engine.predictions.calibration import Calibration
from edumetrics.engine.predictions.evaluation import ProbabilityFigures, of_probabilities
from edumetrics.engine.predictions.examples import Examples, matrix
from edumetrics.engine.predictions.fairness import by_group
from edumetrics.engine.predictions.linear import fit_linear
from edumetrics.engine.predictions.predictor import Predictor
from edumetrics.engine.predictions.train import Trained, train

DAYS = (14, 28, 42, 56)
PUBLISHED = {14: ".71-.74", 28: ".75-.79", 56: ".80-.83", 151.4: ".89"}
HEADER = """\
| day | who | n | at risk % | AUC | published | PR-AUC | Brier | slope | intercept | found in top 20 % \
| last mark: AUC | mean mark: AUC | chosen |"""
AUDITED = "| day | column | group | n | AUC | missed | difference to the others (95 %) |"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path, nargs="?", default=Path("../shared/data/oulad"))
    arguments.add_argument("--train", nargs="+", default=["2013B", "2013J"])
    arguments.add_argument("--test", nargs="+", default=["2014B"])
    arguments.add_argument("--days", type=float, nargs="*", help="default: 14, 28, 42, 56 and the stages up to 210")
    arguments.add_argument("--groups", action="store_true", help="also figures by protected group")
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    university = OpenUniversity.read(options.folder)
    days = options.days or sorted({*DAYS, *(day for day in university.stage_days() if day < 211)})
    print(HEADER)
    print("|" + "---|" * HEADER.count(" | ") + "---|", flush=True)
    audits, rolled = [], []
    for day in days:
        began = time.process_time()
        learnt_from, test = (examples(university, day, part) for part in (options.train, options.test))
        trained = train(learnt_from, kind="probability", seed=options.seed)
        print(*rows(day, trained, learnt_from, test), sep="\n", flush=True)
        rolled.append(roll_forward(day, trained, time.process_time() - began))
        if options.groups:
            audits += audit(day, trained, test)
    print(
        "\nThe same recipe learnt without the latest of the presentations learnt from, and tested on it (the card):\n"
    )
    print("| day | n | AUC | Brier | slope | intercept | beats all naive ones | CPU seconds of training |")
    print("|---|---|---|---|---|---|---|---|", *rolled, sep="\n", flush=True)
    if audits:
        print("", AUDITED, "|" + "---|" * 7, *audits, sep="\n")


def rows(day: float, trained: Trained, learnt_from: Examples, test: Examples) -> Iterable[str]:
    """The day's rows: everybody, and people who are in no row learnt from."""
    p = trained.predictor.values(test.features)
    naive = {name: alone(name, learnt_from, test) for name in test.baselines.columns}
    new = ~test.person.is_in(learnt_from.person.unique().implode())
    for who, rows in (("all", pl.Series([True] * len(test))), ("new people", new)):
        chosen = test.where(rows)
        figures = of_probabilities(chosen.targets(), p.filter(rows).to_numpy())
        others = [
            of_probabilities(chosen.targets(), naive[name].filter(rows).to_numpy()).auc
            for name in ("last mark alone", "mean mark so far")
        ]
        yield row(day, who, figures, others, trained.card.candidate)


def alone(name: str, learnt_from: Examples, test: Examples) -> pl.Series:
    """The probability by one input alone; before any work is marked the same for everybody."""
    inputs = matrix(learnt_from.baselines, (name,))
    if learnt_from.baselines[name].null_count() == len(learnt_from):
        return pl.Series([learnt_from.targets().mean()] * len(test))
    model = fit_linear("probability", inputs, learnt_from.targets(), 1e-6)
    return Predictor("probability", name, model, (name,), (0.0,), Calibration(1, 0)).values(test.baselines)


def row(day: float, who: str, figures: ProbabilityFigures, others: list[float | None], candidate: str) -> str:
    cells = [f"{day:g}", who, f"{figures.n:,}", f"{100 * figures.base_rate:.1f}", f"**{figures.auc:.3f}**"]
    cells += [PUBLISHED.get(day, "") if who == "all" else "", f"{figures.pr_auc:.3f}", f"{figures.brier:.3f}"]
    cells += [f"{figures.slope:.2f}", f"{figures.intercept:+.2f}", f"{figures.recall_at_capacity:.3f}"]
    return "| " + " | ".join([*cells, *(f"{other:.3f}" for other in others), candidate]) + " |"


def roll_forward(day: float, trained: Trained, seconds: float) -> str:
    figures = trained.card.figures
    assert isinstance(figures, ProbabilityFigures)
    cells = [f"{day:g}", f"{figures.n:,}", f"{figures.auc:.3f}", f"{figures.brier:.3f}", f"{figures.slope:.2f}"]
    cells += [f"{figures.intercept:+.2f}", "yes" if trained.card.beats_baselines else "no", f"{seconds:.0f}"]
    return "| " + " | ".join(cells) + " |"


def audit(day: float, trained: Trained, test: Examples) -> list[str]:
    found = by_group("probability", test.audit, test.targets(), trained.predictor.predict(test.features))
    lines = []
    for group in found:
        auc = f"{group.figures.auc:.3f}" if isinstance(group.figures, ProbabilityFigures) and group.figures.auc else "-"
        gap = group.missed_gap
        told = f"{gap.difference:+.3f} ({gap.low:+.3f} to {gap.high:+.3f})" if gap else group.note
        missed = "-" if group.missed is None else f"{group.missed:.3f}"
        lines.append(
            f"| {day:g} | {group.column} | {group.value or 'not known'} | {group.n} | {auc} | {missed} | {told} |"
        )
    return lines


if __name__ == "__main__":
    main()
