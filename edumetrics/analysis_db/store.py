"""Results into the analysis database: a class's weeks are replaced as a whole, in one transaction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from time import time
from typing import Any

import polars as pl

from edumetrics.analysis_db.by_ids import delete, in_parts
from edumetrics.analysis_db.load import load_students, load_work
from edumetrics.analysis_db.store_predictions import (
    Predictions,
    roll_back_predictions,
    with_p_at_risk,
    write_predictions,
)
from edumetrics.databases.literals import quoted
from edumetrics.databases.writing import Writer, open_writer
from edumetrics.engine.errors import EduMetricsError
from edumetrics.engine.metrics.student_work import as_known_at
from edumetrics.engine.semester import Results
from edumetrics.engine.tables.canonical import TABLES

DERIVED = ("weekly_metrics", "weekly_flags", "class_notice")
"""Tables whose rows belong to a class's week and are replaced or rolled back with it."""

WORK = ("class_work", "student_work")
"""Tables of a class's whole semester, as known at the published week; replaced with any week of it."""

_OF_STUDENTS = ("weekly_metrics", "weekly_flags")


class RunReplaced(EduMetricsError):
    """The run that wants to write has been given up, and another one may be at work."""


@dataclass(frozen=True)
class Published:
    """Who writes: the run, and its policy and time."""

    run_id: int
    policy_version: str
    computed_at: datetime


def publish(
    settings: Mapping[str, Any],
    results: Results,
    predictions: Predictions,
    students: pl.DataFrame,
    terms: pl.DataFrame,
    by: Published,
) -> dict[str, int]:
    """Replace from_week and all later weeks of each term by the results, and the classes' work and students.

    Predictions of frozen weeks stay as they are (``store_predictions``).

    ``terms``: ``roster.TERM_SCHEMA``. ``students``: all students of the classes, with the columns of roster_student.
    Nothing is visible before everything is written. Gives the rows written per table. Raises RunReplaced.
    """
    frames = {
        "weekly_metrics": with_p_at_risk(results.metrics, predictions).with_columns(
            computed_at=pl.lit(by.computed_at.replace(tzinfo=None))
        ),
        "weekly_flags": results.flags,
        "class_notice": results.notices,
        "class_work": results.class_work,
        "student_work": results.student_work,
    }
    moved: list[str] = []
    roster = _roster_changes(settings, students, terms["class_id"])
    with open_writer(settings) as writer:
        check_run(writer, by.run_id)
        for (year, semester, week), group in terms.group_by("academic_year", "semester", "from_week"):
            of_term = f"academic_year = {year} AND semester = {semester}"
            later = f"{of_term} AND sem_week >= {week}"
            delete(writer, DERIVED, "class_id", group["class_id"], later)
            delete(writer, WORK, "class_id", group["class_id"], of_term)
            of_classes = students.join(group, on="class_id", how="semi")["student_id"]
            delete(writer, ["student_work"], "student_id", of_classes, of_term)
            # Whoever came from another class has rows of these weeks there; of every week one of weekly_metrics.
            of_group = _with_metrics(writer, of_classes, later)
            delete(writer, _OF_STUDENTS, "student_id", of_group, later)
            moved += of_group
        for table, frame in frames.items():
            writer.append(table, frame.with_columns(run_id=pl.lit(by.run_id, pl.Int64)))
        predicted = write_predictions(
            writer, predictions, students.filter(pl.col("student_id").is_in(moved)), by.run_id
        )
        roster.write(writer, by.run_id)
        _set_first_days(writer, results.first_days)
        _set_state(writer, terms, by)
    written = {table: frame.height for table, frame in frames.items()}
    return written | predicted | {"roster_student": roster.rows.height}


def publish_roster(settings: Mapping[str, Any], roster: Mapping[str, pl.DataFrame], run_id: int) -> dict[str, int]:
    """Replace the roster tables given, all at once; rows written per table. Raises RunReplaced."""
    with open_writer(settings) as writer:
        check_run(writer, run_id)
        for table, frame in roster.items():
            writer.execute(f"DELETE FROM {table}")
            writer.append(table, frame.with_columns(run_id=pl.lit(run_id, pl.Int64)))
    return {table: frame.height for table, frame in roster.items()}


