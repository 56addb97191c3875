"""What a predictor learns from: features, what came of each, who it was, and when."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from edumetrics.engine.errors import PredictionError

Matrix = npt.NDArray[np.float64]
Rows = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Examples:
    """One row an example, in all parts the same rows.

    features: numeric or boolean columns; null = not known at the time.
    target: a boolean outcome (true = what is feared), or a score 0-100.
    person: who it is; a person never stands on both sides of a fold.
    period: the order of time (a semester's number, say); the latest is what a predictor is tested on.
    baselines: the inputs of the naive predictions it has to beat, one numeric column each; null = not known.
    audit: groups, as text, that results are broken down by. They are protected: never features.
    cohort: who is taught together (a class), if it is known: folds then leave out whole cohorts.
    """

    features: pl.DataFrame
    target: pl.Series
    person: pl.Series
    period: pl.Series
    baselines: pl.DataFrame
    audit: pl.DataFrame
    cohort: pl.Series | None = None

    def __post_init__(self) -> None:
        self._same_height()
        numeric(self.features, "features")
        numeric(self.baselines, "baselines")
        self._known()
        self._protected()

    def __len__(self) -> int:
        return len(self.target)

    def where(self, rows: pl.Series) -> "Examples":
        """The examples for which the boolean ``rows`` is true."""
        return self._of({name: part.filter(rows) for name, part in self._parts().items()})

    def in_order(self) -> "Examples":
        """The same examples in an order that depends on nothing but themselves: by period, person and features."""
        everything = pl.concat(
            [self.features, self.baselines.select(pl.all().name.prefix("baseline "))], how="horizontal"
        )
        keys = everything.with_columns(
            self.period.alias("the period"), self.person.alias("the person"), self.target.alias("the target")
        )
        order = keys.select(
            pl.arg_sort_by("the period", "the person", *sorted(everything.columns), "the target")
        ).to_series()
        return self._of({name: part[order] for name, part in self._parts().items()})

    def _of(self, parts: dict[str, Any]) -> "Examples":
        """Some of these examples, not checked again: in a few rows a feature may agree with a group by chance."""
        some = object.__new__(Examples)
        for name in self.__dataclass_fields__:
            object.__setattr__(some, name, parts.get(name, getattr(self, name)))
        return some

    def _parts(self) -> dict[str, Any]:
        """Each part that is there and has rows; a frame without columns has none."""
        parts = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {
            name: part
            for name, part in parts.items()
            if part is not None and not (isinstance(part, pl.DataFrame) and part.width == 0)
        }

    def _same_height(self) -> None:
        heights = {name: len(part) for name, part in self._parts().items()}
        if len(set(heights.values())) > 1:
            raise PredictionError(f"The parts of the examples must have the same rows, but have {heights}.")

    def _known(self) -> None:
        for name in ("target", "person", "period", "cohort"):
            part = getattr(self, name)
            if part is not None and (missing := part.null_count()):
                raise PredictionError(f"{missing} of {len(self)} examples have no {name}; leave them out.")

    def targets(self) -> Matrix:
        """The target as numbers: 0 and 1, or the score."""
        return self.target.cast(pl.Float64).to_numpy().astype(np.float64)

    def _protected(self) -> None:
        wrong = [name for name, dtype in self.audit.schema.items() if dtype != pl.String]
        if wrong:
            raise PredictionError(f"Audit columns are groups as text, but {', '.join(wrong)} is not: cast to String.")
        if both := sorted(set(self.audit.columns) & {*self.features.columns, *self.baselines.columns}):
            raise PredictionError(f"Protected columns are for audit only and cannot be features: {', '.join(both)}.")
        groups = _numbers_of_values(self.audit)
        for feature, values in _numbers_of_values(self.features).items():
            for group in self.audit.columns:
                if 1 < values == groups[group] == _pairs(self.features[feature], self.audit[group]):
                    raise PredictionError(
                        f"The feature {feature} is the protected column {group} in other words (each value stands for "
                        "one group). Protected columns cannot be features; leave it out."
                    )


def numeric(frame: pl.DataFrame, what: str) -> None:
    """Raise PredictionError if a column is neither numeric nor boolean: text could be a group."""
    wrong = [
        f"{name} ({dtype})" for name, dtype in frame.schema.items() if not (dtype.is_numeric() or dtype == pl.Boolean)
    ]
    if wrong:
        raise PredictionError(f"Columns of {what} must be numeric or boolean; found {', '.join(wrong)}.")


def matrix(frame: pl.DataFrame, columns: list[str] | tuple[str, ...]) -> Matrix:
    """The columns as float64, NaN where unknown. Raises PredictionError that names the columns that are not there."""
    if absent := [name for name in columns if name not in frame.columns]:
        raise PredictionError(f"These features are missing: {', '.join(absent)}. Found: {', '.join(frame.columns)}.")
    chosen = frame.select(columns)
    numeric(chosen, "features")
    values = chosen.select(pl.all().cast(pl.Float64).fill_null(float("nan"))).to_numpy().astype(np.float64)
    # No measurement is infinite: what a division by zero left is unknown.
    return np.where(np.isfinite(values), values, np.nan)


def _numbers_of_values(frame: pl.DataFrame) -> dict[str, int]:
    """How many different values each column has, null being one."""
    return frame.select(pl.all().n_unique()).row(0, named=True) if frame.width else {}


def _pairs(feature: pl.Series, group: pl.Series) -> int:
    """How many different pairs of values there are; as many as groups where each value stands for one group."""
    return pl.DataFrame({"feature": feature, "group": group}).unique().height
