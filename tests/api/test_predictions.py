"""/api/pre-midterm/, /api/pre-endterm/, /api/risk-of-failing/, /api/watchlist/, /api/post-exam/, /api/ledger/."""

import csv
import io
from typing import Any

import httpx
import pytest

from tests.api.server import Server, problem

LISTS = ("pre-midterm", "pre-endterm", "risk-of-failing", "watchlist", "post-exam")


def body(client: httpx.Client, path: str, query: str = "") -> dict[str, Any]:
    answer: dict[str, Any] = client.get(f"/api/{path}/?{query}").raise_for_status().json()
    return answer


def rows(client: httpx.Client, path: str, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = body(client, path, f"page_size=200&{query}")["results"]
    return found


@pytest.mark.parametrize("path", LISTS)
def test_each_sees_their_own_students_in_every_list(predicted: Server, path: str) -> None:
    seen = {
        who: {row["student_id"] for row in rows(predicted.client(who), path)}
        for who in ("advisor", "colleague", "nobody", "coordinator", "admin")
    }
    assert len(seen["advisor"]) == len(seen["colleague"]) == 12
    assert seen["advisor"].isdisjoint(seen["colleague"])
    assert seen["admin"] == seen["advisor"] | seen["colleague"]
    assert seen["coordinator"] == seen["advisor"]
    assert seen["nobody"] == set()
    assert body(predicted.client("advisor"), path)["count"] == len(rows(predicted.client("advisor"), path))


@pytest.mark.parametrize("path", LISTS)
def test_foreign_students_and_classes_do_not_exist(predicted: Server, path: str) -> None:
    foreign = rows(predicted.client("colleague"), path)[0]
    advisor = predicted.client("advisor")
    for query in (f"student_id={foreign['student_id']}", f"class_id={foreign['class_id']}", "student_id=nobody"):
        problem(advisor.get(f"/api/{path}/?{query}"), 404)
        problem(advisor.get(f"/api/{path}/?{query}&format=csv"), 404)


@pytest.mark.parametrize("path", LISTS)
def test_whoever_asks_for_one_student_is_recorded(predicted: Server, path: str) -> None:
    advisor = predicted.client("advisor")
    student = rows(advisor, path)[0]["student_id"]
    before = len(reads(predicted))
    found = rows(advisor, path, f"student_id={student}")
    assert {row["student_id"] for row in found} == {student}
    (row,) = reads(predicted)[before:]
    assert row["who"] == "advisor"
    assert student not in str(row)


def reads(server: Server) -> list[dict[str, Any]]:
    log = server.workspace.analysis.table("audit_log").sort("id").to_dicts()
    return [row for row in log if row["what"] == "read_student"]


@pytest.mark.parametrize("path", LISTS)
def test_every_row_has_its_week_and_sentences(predicted: Server, path: str) -> None:
    for row in rows(predicted.client("admin"), path):
        assert row["week_status"]["computed_at"] is not None
        assert row["week_status"]["sem_week"] >= 1
        assert row["name"]
        assert row["roll_number"]
        for driver in row.get("drivers", row.get("reasons") or []):
            assert any(letter.isdigit() for letter in driver["sentence"])


@pytest.mark.parametrize("path", [*LISTS, "ledger", "models"])
def test_the_csv_has_what_the_pages_have(predicted: Server, path: str) -> None:
    admin = predicted.client("admin")
    answer = admin.get(f"/api/{path}/?format=csv").raise_for_status()
    lines = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    found = rows(admin, path)
    assert len(lines) == len(found) > 0
    key = next(name for name in ("student_id", "version", "code") if name in found[0])
    assert [line[key] for line in lines] == [row[key] for row in found]


@pytest.mark.parametrize("path", LISTS)
def test_pages_neither_repeat_nor_leave_out_a_row_in_any_order(predicted: Server, path: str) -> None:
    admin = predicted.client("admin")
    refused = problem(admin.get(f"/api/{path}/?ordering=colour"), 400)["errors"]["ordering"]
    assert refused
    for ordering in ("name", "-name", "roll_number", "class_id", "-class_id"):
        whole = rows(admin, path, f"ordering={ordering}")
        pages: list[dict[str, Any]] = []
        address: str | None = f"/api/{path}/?ordering={ordering}&page_size=7"
        while address:
            page = admin.get(address).raise_for_status().json()
            pages += page["results"]
            address = page["next"]
        assert pages == whole


@pytest.mark.parametrize("path", [*LISTS, "ledger", "models"])
def test_the_number_of_queries_does_not_grow_with_the_rows(predicted: Server, path: str) -> None:
    script = f"""
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework_simplejwt.tokens import AccessToken
from edumetrics.accounts.models import User
def queries(size):
    client = Client(headers={{"Authorization": f"Bearer {{AccessToken.for_user(User.objects.get(username='admin'))}}"}})
    with CaptureQueriesContext(connection, ) as seen:
        answer = client.get("/api/{path}/", {{"page_size": size}}, headers={{"Host": "localhost"}})
    assert answer.status_code == 200, answer.content
    return len(seen), len(answer.json()["results"])
(few, one), (many, more) = queries(1), queries(200)
assert one == 1 and more > 1, (one, more)
assert few == many, (few, many)
print("queries", many)
"""
    assert "queries" in predicted.workspace.python(script).well().out


def test_midterm_scores_are_those_of_the_last_week_of_each_class(predicted: Server) -> None:
    advisor = predicted.client("advisor")
    found = rows(advisor, "pre-midterm")
    assert {row["week_status"]["sem_week"] for row in found} == {6}
    scores = [row["predicted_midterm_score"] for row in found]
    assert scores == sorted(scores)
    assert all(row["low"] < row["predicted_midterm_score"] < row["high"] for row in found)
    assert len(rows(advisor, "pre-midterm", "weeks=all")) == 24
    assert {row["week_status"]["sem_week"] for row in rows(advisor, "pre-midterm", "week=5")} == {5}
    assert rows(advisor, "pre-midterm", "week=9") == []


def test_midterm_scores_by_whether_they_are_at_risk(predicted: Server) -> None:
    advisor = predicted.client("advisor")
    at_risk, others = rows(advisor, "pre-midterm", "at_risk=true"), rows(advisor, "pre-midterm", "at_risk=false")
    assert all(row["predicted_midterm_score"] < 50 for row in at_risk)
    assert all(row["predicted_midterm_score"] >= 50 for row in others)
    assert len(at_risk) + len(others) == 12
    assert problem(advisor.get("/api/pre-midterm/?at_risk=perhaps"), 400)["errors"]["at_risk"]


def test_the_triage_of_the_same_week_stands_beside_a_prediction(predicted: Server) -> None:
    flags = {
        row["student_id"]: (row["risk_level"], row["list"], row["risk_score"])
        for row in predicted.workspace.analysis.table("weekly_flags").to_dicts()
        if row["sem_week"] == 6
    }
    found = rows(predicted.client("admin"), "pre-midterm")
    assert any(row["triage"] for row in found)
    assert any(row["triage"] is None for row in found)
    for row in found:
        said = row["triage"] and (row["triage"]["level"], row["triage"]["list"], row["triage"]["risk_score"])
        assert said == flags.get(row["student_id"])


def test_risks_by_subject_say_how_hard_the_subject_is(predicted: Server) -> None:
    advisor = predicted.client("advisor")
    found = rows(advisor, "risk-of-failing")
    assert len(found) == 24
    assert [row["risk_label"] for row in found] == ["HIGH"] * 8 + ["MEDIUM"] * 8 + ["LOW"] * 8
    assert {(row["difficulty"], row["pass_rate"]) for row in found} == {("HARD", 0.7)}
    assert all(row["subject_name"] for row in found)
    subject = found[0]["subject_id"]
    assert {row["subject_id"] for row in rows(advisor, "risk-of-failing", f"subject_id={subject}")} == {subject}
    assert {row["risk_label"] for row in rows(advisor, "risk-of-failing", "label=HIGH")} == {"HIGH"}


def test_a_rule_of_thumb_has_no_probability_and_says_so(predicted: Server) -> None:
    for row in rows(predicted.client("colleague"), "risk-of-failing"):
        assert (row["p_fail"], row["model_version"]) == (None, None)
        assert row["note"].startswith("No trained model yet: a rule of thumb")


def test_endterms_have_the_drivers_of_both_predictions(predicted: Server) -> None:
    for row in rows(predicted.client("advisor"), "pre-endterm"):
        assert row["drivers"][0]["value"] == 50
        assert row["fail_drivers"][0]["value"] == 51
        assert row["fail_model_version"].startswith("endterm_fail-")


def test_the_watchlist_says_when_it_was_made(predicted: Server) -> None:
    found = rows(predicted.client("advisor"), "watchlist")
    assert [row["risk_label"] for row in found] == ["HIGH"] * 4 + ["MEDIUM"] * 4 + ["LOW"] * 4
    assert {row["week_status"]["sem_week"] for row in found} == {1}
    semester = found[0]["target_semester"]
    assert len(rows(predicted.client("advisor"), "watchlist", f"semester={semester}")) == 12
    assert rows(predicted.client("advisor"), "watchlist", f"semester={semester + 1}") == []


def test_what_came_of_the_latest_exam_with_the_error_of_the_model(predicted: Server) -> None:
    found = body(predicted.client("advisor"), "post-exam", "page_size=200")
    assert {row["exam_type"] for row in found["results"]} == {"midterm"}
    residuals = [row["residual"] for row in found["results"]]
    assert residuals == sorted(residuals)
    (exam,) = found["exams"]
    assert (exam["rows"], exam["under"], exam["as_expected"], exam["over"]) == (12, 4, 4, 4)
    assert "4 did worse than was predicted" in exam["sentence"]
    (error,) = found["model_errors"]
    assert (error["error"], error["card_error"], error["retrain"]) == (9.3, 6.1, True)
    assert "9.3 points off on average (6.1 when it was tested)" in error["sentence"]


def test_under_performers_and_a_subject_of_an_earlier_year(predicted: Server) -> None:
    advisor = predicted.client("advisor")
    assert {row["verdict"] for row in rows(advisor, "post-exam", "verdict=under")} == {"under"}
    year = rows(advisor, "post-exam")[0]["week_status"]["academic_year"] - 1
    found = rows(advisor, "post-exam", f"academic_year={year}&by=subject")
    assert {row["exam_type"] for row in found} == {"endterm"}
    assert all(row["subject_name"] for row in found)
    assert sum(row["failed"] for row in found) == 3


def test_the_ledger_says_it_in_words(predicted: Server) -> None:
    (row,) = rows(predicted.client("advisor"), "ledger", "kind=any&week=6")
    assert row["sentence"] == (
        "Of 12 flagged in week 6, 8 failed. Of the 10 who failed, 8 had been by then, first 12.0 weeks before the "
        "endterm on average."
    )
    assert (row["precision"], row["recall"], row["mean_weeks_ahead"]) == (pytest.approx(8 / 12), 0.8, 12)
    (nobody,) = rows(predicted.client("advisor"), "ledger", "kind=any&week=7")
    assert nobody["precision"] is None
    assert nobody["sentence"].startswith("Nobody was flagged in week 7.")


def test_the_ledger_adds_up_the_classes_that_one_sees(predicted: Server) -> None:
    admin, advisor = predicted.client("admin"), predicted.client("advisor")
    (summed,) = rows(admin, "ledger", "kind=any&week=6")
    assert (summed["class_id"], summed["flagged"], summed["flagged_failed"], summed["students"]) == (None, 24, 16, 120)
    each = rows(admin, "ledger", "kind=any&week=6&by=class")
    assert [row["flagged"] for row in each] == [12, 12]
    own = {row["class_id"] for row in rows(advisor, "ledger", "by=class")}
    assert len(own) == 1
    (foreign,) = {row["class_id"] for row in each} - own
    problem(advisor.get(f"/api/ledger/?class_id={foreign}"), 404)
    assert rows(predicted.client("nobody"), "ledger") == []


def test_the_ledger_by_group_is_for_admins(predicted: Server) -> None:
    (row,) = rows(predicted.client("admin"), "ledger", "group=gender")
    assert (row["group_value"], row["flagged"]) == ("F", 12)
    assert row["sentence"].startswith("Of 12 with gender F flagged in week 6, 8 failed.")
    problem(predicted.client("advisor").get("/api/ledger/?group=gender"), 403)
    assert all(row["group_column"] == "" for row in rows(predicted.client("advisor"), "ledger"))


@pytest.mark.parametrize("ordering", ["week", "-week", "precision", "-precision", "recall", "flagged", "-flagged"])
@pytest.mark.parametrize("by", ["all", "class"])
def test_the_ledger_in_every_order(predicted: Server, ordering: str, by: str) -> None:
    found = rows(predicted.client("admin"), "ledger", f"ordering={ordering}&by={by}")
    assert len(found) == (9 if by == "all" else 18)
    name = {"week": "sem_week"}.get(ordering.removeprefix("-"), ordering.removeprefix("-"))
    values = [row[name] for row in found if row[name] is not None]
    assert values == sorted(values, reverse=ordering.startswith("-"))


@pytest.mark.parametrize("path", [*LISTS[1:], "models"])
def test_without_a_trained_model_an_empty_list_says_what_it_takes(admin: httpx.Client, path: str) -> None:
    answer = body(admin, path)
    assert (answer["count"], answer["results"]) == (0, [])
    expected = "No exam has been looked back on yet" if path == "post-exam" else "No trained model yet: "
    assert answer["reason"].startswith(expected)


def test_without_a_trained_model_a_midterm_is_told_by_the_rule_of_thumb(admin: httpx.Client) -> None:
    found = rows(admin, "pre-midterm")
    assert len(found) == body(admin, "pre-midterm")["count"] > 0
    for row in found:
        assert (row["model_version"], row["low"], row["high"]) == (None, None, None)
        assert row["note"].startswith("No trained model yet: a rule of thumb")


def test_without_results_there_is_no_ledger(admin: httpx.Client) -> None:
    assert "endterm results are known" in body(admin, "ledger")["reason"]
