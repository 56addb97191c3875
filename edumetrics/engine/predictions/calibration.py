"""Making probabilities honest: of those given 30 %, three in ten should come to it."""

from dataclasses import dataclass

import numpy as np

from edumetrics.engine.predictions.examples import Matrix, Rows

BOUND = 0.001
"""No probability is given as nearer to 0 or 1: nobody is certain to fail or to pass."""


@dataclass(frozen=True)
class Calibration:
    """Log odds -> log odds by a straight line, so that the order of students stays."""

    slope: float
    intercept: float

    def probability(self, raw: Matrix) -> Matrix:
        """The calibrated probability of each log odds, from BOUND to 1 - BOUND."""
        return np.clip(expit(self.slope * raw + self.intercept), BOUND, 1 - BOUND)


def expit(log_odds: Matrix) -> Matrix:
    """Probability of log odds."""
    return 1 / (1 + np.exp(-np.clip(log_odds, -40, 40)))


def logit(probability: Matrix) -> Matrix:
    """Log odds of a probability; 0 and 1 count as BOUND away from it at the least."""
    kept = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.log(kept / (1 - kept))


def fit_line(outcome: Matrix, raw: Matrix, apart: Rows | None = None) -> Calibration:
    """Slope and intercept of the logistic regression of the outcome (0, 1) on the log odds, by Newton's method.

    Perfect calibration is slope 1 and intercept 0; a slope below 1 says that the log odds are too extreme.
    Where all log odds are the same, the slope is 0 and the intercept gives the mean outcome. Rows that are ``apart``
    share the slope and have an intercept of their own, which is not given.
    """
    common = np.ones_like(raw, dtype=bool) if apart is None else ~apart
    if np.ptp(raw) == 0:
        return Calibration(0.0, float(logit(np.array([outcome[common].mean()]))[0]))
    columns = np.column_stack([raw, common, *([] if apart is None else [apart])])
    weights = np.zeros(columns.shape[1])
    for _ in range(100):
        fitted = expit(columns @ weights)
        # A trace of ridge, so that outcomes which the log odds separate perfectly still have a finite slope.
        slope_of_loss = columns.T @ (outcome - fitted) - 1e-6 * weights
        curvature = columns.T @ (columns * (fitted * (1 - fitted))[:, None]) + 1e-6 * np.eye(len(weights))
        step = np.linalg.solve(curvature, slope_of_loss)
        weights += np.clip(step, -5, 5)
        if np.abs(step).max() < 1e-10:
            break
    return Calibration(float(weights[0]), float(weights[1]))


def tempered(line: Calibration, outcome: Matrix, raw: Matrix, later_outcome: Matrix, later: Matrix) -> Calibration:
    """``line``, which was fitted to ``outcome`` and ``raw``, as timid as a later period asks for.

    ``later``: probabilities that a predictor calibrated in the same way gave before, and what came of them. Both
    together have one slope; the later one's base rate is its own and moves nothing.
    """
    log_odds = line.slope * raw + line.intercept
    both = fit_line(
        np.concatenate([outcome, later_outcome]),
        np.concatenate([log_odds, logit(later)]),
        apart=np.repeat([False, True], [len(outcome), len(later_outcome)]),
    )
    return Calibration(both.slope * line.slope, both.slope * line.intercept + both.intercept)
