"""Features, outcomes, verdicts and the ledger, by hand."""

import json

import numpy as np
import polars as pl
import pytest

from edumetrics.engine.policy import Policy
from edumetrics.engine.predictions import rule_of_thumb
from edumetrics.engine.predictions import student_features as of_students
from edumetrics.engine.predictions import subject_features as of_subjects
from edumetrics.engine.predictions import watchlist_features as of_watchlist
from edumetrics.engine.predictions.codes import DRIVER, OUTPUTS
from edumetrics.engine.predictions.college_examples import KINDS
from edumetrics.engine.predictions.ledger import ledger, marks
from edumetrics.engine.predictions.outcomes import RESULT_SCHEMA, semester_outcomes
from edumetrics.engine.predictions.outputs import as_json, label_of
from edumetrics.engine.predictions.post_exam import PREDICTED_SCHEMA, post_exam
from edumetrics.engine.predictions.student_features import student_features
from edumetrics.engine.predictions.weeks import (
    at_risk_weeks,
    endterm_weeks,
    failing_weeks,
    midterm_weeks,
    period_of,
    term_of_period,
)
from edumetrics.engine.predictions.words import WORDS

POLICY = Policy()
TERM = {"academic_year": 2026, "semester": 3, "class_id": "C"}


def test_predictions_are_made_in_the_weeks_of_the_contract() -> None:
    assert midterm_weeks(POLICY.calendar) == (6, 7)
    assert failing_weeks(POLICY.calendar) == (10, 11, 12, 13, 14, 15, 16, 17)
    assert endterm_weeks(POLICY.calendar) == (17,)
    assert at_risk_weeks(POLICY) == (3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17)


@pytest.mark.parametrize(("year", "term"), [(2025, "odd"), (2025, "even"), (2026, "odd")])
def test_a_period_is_a_term_and_grows_with_time(year: int, term: str) -> None:
    half = "even" if term == "even" else "odd"
    assert term_of_period(period_of(year, half)) == (year, term)
    assert period_of(2025, "odd") < period_of(2025, "even") < period_of(2026, "odd")


def test_every_feature_has_words_and_none_is_a_protected_column() -> None:
    features = {*of_students.FEATURES, *of_subjects.FEATURES, *of_subjects.OF_STUDENT, *of_watchlist.FEATURES}
    features |= {"last_exam"}
    assert features == set(WORDS)
    assert features.isdisjoint(POLICY.predictions.groups)
    assert features.isdisjoint({"gender", "name", "roll_number", "email", "phone", "advisor_id"})
    assert set(KINDS) == set(OUTPUTS)


def metrics(marks_by_week: dict[int, float | None], student: str = "S") -> pl.DataFrame:
    rows = [
        {
            "student_id": student,
            **TERM,
            "sem_week": week,
            "academic_performance": mark,
            "performance_baseline": 60.0,
            "overall_att_pct": 80.0,
            "weekly_att_pct": 80.0 - week,
            "attendance_baseline": 80.0,
            "effort_score": 50.0,
            "effort_baseline": 50.0,
            "assn_submit_rate": None if week % 2 else 0.5,
            "quiz_attempt_rate": 1.0,
            "assn_avg_pct": mark,
            "quiz_avg_pct": None,
            "assn_quality_pct": 70.0,
            "assn_plagiarism_pct": {2: 60.0, 4: 10.0}.get(week),
            "library_visits": week,
            "book_borrows": 0,
            "midterm_score_pct": 55.0 if week >= 9 else None,
            "risk_score": 10.0,
        }
        for week, mark in marks_by_week.items()
    ]
    return pl.DataFrame(rows, infer_schema_length=None).with_columns(pl.col("quiz_avg_pct").cast(pl.Float64))


