"""Who may see whom, as a truth table: every operation of the document, by role, on what is theirs and what is not.

An operation that is in the document and not in the table fails the test, so a new address cannot be forgotten.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.api.server import Server, problem

ROLES = ("advisor", "colleague", "nobody", "coordinator", "admin")


@dataclass(frozen=True)
class People:
    """The ids of two classes: that of ``advisor`` and ``coordinator``, and that of ``colleague``."""

    own_class: str
    other_class: str
    own: frozenset[str]
    other: frozenset[str]

    @property
    def one(self) -> str:
        """A student of the first class."""
        return min(self.own)

    @property
    def foreign(self) -> str:
        """One of the second."""
        return min(self.other)


@pytest.fixture(scope="session")
def people(server: Server) -> People:
    """Read from the database, past the API."""
    rows = server.workspace.analysis.rows("SELECT class_id, student_id FROM roster_student WHERE class_id IS NOT NULL")
    classes = sorted({class_id for class_id, _ in rows}, reverse=True)
    members = [frozenset(student for class_id, student in rows if class_id == one) for one in classes]
    return People(classes[0], classes[1], members[0], members[1])


@pytest.fixture(scope="session")
def document(server: Server) -> dict[str, Any]:
    """The OpenAPI document."""
    with httpx.Client(base_url=server.url) as client:
        found: dict[str, Any] = client.get("/api/schema/").json()
    return found


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if method in ("get", "post", "put", "patch", "delete"):
                yield method.upper(), path, operation


def lists(document: dict[str, Any]) -> Iterator[tuple[str, set[str], list[str]]]:
    """Path, parameters and orderings of every GET that takes no id in its path and is for signed-in users."""
    for method, path, operation in operations(document):
        if method == "GET" and "{" not in path and operation.get("security"):
            parameters = {one["name"]: one for one in operation.get("parameters", []) if one["in"] == "query"}
            orderings = parameters.get("ordering", {}).get("schema", {}).get("enum", [])
            yield path, set(parameters), orderings


@pytest.fixture(scope="session")
def clients(server: Server) -> dict[str, httpx.Client]:
    """Everybody of the cast."""
    return {role: server.client(role) for role in ROLES}


def needs(path: str, people: People, *, foreign: bool = False) -> str:
    """What some addresses cannot do without."""
    student = people.foreign if foreign else people.one
    return f"student_id={student}&" if path in NEED_STUDENT else ""


NEED_STUDENT = {"/api/student-performance/"}


def named_in(text: str, students: frozenset[str]) -> set[str]:
    """Which of the students a text names."""
    return students & set(re.findall(r"\w+", text))


def test_no_list_in_any_order_or_format_names_a_student_of_another_class(
    document: dict[str, Any], clients: dict[str, httpx.Client], people: People
) -> None:
    for path, parameters, orderings in lists(document):
        queries = ["", *(f"ordering={one}&page_size=200" for one in orderings)]
        queries += ["format=csv"] if "format" in parameters else []
        for role in ("advisor", "coordinator", "nobody"):
            hidden = people.other if role != "nobody" else people.own | people.other
            for query in queries:
                if path in NEED_STUDENT and role == "nobody":
                    continue
                answer = clients[role].get(f"{path}?{needs(path, people)}{query}")
                assert answer.status_code in (200, 403), f"{role} {answer.url}: {answer.text}"
                assert not named_in(answer.text, hidden), f"{role} {answer.url}"


def test_a_foreign_id_in_a_filter_is_as_one_that_does_not_exist(
    document: dict[str, Any], clients: dict[str, httpx.Client], people: People
) -> None:
    foreign = {"class_id": people.other_class, "student_id": people.foreign}
    for path, parameters, _ in lists(document):
        for name in set(foreign) & parameters:
            required = needs(path, people) if name != "student_id" else ""
            for role in ("advisor", "coordinator"):
                answers = [
                    clients[role].get(f"{path}?{required}{name}={value}") for value in (foreign[name], "nobody-at-all")
                ]
                if answers[0].status_code != 403:
                    bodies = [problem(answer, 404) for answer in answers]
                    assert bodies[0] == bodies[1], f"{role} {path} {name}"
            answer = clients["admin"].get(f"{path}?{required}{name}={foreign[name]}")
            assert answer.status_code == 200, f"admin {answer.url}: {answer.text}"


def test_a_list_counts_only_what_it_shows(
    document: dict[str, Any], clients: dict[str, httpx.Client], people: People
) -> None:
    for path, parameters, _ in lists(document):
        if "class_id" not in parameters or path in NEED_STUDENT or "page" not in parameters:
            continue
        if path in ("/api/subjects/", *(one.split()[1] for one in FOR_ADMINS)):
            # What the college teaches is no secret. With class_id it is what that class is taught.
            continue
        everything, own = (
            clients[role].get(f"{path}?class_id={people.own_class}").json().get("count")
            for role in ("admin", "advisor")
        )
        of_all = clients["advisor"].get(path).json().get("count")
        assert own == everything == of_all, path


def test_what_is_the_admins_is_refused_to_all_others(
    document: dict[str, Any], clients: dict[str, httpx.Client]
) -> None:
    found = {
        f"{method} {path}"
        for method, path, operation in operations(document)
        if operation.get("security") and "403" in operation["responses"]
    }
    assert found == FOR_ADMINS | FOR_ADMINS_IN_PART
    for operation in FOR_ADMINS:
        method, path = operation.split()
        url = filled(path)
        for role in ("advisor", "coordinator"):
            problem(clients[role].request(method, url, json={} if method != "GET" else None), 403)


FOR_ADMINS = {
    "GET /api/audit/",
    "GET /api/users/",
    "POST /api/users/",
    "GET /api/users/{username}/",
    "PATCH /api/users/{username}/",
    "POST /api/users/{username}/invite/",
    "POST /api/advisors/sync/",
    "POST /api/calibrate/",
    "POST /api/models/",
    "POST /api/models/{version}/promote/",
}

FOR_ADMINS_IN_PART = {"GET /api/ledger/"}
"""By group of students it is the admin's, since a group may be one that is protected."""


