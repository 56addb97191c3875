"""/api/class-performance/, held against aggregates that Polars makes of the stored rows."""

from typing import Any

import httpx
import polars as pl
import pytest

from tests.api.server import Server, problem


def weeks(client: httpx.Client, query: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (
        client.get(f"/api/class-performance/?page_size=200{query}").raise_for_status().json()["results"]
    )
    return rows


def test_the_series_of_the_term_has_every_week_of_each_class(admin: httpx.Client, advisor: httpx.Client) -> None:
    assert [row["week_status"]["sem_week"] for row in weeks(advisor)] == [1, 2, 3, 4, 5, 6]
    assert len({row["class_id"] for row in weeks(admin)}) == 2
    assert len(weeks(admin)) == 12
    assert [row["kind"] for row in weeks(advisor)] == ["grace"] * 3 + ["teaching"] * 3
    assert [row["week_status"]["sem_week"] for row in weeks(admin, "&ordering=-sem_week")][:2] == [6, 6]
    assert {row["week_status"]["sem_week"] for row in weeks(advisor, "&academic_year=2026&week=4")} == {4}
    assert weeks(advisor, "&academic_year=2026") == weeks(advisor)


def test_the_numbers_are_those_of_the_students(server: Server, admin: httpx.Client) -> None:
    metrics = server.workspace.analysis.table("weekly_metrics")
    measures = {
        "effort": "effort_score",
        "performance": "academic_performance",
        "weekly_attendance": "weekly_att_pct",
        "overall_attendance": "overall_att_pct",
        "risk_score": "risk_score",
    }
    for row in weeks(admin):
        of_week = metrics.filter(
            pl.col("class_id") == row["class_id"], pl.col("sem_week") == row["week_status"]["sem_week"]
        )
        assert row["on_roll"] == of_week.height
        for name, column in measures.items():
            values = of_week[column].drop_nulls()
            assert row[name]["count"] == values.len()
            if values.is_empty():
                continue
            assert row[name]["mean"] == pytest.approx(values.mean(), abs=0.006)
            for share, quartile in ((0.25, "lower_quartile"), (0.5, "median"), (0.75, "upper_quartile")):
                assert row[name][quartile] == pytest.approx(values.quantile(share, "linear"), abs=0.006)
        efforts = of_week["effort_score"].drop_nulls().to_list()
        assert row["effort"]["bins"] == [
            sum(low <= value < low + 10 or (low == 90 and value == 100) for value in efforts)
            for low in range(0, 100, 10)
        ]
        below = of_week.filter(pl.col("overall_att_pct") < 75).height
        assert row["attendance_shortfall"]["below_rule"] == below
        lost = of_week.filter(pl.col("lectures_to_attend") > pl.col("lectures_remaining")).height
        assert row["attendance_shortfall"]["out_of_reach"] == lost


def test_counts_and_movement_are_those_of_the_flags(server: Server, advisor: httpx.Client) -> None:
    flags = server.workspace.analysis.table("weekly_flags").to_dicts()
    order = {"watch": 0, "high": 1, "critical": 2}
    for row in weeks(advisor):
        week = row["week_status"]["sem_week"]
        now, before = (
            {
                one["student_id"]: one["risk_level"]
                for one in flags
                if one["class_id"] == row["class_id"] and one["sem_week"] == number and one["risk_level"]
            }
            for number in (week, week - 1)
        )
        assert sum(row["levels"].values()) == len(now)
        moved = row["movement"]
        assert moved["week_before"] == (week - 1 or None)
        assert moved["new"] == len(now.keys() - before.keys())
        assert moved["gone"] == len(before.keys() - now.keys())
        steps = [order[now[one]] - order[before[one]] for one in now.keys() & before.keys()]
        assert (moved["worse"], moved["better"]) == (sum(s > 0 for s in steps), sum(s < 0 for s in steps))


def test_a_class_of_somebody_else_does_not_exist(advisor: httpx.Client, colleague: httpx.Client) -> None:
    theirs = weeks(colleague)[0]["class_id"]
    problem(advisor.get(f"/api/class-performance/?class_id={theirs}"), 404)


def test_the_whole_of_it_as_csv(admin: httpx.Client) -> None:
    lines = admin.get("/api/class-performance/?format=csv").text.splitlines()
    assert len(lines) == 13
    assert "effort.median" in lines[0]