NO_FLAGS = pl.DataFrame(
    schema={
        "student_id": pl.String,
        "academic_year": pl.Int64,
        "semester": pl.Int64,
        "sem_week": pl.Int64,
        "risk_level": pl.String,
        "escalation_level": pl.Int64,
    }
)
LAST_ENDTERM = pl.DataFrame(
    {"student_id": ["S"], "academic_year": [2026], "semester": [3], "known": [2], "score_pct": [48.0]}
)


def test_features_of_a_week_are_made_of_it_and_the_weeks_before() -> None:
    flags = pl.DataFrame(
        [("S", 2026, 3, 3, "watch", 0), ("S", 2026, 3, 4, "high", 1)], schema=NO_FLAGS.schema, orient="row"
    )
    found = student_features(metrics({1: 60.0, 2: 50.0, 3: 70.0, 4: 40.0}), flags, LAST_ENDTERM, POLICY)
    week_4 = found.filter(sem_week=4).row(0, named=True)
    assert week_4["assignment_mark"] == pytest.approx((60 + 50 + 70 + 40) / 4)
    assert week_4["submit_rate"] == 0.5
    assert week_4["plagiarism"] == 60
    assert week_4["library_visits"] == pytest.approx(2.5)
    assert week_4["recent_attendance"] == pytest.approx((78 + 77 + 76) / 3)
    assert week_4["share_of_weeks_flagged"] == 0.5
    assert week_4["weeks_flagged_in_a_row"] == 2
    assert week_4["performance_change"] == -20
    assert (week_4["midterm"], week_4["last_endterm"], week_4["last_exam"]) == (None, 48, 48)
    assert found.filter(sem_week=1)["last_endterm"].to_list() == [None]


def test_the_rule_of_thumb_looks_at_the_same_numbers_as_a_model() -> None:
    weeks = metrics({1: 60.0, 2: None, 3: 70.0})
    features = student_features(weeks, NO_FLAGS, LAST_ENDTERM, POLICY)
    seen = rule_of_thumb.week_features(weeks)
    assert seen.columns == [
        "student_id",
        "academic_year",
        "semester",
        "sem_week",
        "class_id",
        "performance",
        "overall_attendance",
    ]
    assert seen.equals(features.select(seen.columns))


def test_no_later_week_moves_a_feature() -> None:
    whole = student_features(metrics(dict.fromkeys(range(1, 18), 50.0)), NO_FLAGS, LAST_ENDTERM, POLICY)
    other = {week: 50.0 if week <= 7 else None for week in range(1, 18)}
    changed = metrics(other).with_columns(
        pl.when(pl.col("sem_week") > 7).then(99.0).otherwise("weekly_att_pct").alias("weekly_att_pct")
    )
    cut = student_features(changed, NO_FLAGS, LAST_ENDTERM, POLICY)
    until = pl.col("sem_week") <= 7
    assert whole.filter(until).equals(cut.filter(until))
    assert not whole.equals(cut)


def results(*rows: tuple[str, str, str, float | None, bool]) -> pl.DataFrame:
    return pl.DataFrame(
        [(student, 2026, 3, "C", subject, exam, 18, score, failed) for student, subject, exam, score, failed in rows],
        schema=RESULT_SCHEMA,
        orient="row",
    )


def roll(**last_weeks: int) -> pl.DataFrame:
    rows = [(student, week) for student, last in last_weeks.items() for week in range(1, last + 1)]
    found = pl.DataFrame(rows, schema={"student_id": pl.String, "sem_week": pl.Int64}, orient="row")
    return found.with_columns(**{name: pl.lit(value) for name, value in TERM.items()}).cast(
        {"academic_year": pl.Int64, "semester": pl.Int64}
    )


ENDTERM = results(
    ("passed", "M", "endterm", 80.0, False),
    ("passed", "P", "endterm", 60.0, False),
    ("failed", "M", "endterm", 30.0, True),
    ("failed", "P", "endterm", 50.0, False),
    ("absent", "M", "endterm", None, True),
)
ROLL = roll(passed=18, failed=18, absent=18, left=9, unknown=18)


