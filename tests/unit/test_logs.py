"""The logs: what is written, and what never is."""

import ast
import json
import logging
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured

from edumetrics.config.logs import (
    CODES,
    NUMBERS,
    TEXTS,
    JsonFormatter,
    StandardErrorHandler,
    TextFormatter,
    logging_settings,
    masked,
)
from tests.conftest import need
from tests.integration.databases import SERVER

ROOT = Path(__file__).resolve().parents[2]
PERSONAL = ("25CSEA012", "Manjunath", "Hiremath", "manjunath@college.example", "98450")


@pytest.fixture
def log() -> Iterator[logging.Logger]:
    """A logger of ours, with our handler only."""
    logger = logging.getLogger("edumetrics.runs")
    before = (logger.level, logger.propagate, list(logger.handlers))
    logger.setLevel("DEBUG")
    logger.propagate = False
    yield logger
    logger.setLevel(before[0])
    logger.propagate, logger.handlers = before[1:]


def write_to(log: logging.Logger, formatter: logging.Formatter) -> None:
    handler = StandardErrorHandler()
    handler.setFormatter(formatter)
    log.handlers = [handler]


def test_text_has_time_level_logger_message_and_fields(log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    write_to(log, TextFormatter())
    rows = {"weekly_metrics": 705, "weekly_flags": 87}
    log.info("shard published", extra={"run": 12, "shard": 3, "seconds": 1.5204, "what": "read it", "rows": rows})
    time, rest = capsys.readouterr().err.rstrip("\n").split(" ", 1)
    assert time.endswith("Z")
    assert rest == (
        'INFO edumetrics.runs shard published run=12 shard=3 seconds=1.52 what="read it" '
        "rows=weekly_metrics:705,weekly_flags:87"
    )


def test_json_is_one_object_a_line(log: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    write_to(log, JsonFormatter())
    log.info("shard published", extra={"run": 12, "rows": {"weekly_flags": 87}, "class_id": ["CSE25A", "CSE24A"]})
    try:
        raise ValueError("nothing\nto see")
    except ValueError:
        log.exception("run failed", extra={"run": 12})
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert first.pop("time").endswith("Z")
    assert first == {
        "level": "INFO",
        "logger": "edumetrics.runs",
        "message": "shard published",
        "run": 12,
        "rows": {"weekly_flags": 87},
        "class_id": ["CSE25A", "CSE24A"],
    }
    assert second["message"] == "run failed"
    assert second["traceback"].startswith('  File "')
    assert "test_json_is_one_object_a_line" in second["traceback"]
    assert second["traceback"].endswith("ValueError: nothing\nto see")


@pytest.mark.parametrize("formatter", [TextFormatter, JsonFormatter])
def test_a_field_that_is_not_on_the_list_or_not_of_its_kind_is_left_out_and_named(
    log: logging.Logger, capsys: pytest.CaptureFixture[str], formatter: type[Any]
) -> None:
    write_to(log, formatter())
    extra = {
        "run": 12,
        "student_id": "25CSEA012",
        "students": ["25CSEA012"],
        "rows": {"Manjunath": 1},
        "stage": "manjunath@college.example",
        "email": 3,
    }
    log.warning("shard published", extra=extra)
    written = capsys.readouterr().err
    assert "12" in written
    for name in ("student_id", "students", "rows", "stage", "email"):
        assert name in written[written.index("left_out") :]
    assert_nothing_personal(written)


@pytest.mark.parametrize("formatter", [TextFormatter, JsonFormatter])
def test_what_a_database_says_of_rows_is_masked_wherever_it_is_written(
    log: logging.Logger, capsys: pytest.CaptureFixture[str], formatter: type[Any]
) -> None:
    need(("postgresql", "postgresql"))
    write_to(log, formatter())
    with psycopg.connect(SERVER) as connection:
        connection.execute(
            "CREATE TEMPORARY TABLE student (student_id text PRIMARY KEY, name text CHECK (name <> 'x'))"
        )
        for statement in (
            "INSERT INTO student VALUES ('25CSEA012', 'Manjunath Hiremath'), ('25CSEA012', 'Manjunath Hiremath')",
            "INSERT INTO student VALUES (NULL, 'Manjunath Hiremath')",
            "SELECT 'Manjunath Hiremath'::int",
            "SELECT 1 FROM 25CSEA012",
        ):
            try:
                with connection.transaction():
                    connection.execute(statement.encode())
            except psycopg.Error as error:
                log.exception("run failed", extra={"run": 12, "error": error})
                log.warning("trying again after %s in %.1f s", error, 0.5)
    written = capsys.readouterr().err
    assert "duplicate key value violates unique constraint" in written
    assert "student_pkey" in written
    assert "UniqueViolation" in written
    assert "null value in column" in written
    assert "student_id" in written
    assert "in 0.5 s" in written
    # The lines of this file that were at work are in the traceback; they are the program and not its data.
    assert_nothing_personal("\n".join(line for line in written.splitlines() if "INSERT" not in line))


def test_errors_of_sqlite_are_masked_with_those_that_led_to_them(
    log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    write_to(log, TextFormatter())
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("SELECT * FROM nowhere")
        except sqlite3.Error as first:
            try:
                raise LookupError(
                    "There is no student '25CSEA012' (manjunath@college.example, +91 98450 12345)."
                ) from first
            except LookupError:
                log.exception("run failed")
    lines = capsys.readouterr().err.splitlines()
    said = [line for line in lines if not line.startswith(" ")]
    assert [line.partition(":")[0] for line in said[1:]] == ["OperationalError", "LookupError"]
    assert_nothing_personal("\n".join(said))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('relation "weekly_flags" does not exist', 'relation "weekly_flags" does not exist'),
        ('invalid input syntax for type integer: "25CSEA012"', "invalid input syntax for type integer: …"),
        ("UNIQUE constraint failed: weekly_metrics.student_id", "UNIQUE constraint failed: weekly_metrics.student_id"),
        ("duplicate key DETAIL:  Key (student_id)=(25CSEA012) already exists.", "duplicate key"),
        ("failed to execute: no query was: INSERT INTO t VALUES ('Manjunath')", "failed to execute: no"),
        ("Duplicate entry '25CSEA012-2026' for key 'roster_student.primary'",
         "Duplicate entry … for key 'roster_student.primary'"),
        ("conversion from `str` to `i64` failed in column 'marks': [\"O'Brien\", \"7x\"]",
         "conversion from `str` to `i64` failed in column 'marks': […, …]"),
        ("The college's student 'Ravi O'Brien' has a row", "The college's student … has a row"),
        ("connection to postgresql://user:secret@db.example:5432/college failed", "connection to … failed"),
        ("Nothing is published for the class of 25CSEA012.", "Nothing is published for the class of …."),
        ("student 301275 is there twice since 2026-11-23", "student … is there twice since 2026-11-23"),
    ],
)  # fmt: skip
def test_masked(text: str, expected: str) -> None:
    assert masked(text) == expected


def test_other_libraries_are_heard_when_they_warn_and_with_their_first_line_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    handler = StandardErrorHandler()
    handler.setFormatter(TextFormatter())
    other = logging.getLogger("distributed.worker")
    other.handlers, other.propagate = [handler], False
    other.setLevel("DEBUG")
    other.info("Register worker")
    other.error("Compute Failed\nKey: %s\nargs: %r", "shard-3", [{"name": "Manjunath Hiremath"}])
    other.error("what is wrong is %d", "Manjunath")
    written = capsys.readouterr().err
    assert "Register" not in written
    assert "ERROR distributed.worker Compute Failed\n" in written
    assert "could not be written" in written.splitlines()[-1]
    assert_nothing_personal(written)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"LOG_FORMAT": "xml"}, "LOG_FORMAT is 'xml'; allowed are text, json."),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL is 'LOUD'; allowed are DEBUG, INFO, WARNING, ERROR, CRITICAL."),
    ],
)
def test_a_wrong_setting_is_refused_with_what_is_allowed(settings: dict[str, str], message: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        logging_settings(settings)
    assert str(refused.value) == message


WORKER = """
import logging
from django.apps import apps
from django.conf import settings
from edumetrics.config.logs import configure_logs

configure_logs()
log = logging.getLogger("edumetrics.runs")
log.debug("quiet")
log.info("shard published", extra={"shard": 3})
assert not apps.ready
assert not settings.configured
"""


@pytest.mark.parametrize(("level", "lines"), [("", 1), ("debug", 2), ("ERROR", 0)])
def test_a_worker_process_logs_without_django(level: str, lines: int) -> None:
    environment = {**os.environ, "LOG_FORMAT": "json", "LOG_LEVEL": level}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, "-c", WORKER], cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    found = [json.loads(line) for line in done.stderr.splitlines()]
    assert len(found) == lines
    assert all(one["logger"] == "edumetrics.runs" for one in found)


