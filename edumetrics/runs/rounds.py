"""After the exams of a term: the precision ledger, and the drift of each model (docs/reference/predictions.md).

They are made of the analysis database alone, after the shards are published, for every round that was compared by a
later run than the one that made them; so what a killed run leaves undone the next one does.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
from django.db import connections

from edumetrics.analysis_db import load_rounds
from edumetrics.analysis_db.load_rounds import Term
from edumetrics.analysis_db.models import ModelCard
from edumetrics.analysis_db.store import check_run
from edumetrics.college_db.read import CollegeReader
from edumetrics.databases.literals import quoted
from edumetrics.databases.reading import open_reader
from edumetrics.databases.writing import open_writer
from edumetrics.engine.metrics.rounding import RATE_DIGITS
from edumetrics.engine.policy import Policy
from edumetrics.engine.predictions import ledger
from edumetrics.engine.predictions.card import ModelCard as Card
from edumetrics.engine.predictions.rounds import FIGURES, judged
from edumetrics.engine.tables.canonical import Kind

log = logging.getLogger("edumetrics.runs")

_CLASSES_AT_ONCE = 50
_TERM_KEY = ["student_id", "academic_year", "semester"]


def read_groups(college: CollegeReader, policy: Policy) -> pl.DataFrame:
    """student_id and the protected columns that the college's students have, as text; for audit only."""
    names = [name for name in policy.predictions.groups if name in college.columns["students"]]
    kinds = dict.fromkeys(("student_id", *names), Kind.TEXT)
    rows = college.select("students", college.mapping.source("students"), kinds)
    return rows.drop_nulls("student_id").sort(pl.all()).unique("student_id", keep="first", maintain_order=True)


def open_rounds(settings: Mapping[str, Any]) -> list[tuple[Term, str]]:
    """The rounds, term and exam_type, whose ledger or drift is older than what was compared."""
    with open_reader(settings) as reader:
        compared, closed = load_rounds.rounds_compared(reader), load_rounds.closed_rounds(reader)
    key = ["academic_year", "even", "exam_type"]
    due = compared.join(closed, on=key, how="left").filter(pl.col("closed_by").fill_null(-1) < pl.col("run_id"))
    return [
        ((year, "even" if even else "odd"), exam_type)
        for year, even, exam_type in due.sort(key).select(key).iter_rows()
    ]


def close_rounds(
    settings: Mapping[str, Any], rounds: list[tuple[Term, str]], groups: pl.DataFrame, policy: Policy, run_id: int
) -> dict[str, int]:
    """Make the ledger and the drift of each round; rows written per table. Raises RunReplaced."""
    written: dict[str, int] = {}
    for term, exam_type in rounds:
        if exam_type == "endterm":
            written["precision_ledger"] = written.get("precision_ledger", 0) + _ledger(
                settings, term, groups, policy, run_id
            )
        drifted = _drift(settings, term, exam_type, groups, run_id)
        written["prediction_drift"] = written.get("prediction_drift", 0) + drifted
    return written


def _ledger(settings: Mapping[str, Any], term: Term, groups: pl.DataFrame, policy: Policy, run_id: int) -> int:
    parts = []
    with open_reader(settings) as reader:
        outcomes = _outcomes(load_rounds.post_exam_of(reader, term, "endterm"))
        classes = load_rounds.classes_of(reader, term)
        for start in range(0, len(classes), _CLASSES_AT_ONCE):
            flags, roll = load_rounds.flags_and_roll(reader, term, classes[start : start + _CLASSES_AT_ONCE])
            parts.append(ledger.ledger(ledger.marks(flags, roll, policy), roll, outcomes, groups, policy))
    rows = ledger.added_up(parts) if parts else None
    half = 0 if term[1] == "even" else 1
    with open_writer(settings) as writer:
        check_run(writer, run_id)
        writer.execute(f"DELETE FROM precision_ledger WHERE academic_year = {term[0]} AND semester % 2 = {half}")
        if rows is not None:
            writer.append("precision_ledger", rows.with_columns(run_id=pl.lit(run_id, pl.Int64)))
    return 0 if rows is None else rows.height


