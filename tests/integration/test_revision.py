"""The triggers that tell of changes are there after all migrations, on each kind of database."""

from tests.integration.workspace import Workspace

TABLES = {
    *("analysis_state", "roster_class", "subject_difficulty", "account_class", "account_branch", "demo_mark"),
    *("intervention_log", "snooze", "flag_feedback"),
}


def test_every_table_that_answers_are_made_of_tells_of_its_changes(workspace: Workspace) -> None:
    workspace.manage_all("migrate --verbosity 0")
    if "sqlite" in workspace.analysis.url:
        found = workspace.analysis.rows("SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger'")
        expected = {(table, f"{table}_revised_{verb}") for table in TABLES for verb in ("insert", "update", "delete")}
    else:
        found = workspace.analysis.rows("SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal")
        expected = {(table, f"{table}_revised") for table in TABLES}
    assert expected | {("audit_log", "audit_log_revised")} <= {(str(table), str(name)) for table, name in found}


def test_a_transaction_that_is_taken_back_tells_nothing_and_one_that_ends_well_does(calibrated: Workspace) -> None:
    number = "SELECT number FROM revision WHERE class_id = ''"
    before = calibrated.analysis.rows(number)[0][0]
    script = """
from django.db import transaction
from edumetrics.analysis_db.models import AnalysisState
with transaction.atomic():
    AnalysisState.objects.update(run_id=1)
    transaction.set_rollback(True)
"""
    calibrated.python(script).well()
    assert calibrated.analysis.rows(number)[0][0] == before
    calibrated.python(script.replace("set_rollback(True)", "get_connection()")).well()
    assert calibrated.analysis.rows(number)[0][0] > before
