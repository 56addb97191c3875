"""What it means that the engine and the reference scorer agree."""

import json
import math
from typing import Any

from edumetrics.engine.history import CONTACTS_SCHEMA, FLAGS_SCHEMA, METRICS_SCHEMA, History
from edumetrics.engine.semester import Results, score_semester
from tests.generative.colleges import College
from tests.generative.frames import contacts, frames, terms
from tests.generative.policies import ACADEMIC_YEAR
from tests.generative.work import pieces_of
from tests.reference.scorer import Result, score

KEY = ("student_id", "academic_year", "semester", "sem_week")
WORK_KEY = ("student_id", "semester", "kind", "work_id")
NOTICE_CODES = ("class_shift_effort", "class_shift_performance", "class_shift_attendance", "attendance_not_loaded")
SAME_FLAG_COLUMNS = (
    "class_id",
    "risk_level",
    "risk_score",
    "urgency",
    "rank_in_class",
    "list",
    "escalation_level",
    "first_flagged_week",
    "grace",
    "override",
    "integrity",
)
NEAR = 1e-9


def by_engine(
    college: College, from_week: int = 1, through_week: int | None = None, before: Results | None = None
) -> Results:
    """The engine's results; ``before`` are the published results of the weeks before from_week."""
    none = History.none()
    history = History(
        before.metrics.select(*METRICS_SCHEMA) if before else none.metrics,
        before.flags.select(*FLAGS_SCHEMA) if before else none.flags,
        contacts(college.interventions).select(*CONTACTS_SCHEMA),
    )
    through = through_week or college.through_week
    return score_semester(
        frames(college.tables),
        terms(college.tables, ACADEMIC_YEAR, college.term, from_week, through),
        history,
        college.policy,
    )


def by_reference(college: College) -> Result:
    """The slow scorer's results."""
    return score(
        college.tables,
        college.policy,
        academic_year=ACADEMIC_YEAR,
        term=college.term,
        through_week=college.through_week,
        interventions=college.interventions,
    )


def disagreements(engine: Results, reference: Result) -> list[str]:
    """One line for every value in which the two differ; empty when they agree."""
    return [
        *_differences("metrics", engine.metrics.to_dicts(), reference.metrics, None),
        *_differences("flags", engine.flags.to_dicts(), reference.flags, SAME_FLAG_COLUMNS),
        *_flag_differences(engine, reference),
        *_notice_differences(engine, reference),
        *_differences("work", pieces_of(engine), reference.work, None, key=WORK_KEY),
    ]


def _keyed(rows: list[dict[str, Any]], key: tuple[str, ...] = KEY) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {tuple(row[name] for name in key): row for row in rows}


def _differences(
    table: str,
    found: list[dict[str, Any]],
    expected: list[dict[str, Any]],
    columns: tuple[str, ...] | None,
    key: tuple[str, ...] = KEY,
) -> list[str]:
    ours, theirs = _keyed(found, key), _keyed(expected, key)
    lines = [f"{table} {key}: only the engine has it: {ours[key]}" for key in sorted(ours.keys() - theirs.keys())]
    lines += [f"{table} {key}: only the reference has it: {theirs[key]}" for key in sorted(theirs.keys() - ours.keys())]
    for key in sorted(ours.keys() & theirs.keys()):
        names = columns or tuple(theirs[key])
        lines += [
            f"{table} {key} {name}: engine {ours[key].get(name)!r}, reference {theirs[key][name]!r}"
            for name in names
            if not _same(ours[key].get(name), theirs[key][name])
        ]
    return lines


def _flag_differences(engine: Results, reference: Result) -> list[str]:
    theirs = _keyed(reference.flags)
    lines = []
    for key, ours in _keyed(engine.flags.to_dicts()).items():
        if key not in theirs:
            continue
        points = json.loads(ours["contributions"])
        expected = theirs[key]["contributions"]
        if points.keys() != expected.keys() or any(not _same(points[name], expected[name]) for name in points):
            lines.append(f"flags {key} contributions: engine {points}, reference {expected}")
        codes = [reason["code"] for reason in json.loads(ours["reasons"])]
        if codes != theirs[key]["reason_codes"]:
            lines.append(f"flags {key} reasons: engine {codes}, reference {theirs[key]['reason_codes']} {points}")
        missing = sorted(
            f"{one['code']}:{one['source']}" if one["source"] else one["code"] for one in json.loads(ours["missing"])
        )
        if missing != theirs[key]["missing_codes"]:
            lines.append(f"flags {key} missing: engine {missing}, reference {theirs[key]['missing_codes']}")
    return lines


def _notice_differences(engine: Results, reference: Result) -> list[str]:
    ours = {
        (row["class_id"], row["sem_week"], row["code"])
        for row in engine.notices.to_dicts()
        if row["code"] in NOTICE_CODES
    }
    theirs = {(row["class_id"], row["sem_week"], row["code"]) for row in reference.notices}
    return [f"notice {one}: only one of the two" for one in sorted(ours ^ theirs)]


def _same(ours: object, theirs: object) -> bool:
    if isinstance(ours, float) and isinstance(theirs, int | float):
        return math.isclose(ours, theirs, abs_tol=NEAR, rel_tol=NEAR)
    return ours == theirs