def _outcomes(compared: pl.DataFrame) -> pl.DataFrame:
    """_TERM_KEY, lost: who failed an endterm or left, of those of whom it is known."""
    over_all = compared.filter(pl.col("subject_id").is_null())
    return over_all.select(*_TERM_KEY, lost=pl.col("left_college") | pl.col("failed")).drop_nulls()


def _drift(settings: Mapping[str, Any], term: Term, exam_type: str, groups: pl.DataFrame, run_id: int) -> int:
    cards = {card.version: card for card in ModelCard.objects.all()}
    connections["default"].close()
    found = []
    for version, rows in _by_model(_judgeable(settings, term, exam_type)):
        if version in cards:
            of_model = cards[version]
            found.append((of_model, judged(rows, Card.model_validate(of_model.card), groups)))
    frame = _drift_rows(found, term, exam_type)
    with open_writer(settings) as writer:
        check_run(writer, run_id)
        writer.execute(
            f"DELETE FROM prediction_drift WHERE academic_year = {term[0]} AND term = {quoted(term[1])} "
            f"AND exam_type = {quoted(exam_type)}"
        )
        if frame is not None:
            writer.append("prediction_drift", frame.with_columns(run_id=pl.lit(run_id, pl.Int64)))
        for card, one in found:
            if one["retrain"]:
                reason = f"In the {exam_type} of the {term[1]} semesters of {term[0]}: {one['reason']}"
                writer.execute(
                    f"UPDATE model_card SET retrain = {_TRUE}, retrain_reason = {quoted(reason)} "
                    f"WHERE version = {quoted(card.version)}"
                )
                log.warning("a model is to be retrained", extra={"model": card.version})
    return len(found)


# Both PostgreSQL and SQLite (from 3.23) know the word.
_TRUE = "TRUE"


def _judgeable(settings: Mapping[str, Any], term: Term, exam_type: str) -> pl.DataFrame:
    """student_id, model_version, predicted, low, high, actual of every prediction by a model with an outcome."""
    with open_reader(settings) as reader:
        compared = load_rounds.post_exam_of(reader, term, exam_type)
        lost = _outcomes(compared).select(*_TERM_KEY, actual=pl.col("lost").cast(pl.Float64))
        scores = compared.filter(pl.col("low").is_not_null()).drop_nulls(["model_version", "actual"])
        parts = [scores.select("student_id", "model_version", "predicted", "low", "high", "actual")]
        if exam_type == "endterm":
            failing = compared.drop_nulls(["fail_model_version", "p_fail", "failed"])
            parts.append(
                failing.select(
                    "student_id",
                    model_version="fail_model_version",
                    predicted="p_fail",
                    actual=pl.col("failed").cast(pl.Float64),
                )
            )
            for rows in (load_rounds.p_at_risk_of(reader, term), load_rounds.watchlist_of(reader, term)):
                parts.append(rows.join(lost, on=_TERM_KEY).select("student_id", "model_version", "predicted", "actual"))
    return pl.concat(parts, how="diagonal")


def _by_model(rows: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    for (version,), group in rows.sort("model_version").group_by("model_version", maintain_order=True):
        yield str(version), group


def _drift_rows(found: list[tuple[ModelCard, dict[str, Any]]], term: Term, exam_type: str) -> pl.DataFrame | None:
    if not found:
        return None
    rows = [
        {
            "model_version": card.version,
            "academic_year": term[0],
            "term": term[1],
            "exam_type": exam_type,
            "output": card.output,
            **{name: json.dumps(value) if isinstance(value, dict | list) else value for name, value in one.items()},
        }
        for card, one in found
    ]
    return (
        pl.DataFrame(rows, schema_overrides=FIGURES).drop("reason").with_columns(pl.col("coverage").round(RATE_DIGITS))
    )
