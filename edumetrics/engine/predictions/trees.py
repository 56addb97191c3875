"""Histogram gradient boosting: log odds or scores as a sum of small decision trees."""

import io
import json
import zipfile
from dataclasses import dataclass
from typing import Any

import numpy as np

from edumetrics.engine.errors import ArtefactError
from edumetrics.engine.predictions.examples import Matrix
from edumetrics.engine.predictions.predictor import Kind
from edumetrics.engine.predictions.threads import one_thread

TRUSTED = ("sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",)
"""The one type in a stored ensemble that skops does not trust by itself."""


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
        now = self.raw(rows)
        moved = np.repeat(now[:, None], rows.shape[1], axis=1)
        for column in range(rows.shape[1]):
            differs = rows[:, column] != typical[column]
            if differs.any():
                other = rows[differs]
                other[:, column] = typical[column]
                moved[differs, column] = self.raw(other)
        return moved


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
