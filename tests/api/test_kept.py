"""Answers that are kept: each change is seen by the very next request, in both workers, and nobody gets another's.

Beside the server that keeps answers another one on the same databases keeps none; what they say must be the same.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.api.server import CAST, PASSWORD, Server
from tests.conftest import STANDARD, Templates
from tests.integration.workspace import Pair, Workspace

USERS = ("advisor", "colleague", "nobody", "coordinator", "admin")
AGAIN = 3
"""Requests over connections of their own, so that both of two workers are likely to be asked."""
MANY = 24
"""So many that they surely are: whichever worker is free takes a connection, and several in a row."""


class Both:
    """A server that keeps answers, and one that does not."""

    def __init__(self, kept: Server, plain: Server) -> None:
        self.kept, self.plain = kept, plain
        self.workspace = kept.workspace
        self.clients = {name: kept.client(name) for name in USERS}
        flagged = self.clients["advisor"].get("/api/flagged/").json()["results"]
        # One who can be put off: flagged, and no override.
        self.flag = next(row for row in flagged if row["level"] and not row["override"] and row["list"] == "contact")
        self.student = self.flag["student_id"]

    def addresses(self) -> tuple[str, ...]:
        return (
            "/api/flagged/",
            "/api/flagged/?list=contact&capacity=3",
            f"/api/student-performance/?student_id={self.student}",
            "/api/class-performance/",
            "/api/students/",
            "/api/classes/",
            "/api/notices/",
            "/api/subjects/",
            "/api/me/",
        )

    def ask(self, server: Server, user: str, address: str) -> str:
        headers = {"Authorization": self.clients[user].headers["Authorization"], "Connection": "close"}
        answer = self.clients[user].get(server.url + address, headers=headers)
        return f"{answer.status_code} {answer.text}".replace(server.url, "")

    def all(self) -> dict[tuple[str, str], str]:
        """What everybody gets; fails where the two servers differ, or a worker."""
        found = {}
        for user in USERS:
            for address in self.addresses():
                expected = self.ask(self.plain, user, address)
                for _ in range(AGAIN):
                    assert self.ask(self.kept, user, address) == expected, f"{user} {address}"
                found[user, address] = expected
        return found


@pytest.fixture
def both(pair: Pair, templates: Templates, tmp_path: Path) -> Iterator[Both]:
    """With the cast; to do anything to."""
    workspace = templates.calibrated(pair, STANDARD).copy(tmp_path)
    workspace.python(CAST).well()
    policy = workspace.file("policy.toml", "[triage]\ncapacity_share = 0.2\n")
    kept = Server(workspace, {"POLICY_FILE": policy}, workers=2)
    plain = Server(workspace, {"POLICY_FILE": policy, "KEPT_ANSWERS_MB": "0"})
    kept.start()
    plain.start()
    yield Both(kept, plain)
    kept.stop()
    plain.stop()
    workspace.drop()


def today() -> Any:
    return datetime.now(UTC).date()


def contact(both: Both) -> None:
    given = {"student_id": both.student, "kind": "call", "outcome": "will come", "follow_up_on": "2026-01-01"}
    both.clients["admin"].post("/api/interventions/", json=given).raise_for_status()


def amend(both: Both) -> None:
    rows = both.clients["admin"].get("/api/interventions/").json()["results"]
    both.clients["admin"].patch(f"/api/interventions/{rows[0]['id']}/", json={"outcome": "came"}).raise_for_status()


def snooze(both: Both) -> None:
    until = (today() + timedelta(days=9)).isoformat()
    given = {"reason": "is ill", "until": until}
    both.clients["coordinator"].post(f"/api/flagged/{both.flag['id']}/snooze/", json=given).raise_for_status()


def end_snooze(both: Both) -> None:
    both.clients["admin"].delete(f"/api/flagged/{both.flag['id']}/snooze/").raise_for_status()


def feedback(both: Both) -> None:
    given = {"helpful": False, "why": "knew it"}
    both.clients["advisor"].post(f"/api/flagged/{both.flag['id']}/feedback/", json=given).raise_for_status()


def capacity(both: Both) -> None:
    both.clients["advisor"].patch("/api/me/", json={"capacity": 1}).raise_for_status()


def policy(both: Both) -> None:
    both.workspace.file("policy.toml", "[triage]\ncapacity_share = 0.02\n")


def class_given(both: Both) -> None:
    rows = both.clients["colleague"].get("/api/classes/").json()["results"]
    given = {"classes": [rows[0]["class_id"]]}
    both.clients["admin"].patch("/api/users/nobody/", json=given).raise_for_status()


def class_taken(both: Both) -> None:
    both.clients["admin"].patch("/api/users/nobody/", json={"classes": []}).raise_for_status()


def role(both: Both) -> None:
    both.clients["admin"].patch("/api/users/colleague/", json={"role": "admin"}).raise_for_status()


def run(both: Both) -> None:
    # A run refuses a policy that changed in the semester.
    both.workspace.file("policy.toml", "[triage]\ncapacity_share = 0.2\n")
    both.workspace.set_week(7)
    both.workspace.manage("run_weekly", POLICY_FILE=both.kept.environment["POLICY_FILE"]).well()


def erase(both: Both) -> None:
    both.workspace.manage("erase_student", both.student, "--yes", "--still-in-college").well()


FLAGGED = "/api/flagged/"
CHANGES: tuple[tuple[Callable[[Both], None], str, str], ...] = (
    (contact, "advisor", FLAGGED),
    (amend, "advisor", FLAGGED),
    (snooze, "advisor", FLAGGED),
    (end_snooze, "coordinator", FLAGGED),
    (feedback, "advisor", FLAGGED),
    (policy, "advisor", FLAGGED),
    (capacity, "advisor", FLAGGED),
    (class_given, "nobody", "/api/students/"),
    (class_taken, "nobody", "/api/class-performance/"),
    (role, "colleague", "/api/classes/"),
    (run, "admin", "/api/class-performance/"),
    (erase, "advisor", "/api/students/"),
)


def test_each_change_is_seen_by_the_next_request(both: Both) -> None:
    before = both.all()
    for change, user, address in CHANGES:
        change(both)
        now = both.all()
        assert now[user, address] != before[user, address], f"{change.__name__} changes nothing for {user}"
        before = now


TAMPER = "UPDATE weekly_flags SET diagnosis = 'tampered'"


def test_an_answer_is_kept_until_something_changes_and_then_made_anew(both: Both) -> None:
    """What no action of the product does, and so nothing tells: it shows that the answer was kept."""
    before = {user: both.ask(both.kept, user, FLAGGED) for user in USERS for _ in range(MANY)}
    both.workspace.analysis.execute(TAMPER)
    assert "tampered" in both.ask(both.plain, "advisor", FLAGGED)
    for user in USERS:
        again = {both.ask(both.kept, user, FLAGGED) for _ in range(MANY)}
        assert before[user] in again, user
    contact(both)
    for user in ("advisor", "coordinator", "admin"):
        assert all("tampered" in both.ask(both.kept, user, FLAGGED) for _ in range(AGAIN)), user


def test_a_contact_leaves_the_answers_of_other_classes(both: Both) -> None:
    for _ in range(MANY):
        before = both.ask(both.kept, "colleague", FLAGGED)
    both.workspace.analysis.execute(TAMPER)
    contact(both)
    assert before in {both.ask(both.kept, "colleague", FLAGGED) for _ in range(MANY)}
    assert "tampered" in both.ask(both.kept, "advisor", FLAGGED)


def test_reading_a_student_is_recorded_each_time(both: Both) -> None:
    def records() -> int:
        return int(both.workspace.analysis.rows("SELECT count(*) FROM audit_log WHERE what = 'read_student'")[0][0])

    address = f"/api/student-performance/?student_id={both.student}"
    before = records()
    for _ in range(AGAIN):
        both.ask(both.kept, "advisor", address)
    assert records() == before + AGAIN


def test_an_answer_that_is_the_same_is_a_304(both: Both) -> None:
    client = both.clients["advisor"]
    etags = {client.get(FLAGGED).headers["ETag"] for _ in range(2 * AGAIN)}
    assert len(etags) == 1
    etag = {"If-None-Match": etags.pop()}
    for _ in range(AGAIN):
        answer = client.get(FLAGGED, headers=etag)
        assert (answer.status_code, answer.content) == (304, b"")
    contact(both)
    assert client.get(FLAGGED, headers=etag).status_code == 200


def test_a_wrong_parameter_is_refused_and_a_file_is_made_each_time(both: Both) -> None:
    client = both.clients["advisor"]
    assert client.get(FLAGGED).status_code == 200
    assert [client.get(FLAGGED + "?colour=red").status_code for _ in range(2)] == [400, 400]
    both.workspace.analysis.execute(TAMPER)
    assert "tampered" in client.get(FLAGGED + "?format=csv").text


TOMORROW = f"""
import json
from datetime import timedelta
from unittest import mock
from django.test import Client
from edumetrics.api import flag_items, kept, policy_file, triage
from edumetrics.accounts.models import User
from edumetrics.interventions.actions import log_intervention
from edumetrics.analysis_db.models import AnalysisState, WeeklyFlags
from datetime import datetime, UTC
day = policy_file.today() + timedelta(days=1)
state = AnalysisState.objects.first()
flag = WeeklyFlags.objects.filter(class_id=state.class_id, sem_week=state.sem_week).first()
log_intervention(student_id=flag.student_id, kind="call", by="admin", at=datetime.now(UTC), follow_up_on=day)
client = Client(headers={{"Host": "localhost"}})
given = {{"username": "admin", "password": "{PASSWORD}"}}
token = client.post("/api/token/", given, content_type="application/json").json()["access"]
def due():
    answer = client.get("/api/flagged/?page_size=200", headers={{"Authorization": "Bearer " + token, "Host": "localhost"}})
    return [row["follow_up"]["due"] for row in answer.json()["results"] if row["follow_up"]]
