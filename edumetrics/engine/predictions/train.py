"""Training: from examples to a predictor and its card."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from edumetrics.engine.errors import TrainingRefused
from edumetrics.engine.predictions.artefact import sha256, to_bytes
from edumetrics.engine.predictions.calibration import Calibration
from edumetrics.engine.predictions.candidates import fit_linear
from edumetrics.engine.predictions.card import AnyFigures, CandidateTried, ModelCard
from edumetrics.engine.predictions.drivers import Words
from edumetrics.engine.predictions.evaluation import of_probabilities, of_scores
from edumetrics.engine.predictions.examples import Examples, Matrix, matrix
from edumetrics.engine.predictions.intervals import conformal
from edumetrics.engine.predictions.predictor import Kind, Predictor

MIN_EXAMPLES = 100
MIN_OUTCOMES = 20


@dataclass(frozen=True)
class Trained:
    """A predictor, its card (which has the artefact's hash) and what it gave for the examples it was tested on.

    tested: person, period, actual and predicted of each test example, by a predictor that had not seen them.
    """

    predictor: Predictor
    card: ModelCard
    artefact: bytes
    tested: pl.DataFrame


def train(
    examples: Examples,
    *,
    kind: Kind,
    seed: int,
    words: Words | None = None,
    min_examples: int = MIN_EXAMPLES,
    min_outcomes: int = MIN_OUTCOMES,
    progress: Callable[[str], None] = lambda _: None,
) -> Trained:
    """A predictor learnt from all examples, and a card with how good the same recipe was on the latest period.

    ``progress`` is told what is being done, a line at a time. The same examples and seed give the same artefact.
    Raises TrainingRefused where there are fewer than ``min_examples``, or of a probability fewer than ``min_outcomes``
    with or without the outcome.
    """
    _refuse_too_little(examples, kind, min_examples, min_outcomes)
    examples = examples.in_order()
    periods = sorted(examples.period.unique().to_list())
    latest = examples.period == periods[-1]
    earlier = examples.where(~latest) if len(periods) > 1 else examples
    test = examples.where(latest)
    progress("testing on the latest period")
    tester = _fit(earlier, kind, words or {})
    figures = _figures(tester, test)
    predictor = _fit(examples, kind, words or {})
    artefact = to_bytes(predictor)
    baselines = {name: _figures(_fit_baseline(earlier, name, kind), test, name) for name in examples.baselines.columns}
    card = ModelCard(
        kind=kind,
        candidate=predictor.candidate,
        seed=seed,
        features=predictor.features,
        n=len(examples),
        people=examples.person.n_unique(),
        periods=tuple(periods),
        test_period=periods[-1] if len(periods) > 1 else None,
        figures=figures,
        baselines=baselines,
        candidates=(CandidateTried(name=predictor.candidate, loss=figures.loss, standard_error=0.0),),
        beats_baselines=all(figures.loss < other.loss for other in baselines.values()),
        sha256=sha256(artefact),
    )
    tested = pl.DataFrame(
        {
            "person": test.person,
            "period": test.period,
            "actual": test.target.cast(pl.Float64),
            "predicted": tester.values(test.features),
        }
    )
    return Trained(predictor, card, artefact, tested)


def _refuse_too_little(examples: Examples, kind: Kind, min_examples: int, min_outcomes: int) -> None:
    if len(examples) < min_examples:
        raise TrainingRefused(
            f"{len(examples)} examples are too few to learn from; at least {min_examples} are needed."
        )
    if kind == "probability":
        came = int(examples.target.cast(pl.Int64).sum())
        if min(came, len(examples) - came) < min_outcomes:
            raise TrainingRefused(
                f"Of {len(examples)} examples {came} had the outcome and {len(examples) - came} did not; at least "
                f"{min_outcomes} of each are needed to tell them apart."
            )


def _fit(examples: Examples, kind: Kind, words: Words) -> Predictor:
    names = tuple(sorted(examples.features.columns))
    rows, target = matrix(examples.features, names), _target(examples)
    names = tuple(
        name for name, column in zip(names, rows.T, strict=True) if len(np.unique(column[~np.isnan(column)])) > 1
    )
    rows = matrix(examples.features, names)
    model = fit_linear(kind, rows, target, 0.001)
    typical = tuple(float(value) for value in np.nanmedian(rows, axis=0))
    if kind == "probability":
        return Predictor(
            kind, "logistic regression", model, names, typical, calibration=Calibration(1.0, 0.0), words=words
        )
    interval = conformal(target, model.raw(rows))
    return Predictor(kind, "linear regression", model, names, typical, interval=interval, words=words)


def _fit_baseline(examples: Examples, name: str, kind: Kind) -> Predictor:
    rows = matrix(examples.baselines, (name,))
    model = fit_linear(kind, rows, _target(examples), 1e-6)
    typical = (float(np.nanmedian(rows)),)
    calibration = Calibration(1.0, 0.0) if kind == "probability" else None
    interval = None if kind == "probability" else conformal(_target(examples), model.raw(rows))
    return Predictor(kind, name, model, (name,), typical, calibration=calibration, interval=interval)


def _figures(predictor: Predictor, examples: Examples, baseline: str | None = None) -> AnyFigures:
    given = predictor.predict(examples.baselines if baseline else examples.features)
    actual = _target(examples)
    if predictor.kind == "probability":
        return of_probabilities(actual, given["p"].to_numpy())
    return of_scores(actual, given["value"].to_numpy(), given["low"].to_numpy(), given["high"].to_numpy())


def _target(examples: Examples) -> Matrix:
    return examples.target.cast(pl.Float64).to_numpy().astype(np.float64)
