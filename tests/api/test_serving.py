"""The server as such: health, logs, metrics, headers, limits, and bodies that nobody should send."""

import csv
import http.client
import io
import json
import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.api.server import PASSWORD, Server, problem

POLICY = "default-src 'none'"


def raw(server: Server, request: bytes) -> bytes:
    """What comes back for bytes that no client library would send."""
    place = urlsplit(server.url)
    with socket.create_connection(("127.0.0.1", place.port or 80), timeout=30) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer


def token(client: httpx.Client) -> str:
    return client.headers["Authorization"]


# Health


def test_a_live_and_ready_server_says_so_to_anybody(stranger: httpx.Client) -> None:
    for path in ("/api/health/live", "/api/health/ready"):
        answer = stranger.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_it_is_not_ready_without_the_college(own_server: Server) -> None:
    own_server.workspace.college.drop()
    stranger = own_server.client()
    body = problem(stranger.get("/api/health/ready"), 503)
    assert body["detail"] == "Not ready."
    assert stranger.get("/api/health/live").status_code == 200
    # What people look at is in the analysis database.
    assert own_server.client("advisor").get("/api/classes/").status_code == 200


def test_it_is_not_ready_before_migrations(own_server: Server) -> None:
    own_server.workspace.analysis.execute("DELETE FROM django_migrations WHERE app = 'interventions'")
    problem(own_server.client().get("/api/health/ready"), 503)


def test_without_the_analysis_database_every_answer_is_503(own_server: Server) -> None:
    client = own_server.client("advisor")
    own_server.workspace.analysis.drop()
    problem(own_server.client().get("/api/health/ready"), 503)
    if own_server.workspace.analysis.url.startswith("sqlite"):
        # A file that is gone is there again, empty, once it is opened: another error.
        return
    answer = client.get("/api/classes/")
    assert "cannot be reached" in problem(answer, 503)["detail"]
    assert int(answer.headers["Retry-After"]) >= 1
    assert "Traceback" not in own_server.log()


# Logs


@pytest.fixture
def logging_server(own_server: Server) -> Iterator[Server]:
    """A server that writes JSON."""
    other = Server(own_server.workspace, {"LOG_FORMAT": "json", "LOG_LEVEL": "INFO"})
    other.start()
    yield other
    other.stop()


def lines(server: Server) -> list[dict[str, object]]:
    return [json.loads(line) for line in server.log().splitlines() if line.startswith("{")]


def test_each_request_has_a_line_with_its_id_and_without_its_path(logging_server: Server) -> None:
    client = logging_server.client("advisor")
    answer = client.get("/api/pre-midterm/?student_id=25CSEA001", headers={"X-Request-ID": "abc-123"})
    assert answer.headers["X-Request-ID"] == "abc-123"
    (line,) = [line for line in lines(logging_server) if line.get("request_id") == "abc-123"]
    assert (line["route"], line["method"], line["status"]) == ("/api/pre-midterm/", "GET", answer.status_code)
    assert line["seconds"] >= 0
    client.post("/api/models/midterm_score-0123456789ab/promote/")
    assert lines(logging_server)[-1]["route"] == "/api/models/{version}/promote/"
    log = logging_server.log()
    for secret in ("25CSEA001", PASSWORD, "0123456789ab", "eyJ"):
        assert secret not in log


def test_an_id_that_is_no_plain_token_is_not_taken(advisor: httpx.Client) -> None:
    for given in ("a b", "x" * 65, "<script>", "a\tb", ""):
        made = advisor.get("/api/me/", headers={"X-Request-ID": given}).headers["X-Request-ID"]
        assert re.fullmatch("[0-9a-f]{32}", made)


def test_an_error_of_ours_is_a_500_and_one_line_with_the_request(logging_server: Server) -> None:
    client = logging_server.client("admin")
    logging_server.workspace.analysis.execute("ALTER TABLE precision_ledger RENAME TO precision_ledger_away")
    answer = client.get("/api/ledger/?kind=any", headers={"X-Request-ID": "broken-1"})
    body = problem(answer, 500)
    assert "Traceback" not in answer.text
    assert "Something went wrong here" in body["detail"]
    failed = [line for line in lines(logging_server) if line.get("request_id") == "broken-1"]
    assert [line["message"] for line in failed] == ["request failed", "request"]
    assert failed[0]["route"] == "/api/ledger/"


# Metrics


