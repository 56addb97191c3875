"""What the management commands share: options, errors, exit codes, the report at the end."""

import argparse
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, DjangoHelpFormatter
from django.db import connections
from django.db.utils import DatabaseError

from edumetrics.college_db.mapping import Mapping, load_mapping
from edumetrics.databases.reading import DatabaseError as BulkDatabaseError
from edumetrics.databases.reading import in_one_line
from edumetrics.databases.urls import dialect_of
from edumetrics.engine.errors import EduMetricsError
from edumetrics.engine.policy import Policy, load_policy
from edumetrics.engine.tables.quality import RULES
from edumetrics.runs.catch_up import SHARD_STUDENTS, SHARD_STUDENTS_OF_A_WEEK, Means, Outcome, Request
from edumetrics.runs.errors import EXIT_IN_PROGRESS, EXIT_QUARANTINED, EXIT_STOPPED, RunInProgress, RunStopped


class _HelpFormatter(DjangoHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of the examples."""


class EduMetricsCommand(BaseCommand):
    """A command with examples in its help, whose errors are sentences and not tracebacks."""

    examples = ""
    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """The parser, with the examples below its options."""
        return super().create_parser(
            prog_name, subcommand, formatter_class=_HelpFormatter, epilog=f"examples:\n{self.examples}", **kwargs
        )

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Runs the command; an error of ours, or of a database, becomes one message and exit code 1."""
        try:
            return super().execute(*args, **options)
        except RunInProgress as error:
            raise CommandError(str(error), returncode=EXIT_IN_PROGRESS) from error
        except RunStopped as error:
            raise CommandError(str(error), returncode=EXIT_STOPPED) from error
        except EduMetricsError as error:
            raise CommandError(str(error)) from error
        except (DatabaseError, BulkDatabaseError, psycopg.Error) as error:
            raise CommandError(_explained(error)) from error
        except OSError as error:
            raise CommandError(f"{error.filename or 'A file'}: {error.strerror or error}.") from error


def _explained(error: Exception) -> str:
    text = in_one_line(error)
    if "no such table" in text or ("relation" in text and "does not exist" in text):
        return f"The analysis database lacks a table: {text}. Run manage.py migrate first."
    return (
        f"The analysis database failed: {text} What was published before is good; check DEFAULT_DB_URL, the server and "
        "its disk, and start again to finish the work."
    )


def add_run_options(parser: ArgumentParser) -> None:
    """--param, --dry-run, and what the run may use."""
    add_param_option(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    add_means_options(parser)


def add_param_option(parser: ArgumentParser) -> None:
    """--param, for ``mapping_of``."""
    parser.add_argument(
        "--param",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the mapping file, for example --param year=2014; may be repeated",
    )


def add_means_options(parser: ArgumentParser) -> None:
    """--workers, --shard-students and --cluster: what a run may use."""
    parser.add_argument(
        "--workers", type=_positive, metavar="N", help="processes (default: WORKERS, else one for each core)"
    )
    parser.add_argument(
        "--shard-students",
        type=_positive,
        metavar="N",
        help="about how many students are read and scored together (default: SHARD_STUDENTS, else "
        f"{SHARD_STUDENTS}, and {SHARD_STUDENTS_OF_A_WEEK} where one week is scored)",
    )
    parser.add_argument(
        "--cluster",
        metavar="ADDRESS",
        help="let the Dask cluster of this scheduler do it, like tcp://10.0.0.5:8786 (default: CLUSTER, else none)",
    )


def means_given(options: dict[str, Any]) -> list[str]:
    """The options of ``add_means_options`` that were given, for the command line of another process."""
    given = {name: options[name] for name in ("workers", "shard_students", "cluster") if options[name]}
    return [text for name, value in given.items() for text in (f"--{name.replace('_', '-')}", str(value))]


def _positive(text: str) -> int:
    value = int(text) if text.isdigit() else 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return value


def request_of(kind: str, options: dict[str, Any]) -> Request:
    """The request that the options and settings make. Raises MappingError or PolicyError."""
    return Request(
        kind=kind,
        mapping=mapping_of(options["param"]),
        policy=policy(),
        now=datetime.now(UTC),
        recompute_from=options.get("recompute_from"),
        dry_run=options["dry_run"],
        means=Means(
            options.get("workers") or settings.WORKERS,
            options.get("shard_students") or settings.SHARD_STUDENTS,
            options.get("cluster") or settings.CLUSTER or None,
        ),
        parameters=tuple(options["param"]),
    )


def policy() -> Policy:
    """The policy of POLICY_FILE."""
    return load_policy(Path(settings.POLICY_FILE) if settings.POLICY_FILE else None)


def mapping_of(given: list[str]) -> Mapping:
    """The mapping of MAPPING_FILE, with parameters like "year=2014" of the command line."""
    overrides = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals:
            raise CommandError(f"--param {text}: write it as NAME=VALUE.")
        overrides[name] = value
    path = Path(settings.MAPPING_FILE) if settings.MAPPING_FILE else None
    return load_mapping(path, overrides, dialect_of(connections["client_db"].settings_dict))


def carry_out(command: BaseCommand, job: Callable[[Request], Outcome], request: Request) -> None:
    """Do the job and print what came of it; exits with EXIT_QUARANTINED where a source had too many bad rows."""
    outcome = job(request)
    where = outcome.position
    command.stdout.write(
        f"College: academic year {where.academic_year}, {where.term} semester, week {where.sem_week} is over."
    )
    if where.sem_week == 0:
        command.stdout.write("No week of the academic year is over yet: nothing to do.")
        return
    if not outcome.classes:
        command.stdout.write(f"No class of the college is in an {where.term} semester: nothing to do.")
        return
    if outcome.plan.is_empty:
        command.stdout.write("The analysis database already is at that week: nothing to do.")
        return
    if request.dry_run:
        _print_plan(command, outcome)
        return
    _print_report(command, outcome)


def _print_plan(command: BaseCommand, outcome: Outcome) -> None:
    if not outcome.plan.roll_back.is_empty():
        command.stdout.write(f"Would remove the later weeks of {outcome.plan.roll_back.height} classes.")
    for line in outcome.plan.student_weeks:
        command.stdout.write(f"Would score {line}.")
    if outcome.shards:
        command.stdout.write(f"Shards: {' and '.join(map(str, outcome.shards))}.")


def _print_report(command: BaseCommand, outcome: Outcome) -> None:
    run = outcome.run
    if run is None or run.started is None or run.finished is None:
        raise AssertionError("a run that was carried out has ended")
    if not outcome.plan.roll_back.is_empty():
        command.stdout.write(f"Removed the later weeks of {outcome.plan.roll_back.height} classes.")
    written = ", ".join(f"{table} {count}" for table, count in run.rows.items()) or "nothing"
    seconds = (run.finished - run.started).total_seconds()
    command.stdout.write(f"Run {run.pk} succeeded in {seconds:.1f} s; rows written: {written}.")
    for line in quality_lines(run.quality):
        command.stdout.write(line)
    if run.quality["quarantined"]:
        command.stdout.write(f"Exit code {EXIT_QUARANTINED}: the run succeeded, but a source had too many bad rows.")
        sys.stdout.flush()
        connections.close_all()
        raise SystemExit(EXIT_QUARANTINED)


def quality_lines(quality: dict[str, Any]) -> list[str]:
    """The data-quality report as lines to read; one line where nothing was wrong."""
    lines = []
    for one in quality["findings"]:
        week = "" if one["week"] is None else f", week {one['week']}"
        examples = ", ".join(one["examples"][:3])
        lines.append(f"  {one['table']}{week}: {one['rows']} {RULES[one['rule']]}, for example {examples}")
    for one in quality["quarantined"]:
        lines.append(
            f"  {one['class_id']}, week {one['sem_week']}: {one['bad']} of {one['rows']} rows of {one['source']} are "
            "bad; the source is quarantined for the class that week"
        )
    for one in quality["late_changes"]:
        lines.append(
            f"  {one['class_id']}, week {one['sem_week']}: the source changed for {one['students']} students after the "
            "week was published; it stays as published"
        )
    return ["Data quality:", *lines] if lines else ["Data quality: no row was wrong."]
