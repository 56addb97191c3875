"""What the scheduler is to do next. Plain functions of what is known and of the time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from edumetrics.engine.policy import Schedule

_RETRY_AFTER = timedelta(hours=1)
_MOST_DOUBLINGS = 7
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class EnqueueWeekly:
    """Put the weekly run into the queue."""


@dataclass(frozen=True)
class StartRun:
    """Start the process of a queued run."""

    run_id: int


@dataclass(frozen=True)
class Situation:
    """What is known when the next step is decided.

    ``weekly_due``: when the weekly run is due, None for never; ``queue``: ids of the waiting runs, the oldest first;
    ``is_busy``: whether a run is at work, ours or one by hand; ``not_before``: after a run that could not begin.
    """

    now: datetime
    weekly_due: datetime | None
    queue: Sequence[int]
    is_busy: bool = False
    not_before: datetime | None = None


def next_step(known: Situation) -> EnqueueWeekly | StartRun | None:
    """What is to be done at once; None: nothing."""
    if known.weekly_due is not None and known.weekly_due <= known.now:
        return EnqueueWeekly()
    may_start = not known.is_busy and (known.not_before is None or known.not_before <= known.now)
    return StartRun(known.queue[0]) if known.queue and may_start else None


@dataclass(frozen=True)
class WeeklyRuns:
    """What became of the weekly runs.

    ``done``: when the last one that succeeded began; before the first, the last calibration that did. None: no run yet.
    ``failed``: when those after it failed. ``under_way``: whether one waits or is at work.
    """

    done: datetime | None
    failed: tuple[datetime, ...]
    under_way: bool


def weekly_due(schedule: Schedule, zone: ZoneInfo, weekly: WeeklyRuns, now: datetime) -> datetime | None:
    """When the weekly run is due: at the first time of the schedule after the last one that succeeded began.

    So times that went by while no scheduler was there are made up by one run. One that failed is tried again after 1
    hour, then 2, 4 and so on, until the schedule's next time. None where none is scheduled.
    """
    if weekly.under_way:
        return schedule.next_weekly(now, zone)
    due = schedule.next_weekly(weekly.done or _LONG_AGO, zone)
    failed = [time for time in weekly.failed if due is not None and time >= due]
    if not failed:
        return due
    again = max(failed) + _RETRY_AFTER * 2 ** min(len(failed) - 1, _MOST_DOUBLINGS)
    scheduled = schedule.next_weekly(max(failed), zone)
    return min(again, scheduled) if scheduled else None


@dataclass
class Pauses:
    """Pauses between tries in vain, in seconds, each twice the one before."""

    first: float
    longest: float
    _tries: int = 0

    def next(self) -> float:
        """The pause after one more try in vain."""
        self._tries += 1
        return min(self.first * float(2 ** min(self._tries - 1, 16)), self.longest)

    def begin_anew(self) -> None:
        """A try was not in vain."""
        self._tries = 0