found = [due(), due()]
with mock.patch.object(kept, "today", lambda: day), mock.patch.object(flag_items, "today", lambda: day):
    found.append(due())
print(json.dumps(found))
"""


def test_the_next_day_is_a_change(both: Both) -> None:
    assert json.loads(both.workspace.python(TOMORROW).well().out.splitlines()[-1]) == [[False], [False], [True]]


FULL = """
from datetime import date
from edumetrics.api.kept import Address, Answer, Kept, Mark
def where(number):
    return Address(number, "http", "localhost", "/api/flagged/", "", None)
mark = Mark(1, None, (), date(2026, 1, 1), None)
kept = Kept(10_000)
for number in range(9):
    for _ in range(2):
        kept.keep(where(number), Answer(mark, bytes(2_000), "application/json", '"x"'))
    kept.find(where(6), mark)
print([number for number in range(9) if kept.find(where(number), mark)])
print(kept.find(where(6), mark._replace(classes=2)), kept.find(where(6), mark) is not None)
kept.keep(where(1), Answer(mark, bytes(20_000), "application/json", '"x"'))
print(kept._size, len(kept._answers))
kept.keep(where(1), Answer(mark, bytes(2_000), "application/json", '"x"'))
kept.find(where(2), mark._replace(everything=2))
print(kept._size, len(kept._answers))
"""


def test_what_was_not_used_for_the_longest_time_and_what_is_over_is_forgotten(workspace: Workspace) -> None:
    lines = workspace.python(FULL).well().out.splitlines()
    assert lines[-4:] == ["[6, 7, 8]", "None True", "0 0", "0 0"]
