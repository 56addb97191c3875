"""manage.py models"""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from edumetrics.analysis_db.models import ModelCard
from edumetrics.engine.predictions.codes import OUTPUTS
from edumetrics.runs.commands import EduMetricsCommand
from edumetrics.runs.models import lines


class Command(EduMetricsCommand):
    """The trained models."""

    help = "The trained models: what each predicts, how good it was beside naive baselines, and which are in use."
    examples = """  manage.py models                                  one line a model
  manage.py models --output at_risk                 of one output
  manage.py models --card at_risk-1f0c9a7b2d4e      the whole model card, as JSON"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--output, --card."""
        parser.add_argument("--output", choices=list(OUTPUTS), help="only this output")
        parser.add_argument("--card", metavar="VERSION", help="the whole card of one model, as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them."""
        if options["card"]:
            self.stdout.write(_card(options["card"]))
            return
        cards = ModelCard.objects.order_by("-created", "version")
        if options["output"]:
            cards = cards.filter(output=options["output"])
        for line in lines(list(cards), [options["output"]] if options["output"] else list(OUTPUTS)):
            self.stdout.write(line)


def _card(version: str) -> str:
    card = ModelCard.objects.filter(pk=version).first()
    if card is None:
        raise CommandError(f"There is no model {version}. manage.py models lists them.")
    more = {
        "version": card.version,
        "output": card.output,
        "created": card.created.isoformat(),
        "created_by": card.created_by,
        "trained_on": card.trained_on,
        "promoted": card.promoted and card.promoted.isoformat(),
        "promoted_by": card.promoted_by,
        "retired": card.retired and card.retired.isoformat(),
        "retrain": card.retrain,
        "retrain_reason": card.retrain_reason,
        "comparison": card.comparison,
    }
    return json.dumps(more | {"card": card.card}, indent=2, ensure_ascii=False)
