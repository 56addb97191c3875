"""manage.py demo_college"""

import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import polars as pl
from django.conf import settings
from django.core.management.base import CommandError

from demo.college.spoil import ALL, MOST_OF_A_TABLE, Spoiler, Spoiling, first_day_at
from demo.college.ways import CANNOT, NOT_A_NUMBER
from demo.college.write import SPOILED, DemoCollege, read_marker, write_college
from edumetrics.engine.tables.quality import RULES
from edumetrics.runs.commands import EduMetricsCommand
from edumetrics.runs.progress import progress

_DEFAULTS = {"students": 600, "week": 11, "seed": 1, "year": 2026, "past_years": 2}
_LONG = 10_000
"""Students times semesters from which writing takes seconds, and says how far it is."""


class Command(EduMetricsCommand):
    """A simulated college."""

    help = (
        "Write a simulated college into a database of its own (CLIENT_DB_URL), or let it live on for some weeks. "
        "The same numbers always give the same college. A database with other data is never touched."
    )
    examples = f"""  manage.py demo_college                              600 students at week 11
  manage.py demo_college --students 2400 --week 17    a larger one, at the end of the odd semester
  manage.py demo_college --advance                    one week later; then: manage.py run_weekly
  manage.py demo_college --advance 4                  four weeks later
  manage.py demo_college --spoil marks_over_max=0.2   a fifth of all marks are over the maximum
  manage.py demo_college --spoil all=0.2 --spoil-class CSE25A --spoil-class ECE24A
                                                      two classes with rows that are wrong in every way

weeks: 1-18 are the odd semester, 19-36 the even one; midterms are in weeks 8 and 26, endterms in 18 and 36
rules to spoil by: {" ".join(RULES)}"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What the college follows from, and what is to be done with it."""
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
        parser.add_argument(
            "--spoil",
            action="append",
            metavar="RULE=SHARE",
            help=f"make a share (0-1) of the rows break a rule of data quality, or {ALL} of them; may be repeated",
        )
        parser.add_argument(
            "--spoil-class",
            action="append",
            metavar="CLASS",
            help="spoil only rows of this class; may be repeated (default: all classes)",
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
        began = time.monotonic()
        try:
            college = self._advanced(there, options) if options["advance"] is not None else _new(options)
            self.stdout.write(f"Simulating {_described(college)} ...")
            with _steps(college) as step:
                written = write_college(url, college, step)
        except ValueError as error:
            raise CommandError(str(error)) from error
        rows = written.rows
        self.stdout.write(f"Wrote {sum(rows.values())} rows in {time.monotonic() - began:.1f} s: {_counts(rows)}.")
        if written.spoiler:
            for line in _spoiled(written.spoiler):
                self.stdout.write(line)

    def _advanced(self, there: DemoCollege | None, options: dict[str, Any]) -> DemoCollege:
        if there is None:
            raise CommandError("There is no demo college to advance. Make one: manage.py demo_college.")
        given = [name for name in (*_DEFAULTS, "spoil", "spoil_class") if options[name] is not None]
        if given:
            raise CommandError(f"--advance keeps the college as it is; leave out --{given[0].replace('_', '-')}.")
        if options["advance"] < 1:
            raise CommandError(f"--advance is {options['advance']}; weeks only go forward.")
        return there.after(options["advance"])


def _new(options: dict[str, Any]) -> DemoCollege:
    numbers = {name: default if options[name] is None else options[name] for name, default in _DEFAULTS.items()}
    college = DemoCollege(**numbers, spoiling=None)
    spoiling = _spoiling(college, options["spoil"] or [], options["spoil_class"] or [])
    return replace(college, spoiling=spoiling)


def _spoiling(college: DemoCollege, given: list[str], classes: list[str]) -> Spoiling | None:
    if not given:
        if classes:
            raise CommandError("--spoil-class says where to spoil; say what with --spoil, for example --spoil all=0.2.")
        return None
    known = [class_id for cohort in college.simulation().cohorts for class_id in cohort.class_ids]
    for class_id in classes:
        if class_id not in known:
            raise CommandError(f"--spoil-class {class_id}: the classes are {', '.join(sorted(known))}.")
    return Spoiling(dict(map(_share, given)), tuple(classes), first_day_at(college.year, college.week))


def _share(text: str) -> tuple[str, float]:
    rule, _, share = text.partition("=")
    try:
        return rule, float(share)
    except ValueError:
        raise CommandError(f"--spoil {text}: write it as RULE=SHARE, for example marks_over_max=0.2.") from None


@contextmanager
def _steps(college: DemoCollege) -> Iterator[Callable[[str], None]]:
    """Shows how far the writing is where it takes long."""
    semesters = len(college.simulation().semesters())
    if semesters * college.students / 4 < _LONG:
        yield lambda what: None
        return
    with progress(semesters + 2) as steps:
        yield steps.step


def _described(college: DemoCollege) -> str:
    text = f"{college.students} students, academic year {college.year}, week {college.week}, seed {college.seed}"
    if college.spoiling is None:
        return text
    shares = ", ".join(f"{rule}={share:g}" for rule, share in college.spoiling.shares.items())
    return f"{text}, spoiled: {shares} of {', '.join(college.spoiling.classes) or 'all classes'}"


def _counts(rows: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in rows.items() if count)


def _spoiled(spoiler: Spoiler) -> Iterator[str]:
    """Lines that say what was spoiled, and what could not be."""
    yield f"Spoiled on purpose, as the data-quality report is to count it (by week in the table {SPOILED}):"
    by_rule = spoiler.tally.group_by("table_name", "rule").agg(pl.col("bad_rows").sum()).sort("table_name", "rule")
    for (table,), rules in by_rule.group_by("table_name", maintain_order=True):
        yield f"  {table}: " + ", ".join(f"{rule} {count}" for _, rule, count in rules.iter_rows())
    for table, scale in spoiler.scaled.items():
        yield (
            f"  {table}: the shares add up to more than {MOST_OF_A_TABLE:g}, so each was multiplied by {scale:.2f}; "
            "a tenth of the rows stays whole"
        )
    for rule in RULES:
        if spoiler.wanted(rule) and rule not in by_rule["rule"]:
            yield f"  {rule}: no row; there were too few for the share"
    for rule, where in CANNOT.items():
        if spoiler.spoiling.share(rule):
            yield f"  {rule}: not in {where}"
    if spoiler.spoiling.share(NOT_A_NUMBER) and not spoiler.keeps_nan:
        yield f"  {NOT_A_NUMBER}: nowhere; of the databases only PostgreSQL has a value for it"
