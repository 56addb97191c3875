"""What is told once about a whole class, instead of many times about its students."""

import polars as pl

from edumetrics.engine.flags.words import counted, number, percent, sentence
from edumetrics.engine.metrics.rounding import PERCENTAGE_DIGITS, at_least, rounded
from edumetrics.engine.policy import Policy

NOTICE_SCHEMA = pl.Schema(
    {
        "class_no": pl.Int64(),
        "week": pl.Int64(),
        "code": pl.String(),
        "sentence": pl.String(),
        "values": pl.String(),
    }
)

_FELL = {"effort": "effort", "performance": "marks", "attendance": "attendance"}


def notices(
    weeks: pl.DataFrame,
    work_not_loaded: pl.DataFrame,
    quarantined: pl.DataFrame,
    absent: frozenset[str],
    policy: Policy,
) -> pl.DataFrame:
    """class_no, week, code (codes.NOTICES), sentence, values (JSON) for every class-week with something to tell.

    ``weeks`` are the teaching weeks of all students; ``work_not_loaded`` as of ``signals.work``; ``quarantined`` as of
    the quality report; ``absent``: the sources that the college declared absent.
    """
    class_weeks = weeks.group_by("class_no", "week").agg(
        pl.col("class_has_attendance").first(),
        *[pl.col(f"{measure}_shift").first() for measure in _FELL],
        students=pl.len(),
    )
    found = [_shift(class_weeks, measure, policy) for measure in _FELL]
    if "attendance" not in absent:
        found.append(_attendance_not_loaded(class_weeks))
    found += [_work_not_loaded(class_weeks, work_not_loaded, kind) for kind in ("assignments", "quizzes")]
    found += [_quarantined(class_weeks, quarantined)]
    return pl.concat(frame.select(*NOTICE_SCHEMA).cast(NOTICE_SCHEMA) for frame in found).sort(
        "class_no", "week", "code"
    )


def _shift(class_weeks: pl.DataFrame, measure: str, policy: Policy) -> pl.DataFrame:
    shift = pl.col(f"{measure}_shift")
    return class_weeks.filter(at_least(shift, policy.baseline.notice_shift)).select(
        "class_no",
        "week",
        code=pl.lit(f"class_shift_{measure}"),
        sentence=sentence(
            f"The class's {_FELL[measure]} fell ",
            counted(shift, "point", "points"),
            " against the weeks before (the median student): a hard week moves everybody and is no student's alarm.",
        ),
        values=pl.struct(rounded(shift, PERCENTAGE_DIGITS).alias("shift")).struct.json_encode(),
    )


def _attendance_not_loaded(class_weeks: pl.DataFrame) -> pl.DataFrame:
    return class_weeks.filter(pl.col("class_has_attendance").is_null()).select(
        "class_no",
        "week",
        code=pl.lit("attendance_not_loaded"),
        sentence=sentence(
            "No attendance of the class is loaded for week ", number(pl.col("week")), "; nobody is judged by it."
        ),
        values=pl.struct("students").struct.json_encode(),
    )


def _work_not_loaded(class_weeks: pl.DataFrame, work: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Told in the week the work was due, when no row of it was known then."""
    noun = {"assignments": "assignment", "quizzes": "quiz"}[kind]
    by_week = (
        work.filter(pl.col("kind") == kind)
        .group_by("class_no", week=pl.col("due_week"))
        .agg(pieces=pl.len().cast(pl.Int64), subjects=pl.col("subject_id").drop_nulls().unique().sort())
    )
    named = pl.when(pl.col("subjects").list.len() > 0).then(sentence(" (", pl.col("subjects").list.join(", "), ")"))
    return by_week.join(class_weeks.select("class_no", "week"), on=["class_no", "week"]).select(
        "class_no",
        "week",
        code=pl.lit(f"{kind}_not_loaded"),
        sentence=sentence(
            "No row is loaded for ",
            counted(pl.col("pieces"), noun, kind),
            " due in week ",
            number(pl.col("week")),
            named.otherwise(pl.lit("")),
            ": left out, not counted as missed.",
        ),
        values=pl.struct("pieces", "subjects").struct.json_encode(),
    )


def _quarantined(class_weeks: pl.DataFrame, quarantined: pl.DataFrame) -> pl.DataFrame:
    by_week = (
        quarantined.sort("class_no", "week", "source")
        .group_by("class_no", "week", maintain_order=True)
        .agg(sources=pl.col("source"), bad=pl.col("bad").sum(), rows=pl.col("rows").sum())
    )
    return by_week.join(class_weeks.select("class_no", "week"), on=["class_no", "week"]).select(
        "class_no",
        "week",
        code=pl.lit("source_quarantined"),
        sentence=sentence(
            percent(100 * pl.col("bad") / pl.col("rows")),
            " of the rows of ",
            pl.col("sources").list.join(" and "),
            " are wrong in week ",
            number(pl.col("week")),
            "; see the data-quality report of the run.",
        ),
        values=pl.struct("sources", "bad", "rows").struct.json_encode(),
    )