def test_metrics_are_served_on_their_own_address_only(own_server: Server) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Server(own_server.workspace, {"METRICS_ADDRESS": f"127.0.0.1:{port}"})
    server.start()
    try:
        client = server.client("advisor")
        client.get("/api/classes/").raise_for_status()
        client.get("/api/pre-midterm/?student_id=25CSEA001")
        text = scrape(port)
        assert re.search(r'edumetrics_requests_total\{method="GET",route="/api/classes/",status="200"\} 1\.0', text), (
            text
        )
        assert 'edumetrics_request_seconds_bucket{le="+Inf",method="GET",route="/api/classes/"}' in text
        assert 'edumetrics_runs{kind="calibrate",state="succeeded"} 1.0' in text
        assert "edumetrics_queue_length 0.0" in text
        assert "edumetrics_runner_alive 0.0" in text
        assert "edumetrics_analysis_database_up 1.0" in text
        assert re.search(r"edumetrics_published_week_oldest_age_seconds \d", text)
        assert "25CSEA001" not in text
        assert client.get("/metrics").headers["Content-Type"].startswith("text/html")
        assert client.get("/api/metrics").status_code == 404
    finally:
        server.stop()
    with pytest.raises(httpx.TransportError):
        httpx.get(f"http://127.0.0.1:{port}/metrics")
    assert not list((server.workspace.folder / "data").glob("metrics-*"))


def scrape(port: int) -> str:
    deadline = time.monotonic() + 60
    while True:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/metrics").text
        except httpx.TransportError:
            assert time.monotonic() < deadline
            time.sleep(0.2)


# Headers


@pytest.mark.parametrize(
    "path",
    ["/", "/students/1", "/api/me/", "/api/nothing", "/api/schema/", "/api/health/live", "/static/nothing.js",
     "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css"],
)  # fmt: skip
def test_every_answer_has_the_security_headers(stranger: httpx.Client, path: str) -> None:
    headers = stranger.get(path).headers
    assert POLICY in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Request-ID"]
    assert not [name for name in headers if name.lower().startswith("access-control-")]


def test_no_other_site_may_read_answers(stranger: httpx.Client) -> None:
    headers = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"}
    for answer in (stranger.options("/api/me/", headers=headers), stranger.get("/api/schema/", headers=headers)):
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


def test_only_the_pages_of_the_document_may_write_styles(stranger: httpx.Client) -> None:
    answer = stranger.get("/api/docs/")
    policy = {part.split()[0]: part.split()[1:] for part in answer.headers["Content-Security-Policy"].split(";")}
    assert policy["style-src"] == ["'self'", "'unsafe-inline'"]
    assert policy["script-src"] == ["'self'"]
    for address in re.findall(r'(?:src|href)="(/static/[^"]+)"', answer.text):
        assert stranger.get(address).status_code == 200, address


def test_the_deployment_checks_find_nothing(published: "object") -> None:
    done = published.manage("check", "--deploy", "--fail-level", "WARNING", HTTPS="true")  # type: ignore[attr-defined]
    assert done.code == 0, done.err


def test_over_https_plain_http_is_sent_there_but_for_the_health(own_server: Server) -> None:
    server = Server(own_server.workspace, {"HTTPS": "true", "TRUSTED_PROXIES": "1"})
    server.start()
    try:
        client = server.client()
        assert client.get("/api/me/").headers["Location"].startswith("https://")
        assert client.get("/api/health/live").status_code == 200
        secure = client.get("/api/me/", headers={"X-Forwarded-Proto": "https"})
        problem(secure, 401)
        assert "max-age=31536000" in secure.headers["Strict-Transport-Security"]
    finally:
        server.stop()


# Limits


def test_too_many_requests_are_told_to_wait(own_server: Server) -> None:
    limits = {"THROTTLE_USER": "5/min", "THROTTLE_SIGN_IN": "4/min", "THROTTLE_ADDRESS": "40/min"}
    server = Server(own_server.workspace, limits)
    server.start()
    try:
        advisor, colleague = server.client("advisor"), server.client("colleague")
        statuses = [advisor.get("/api/me/").status_code for _ in range(6)]
        assert statuses == [200] * 5 + [429]
        answer = advisor.get("/api/me/")
        problem(answer, 429)
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
        assert colleague.get("/api/me/").status_code == 200
        wrong = {"username": "admin", "password": "wrong"}
        signs = [colleague.post("/api/token/", json=wrong).status_code for _ in range(3)]
        assert signs == [401, 401, 429]
        stranger = server.client()
        seen = [
            stranger.get("/api/me/", headers={"X-Forwarded-For": f"10.0.0.{place}"}).status_code for place in range(40)
        ]
        assert set(seen) == {401, 429}
        assert stranger.get("/api/health/live").status_code == 200
    finally:
        server.stop()


