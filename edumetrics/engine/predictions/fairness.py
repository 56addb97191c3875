"""Whether a predictor serves all groups alike: its figures by group, and whom it misses."""

import math

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict

from edumetrics.engine.predictions.evaluation import CAPACITY, AnyFigures, figures_of
from edumetrics.engine.predictions.examples import Matrix, Rows
from edumetrics.engine.predictions.predictor import Kind

FEWEST = 30
TOO_FEW = "too few to tell"
Z_95 = 1.959964


class Gap(BaseModel):
    """A difference of two shares (this group's less all others'), with its 95 % confidence interval."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    difference: float
    low: float
    high: float


class GroupFigures(BaseModel):
    """Of one group of an audit column; ``value`` "" is those of whom it is not known.

    figures: None below 30 examples. figure_gaps: each figure less that of all others.
    missed: of those with the outcome, the share (0-1) that was not among the flagged (false-negative rate);
    missed_gap: the same less that of all others. Both None for scores, and where fewer than 30 of the group or of the
    others had the outcome. note says so.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    column: str
    value: str
    n: int
    figures: AnyFigures | None
    figure_gaps: dict[str, float]
    missed: float | None
    missed_gap: Gap | None
    note: str


def by_group(
    kind: Kind, audit: pl.DataFrame, actual: Matrix, predicted: pl.DataFrame, capacity: float = CAPACITY
) -> tuple[GroupFigures, ...]:
    """The figures of every group. ``predicted`` as Predictor.predict gives it; of a probability the ``capacity`` (0-1)
    with the highest are the flagged.
    """
    flagged = flagged_at(predicted["p"].to_numpy(), capacity) if kind == "probability" else None
    found = []
    for column in audit.columns:
        names = audit[column].fill_null("")
        for value in names.unique().sort():
            inside = (names == value).to_numpy()
            found.append(_group(kind, column, value, inside, actual, predicted, flagged))
    return tuple(found)


def flagged_at(p: Matrix, capacity: float) -> Matrix:
    """Chance (0-1) of each to be among the ``capacity`` (0-1) with the highest p; of those tied at the cut a share."""
    places = math.ceil(len(p) * capacity)
    cut = np.sort(p)[::-1][places - 1]
    above, tied = p > cut, p == cut
    return np.where(above, 1.0, np.where(tied, (places - above.sum()) / tied.sum(), 0.0))


def difference_of_shares(part: float, n: int, other_part: float, other_n: int) -> Gap:
    """Part / n - other_part / other_n with a 95 % interval by Newcombe's hybrid score method.

    Unlike the textbook interval it holds for shares near 0 and 1 and for small groups.
    """
    share, other = part / n, other_part / other_n
    (low, high), (other_low, other_high) = _wilson(share, n), _wilson(other, other_n)
    return Gap(
        difference=share - other,
        low=share - other - math.hypot(share - low, other_high - other),
        high=share - other + math.hypot(high - share, other - other_low),
    )


def _wilson(share: float, n: int) -> tuple[float, float]:
    middle = (share + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
    half = Z_95 / (1 + Z_95**2 / n) * math.sqrt(share * (1 - share) / n + Z_95**2 / (4 * n**2))
    return middle - half, middle + half


def _group(
    kind: Kind,
    column: str,
    value: str,
    inside: Rows,
    actual: Matrix,
    predicted: pl.DataFrame,
    flagged: Matrix | None,
) -> GroupFigures:
    n = int(inside.sum())
    if n < FEWEST:
        return GroupFigures(
            column=column, value=value, n=n, figures=None, figure_gaps={}, missed=None, missed_gap=None, note=TOO_FEW
        )
    rows = pl.Series(inside)
    figures = figures_of(kind, actual[inside], predicted.filter(rows))
    others = n < len(inside) and len(inside) - n >= FEWEST
    gaps = _gaps(figures, figures_of(kind, actual[~inside], predicted.filter(~rows))) if others else {}
    missed, gap = (None, None) if flagged is None else _missed(inside, actual, flagged)
    note = TOO_FEW + " who is missed" if flagged is not None and gap is None else ""
    return GroupFigures(
        column=column, value=value, n=n, figures=figures, figure_gaps=gaps, missed=missed, missed_gap=gap, note=note
    )


def _gaps(figures: AnyFigures, others: AnyFigures) -> dict[str, float]:
    """Each single figure of the group less that of the others, where both can be told."""
    mine, theirs = figures.model_dump(exclude={"n", "curve"}), others.model_dump(exclude={"n", "curve"})
    return {name: mine[name] - theirs[name] for name in mine if None not in (mine[name], theirs[name])}


def _missed(inside: Rows, actual: Matrix, flagged: Matrix) -> tuple[float | None, Gap | None]:
    came = actual == 1
    group, others = came & inside, came & ~inside
    n, other_n = int(group.sum()), int(others.sum())
    if n < FEWEST:
        return None, None
    missed = float((1 - flagged[group]).sum())
    if other_n < FEWEST:
        return missed / n, None
    return missed / n, difference_of_shares(missed, n, float((1 - flagged[others]).sum()), other_n)
