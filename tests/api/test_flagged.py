"""/api/flagged/: the list, its cut by capacity, feedback and snoozes."""

import csv
import io
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.api.server import Server, problem

LISTS = ["contact", "watching", "in_progress", "integrity", "cannot_tell"]
BOTH = """
from edumetrics.accounts.models import AccountClass, Role, User
from edumetrics.analysis_db.models import RosterClass
user = User.objects.create_user("both", "correct horse battery 9", role=Role.ADVISOR)
AccountClass.objects.bulk_create(
    AccountClass(user=user, class_id=one) for one in RosterClass.objects.values_list("class_id", flat=True)
)
"""
NOT_BOTH = """
from edumetrics.accounts.models import User
User.objects.get(username="both").delete()
"""


def flags(client: httpx.Client, query: str = "") -> list[dict[str, Any]]:
    body = client.get(f"/api/flagged/?page_size=200{query}").raise_for_status().json()
    assert body["count"] == len(body["results"])
    rows: list[dict[str, Any]] = body["results"]
    return rows


def in_list(rows: list[dict[str, Any]], name: str) -> list[str]:
    return [row["student_id"] for row in rows if row["list"] == name]


@pytest.fixture(scope="module")
def both(server: Server) -> Iterator[httpx.Client]:
    """An advisor of two classes."""
    server.workspace.python(BOTH).well()
    yield server.client("both")
    server.workspace.python(NOT_BOTH).well()


def today() -> Any:
    """At the college of the demo, whose policy names no other time zone."""
    return datetime.now(UTC).astimezone(ZoneInfo("Asia/Kolkata")).date()


def test_the_flags_are_those_that_were_stored_in_reading_order(server: Server, admin: httpx.Client) -> None:
    rows = flags(admin)
    table = server.workspace.analysis.table("weekly_flags").to_dicts()
    stored = {row["student_id"]: row for row in table if row["sem_week"] == 6}
    assert {row["student_id"] for row in rows} == set(stored)
    assert len(rows) > 10
    for row in rows:
        was = stored[row["student_id"]]
        assert (row["level"], row["list"], row["urgency"]) == (was["risk_level"], was["list"], was["urgency"])
        assert sum(row["contributions"].values()) == pytest.approx(row["risk_score"], abs=0.051)
    order = [(LISTS.index(row["list"]), -row["urgency"]) for row in rows]
    assert order == sorted(order)


def test_a_flag_comes_with_the_student_the_trend_and_the_week(server: Server, advisor: httpx.Client) -> None:
    row = flags(advisor, "&list=contact")[0]
    roster = {one["student_id"]: one for one in server.workspace.analysis.table("roster_student").to_dicts()}
    person = roster[row["student_id"]]
    assert (row["name"], row["roll_number"]) == (person["name"], person["roll_number"])
    assert row["reasons"][0]["sentence"].endswith(".")
    metrics = server.workspace.analysis.table("weekly_metrics").to_dicts()
    weeks = {one["sem_week"]: one for one in metrics if one["student_id"] == row["student_id"]}
    assert row["trend"]["weeks"] == [1, 2, 3, 4, 5, 6]
    assert row["trend"]["effort"] == [weeks[week]["effort_score"] for week in range(1, 7)]
    assert row["trend"]["risk_score"] == [weeks[week]["risk_score"] for week in range(1, 7)]
    status = row["week_status"]
    assert (status["academic_year"], status["sem_week"]) == (2026, 6)
    assert status["computed_at"] is not None


def test_movement_is_against_the_week_before(server: Server, admin: httpx.Client) -> None:
    table = server.workspace.analysis.table("weekly_flags").to_dicts()
    before = {row["student_id"]: row["risk_level"] for row in table if row["sem_week"] == 5}
    order = [None, "watch", "high", "critical"]
    kinds = set()
    for row in flags(admin):
        was, level = before.get(row["student_id"]), row["level"]
        assert row["movement"]["level_before"] == was
        if level is None:
            assert row["movement"]["kind"] is None
            continue
        step = order.index(level) - order.index(was)
        assert row["movement"]["kind"] == ("new" if was is None else "up" if step > 0 else "down" if step else "same")
        kinds.add(row["movement"]["kind"])
    assert len(kinds) > 1


