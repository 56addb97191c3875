"""Independent streams of random numbers, one for each purpose."""

from zlib import crc32

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Dates = npt.NDArray[np.datetime64]


def stream(seed: int, purpose: str, cohort: int = 0, semester: int = 0) -> np.random.Generator:
    """The generator of one purpose: what one purpose draws never moves another's numbers."""
    return np.random.default_rng([seed, cohort, semester, crc32(purpose.encode())])


def dates_after(first: np.datetime64 | Dates, days: Counts) -> Dates:
    """The dates that many days after the first."""
    return np.asarray(first + days.astype("timedelta64[D]"), dtype="datetime64[D]")


def logit(share: Numbers) -> Numbers:
    """Log odds of a share strictly between 0 and 1."""
    return np.log(share / (1 - share))


def share_of(log_odds: Numbers) -> Numbers:
    """The share with these log odds."""
    return 1 / (1 + np.exp(-log_odds))
