"""manage.py run_weekly"""

from argparse import ArgumentParser
from typing import Any

from edumetrics.runs.catch_up import run_weekly
from edumetrics.runs.commands import EduMetricsCommand, add_run_options, carry_out, request_of
from edumetrics.runs.queue import add_queue_option, enqueue_for


class Command(EduMetricsCommand):
    """Score the current week."""

    help = (
        "Score the college's current week: metrics, then flags. May be repeated for the current week; weeks that are "
        "missing before it are made up first, and published ones stay as they are."
    )
    examples = """  manage.py run_weekly                        every week, after the week is over
  manage.py run_weekly --dry-run              what would be done
  manage.py run_weekly --param year=2014      with a parameter of the mapping file
  manage.py run_weekly --queue                leave it to the scheduler

exit codes: 0 done, 1 failed (the last good results stay), 3 done, but a source had too many bad rows,
4 another run is at work, 5 stopped by SIGTERM (the next run finishes the work)"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--param, --dry-run, --queue."""
        add_run_options(parser)
        add_queue_option(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        request = request_of("weekly", options)
        if options["queue"]:
            enqueue_for(self, "weekly", options)
        else:
            carry_out(self, run_weekly, request)
