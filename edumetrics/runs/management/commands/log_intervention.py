"""manage.py log_intervention"""

from argparse import ArgumentParser
from datetime import UTC, date, datetime
from typing import Any

from edumetrics.interventions.actions import log_intervention
from edumetrics.interventions.models import InterventionLog
from edumetrics.runs.commands import EduMetricsCommand


class Command(EduMetricsCommand):
    """Log a contact with a student."""

    help = (
        "Log a contact with a student. For the follow-up window of the policy the student then is in progress, "
        "unless the level rises."
    )
    examples = """  manage.py log_intervention 25CSEA012 --kind conversation --by ADV001 --notes "library twice"
  manage.py log_intervention 25CSEA012 --kind call --by ADV001 --follow-up-on 2026-11-30"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """student_id, --kind, --by, --notes, --outcome, --follow-up-on."""
        parser.add_argument("student_id")
        parser.add_argument("--kind", required=True, choices=InterventionLog.Kind.values)
        parser.add_argument("--by", required=True, metavar="ADVISOR", help="who made the contact")
        parser.add_argument("--notes", default="")
        parser.add_argument("--outcome", default="")
        parser.add_argument("--follow-up-on", type=date.fromisoformat, metavar="YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        """Log it."""
        logged = log_intervention(
            student_id=options["student_id"],
            kind=options["kind"],
            by=options["by"],
            at=datetime.now(UTC),
            notes=options["notes"],
            outcome=options["outcome"],
            follow_up_on=options["follow_up_on"],
        )
        self.stdout.write(
            f"Logged as contact {logged.pk} of {logged.student_id}, for the list of week {logged.sem_week}."
        )
