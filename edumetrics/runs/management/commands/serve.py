"""manage.py serve"""

import os
from argparse import ArgumentParser
from typing import Any

from edumetrics.config.static import collect
from edumetrics.runs.commands import EduMetricsCommand
from edumetrics.runs.serving import Serving


class Command(EduMetricsCommand):
    """Server and scheduler together."""

    help = (
        "Start the web server and the scheduler together, and end both at Ctrl-C or SIGTERM; where one of them ends, "
        "the other is ended too. For trying EduMetrics out, and for a small college: a service manager starts the two "
        "apart (docs/how-to/schedule.md)."
    )
    examples = """  manage.py serve                at http://localhost:8000
  PORT=9000 manage.py serve      at another port
  manage.py serve --host 0.0.0.0 for other machines too, by the names in ALLOWED_HOSTS

exit codes: 0 stopped, 1 the server or the scheduler ended by itself"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--host, --port, --workers."""
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen at (default 127.0.0.1)")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000), help="default: PORT, 8000")
        parser.add_argument("--workers", type=int, default=2, metavar="N", help="processes of the server (default 2)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until told to stop."""
        collect()
        serving = Serving(options["host"], options["port"], options["workers"], self._say)
        if code := serving.work():
            raise SystemExit(code)

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
