"""manage.py sync_advisors"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.db import connections

from edumetrics.college_db.read import open_college
from edumetrics.runs.advisors import Advisor, Synced, lines, sync_advisors
from edumetrics.runs.commands import EduMetricsCommand, add_param_option, mapping_of


class Command(EduMetricsCommand):
    """Accounts for the advisors of the college."""

    help = (
        "Let the accounts of advisors be those of the college's table advisors: new ones get an account and a one-time "
        "link to set a password (printed here, and mailed where EMAIL_URL is set); those who are gone are deactivated, "
        "never deleted; a class that has another advisor takes its open follow-ups along. Prints what changed."
    )
    examples = """  manage.py sync_advisors --dry-run    what would change
  manage.py sync_advisors              change it, and print the links"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--dry-run, --param."""
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        add_param_option(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Sync them."""
        with open_college(connections["client_db"].settings_dict, mapping_of(options["param"])) as college:
            if not college.has("advisors"):
                raise CommandError(
                    "The mapping says that the college has no table of advisors. Add accounts in the portal, "
                    "under Users."
                )
            table = college.table("advisors").sort("advisor_id", "class_id")
        rows = table.drop_nulls("advisor_id").select("advisor_id", "name", "email", "class_id").iter_rows()
        synced = sync_advisors([Advisor(*row) for row in rows], dry_run=options["dry_run"])
        self._print(synced, dry_run=options["dry_run"])

    def _print(self, synced: Synced, *, dry_run: bool) -> None:
        if synced.is_empty:
            self.stdout.write("The accounts are those of the college's table: nothing to change.")
        else:
            self.stdout.write("Would change:" if dry_run else "Changed:")
        for line in lines(synced):
            self.stdout.write(line)
        if synced.invitations:
            until = f"{synced.invitations[0].expires_at:%Y-%m-%d %H:%M} UTC"
            self.stdout.write(f"Links to set a password, each for its owner only, until {until}:")
        for link in synced.invitations:
            mailed = " (mailed)" if link.is_mailed else ""
            self.stdout.write(f"  {link.user.username}: {link.url}{mailed}")
