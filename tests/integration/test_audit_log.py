"""The audit log can be added to, and nothing else."""

import pytest

from tests.integration.workspace import Workspace

ATTEMPTS = """
from datetime import UTC, datetime
from django.db import connection, transaction
from django.db.utils import DatabaseError
from edumetrics.audit.actions import What, record
from edumetrics.audit.models import AuditLog, AuditLogIsAppendOnly

row = record(What.PURGE, details={"before": 2020})
row.who = "nobody"
values = {"at": datetime.now(UTC), "who": "nobody", "what": "purge", "from_where": "nowhere"}

def sql(statement):
    def run():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    return run

def same_id():
    with transaction.atomic():
        AuditLog(id=row.pk, **values).save()

attempts = {
    "save": row.save,
    "delete": row.delete,
    "save with its id": same_id,
    "update": lambda: AuditLog.objects.update(who="nobody"),
    "delete all": AuditLog.objects.all().delete,
    "base manager": lambda: AuditLog._base_manager.filter(pk=row.pk).delete(),
    "raw delete": lambda: AuditLog.objects.all()._raw_delete("default"),
    "bulk_update": lambda: AuditLog.objects.bulk_update([row], ["who"]),
    "upsert": lambda: AuditLog.objects.bulk_create(
        [AuditLog(id=row.pk, **values)], update_conflicts=True, unique_fields=["id"], update_fields=["who"]),
    "update_or_create": lambda: AuditLog.objects.update_or_create(values, pk=row.pk),
    "SQL update": sql("UPDATE audit_log SET who = 'nobody'"),
    "SQL delete": sql("DELETE FROM audit_log"),
}
if connection.vendor == "postgresql":
    attempts["SQL truncate"] = sql("TRUNCATE audit_log")
for name, attempt in attempts.items():
    try:
        attempt()
    except AuditLogIsAppendOnly as error:
        print(name, "refused by the model:", error)
    except DatabaseError as error:
        print(name, "refused by the table:", " ".join(str(error).split()))
    else:
        print(name, "DONE")
AuditLog.objects.bulk_create([AuditLog(**values)])
"""


def test_rows_are_added_and_never_changed_or_removed(workspace: Workspace) -> None:
    workspace.manage_all("migrate --verbosity 0")
    lines = workspace.python(ATTEMPTS).well().out.splitlines()
    by_table = {line.partition(" refused")[0] for line in lines if "refused by the table" in line}
    expected = {"save with its id", "SQL update", "SQL delete"}
    if "postgresql" in workspace.analysis.url:
        expected.add("SQL truncate")
    assert by_table == expected
    by_model = [line for line in lines if "refused by the model" in line]
    assert len(by_model) + len(by_table) == len(lines) == (13 if "SQL truncate" in by_table else 12)
    assert "The audit log is append-only" in by_model[0]
    assert any("audit_log is append-only: DELETE is refused" in line for line in lines)
    log = workspace.analysis.table("audit_log").sort("id")
    assert log["what"].to_list() == ["purge", "purge"]
    assert log["details"][0] == '{"before": 2020}'
    assert log["who"][0] != "nobody"
    assert log["from_where"][0].startswith("command line on ")


@pytest.mark.parametrize("code", ["rename", ""])
def test_only_what_is_on_the_list_can_be_recorded(workspace: Workspace, code: str) -> None:
    workspace.manage_all("migrate --verbosity 0")
    done = workspace.python(f"from edumetrics.audit.actions import record; record({code!r})")
    assert done.code != 0
    assert "is not a valid What" in done.err
    assert workspace.analysis.table("audit_log").height == 0
