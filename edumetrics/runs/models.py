"""Trained models in the analysis database: stored with their cards, compared, and put into use."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connections, transaction

from edumetrics.analysis_db.models import ModelArtefact, ModelCard
from edumetrics.engine.predictions.card import ModelCard as Card
from edumetrics.engine.predictions.codes import OUTPUTS
from edumetrics.engine.predictions.evaluation import losses_of
from edumetrics.engine.predictions.examples import Examples
from edumetrics.engine.predictions.predictor import Predictor
from edumetrics.engine.predictions.train import LATEST, Trained
from edumetrics.engine.predictions.weeks import period_of, term_of_period
from edumetrics.runs import promotion
from edumetrics.runs.errors import RunError


@dataclass(frozen=True)
class Training:
    """Who trained, when, in which run, and from what: terms (academic_year, term, classes, students), policy."""

    run_id: int
    by: str
    at: datetime
    trained_on: dict[str, Any]


def version_of(output: str, sha256: str) -> str:
    """The same predictor always has the same version."""
    return f"{output}-{sha256[:12]}"


def store(output: str, trained: Trained, training: Training, comparison: dict[str, Any] | None) -> tuple[str, bool]:
    """Keep a trained predictor and its card; its version, and whether it is new. The same one again changes nothing."""
    card = trained.card
    version = version_of(output, card.sha256)
    year, term = term_of_period(max(card.periods))
    whole = card.model_dump(mode="json")
    with transaction.atomic():
        ModelArtefact.objects.get_or_create(sha256=card.sha256, defaults={"content": trained.artefact})
        _, is_new = ModelCard.objects.get_or_create(
            version=version,
            defaults={
                "output": output,
                "kind": card.candidate,
                "created": training.at,
                "created_by": training.by,
                "trained_run_id": training.run_id,
                "seed": card.seed,
                "trained_on": training.trained_on | {"examples": card.n, "people": card.people},
                "last_academic_year": year,
                "last_term": term,
                "features": list(card.features),
                "metrics": whole["figures"],
                "baselines": whole["baselines"],
                "beats_baselines": card.beats_baselines,
                "fairness": whole["groups"],
                "card": whole,
                "comparison": comparison,
                "artefact_sha256": card.sha256,
            },
        )
    connections["default"].close()
    return version, is_new


def in_use(output: str) -> ModelCard | None:
    """The promoted model of an output."""
    return ModelCard.objects.filter(output=output, promoted__isnull=False, retired__isnull=True).first()


def promote(version: str, *, by: str, from_where: str | None = None) -> ModelCard:
    """Put a model into use in the place of the one that is, from the next run on; who did it goes to the audit log.

    Raises RunError for a version that is not there or does not beat the naive baselines.
    """
    card = ModelCard.objects.filter(pk=version).first()
    if card is None:
        raise RunError(f"There is no model {version}. manage.py models lists them.")
    if not card.beats_baselines:
        raise RunError(
            f"{version} does not beat the naive baselines by more than chance, so it is not put into use: "
            f"{_figures(card)}. Train again when more semesters are over."
        )
    if promotion.is_in_use(card):
        return card
    return promotion.promote(version=version, by=by, from_where=from_where)


def compare(promoted: ModelCard, predictor: Predictor, examples: Examples, trained: Trained) -> dict[str, Any]:
    """The promoted predictor and the new one (as it was tested) on the same rows: those of the latest period.

    loss: log loss, or mean absolute error in points. seen: whether the promoted one had learnt from these rows, which
    flatters it. is_better: whether the new one's loss is lower.
    """
    if missing := set(predictor.features) - set(examples.features.columns):
        return {
            "promoted": promoted.version,
            "is_better": True,
            "said": f"{promoted.version} reads {', '.join(sorted(missing))}, which {promoted.output} is not predicted "
            "from any more, so it cannot be compared.",
        }
    if trained.card.tested_on != LATEST:
        return {
            "promoted": promoted.version,
            "is_better": False,
            "said": f"There is one term only, so {promoted.version} has learnt from every row and cannot be compared.",
        }
    test = examples.in_order()
    test = test.where(test.period == max(trained.card.periods))
    actual = trained.tested["actual"].to_numpy()
    kind = trained.card.kind
    new = losses_of(kind, actual, trained.tested["predicted"].to_numpy()).mean()
    old = losses_of(kind, actual, predictor.values(test.features).to_numpy()).mean()
    seen = promoted.last_academic_year, promoted.last_term
    is_seen = period_of(seen[0], "even" if seen[1] == "even" else "odd") >= max(trained.card.periods)
    what = "mean error" if trained.card.kind == "score" else "log loss"
    flattered = "; it had learnt from these rows, which flatters it" if is_seen else ""
    return {
        "promoted": promoted.version,
        "rows": len(test),
        "loss": float(new),
        "promoted_loss": float(old),
        "seen": is_seen,
        "is_better": bool(new < old),
        "said": f"On the same {len(test)} rows: {what} {new:.4f}, {promoted.version} {old:.4f}{flattered}.",
    }


def _figures(card: ModelCard) -> str:
    read = Card.model_validate(card.card)
    others = ", ".join(f"{name} {one.figures.loss:.4f}" for name, one in read.baselines.items())
    return f"its loss is {read.figures.loss:.4f}; {others}"


def lines(cards: list[ModelCard], outputs: list[str]) -> list[str]:
    """One line a model, by output, the latest first."""
    found = []
    for output in outputs:
        of_output = [one for one in cards if one.output == output]
        found.append(f"{output}: {OUTPUTS[output]}")
        found += [f"  {_line(one)}" for one in of_output] or ["  none is trained"]
    return found


def _line(card: ModelCard) -> str:
    read = Card.model_validate(card.card)
    state = "in use" if card.promoted and not card.retired else "retired" if card.retired else "not promoted"
    notes = [state]
    if not card.beats_baselines:
        notes.append("does not beat the baselines")
    if card.retrain:
        notes.append("retrain")
    return (
        f"{card.version}  {card.kind}, trained {card.created:%Y-%m-%d %H:%M} on {read.n} examples; "
        f"{said(read)}; {', '.join(notes)}"
    )


def said(card: Card) -> str:
    """How good a model is, beside the best naive baseline, in a few words."""
    figures = card.figures
    best = min((one.figures.loss for one in card.baselines.values()), default=float("nan"))
    if card.kind == "score":
        coverage = getattr(figures, "coverage", None)
        covers = "" if coverage is None else f", {coverage:.0%} in the interval"
        return f"mean error {figures.loss:.2f} points (naive {best:.2f}){covers}"
    auc, slope = getattr(figures, "auc", None), getattr(figures, "slope", None)
    numbers = [f"AUC {auc:.3f}" if auc is not None else "", f"slope {slope:.2f}" if slope is not None else ""]
    return ", ".join([f"log loss {figures.loss:.4f} (naive {best:.4f})", *filter(None, numbers)])