def replace_other_students(
    settings: Mapping[str, Any], others: Iterable[pl.DataFrame], scored: Iterable[str], run_id: int
) -> int:
    """Replace the students on the roster who are in none of the classes ``scored``; rows written. Raises RunReplaced.

    ``others`` come in parts, of all classes but these, and each part is written by itself: it holds all students of its
    classes, or all who are in none.
    """
    written = 0
    known = set(scored)
    leave = "class_id IS NULL"
    for part in others:
        classes = part["class_id"].unique()
        changes = _roster_changes(settings, part, classes)
        with open_writer(settings) as writer:
            check_run(writer, run_id)
            changes.write(writer, run_id)
            _revise(writer)
        written += changes.rows.height
        known.update(classes.drop_nulls())
        if classes.null_count():
            leave = "1 = 0"
    elsewhere = [f"class_id NOT IN ({classes})" for classes in in_parts(known)]
    with open_writer(settings) as writer:
        check_run(writer, run_id)
        writer.execute(f"DELETE FROM roster_student WHERE {leave} OR ({' AND '.join(elsewhere) or '1 = 1'})")
        _revise(writer)
    return written


def _revise(writer: Writer) -> None:
    """Say that answers may be others now, where no table with a trigger that says so is written (migration 0005)."""
    now = int(1000 * time())
    grown = f"CASE WHEN number < {now} THEN {now} ELSE number + 1 END"
    writer.execute(f"UPDATE revision SET number = {grown} WHERE class_id = ''")


def check_run(writer: Writer, run_id: int) -> None:
    """Raises RunReplaced unless the run is the one at work, and keeps it so until the transaction ends.

    A process may go on for a moment after its run was given up and another one has begun; it must not write any more.
    """
    if not writer.holds("analysis_run", f"id = {run_id} AND state = 'running'"):
        raise RunReplaced(
            f"Run {run_id} is not at work any more, so it may not publish. Another run finishes its work."
        )


def mark_due(settings: Mapping[str, Any], terms: pl.DataFrame, policy_version: str, run_id: int) -> None:
    """Note for each published class of ``terms`` that its weeks from from_week on are to be scored anew.

    The note goes when the class is published; until then any run finds it and does what is left. Raises RunReplaced.
    """
    with open_writer(settings) as writer:
        check_run(writer, run_id)
        _mark_due(writer, terms.select("class_id", due_from="from_week"), policy_version)


def _mark_due(writer: Writer, due: pl.DataFrame, policy_version: str) -> None:
    for (week,), group in due.group_by("due_from"):
        for classes in in_parts(group["class_id"]):
            writer.execute(
                f"UPDATE analysis_state SET due_from = {week}, due_policy_version = {quoted(policy_version)} "
                f"WHERE class_id IN ({classes})"
            )


def roll_back(settings: Mapping[str, Any], terms: pl.DataFrame, run_id: int) -> None:
    """Remove what is derived of each class past ``through_week`` of its term, and of later semesters.

    ``terms``: ``roster.TERM_SCHEMA``, with due_from and due_policy_version of weeks that are left and still to be
    scored anew. The state of a class becomes the last week that is left, with the policy it was scored by.
    Interventions, feedback and notes stay. Raises RunReplaced.
    """
    work_left = _work_left(settings, terms)
    with open_writer(settings) as writer:
        check_run(writer, run_id)
        for (year, semester, week), group in terms.group_by("academic_year", "semester", "through_week"):
            of_term = f"academic_year = {year} AND semester = {semester}"
            later_terms = f"academic_year > {year} OR (academic_year = {year} AND semester > {semester})"
            later = f"({later_terms} OR ({of_term} AND sem_week > {week}))"
            delete(writer, [*DERIVED, "student_work"], "class_id", group["class_id"], later)
            delete(writer, ["class_work"], "class_id", group["class_id"], f"({later_terms})")
            for classes in in_parts(group["class_id"]):
                writer.execute(
                    f"UPDATE class_work SET loaded_week = NULL WHERE class_id IN ({classes}) AND {of_term} "
                    f"AND loaded_week > {week}"
                )
        writer.append("student_work", work_left)
        roll_back_predictions(writer, terms)
        for classes in in_parts(terms["class_id"]):
            writer.execute(f"DELETE FROM analysis_state WHERE class_id IN ({classes})")
            writer.execute(_STATE_OF_WHAT_IS_LEFT.format(classes=classes))
        for (version,), due in terms.drop_nulls("due_from").group_by("due_policy_version"):
            _mark_due(writer, due, str(version))


