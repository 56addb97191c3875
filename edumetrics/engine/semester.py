"""The whole chain in one function: tables + history + policy -> a semester's metrics, flags and notices."""

from dataclasses import dataclass

import polars as pl

from edumetrics.engine.flags.codes import LEVELS
from edumetrics.engine.flags.conditions import conditions, missing_data
from edumetrics.engine.flags.lists import listed
from edumetrics.engine.flags.notices import notices
from edumetrics.engine.flags.reasons import contributions_json, reasons
from edumetrics.engine.flags.strengths import diagnosis, missing_list, strengths
from edumetrics.engine.flags.triage import triage
from edumetrics.engine.history import History, contacts, memory, published_metrics
from edumetrics.engine.metrics.attendance_requirement import attendance_requirement
from edumetrics.engine.metrics.baseline import baselines
from edumetrics.engine.metrics.effort import effort
from edumetrics.engine.metrics.performance import performance
from edumetrics.engine.metrics.risk import contributions
from edumetrics.engine.metrics.rounding import PERCENTAGE_DIGITS, RATE_DIGITS, RISK_DIGITS, rounded
from edumetrics.engine.metrics.student_work import class_work, student_work
from edumetrics.engine.policy import Policy
from edumetrics.engine.signals.weekly import PUBLISHED_SIGNALS, WeeklySignals, weekly_signals
from edumetrics.engine.tables.clean import CleanTables, clean_tables
from edumetrics.engine.tables.roster import Roster, build_roster
from edumetrics.engine.tables.sources import absent_sources, with_every_table

_RATES = ("effort_coverage", "quiz_attempt_rate", "assn_submit_rate")
_PERCENTAGES = (
    "effort_score",
    "assn_quality_pct",
    "assn_plagiarism_pct",
    "weekly_att_pct",
    "overall_att_pct",
    "quiz_avg_pct",
    "assn_avg_pct",
    "academic_performance",
    "midterm_score_pct",
    "risk_of_detention",
    "effort_baseline",
    "performance_baseline",
    "attendance_baseline",
)
_KEY = ("student_id", "academic_year", "semester", "sem_week")


@dataclass(frozen=True)
class Results:
    """What a run writes, under the names of the analysis tables (analysis-tables.md) less run_id and computed_at.

    metrics, flags, notices: rows of weeks from_week..through_week of each class. class_work, student_work: the work of
    the whole semester, as known at through_week. findings and quarantined: the
    data-quality report (``tables.quality``), the latter by
    class_id, of the weeks scored. late_changes: class_id, sem_week, students whose
    published signals the source no longer gives. first_days: class_id, first_day of week 1 (null: unknown).
    """

    metrics: pl.DataFrame
    flags: pl.DataFrame
    notices: pl.DataFrame
    class_work: pl.DataFrame
    student_work: pl.DataFrame
    findings: pl.DataFrame
    quarantined: pl.DataFrame
    late_changes: pl.DataFrame
    first_days: pl.DataFrame


@dataclass(frozen=True)
class Scored:
    """Results, and the rows they were made of, which predictions by subject and what came of them need too."""

    results: Results
    roster: Roster
    clean: CleanTables


def score_semester(tables: dict[str, pl.DataFrame], terms: pl.DataFrame, history: History, policy: Policy) -> Results:
    """The results of ``score``."""
    return score(tables, terms, history, policy).results


def score(tables: dict[str, pl.DataFrame], terms: pl.DataFrame, history: History, policy: Policy) -> Scored:
    """Score every class of ``terms`` for its weeks from_week..through_week, all weeks at once.

    ``tables``: canonical frames (``tables.canonical``) by name; one that is missing was declared absent by the college.
    ``terms``: class_id, academic_year, semester, from_week, through_week, one row a class (``roster.TERM_SCHEMA``).
    ``history``: what was published of the weeks before from_week, and the interventions logged.
    """
    absent = absent_sources(tables, policy)
    tables = with_every_table(tables, absent)
    roster = build_roster(tables, terms, policy)
    clean = clean_tables(tables, absent, roster, policy)
    signals = weekly_signals(clean, roster, policy)
    published = published_metrics(history, roster, policy)
    weeks = _measure(signals, published, policy)
    teaching = weeks.filter(pl.col("teaching_no").is_not_null())
    quarantined = clean.report.quarantined
    missing = missing_data(teaching, quarantined)
    judged = triage(
        conditions(teaching, signals.lags, missing, policy),
        memory(history, roster, policy),
        contacts(history, roster),
        policy,
    ).join(signals.students.select("student_no", "advisor"), on="student_no", how="left", maintain_order="left")
    names = _Names(signals.students, roster)
    results = Results(
        metrics=names.metrics(weeks, judged),
        flags=names.flags(_explained(listed(judged, policy), missing, policy)),
        notices=names.notices(notices(teaching, signals.work_not_loaded, quarantined, clean.absent, policy)),
        class_work=names.class_work(class_work(signals.work, roster)),
        student_work=names.student_work(student_work(signals.work, signals.students, roster)),
        findings=clean.report.findings,
        quarantined=names.by_class(_of_weeks_scored(quarantined, roster)),
        late_changes=_late_changes(signals, published, roster),
        first_days=roster.classes.select("class_id", "first_day"),
    )
    return Scored(results, roster, clean)


def _of_weeks_scored(rows: pl.DataFrame, roster: Roster) -> pl.DataFrame:
    """Rows (class_no, week) of the weeks from_week..through_week of each class."""
    terms = roster.classes.select("class_no", "from_week", "through_week")
    return (
        rows.join(terms, on="class_no")
        .filter(pl.col("week").is_between(pl.col("from_week"), pl.col("through_week")))
        .select(rows.columns)
    )


