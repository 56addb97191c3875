"""Predictions into the analysis database, inside the transaction that publishes a class's weeks.

A prediction of a frozen week is never made anew: rows before ``predict_from`` of a class stay as they are.
"""

from dataclasses import dataclass, field

import polars as pl

from edumetrics.analysis_db.by_ids import delete
from edumetrics.databases.literals import quoted
from edumetrics.databases.writing import Writer

WEEKLY = ("at_risk_drivers", "pre_mid_term", "pre_end_term", "risk_of_failing_prediction")
"""Tables with a row for each week of a prediction."""

P_AT_RISK = ("p_at_risk", "p_at_risk_version", "p_at_risk_note")
_KEY = ("student_id", "academic_year", "semester", "sem_week")
# Each of its indexes by student has rows of one kind, and serves those who ask for that kind.
_POST_EXAM_INDEXES = ("subject_id IS NULL", "subject_id IS NOT NULL")


@dataclass(frozen=True)
class Predictions:
    """What a shard publishes beside its results.

    terms: class_id, academic_year, semester, predict_from. p_at_risk: _KEY and P_AT_RISK of each row of weekly_metrics.
    rows: by table, less run_id; of WEEKLY from predict_from on. watchlist and post_exam_analysis replace the rows
    with their keys.
    """

    terms: pl.DataFrame
    p_at_risk: pl.DataFrame
    rows: dict[str, pl.DataFrame] = field(default_factory=dict)


def with_p_at_risk(metrics: pl.DataFrame, predictions: Predictions) -> pl.DataFrame:
    """Rows of weekly_metrics with P_AT_RISK."""
    return metrics.join(predictions.p_at_risk, on=list(_KEY), how="left", maintain_order="left")


def write_predictions(writer: Writer, predictions: Predictions, moved: pl.DataFrame, run_id: int) -> dict[str, int]:
    """Replace the rows from predict_from on; rows written per table that was given.

    ``moved``: student_id, class_id of those who have rows of these weeks in the class that they came from.
    """
    for (year, semester, week), group in predictions.terms.group_by("academic_year", "semester", "predict_from"):
        later = f"academic_year = {year} AND semester = {semester} AND sem_week >= {week}"
        delete(writer, WEEKLY, "class_id", group["class_id"], later)
        delete(writer, WEEKLY, "student_id", moved.join(group, on="class_id", how="semi")["student_id"], later)
    _clear(writer, predictions.rows.get("pre_sem_watchlist"), "pre_sem_watchlist", ("academic_year", "target_semester"))
    of_exam = ("academic_year", "semester", "exam_type")
    _clear(writer, predictions.rows.get("post_exam_analysis"), "post_exam_analysis", of_exam, _POST_EXAM_INDEXES)
    for table, frame in predictions.rows.items():
        if not frame.is_empty():
            writer.append(table, frame.with_columns(run_id=pl.lit(run_id, pl.Int64)))
    return {table: frame.height for table, frame in predictions.rows.items()}


def roll_back_predictions(writer: Writer, terms: pl.DataFrame) -> None:
    """Remove what was predicted, and what came of it, past ``through_week`` of each class's term (TERM_SCHEMA)."""
    for (year, semester, week), group in terms.group_by("academic_year", "semester", "through_week"):
        classes = group["class_id"]
        past = _past("academic_year", "semester", "sem_week", (int(year), int(semester), int(week)))
        delete(writer, (*WEEKLY, "post_exam_analysis"), "class_id", classes, past)
        made = _past("made_academic_year", "made_semester", "made_sem_week", (int(year), int(semester), int(week)))
        delete(writer, ("pre_sem_watchlist",), "class_id", classes, made)
        # The ledger of a term and its drift are made when its endterm is known; what is left is made anew.
        since = f"(academic_year > {year} OR (academic_year = {year} AND semester >= {semester}))"
        writer.execute(f"DELETE FROM precision_ledger WHERE {since}")
        writer.execute(f"DELETE FROM prediction_drift WHERE academic_year >= {year}")


def _past(year: str, semester: str, week: str, place: tuple[int, int, int]) -> str:
    return (
        f"({year} > {place[0]} OR ({year} = {place[0]} AND {semester} > {place[1]}) "
        f"OR ({year} = {place[0]} AND {semester} = {place[1]} AND {week} > {place[2]}))"
    )


def _clear(
    writer: Writer,
    rows: pl.DataFrame | None,
    table: str,
    columns: tuple[str, ...],
    by_student: tuple[str, ...] = ("1 = 1",),
) -> None:
    """Delete the rows of ``table`` that have the student, or the class, and ``columns`` of rows to come.

    ``by_student``: conditions that take all rows together, each of which an index by student holds for.
    """
    if rows is None or rows.is_empty():
        return
    for values, group in rows.group_by(columns):
        condition = " AND ".join(
            f"{name} = {quoted(value) if isinstance(value, str) else value}"
            for name, value in zip(columns, values, strict=True)
        )
        for of_index in by_student:
            delete(writer, (table,), "student_id", group["student_id"].unique(), f"{condition} AND {of_index}")
        delete(writer, (table,), "class_id", group["class_id"].unique(), condition)
