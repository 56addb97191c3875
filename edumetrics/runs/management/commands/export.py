"""manage.py export"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import polars as pl
from django.apps import apps
from django.core.management.base import CommandError
from django.db import connections, models

from edumetrics.databases.literals import quoted
from edumetrics.databases.reading import open_reader
from edumetrics.engine.tables.canonical import Kind
from edumetrics.runs.commands import EduMetricsCommand

_KINDS: "tuple[tuple[type[models.Field[Any, Any]], Kind], ...]" = (
    (models.DateTimeField, Kind.TIMESTAMP),
    (models.DateField, Kind.DATE),
    (models.BooleanField, Kind.BOOLEAN),
    (models.FloatField, Kind.NUMBER),
    (models.IntegerField, Kind.INTEGER),
)
_FILTERS = ("class_id", "academic_year", "semester", "sem_week")


def tables() -> dict[str, type[models.Model]]:
    """Every analysis table by its name."""
    labels = ("analysis_db", "interventions", "audit")
    return {model._meta.db_table: model for label in labels for model in apps.get_app_config(label).get_models()}


def kinds_of(model: type[models.Model]) -> dict[str, Kind]:
    """The columns of an analysis table; JSON comes as text."""
    return {field.column: _kind(field) for field in model._meta.concrete_fields if field.column}


def _kind(field: "models.Field[Any, Any]") -> Kind:
    return next((kind for known, kind in _KINDS if isinstance(field, known)), Kind.TEXT)


class Command(EduMetricsCommand):
    """Any analysis table as a file."""

    help = "Write an analysis table as CSV or Parquet: whole, or of a class, semester or week."
    examples = """  manage.py export weekly_metrics --out metrics.csv
  manage.py export weekly_flags --class CSE25A --week 11      to standard output, as CSV
  manage.py export weekly_metrics --format parquet --out metrics.parquet"""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """table, --format, --out and the filters."""
        parser.add_argument("table", help=f"one of {', '.join(sorted(tables()))}")
        parser.add_argument("--format", choices=["csv", "parquet"], help="default: by the ending of --out, else csv")
        parser.add_argument("--out", type=Path, metavar="FILE", help="default: standard output (CSV only)")
        parser.add_argument("--class", dest="class_id", metavar="CLASS", help="only this class")
        parser.add_argument("--year", dest="academic_year", type=int, help="only this academic year")
        parser.add_argument("--semester", type=int, help="only this semester (1-8)")
        parser.add_argument("--week", dest="sem_week", type=int, help="only this week of the semester")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file."""
        model = tables().get(options["table"])
        if model is None:
            raise CommandError(f"There is no table {options['table']!r}; there are {', '.join(sorted(tables()))}.")
        kinds = kinds_of(model)
        where = _where(options, kinds, options["table"])
        with open_reader(connections["default"].settings_dict) as reader:
            frame = reader.frame(f'"{model._meta.db_table}"', kinds, where)
        self._write(frame.sort(*_key(model)), options["out"], options["format"])

    def _write(self, frame: pl.DataFrame, out: Path | None, chosen: str | None) -> None:
        kind = chosen or ("parquet" if out and out.suffix == ".parquet" else "csv")
        if out is None:
            if kind == "parquet":
                raise CommandError("Parquet is not for a terminal; give --out FILE.")
            self.stdout.write(frame.write_csv(), ending="")
            return
        write = frame.write_csv if kind == "csv" else frame.write_parquet
        try:
            write(out)
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror or error}.") from error
        self.stdout.write(f"{frame.height} rows written to {out}.")


def _where(options: dict[str, Any], kinds: dict[str, Kind], table: str) -> str:
    conditions = []
    for name in _FILTERS:
        value = options[name]
        if value is None:
            continue
        if name not in kinds:
            raise CommandError(f"{table} has no column {name}; it has {', '.join(kinds)}.")
        conditions.append(f"t.{name} = {quoted(value) if isinstance(value, str) else value}")
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""


def _key(model: type[models.Model]) -> list[str]:
    return [field.column for field in model._meta.pk_fields if field.column]
