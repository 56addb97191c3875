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
        everything, own = (
            clients[role].get(f"{path}?class_id={people.own_class}").json().get("count")
            for role in ("admin", "advisor")
        )
        of_all = clients["advisor"].get(path).json().get("count")
        assert own == everything == of_all, path


ADMIN_ONLY = {"admin": 200, "coordinator": 403, "advisor": 403}
"""What each role gets of an address that is the admin's."""


def test_what_is_the_admins_is_refused_to_all_others(
    document: dict[str, Any], clients: dict[str, httpx.Client]
) -> None:
    found = {
        f"{method} {path}"
        for method, path, operation in operations(document)
        if operation.get("security") and "403" in operation["responses"]
    }
    assert found == FOR_ADMINS
    for operation in FOR_ADMINS:
        method, path = operation.split()
        url = re.sub(r"{\w+}", "1", path)
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


def test_without_a_token_there_is_nothing(document: dict[str, Any], server: Server) -> None:
    with httpx.Client(base_url=server.url) as stranger:
        for method, path, operation in operations(document):
            if operation.get("security"):
                url = re.sub(r"{\w+}", "1", path)
                problem(stranger.request(method, url, json={} if method != "GET" else None), 401)
