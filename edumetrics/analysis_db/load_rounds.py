"""What the ledger and the drift of a round are made of, from the analysis database."""

import polars as pl

from edumetrics.databases.literals import quoted
from edumetrics.databases.reading import Reader
from edumetrics.engine.tables.canonical import Kind

_TERM = {"student_id": Kind.TEXT, "academic_year": Kind.INTEGER, "semester": Kind.INTEGER, "class_id": Kind.TEXT}
_FLAGS = _TERM | {
    "sem_week": Kind.INTEGER,
    "risk_level": Kind.TEXT,
    "list": Kind.TEXT,
    "contributions": Kind.TEXT,
    "reasons": Kind.TEXT,
    "override": Kind.BOOLEAN,
    "integrity": Kind.BOOLEAN,
}
_METRICS = _TERM | {"sem_week": Kind.INTEGER, "p_at_risk": Kind.NUMBER, "p_at_risk_version": Kind.TEXT}
_POST_EXAM = _TERM | {
    "subject_id": Kind.TEXT,
    "exam_type": Kind.TEXT,
    "predicted": Kind.NUMBER,
    "low": Kind.NUMBER,
    "high": Kind.NUMBER,
    "actual": Kind.NUMBER,
    "p_fail": Kind.NUMBER,
    "failed": Kind.BOOLEAN,
    "left_college": Kind.BOOLEAN,
    "model_version": Kind.TEXT,
    "fail_model_version": Kind.TEXT,
}
_WATCHLIST = {
    "student_id": Kind.TEXT,
    "academic_year": Kind.INTEGER,
    "target_semester": Kind.INTEGER,
    "risk_probability_pct": Kind.NUMBER,
    "model_version": Kind.TEXT,
}

Term = tuple[int, str]
"""An academic year, and odd or even."""


def rounds_compared(reader: Reader) -> pl.DataFrame:
    """academic_year, even (0, 1), exam_type, run_id: the rounds that were compared, and by which run last.

    A midterm that no model predicted is left out: it has no drift, and a ledger is made of endterms.
    """
    source = (
        "(SELECT academic_year, 1 - semester % 2 AS even, exam_type, MAX(run_id) AS run_id FROM post_exam_analysis "
        "WHERE exam_type = 'endterm' OR model_version IS NOT NULL "
        "GROUP BY academic_year, 1 - semester % 2, exam_type)"
    )
    kinds = {"academic_year": Kind.INTEGER, "even": Kind.INTEGER, "exam_type": Kind.TEXT, "run_id": Kind.INTEGER}
    return reader.frame(source, kinds).sort(pl.all())


def closed_rounds(reader: Reader) -> pl.DataFrame:
    """academic_year, even (0, 1), exam_type, closed_by: the rounds whose drift or ledger is made, and by which run."""
    source = (
        "(SELECT academic_year, CASE WHEN term = 'even' THEN 1 ELSE 0 END AS even, exam_type, run_id AS closed_by "
        "FROM prediction_drift UNION ALL "
        "SELECT academic_year, 1 - semester % 2, 'endterm', run_id FROM precision_ledger)"
    )
    kinds = {"academic_year": Kind.INTEGER, "even": Kind.INTEGER, "exam_type": Kind.TEXT, "closed_by": Kind.INTEGER}
    found = reader.frame(source, kinds)
    return found.group_by("academic_year", "even", "exam_type").agg(pl.col("closed_by").max()).sort(pl.all())


def post_exam_of(reader: Reader, term: Term, exam_type: str) -> pl.DataFrame:
    """Rows of post_exam_analysis of one round."""
    return reader.frame("post_exam_analysis", _POST_EXAM, f"{_of(term)} AND t.exam_type = {quoted(exam_type)}")


def watchlist_of(reader: Reader, term: Term) -> pl.DataFrame:
    """student_id, academic_year, semester, predicted (0-1), model_version: the watchlist of the term, by a model."""
    where = f"{_of(term, 'target_semester')} AND t.model_version IS NOT NULL"
    found = reader.frame("pre_sem_watchlist", _WATCHLIST, where)
    return found.select(
        "student_id",
        "academic_year",
        "model_version",
        semester="target_semester",
        predicted=pl.col("risk_probability_pct") / 100,
    )


def p_at_risk_of(reader: Reader, term: Term) -> pl.DataFrame:
    """The term's probabilities by a model: student_id, academic_year, semester, sem_week, predicted, model_version."""
    found = reader.frame("weekly_metrics", _METRICS, f"{_of(term)} AND t.p_at_risk IS NOT NULL")
    return found.rename({"p_at_risk": "predicted", "p_at_risk_version": "model_version"})


def classes_of(reader: Reader, term: Term) -> list[str]:
    """The classes that have weeks of the term, sorted."""
    source = f"(SELECT DISTINCT t.class_id FROM weekly_metrics AS t {_of(term)})"
    return sorted(reader.frame(source, {"class_id": Kind.TEXT})["class_id"])


def flags_and_roll(reader: Reader, term: Term, classes: list[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The flags and the whole roll (with p_at_risk) of some classes in a term."""
    where = f"{_of(term)} AND t.class_id IN ({', '.join(map(quoted, classes))})"
    return reader.frame("weekly_flags", _FLAGS, where), reader.frame("weekly_metrics", _METRICS, where)


def _of(term: Term, semester: str = "semester") -> str:
    year, half = term
    return f"WHERE t.academic_year = {year} AND t.{semester} % 2 = {0 if half == 'even' else 1}"
