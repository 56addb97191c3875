"""manage.py runs"""

from argparse import ArgumentParser
from typing import Any

from edumetrics.runs.commands import EduMetricsCommand
from edumetrics.runs.history import as_csv, as_json, as_table, in_full, run_with, runs


class Command(EduMetricsCommand):
    """What ran."""

    help = "The history of runs, the latest first; or one run in full: its stages, data-quality report and error."
    examples = """  manage.py runs                    the last 20 runs
  manage.py runs --limit 100 --csv > runs.csv
  manage.py runs --id 12            one run in full
  manage.py runs --id 12 --json"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--limit, --id, --json, --csv."""
        parser.add_argument("--limit", type=_positive, default=20, metavar="N", help="how many runs (default 20)")
        parser.add_argument("--id", type=int, metavar="N", help="one run in full")
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--json", action="store_true", help="as JSON, with everything that is recorded")
        form.add_argument("--csv", action="store_true", help="as CSV, one run a line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them."""
        number = options["id"]
        found = runs(options["limit"]) if number is None else [run_with(number)]
        if options["json"]:
            text = as_json(found if number is None else found[0])
        elif options["csv"]:
            text = as_csv(found)
        else:
            text = as_table(found) if number is None else in_full(found[0])
        self.stdout.write(text, ending="")


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number