def test_an_outcome_is_failing_one_subject_or_leaving_before_the_endterm() -> None:
    found = {row["student_id"]: row for row in semester_outcomes(ENDTERM, ROLL, POLICY).to_dicts()}
    assert {student: row["lost"] for student, row in found.items()} == {
        "passed": False,
        "failed": True,
        "absent": True,
        "left": True,
    }
    assert (found["failed"]["actual"], found["failed"]["failed_subjects"]) == (40, 1)
    assert (found["left"]["last_week"], found["left"]["actual"]) == (9, None)
    assert found["absent"]["actual"] is None


def test_verdicts_are_by_the_interval_and_said_in_words() -> None:
    predicted = pl.DataFrame(
        [
            ("passed", None, 2026, 3, 17, "endterm", 60.0, 55.0, 65.0, 0.1, '[{"sentence":"A is 60"}]', "s-1", "f-1"),
            ("failed", None, 2026, 3, 17, "endterm", 60.0, 50.0, 70.0, 0.2, "[]", "s-1", "f-1"),
            ("failed", "M", 2026, 3, 17, "endterm", None, None, None, 0.2, "[]", None, "b-1"),
            ("passed", "M", 2026, 3, 17, "endterm", None, None, None, 0.7, "[]", None, "b-1"),
            ("passed", "P", 2026, 3, 17, "endterm", None, None, None, 0.5, "[]", None, "b-1"),
        ],
        schema=PREDICTED_SCHEMA,
        orient="row",
    )
    found = post_exam(ENDTERM, ROLL, predicted, "endterm", POLICY)
    said = {(row["student_id"], row["subject_id"]): row for row in found.to_dicts()}
    over = said["passed", None]
    assert (over["verdict"], over["residual"]) == ("over", 10)
    assert over["reason"] == (
        "Scored 70; 60 was predicted (55 to 65), 5.0 points above the interval. The prediction rested most on: A is 60."
    )
    assert (said["failed", None]["verdict"], said["failed", None]["failed"]) == ("under", True)
    assert said["failed", "M"]["verdict"] == "under"
    assert said["failed", "M"]["reason"] == "Failed with 30; the probability of failing was 20%."
    assert said["passed", "M"]["verdict"] == "over"
    assert said["passed", "P"]["verdict"] == "as expected"
    assert (said["left", None]["verdict"], said["left", None]["failed"]) == (None, None)
    assert said["left", None]["reason"] == "Left before the exam; last on the roll in week 9."
    assert said["absent", None]["reason"] == "Absent from the whole exam, so there is no score to compare."
    assert all(row["reason"] for row in said.values())
    assert ("unknown", None) not in said


def test_the_ledger_counts_who_was_flagged_and_who_failed() -> None:
    flags = (
        pl.DataFrame(
            [
                ("failed", 4, "watch", "contact", '{"low_performance":26.5}', '[{"code":"low_performance"}]'),
                (
                    "failed",
                    5,
                    "high",
                    "contact",
                    '{"low_performance":30.0,"effort_drop":1.0}',
                    '[{"code":"effort_drop"}]',
                ),
                ("passed", 5, "watch", "watching", '{"effort_drop":3.0}', '[{"code":"effort_drop"}]'),
                ("left", 9, "critical", "contact", "{}", "[]"),
            ],
            schema=["student_id", "sem_week", "risk_level", "list", "contributions", "reasons"],
            orient="row",
        )
        .with_columns(
            override=pl.col("risk_level") == "critical",
            integrity=pl.lit(False),
            **{name: pl.lit(value) for name, value in TERM.items()},
        )
        .cast({"academic_year": pl.Int64, "semester": pl.Int64})
    )
    here = ROLL.with_columns(p_at_risk=pl.when(pl.col("student_id") == "left").then(0.7).otherwise(0.1))
    outcomes = semester_outcomes(ENDTERM, ROLL, POLICY)
    groups = pl.DataFrame({"student_id": ["failed", "passed", "left", "absent"], "gender": ["F", "M", "F", None]})
    found = ledger(marks(flags, here, POLICY), here, outcomes, groups, POLICY)
    rows = {(row["kind"], row["code"], row["group_value"], row["sem_week"]): row for row in found.to_dicts()}

    week_5 = rows["any", "any", "", 5]
    assert (week_5["students"], week_5["failed"], week_5["flagged"], week_5["flagged_failed"]) == (4, 3, 2, 1)
    assert (week_5["failed_flagged_so_far"], week_5["weeks_ahead"]) == (1, 14)
    # Who left is flagged in week 9 and gone in week 10.
    assert (rows["any", "any", "", 9]["failed_flagged_so_far"], rows["any", "any", "", 10]["failed"]) == (2, 2)
    assert rows["rule", "effort_drop", "", 5]["flagged"] == 2
    assert rows["rule", "override", "", 9]["flagged_failed"] == 1
    assert rows["reason", "effort_drop", "", 5]["flagged_failed"] == 1
    assert rows["level", "high", "", 6]["failed_flagged_so_far"] == 1
    assert rows["prediction", "HIGH", "", 3]["flagged_failed"] == 1
    by_group = found.filter(group_column="gender", kind="any", sem_week=5)
    assert dict(by_group.select("group_value", "flagged").iter_rows()) == {"F": 1, "M": 1}
    assert set(by_group["class_id"]) == {""}


