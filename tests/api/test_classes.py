"""/api/classes/."""

import httpx

from tests.api.server import problem


def ids(client: httpx.Client, query: str = "") -> list[str]:
    return [row["class_id"] for row in client.get(f"/api/classes/{query}").raise_for_status().json()["results"]]


def test_each_sees_their_own_classes(
    advisor: httpx.Client, colleague: httpx.Client, coordinator: httpx.Client, admin: httpx.Client
) -> None:
    everything = ids(admin)
    assert len(everything) == 2
    assert sorted([*ids(advisor), *ids(colleague)]) == everything
    assert ids(coordinator) == ids(advisor)


def test_an_advisor_without_a_class_is_told_why_the_list_is_empty(nobody: httpx.Client) -> None:
    body = nobody.get("/api/classes/").json()
    assert (body["count"], body["results"]) == (0, [])
    assert "No class is assigned to you" in body["reason"]


def test_a_foreign_class_does_not_exist(advisor: httpx.Client, colleague: httpx.Client) -> None:
    problem(advisor.get(f"/api/classes/?class_id={ids(colleague)[0]}"), 404)


def test_what_is_wrong_in_a_request_is_named(advisor: httpx.Client) -> None:
    errors = problem(advisor.get("/api/classes/?page_size=900&colour=red&page=x"), 400)["errors"]
    assert set(errors) == {"page_size", "colour", "page"}


def test_the_whole_list_as_csv(admin: httpx.Client) -> None:
    answer = admin.get("/api/classes/?format=csv&page_size=1")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    lines = answer.text.removeprefix("\ufeff").splitlines()
    assert lines[0].startswith("class_id,name,branch")
    assert len(lines) == 3


def test_a_stranger_gets_nothing(stranger: httpx.Client) -> None:
    problem(stranger.get("/api/classes/"), 401)


def test_a_page_beyond_the_last_is_not_there(admin: httpx.Client) -> None:
    assert "2 rows make 1 of 25" in problem(admin.get("/api/classes/?page=2"), 404)["detail"]
