"""What the scheduler does next, by what it knows and the time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from edumetrics.engine.policy import parse_policy
from edumetrics.runs.schedule import EnqueueWeekly, Pauses, Situation, StartRun, WeeklyRuns, next_step, weekly_due

MONDAY = datetime(2026, 8, 10, 5, tzinfo=UTC)
"""A time of the schedule of these tests."""

WEEK, HOUR, SECOND = timedelta(weeks=1), timedelta(hours=1), timedelta(seconds=1)
DONE = WeeklyRuns(done=MONDAY + SECOND, failed=(), under_way=False)
"""The weekly run of that Monday succeeded."""


def due(weekly: WeeklyRuns, now: datetime, text: str = "0 5 * * 1") -> datetime | None:
    policy = parse_policy(f'[schedule]\nweekly = "{text}"\n[calendar]\ntime_zone = "UTC"')
    return weekly_due(policy.schedule, policy.calendar.zone, weekly, now)


# when the weekly run is due


@pytest.mark.parametrize("now", [MONDAY + 2 * SECOND, MONDAY + WEEK - SECOND, MONDAY + WEEK + SECOND])
def test_it_is_due_at_the_first_time_after_the_last_one_that_succeeded(now: datetime) -> None:
    assert due(DONE, now) == MONDAY + WEEK


def test_times_that_went_by_unused_are_made_up_by_one_run() -> None:
    now = MONDAY + 5 * WEEK + 3 * HOUR
    assert due(DONE, now) == MONDAY + WEEK < now
    assert due(WeeklyRuns(done=now, failed=(), under_way=False), now) == MONDAY + 6 * WEEK


def test_a_run_by_hand_shortly_before_the_time_does_not_replace_the_one_that_is_due() -> None:
    assert due(replace(DONE, done=MONDAY + WEEK - SECOND), MONDAY + WEEK) == MONDAY + WEEK


def test_where_nothing_ever_ran_it_is_due_at_once() -> None:
    time = due(WeeklyRuns(done=None, failed=(), under_way=False), MONDAY)
    assert time is not None
    assert time < MONDAY


def test_one_that_waits_or_is_at_work_is_not_asked_for_again() -> None:
    late = MONDAY + WEEK + HOUR
    assert due(replace(DONE, under_way=True), late) == MONDAY + 2 * WEEK


@pytest.mark.parametrize(("failures", "hours"), [(1, 1), (2, 2), (3, 4), (7, 64)])
def test_one_that_failed_is_tried_again_after_an_hour_then_two_then_four(failures: int, hours: int) -> None:
    last = MONDAY + WEEK + 70 * HOUR
    failed = tuple(last - number * HOUR for number in reversed(range(failures)))
    assert due(replace(DONE, failed=failed), last) == last + hours * HOUR


def test_the_next_time_of_the_schedule_comes_however_often_it_failed() -> None:
    failed = tuple(MONDAY + WEEK + number * SECOND for number in range(5000))
    assert due(replace(DONE, failed=failed), failed[-1]) == MONDAY + WEEK + 128 * HOUR + 4999 * SECOND
    late = MONDAY + 2 * WEEK - HOUR
    assert due(replace(DONE, failed=(*failed, late)), late) == MONDAY + 2 * WEEK


def test_where_nothing_ever_succeeded_a_failure_is_not_followed_by_another_at_once() -> None:
    assert due(WeeklyRuns(done=None, failed=(MONDAY,), under_way=False), MONDAY + SECOND) == MONDAY + HOUR


def test_a_failure_before_the_time_came_does_not_put_it_off() -> None:
    # By hand, on the Wednesday before.
    assert due(replace(DONE, failed=(MONDAY + 48 * HOUR,)), MONDAY + WEEK) == MONDAY + WEEK


@pytest.mark.parametrize("weekly", [DONE, replace(DONE, under_way=True), replace(DONE, failed=(MONDAY + WEEK,))])
def test_where_no_weekly_run_is_scheduled_none_is_ever_due(weekly: WeeklyRuns) -> None:
    assert due(weekly, MONDAY + 9 * WEEK, "") is None


# what comes next

IDLE = Situation(now=MONDAY, weekly_due=MONDAY + WEEK, queue=())


def test_nothing_is_done_while_nothing_is_due_and_nobody_waits() -> None:
    assert next_step(IDLE) is None
    assert next_step(replace(IDLE, weekly_due=None)) is None


def test_the_weekly_run_is_put_into_the_queue_when_it_is_due() -> None:
    assert next_step(replace(IDLE, weekly_due=MONDAY)) == EnqueueWeekly()
    assert next_step(replace(IDLE, weekly_due=MONDAY + SECOND)) is None


def test_the_weekly_run_waits_its_turn_also_while_another_run_is_at_work() -> None:
    busy = replace(IDLE, queue=(3, 4), is_busy=True)
    assert next_step(replace(busy, weekly_due=MONDAY - SECOND)) == EnqueueWeekly()
    assert next_step(busy) is None


def test_the_oldest_of_those_who_wait_is_started() -> None:
    assert next_step(replace(IDLE, queue=(7, 3, 9))) == StartRun(7)


def test_after_a_run_that_could_not_begin_the_queue_waits_for_a_while() -> None:
    waiting = replace(IDLE, queue=(7,), not_before=MONDAY + SECOND)
    assert next_step(waiting) is None
    assert next_step(replace(waiting, now=MONDAY + SECOND)) == StartRun(7)


def test_pauses_double_up_to_the_longest_and_begin_anew_after_a_success() -> None:
    pauses = Pauses(first=1, longest=60)
    assert [pauses.next() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    pauses.begin_anew()
    assert pauses.next() == 1
    assert [Pauses(1, 60, _tries=5000).next()] == [60]
