"""The lists of people, contacts, runs and the log ask the database as often for many rows as for few."""

import json

from tests.api.server import Server

MORE = """
from datetime import datetime, UTC
from edumetrics.accounts.models import AccountClass, User
from edumetrics.analysis_db.models import AnalysisRun, RosterStudent
from edumetrics.audit.actions import What, record
from edumetrics.interventions.models import InterventionHistory, InterventionLog
now = datetime.now(UTC)
User.objects.bulk_create(User(username=f"more-{n}", password="!") for n in range(60))
AccountClass.objects.bulk_create(AccountClass(user=one, class_id="X") for one in User.objects.all())
AnalysisRun.objects.bulk_create(
    AnalysisRun(kind="weekly", state="failed", started=now, finished=now, error="gone") for n in range(60)
)
for n in range(60):
    record(What.EXPORT, who="somebody", from_where="here")
InterventionLog.objects.bulk_create(
    InterventionLog(student_id=one.student_id, class_id=one.class_id, academic_year=2026, semester=3, sem_week=6,
                    advisor="admin", kind="call", logged_at=now, follow_up_on=now.date(), follow_up_by="admin")
    for one in RosterStudent.objects.all()
)
InterventionHistory.objects.bulk_create(
    InterventionHistory(intervention=one, student_id=one.student_id, academic_year=2026, changed_at=now,
                        changed_by="x", kind="call")
    for one in InterventionLog.objects.all()
)
"""

COUNT = """
import json
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework_simplejwt.tokens import AccessToken
from edumetrics.accounts.models import User
token = AccessToken.for_user(User.objects.get(username="admin"))
found = {}
for address in ("interventions/", "interventions/?due=true", "users/", "runs/", "audit/", "audit/?who=somebody",
                "me/", "policy/"):
    with CaptureQueriesContext(connection) as queries:
        answer = Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {token}"}).get(
            f"/api/{address}" + ("" if address in ("me/", "policy/") else ("&" if "?" in address else "?") + "page_size=200"))
    assert answer.status_code == 200, answer.content
    found[address] = [len(queries), len(answer.json().get("results", []))]
print(json.dumps(found))
"""


def counted(server: Server) -> dict[str, list[int]]:
    out: dict[str, list[int]] = json.loads(server.workspace.python(COUNT).well().out.strip().splitlines()[-1])
    return out


def test_the_number_of_queries_does_not_grow_with_the_rows(own_server: Server) -> None:
    one = own_server.workspace.analysis.rows("SELECT min(student_id) FROM roster_student")[0][0]
    contact = {"student_id": one, "kind": "call", "follow_up_on": "2026-01-01"}
    admin = own_server.client("admin")
    admin.post("/api/interventions/", json=contact).raise_for_status()
    own_server.workspace.python(
        "from edumetrics.audit.actions import *\nrecord(What.EXPORT, who='somebody', from_where='here')"
    ).well()
    few = counted(own_server)
    own_server.workspace.python(MORE).well()
    many = counted(own_server)
    for address in few:
        assert many[address][0] == few[address][0], address
        if address not in ("me/", "policy/"):
            assert few[address][1] >= 1
            assert many[address][1] > 50, address
