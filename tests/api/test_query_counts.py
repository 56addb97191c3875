"""Every list asks the same number of queries, however many rows it has."""

import json

from tests.api.server import Server

SCRIPT = """
import json
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework_simplejwt.tokens import RefreshToken
from edumetrics.accounts.models import User
from edumetrics.analysis_db.models import WeeklyFlags

student = WeeklyFlags.objects.order_by("-sem_week", "student_id").values_list("student_id", flat=True)[0]
found = {}
for name in ("admin", "coordinator"):
    token = RefreshToken.for_user(User.objects.get(username=name)).access_token
    client = Client(headers={"Authorization": f"Bearer {token}", "Host": "localhost"})
    for address in ("flagged/?x", "flagged/?capacity=9", "class-performance/?x", "students/?x", "students/?level=high",
                    "subjects/?x", "galaxy/?x", "attendance-shortfall/?x", "notices/?semester=3", "notices/?semester=5"):
        counts = []
        for size in (1, 200):
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(f"/api/{address.replace('?x', '')}{'&' if '=' in address else '?'}page_size={size}")
            assert answer.status_code == 200, answer.content
            counts.append([len(queries), len(answer.json()["results"])])
        found[f"{name} {address}"] = counts
print(json.dumps(found))
"""


def test_lists_ask_the_same_number_of_queries_for_few_and_many_rows(server: Server) -> None:
    found = json.loads(server.workspace.python(SCRIPT).well().out.splitlines()[-1])
    assert max(rows for _, (_, rows) in found.values()) > 50
    for name, ((few, _), (many, rows)) in found.items():
        assert few == many, f"{name}: {few} queries for a row, {many} for {rows}"
        assert few <= 14, name
