"""manage.py demo_college"""

import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from demo.college.write import DemoCollege, read_marker, write_college
from edumetrics.runs.commands import EduMetricsCommand

_DEFAULTS = {"students": 600, "week": 11, "seed": 1, "year": 2026, "past_years": 2}


class Command(EduMetricsCommand):
    """A simulated college."""

    help = (
        "Write a simulated college into a database of its own (CLIENT_DB_URL), or let it live on for some weeks. "
        "The same numbers always give the same college. A database with other data is never touched."
    )
    examples = """  manage.py demo_college                              600 students at week 11
  manage.py demo_college --students 2400 --week 17    a larger one, at the end of the odd semester
  manage.py demo_college --advance                    one week later; then: manage.py run_weekly
  manage.py demo_college --advance 4                  four weeks later

weeks: 1-18 are the odd semester, 19-36 the even one; midterms are in weeks 8 and 26, endterms in 18 and 36"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--students, --week, --seed, --year, --past-years, --advance, --if-missing, --database."""
        for name, what in (
            ("students", "how many students the classes begin with"),
            ("week", "global week that is over, 0-36"),
            ("seed", "another number, another college"),
            ("year", "academic year"),
            ("past-years", "finished years with all their rows"),
        ):
            default = _DEFAULTS[name.replace("-", "_")]
            parser.add_argument(f"--{name}", type=int, metavar="N", help=f"{what} (default {default})")
        parser.add_argument(
            "--advance", type=int, nargs="?", const=1, metavar="WEEKS", help="let weeks go by (default 1)"
        )
        parser.add_argument("--if-missing", action="store_true", help="leave a demo college that is there as it is")
        parser.add_argument("--database", metavar="URL", help="default: CLIENT_DB_URL")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it."""
        url = options["database"] or settings.CLIENT_DB_URL
        there = read_marker(url)
        if options["if_missing"] and there:
            self.stdout.write(f"The demo college is there: {_described(there)}.")
            return
        college = self._advanced(there, options) if options["advance"] is not None else _new(options)
        began = time.monotonic()
        self.stdout.write(f"Simulating {_described(college)} ...")
        try:
            rows = write_college(url, college)
        except ValueError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Wrote {sum(rows.values())} rows in {time.monotonic() - began:.1f} s: {_counts(rows)}.")

    def _advanced(self, there: DemoCollege | None, options: dict[str, Any]) -> DemoCollege:
        if there is None:
            raise CommandError("There is no demo college to advance. Make one: manage.py demo_college.")
        given = [name for name in _DEFAULTS if options[name] is not None]
        if given:
            raise CommandError(f"--advance keeps the college as it is; leave out --{given[0].replace('_', '-')}.")
        if options["advance"] < 1:
            raise CommandError(f"--advance is {options['advance']}; weeks only go forward.")
        return there.after(options["advance"])


def _new(options: dict[str, Any]) -> DemoCollege:
    return DemoCollege(
        **{name: default if options[name] is None else options[name] for name, default in _DEFAULTS.items()}
    )


def _described(college: DemoCollege) -> str:
    return f"{college.students} students, academic year {college.year}, week {college.week}, seed {college.seed}"


def _counts(rows: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in rows.items() if count)
