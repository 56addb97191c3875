"""Logging contacts and amending them. Every write of the log goes through here."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction

from edumetrics.analysis_db.models import AnalysisState, RosterStudent, WeeklyMetrics
from edumetrics.engine.errors import EduMetricsError
from edumetrics.interventions.models import InterventionHistory, InterventionLog

AMENDABLE = ("kind", "notes", "outcome", "follow_up_on", "follow_up_by", "follow_up_done_at")
"""What may be put right afterwards; whom a contact was with, and in which week, may not."""


class InterventionError(EduMetricsError):
    """A contact that cannot be logged as asked."""


def log_intervention(
    *,
    student_id: str,
    kind: str,
    by: str,
    at: datetime,
    notes: str = "",
    outcome: str = "",
    follow_up_on: date | None = None,
) -> InterventionLog:
    """Log a contact with a student, for the last published week that has flags.

    Raises InterventionError for a student who is not on the roster or of whose class nothing is published.
    """
    student = RosterStudent.objects.filter(student_id=student_id).first()
    if student is None:
        raise InterventionError(f"There is no student {student_id!r} on the roster of the last run.")
    state = AnalysisState.objects.filter(class_id=student.class_id).first()
    if state is None:
        raise InterventionError(f"Nothing is published for the class of {student_id}. Run manage.py calibrate first.")
    return InterventionLog.objects.create(
        student_id=student_id,
        class_id=state.class_id,
        academic_year=state.academic_year,
        semester=state.semester,
        sem_week=_answered_week(state),
        advisor=by,
        kind=kind,
        notes=notes,
        outcome=outcome,
        follow_up_on=follow_up_on,
        follow_up_by=by,
        logged_at=at,
    )


def amend_intervention(intervention_id: int, *, by: str, at: datetime, **changes: Any) -> list[str]:
    """Put right what a contact says (``AMENDABLE``), and keep what it said before; the names of what changed."""
    with transaction.atomic():
        row = InterventionLog.objects.select_for_update().get(pk=intervention_id)
        changed = [name for name in AMENDABLE if name in changes and changes[name] != getattr(row, name)]
        if changed:
            keep_versions([row], by=by, at=at)
            for name in changed:
                setattr(row, name, changes[name])
            row.save(update_fields=changed)
    return changed


def keep_versions(rows: Iterable[InterventionLog], *, by: str, at: datetime) -> None:
    """Keep what contacts say now, before they are changed."""
    InterventionHistory.objects.bulk_create(
        [
            InterventionHistory(
                intervention=row,
                student_id=row.student_id,
                academic_year=row.academic_year,
                changed_at=at,
                changed_by=by,
                **{name: getattr(row, name) for name in AMENDABLE},
            )
            for row in rows
        ],
        batch_size=500,
    )


def _answered_week(state: AnalysisState) -> int:
    """The last published week that is a teaching week, since an exam week has no list that a contact could answer."""
    key = {"class_id": state.class_id, "academic_year": state.academic_year, "semester": state.semester}
    scored = WeeklyMetrics.objects.filter(**key, risk_score__isnull=False, sem_week__lte=state.sem_week)
    last = scored.order_by("-sem_week").values_list("sem_week", flat=True).first()
    return last or state.sem_week
