"""Who is learnt from and who is tested on: by time, and never the same person on both sides."""

from collections.abc import Iterator

import numpy as np
import polars as pl

from edumetrics.engine.predictions.examples import Examples, Numbers, Rows

FOLDS = 5
FEWEST_COHORTS = 3


def latest(examples: Examples) -> pl.Series:
    """True for the examples of the latest period."""
    return examples.period == examples.period.max()


def folds(examples: Examples, seed: int) -> Iterator[tuple[Rows, Rows]]:
    """Pairs of (to learn from, to predict): each example is predicted once, without anyone learnt from in it.

    With three cohorts (classes of a period) or more, whole cohorts are predicted by what was learnt of others, since
    that is what a predictor has to do: the classes of a coming semester are not those it has learnt from. Otherwise
    people are drawn.
    """
    fold = _fold_of(examples, seed)
    person = numbered(examples.person)
    for number in np.unique(fold):
        predicted = fold == number
        seen = np.zeros(person.max() + 1, dtype=bool)
        seen[person[predicted]] = True
        learnt = ~predicted & ~seen[person]
        if learnt.any():
            yield learnt, predicted


def sample_of_people(examples: Examples, at_most: int, seed: int) -> Examples:
    """All examples of as many people, drawn at random, as have about ``at_most``; all where there are fewer."""
    if len(examples) <= at_most:
        return examples
    person = numbered(examples.person)
    drawn = np.random.default_rng(seed).random(person.max() + 1) < at_most / len(examples)
    return examples.where(pl.Series(drawn[person]))


def numbered(names: pl.Series) -> Numbers:
    """Each name as its number among the sorted names, from 0."""
    return (names.rank("dense") - 1).to_numpy().astype(np.int64)


def _fold_of(examples: Examples, seed: int) -> Numbers:
    if examples.cohort is not None:
        terms = pl.select(pl.concat_str(examples.period.cast(pl.String), pl.lit(" "), examples.cohort.cast(pl.String)))
        cohort = numbered(terms.to_series())
        if cohort.max() + 1 >= FEWEST_COHORTS:
            return _balanced(cohort, seed)[cohort]
    person = numbered(examples.person)
    return np.random.default_rng(seed).permutation(person.max() + 1)[person] % FOLDS


def _balanced(cohort: Numbers, seed: int) -> Numbers:
    """The fold of each cohort: the largest first, each into the fold that is the smallest so far."""
    sizes = np.bincount(cohort)
    filled = np.zeros(min(FOLDS, len(sizes)))
    fold = np.zeros(len(sizes), dtype=np.int64)
    drawn = np.random.default_rng(seed).permutation(len(sizes))
    for one in sorted(range(len(sizes)), key=lambda number: (-sizes[number], drawn[number])):
        fold[one] = int(np.argmin(filled))
        filled[fold[one]] += sizes[one]
    return fold