@pytest.mark.parametrize(
    ("mark", "attended", "label"),
    [
        (39.9, 90.0, "HIGH"),
        (45.0, 70.0, "HIGH"),
        (45.0, 90.0, "MEDIUM"),
        (70.0, 74.9, "MEDIUM"),
        (70.0, 75.0, "LOW"),
        (None, 60.0, "MEDIUM"),
        (30.0, None, "HIGH"),
        (None, None, None),
    ],
)
def test_the_rule_of_thumb_is_as_stated(mark: float | None, attended: float | None, label: str | None) -> None:
    row = pl.DataFrame({"mark": [mark], "attended": [attended]}, schema={"mark": pl.Float64, "attended": pl.Float64})
    said = row.select(
        label=rule_of_thumb.risk_label("mark", "attended", POLICY),
        drivers=rule_of_thumb.drivers("mark", "attended", POLICY),
    )
    assert said["label"][0] == label
    told = [one["feature"] for one in json.loads(said["drivers"][0])]
    assert told == ["mark"] * (mark is not None) + ["attended"] * (attended is not None)


def test_drivers_of_the_rule_of_thumb_are_written_as_those_of_a_model() -> None:
    values = np.random.default_rng(0).uniform(0, 100, 2000)
    marks = [0.0, 100.0, 0.00004, 0.5, 1.5, *values[:1000], *values[1000:].round(2)]
    rows = pl.DataFrame({"mark": marks, "attended": marks[::-1]})
    written = rows.select(drivers=rule_of_thumb.drivers("mark", "attended", POLICY))["drivers"]
    words = (
        ("mark", "Marks are {}; below 50 is at risk, below 40 fails", 50.0),
        ("attended", "Attended {}% of lectures; the rule is 75%", 75.0),
    )
    whole = rows.select(pl.all().round(0).cast(pl.Int64))
    told = [
        [
            {
                "feature": name,
                "value": row[name],
                "typical": rule,
                "effect": None,
                "text": sentence.format(rounded[name]),
            }
            for name, sentence, rule in words
        ]
        for row, rounded in zip(rows.to_dicts(), whole.to_dicts(), strict=True)
    ]
    assert written.equals(as_json(pl.Series(told, dtype=pl.List(DRIVER))).alias("drivers"))


def test_a_label_is_medium_from_35_and_high_from_60() -> None:
    labels = pl.DataFrame({"p": [0.3499, 0.35, 0.5999, 0.6, None]}).select(label_of(pl.col("p"), POLICY)).to_series()
    assert labels.to_list() == ["LOW", "MEDIUM", "MEDIUM", "HIGH", None]
