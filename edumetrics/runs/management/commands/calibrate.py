"""manage.py calibrate"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from edumetrics.runs.catch_up import calibrate
from edumetrics.runs.commands import EduMetricsCommand, add_run_options, carry_out, request_of
from edumetrics.runs.queue import add_queue_option, enqueue_for


class Command(EduMetricsCommand):
    """Bring the analysis database to the college's week."""

    help = (
        "Bring the analysis database to the college's week: behind, it scores every missing week in order; ahead, it "
        "removes the derived rows past that week (never interventions); at the same week it does nothing, unless "
        "--recompute scores the weeks of the semester anew."
    )
    examples = """  manage.py calibrate                               catch up with the college
  manage.py calibrate --dry-run                     what would be done
  manage.py calibrate --recompute                   the whole semester anew
  manage.py calibrate --recompute --from-week 6     from week 6 on, for example after the policy changed
  manage.py calibrate --queue                       leave it to the scheduler

exit codes: 0 done, 1 failed (the last good results stay), 3 done, but a source had too many bad rows,
4 another run is at work, 5 stopped by SIGTERM (the next run finishes the work)"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--recompute, --from-week, --param, --dry-run, --queue."""
        parser.add_argument("--recompute", action="store_true", help="score weeks anew that are already published")
        parser.add_argument(
            "--from-week", type=int, metavar="WEEK", help="with --recompute: the first week (default 1)"
        )
        add_run_options(parser)
        add_queue_option(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        if options["from_week"] is not None and not options["recompute"]:
            raise CommandError("--from-week goes with --recompute.")
        options["recompute_from"] = (options["from_week"] or 1) if options["recompute"] else None
        if options["from_week"] == 0:
            raise CommandError("--from-week is 0; weeks begin with 1.")
        request = request_of("calibrate", options)
        if options["queue"]:
            enqueue_for(self, "calibrate", options)
        else:
            carry_out(self, calibrate, request)
