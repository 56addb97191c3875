"""Snoozes: not this week, with a reason and a day. Every write of them goes through here."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from edumetrics.analysis_db.models import AnalysisState, RosterStudent, WeeklyFlags
from edumetrics.audit.actions import What, pseudonym, record
from edumetrics.engine.errors import EduMetricsError
from edumetrics.engine.flags.codes import LEVELS
from edumetrics.interventions.models import Snooze

LONGEST = timedelta(days=56)


class SnoozeError(EduMetricsError):
    """A flag that cannot be put off, or not so long."""


class NotToBeSnoozed(SnoozeError):
    """A flag that cannot be put off as it stands now, whatever the day."""


def active_snoozes(today: date) -> "QuerySet[Snooze]":
    """Those that are neither ended nor over."""
    return Snooze.objects.filter(ended_at=None, until__gte=today)


def put_off(level: str) -> list[str]:
    """The levels of a flag that a snooze made at ``level`` puts off: those that are not above it."""
    return list(LEVELS[: LEVELS.index(level) + 1])


def snooze(
    flag: WeeklyFlags, *, reason: str, until: date, today: date, by: str, at: datetime, from_where: str | None = None
) -> Snooze:
    """Put the flag off until a day, the last on which it holds; a snooze that the student has already is ended.

    Raises NotToBeSnoozed for a flag without a level, an override, and a week that is not the last published one;
    SnoozeError for a day in the past or more than 8 weeks ahead.
    """
    level = _level_to_snooze(flag)
    if until < today:
        raise SnoozeError(f"{until} is over. Give today, {today}, or a later day.")
    if until > today + LONGEST:
        raise SnoozeError(f"{until} is too far ahead. The last day possible is {today + LONGEST}.")
    with transaction.atomic():
        # Else two at the same time would both find nothing to end.
        list(RosterStudent.objects.select_for_update().filter(student_id=flag.student_id).values_list("pk"))
        _end(flag.student_id, by, at)
        made = Snooze.objects.create(
            student_id=flag.student_id,
            class_id=flag.class_id,
            academic_year=flag.academic_year,
            semester=flag.semester,
            sem_week=flag.sem_week,
            risk_level=level,
            reason=reason,
            until=until,
            by=by,
            at=at,
        )
        details = {"sem_week": flag.sem_week, "until": until.isoformat()}
        record(What.SNOOZE, who=by, whom=pseudonym(flag.student_id), from_where=from_where, details=details)
    return made


def end_snooze(student_id: str, *, today: date, by: str, at: datetime, from_where: str | None = None) -> bool:
    """End the student's snooze; False where none was active."""
    with transaction.atomic():
        if not active_snoozes(today).filter(student_id=student_id).exists():
            return False
        _end(student_id, by, at)
        record(What.END_SNOOZE, who=by, whom=pseudonym(student_id), from_where=from_where)
    return True


def _end(student_id: str, by: str, at: datetime) -> None:
    Snooze.objects.filter(student_id=student_id, ended_at=None).update(ended_at=at, ended_by=by)


def _level_to_snooze(flag: WeeklyFlags) -> str:
    if flag.risk_level is None:
        raise NotToBeSnoozed("The flag has no level and takes no place among those to contact, so there is no need to.")
    if flag.override:
        raise NotToBeSnoozed(
            "The student attended so little this week that it cannot wait. Log a contact, and the follow-up begins."
        )
    week = {"academic_year": flag.academic_year, "semester": flag.semester, "sem_week": flag.sem_week}
    if not AnalysisState.objects.filter(class_id=flag.class_id, **week).exists():
        raise NotToBeSnoozed(
            f"Week {flag.sem_week} is not the last published week of the class. Snooze the flag of that week."
        )
    return flag.risk_level
