"""manage.py run_queued"""

from argparse import ArgumentParser
from dataclasses import replace
from typing import Any

from django.core.management.base import CommandError

from edumetrics.databases.errors import is_passing
from edumetrics.engine.errors import EduMetricsError
from edumetrics.runs import queue
from edumetrics.runs.catch_up import calibrate, run_weekly
from edumetrics.runs.commands import EduMetricsCommand, add_means_options, carry_out, request_of
from edumetrics.runs.errors import RunInProgress
from edumetrics.runs.management.commands.train import train_queued

_JOBS = {"weekly": run_weekly, "calibrate": calibrate}
_AT_ONCE = {"dry_run": False}


class Command(EduMetricsCommand):
    """One run of the queue."""

    help = "Carry out one run of the queue; the scheduler starts this command for each."
    examples = """  manage.py calibrate --queue          puts a run into the queue, and says its number
  manage.py run_queued 12              carries it out without waiting for the scheduler

exit codes: as of calibrate; with 4 (another run is at work) the run stays in the queue"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The number of the run, and what it may use."""
        parser.add_argument("run", type=int, help="number of the run")
        add_means_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it; where it fails before it could begin, its record says why."""
        run = queue.waiting_run(options["run"])
        try:
            if run.kind == "train":
                train_queued(self, run)
                return
            asked = {"param": run.request["parameters"], "recompute_from": run.request["recompute_from"]}
            request = replace(request_of(run.kind, options | _AT_ONCE | asked), queued=run.pk)
            carry_out(self, _JOBS[run.kind], request)
        except RunInProgress:
            raise
        except (EduMetricsError, CommandError) as error:
            queue.fail(run.pk, str(error))
            raise
        except Exception as error:
            # One that did not begin because the analysis database was gone for a moment stays in the queue.
            if not is_passing(error):
                queue.fail(run.pk, f"{type(error).__name__}: {error}")
            raise
