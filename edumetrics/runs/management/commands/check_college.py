"""manage.py check_college"""

import json
import shutil
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.db import connections
from rich.console import Console

from edumetrics.college_db.check import Finding, Gravity, Report, check_college
from edumetrics.college_db.check.printing import as_text
from edumetrics.engine.errors import MappingError, PolicyError
from edumetrics.engine.tables.canonical import TABLES
from edumetrics.runs.commands import EduMetricsCommand, add_param_option, mapping_of, policy
from edumetrics.runs.errors import EXIT_WARNINGS

EXIT_CODES = {Gravity.OK: 0, Gravity.ERROR: 1, Gravity.WARNING: EXIT_WARNINGS}


class Command(EduMetricsCommand):
    """Look the college's database over."""

    help = (
        "Look the college's database over, table by table: what is there, missing, of a wrong type, empty, twice, "
        "stale, and whether anything could write; with the line that puts it right. It only reads."
    )
    examples = f"""  manage.py check_college                                       everything
  manage.py check_college --table attendance --table students   only these
  manage.py check_college --json > check.json                   for a program

exit codes: 0 nothing is wrong, 1 something keeps a run from working,
{EXIT_WARNINGS} a run works, but there are warnings"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--table, --json, --param."""
        parser.add_argument(
            "--table",
            action="append",
            choices=TABLES,
            metavar="TABLE",
            help=f"only this table; may be repeated. One of {', '.join(TABLES)}",
        )
        parser.add_argument("--json", action="store_true", help="print JSON, and nothing else")
        add_param_option(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the report, and exit by its gravity."""
        with _telling() as step:
            report = _report(options["param"], options["table"], step)
        code = EXIT_CODES[report.gravity]
        if options["json"]:
            self.stdout.write(json.dumps({**report.as_json(), "exit_code": code}, indent=2, ensure_ascii=False))
        else:
            width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
            self.stdout.write(as_text(report, terminal_width=width), ending="")
            if code:
                self.stdout.write(f"Exit code {code}.")
        if code:
            self.stdout.flush()
            connections.close_all()
            raise SystemExit(code)


def _report(parameters: list[str], tables: list[str] | None, step: Callable[[str], None]) -> Report:
    """What the check finds, or what is wrong with the files that it needs."""
    report = Report()
    try:
        mapping = mapping_of(parameters)
    except MappingError as error:
        report.add([Finding(Gravity.ERROR, "mapping", str(error))])
    try:
        numbers = policy()
    except PolicyError as error:
        report.add([Finding(Gravity.ERROR, "policy", str(error))])
    if report.findings:
        return report
    settings = connections["client_db"].settings_dict
    return check_college(settings, mapping, numbers, datetime.now(UTC), tables=tables, step=step)


@contextmanager
def _telling() -> Iterator[Callable[[str], None]]:
    """What is being done, on a terminal: on standard error, so that standard output holds the report alone."""
    if not sys.stderr.isatty():
        yield lambda what: None
        return
    with Console(stderr=True).status("connecting") as status:
        yield lambda what: status.update(f"{what} ...")