@pytest.mark.parametrize("capacity", [0, 1, 3, 1000])
def test_the_first_of_the_capacity_are_to_contact_and_overrides_besides(
    advisor: httpx.Client, both: httpx.Client, capacity: int
) -> None:
    for client in (advisor, both):
        rows = flags(client, f"&capacity={capacity}")
        placed = [
            row for row in rows if row["level"] and not row["override"] and row["list"] in ("contact", "watching")
        ]
        assert {row["list"] for row in rows if row["override"]} <= {"contact"}
        contact = [row for row in placed if row["list"] == "contact"]
        assert len(contact) == min(capacity, len(placed))
        waiting = [row["urgency"] for row in placed if row["list"] == "watching"]
        assert not contact or not waiting or min(row["urgency"] for row in contact) >= max(waiting)
        for one in {row["class_id"] for row in placed}:
            ranks = [row["rank_in_class"] for row in placed if row["class_id"] == one]
            ours = [row["rank_in_class"] for row in contact if row["class_id"] == one]
            assert sorted(ours) == sorted(ranks)[: len(ours)]


def test_the_default_capacity_is_a_fifth_of_the_roll_over_all_classes(
    server: Server, both: httpx.Client, admin: httpx.Client
) -> None:
    metrics = server.workspace.analysis.table("weekly_metrics")
    roll = metrics.filter(metrics["sem_week"] == 6).height
    contact = [row for row in flags(both) if row["list"] == "contact" and not row["override"]]
    placed = [row for row in flags(both) if row["list"] in ("contact", "watching") and not row["override"]]
    assert len(contact) == min(math.ceil(roll / 5), len(placed))


def test_the_capacity_of_the_user_is_kept(server: Server, colleague: httpx.Client) -> None:
    colleague.patch("/api/me/", json={"capacity": 1}).raise_for_status()
    try:
        rows = flags(colleague)
        assert len([row for row in rows if row["list"] == "contact" and not row["override"]]) == 1
        assert (
            len([row for row in flags(colleague, "&capacity=2") if row["list"] == "contact" and not row["override"]])
            == 2
        )
    finally:
        colleague.patch("/api/me/", json={"capacity": None}).raise_for_status()


def test_filter_count_and_csv_agree_on_the_list(both: httpx.Client) -> None:
    rows = flags(both, "&capacity=4")
    for name in LISTS:
        assert in_list(flags(both, f"&capacity=4&list={name}"), name) == in_list(rows, name)
    text = both.get("/api/flagged/?format=csv&capacity=4").text.removeprefix("\ufeff")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [(line["student_id"], line["list"]) for line in lines] == [(row["student_id"], row["list"]) for row in rows]


def test_an_earlier_week_a_level_and_an_order_can_be_asked_for(advisor: httpx.Client) -> None:
    assert {row["week_status"]["sem_week"] for row in flags(advisor, "&week=4")} == {4}
    assert {row["level"] for row in flags(advisor, "&level=watch")} == {"watch"}
    scores = [row["risk_score"] for row in flags(advisor, "&ordering=-risk_score")]
    assert scores == sorted(scores, reverse=True)


def test_what_is_not_there_is_said_in_words(advisor: httpx.Client, nobody: httpx.Client) -> None:
    assert "not published yet" in advisor.get("/api/flagged/?week=8").json()["reason"]
    assert "No class is assigned" in nobody.get("/api/flagged/").json()["reason"]


def test_an_exam_week_says_that_it_has_no_flags(own_server: Server) -> None:
    script = "from edumetrics.analysis_db.models import *; AnalysisState.objects.update(sem_week=8)"
    own_server.workspace.python(script).well()
    reason = own_server.client("advisor").get("/api/flagged/").json()["reason"]
    assert "Week 8 is an exam week (midterm)" in reason


