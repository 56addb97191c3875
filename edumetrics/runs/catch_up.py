"""The work of a run: read the college, score, publish (scoring.md section 9)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import polars as pl
from django.db import connections

from edumetrics.analysis_db.load import load_history
from edumetrics.analysis_db.models import AnalysisRun
from edumetrics.analysis_db.store import Published, publish, roll_back
from edumetrics.college_db.mapping import Mapping
from edumetrics.college_db.read import CollegeReader, open_college
from edumetrics.engine.calendar import Position
from edumetrics.engine.policy import Policy
from edumetrics.engine.semester import Results, score_semester
from edumetrics.engine.tables.canonical import TABLES
from edumetrics.runs.errors import CollegeIsBehind, RunError
from edumetrics.runs.lock import only_run
from edumetrics.runs.plan import Plan, describe, plan_catch_up, plan_recompute
from edumetrics.runs.position import classes_now, college_position
from edumetrics.runs.progress import progress
from edumetrics.runs.record import RosterBefore, check_policy_is_pinned, note, published_state, recorded, roster_before

_STEPS_A_PASS = 3

ROSTER_TABLES = {
    "roster_class": "classes",
    "roster_advisor": "advisors",
    "roster_student": "students",
    "roster_subject": "subjects",
    "roster_exam": "exam_schedule",
}


@dataclass(frozen=True)
class Request:
    """What a run was asked to do. ``now`` places a college without sim_state in its calendar."""

    kind: str
    mapping: Mapping
    policy: Policy
    now: datetime
    recompute_from: int | None = None
    dry_run: bool = False


@dataclass(frozen=True)
class Outcome:
    """What came of it: ``run`` is None where there was nothing to do, or it was a dry run.

    ``classes``: how many are in a semester of the position's term.
    """

    position: Position
    classes: int
    plan: Plan
    run: AnalysisRun | None


def calibrate(request: Request) -> Outcome:
    """Bring the analysis database to the college's week: behind, every missing week; ahead, roll back; same, nothing.

    With ``recompute_from`` the weeks from there on are scored anew, with the policy of the request.
    """
    with only_run(_settings("default")), open_college(_settings("client_db"), request.mapping) as college:
        position, now, state = _where(college, request)
        if request.recompute_from is not None:
            _check_week(request.recompute_from, position)
        return _carry_out(college, request, position, now, _plan(request, position, now, state))


def run_weekly(request: Request) -> Outcome:
    """Everything due for the current week, which may be repeated; earlier weeks that are missing are made up first.

    Raises CollegeIsBehind where the analysis database is past the college's week; rolling back is ``calibrate``'s.
    """
    with only_run(_settings("default")), open_college(_settings("client_db"), request.mapping) as college:
        position, now, state = _where(college, request)
        check_policy_is_pinned(request.policy, now, state)
        request = replace(request, recompute_from=position.sem_week)
        plan = _plan(request, position, now, state)
        if not plan.roll_back.is_empty():
            raise CollegeIsBehind(
                f"The analysis database is past the college's week ({position.term} semester "
                f"{position.academic_year}, week {position.sem_week}) for {plan.roll_back.height} classes. "
                "If the college really went back, run manage.py calibrate: it removes the later weeks."
            )
        return _carry_out(college, request, position, now, plan)


def _plan(request: Request, position: Position, now: pl.DataFrame, state: pl.DataFrame) -> Plan:
    """What is to be done. Raises PolicyChanged where it would go on with weeks that another policy began."""
    week, weeks = position.sem_week, request.policy.calendar.weeks
    if request.recompute_from is None:
        check_policy_is_pinned(request.policy, now, state)
        plan = plan_catch_up(now, week, state, weeks)
    else:
        plan = plan_recompute(now, week, request.recompute_from, state, weeks)
    for terms in plan.passes:
        earlier = terms.join(now, on=["class_id", "academic_year", "semester"], how="anti")
        check_policy_is_pinned(request.policy, earlier, state)
    return plan


def _where(college: CollegeReader, request: Request) -> tuple[Position, pl.DataFrame, pl.DataFrame]:
    position = college_position(college, request.policy, request.now)
    now = classes_now(college, position)
    return position, now, published_state()


def _settings(alias: str) -> dict[str, Any]:
    return connections[alias].settings_dict


def _check_week(week: int, position: Position) -> None:
    if not 1 <= week <= max(position.sem_week, 1):
        raise RunError(f"--from-week is {week}; weeks 1 to {position.sem_week} of the semester are over.")


def _carry_out(college: CollegeReader, request: Request, position: Position, now: pl.DataFrame, plan: Plan) -> Outcome:
    if plan.is_empty or request.dry_run:
        return Outcome(position, now.height, plan, None)
    with recorded(request.kind, position, request.policy, _weeks_of(plan)) as run:
        by = Published(run.pk, request.policy.version, run.started)
        passes = plan.passes
        if not plan.roll_back.is_empty():
            roll_back(_settings("default"), plan.roll_back)
            # What is left may be behind: a semester that was never published has nothing to roll back to.
            passes = _plan(request, position, now, published_state()).passes
        before = roster_before()
        with progress(_STEPS_A_PASS * len(passes)) as steps:
            for terms in passes:
                what = "; ".join(describe(terms))
                steps.step(f"reading the college: {what}")
                tables = college.semester(terms.select("class_id", "semester").iter_rows())
                students = tables["students"].join(terms, on="class_id", how="semi").height
                steps.step(f"scoring {students} students")
                results = score_semester(tables, terms, load_history(_settings("default"), terms), request.policy)
                steps.step(f"publishing {results.metrics.height} student-weeks, {results.flags.height} flags")
                roster = _roster(college, tables, results, before)
                moved = _moved(tables["students"], before)
                rows = publish(_settings("default"), results, roster, terms, by, moved)
                note(run, results, rows)
    return Outcome(position, now.height, plan, run)


def _moved(students: pl.DataFrame, before: RosterBefore) -> list[str]:
    """Students who were in another class at the run before."""
    both = students.join(before.students, on="student_id", suffix="_before")
    return both.filter(pl.col("class_id") != pl.col("class_id_before"))["student_id"].to_list()


def _weeks_of(plan: Plan) -> list[dict[str, Any]]:
    groups = [
        one.group_by("academic_year", "semester", "from_week", "through_week").agg(classes=pl.len()).sort("semester")
        for one in plan.passes
    ]
    return [row for group in groups for row in group.to_dicts()]


def _roster(
    college: CollegeReader, tables: dict[str, pl.DataFrame], results: Results, before: RosterBefore
) -> dict[str, pl.DataFrame]:
    """What screens need of the college, one frame for each roster table the college has."""
    found = {}
    for roster_table, name in ROSTER_TABLES.items():
        if college.has(name):
            key = TABLES[name].key[0]
            frame = tables[name] if name in tables else college.table(name)
            found[roster_table] = frame.drop_nulls(key).unique(key, keep="first", maintain_order=True)
    classes = found["roster_class"].drop("total_students")
    # A class that is not scored now keeps the first day that it had.
    known = pl.concat([results.first_days, before.first_days]).unique("class_id", keep="first", maintain_order=True)
    return found | {"roster_class": classes.join(known, on="class_id", how="left")}
