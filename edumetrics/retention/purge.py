"""Removing past academic years from the analysis database."""

from collections.abc import Callable

from django.db import transaction
from django.db.models import Max, Min, Model, Q, QuerySet

from edumetrics.analysis_db.models import AnalysisRun, AnalysisState
from edumetrics.audit.actions import What, record
from edumetrics.retention.errors import RetentionError
from edumetrics.retention.tables import models_with, table_counts


def check_year(year: int) -> None:
    """Raises RetentionError where rows of the running academic year are before ``year``, or nothing is published."""
    running = _running_year()
    if running is None:
        raise RetentionError("Nothing is published yet, so there is nothing to purge.")
    if year > running:
        raise RetentionError(
            f"--before {year} would remove the academic year {running}, which is running. The latest year allowed is "
            f"--before {running}: it removes everything of {running - 1} and earlier."
        )


def _running_year() -> int | None:
    """The academic year of what is published; before anything is, that of the last run."""
    published: int | None = AnalysisState.objects.aggregate(last=Max("academic_year"))["last"]
    if published is not None:
        return published
    runs = AnalysisRun.objects.filter(academic_year__isnull=False).order_by("-id")
    return runs.values_list("academic_year", flat=True).first()


def rows_before(year: int) -> dict[str, int]:
    """How many rows each table has of academic years before ``year``."""
    return {model._meta.db_table: _before(model, year).count() for model in models_with("academic_year")}


def _before(model: type[Model], year: int) -> "QuerySet[Model]":
    before = Q(academic_year__lt=year)
    if model is AnalysisRun:
        # A run that failed before it read the college's week has no year; it goes with those that ran when it did.
        first_kept = AnalysisRun.objects.filter(academic_year__gte=year).aggregate(first=Min("id"))["first"]
        before |= Q(academic_year__isnull=True, id__lt=first_kept or 0)
    return model._base_manager.filter(before)


def purge(year: int, done: Callable[[str, int], None]) -> dict[str, int]:
    """Remove every row of academic years before ``year``, in one transaction; rows removed per table.

    ``done`` is called after each table. To be used under the run lock. Raises RetentionError as ``check_year``.
    """
    check_year(year)
    removed: dict[str, int] = {}
    with transaction.atomic():
        for model in models_with("academic_year"):
            _, by_model = _before(model, year).delete()
            counts = {model._meta.db_table: 0} | table_counts(by_model)
            for table, count in counts.items():
                removed[table] = removed.get(table, 0) + count
                done(table, count)
        record(
            What.PURGE, details={"before": year, "rows": {table: count for table, count in removed.items() if count}}
        )
    return removed