def log_calls() -> Iterator[tuple[str, ast.Call]]:
    """Every call like log.info(...) in the program, with where it is."""
    for path in sorted((ROOT / "edumetrics").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            of = node.func.value
            name = of.id if isinstance(of, ast.Name) else ""
            is_level = node.func.attr in ("debug", "info", "warning", "error", "exception", "critical")
            if is_level and name.strip("_") in ("log", "logger"):
                yield f"{path.relative_to(ROOT)}, line {node.lineno}", node


def test_messages_of_the_program_are_constant_and_their_fields_are_on_the_list() -> None:
    allowed = NUMBERS | CODES | TEXTS
    wrong = []
    calls = list(log_calls())
    assert calls
    for where, call in calls:
        if not (isinstance(call.args[0], ast.Constant) and isinstance(call.args[0].value, str)):
            wrong.append(f"{where}: the message is put together")
        for keyword in call.keywords:
            if keyword.arg == "extra" and isinstance(keyword.value, ast.Dict):
                names = [key.value for key in keyword.value.keys if isinstance(key, ast.Constant)]
                wrong += [f"{where}: the field {name} is not on the list" for name in names if name not in allowed]
    assert wrong == []


def assert_nothing_personal(text: str) -> None:
    found = [one for one in PERSONAL if one in text]
    assert found == [], text
