"""Logs: events with fields, on standard error, without personal data.

A message is a constant text, and what varies are fields: ``logger.info("shard published", extra={"run": 12, "shard":
3})``. Only the fields named here are written, as numbers and short codes; text put into a message is ``masked``. So no
student gets into a log by mistake. ``LOG_FORMAT`` and ``LOG_LEVEL`` are documented in docs/how-to/operate.md.
"""

import copy
import json
import logging
import logging.config
import re
import sys
import time
import traceback
from collections.abc import Iterator, Mapping
from contextlib import suppress
from contextvars import ContextVar
from os import environ
from types import TracebackType
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter as PythonJsonFormatter

FORMATS = ("text", "json")
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
OURS = "edumetrics"

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The id of the web request that is being answered; it stands in every line that is written for it."""

NUMBERS = frozenset({
    "run", "shard", "shards", "classes", "students", "rows", "weeks", "academic_year", "semester", "sem_week", "week",
    "from_week", "through_week", "seconds", "pause", "attempt", "attempts", "findings", "quarantined", "late_changes",
    "flags", "notices", "workers", "threads", "bytes", "code", "pid", "tables", "links", "status",
})  # fmt: skip
"""Fields that are numbers or booleans."""

CODES = frozenset({
    "stage", "what", "kind", "state", "term", "class_id", "table", "source", "rule", "policy", "worker", "host",
    "scheduler", "command", "schedule", "next_weekly", "started", "finished", "route", "method", "request_id",
    "model",
})  # fmt: skip
"""Fields that are numbers, codes, times or names of machines."""

TEXTS = frozenset({"error"})
"""Fields with text of somebody else's, from which whatever may be data is taken out (``masked``)."""

_CODE = re.compile(r"[\w.,:;/+(){}\[\] -]{0,200}")
_MASK = "…"
# What PostgreSQL adds below its first sentence quotes keys and rows.
_BELOW = re.compile(r"(?s)\s*\b(?:DETAIL|CONTEXT|HINT|QUERY|STATEMENT|LINE \d+|query(?: was)?): .*")
_QUOTED = re.compile(r"""(?<!\w)'.*?'(?!\w)|"[^"]*"|`[^`]*`""")
_NAME_IN_SQL = re.compile(r".[a-z_]+(?:\.[a-z_]+)*.|.[iuf]\d\d?.")
_DATA = re.compile(
    r"\S+@\S+"  # addresses, and users with passwords in URLs
    r"|\b(?=[\w-]*[^\W\d])(?=[\w-]*\d)\w[\w-]*"  # keys such as 25CSEA001
    r"|(?<![\d.])\d{5,}(?![\d.])"  # keys and telephones that are numbers
)


def masked(text: str) -> str:
    """A text of a database or library without what may be data: details, quoted values, addresses, keys, long numbers.

    Quoted lower-case names, as of tables and columns, stay.
    """
    first = _BELOW.sub("", text)
    names: list[str] = []

    def kept(match: re.Match[str]) -> str:
        if not _NAME_IN_SQL.fullmatch(match[0]):
            return _MASK
        names.append(match[0])
        return "\0"

    hidden = _DATA.sub(_MASK, _QUOTED.sub(kept, first))
    return re.sub("\0", lambda _: names.pop(0), hidden)


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """The fields of a record that may be written; ``left_out`` names those that may not, without their values."""
    given = _extras(record)
    allowed = {
        name: masked(str(value)) if name in TEXTS else value for name, value in given.items() if _may(name, value)
    }
    left_out = sorted(set(given) - set(allowed))
    return allowed | ({"left_out": left_out} if left_out else {})


def _extras(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in RESERVED_ATTRS}


