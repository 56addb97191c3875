"""The model card: what a predictor learnt from, how good it was beside naive ones, and for whom."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from edumetrics.engine.predictions.evaluation import ProbabilityFigures, ScoreFigures

AnyFigures = ProbabilityFigures | ScoreFigures


class CandidateTried(BaseModel):
    """A candidate's loss (log loss, or mean absolute error in points) over the folds, and its standard error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    loss: float
    standard_error: float


class ModelCard(BaseModel):
    """Everything that is to be known of a predictor, as JSON.

    periods: those learnt from. test_period: the latest, which the figures are of: those of a predictor with the same
    recipe that had not seen it; None where there was one period only and the figures are those of folds by person.
    beats_baselines: whether the loss is below that of every baseline by more than chance; only then may it be promoted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["probability", "score"]
    candidate: str
    seed: int
    features: tuple[str, ...]
    n: int
    people: int
    periods: tuple[int, ...]
    test_period: int | None
    figures: AnyFigures
    baselines: dict[str, AnyFigures]
    candidates: tuple[CandidateTried, ...]
    beats_baselines: bool
    sha256: str = ""
    retrain: bool = False

    def to_json(self) -> str:
        """The card as JSON."""
        return self.model_dump_json(indent=1)

    @classmethod
    def from_json(cls, text: str) -> "ModelCard":
        """The card that ``to_json`` wrote."""
        return cls.model_validate_json(text)
