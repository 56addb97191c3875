"""A predictor as bytes and back, without pickle: the same predictor always gives the same bytes."""

import hashlib
import json
from dataclasses import asdict
from typing import Any

import numpy as np

from edumetrics.engine.errors import ArtefactError
from edumetrics.engine.predictions.additive import Additive
from edumetrics.engine.predictions.calibration import Calibration
from edumetrics.engine.predictions.examples import Matrix
from edumetrics.engine.predictions.intervals import Interval
from edumetrics.engine.predictions.linear import Linear
from edumetrics.engine.predictions.predictor import Model, Predictor
from edumetrics.engine.predictions.trees import Tree, Trees


def to_bytes(predictor: Predictor) -> bytes:
    """The predictor as UTF-8 JSON."""
    document = {
        "kind": predictor.kind,
        "candidate": predictor.candidate,
        "features": predictor.features,
        "typical": predictor.typical,
        "calibration": predictor.calibration and asdict(predictor.calibration),
        "interval": predictor.interval and asdict(predictor.interval),
        "words": dict(predictor.words),
        "model": _model(predictor.model),
    }
    return json.dumps(document, sort_keys=True, separators=(",", ":")).encode()


def sha256(artefact: bytes) -> str:
    """What the card says of the artefact."""
    return hashlib.sha256(artefact).hexdigest()


def from_bytes(artefact: bytes, expected_sha256: str) -> Predictor:
    """The predictor. Raises ArtefactError if these are not the bytes with that hash."""
    found = sha256(artefact)
    if found != expected_sha256:
        raise ArtefactError(
            f"The stored predictor has the hash {found[:12]}, its card says {expected_sha256[:12]}: it was changed or "
            "damaged. Train again, or promote an earlier one."
        )
    read = json.loads(artefact)
    return Predictor(
        kind=read["kind"],
        candidate=read["candidate"],
        model=_read_model(read["model"]),
        features=tuple(read["features"]),
        typical=tuple(read["typical"]),
        calibration=Calibration(**read["calibration"]) if read["calibration"] else None,
        interval=Interval(**read["interval"]) if read["interval"] else None,
        words={name: tuple(text) if isinstance(text, list) else text for name, text in read["words"].items()},
    )


def _model(model: Model) -> dict[str, Any]:
    match model:
        case Linear():
            return {"linear": {name: _plain(value) for name, value in vars(model).items()}}
        case Additive():
            return {"additive": {name: _plain(value) for name, value in vars(model).items()}}
        case Trees():
            trees = [{name: _plain(value) for name, value in vars(tree).items()} for tree in model.trees]
            return {"trees": {"trees": trees, "intercept": model.intercept}}
    raise ArtefactError(f"A model of type {type(model).__name__} cannot be stored.")


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.tolist() if isinstance(value, np.ndarray) else value


def _read_model(read: dict[str, Any]) -> Model:
    ((kind, parts),) = read.items()
    match kind:
        case "linear":
            arrays = {name: _array(value) for name, value in parts.items() if name != "intercept"}
            return Linear(**arrays, intercept=parts["intercept"])
        case "additive":
            cuts, steps = (tuple(map(_array, parts[name])) for name in ("cuts", "steps"))
            return Additive(cuts, steps, parts["intercept"])
        case "trees" if isinstance(parts, dict):
            return Trees(tuple(_read_tree(one) for one in parts["trees"]), parts["intercept"])
    raise ArtefactError(f"The stored predictor holds {', '.join(read)}, which no predictor of ours is. Train again.")


def _read_tree(parts: dict[str, Any]) -> Tree:
    splits = {name: tuple(parts[name]) for name in ("columns", "thresholds", "unknown_below")}
    return Tree(**splits, values=_array(parts["values"]))


def _array(values: list[float]) -> Matrix:
    return np.array(values, dtype=np.float64)