def _may(name: str, value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(_may(name, one) for one in value)
    if isinstance(value, Mapping):
        return all(_may(name, one) and re.fullmatch("[a-z_]+", str(key)) for key, one in value.items())
    if name in TEXTS:
        return True
    if isinstance(value, bool | int | float | None):
        return name in NUMBERS | CODES
    return name in CODES and _CODE.fullmatch(str(value)) is not None


def _guarded(record: logging.LogRecord) -> logging.LogRecord:
    """A copy of the record with nothing in it that may be personal."""
    fields = fields_of(record)
    clean = copy.copy(record)
    for name in _extras(record):
        delattr(clean, name)
    clean.args = _masked_values(record.args)
    clean.msg = " ".join(clean.getMessage().split()) if _is_ours(record) else masked(_first_line(clean.getMessage()))
    clean.args = ()
    clean.exc_text = clean.stack_info = None
    vars(clean).update(fields)
    return clean


def _masked_values(values: Any) -> Any:
    """Values to be put into a message: numbers as they are, all others as masked text."""
    if isinstance(values, Mapping):
        return {name: _masked_values(value) for name, value in values.items()}
    if isinstance(values, tuple):
        return tuple(_masked_values(value) for value in values)
    return values if isinstance(values, int | float | None) else masked(str(values))


def _first_line(text: str) -> str:
    """What other libraries say; below it they may go on with data."""
    return text.partition("\n")[0]


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.split(".")[0] == OURS


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error after those that led to it."""
    if error is not None:
        yield from _chain(error.__cause__ or (None if error.__suppress_context__ else error.__context__))
        yield error


class _Guarded(logging.Formatter):
    """Times in UTC; errors with where they were raised, and what they say masked."""

    @staticmethod
    def converter(seconds: float | None) -> time.struct_time:
        """UTC."""
        return time.gmtime(seconds)

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        return super().format(_guarded(record))

    def formatException(  # noqa: N802
        self,
        ei: "tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]",
    ) -> str:
        parts = []
        for error in _chain(ei[1]):
            parts += traceback.format_tb(error.__traceback__)
            parts.append(f"{type(error).__qualname__}: {masked(str(error))}\n")
        return "".join(parts).rstrip("\n")


class TextFormatter(_Guarded):
    """Lines to read: time, level, logger, message, and the fields as name=value."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        """The line without a traceback."""
        fields = "".join(f" {name}={_plain(value)}" for name, value in _extras(record).items())
        return super().formatMessage(record) + fields


def _plain(value: object) -> str:
    text = f"{value:.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
    if isinstance(value, list | tuple):
        text = ",".join(_plain(one) for one in value)
    if isinstance(value, Mapping):
        text = ",".join(f"{name}:{_plain(one)}" for name, one in value.items())
    return json.dumps(text, ensure_ascii=False) if re.search(r'[\s"=]', text) or not text else text


class JsonFormatter(_Guarded, PythonJsonFormatter):
    """A line of JSON for each record: time, level, logger, message, the fields, and traceback."""

    def __init__(self) -> None:
        names = {"asctime": "time", "levelname": "level", "name": "logger", "exc_info": "traceback"}
        PythonJsonFormatter.__init__(
            self,
            ["asctime", "levelname", "name", "message"],
            rename_fields=names,
            json_ensure_ascii=False,
        )


class StandardErrorHandler(logging.Handler):
    """Writes to what standard error is at the time, so that a progress bar can keep lines above itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Others are heard only when they warn."""
        if name := request_id.get():
            record.request_id = name
        return _is_ours(record) or record.levelno >= logging.WARNING

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except Exception:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Say where the record came from; Python's own way would print the record with its values."""
        with suppress(OSError):
            sys.stderr.write(f"A log record of {record.pathname}, line {record.lineno} could not be written.\n")


def logging_settings(environment: Mapping[str, str]) -> dict[str, Any]:
    """The logging that LOG_FORMAT and LOG_LEVEL ask for, as logging.config.dictConfig and Django's LOGGING take it.

    Raises ImproperlyConfigured for values that are none of FORMATS and LEVELS.
    """
    # On a terminal the progress is on the screen already.
    level = "WARNING" if sys.stderr is not None and sys.stderr.isatty() else "INFO"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"()": "edumetrics.config.logs.TextFormatter"},
            "json": {"()": "edumetrics.config.logs.JsonFormatter"},
        },
        "handlers": {
            "standard_error": {
                "class": "edumetrics.config.logs.StandardErrorHandler",
                "formatter": _one_of(environment.get("LOG_FORMAT", "").lower() or "text", "LOG_FORMAT", FORMATS),
            }
        },
        "root": {"handlers": ["standard_error"], "level": "WARNING"},
        "loggers": {
            OURS: {"level": _one_of(environment.get("LOG_LEVEL", "").upper() or level, "LOG_LEVEL", LEVELS)},
            # Django's own would mail to administrators, who are none here.
            "django": {"handlers": [], "level": "WARNING", "propagate": True},
            # They name paths; edumetrics.requests says the same without them.
            "django.request": {"level": "CRITICAL"},
            "django.security.csrf": {"level": "CRITICAL"},
        },
    }


def _one_of(value: str, name: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}; allowed are {', '.join(allowed)}.")
    return value


def configure_logs() -> None:
    """Set up logging from the environment, in a process that loads no Django settings, such as a worker."""
    logging.config.dictConfig(logging_settings(environ))
