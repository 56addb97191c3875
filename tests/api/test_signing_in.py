"""/api/token/ and /api/session/: what lets somebody in, and for how long."""

import base64
import json

import httpx
import pytest

from tests.api.server import PASSWORD, Server, problem

SIGNED_IN = {"username": "advisor", "password": PASSWORD}


def tokens(client: httpx.Client) -> dict[str, str]:
    found: dict[str, str] = client.post("/api/token/", json=SIGNED_IN).raise_for_status().json()
    return found


def me(client: httpx.Client, access: str) -> httpx.Response:
    return client.get("/api/me/", headers={"Authorization": f"Bearer {access}"})


def decoded(part: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def encoded(value: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def made(server: Server, script: str) -> str:
    """A token that the server itself could have made."""
    begin = "from rest_framework_simplejwt.tokens import *\nfrom datetime import *\nfrom edumetrics.accounts.models import User\n"
    return server.workspace.python(begin + script).well().out.strip().splitlines()[-1]


def test_a_refresh_token_is_good_once_and_signing_out_ends_it(server: Server, stranger: httpx.Client) -> None:
    first = tokens(stranger)
    assert me(stranger, first["access"]).status_code == 200
    second = stranger.post("/api/token/refresh/", json={"refresh": first["refresh"]}).raise_for_status().json()
    assert me(stranger, second["access"]).status_code == 200
    problem(stranger.post("/api/token/refresh/", json={"refresh": first["refresh"]}), 401)
    assert stranger.post("/api/token/blacklist/", json={"refresh": second["refresh"]}).status_code == 204
    problem(stranger.post("/api/token/refresh/", json={"refresh": second["refresh"]}), 401)
    problem(stranger.post("/api/token/blacklist/", json={"refresh": second["refresh"]}), 401)
    assert "Set-Cookie" not in stranger.post("/api/token/", json=SIGNED_IN).headers


def test_no_other_token_opens_anything(server: Server, stranger: httpx.Client) -> None:
    good = tokens(stranger)
    head, body, signature = good["access"].split(".")
    claims = decoded(body)
    expired = made(
        server, "t = AccessToken.for_user(User.objects.get(username='advisor'))\n"
        "t.set_exp(lifetime=timedelta(seconds=-1))\nprint(t)",
    )  # fmt: skip
    bad = {
        "expired": expired,
        "tampered": ".".join([head, encoded({**claims, "user_id": "5"}), signature]),
        "none": ".".join([encoded({"alg": "none", "typ": "JWT"}), body, ""]),
        "none, signed": ".".join([encoded({"alg": "none", "typ": "JWT"}), body, signature]),
        "of another type": good["refresh"],
        "of another key": ".".join([head, body, signature[::-1]]),
        "nonsense": "x.y.z",
    }
    for name, token in bad.items():
        assert me(stranger, token).status_code == 401, name
        assert stranger.post("/api/token/refresh/", json={"refresh": token}).status_code in (
            (401,) if name != "of another type" else (200,)
        ), name
    assert me(stranger, good["access"]).status_code == 200


def test_a_new_password_ends_every_session_and_token(own_server: Server) -> None:
    client, browser = own_server.client(), own_server.client()
    old = tokens(client)
    browser.post("/api/session/", json=SIGNED_IN).raise_for_status()
    mine = {"Authorization": f"Bearer {old['access']}"}
    wrong = client.post("/api/password/", json={"old": "wrong", "new": "tea kettle orange 7"}, headers=mine)
    assert set(problem(wrong, 400)["errors"]) == {"old"}
    weak = client.post("/api/password/", json={"old": PASSWORD, "new": "advisor123"}, headers=mine)
    assert set(problem(weak, 400)["errors"]) == {"new"}
    assert me(client, old["access"]).status_code == 200
    new = {"old": PASSWORD, "new": "tea kettle orange 7"}
    assert client.post("/api/password/", json=new, headers=mine).status_code == 204
    problem(me(client, old["access"]), 401)
    problem(client.post("/api/token/refresh/", json={"refresh": old["refresh"]}), 401)
    problem(browser.post("/api/session/refresh/", headers=csrf(browser)), 401)
    problem(client.post("/api/token/", json=SIGNED_IN), 401)
    own_server.client("advisor", "tea kettle orange 7")


def csrf(browser: httpx.Client) -> dict[str, str]:
    return {"X-CSRFToken": browser.cookies["csrftoken"]}


def test_the_portals_cookie_is_for_the_session_address_only(own_server: Server) -> None:
    browser = own_server.client()
    answer = browser.post("/api/session/", json=SIGNED_IN)
    assert set(answer.json()) == {"access", "expires_in"}
    cookies = {one.split("=")[0]: one for one in answer.headers.get_list("Set-Cookie")}
    refresh = cookies["edumetrics_refresh"]
    for flag in ("HttpOnly", "SameSite=Strict", "Path=/api/session/"):
        assert flag in refresh
    assert "HttpOnly" not in cookies["csrftoken"]
    assert me(browser, answer.json()["access"]).status_code == 200
    # A cookie alone opens nothing, nor does it where the page of another site sends it.
    problem(browser.get("/api/me/"), 401)
    problem(browser.post("/api/session/refresh/"), 403)
    problem(browser.delete("/api/session/"), 403)
    problem(browser.post("/api/session/refresh/", headers={"X-CSRFToken": "x" * 32}), 403)
    # The browser's token is of no use to a program.
    held = {"refresh": browser.cookies["edumetrics_refresh"]}
    problem(browser.post("/api/token/refresh/", json=held), 401)
    assert browser.post("/api/session/refresh/", headers=csrf(browser)).status_code == 200


def test_two_tabs_go_on_at_once_and_a_copied_token_ends_the_session(own_server: Server) -> None:
    browser = own_server.client()
    browser.post("/api/session/", json=SIGNED_IN).raise_for_status()
    spent = browser.cookies["edumetrics_refresh"]
    token = browser.cookies["csrftoken"]

    def refresh(cookie: str) -> httpx.Response:
        header = {"Cookie": f"edumetrics_refresh={cookie}; csrftoken={token}", "X-CSRFToken": token}
        return own_server.client().post("/api/session/refresh/", headers=header)

    tabs = [refresh(spent), refresh(spent)]
    assert [one.status_code for one in tabs] == [200, 200]
    newest = tabs[1].cookies["edumetrics_refresh"]
    # Half a minute later the spent one comes back: somebody copied it.
    own_server.workspace.python(
        "from datetime import *\nfrom rest_framework_simplejwt.token_blacklist.models import BlacklistedToken as B\n"
        "B.objects.update(blacklisted_at=datetime.now(UTC) - timedelta(seconds=30))"
    ).well()
    problem(refresh(spent), 401)
    problem(refresh(newest), 401)


def test_signing_out_ends_the_session_in_every_tab(own_server: Server) -> None:
    browser = own_server.client()
    browser.post("/api/session/", json=SIGNED_IN).raise_for_status()
    held = dict(browser.cookies)
    assert browser.delete("/api/session/", headers=csrf(browser)).status_code == 204
    assert "edumetrics_refresh" not in browser.cookies
    header = {"Cookie": "; ".join(f"{name}={value}" for name, value in held.items()), "X-CSRFToken": held["csrftoken"]}
    problem(own_server.client().post("/api/session/refresh/", headers=header), 401)
    what = own_server.workspace.analysis.table("audit_log")["what"].to_list()
    assert what[-2:] == ["sign_in", "sign_out"]


def test_failures_lock_out_for_longer_and_longer_and_every_answer_is_alike(own_server: Server) -> None:
    client = own_server.client()

    def attempt(username: str, password: str) -> tuple[int, bytes]:
        answer = client.post("/api/token/", json={"username": username, "password": password})
        return answer.status_code, answer.content

    refused = attempt("no such user", "whatever it is")
    assert refused[0] == 401
    assert [attempt("advisor", "wrong") for _ in range(6)] == [refused] * 6
    # Locked, so that even the right password is refused, in the same words.
    assert attempt("advisor", PASSWORD) == refused
    assert attempt("colleague", PASSWORD)[0] == 200

    def after(minutes: float) -> int:
        own_server.workspace.python(
            "from datetime import *\nfrom axes.models import AccessAttempt as A\n"
            f"A.objects.update(attempt_time=datetime.now(UTC) - timedelta(minutes={minutes}), failures_since_start=9)"
        ).well()
        return attempt("advisor", PASSWORD)[0]

    # Five failures close it for a minute, and four more for sixteen.
    assert after(8) == 401
    assert after(17) == 200


@pytest.mark.parametrize("username", ["advisor", "no such user", "nobody\u0000", "' OR 1=1 --", "ADVISOR"])
def test_asking_for_a_link_says_nothing_of_the_account(server: Server, stranger: httpx.Client, username: str) -> None:
    answer = stranger.post("/api/password/forgotten/", json={"username": username})
    if "\u0000" in username:
        problem(answer, 400)
        return
    assert answer.status_code == 202
    assert answer.json() == stranger.post("/api/password/forgotten/", json={"username": "nobody else"}).json()
    who = {row["who"] for row in server.workspace.analysis.table("audit_log").to_dicts()}
    assert "no such user" not in who
    assert "' OR 1=1 --" not in who


def test_a_forgotten_password_is_set_by_the_link_of_a_mail(own_server: Server) -> None:
    folder = own_server.workspace.folder / "mails"
    folder.mkdir()
    own_server.stop()
    own_server.environment = {"EMAIL_URL": f"filemail:///{folder}", "PUBLIC_URL": "https://edumetrics.college.example/"}
    own_server.start()
    client = own_server.client()
    for _ in range(3):
        assert client.post("/api/password/forgotten/", json={"username": "ADVISOR"}).status_code == 202
    client.post("/api/password/forgotten/", json={"username": "no such user"})
    own_server.stop()
    (mail,) = [one.read_text() for one in folder.iterdir()]
    assert "To: advisor@college.example" in mail
    link = (
        mail.replace("=\n", "")
        .replace("=3D", "=")
        .split("https://edumetrics.college.example/set-password#")[1]
        .split()[0]
    )
    own_server.start()
    client = own_server.client()
    body = {**dict(part.split("=") for part in link.split("&")), "new": "tea kettle orange 7"}
    assert client.post("/api/password/set/", json=body).status_code == 204
    problem(client.post("/api/password/set/", json=body), 400)
    own_server.client("advisor", "tea kettle orange 7")


def test_a_link_is_too_old_after_three_days(server: Server, stranger: httpx.Client) -> None:
    def made_days_ago(days: float) -> str:
        return made(
            server, "from edumetrics.accounts import links\n"
            f"links.tokens._now = lambda: datetime.now() - timedelta(days={days})\n"
            "print(links.link_for(User.objects.get(username='nobody')).url)",
        ).split("#")[1]  # fmt: skip

    for days, status in ((3.1, "token"), (2.9, "new")):
        body = {**dict(part.split("=") for part in made_days_ago(days).split("&")), "new": "short"}
        assert set(problem(stranger.post("/api/password/set/", json=body), 400)["errors"]) == {status}
