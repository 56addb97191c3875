"""/api/students/{id}/work/."""

import httpx

from tests.api.server import Server, problem


def ids(server: Server) -> list[str]:
    """The students of the first class."""
    rows = server.workspace.analysis.rows("SELECT class_id, student_id FROM roster_student WHERE left_on IS NULL")
    first = max(class_id for class_id, _ in rows if class_id)
    return sorted(student for class_id, student in rows if class_id == first)


def test_every_piece_says_what_came_of_it(advisor: httpx.Client, server: Server) -> None:
    body = advisor.get(f"/api/students/{ids(server)[0]}/work/").raise_for_status().json()
    assert body["week_status"]["sem_week"] == 6
    assert [one["due_week"] for one in body["work"]] == sorted(one["due_week"] for one in body["work"])
    later = {one["state"] for one in body["work"] if one["due_week"] > 6 and one["known_week"] is None}
    assert later == {"not_due"}
    assert {one["kind"] for one in body["work"]} == {"assignment", "quiz"}
    assert all(one["subject_name"] for one in body["work"])


def test_what_was_missed_is_what_the_stored_rates_say(advisor: httpx.Client, server: Server) -> None:
    student = ids(server)[0]
    work = advisor.get(f"/api/students/{student}/work/").json()["work"]
    rates = dict(
        server.workspace.analysis.rows(
            f"SELECT sem_week, assn_submit_rate FROM weekly_metrics WHERE student_id = '{student}'"
        )
    )
    for week, rate in rates.items():
        due = [one for one in work if one["kind"] == "assignment" and one["due_week"] == week]
        states = [one["state"] for one in due if one["state"] not in ("not_loaded", "unknown")]
        if rate is not None and "late" not in states:
            assert abs(rate - states.count("handed_in") / len(states)) < 1e-4


def test_a_foreign_student_does_not_exist(colleague: httpx.Client, server: Server) -> None:
    problem(colleague.get(f"/api/students/{ids(server)[0]}/work/"), 404)


def test_another_semester_has_no_work(advisor: httpx.Client, server: Server) -> None:
    body = advisor.get(f"/api/students/{ids(server)[0]}/work/?semester=8").json()
    assert (body["week_status"], body["work"]) == (None, [])
