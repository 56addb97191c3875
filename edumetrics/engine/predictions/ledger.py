"""The precision ledger: of those flagged, how many later failed; of those who failed, how many were flagged, how early.

"Failed" is failing an endterm or leaving before it (``outcomes.semester_outcomes``, lost).
"""

import polars as pl

from edumetrics.engine.policy import Policy
from edumetrics.engine.predictions.student_features import TERM_KEY

KEY = ("class_id", "academic_year", "semester", "sem_week", "kind", "code", "group_column", "group_value")
COUNTS = ("students", "failed", "flagged", "flagged_failed", "failed_flagged_so_far", "weeks_ahead")

OVER_ALL = ""
"""The class_id of rows by group, which are over all classes: in one class groups are too small to tell."""

_MARK = (*TERM_KEY, "sem_week", "class_id", "kind", "code")


def marks(flags: pl.DataFrame, metrics: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """_MARK: one row for each student, week, and rule, reason, level, list or prediction that marked the student.

    ``flags``: TERM_KEY, sem_week, class_id, risk_level, list, contributions and reasons (JSON), override, integrity.
    ``metrics``: TERM_KEY, sem_week, class_id, p_at_risk of the whole roll.
    """
    flagged = flags.filter(pl.col("risk_level").is_not_null())
    limits = policy.predictions
    rules = (
        flags.with_columns(code=pl.col("contributions").str.extract_all(r'"\w+":')).explode("code").drop_nulls("code")
    )
    reasons = flagged.with_columns(
        code=pl.col("reasons")
        .str.json_decode(pl.List(pl.Struct({"code": pl.String})))
        .list.eval(pl.element().struct.field("code"))
    )
    parts = [
        _marked(flagged, "any", pl.lit("any")),
        _marked(flagged, "level", pl.col("risk_level")),
        _marked(flags, "list", pl.col("list")),
        _marked(rules.drop_nulls("code"), "rule", pl.col("code").str.strip_chars('":')),
        _marked(flags.filter("override"), "rule", pl.lit("override")),
        _marked(flags.filter("integrity"), "rule", pl.lit("integrity")),
        _marked(reasons.explode("code").drop_nulls("code"), "reason", pl.col("code")),
        _marked(metrics.filter(pl.col("p_at_risk") >= limits.medium_from), "prediction", pl.lit("MEDIUM")),
        _marked(metrics.filter(pl.col("p_at_risk") >= limits.high_from), "prediction", pl.lit("HIGH")),
    ]
    return pl.concat(parts).unique()


def ledger(
    marked: pl.DataFrame, roll: pl.DataFrame, outcomes: pl.DataFrame, groups: pl.DataFrame, policy: Policy
) -> pl.DataFrame:
    """KEY and COUNTS, sorted by KEY: of every class, and by group (OVER_ALL).

    ``marked``: of ``marks``. ``roll``: TERM_KEY, sem_week, class_id. ``outcomes``: TERM_KEY, lost; whose is not known
    is not counted. ``groups``: student_id and the protected columns, as text.
    """
    weeks = policy.calendar.teaching_weeks
    lost = outcomes.select(*TERM_KEY, "lost").drop_nulls()
    roll = roll.filter(pl.col("sem_week").is_in(weeks)).join(lost, on=TERM_KEY)
    marked = marked.filter(pl.col("sem_week").is_in(weeks)).join(lost, on=TERM_KEY)
    everybody = pl.lit("").alias("group_value")
    parts = [_counted(marked.with_columns(everybody), roll.with_columns(everybody), "", policy)]
    for name in groups.columns:
        if name == "student_id":
            continue
        of = groups.select("student_id", group_value=pl.col(name).fill_null(""))
        in_groups = [
            rows.join(of, on="student_id", how="left").with_columns(
                pl.col("group_value").fill_null(""), class_id=pl.lit(OVER_ALL)
            )
            for rows in (marked, roll)
        ]
        parts.append(_counted(in_groups[0], in_groups[1], name, policy))
    return pl.concat(parts).sort(KEY)


def added_up(parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Ledgers of different classes as one."""
    return pl.concat(parts).group_by(KEY).agg(pl.col(COUNTS).sum()).sort(KEY)


def _marked(rows: pl.DataFrame, kind: str, code: pl.Expr) -> pl.DataFrame:
    return rows.select(*TERM_KEY, "sem_week", "class_id", kind=pl.lit(kind), code=code)


def _counted(marked: pl.DataFrame, roll: pl.DataFrame, group_column: str, policy: Policy) -> pl.DataFrame:
    term = ["class_id", "academic_year", "semester", "group_value"]
    by_week = [*term, "sem_week"]
    of_week = roll.group_by(by_week).agg(students=pl.len(), failed=pl.col("lost").sum())
    flagged = marked.group_by(*by_week, "kind", "code").agg(flagged=pl.len(), flagged_failed=pl.col("lost").sum())
    grid = of_week.join(marked.select(*term, "kind", "code").unique(), on=term)
    caught = _caught_so_far(marked.filter("lost"), roll.filter("lost"), [*term, "kind", "code"], policy)
    key = [*by_week, "kind", "code"]
    rows = grid.join(flagged, on=key, how="left").join(caught, on=key, how="left")
    return (
        rows.with_columns(group_column=pl.lit(group_column))
        .with_columns(pl.col(COUNTS).fill_null(0).cast(pl.Int64))
        .select(*KEY, *COUNTS)
    )


def _caught_so_far(failed: pl.DataFrame, roll: pl.DataFrame, key: list[str], policy: Policy) -> pl.DataFrame:
    """key, sem_week, failed_flagged_so_far, weeks_ahead: of those on the roll of a week who failed, the marked ones."""
    calendar = policy.calendar
    end = calendar.endterm_weeks[-1] if calendar.endterm_weeks else calendar.weeks
    first = failed.group_by(*key, "student_id").agg(first=pl.col("sem_week").min())
    here = roll.select("student_id", "class_id", "academic_year", "semester", "group_value", "sem_week")
    return (
        first.join(here, on=["student_id", "class_id", "academic_year", "semester", "group_value"])
        .filter(pl.col("first") <= pl.col("sem_week"))
        .group_by(*key, "sem_week")
        .agg(failed_flagged_so_far=pl.len(), weeks_ahead=(end - pl.col("first")).sum())
    )
