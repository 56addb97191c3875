"""manage.py purge"""

from argparse import ArgumentParser
from typing import Any

from django.db import connections

from edumetrics.retention.purge import check_year, purge, rows_before
from edumetrics.retention.space import check_vacuum, is_kept_in_file, vacuum
from edumetrics.runs.commands import EduMetricsCommand
from edumetrics.runs.confirmation import confirm
from edumetrics.runs.lock import only_run


class Command(EduMetricsCommand):
    """Remove past academic years."""

    help = (
        "Remove the rows of past academic years: derived results, interventions and the record of runs. The running "
        "year is never removed, nor is the audit log, which records the purge."
    )
    examples = """  manage.py purge --before 2024 --dry-run     how many rows of 2023 and earlier each table has
  manage.py purge --before 2024               remove them, after a question
  manage.py purge --before 2024 --yes         without a question, for example from cron
  manage.py purge --before 2024 --vacuum      and give the space back to the file system (SQLite)

exit codes: 0 done, 1 refused or failed (nothing was removed), 4 a run is at work"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--before, --dry-run, --yes, --vacuum."""
        parser.add_argument(
            "--before",
            type=int,
            required=True,
            metavar="YEAR",
            help="the first academic year to keep, named by the year in which its odd semester begins",
        )
        parser.add_argument("--dry-run", action="store_true", help="count the rows, and remove none")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument(
            "--vacuum", action="store_true", help="SQLite: make the file smaller afterwards, and wipe what was removed"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Remove them."""
        year = options["before"]
        check_year(year)
        if options["vacuum"]:
            check_vacuum()
        counts = rows_before(year)
        total = sum(counts.values())
        if options["dry_run"] or not options["yes"] or not total:
            self._print_counts(counts, year)
        if options["dry_run"] or not (total or options["vacuum"]):
            return
        if total and not options["yes"]:
            confirm(f"Remove these {total} rows for good?")
        with only_run(connections["default"].settings_dict):
            if total:
                self._purge(year)
            if options["vacuum"]:
                vacuum()
                self.stdout.write("The file gave its free space back.")
        if is_kept_in_file() and not options["vacuum"]:
            self.stdout.write("The file keeps its size, and new rows use the space; --vacuum gives it back.")

    def _purge(self, year: int) -> None:
        removed = purge(year, lambda table, count: self.stdout.write(f"  {table}: {count} rows removed"))
        self.stdout.write(f"Removed {sum(removed.values())} rows of academic years before {year}.")

    def _print_counts(self, counts: dict[str, int], year: int) -> None:
        if not any(counts.values()):
            self.stdout.write(f"There are no rows of academic years before {year}: nothing to remove.")
            return
        self.stdout.write(f"Rows of academic years before {year}:")
        for table, count in counts.items():
            self.stdout.write(f"  {table}: {count}")