def test_flags_of_others_do_not_exist(advisor: httpx.Client, colleague: httpx.Client) -> None:
    theirs = flags(colleague)[0]
    problem(advisor.get(f"/api/flagged/?class_id={theirs['class_id']}"), 404)
    problem(advisor.get(f"/api/flagged/?student_id={theirs['student_id']}"), 404)
    problem(advisor.post(f"/api/flagged/{theirs['id']}/feedback/", json={"helpful": True}), 404)
    problem(advisor.post(f"/api/flagged/{theirs['id']}/snooze/", json={"reason": "x", "until": str(today())}), 404)
    problem(advisor.delete(f"/api/flagged/{theirs['id']}/snooze/"), 404)
    problem(advisor.post("/api/flagged/bm9ib2R5fjIwMjZ-M342/feedback/", json={"helpful": True}), 404)
    problem(advisor.post("/api/flagged/x/feedback/", json={"helpful": True}), 404)


def test_feedback_is_the_users_own_and_the_later_one_counts(
    server: Server, advisor: httpx.Client, coordinator: httpx.Client
) -> None:
    flag = flags(advisor, "&list=contact")[0]
    address = f"/api/flagged/{flag['id']}/feedback/"
    advisor.post(address, json={"helpful": False, "why": "has been ill"}).raise_for_status()
    said = advisor.post(address, json={"helpful": True, "why": ""}).raise_for_status().json()
    assert (said["helpful"], said["why"]) == (True, "")
    mine = flags(advisor, f"&student_id={flag['student_id']}")[0]["feedback"]
    assert mine["helpful"] is True
    assert flags(coordinator, f"&student_id={flag['student_id']}")[0]["feedback"] is None
    stored = server.workspace.analysis.table("flag_feedback").to_dicts()
    assert [(row["by"], row["helpful"]) for row in stored if row["student_id"] == flag["student_id"]] == [
        ("advisor", True)
    ]
    log = server.workspace.analysis.table("audit_log").to_dicts()
    kept = [row for row in log if row["what"] == "feedback"]
    assert len(kept) == 2
    assert "ill" not in str(kept)


def test_wrong_bodies_are_refused_by_field(advisor: httpx.Client) -> None:
    flag = flags(advisor, "&list=contact")[0]
    address = f"/api/flagged/{flag['id']}/feedback/"
    assert set(problem(advisor.post(address, json={"helpful": "perhaps", "colour": 1}), 400)["errors"]) == {
        "helpful",
        "colour",
    }
    assert set(problem(advisor.post(address, json={"helpful": True, "why": "x" * 3000}), 400)["errors"]) == {"why"}
    problem(advisor.post(address, json=[1]), 400)


@pytest.fixture
def snoozed(both: httpx.Client) -> Iterator[dict[str, Any]]:
    """The first student with a place, snoozed while the capacity is 2."""
    rows = [row for row in flags(both, "&capacity=2") if not row["override"] and row["list"] == "contact"]
    until = str(today() + timedelta(days=7))
    address = f"/api/flagged/{rows[0]['id']}/snooze/"
    answer = both.post(address, json={"reason": "at a sports camp", "until": until})
    assert answer.status_code == 201, answer.text
    yield rows[0]
    both.delete(address)


def test_a_snoozed_student_is_in_progress_and_gives_the_place_to_the_next(
    both: httpx.Client, admin: httpx.Client, snoozed: dict[str, Any]
) -> None:
    rows = flags(both, "&capacity=2")
    found = next(row for row in rows if row["student_id"] == snoozed["student_id"])
    assert found["list"] == "in_progress"
    assert found["snooze"]["reason"] == "at a sports camp"
    assert found["snooze"]["by"] == "both"
    contact = [row for row in rows if row["list"] == "contact" and not row["override"]]
    assert len(contact) == 2
    everybody = next(row for row in flags(admin) if row["student_id"] == snoozed["student_id"])
    assert everybody["list"] == "in_progress"
    # What was is not rewritten.
    earlier = {row["student_id"]: row["list"] for row in flags(both, "&week=5")}
    assert earlier.get(snoozed["student_id"], "in no list") != "in_progress"


