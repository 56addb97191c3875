"""manage.py scheduler"""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from edumetrics.runs.commands import EduMetricsCommand, add_means_options, means_given, policy
from edumetrics.runs.queue import HEARTBEAT
from edumetrics.runs.scheduler import Scheduler

_MOST = HEARTBEAT.total_seconds()


class Command(EduMetricsCommand):
    """The process that starts runs."""

    help = (
        "Start the weekly run at the time of the policy (schedule.weekly), and carry out the runs that were put into "
        "the queue: one at a time, each in a process of its own. Runs until SIGTERM or Ctrl-C; a run at work then is "
        "stopped in good order."
    )
    examples = """  manage.py scheduler                  for systemd (docs/how-to/schedule.md), or on a terminal
  manage.py scheduler --once           do what is due now, then end: for cron
  manage.py calibrate --queue          ask the scheduler for a run

exit codes: 0 stopped, 4 another scheduler works for the analysis database; with --once that of the runs"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--once, --heartbeat, --grace, and what its runs may use."""
        parser.add_argument("--once", action="store_true", help="do what is due now, then end")
        parser.add_argument(
            "--heartbeat",
            type=_seconds_between(0.1, _MOST),
            default=_MOST,
            metavar="SECONDS",
            help=f"seconds between two signs of life in the table runner, 0.1 to {_MOST:g} (default {_MOST:g})",
        )
        parser.add_argument(
            "--grace",
            type=_seconds_between(0, 86_400),
            default=60,
            metavar="SECONDS",
            help="at a stop: how long a run at work may take to end before it is killed (default 60)",
        )
        add_means_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Work until told to stop."""
        scheduler = Scheduler(
            heartbeat=options["heartbeat"],
            grace=options["grace"],
            once=options["once"],
            policy=policy,
            say=self._say,
            means=means_given(options),
        )
        if code := scheduler.work():
            raise SystemExit(code)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        # Otherwise it would come after what the runs write, where standard output is a file.
        self.stdout.flush()


class _seconds_between:  # noqa: N801
    """A type of option: seconds within bounds."""

    def __init__(self, least: float, most: float) -> None:
        self._least = least
        self._most = most

    def __call__(self, text: str) -> float:
        try:
            seconds = float(text)
        except ValueError:
            seconds = float("nan")
        if not self._least <= seconds <= self._most:
            raise ArgumentTypeError(f"it is {text!r}; allowed are {self._least:g} to {self._most:g} seconds")
        return seconds