def test_a_proxy_is_believed_as_far_as_it_is_ours(own_server: Server) -> None:
    server = Server(own_server.workspace, {"TRUSTED_PROXIES": "1", "THROTTLE_SIGN_IN": "2/min"})
    server.start()
    try:
        stranger = server.client()
        wrong = {"username": "admin", "password": "wrong"}

        def sign_in(forwarded: str) -> int:
            return stranger.post("/api/token/", json=wrong, headers={"X-Forwarded-For": forwarded}).status_code

        # Our proxy adds the last address; what stands before it is whatever the client likes.
        assert [sign_in(f"10.9.9.{place}, 192.0.2.7") for place in range(3)] == [401, 401, 429]
        assert sign_in("192.0.2.7, 192.0.2.8") == 401
    finally:
        server.stop()
    addresses = set(server.workspace.analysis.table("audit_log")["from_where"])
    assert {"192.0.2.7", "192.0.2.8"} <= addresses
    assert not [one for one in addresses if one.startswith("10.9.9.")]


def test_a_body_over_the_limit_is_refused_by_its_length(advisor: httpx.Client) -> None:
    problem(advisor.patch("/api/me/", content=b"[" * 1_000_001, headers={"Content-Type": "application/json"}), 413)


def test_a_body_over_the_limit_is_refused_in_chunks_too(advisor: httpx.Client) -> None:
    def chunks(count: int) -> Iterator[bytes]:
        yield from (b" " * 100_000 for _ in range(count))

    kind = {"Content-Type": "application/json"}
    problem(advisor.patch("/api/me/", content=chunks(500), headers=kind), 413)
    problem(advisor.patch("/api/me/", content=chunks(2), headers=kind), 400)


def test_a_chunked_body_is_read_like_any_other(server: Server) -> None:
    credentials = json.dumps({"username": "advisor", "password": PASSWORD}).encode()
    answer = server.client().post(
        "/api/token/", content=iter([credentials[:9], credentials[9:]]), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("length", ["-1", "1e3", "٣", "1_0", ""])
def test_a_length_that_is_no_number_is_never_a_500(server: Server, length: str) -> None:
    request = f"PATCH /api/me/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    assert re.match(rb"HTTP/1.1 4\d\d ", raw(server, request.encode()))


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"capacity":' * 50_000,
        b'{"capacity": NaN}',
        b'{"capacity": Infinity}',
        b'{"capacity": 1e999}',
        b'{"capacity": ' + b"9" * 10_000 + b"}",
        b'{"capacity": "\\u0000"}',
        b'{"capacity": "\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"capacity": 1',
        b"\xff\xfe",
        b"\x00",
        b"[]",
        b"[1, 2]",
        b'"text"',
        b"12",
        b"true",
        b'{"notify": []}',
        b'{"notify": {"weekly_briefing": {}}}',
        b'{"role": "admin"}',
        b'{"notify": {"colour": true}}',
    ],
    ids=lambda body: body[:24].decode("latin-1"),
)
def test_a_body_that_makes_no_sense_is_a_400(advisor: httpx.Client, body: bytes) -> None:
    problem(advisor.patch("/api/me/", content=body, headers={"Content-Type": "application/json"}), 400)


@pytest.mark.parametrize("charset", ["utf-16", "hex", "idna", "nothing", "utf-7", "unicode_escape", "\xe9"])
def test_the_charset_of_a_request_decides_nothing(advisor: httpx.Client, charset: str) -> None:
    kind = {"Content-Type": f"application/json; charset={charset}".encode("latin-1")}
    answer = advisor.request("PATCH", "/api/me/", content=b'{"notify": {}}', headers=kind)
    assert answer.status_code == 200, answer.text
    problem(advisor.request("GET", "/api/me/?colour=r%E9d", headers=kind), 400)


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/csv",
        "a/b/c",
        "",
        ";",
    ],
)
def test_a_body_of_another_kind_is_a_415(advisor: httpx.Client, kind: str) -> None:
    problem(advisor.patch("/api/me/", content=b'{"capacity": 3}', headers={"Content-Type": kind}), 415)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE", "OPTIONS", "PROPFIND"])
def test_a_method_that_an_address_does_not_take_is_a_405(server: Server, advisor: httpx.Client, method: str) -> None:
    place = urlsplit(server.url)
    connection = http.client.HTTPConnection("127.0.0.1", place.port or 80, timeout=30)
    connection.request(method, "/api/classes/", headers={"Host": "localhost", "Authorization": token(advisor)})
    answer = connection.getresponse()
    body = json.loads(answer.read())
    connection.close()
    assert (answer.status, body["status"]) == (405, 405)


