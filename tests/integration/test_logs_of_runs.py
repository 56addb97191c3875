"""What real runs log: their course in fields, and nobody's data."""

import json
from typing import Any

import pytest

from tests.integration.databases import SqliteDatabase
from tests.integration.workspace import Workspace

STUDENT = "25CSEA002"
EVERYTHING = {"LOG_FORMAT": "json", "LOG_LEVEL": "DEBUG"}


def personal(workspace: Workspace) -> set[str]:
    """Every id, name and contact of the college's students and advisors."""
    frames = [workspace.college.table(name) for name in ("students", "advisors")]
    columns = ("student_id", "advisor_id", "name", "email", "parent_email", "phone")
    values = {value for frame in frames for name in columns if name in frame.columns for value in frame[name]}
    return {value for value in values if value}


def assert_nobody(texts: str, workspace: Workspace) -> None:
    assert [one for one in personal(workspace) if one in texts] == []


def records(texts: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in texts.splitlines() if line.startswith("{")]


def test_a_run_logs_its_course_in_fields_and_nobodys_data(workspace: Workspace) -> None:
    *_, run = workspace.manage_all(
        "migrate --verbosity 0", "demo_college --students 120 --week 6 --past-years 0", "calibrate", **EVERYTHING
    )
    found = records(run.err)
    assert len(found) == len(run.err.splitlines()) >= 3
    assert {one["run"] for one in found} == {1}
    assert [one for one in found if "left_out" in one] == []
    published = next(one for one in found if one["message"] == "shard published")
    assert published["rows"]["weekly_metrics"] == workspace.analysis.table("weekly_metrics").height
    assert published["students"] == workspace.analysis.table("roster_student").height
    assert_nobody(run.err, workspace)


FAIL_AND_LOG = """
import logging
from django.core.management import call_command

try:
    call_command("run_weekly", workers=1)
except BaseException as error:
    logging.getLogger("edumetrics.runs").exception("the run has failed: %s", error, extra={"error": error})
"""


@pytest.mark.parametrize("form", ["text", "json"])
def test_an_error_that_quotes_rows_is_logged_without_them(calibrated: Workspace, form: str) -> None:
    # A student who stays as before is not written.
    calibrated.college.execute(f"UPDATE students SET roll_number = 9876 WHERE student_id = '{STUDENT}'")
    if isinstance(calibrated.analysis, SqliteDatabase):
        calibrated.analysis.execute(
            f"CREATE TRIGGER refuse BEFORE INSERT ON roster_student WHEN NEW.student_id = '{STUDENT}' "
            f"BEGIN SELECT RAISE(ABORT, 'CHECK constraint failed: refuse_{STUDENT}'); END"
        )
    else:
        # PostgreSQL quotes the whole row, with name and contacts.
        calibrated.analysis.execute(
            f"ALTER TABLE roster_student ADD CONSTRAINT refuse CHECK (student_id <> '{STUDENT}') NOT VALID"
        )
    log = calibrated.manage("shell", "--no-imports", "-c", FAIL_AND_LOG, LOG_FORMAT=form, LOG_LEVEL="DEBUG").well().err
    assert "the run has failed: " in log
    assert "Traceback" in log or "catch_up.py" in log
    assert "constraint" in log
    assert STUDENT in calibrated.last_run()["error"]
    assert_nobody(log, calibrated)
