"""The triggers that tell of changes are there after all migrations, on each kind of database."""

import pytest

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


AT_ONCE = """
import threading
from datetime import UTC, datetime
from django.db import connection, transaction
from edumetrics.accounts.models import AccountClass, User
from edumetrics.analysis_db.models import Revision, RosterClass, RosterStudent
from edumetrics.interventions.actions import log_intervention

classes = list(RosterClass.objects.order_by("class_id").values_list("class_id", flat=True))
students = [RosterStudent.objects.filter(class_id=one).first().student_id for one in classes[:2]]
user = User.objects.create_user("somebody")
gate = threading.Barrier(2)

def contact(student_id):
    log_intervention(student_id=student_id, kind="call", by="admin", at=datetime.now(UTC))

def both(order, number):
    try:
        for turn in range(5):
            with transaction.atomic():
                for student_id in order:
                    contact(student_id)
                AccountClass.objects.create(user=user, class_id=f"{number} {turn}")
                gate.wait(20)
        done.append(number)
    finally:
        connection.close()

done = []
threads = [threading.Thread(target=both, args=(order, n)) for n, order in enumerate((students, students[::-1]))]
for one in threads: one.start()
for one in threads: one.join()
print(len(done))
"""

MOVED = (
    AT_ONCE.partition("def both")[0]
    + """
def numbers():
    return {row.class_id: row.number for row in Revision.objects.all()}

def log():
    contact(students[0])
    connection.close()

contact(students[0]), contact(students[1])
before = numbers()
other = threading.Thread(target=log)
with transaction.atomic():
    RosterStudent.objects.filter(student_id=students[0]).update(class_id=classes[1])
    Revision.objects.filter(class_id="").update(number=before[""] + 1)
    other.start()
    other.join(1)
    print(other.is_alive())
other.join()
now = numbers()
print([now[one] > before[one] for one in ("", *classes[:2])])
"""
)


def test_two_transactions_about_the_same_classes_end_both(calibrated: Workspace) -> None:
    if "sqlite" in calibrated.analysis.url:
        pytest.skip("there is one writer at a time")
    assert calibrated.python(AT_ONCE).well().out.splitlines()[-1] == "2"


def test_a_contact_with_a_student_who_moves_meanwhile_is_told_to_the_new_class(calibrated: Workspace) -> None:
    if "sqlite" in calibrated.analysis.url:
        pytest.skip("there is one writer at a time")
    assert calibrated.python(MOVED).well().out.splitlines()[-2:] == ["True", "[True, False, True]"]
