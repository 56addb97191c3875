"""Training: from examples to a predictor and its card."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from edumetrics.engine.errors import TrainingRefused
from edumetrics.engine.predictions.artefact import sha256, to_bytes
from edumetrics.engine.predictions.calibration import Calibration, fit_line, tempered
from edumetrics.engine.predictions.candidates import CANDIDATES, Candidate, Tried, choose, standard_error
from edumetrics.engine.predictions.card import Beside, Calibrated, CandidateTried, ModelCard
from edumetrics.engine.predictions.drivers import Words
from edumetrics.engine.predictions.evaluation import AnyFigures, figures_of, losses_of
from edumetrics.engine.predictions.examples import Examples, Matrix, Rows, matrix
from edumetrics.engine.predictions.fairness import FEWEST, by_group
from edumetrics.engine.predictions.intervals import Interval, conformal
from edumetrics.engine.predictions.linear import fit_linear
from edumetrics.engine.predictions.predictor import Kind, Predictor
from edumetrics.engine.predictions.splits import folds, latest, numbered, sample_of_people
from edumetrics.engine.predictions.threads import one_thread

MIN_EXAMPLES = 100
MIN_OUTCOMES = 20
CHOSEN_ON = 30_000
"""Candidates are chosen, and predictions calibrated, on about so many examples: more would not change the choice."""

ONE_IN_TWENTY = 1.645
ALL_THE_SAME = "the same for everybody"
LATEST, BY_FOLDS = "the latest period", "folds"

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Trained:
    """A predictor, its card (which has the artefact's hash) and what it gave for the examples it was tested on.

    tested: person, period, actual and predicted of each test example, by a predictor that had not seen them.
    """

    predictor: Predictor
    card: ModelCard
    artefact: bytes
    tested: pl.DataFrame


@dataclass(frozen=True)
class Forecast:
    """The examples of the latest period, and a predictor that has learnt from earlier ones alone."""

    examples: Examples
    predictor: Predictor

    def sampled(self, seed: int) -> tuple[Matrix, Matrix]:
        """Of about CHOSEN_ON examples what came, and what was predicted."""
        some = sample_of_people(self.examples, CHOSEN_ON, seed)
        return some.targets(), self.predictor.values(some.features).to_numpy()


@dataclass(frozen=True)
class Learnt:
    """A predictor, and what was tried on the way: all candidates, on ``sample``."""

    predictor: Predictor
    chosen: Tried
    tried: list[Tried]
    sample: Examples
    honest: pl.DataFrame
    """What the calibrated predictions of the sample were, each by a model that had not seen it."""


def train(
    examples: Examples,
    *,
    kind: Kind,
    seed: int,
    words: Words | None = None,
    min_examples: int = MIN_EXAMPLES,
    min_outcomes: int = MIN_OUTCOMES,
    candidates: tuple[Candidate, ...] = CANDIDATES,
    progress: Progress = lambda _: None,
) -> Trained:
    """A predictor learnt from all examples, and a card with how good the same recipe was on the latest period.

    ``progress`` is told what is being done, a line at a time. The same examples (in any order) and seed give the same
    artefact. Raises TrainingRefused where there are fewer than ``min_examples``, or of a probability fewer than
    ``min_outcomes`` with or without the outcome; of several periods this holds for those before the latest.
    """
    examples = examples.in_order()
    with one_thread():
        return _train(examples, kind, seed, words or {}, (min_examples, min_outcomes), candidates, progress)


def _train(
    examples: Examples,
    kind: Kind,
    seed: int,
    words: Words,
    fewest: tuple[int, int],
    candidates: tuple[Candidate, ...],
    progress: Progress,
) -> Trained:
    periods = sorted(examples.period.unique().to_list())
    several = len(periods) > 1
    earlier = examples.where(~latest(examples)) if several else examples
    _refuse_too_little(earlier, kind, *fewest)
    forecast = None
    if several:
        progress(f"learning from {len(earlier)} examples before period {periods[-1]}, to test on it")
        tester = _learn(earlier, kind, seed, words, candidates, progress).predictor
        forecast = Forecast(examples.where(latest(examples)), tester)
    progress(f"learning from all {len(examples)} examples")
    learnt = _learn(examples, kind, seed, words, candidates, progress, forecast)
    test = forecast.examples if forecast else learnt.sample
    given = forecast.predictor.without_drivers(test.features) if forecast else learnt.honest
    artefact = to_bytes(learnt.predictor)
    baselines = _baselines(kind, earlier, test, given, seed, several)
    card = ModelCard(
        kind=kind,
        candidate=learnt.predictor.candidate,
        seed=seed,
        features=learnt.predictor.features,
        left_out=tuple(sorted({*examples.features.columns} - {*learnt.predictor.features})),
        n=len(examples),
        people=examples.person.n_unique(),
        periods=tuple(periods),
        tested_on=LATEST if several else BY_FOLDS,
        test_period=periods[-1],
        figures=figures_of(kind, test.targets(), given),
        without_known_people=_without_known_people(kind, earlier, test, given) if several else None,
        baselines=baselines,
        beats_baselines=all(one.beaten for one in baselines.values()),
        groups=by_group(kind, test.audit, test.targets(), given),
        candidates=_candidates_tried(learnt),
        sampled=len(learnt.sample),
        calibration=_calibrated(learnt.predictor),
        sha256=sha256(artefact),
    )
    tested = pl.DataFrame(
        {"person": test.person, "period": test.period, "actual": test.targets(), "predicted": _values(kind, given)}
    )
    return Trained(learnt.predictor, card, artefact, tested)


def _refuse_too_little(examples: Examples, kind: Kind, min_examples: int, min_outcomes: int) -> None:
    if len(examples) < min_examples:
        raise TrainingRefused(
            f"{len(examples)} examples are too few to learn from (those of the latest of several periods are kept for "
            f"the test); at least {min_examples} are needed."
        )
    if not usable(examples.features):
        raise TrainingRefused("No feature has two different values, so nothing can be told apart by any.")
    if kind == "probability":
        came = int(examples.targets().sum())
        if min(came, len(examples) - came) < min_outcomes:
            raise TrainingRefused(
                f"Of {len(examples)} examples {came} had the outcome and {len(examples) - came} did not; at least "
                f"{min_outcomes} of each are needed to tell them apart."
            )


def usable(features: pl.DataFrame) -> tuple[str, ...]:
    """Names, sorted, of the features with two different known values or more."""
    names = tuple(sorted(features.columns))
    columns = matrix(features, names).T
    return tuple(
        name
        for name, column in zip(names, columns, strict=True)
        if np.nanmax(column, initial=-np.inf) > np.nanmin(column, initial=np.inf)
    )


def _learn(
    examples: Examples,
    kind: Kind,
    seed: int,
    words: Words,
    candidates: tuple[Candidate, ...],
    progress: Progress,
    forecast: Forecast | None = None,
) -> Learnt:
    """Choose a candidate over folds, make its numbers honest, and fit it to everything.

    Honest by what it predicted over folds, and by the forecast of the latest period if there was one.
    """
    names = usable(examples.features)
    sample = sample_of_people(examples, CHOSEN_ON, seed)
    pairs = list(folds(sample, seed))
    tried = []
    for candidate in candidates:
        tried.append(_try(candidate, sample, pairs, names, kind, seed))
        progress(f"{candidate.name}: loss {tried[-1].loss:.4f}")
    chosen = choose(tried, numbered(sample.person))
    progress(f"chosen: {chosen.candidate.name}")
    rows = matrix(examples.features, names)
    calibration, interval = _honesty(kind, sample.targets(), chosen.raw, forecast.sampled(seed) if forecast else None)
    predictor = Predictor(
        kind=kind,
        candidate=chosen.candidate.name,
        model=chosen.candidate.fit(kind, rows, examples.targets(), seed),
        features=names,
        typical=tuple(float(value) for value in np.nanmedian(rows, axis=0)),
        calibration=calibration,
        interval=interval,
        words={name: words[name] for name in names if name in words},
    )
    return Learnt(predictor, chosen, tried, sample, predictor.from_raw(chosen.raw))


def _try(
    candidate: Candidate,
    sample: Examples,
    pairs: list[tuple[Rows, Rows]],
    names: tuple[str, ...],
    kind: Kind,
    seed: int,
) -> Tried:
    rows, target = matrix(sample.features, names), sample.targets()
    raw = np.full(len(sample), np.nan)
    for learnt, predicted in pairs:
        # A feature may have no known value among those learnt from.
        known = ~np.isnan(rows[learnt]).all(axis=0)
        model = candidate.fit(kind, rows[learnt][:, known], target[learnt], seed)
        raw[predicted] = model.raw(rows[predicted][:, known])
    calibration, _ = _honesty(kind, target, raw)
    value = calibration.probability(raw) if calibration else np.clip(raw, 0, 100)
    return Tried(candidate, raw, losses_of(kind, target, value))


def _honesty(
    kind: Kind, actual: Matrix, raw: Matrix, forecast: tuple[Matrix, Matrix] | None = None
) -> tuple[Calibration | None, Interval | None]:
    """A calibration of probabilities, or an interval for scores, from predictions of examples not seen.

    ``forecast``: what came and was predicted of a later period. Folds are of the periods that were learnt from, but the
    coming one differs from all of them: only a forecast tells by how much.
    """
    if kind == "probability":
        line = fit_line(actual, raw)
        return (tempered(line, actual, raw, *forecast) if forecast else line), None
    value = np.clip(raw, 0, 100)
    if forecast:
        actual, value = np.concatenate([actual, forecast[0]]), np.concatenate([value, forecast[1]])
    return None, conformal(actual, value)


def _baselines(
    kind: Kind, earlier: Examples, test: Examples, given: pl.DataFrame, seed: int, several: bool
) -> dict[str, Beside]:
    """Each naive predictor in its strongest form: the best line through its one input, learnt as the predictor was."""
    loss = losses_of(kind, test.targets(), _values(kind, given).to_numpy())
    person = numbered(test.person)
    found = {}
    for name in (ALL_THE_SAME, *test.baselines.columns):
        naive = _naive(kind, name, earlier, test, seed, several)
        more = losses_of(kind, test.targets(), _values(kind, naive).to_numpy()) - loss
        error = standard_error(more, person)
        found[name] = Beside(
            figures=figures_of(kind, test.targets(), naive),
            more_loss=float(more.mean()),
            standard_error=error,
            beaten=bool(more.mean() > ONE_IN_TWENTY * error),
        )
    return found


def _naive(kind: Kind, name: str, earlier: Examples, test: Examples, seed: int, several: bool) -> pl.DataFrame:
    """What the naive predictor gives for each test example, without having seen it."""
    if several:
        return _one_input(kind, name, earlier, test)
    given = np.full(len(test), np.nan)
    for learnt, predicted in folds(test, seed):
        there = test.where(pl.Series(predicted))
        given[predicted] = _values(kind, _one_input(kind, name, test.where(pl.Series(learnt)), there)).to_numpy()
    return pl.DataFrame({"p" if kind == "probability" else "value": given})


def _one_input(kind: Kind, name: str, learnt: Examples, test: Examples) -> pl.DataFrame:
    inputs = [
        np.zeros((len(part), 1)) if name == ALL_THE_SAME else matrix(part.baselines, (name,)) for part in (learnt, test)
    ]
    if np.isnan(inputs[0]).all():
        inputs = [np.zeros_like(rows) for rows in inputs]
    model = fit_linear(kind, inputs[0], learnt.targets(), 1e-6)
    calibration = Calibration(1.0, 0.0) if kind == "probability" else None
    return Predictor(kind, name, model, (name,), (0.0,), calibration).from_raw(model.raw(inputs[1]))


def _without_known_people(kind: Kind, earlier: Examples, test: Examples, given: pl.DataFrame) -> AnyFigures | None:
    new = ~test.person.is_in(earlier.person.unique().implode())
    return figures_of(kind, test.targets()[new.to_numpy()], given.filter(new)) if new.sum() >= FEWEST else None


def _candidates_tried(learnt: Learnt) -> tuple[CandidateTried, ...]:
    person = numbered(learnt.sample.person)
    best = min(learnt.tried, key=lambda one: one.loss)
    return tuple(
        CandidateTried(
            name=one.candidate.name,
            loss=one.loss,
            standard_error=standard_error(one.losses - best.losses, person),
            chosen=one is learnt.chosen,
        )
        for one in learnt.tried
    )


def _calibrated(predictor: Predictor) -> Calibrated | None:
    line = predictor.calibration
    return Calibrated(slope=line.slope, intercept=line.intercept) if line else None


def _values(kind: Kind, given: pl.DataFrame) -> pl.Series:
    return given["p" if kind == "probability" else "value"]
