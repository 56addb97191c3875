"""Histogram gradient boosting: log odds or scores as a sum of small decision trees."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from edumetrics.engine.errors import ArtefactError
from edumetrics.engine.predictions.examples import Matrix
from edumetrics.engine.predictions.predictor import Kind
from edumetrics.engine.predictions.threads import one_thread

TRUSTED = ("sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",)
"""The one type in a stored ensemble that skops does not trust by itself."""

AT_ONCE = 10_000
"""Rows of which what every tree adds is held in memory together."""


@dataclass(frozen=True)
class Trees:
    """A fitted HistGradientBoosting of scikit-learn."""

    ensemble: Any

    def raw(self, rows: Matrix) -> Matrix:
        """See Model."""
        # Of the classifier only decision_function gives log odds, of the regressor only predict gives anything.
        said = getattr(self.ensemble, "decision_function", self.ensemble.predict)
        with one_thread():
            return np.asarray(said(rows), dtype=np.float64)

    def raw_if_typical(self, rows: Matrix, typical: Matrix) -> Matrix:
        """See Model."""
        moved = np.repeat(self.raw(rows)[:, None], rows.shape[1], axis=1)
        trees = self._trees()
        with one_thread():
            for part in range(0, len(rows), AT_ONCE):
                _move(moved[part : part + AT_ONCE], rows[part : part + AT_ONCE], typical, trees)
        return moved

    def _trees(self) -> list["Tree"]:
        """scikit-learn has no public way to ask single trees."""
        known, index = self.ensemble._bin_mapper.make_known_categories_bitsets()
        return [
            Tree(
                splits_on=frozenset(one.nodes["feature_idx"][one.nodes["is_leaf"] == 0].tolist()),
                values=partial(one.predict, known_cat_bitsets=known, f_idx_map=index, n_threads=1),
            )
            for trees_of_round in self.ensemble._predictors
            for one in trees_of_round
        ]


@dataclass(frozen=True)
class Tree:
    """One tree: the columns it splits on, and what it adds to the log odds or score of each row."""

    splits_on: frozenset[int]
    values: Callable[[Matrix], Matrix]


def _move(moved: Matrix, rows: Matrix, typical: Matrix, trees: list[Tree]) -> None:
    """Add to each column of ``moved`` what the trees that split on it add when it is typical, less what they add now.

    The other trees add the same as before: asking the whole ensemble once for each column takes six times as long.
    """
    now = [tree.values(rows) for tree in trees]
    other = rows.copy()
    for column in range(rows.shape[1]):
        other[:, column] = typical[column]
        for tree, before in zip(trees, now, strict=True):
            if column in tree.splits_on:
                moved[:, column] += tree.values(other) - before
        other[:, column] = rows[:, column]


def fit_trees(kind: Kind, rows: Matrix, target: Matrix, seed: int, leaves: int, rounds: int) -> Trees:
    """Boosted trees of at most ``leaves`` leaves with at least 40 examples each (20 in small sets)."""
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
    return Trees(ensemble.fit(rows, target))


def trees_to_bytes(trees: Trees) -> bytes:
    """The ensemble as skops stores it, but always the same bytes for the same ensemble.

    skops names its parts by where they lay in memory; here they are numbered in order of appearance.
    """
    import skops.io

    # Fitted, some parts are one and the same object by chance of the implementation; read back they are apart.
    apart = skops.io.loads(skops.io.dumps(trees.ensemble), trusted=list(TRUSTED))
    with zipfile.ZipFile(io.BytesIO(skops.io.dumps(apart))) as stored:
        numbers: dict[int, int] = {}
        schema = _numbered(json.loads(stored.read("schema.json")), numbers)
        files = {
            f"{numbers[int(name[:-4])]:06}.npy": stored.read(name) for name in stored.namelist() if name[-4:] == ".npy"
        }
    files["schema.json"] = json.dumps(schema, sort_keys=True).encode()
    return _zipped(files)


def trees_from_bytes(stored: bytes) -> Trees:
    """The ensemble. Raises ArtefactError if it holds any type but those scikit-learn's own and TRUSTED."""
    import skops.io

    try:
        return Trees(skops.io.loads(stored, trusted=list(TRUSTED)))
    except Exception as error:  # skops raises its own and many others for what is no ensemble of ours
        raise ArtefactError(f"The stored trees cannot be read: {error}. Train again.") from error


def _numbered(part: Any, numbers: dict[int, int]) -> Any:
    """The schema with each ``__id__``, and each file named by one, as a number in order of appearance.

    Attributes are taken in the order of their names, since an object that was read has them in another one.
    """
    if isinstance(part, list):
        return [_numbered(one, numbers) for one in part]
    if not isinstance(part, dict):
        return part
    new = dict(part)
    if "__id__" in part:
        new["__id__"] = numbers.setdefault(part["__id__"], len(numbers) + 1)
    if str(part.get("file", "")).endswith(".npy"):
        new["file"] = f"{numbers.setdefault(int(part['file'][:-4]), len(numbers) + 1):06}.npy"
    return {name: new[name] if name in ("__id__", "file") else _numbered(new[name], numbers) for name in sorted(new)}


def _zipped(files: dict[str, bytes]) -> bytes:
    """A ZIP file without times, so that its bytes depend on the contents alone."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as written:
        for name in sorted(files):
            written.writestr(zipfile.ZipInfo(name), files[name], zipfile.ZIP_DEFLATED)
    return target.getvalue()
