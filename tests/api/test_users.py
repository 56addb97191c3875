"""/api/users/ and /api/advisors/sync/: who has an account, in which role, and for whom."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.api.server import PASSWORD, Server, problem

NEW = "tea kettle orange 7"


def parts(url: str) -> dict[str, str]:
    """uid and token of a link."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).fragment).items()}


def test_only_admins_see_accounts(
    server: Server, advisor: httpx.Client, coordinator: httpx.Client, stranger: httpx.Client, admin: httpx.Client
) -> None:
    for method, address in (
        ("GET", "/api/users/"),
        ("POST", "/api/users/"),
        ("GET", "/api/users/admin/"),
        ("PATCH", "/api/users/advisor/"),
        ("POST", "/api/users/advisor/invite/"),
        ("POST", "/api/advisors/sync/"),
    ):
        for client in (advisor, coordinator):
            problem(client.request(method, address, json={"role": "admin"} if method != "GET" else None), 403)
        problem(stranger.request(method, address), 401)
    found = {row["username"]: row for row in admin.get("/api/users/?ordering=-username").json()["results"]}
    assert list(found) == ["nobody", "coordinator", "colleague", "advisor", "admin"]
    assert (found["coordinator"]["role"], found["coordinator"]["branches"]) == ("coordinator", ["CSE"])
    assert [one["origin"] for one in found["advisor"]["classes"]] == ["college"]
    assert [row["username"] for row in admin.get("/api/users/?role=admin").json()["results"]] == ["admin"]
    assert [row["username"] for row in admin.get("/api/users/?search=COLLEA").json()["results"]] == ["colleague"]
    class_id = found["advisor"]["classes"][0]["class_id"]
    assert [row["username"] for row in admin.get(f"/api/users/?class_id={class_id}").json()["results"]] == ["advisor"]
    assert "password" not in admin.get("/api/users/?format=csv").text.splitlines()[0].replace("has_password", "")


def test_an_invited_user_sets_a_password_by_the_link_once(own_server: Server) -> None:
    admin, stranger = own_server.client("admin"), own_server.client()
    answer = admin.post("/api/users/", json={"username": "r.rao", "role": "coordinator", "branches": ["CSE"]})
    assert answer.status_code == 201, answer.text
    invited = answer.json()
    assert (invited["has_password"], invited["invitation"]["mailed"]) == (False, False)
    first = parts(invited["invitation"]["url"])
    second = parts(admin.post("/api/users/r.rao/invite/").json()["url"])
    # The newer invitation ended the older one.
    assert "token" in problem(stranger.post("/api/password/set/", json={**first, "new": NEW}), 400)["errors"]
    for weak in ("short", "1234567890123", "qwertyuiop"):
        assert "new" in problem(stranger.post("/api/password/set/", json={**second, "new": weak}), 400)["errors"]
    assert stranger.post("/api/password/set/", json={**second, "new": NEW}).status_code == 204
    assert own_server.client("r.rao", NEW).get("/api/me/").json()["role"] == "coordinator"
    assert "token" in problem(stranger.post("/api/password/set/", json={**second, "new": NEW + "!"}), 400)["errors"]
    assert admin.get("/api/users/r.rao/").json()["has_password"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"username": "ADVISOR", "role": "advisor"}, "username"),
        ({"username": "a b", "role": "advisor"}, "username"),
        ({"username": "x", "role": "owner"}, "role"),
        ({"username": "x", "role": "advisor", "classes": ["NO-SUCH"]}, "classes"),
        ({"username": "x", "role": "coordinator", "branches": ["NO-SUCH"]}, "branches"),
        ({"username": "x", "role": "advisor", "branches": ["CSE"]}, "branches"),
        ({"username": "x", "role": "admin", "email": "nowhere"}, "email"),
        ({"username": "x", "role": "admin", "is_demo": True}, "is_demo"),
        ({"username": "x", "role": "admin", "password": "tea kettle orange 7"}, "password"),
    ],
)
def test_what_is_wrong_in_an_account_is_named(admin: httpx.Client, body: dict[str, object], field: str) -> None:
    assert set(problem(admin.post("/api/users/", json=body), 400)["errors"]) == {field}
    assert admin.get("/api/users/").json()["count"] == 5


def test_the_last_active_admin_stays_one(own_server: Server) -> None:
    admin = own_server.client("admin")
    for change in ({"role": "advisor"}, {"active": False}):
        assert "last active admin" in problem(admin.patch("/api/users/admin/", json=change), 409)["detail"]
    assert admin.patch("/api/users/nobody/", json={"role": "admin"}).status_code == 200
    assert admin.patch("/api/users/admin/", json={"role": "advisor"}).json()["role"] == "advisor"
    problem(admin.get("/api/users/"), 403)


