"""What was published before: the weeks that stay as they are and that later weeks read."""

from dataclasses import dataclass

import polars as pl

from edumetrics.engine.flags.codes import LEVELS
from edumetrics.engine.flags.triage import CONTACT_SCHEMA, FLAGGED_SCHEMA, RUN_SCHEMA, Memory
from edumetrics.engine.keys import kept
from edumetrics.engine.metrics.baseline import PUBLISHED_SCHEMA
from edumetrics.engine.policy import Policy
from edumetrics.engine.signals.roll import teaching_numbers
from edumetrics.engine.tables.roster import Roster

_TERM = {"student_id": pl.String(), "academic_year": pl.Int64(), "semester": pl.Int64(), "sem_week": pl.Int64()}

METRICS_SCHEMA = _TERM | {
    "effort_score": pl.Float64(),
    "effort_coverage": pl.Float64(),
    "academic_performance": pl.Float64(),
    "performance_stale": pl.Boolean(),
    "library_visits": pl.Int64(),
    "book_borrows": pl.Int64(),
    "assn_quality_pct": pl.Float64(),
    "assn_plagiarism_pct": pl.Float64(),
    "weekly_att_pct": pl.Float64(),
    "overall_att_pct": pl.Float64(),
    "quiz_attempt_rate": pl.Float64(),
    "assn_submit_rate": pl.Float64(),
    "quiz_avg_pct": pl.Float64(),
    "assn_avg_pct": pl.Float64(),
    "midterm_score_pct": pl.Float64(),
    "risk_score": pl.Float64(),
}
FLAGS_SCHEMA = _TERM | {
    "risk_level": pl.String(),
    "list": pl.String(),
    "escalation_level": pl.Int64(),
    "first_flagged_week": pl.Int64(),
}
CONTACTS_SCHEMA = _TERM


@dataclass(frozen=True)
class History:
    """Published rows and logged interventions, under the names of the analysis tables.

    metrics (METRICS_SCHEMA) and flags (FLAGS_SCHEMA): rows of weeks before those to compute; later ones are ignored.
    contacts (CONTACTS_SCHEMA): the student and week of each intervention.
    """

    metrics: pl.DataFrame
    flags: pl.DataFrame
    contacts: pl.DataFrame

    @classmethod
    def none(cls) -> "History":
        """Nothing was published and no contact is logged."""
        return cls(*(pl.DataFrame(schema=schema) for schema in (METRICS_SCHEMA, FLAGS_SCHEMA, CONTACTS_SCHEMA)))


def published_metrics(history: History, roster: Roster, policy: Policy) -> pl.DataFrame:
    """The published metrics of this term before each class's from_week, with student_no, week and teaching_no."""
    return (
        _of_term(history.metrics, roster)
        .filter(pl.col("week") < pl.col("from_week"))
        .join(teaching_numbers(policy), on="week", how="left")
        .cast(PUBLISHED_SCHEMA)
    )


def memory(history: History, roster: Roster, policy: Policy) -> Memory:
    """What triage remembers of the weeks before each class's from_week."""
    flags = (
        _of_term(history.flags, roster)
        .filter(pl.col("week") < pl.col("from_week"))
        .join(teaching_numbers(policy), on="week")
    )
    level = pl.col("risk_level").replace_strict(
        {name: number + 1 for number, name in enumerate(LEVELS)}, default=0, return_dtype=pl.Int64
    )
    flags = flags.with_columns(level=level.fill_null(0))
    teaching = policy.calendar.teaching_weeks
    weeks = range(1, policy.calendar.weeks + 1)
    last = {week: max((one for one in teaching if one < week), default=0) for week in weeks}
    latest = flags.filter(pl.col("week") == pl.col("from_week").replace_strict(last, return_dtype=pl.Int64))
    flagged = pl.col("level") > 0
    runs = latest.filter(flagged | ((pl.col("list") == "cannot_tell") & (pl.col("escalation_level") > 0))).select(
        "student_no",
        run=pl.col("escalation_level") + flagged.cast(pl.Int64),
        run_from="first_flagged_week",
    )
    return Memory(flags.filter(flagged).select(*FLAGGED_SCHEMA).cast(FLAGGED_SCHEMA), runs.cast(RUN_SCHEMA))


def contacts(history: History, roster: Roster) -> pl.DataFrame:
    """student_no, week of the interventions of this term."""
    return _of_term(history.contacts, roster).select(*CONTACT_SCHEMA)


def _of_term(rows: pl.DataFrame, roster: Roster) -> pl.DataFrame:
    """Rows of the students and semester being scored, with student_no, week and the class's from_week."""
    terms = roster.classes.select("class_no", "from_week", term_year="academic_year", term_semester="semester")
    students = roster.students.select("student_id", "student_no", "class_no").drop_nulls().join(terms, on="class_no")
    is_of_term = (pl.col("academic_year") == pl.col("term_year")) & (pl.col("semester") == pl.col("term_semester"))
    return (
        kept(rows.join(students, on="student_id"), is_of_term)
        .drop("term_year", "term_semester")
        .rename({"sem_week": "week"})
    )
