"""Data that is wrong: each rule of college-schema.md is counted, and keeps its rows out of the scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from edumetrics.engine.policy import Source

FINDING_SCHEMA = pl.Schema(
    {
        "table": pl.String(),
        "rule": pl.String(),
        "week": pl.Int64(),
        "rows": pl.Int64(),
        "examples": pl.List(pl.String()),
    }
)
QUARANTINED_SCHEMA = pl.Schema(
    {
        "class_no": pl.Int64(),
        "week": pl.Int64(),
        "source": pl.String(),
        "bad": pl.Int64(),
        "rows": pl.Int64(),
    }
)

# 0.29 of 100 is 28.999999999999996 in floating point, and 29 rows are not more than that.
SHARE_TOLERANCE = 1e-9

RULES = {
    "unknown_student": "rows of students who are not in the college's table students",
    "unknown_class": "rows of classes that are not in the college's table classes",
    "student_in_no_class": "students in no class",
    "week_outside_calendar": "rows of a week that the semester does not have",
    "date_outside_week": "rows dated outside the week they name",
    "value_missing": "rows without the number they are about",
    "not_a_number": "rows with marks that are not a number",
    "negative_count": "rows with a negative number",
    "present_over_held": "rows with more lectures attended than held",
    "percentage_outside_0_100": "rows with a percentage outside 0-100",
    "marks_over_max": "rows with more marks than there are",
    "marks_on_zero_max": "rows with marks on work that gives none",
    "undefined_assignment": "submissions for an assignment that is not defined",
    "undefined_quiz": "submissions for a quiz that is not defined",
    "undefined_exam": "results of an exam that is not scheduled",
    "unknown_status": "submissions with a status that is none of the five",
    "identical_duplicate": "rows that say again what another one says (one is kept)",
    "differing_duplicate": "rows about the same thing that differ (none is used)",
    "earlier_year": "rows of an earlier year's same semester (a repeater's, or a mistyped year; left out)",
    "no_row_of_the_class": "classes without any row (not loaded yet?)",
}
"""Every rule, as what its rows are."""

SOURCE_OF_TABLE: dict[str, Source] = {
    "attendance": "attendance",
    "assignment_submissions": "assignments",
    "quiz_submissions": "quizzes",
    "library_visits": "library",
    "book_borrows": "borrowing",
}


@dataclass
class QualityReport:
    """What was wrong with the college's rows.

    Collects findings (FINDING_SCHEMA: a row for each table, rule and week; ``examples`` are keys of bad rows)
    and the sources above the limit (QUARANTINED_SCHEMA).
    """

    examples: int
    quarantine_share: float
    _findings: list[pl.DataFrame] = field(default_factory=list)
    _quarantined: list[pl.DataFrame] = field(default_factory=list)

    @property
    def findings(self) -> pl.DataFrame:
        """All findings, by table, rule and week."""
        return _in_order(self._findings)

    @property
    def quarantined(self) -> pl.DataFrame:
        """Class, week and source in which more than the policy's share of the rows was bad."""
        return pl.concat([pl.DataFrame(schema=QUARANTINED_SCHEMA), *self._quarantined])

    def add(self, table: str, rule: str, bad: pl.DataFrame, week: str | None, key: Sequence[str]) -> None:
        """Count the rows of ``bad`` under one rule, by ``week``, with the smallest keys as examples."""
        if bad.is_empty():
            return
        name = pl.concat_str([pl.col(column).cast(pl.String).fill_null("?") for column in key], separator=" ")
        self._findings.append(
            bad.select(week=pl.col(week).cast(pl.Int64) if week else pl.lit(None, pl.Int64), example=name)
            .group_by("week")
            .agg(rows=pl.len().cast(pl.Int64), examples=_smallest(pl.col("example"), self.examples))
            .select(pl.lit(table).alias("table"), pl.lit(rule).alias("rule"), "week", "rows", "examples")
        )

    def add_shares(self, table: str, counts: pl.DataFrame) -> None:
        """Note the class-weeks (class_no, week, bad, rows) of a table that are above the limit."""
        source = SOURCE_OF_TABLE.get(table)
        if source is None:
            return
        self._quarantined.append(
            counts.filter(pl.col("class_no").is_not_null() & pl.col("week").is_not_null())
            .filter(pl.col("bad") > self.quarantine_share * pl.col("rows") + SHARE_TOLERANCE)
            .select("class_no", "week", pl.lit(source).alias("source"), "bad", "rows")
            .cast(QUARANTINED_SCHEMA)
        )