def test_who_is_deactivated_is_out_at_once_and_for_good(own_server: Server) -> None:
    admin = own_server.client("admin")
    tokens = own_server.client().post("/api/token/", json={"username": "advisor", "password": PASSWORD}).json()
    advisor = own_server.client("advisor")
    link = parts(admin.post("/api/users/advisor/invite/").json()["url"])
    assert admin.patch("/api/users/advisor/", json={"active": False}).json()["active"] is False
    problem(advisor.get("/api/me/"), 401)
    refresh = {"refresh": tokens["refresh"]}
    problem(own_server.client().post("/api/token/refresh/", json=refresh), 401)
    problem(own_server.client().post("/api/token/", json={"username": "advisor", "password": PASSWORD}), 401)
    problem(own_server.client().post("/api/password/set/", json={**link, "new": NEW}), 400)
    problem(admin.post("/api/users/advisor/invite/"), 409)
    admin.patch("/api/users/advisor/", json={"active": True})
    # What ended does not come back with the account.
    problem(own_server.client().post("/api/token/refresh/", json=refresh), 401)
    own_server.client("advisor")


def test_another_role_has_another_scope_at_once(own_server: Server) -> None:
    admin, advisor = own_server.client("admin"), own_server.client("advisor")
    assert advisor.get("/api/classes/").json()["count"] == 1
    changed = admin.patch("/api/users/advisor/", json={"role": "coordinator", "branches": ["ECE"]}).json()
    assert (changed["classes"], changed["branches"]) == ([], ["ECE"])
    assert [row["branch"] for row in advisor.get("/api/classes/").json()["results"]] == ["ECE"]
    assert admin.patch("/api/users/advisor/", json={"role": "advisor"}).json()["branches"] == []
    assert advisor.get("/api/classes/").json()["count"] == 0


def test_a_sync_invites_who_is_new_and_deactivates_who_is_gone(own_server: Server) -> None:
    admin = own_server.client("admin")
    plan = admin.post("/api/advisors/sync/", json={"dry_run": True}).json()
    assert (plan["added"], plan["invitations"]) == (["ADV001", "ADV002"], [])
    assert admin.get("/api/users/").json()["count"] == 5
    done = admin.post("/api/advisors/sync/", json={}).json()
    assert {one: done[one] for one in ("added", "gained", "lost")} == {
        one: plan[one] for one in ("added", "gained", "lost")
    }
    link = parts(done["invitations"][0]["url"])
    assert own_server.client().post("/api/password/set/", json={**link, "new": NEW}).status_code == 204
    first = own_server.client("ADV001", NEW)
    assert [one["class_id"] for one in first.get("/api/me/").json()["classes"]] == done["gained"][0]["classes"]
    assert admin.post("/api/advisors/sync/", json={}).json()["added"] == []

    # The first advisor leaves, and the second gets both classes; the next run copies the table.
    classes = [one["classes"][0] for one in done["gained"]]
    workspace = own_server.workspace
    student = workspace.analysis.rows(f"SELECT student_id FROM roster_student WHERE class_id = '{classes[0]}'")[0][0]
    contact = {"student_id": student, "kind": "call", "follow_up_on": "2030-01-01"}
    logged = first.post("/api/interventions/", json=contact).json()["id"]
    workspace.college.execute(
        "DELETE FROM advisors WHERE advisor_id = 'ADV001'",
        f"UPDATE advisors SET class_id = '{classes[0]}', name = 'Dr. New Name' WHERE advisor_id = 'ADV002'",
    )
    shown = workspace.run("sync_advisors --dry-run").well().out
    for line in (
        "deactivated: ADV001",
        f"ADV002 looks after {classes[0]}",
        f"ADV002 no longer looks after {classes[1]}",
    ):
        assert line in shown
    assert "Would change:" in shown
    assert "open follow-ups handed over: 1" in workspace.run("sync_advisors").well().out
    assert "nothing to change" in workspace.run("sync_advisors").well().out
    problem(first.get("/api/me/"), 401)
    gone = admin.get("/api/users/ADV001/").json()
    assert (gone["active"], gone["classes"], gone["has_password"]) == (False, [], True)
    assert admin.get("/api/users/ADV002/").json()["name"] == "Dr. New Name"
    assert admin.get(f"/api/interventions/{logged}/").json()["follow_up_by"] == "ADV002"


def test_a_sync_does_not_take_over_accounts_or_empty_the_college(own_server: Server) -> None:
    admin, workspace = own_server.client("admin"), own_server.workspace
    workspace.college.execute("UPDATE advisors SET advisor_id = 'admin' WHERE advisor_id = 'ADV002'")
    out = workspace.run("sync_advisors").well().out
    assert "not done: admin: there already is an account 'admin'" in out
    assert admin.get("/api/users/admin/").json()["role"] == "admin"
    # Whom an admin shut out, or made something else, the college's table does not let in again.
    admin.patch("/api/users/ADV001/", json={"active": False})
    assert (
        "ADV001: is in the college's table, but the account ADV001 is not active"
        in workspace.run("sync_advisors").well().out
    )
    admin.patch("/api/users/ADV001/", json={"active": True, "role": "coordinator"})
    workspace.run("sync_advisors").well()
    assert admin.get("/api/users/ADV001/").json()["role"] == "coordinator"
    workspace.college.execute("DELETE FROM advisors")
    assert "table of advisors is empty, so nothing was changed" in workspace.run("sync_advisors").refusal()
    workspace.analysis.execute("DELETE FROM roster_advisor")
    problem(admin.post("/api/advisors/sync/", json={}), 409)
