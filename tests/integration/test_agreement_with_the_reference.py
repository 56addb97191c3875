"""What is stored of a demo college is what the slow scorer makes of the same tables."""

from typing import Any

import polars as pl
import pytest

from edumetrics.engine.policy import Policy
from edumetrics.engine.semester import Results
from edumetrics.engine.tables.canonical import TABLES
from tests.conftest import Maker
from tests.generative.agreement import disagreements
from tests.integration.test_backfill import contacts_with
from tests.integration.workspace import DERIVED, WORK, Pair, Workspace
from tests.reference.scorer import Result, score


@pytest.mark.parametrize(("week", "term"), [(12, "odd"), (30, "even")])
def test_the_stored_weeks_agree_with_the_reference(pair: Pair, make: Maker, week: int, term: Any) -> None:
    workspace = make(pair)
    begin = f"demo_college --students 60 --past-years 1 --week {week - 5}"
    workspace.manage_all("migrate --verbosity 0", begin, "calibrate")
    contacts = contacts_with(workspace, week=(week - 5) % 18)
    workspace.manage_all(*contacts, "demo_college --advance 5", "run_weekly")
    assert set(workspace.analysis.table("weekly_flags")["list"]) >= {"contact", "in_progress"}
    expected = score(
        college_rows(workspace),
        Policy(),
        academic_year=2026,
        term=term,
        through_week=week % 18,
        interventions=workspace.analysis.table("intervention_log").to_dicts(),
    )
    lines = disagreements(stored(workspace, expected), expected)
    assert not lines, "\n".join(lines[:10])


def college_rows(workspace: Workspace) -> dict[str, list[dict[str, Any]]]:
    """The canonical tables as the reference takes them."""
    return {name: workspace.college.table(name).to_dicts() for name in TABLES}


def stored(workspace: Workspace, expected: Result) -> Results:
    """The stored rows of the semester that was scored, in the shape that the comparison takes."""
    semester = pl.col("semester") == expected.metrics[0]["semester"]
    kept = (*DERIVED, *WORK)
    metrics, flags, notices, *work = (workspace.analysis.table(name).filter(semester) for name in kept)
    nothing = pl.DataFrame()
    return Results(metrics, flags, notices, *work, nothing, nothing, nothing, nothing)