def _work_left(settings: Mapping[str, Any], terms: pl.DataFrame) -> pl.DataFrame:
    """The rows of student_work that know more than through_week of their class, as they were at that week."""
    left = []
    for (year, semester, week), group in terms.group_by("academic_year", "semester", "through_week"):
        for classes in in_parts(group["class_id"]):
            of_term = f"t.class_id IN ({classes}) AND t.academic_year = {year} AND t.semester = {semester}"
            works, students = load_work(settings, of_term)
            left.append(as_known_at(works, students.filter(pl.col("sem_week") > week), int(str(week))))
    return pl.concat(left)


_STATE_OF_WHAT_IS_LEFT = """
INSERT INTO analysis_state (class_id, academic_year, semester, sem_week, policy_version, run_id, due_policy_version)
SELECT last.class_id, last.academic_year, last.semester, last.sem_week, run.policy_version, run.id, ''
FROM (
    SELECT class_id, academic_year, semester, sem_week, run_id,
           ROW_NUMBER() OVER (PARTITION BY class_id ORDER BY academic_year DESC, semester DESC, sem_week DESC) AS place
    FROM weekly_metrics WHERE class_id IN ({classes})
) AS last JOIN analysis_run AS run ON run.id = last.run_id
WHERE last.place = 1"""


@dataclass(frozen=True)
class _RosterChanges:
    """What is to be written so that the roster holds the students of some classes. Most of them stay as they are.

    rows: of students who are new, or not as they were. gone: student_id, class_id of those who are there no more.
    """

    rows: pl.DataFrame
    gone: pl.DataFrame

    def write(self, writer: Writer, run_id: int) -> None:
        """A student who was in another class leaves it."""
        for (class_id,), group in self.gone.group_by("class_id"):
            # Whoever has been put into another class meanwhile, by the shard that has it, stays there.
            still = "class_id IS NULL" if class_id is None else f"class_id = {quoted(str(class_id))}"
            delete(writer, ["roster_student"], "student_id", group["student_id"], still)
        delete(writer, ["roster_student"], "student_id", self.rows["student_id"], "1 = 1")
        writer.append("roster_student", self.rows.with_columns(run_id=pl.lit(run_id, pl.Int64)))


def _roster_changes(settings: Mapping[str, Any], students: pl.DataFrame, classes: pl.Series) -> _RosterChanges:
    """``students``: all who are in one of the ``classes``. A column that the college does not have is null."""
    kinds = {column.name: column.kind for column in TABLES["students"].columns if column.scored}
    wanted = students.select(
        pl.col(name) if name in students.columns else pl.lit(None, kind.dtype).alias(name)
        for name, kind in kinds.items()
    )
    found = load_students(settings, classes, kinds)
    same = found.join(wanted, on=list(kinds), how="semi", nulls_equal=True).select("student_id")
    return _RosterChanges(
        wanted.join(same, on="student_id", how="anti"),
        found.select("student_id", "class_id").join(wanted, on="student_id", how="anti"),
    )


def _set_first_days(writer: Writer, first_days: pl.DataFrame) -> None:
    for (day,), group in first_days.drop_nulls().group_by("first_day"):
        for classes in in_parts(group["class_id"]):
            writer.execute(f"UPDATE roster_class SET first_day = {quoted(str(day))} WHERE class_id IN ({classes})")


def _set_state(writer: Writer, terms: pl.DataFrame, by: Published) -> None:
    delete(writer, ["analysis_state"], "class_id", terms["class_id"], "1 = 1")
    writer.append(
        "analysis_state",
        terms.select(
            "class_id",
            "academic_year",
            "semester",
            sem_week="through_week",
            policy_version=pl.lit(by.policy_version),
            run_id=pl.lit(by.run_id, pl.Int64),
            due_policy_version=pl.lit(""),
        ),
    )


def _with_metrics(writer: Writer, students: Iterable[str], condition: str) -> list[str]:
    """Those of the students who have rows of weekly_metrics that meet the condition."""
    found: list[str] = []
    for listed in in_parts(students):
        found += writer.texts(
            f"SELECT DISTINCT student_id FROM weekly_metrics WHERE student_id IN ({listed}) AND {condition}"
        )
    return found