@pytest.mark.parametrize(
    "query",
    ["class_id=%00", "branch=a%00b", "branch=%ed%a0%80", "branch=%ff", "page=9999999999999999999999", "&".join(["a=1"] * 1500), "branch=" + "x" * 4000, "page=%D9%A3%00", "=", "%"],
    ids=lambda query: query[:20],
)  # fmt: skip
def test_a_query_that_makes_no_sense_is_never_a_500(advisor: httpx.Client, query: str) -> None:
    answer = advisor.get(f"/api/classes/?{query}")
    assert answer.status_code in (200, 400, 404)
    assert answer.status_code == 200 or answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/", "/students/1", "/api/health/live", "/api/classes/"])
def test_an_answer_to_head_has_the_length_of_that_to_get_and_no_body(
    server: Server, advisor: httpx.Client, path: str
) -> None:
    length = len(advisor.get(path, headers={"Accept-Encoding": "identity"}).content)
    head = f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: {token(advisor)}\r\n\r\n"
    headers, _, body = raw(server, head.encode()).partition(b"\r\n\r\n")
    assert body == b""
    assert f"content-length: {length}" in headers.decode().lower()
    assert "no-body response" not in server.log()


def test_a_request_line_that_is_too_long_is_a_400(advisor: httpx.Client) -> None:
    assert advisor.get("/api/classes/?branch=" + "x" * 20_000).status_code in (400, 414)


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/*", "*/*;q=0.1", ",,,", "x" * 1000])
def test_an_answer_in_no_format_that_there_is_is_a_406(advisor: httpx.Client, accept: str) -> None:
    answer = advisor.get("/api/classes/", headers={"Accept": accept})
    assert answer.status_code == 200 if "*/*" in accept else problem(answer, 406)


@pytest.mark.parametrize("host", ["elsewhere.example", "localhost:abc", "a b", "localhost@elsewhere", ""])
def test_another_host_is_a_400(server: Server, host: str) -> None:
    request = f"GET /api/health/live HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    assert raw(server, request.encode()).startswith(b"HTTP/1.1 400 ")


# Files


def test_files_of_the_portal_are_kept_for_ever_and_its_page_never(own_server: Server) -> None:
    """On the built portal where there is one, since only its files have hashed names."""
    dist = Path(__file__).resolve().parents[2] / "portal" / "dist" / "assets"
    client = own_server.client()
    assert client.get("/").headers["Cache-Control"] == "no-cache"
    for file in sorted(dist.glob("*.js"))[:1]:
        answer = client.get(f"/static/portal/assets/{file.name}")
        assert answer.headers["Cache-Control"] == "max-age=315360000, public, immutable"


def test_collected_files_are_served_compressed(own_server: Server) -> None:
    own_server.workspace.manage("collectstatic", "--no-input", "--verbosity", "0").well()
    server = Server(own_server.workspace)
    server.start()
    try:
        path = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui.css"
        answer = server.client().get(path, headers={"Accept-Encoding": "br"})
        assert answer.status_code == 200
        assert answer.headers["Content-Encoding"] == "br"
    finally:
        server.stop()


FORMULA = '=HYPERLINK("http://elsewhere.example";"open")'


def test_what_somebody_typed_is_no_formula_in_a_spreadsheet(own_server: Server) -> None:
    advisor = own_server.client("advisor")
    own_server.workspace.analysis.execute(f"UPDATE roster_student SET name = '{FORMULA}'")
    student = advisor.get("/api/students/").json()["results"][0]["student_id"]
    for begin in ("=", "+", "-", "@", "\t", "\r"):
        text = f"{begin}1+1"
        made = {"student_id": student, "kind": "call", "notes": text, "outcome": text}
        assert advisor.post("/api/interventions/", json=made).status_code == 201
    cells = 0
    for path in (
        "/api/students/",
        "/api/flagged/",
        "/api/interventions/",
        "/api/attendance-shortfall/",
        "/api/galaxy/",
    ):
        answer = advisor.get(path, params={"format": "csv"})
        assert answer.status_code == 200, answer.text
        for row in csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))):
            for cell in row:
                cells += "1+1" in cell or "HYPERLINK" in cell
                assert re.fullmatch(r"-?[\d.]+(e-?\d+)?", cell) or not cell.startswith(
                    ("=", "+", "-", "@", "\t", "\r")
                ), cell
    assert cells > 12


def test_fifty_megabytes_are_refused_before_they_are_sent(server: Server, advisor: httpx.Client) -> None:
    head = f"POST /api/interventions/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: {token(advisor)}\r\n"
    head += "Content-Type: application/json\r\nContent-Length: 52428800\r\nConnection: close\r\n\r\n{"
    # A server that waited for the rest would be waited for in vain.
    assert b" 413 " in raw(server, head.encode()).splitlines()[0]