def merged(findings: Sequence[pl.DataFrame], examples: int) -> pl.DataFrame:
    """The findings (FINDING_SCHEMA) of several shards of classes put together, by table, rule and week.

    Rows of the same table, rule and week add up, and the ``examples`` smallest of all their example keys are kept:
    the findings of the same rows, however they were sharded.
    """
    return (
        _in_order(findings)
        .group_by("table", "rule", "week", maintain_order=True)
        .agg(
            rows=pl.col("rows").sum(),
            examples=_smallest(pl.col("examples").explode(empty_as_null=False, keep_nulls=False), examples),
        )
        .match_to_schema(FINDING_SCHEMA)
    )


def _in_order(findings: Sequence[pl.DataFrame]) -> pl.DataFrame:
    empty = pl.DataFrame(schema=FINDING_SCHEMA)
    return pl.concat([empty, *findings]).sort("table", "rule", "week", nulls_last=True)


def _smallest(keys: pl.Expr, count: int) -> pl.Expr:
    # In the order in which rows come, the examples would depend on the database.
    return keys.sort().head(count)


@dataclass(frozen=True)
class Sifted:
    """A table without its bad rows, and the bad rows."""

    good: pl.DataFrame
    bad: pl.DataFrame


def sift(
    rows: pl.DataFrame,
    table: str,
    rules: Mapping[str, pl.Expr],
    report: QualityReport,
    *,
    key: Sequence[str],
    week: str | None,
    named: Sequence[str] | None = None,
) -> Sifted:
    """Split the rows of one table by the rules (name -> "this row is wrong") and by its key.

    Examples are given by the columns ``named``, else by the key. Identical duplicates of a key: one is kept.
    Differing ones: all are bad. Every rule that a row breaks counts it.
    """
    marked = _mark_duplicates(rows, key, table, report, week)
    verdicts = marked.select(
        **{name: broken.fill_null(False) for name, broken in rules.items()}, differing_duplicate="differing_duplicate"
    )
    broken = [name for name in verdicts.columns if verdicts[name].any()]
    marked = marked.drop("differing_duplicate")
    if not broken:
        return Sifted(marked, marked.clear())
    for name in broken:
        report.add(table, name, marked.filter(verdicts[name]), week, named or key)
    is_bad = verdicts.select(pl.any_horizontal(broken)).to_series()
    _report_shares(marked, is_bad, table, report, week)
    return Sifted(marked.filter(~is_bad), marked.filter(is_bad))


def clipped(column: str, upper: pl.Expr, tolerance: float) -> pl.Expr:
    """The column with a value just outside 0..upper (by rounding, at most ``tolerance``) moved onto the bound."""
    value = pl.col(column)
    return (
        pl.when((value > upper) & (value <= upper + tolerance))
        .then(upper)
        .when((value < 0) & (value >= -tolerance))
        .then(0.0)
        .otherwise(value)
        .alias(column)
    )


def outside_percentage(column: str) -> pl.Expr:
    """Whether a percentage is outside 0-100 or not a number."""
    return pl.col(column).is_nan() | ~pl.col(column).is_between(0, 100)


def _mark_duplicates(
    rows: pl.DataFrame, key: Sequence[str], table: str, report: QualityReport, week: str | None
) -> pl.DataFrame:
    """The rows less those that say again what another one says; differing_duplicate: another has the same key."""
    # Where all hashes differ, so do the keys; that is found out in a twentieth of the time.
    if rows.select(key).hash_rows().n_unique() == rows.height:
        return rows.with_columns(differing_duplicate=pl.lit(False))
    rows = _without_identical(rows, key, table, report, week)
    differing = _repeated(rows, key).with_columns(differing_duplicate=pl.lit(True))
    return rows.join(differing, on=list(key), how="left", maintain_order="left").with_columns(
        pl.col("differing_duplicate").fill_null(False)
    )


def _without_identical(
    rows: pl.DataFrame, key: Sequence[str], table: str, report: QualityReport, week: str | None
) -> pl.DataFrame:
    numbered = rows.with_row_index("row_no")
    kept = numbered.unique(subset=rows.columns, keep="first", maintain_order=True)
    report.add(table, "identical_duplicate", numbered.join(kept, on="row_no", how="anti"), week, key)
    return kept.drop("row_no")


def _repeated(rows: pl.DataFrame, key: Sequence[str]) -> pl.DataFrame:
    """The keys that several rows have."""
    return rows.group_by(key).len().filter(pl.col("len") > 1).select(key)


def _report_shares(rows: pl.DataFrame, is_bad: pl.Series, table: str, report: QualityReport, week: str | None) -> None:
    if week is None or "class_no" not in rows.columns:
        return
    # A week is judged by what is known at it: a bad row that came later is no reason for it.
    known = pl.col("known") if "known" in rows.columns else pl.col(week)
    counts = (
        rows.select("class_no", week=pl.col(week), bad=is_bad, known=known)
        .filter(pl.col("known") <= pl.col("week"))
        .group_by("class_no", "week")
        .agg(bad=pl.col("bad").sum(), rows=pl.len())
        .filter(pl.col("bad") > 0)
    )
    report.add_shares(table, counts)