def test_an_ended_snooze_gives_the_place_back(both: httpx.Client, snoozed: dict[str, Any]) -> None:
    address = f"/api/flagged/{snoozed['id']}/snooze/"
    assert both.delete(address).status_code == 204
    found = next(row for row in flags(both, "&capacity=2") if row["student_id"] == snoozed["student_id"])
    assert (found["list"], found["snooze"]) == ("contact", None)
    problem(both.delete(address), 404)


def test_a_snooze_does_not_hold_for_a_higher_level_or_an_override_or_after_its_day(own_server: Server) -> None:
    client = own_server.client("advisor")
    rows = [row for row in flags(client, "&capacity=1000") if row["list"] == "contact" and not row["override"]]
    row = next(row for row in rows if row["level"] == "high")
    client.post(
        f"/api/flagged/{row['id']}/snooze/", json={"reason": "knows about it", "until": str(today())}
    ).raise_for_status()

    def now() -> str:
        listed = flags(client, "&capacity=1000")
        return str(next(one["list"] for one in listed if one["student_id"] == row["student_id"]))

    assert now() == "in_progress"
    key = f"WHERE student_id = '{row['student_id']}'"

    def run(statement: str) -> None:
        """As a run would: what a class shows changes together with its state."""
        own_server.workspace.analysis.execute(statement, "UPDATE analysis_state SET run_id = run_id")

    run(f"UPDATE weekly_flags SET risk_level = 'critical' {key} AND sem_week = 6")
    assert now() == "contact"
    run(f"UPDATE weekly_flags SET risk_level = 'watch' {key} AND sem_week = 6")
    assert now() == "in_progress"
    run(f"UPDATE weekly_flags SET override = (1 = 1) {key} AND sem_week = 6")
    assert now() == "contact"
    run(f"UPDATE weekly_flags SET override = (1 = 0) {key} AND sem_week = 6")
    run(f"UPDATE snooze SET until = '{today() - timedelta(days=1)}'")
    assert now() == "contact"


def test_what_cannot_be_put_off_is_said(advisor: httpx.Client, admin: httpx.Client) -> None:
    body = {"reason": "x", "until": str(today())}
    override = next(row for row in flags(admin) if row["override"])
    assert "cannot wait" in problem(admin.post(f"/api/flagged/{override['id']}/snooze/", json=body), 409)["detail"]
    earlier = next(row for row in flags(advisor, "&week=5") if row["level"] and not row["override"])
    answer = problem(advisor.post(f"/api/flagged/{earlier['id']}/snooze/", json=body), 409)
    assert "not the last published week" in answer["detail"]
    flag = next(row for row in flags(advisor) if row["level"] and not row["override"])
    for until in (today() - timedelta(days=1), today() + timedelta(days=57)):
        problem(advisor.post(f"/api/flagged/{flag['id']}/snooze/", json={"reason": "x", "until": str(until)}), 400)


def test_feedback_and_snoozes_survive_a_recompute(own_server: Server) -> None:
    client = own_server.client("advisor")
    flag = next(row for row in flags(client) if row["level"] and not row["override"])
    client.post(f"/api/flagged/{flag['id']}/feedback/", json={"helpful": True}).raise_for_status()
    client.post(
        f"/api/flagged/{flag['id']}/snooze/", json={"reason": "later", "until": str(today())}
    ).raise_for_status()
    own_server.workspace.manage_all("calibrate --recompute")
    again = next(row for row in flags(client) if row["student_id"] == flag["student_id"])
    assert again["id"] == flag["id"]
    assert again["feedback"]["helpful"] is True
    assert again["list"] == "in_progress"
