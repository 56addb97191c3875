"""/api/calibrate/, /api/runs/, /api/policy/ and /api/audit/."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from tests.api.server import Server, problem
from tests.integration.workspace import ROOT


@contextmanager
def scheduler(server: Server) -> Iterator[None]:
    command = [sys.executable, "manage.py", "scheduler", "--heartbeat", "0.2"]
    with (server.workspace.folder / "scheduler.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=server.workspace.environment(), stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait(90)


def until_alive(admin: httpx.Client) -> None:
    end = time.monotonic() + 60
    while not admin.get("/api/me/").json()["runner_alive"]:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_run_is_asked_for_and_watched_until_its_report(own_server: Server) -> None:
    admin, advisor = own_server.client("admin"), own_server.client("advisor")
    assert admin.get("/api/me/").json()["runner_alive"] is False
    assert advisor.get("/api/me/").json()["runner_alive"] is None
    assert "No runner is alive" in problem(admin.post("/api/calibrate/", json={}), 503)["detail"]
    assert admin.get("/api/runs/").json()["count"] == 1
    own_server.workspace.manage_all("demo_college --advance 1")
    own_server.workspace.college.execute(
        "UPDATE assignment_submissions SET marks_obtained = 999 WHERE marks_obtained IS NOT NULL"
    )
    with scheduler(own_server):
        until_alive(admin)
        answer = admin.post("/api/calibrate/", json={"recompute_from": 2})
        assert answer.status_code == 202, answer.text
        run = answer.json()["run_id"]
        again = problem(admin.post("/api/calibrate/", json={}), 409)
        assert again["run_id"] == run
        problem(advisor.post("/api/calibrate/", json={}), 403)
        end = time.monotonic() + 120
        while (one := admin.get(f"/api/runs/{run}/").json())["state"] in ("queued", "running"):
            assert time.monotonic() < end, one
            time.sleep(0.2)
    assert (one["state"], one["queued_by"], one["sem_week"]) == ("succeeded", "admin", 7), one
    assert one["rows"]["weekly_metrics"] > 0
    assert {(week["from_week"], week["through_week"]) for week in one["weeks"]} == {(2, 7)}
    assert one["stages"]
    finding = next(found for found in one["quality"]["findings"] if found["table"] == "assignment_submissions")
    assert finding["examples"]
    assert finding["sentence"].startswith(f"{finding['rows']} ")

    seen = advisor.get(f"/api/runs/{run}/").json()
    assert (seen["state"], seen["finished"]) == ("succeeded", one["finished"])
    for hidden in ("quality", "error", "queued_by", "rows", "weeks", "stages"):
        assert seen[hidden] is None
    listed = advisor.get("/api/runs/?kind=calibrate&state=succeeded&ordering=-id").json()["results"]
    assert listed[0]["id"] == run
    assert all(row["error"] is None for row in listed)
    assert finding["examples"][0] not in advisor.get("/api/runs/").text
    problem(advisor.get("/api/runs/999999/"), 404)
    problem(advisor.get("/api/runs/99999999999999999999/"), 404)


def test_an_impossible_week_is_named(admin: httpx.Client) -> None:
    for week in (0, 19, 61, "two"):
        errors = problem(admin.post("/api/calibrate/", json={"recompute_from": week}), 400)["errors"]
        assert set(errors) == {"recompute_from"}


def test_the_policy_says_what_each_number_means(advisor: httpx.Client, nobody: httpx.Client) -> None:
    policy = advisor.get("/api/policy/").json()
    numbers = {one["key"]: one for one in policy["numbers"]}
    assert numbers["calendar.weeks"] == {
        "key": "calendar.weeks", "value": 18, "default": 18, "meaning": "the weeks of a semester",
    }  # fmt: skip
    assert all(one["meaning"] for one in policy["numbers"])
    assert policy["in_use"] == [{"policy_version": policy["version"], "classes": 1}]
    assert nobody.get("/api/policy/").json()["in_use"] == []


def test_the_audit_log_says_who_did_what_to_whom(own_server: Server) -> None:
    admin, advisor = own_server.client("admin"), own_server.client("advisor")
    problem(advisor.get("/api/audit/"), 403)
    (student,) = own_server.workspace.analysis.rows(
        "SELECT min(student_id) FROM roster_student WHERE class_id = (SELECT c.class_id FROM account_class c "
        "JOIN account a ON a.id = c.user_id WHERE a.username = 'advisor')"
    )[0]
    logged = advisor.post("/api/interventions/", json={"student_id": student, "kind": "call", "notes": "secret"}).json()
    advisor.get(f"/api/interventions/{logged['id']}/").raise_for_status()
    advisor.get("/api/interventions/?format=csv").raise_for_status()
    rows = admin.get(f"/api/audit/?student_id={student}&ordering=at").json()["results"]
    assert [row["what"] for row in rows] == ["log_intervention", "read_student"]
    assert {row["who"] for row in rows} == {"advisor"}
    assert {row["from_where"] for row in rows} == {"127.0.0.1"}
    everything = admin.get("/api/audit/").text
    assert student not in everything
    assert "secret" not in everything
    assert [row["whom"] for row in admin.get("/api/audit/?what=export").json()["results"]] == ["interventions"]
    at = rows[0]["at"]
    assert admin.get("/api/audit/", params={"from": at, "who": "advisor"}).json()["count"] == 3
    assert admin.get("/api/audit/", params={"to": at, "what": "log_intervention"}).json()["count"] == 0
    assert set(problem(admin.get("/api/audit/?from=yesterday&what=magic"), 400)["errors"]) == {"from", "what"}
    csv = admin.get("/api/audit/?format=csv").text
    assert csv.count("\n") == 1 + admin.get("/api/audit/").json()["count"]
