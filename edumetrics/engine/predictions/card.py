"""The model card: what a predictor learnt from, how good it was beside naive ones, and for whom."""

from pydantic import BaseModel, ConfigDict

from edumetrics.engine.predictions.evaluation import AnyFigures
from edumetrics.engine.predictions.fairness import GroupFigures
from edumetrics.engine.predictions.predictor import Kind


class Part(BaseModel):
    """A part of the card."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class CandidateTried(Part):
    """A candidate's loss over the folds (log loss, or mean absolute error in points), and the standard error of its
    difference to the lowest.
    """

    name: str
    loss: float
    standard_error: float
    chosen: bool


class Beside(Part):
    """A naive predictor on the same examples: its figures, and by how much its loss is higher (standard error).

    beaten: whether it is higher by more than chance: 1.645 standard errors, one chance in twenty.
    """

    figures: AnyFigures
    more_loss: float
    standard_error: float
    beaten: bool


class Calibrated(Part):
    """The line that log odds were corrected by; an uncorrected slope below 1 means they were too extreme."""

    slope: float
    intercept: float


class ModelCard(Part):
    """Everything that is to be known of a predictor, as JSON.

    n, people, periods: what it learnt from. tested_on: "the latest period", which the figures are of: those of a
    predictor of the same recipe that had not seen it; or "folds", where there was one period only. test_period, test_n:
    what the figures are of. without_known_people: the figures without people who were learnt from, too; None where
    fewer than 30 remain.
    baselines: what was beaten, or not. beats_baselines: all of them; only then may it be promoted.
    sampled: of how many examples candidates were chosen.
    """

    kind: Kind
    candidate: str
    seed: int
    features: tuple[str, ...]
    left_out: tuple[str, ...]
    n: int
    people: int
    periods: tuple[int, ...]
    tested_on: str
    test_period: int
    figures: AnyFigures
    without_known_people: AnyFigures | None
    baselines: dict[str, Beside]
    beats_baselines: bool
    groups: tuple[GroupFigures, ...]
    candidates: tuple[CandidateTried, ...]
    sampled: int
    calibration: Calibrated | None
    retrain: bool = False
    retrain_reason: str = ""
    sha256: str = ""

    def to_json(self) -> str:
        """The card as JSON."""
        return self.model_dump_json(indent=1)

    @classmethod
    def from_json(cls, text: str) -> "ModelCard":
        """The card that ``to_json`` wrote."""
        return cls.model_validate_json(text)
