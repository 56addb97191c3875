"""Histogram gradient boosting: log odds or scores as a sum of small decision trees."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from edumetrics.engine.predictions.examples import Matrix
from edumetrics.engine.predictions.predictor import Kind

Pattern = npt.NDArray[np.uint8]
"""Of each row, which splits of a tree it lies below: bit i is that of the i-th split."""


@dataclass(frozen=True)
class Tree:
    """At most eight splits, and what the tree adds to a row for each pattern of them.

    A row lies below a split if its value in the split's column is at most the threshold, or is unknown and
    ``unknown_below``. values: 2 ** splits of them, by pattern.
    """

    columns: tuple[int, ...]
    thresholds: tuple[float, ...]
    unknown_below: tuple[bool, ...]
    values: Matrix

    def pattern(self, rows: Matrix) -> Pattern:
        """The pattern of each row."""
        found = np.zeros(len(rows), dtype=np.uint8)
        for split, (column, threshold, unknown) in enumerate(
            zip(self.columns, self.thresholds, self.unknown_below, strict=True)
        ):
            value = rows[:, column]
            below = ~(value > threshold) if unknown else value <= threshold
            found |= below.view(np.uint8) << np.uint8(split)
        return found

    def bits(self, column: int) -> np.uint8:
        """The bits of the splits on a column."""
        return np.uint8(sum(1 << split for split, one in enumerate(self.columns) if one == column))


@dataclass(frozen=True)
class Trees:
    """A fitted HistGradientBoosting, taken out of scikit-learn as splits and values."""

    trees: tuple[Tree, ...]
    intercept: float

    def raw(self, rows: Matrix) -> Matrix:
        """See Model."""
        by_column = np.asfortranarray(rows)
        total = np.full(len(rows), self.intercept)
        for tree in self.trees:
            total += tree.values[tree.pattern(by_column)]
        return total

    def raw_if_typical(self, rows: Matrix, typical: Matrix) -> Matrix:
        """See Model."""
        by_column = np.asfortranarray(rows)
        moved = np.asfortranarray(np.repeat(self.raw(by_column)[:, None], rows.shape[1], axis=1))
        for tree in self.trees:
            pattern, (usual,) = tree.pattern(by_column), tree.pattern(typical[None, :])
            now = tree.values[pattern]
            # A tree that does not split on a column adds what it did.
            for column in sorted(set(tree.columns)):
                bits = tree.bits(column)
                moved[:, column] += tree.values[(pattern & ~bits) | (usual & bits)] - now
        return moved


def fit_trees(kind: Kind, rows: Matrix, target: Matrix, seed: int, leaves: int, rounds: int) -> Trees:
    """Boosted trees of at most ``leaves`` leaves (9) with at least 40 examples each (10 in small sets)."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    boosting = HistGradientBoostingClassifier if kind == "probability" else HistGradientBoostingRegressor
    ensemble = boosting(
        learning_rate=0.06,
        max_iter=rounds,
        max_leaf_nodes=leaves,
        min_samples_leaf=40 if len(rows) >= 2000 else 10,
        l2_regularization=5.0,
        early_stopping=False,
        random_state=seed,
    )
    return out_of_scikit_learn(ensemble.fit(rows, target))


def out_of_scikit_learn(ensemble: Any) -> Trees:
    """The trees of a fitted HistGradientBoosting, which has no public names for them; a test holds them against it."""
    trees = [_tree(one.nodes) for of_round in ensemble._predictors for one in of_round]
    return Trees(tuple(trees), float(np.ravel(ensemble._baseline_prediction)[0]))


def _tree(nodes: Any) -> Tree:
    splits = np.flatnonzero(nodes["is_leaf"] == 0)
    # A split of known from unknown values has an infinite threshold, which is no JSON.
    thresholds = np.minimum(nodes["num_threshold"][splits], np.finfo(np.float64).max)
    return Tree(
        columns=tuple(nodes["feature_idx"][splits].tolist()),
        thresholds=tuple(thresholds.tolist()),
        unknown_below=tuple(nodes["missing_go_to_left"][splits].astype(bool).tolist()),
        values=np.array(list(_values(nodes, splits.tolist()))),
    )


def _values(nodes: Any, splits: list[int]) -> Iterator[float]:
    """What the leaf adds that each pattern leads to."""
    for pattern in range(1 << len(splits)):
        node = 0
        while not nodes["is_leaf"][node]:
            below = pattern >> splits.index(node) & 1
            node = int(nodes["left" if below else "right"][node])
        yield float(nodes["value"][node])
