"""The precision ledger as a table to read, or CSV."""

from dataclasses import dataclass
from typing import Any

import polars as pl
from django.db.models import Q, Sum

from edumetrics.analysis_db.models import PrecisionLedger
from edumetrics.engine.predictions.ledger import COUNTS, OVER_ALL
from edumetrics.runs.errors import RunError


@dataclass(frozen=True)
class Wanted:
    """Which rows: of a class, else added up over all; of a term, else the last one; of a week, else each.

    ``group``: by this protected column, else of everybody.
    """

    kinds: tuple[str, ...]
    class_id: str | None = None
    academic_year: int | None = None
    term: str | None = None
    week: int | None = None
    group: str = ""


_SHARES = ("precision", "recall_so_far", "weeks_early")
_COLUMNS = ("academic_year", "term", "kind", "code", "group_value", "sem_week", *COUNTS, *_SHARES)


def ledger_rows(wanted: Wanted) -> pl.DataFrame:
    """_COLUMNS, by kind, code, group and week. Raises RunError where there is no such row.

    precision: of those flagged, the share that failed; recall_so_far: of those who failed, the share flagged by then;
    weeks_early: how many weeks before the endterm they were first flagged, on average. Null where it is of nobody.
    """
    rows = PrecisionLedger.objects.filter(group_column=wanted.group, kind__in=wanted.kinds)
    year, term = _term(wanted)
    rows = rows.filter(academic_year=year).filter(_of_term(term))
    if wanted.group:
        rows = rows.filter(class_id=OVER_ALL)
    elif wanted.class_id:
        rows = rows.filter(class_id=wanted.class_id)
    if wanted.week is not None:
        rows = rows.filter(sem_week=wanted.week)
    key = ("kind", "code", "group_value", "sem_week")
    sums: dict[str, Any] = {f"sum_{name}": Sum(name) for name in COUNTS}
    found = [
        {name.removeprefix("sum_"): value for name, value in row.items()}
        for row in rows.values(*key).annotate(**sums).order_by(*key)
    ]
    if not found:
        raise RunError("The ledger has no such rows. Correct --class, --week or --group, or leave them out.")
    ratio = {
        "precision": pl.col("flagged_failed") / pl.col("flagged"),
        "recall_so_far": pl.col("failed_flagged_so_far") / pl.col("failed"),
        "weeks_early": pl.col("weeks_ahead") / pl.col("failed_flagged_so_far"),
    }
    return (
        pl.DataFrame(found)
        .with_columns(academic_year=pl.lit(year), term=pl.lit(term))
        .with_columns(pl.when(value.is_finite()).then(value).alias(name) for name, value in ratio.items())
        .select(_COLUMNS)
    )


def as_csv(rows: pl.DataFrame) -> str:
    """A line for each row."""
    return rows.write_csv(float_precision=4)


def as_table(rows: pl.DataFrame) -> str:
    """A table to read, with a heading for each code."""
    year, term = rows.select("academic_year", "term").row(0)
    lines = [f"Precision ledger, {term} semesters of {year}: failed = failed an endterm, or left before it"]
    for (kind, code, group), part in rows.group_by("kind", "code", "group_value", maintain_order=True):
        of_group = f", {group}" if group else ""
        lines += ["", f"{kind} {code}{of_group}" if kind != "any" else f"flagged at all{of_group}"]
        lines.append("  week  flagged  of them failed     failed  of them flagged so far  first flagged")
        lines += [_line(row) for row in part.iter_rows(named=True)]
    return "\n".join(lines) + "\n"


def _line(row: dict[str, Any]) -> str:
    precision = _share(row["flagged_failed"], row["precision"])
    recall = _share(row["failed_flagged_so_far"], row["recall_so_far"])
    early = "" if row["weeks_early"] is None else f"{row['weeks_early']:.1f} weeks before"
    line = (
        f"  {row['sem_week']:>4}  {row['flagged']:>7}  {precision:>14}  {row['failed']:>9}  {recall:>22}  {early:>17}"
    )
    return line.rstrip()


def _share(count: int, share: float | None) -> str:
    return f"{count}" if share is None else f"{count} ({share:.0%})"


def _term(wanted: Wanted) -> tuple[int, str]:
    """The term wanted, else the last one that the ledger has."""
    rows = PrecisionLedger.objects.all()
    if wanted.academic_year is not None:
        rows = rows.filter(academic_year=wanted.academic_year)
    if wanted.term is not None:
        rows = rows.filter(_of_term(wanted.term))
    last = rows.order_by("-academic_year").values_list("academic_year", flat=True).first()
    if last is None:
        raise RunError(
            "The ledger is empty for that: it is made when the endterm results of a semester are in, by run_weekly or "
            "calibrate."
        )
    if wanted.term is not None:
        return last, wanted.term
    return last, "even" if rows.filter(academic_year=last).filter(_of_term("even")).exists() else "odd"


def _of_term(term: str) -> Q:
    return Q(semester__in=[2, 4, 6, 8] if term == "even" else [1, 3, 5, 7])
