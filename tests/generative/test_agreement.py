"""The engine agrees with the reference scorer, on whatever college; and a backfill with the weekly runs."""

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

from edumetrics.engine.metrics.student_work import as_known_at
from edumetrics.engine.semester import Results
from tests.generative.agreement import by_engine, by_reference, disagreements
from tests.generative.colleges import College, colleges

SLOW = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
QUICK = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
SORT = ["student_id", "academic_year", "semester", "sem_week"]


@SLOW
@given(colleges())
def test_every_stored_value_of_any_college_agrees_with_the_reference(college: College) -> None:
    assert disagreements(by_engine(college), by_reference(college)) == []


@pytest.mark.parametrize("seed", range(40))
def test_every_stored_value_of_these_colleges_agrees_with_the_reference(seed: int) -> None:
    college = College(seed=seed, term="odd" if seed % 2 else "even", default_policy=seed % 3 == 0)
    assert disagreements(by_engine(college), by_reference(college)) == []


@QUICK
@given(colleges(max_weeks=12))
def test_a_backfill_equals_the_weekly_runs(college: College) -> None:
    backfill = by_engine(college)
    weekly = week_by_week(college)
    assert_same(backfill.metrics, weekly.metrics)
    assert_same(backfill.flags, weekly.flags)
    notices = ["class_id", "sem_week", "code"]
    assert backfill.notices.sort(notices).equals(weekly.notices.sort(notices))
    assert backfill.class_work.equals(weekly.class_work)
    assert backfill.student_work.equals(weekly.student_work)


@QUICK
@given(colleges(max_weeks=12))
def test_nothing_looks_ahead(college: College) -> None:
    for week in {1, college.through_week // 2} - {0}:
        early = by_engine(college, 1, week)
        whole = by_engine(college)
        assert_same(early.metrics, whole.metrics.filter(pl.col("sem_week") <= week))
        assert_same(early.flags, whole.flags.filter(pl.col("sem_week") <= week))


@QUICK
@given(colleges(max_weeks=12))
def test_work_is_rolled_back_to_what_it_was_at_any_earlier_week(college: College) -> None:
    whole = by_engine(college)
    for week in range(1, college.through_week + 1):
        early = by_engine(college, 1, week).student_work.sort("student_id")
        rolled_back = as_known_at(whole.class_work, whole.student_work, week).sort("student_id")
        assert rolled_back.rows() == early.rows()


@QUICK
@given(colleges())
def test_everyone_of_the_published_weeks_has_work_as_known_at_the_last_of_them(college: College) -> None:
    results = by_engine(college)
    weeks = results.metrics.group_by("student_id").agg(
        first_week=pl.col("sem_week").min(), sem_week=pl.col("sem_week").max()
    )
    columns = ["student_id", "first_week", "sem_week"]
    assert results.student_work.select(columns).sort(columns).rows() == weeks.select(columns).sort(columns).rows()


@QUICK
@given(colleges())
def test_a_frozen_week_of_an_unchanged_source_has_no_late_changes(college: College) -> None:
    if college.through_week < 2:
        return
    before = by_engine(college, 1, college.through_week - 1)
    assert by_engine(college, college.through_week, before=before).late_changes.is_empty()


def week_by_week(college: College) -> Results:
    """Every week computed by itself, with the weeks before as history."""
    results = by_engine(college, 1, 1)
    for week in range(2, college.through_week + 1):
        one = by_engine(college, week, week, results)
        results = Results(
            metrics=pl.concat([results.metrics, one.metrics]),
            flags=pl.concat([results.flags, one.flags]),
            notices=pl.concat([results.notices, one.notices]),
            class_work=one.class_work,
            student_work=one.student_work,
            findings=one.findings,
            quarantined=one.quarantined,
            late_changes=one.late_changes,
            first_days=one.first_days,
        )
    return results


def assert_same(left: pl.DataFrame, right: pl.DataFrame) -> None:
    """The same rows, whatever their order."""
    left, right = left.sort(SORT), right.sort(SORT)
    assert left.equals(right), [
        (ours, theirs) for ours, theirs in zip(left.to_dicts(), right.to_dicts(), strict=False) if ours != theirs
    ][:2]
