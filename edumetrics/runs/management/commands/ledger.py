"""manage.py ledger"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from edumetrics.engine.predictions.codes import LEDGER_KINDS
from edumetrics.runs.commands import EduMetricsCommand
from edumetrics.runs.precision import Wanted, as_csv, as_table, ledger_rows


class Command(EduMetricsCommand):
    """How right the flags were."""

    help = (
        "The precision ledger: for every rule, reason and level, week by week, how many of those flagged later failed "
        "an endterm or left, and how many of those who did were flagged, and how early. It is made when the endterm "
        "results of a semester are in."
    )
    examples = """  manage.py ledger                           levels, of the last term with results, over all classes
  manage.py ledger --kind rule --week 11     every rule in week 11
  manage.py ledger --class CSE25A            one class
  manage.py ledger --group gender            by a protected column, for audit
  manage.py ledger --kind reason --csv > l.csv"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--kind, --class, --year, --term, --week, --group, --csv."""
        parser.add_argument(
            "--kind", action="append", choices=list(LEDGER_KINDS), help="default: any and level; may be repeated"
        )
        parser.add_argument("--class", dest="class_id", metavar="CLASS", help="one class (default: all together)")
        parser.add_argument("--year", type=int, help="academic year (default: the last one with results)")
        parser.add_argument("--term", choices=["odd", "even"], help="default: the last one with results")
        parser.add_argument("--week", type=int, help="only this week of the semester")
        parser.add_argument("--group", metavar="COLUMN", help="by this column of predictions.groups; over all classes")
        parser.add_argument("--csv", action="store_true", help="as CSV, a line for each week and code")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it."""
        if options["class_id"] and options["group"]:
            raise CommandError("--group is over all classes; leave out --class.")
        wanted = Wanted(
            kinds=tuple(options["kind"] or ("any", "level")),
            class_id=options["class_id"],
            academic_year=options["year"],
            term=options["term"],
            week=options["week"],
            group=options["group"] or "",
        )
        write = as_csv if options["csv"] else as_table
        self.stdout.write(write(ledger_rows(wanted)), ending="")
