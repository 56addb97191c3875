"""manage.py promote"""

from argparse import ArgumentParser
from typing import Any

from edumetrics.runs.commands import EduMetricsCommand
from edumetrics.runs.models import promote


class Command(EduMetricsCommand):
    """Put a trained model into use."""

    help = (
        "Use a trained model from the next run on, in the place of the one in use for the same output. Predictions "
        "that were made before stay as they are. Who did it goes to the audit log."
    )
    examples = """  manage.py models                                          which there are, and how good
  manage.py promote at_risk-1f0c9a7b2d4e --by "A. Rao"      uses that one"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """version, --by."""
        parser.add_argument("version", help="of manage.py models")
        parser.add_argument("--by", required=True, help="who decides it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Promote it."""
        card = promote(options["version"], by=options["by"])
        self.stdout.write(f"{card.version} is in use for {card.output} from the next run on, by {card.promoted_by}.")
