"""manage.py backup"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.db import connections

from edumetrics.retention.backup import back_up
from edumetrics.runs.commands import EduMetricsCommand


class Command(EduMetricsCommand):
    """Copy the analysis database."""

    help = (
        "Copy the analysis database into one file that only you may read, also while a run is at work. SQLite gives a "
        "SQLite file, PostgreSQL an archive for pg_restore. How to restore it: docs/how-to/operate.md."
    )
    examples = """  manage.py backup /var/backups/edumetrics/2026-11-23.sqlite3
  manage.py backup /var/backups/edumetrics/latest.dump --force      replace the one before

exit codes: 0 done, 1 failed (no file was made, and one that was there is as it was)"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """file, --force."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--force", action="store_true", help="replace a file that exists")

    def handle(self, *args: Any, **options: Any) -> None:
        """Copy it."""
        size = back_up(connections["default"].settings_dict, options["file"], overwrite=options["force"])
        self.stdout.write(f"The analysis database is in {options['file']} ({size / 1e6:.1f} MB).")
