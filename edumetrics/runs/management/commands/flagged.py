"""manage.py flagged"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from edumetrics.engine.flags.codes import LISTS
from edumetrics.runs.briefing import Scope, as_csv, as_text, class_weeks
from edumetrics.runs.commands import EduMetricsCommand


class Command(EduMetricsCommand):
    """Who needs attention."""

    help = "Who needs attention this week, in what order, and why: the list of a class or of an advisor."
    examples = """  manage.py flagged --advisor ADV001                  this week's list of an advisor
  manage.py flagged --class CSE25A --week 9           an earlier week of a class
  manage.py flagged --class CSE25A --list contact     only whom to contact first
  manage.py flagged --advisor ADV001 --csv > list.csv"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--class, --advisor, --week, --list, --csv."""
        parser.add_argument("--class", dest="class_id", metavar="CLASS", help="class_id of the college")
        parser.add_argument("--advisor", dest="advisor_id", metavar="ADVISOR", help="advisor_id of the college")
        parser.add_argument("--week", type=int, help="week of the semester (default: the last one published)")
        parser.add_argument("--list", action="append", choices=LISTS, help="only this list; may be repeated")
        parser.add_argument("--csv", action="store_true", help="as CSV, one student a line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the list."""
        scope = Scope(options["class_id"], options["advisor_id"])
        if scope == Scope():
            raise CommandError("Whose list? Give --class CLASS or --advisor ADVISOR.")
        weeks = class_weeks(scope, options["week"])
        lists = options["list"] or LISTS
        write = as_csv if options["csv"] else as_text
        self.stdout.write(write(scope, weeks, lists), ending="")