def test_the_ledger_by_group_is_the_admins(clients: dict[str, httpx.Client]) -> None:
    for role in ("advisor", "coordinator"):
        problem(clients[role].get("/api/ledger/?group=gender"), 403)
    assert clients["admin"].get("/api/ledger/?group=gender").status_code == 200


def filled(path: str) -> str:
    """An address with something in the place of each id."""
    return re.sub(r"{\w+}", "1", path.replace("{version}", "at_risk-000000000000"))


def test_without_a_token_there_is_nothing(document: dict[str, Any], server: Server) -> None:
    with httpx.Client(base_url=server.url) as stranger:
        for method, path, operation in operations(document):
            if operation.get("security"):
                url = filled(path)
                problem(stranger.request(method, url, json={} if method != "GET" else None), 401)


HOSTILE = (
    "' OR '1'='1",
    "x' OR 1=1 --",
    "'; DROP TABLE roster_student; --",
    "x' UNION SELECT student_id, name FROM roster_student --",
    '{"$ne": ""}',
    "%' OR name LIKE '%",
    "../../users/",
)


def test_hostile_values_of_any_parameter_show_and_change_nothing(
    document: dict[str, Any], clients: dict[str, httpx.Client], people: People, server: Server
) -> None:
    rows = server.workspace.analysis.table("roster_student").height
    for path, parameters, _ in lists(document):
        for name in sorted(parameters):
            for value in HOSTILE:
                required = needs(path, people) if name != "student_id" else ""
                query = httpx.QueryParams(f"{required}page_size=200").set(name, value)
                answer = clients["advisor"].get(path, params=query)
                assert answer.status_code in (200, 400, 403, 404), f"{answer.url}: {answer.text}"
                # What was asked for may be repeated by an error, and is no id.
                assert not named_in(answer.text, people.other), answer.url
    assert server.workspace.analysis.table("roster_student").height == rows


def test_no_header_widens_what_is_seen(clients: dict[str, httpx.Client], people: People) -> None:
    foreign = f"/api/students/{people.foreign}/"
    for name, value in {
        "X-Original-URL": foreign,
        "X-Rewrite-URL": foreign,
        "X-HTTP-Method-Override": "DELETE",
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-User": "admin",
        "Remote-User": "admin",
        "Cookie": "sessionid=1; username=admin; role=admin",
    }.items():
        hidden = clients["advisor"].get(foreign, headers={name: value})
        problem(hidden, 404)
        shown = clients["advisor"].get("/api/students/?page_size=200", headers={name: value})
        assert shown.status_code == 200
        assert not named_in(shown.text, people.other), name


def test_the_millionth_page_is_a_404(
    document: dict[str, Any], clients: dict[str, httpx.Client], people: People
) -> None:
    for path, parameters, _ in lists(document):
        if "page" in parameters:
            answer = clients["admin"].get(f"{path}?{needs(path, people)}page=1000000")
            assert "There is no page 1000000" in problem(answer, 404)["detail"], path
            problem(clients["admin"].get(f"{path}?{needs(path, people)}page=1000001"), 400)
