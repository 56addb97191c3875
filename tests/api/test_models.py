"""/api/models/ and its promotion."""

from typing import Any

import httpx
import pytest

from tests.api.predictions import PREDICTIONS
from tests.api.server import Server, problem

RUNNER = """
from datetime import UTC, datetime
from edumetrics.analysis_db.models import Runner
Runner.objects.create(name="host 1", started=datetime.now(UTC), seen=datetime.now(UTC))
"""


def cards(client: httpx.Client, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(f"/api/models/?{query}").raise_for_status().json()["results"]
    return found


def test_a_card_says_how_good_the_model_is_beside_a_naive_guess(predicted: Server) -> None:
    (card,) = cards(predicted.client("advisor"), "output=midterm_score&in_use=true")
    assert card["state"] == "in use"
    assert card["sentence"] == (
        "For a student's mean midterm score it is 6.1 points off on average on 120 test rows; "
        "the best naive baseline is 7.2 points off on average."
    )
    assert card["retrain"]
    assert card["exams"][0]["error"] == 9.3
    (probability,) = cards(predicted.client("advisor"), "output=subject_fail")
    assert probability["curve"] == [{"n": 12, "predicted": 0.1, "actual": 0.12}]
    assert "Brier score of 0.110" in probability["sentence"]


def test_those_in_use_come_first(predicted: Server) -> None:
    states = [card["state"] for card in cards(predicted.client("admin"))]
    assert states == ["in use", "in use", "never in use", "never in use"]
    assert len(cards(predicted.client("admin"), "in_use=false")) == 2


def test_figures_by_group_are_for_admins(predicted: Server) -> None:
    assert all(card["fairness"] for card in cards(predicted.client("admin")))
    for who in ("advisor", "coordinator"):
        assert all(card["fairness"] is None for card in cards(predicted.client(who)))


@pytest.mark.parametrize("who", ["advisor", "coordinator"])
def test_only_admins_train_and_promote(predicted: Server, who: str) -> None:
    problem(predicted.client(who).post("/api/models/"), 403)
    problem(predicted.client(who).post("/api/models/midterm_score-aaaaaaaaaaaa/promote/"), 403)
    problem(predicted.client().post("/api/models/"), 401)


def test_nothing_is_queued_where_no_runner_would_take_it(predicted: Server) -> None:
    detail = problem(predicted.client("admin").post("/api/models/"), 503)["detail"]
    assert "No runner is alive" in detail
    assert "train" not in set(predicted.workspace.analysis.table("analysis_run")["kind"])


def test_a_training_waits_for_the_runner_and_there_is_one_at_a_time(own_server: Server) -> None:
    own_server.workspace.python(RUNNER).well()
    admin = own_server.client("admin")
    answer = admin.post("/api/models/")
    assert answer.status_code == 202, answer.text
    run_id = answer.json()["run_id"]
    run = own_server.workspace.last_run()
    assert (run["id"], run["kind"], run["state"], run["queued_by"]) == (run_id, "train", "queued", "admin")
    assert problem(admin.post("/api/models/"), 409)["run_id"] == run_id
    own_server.workspace.analysis.execute(
        f"UPDATE analysis_run SET state = 'running', started = queued WHERE id = {run_id}"
    )
    assert "is running" in problem(admin.post("/api/models/"), 409)["detail"]
    asked = [row for row in own_server.workspace.analysis.table("audit_log").to_dicts() if row["what"] == "train"]
    assert [(row["who"], row["whom"]) for row in asked] == [("admin", f"run {run_id}")]


def test_promotion_puts_a_model_in_place_of_another(own_server: Server) -> None:
    own_server.workspace.python(PREDICTIONS).well()
    admin = own_server.client("admin")
    answer = admin.post("/api/models/midterm_score-aaaaaaaaaaaa/promote/").raise_for_status().json()
    assert answer["in_place_of"] == "midterm_score-0123456789ab"
    assert answer["comparison"] == {"with": "midterm_score-0123456789ab", "mae": 5.9}
    states = {card["version"]: card["state"] for card in cards(admin, "output=midterm_score")}
    assert states["midterm_score-aaaaaaaaaaaa"] == "in use"
    assert states["midterm_score-0123456789ab"] == "retired"
    again = problem(admin.post("/api/models/midterm_score-aaaaaaaaaaaa/promote/"), 409)
    assert "in use already" in again["detail"]
    back = admin.post("/api/models/midterm_score-0123456789ab/promote/").raise_for_status().json()
    assert back["in_place_of"] == "midterm_score-aaaaaaaaaaaa"
    log = [
        row
        for row in own_server.workspace.analysis.table("audit_log").sort("id").to_dicts()
        if row["what"] == "promote"
    ]
    assert [row["whom"] for row in log] == ["midterm_score-aaaaaaaaaaaa", "midterm_score-0123456789ab"]


def test_a_model_that_is_no_better_than_a_guess_is_not_put_into_use(predicted: Server) -> None:
    refused = problem(predicted.client("admin").post("/api/models/midterm_score-bbbbbbbbbbbb/promote/"), 409)
    assert "does not beat every naive baseline" in refused["detail"]


def test_a_model_that_does_not_exist(predicted: Server) -> None:
    problem(predicted.client("admin").post("/api/models/midterm_score-cccccccccccc/promote/"), 404)
    problem(predicted.client("admin").post("/api/models/%00/promote/"), 404)
