"""Putting a trained model into use: an act of an admin, apart from the training."""

from datetime import UTC, datetime

from django.db import transaction

from edumetrics.analysis_db.models import ModelCard
from edumetrics.audit.actions import What, record
from edumetrics.runs.errors import RunError


class NotPromotable(RunError):
    """A model that is in use, or that is no better than a naive guess."""


def check_promotable(card: ModelCard) -> None:
    """Raises NotPromotable, whose text says why."""
    if is_in_use(card):
        raise NotPromotable(f"{card.version} is in use already.")
    if not card.beats_baselines:
        raise NotPromotable(
            f"{card.version} does not beat every naive baseline on the same rows, so it is not put into use. Train "
            "again when another semester has finished."
        )


def is_in_use(card: ModelCard) -> bool:
    """Whether predictions of its output are made by it."""
    return card.promoted is not None and card.retired is None


def promote(*, version: str, by: str, from_where: str | None = None) -> ModelCard:
    """Put a model into use from the next run on, in place of the one that is; predictions made stay.

    ``by``: who decides. Raises ModelCard.DoesNotExist, and NotPromotable.
    """
    with transaction.atomic():
        asked = ModelCard.objects.get(pk=version)
        # All cards of the output are locked in one order, so that of two promotions the second sees the first.
        cards = {one.pk: one for one in _locked(asked.output)}
        card = cards[version]
        check_promotable(card)
        now = datetime.now(UTC)
        in_use = [one for one in cards.values() if is_in_use(one)]
        for one in in_use:
            one.retired = now
            one.save(update_fields=["retired"])
        card.promoted, card.promoted_by, card.retired = now, by, None
        card.save(update_fields=["promoted", "promoted_by", "retired"])
        replaced = [one.version for one in in_use]
        record(What.PROMOTE, who=by, whom=version, from_where=from_where, details={"in_place_of": replaced})
    return card


def _locked(output: str) -> list[ModelCard]:
    return list(ModelCard.objects.select_for_update().filter(output=output).order_by("pk"))