def _measure(signals: WeeklySignals, published: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Every metric of the weeks to compute; exact, not yet rounded."""
    weeks = effort(signals.weeks, signals.lags, policy)
    weeks = performance(weeks, signals.lags, published, policy)
    weeks = attendance_requirement(weeks, policy)
    weeks = baselines(weeks, published, policy)
    weeks = contributions(weeks, signals.missed, policy)
    return weeks.with_columns(performance_median=pl.col("academic_performance").median().over("class_no", "week"))


def _explained(flags: pl.DataFrame, missing: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Flags with contributions, reasons, strengths, missing (JSON) and diagnosis."""
    flags = flags.with_row_index("flag_no")
    flags = flags.with_columns(contributions_json(flags), diagnosis(flags))
    for part in (reasons(flags, policy), strengths(flags, policy), missing_list(missing, flags)):
        flags = flags.join(part, on="flag_no", how="left", maintain_order="left")
    return flags


def _late_changes(signals: WeeklySignals, published: pl.DataFrame, roster: Roster) -> pl.DataFrame:
    """class_id, sem_week, students: frozen weeks whose published signals differ from what the source gives now."""
    now = signals.all_weeks.select("student_no", "class_no", "week", *_rounded(PUBLISHED_SIGNALS))
    then = published.select("student_no", "week", *PUBLISHED_SIGNALS)
    both = now.join(then, on=["student_no", "week"], suffix="_then")
    differs = pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_then")) for name in PUBLISHED_SIGNALS)
    return (
        both.filter(differs)
        .group_by("class_no", "week")
        .agg(students=pl.len().cast(pl.Int64))
        .join(roster.classes.select("class_no", "class_id"), on="class_no")
        .select("class_id", sem_week="week", students="students")
        .sort("class_id", "sem_week")
    )


def _rounded(names: tuple[str, ...]) -> list[pl.Expr]:
    """The columns as they are stored."""
    digits = dict.fromkeys(_RATES, RATE_DIGITS) | dict.fromkeys(_PERCENTAGES, PERCENTAGE_DIGITS)
    digits |= {"risk_score": RISK_DIGITS, "urgency": RISK_DIGITS}
    return [rounded(pl.col(name), digits[name]).alias(name) if name in digits else pl.col(name) for name in names]


class _Names:
    """Turns the engine's numbers back into the college's ids, and its columns into those of the analysis tables."""

    def __init__(self, students: pl.DataFrame, roster: Roster) -> None:
        self._students = students.select("student_no", "student_id")
        self._classes = roster.classes.select("class_no", "class_id", "academic_year", "semester")

    def metrics(self, weeks: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
        scores = judged.select("student_no", "week", "risk_score")
        weeks = weeks.join(scores, on=["student_no", "week"], how="left", maintain_order="left")
        return self._named(weeks).select(
            *_KEY,
            "class_id",
            *_rounded(
                (
                    "effort_score",
                    "effort_coverage",
                    "library_visits",
                    "book_borrows",
                    "assn_quality_pct",
                    "assn_plagiarism_pct",
                    "weekly_att_pct",
                    "overall_att_pct",
                    "quiz_attempt_rate",
                    "assn_submit_rate",
                    "quiz_avg_pct",
                    "assn_avg_pct",
                    "academic_performance",
                    "performance_stale",
                    "midterm_score_pct",
                    "risk_of_detention",
                    "lectures_to_attend",
                    "lectures_remaining",
                    "effort_baseline",
                    "performance_baseline",
                    "attendance_baseline",
                    "risk_score",
                )
            ),
        )

    def flags(self, flags: pl.DataFrame) -> pl.DataFrame:
        level = pl.col("level").replace_strict(
            {number + 1: name for number, name in enumerate(LEVELS)}, default=None, return_dtype=pl.String
        )
        return (
            self._named(flags)
            .sort("class_id", "sem_week", "rank_in_class", "student_id", nulls_last=True)
            .select(
                *_KEY,
                "class_id",
                level.alias("risk_level"),
                *_rounded(("risk_score", "urgency")),
                "rank_in_class",
                "list",
                "contributions",
                "reasons",
                "strengths",
                "missing",
                "diagnosis",
                "escalation_level",
                "first_flagged_week",
                "grace",
                "override",
                "integrity",
            )
        )

    def notices(self, found: pl.DataFrame) -> pl.DataFrame:
        return (
            found.rename({"week": "sem_week"})
            .join(self._classes, on="class_no")
            .select("class_id", "academic_year", "semester", "sem_week", "code", "sentence", "values")
        )

    def class_work(self, work: pl.DataFrame) -> pl.DataFrame:
        return work.join(self._classes, on="class_no", how="left", maintain_order="left").select(
            "class_id",
            "academic_year",
            "semester",
            "work_no",
            "kind",
            "work_id",
            "subject_id",
            "title",
            "due_week",
            "max_marks",
            "loaded_week",
        )

    def student_work(self, work: pl.DataFrame) -> pl.DataFrame:
        return self._named(work).select(*_KEY, "class_id", "first_week", "handed_in", "missed", "unknown")

    def by_class(self, quarantined: pl.DataFrame) -> pl.DataFrame:
        return quarantined.join(self._classes, on="class_no").select(
            "class_id", sem_week="week", source="source", bad="bad", rows="rows"
        )

    def _named(self, rows: pl.DataFrame) -> pl.DataFrame:
        return (
            rows.rename({"week": "sem_week"})
            .join(self._students, on="student_no", how="left", maintain_order="left")
            .join(self._classes, on="class_no", how="left", maintain_order="left")
        )
