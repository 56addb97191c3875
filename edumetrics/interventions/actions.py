"""Logging contacts. Every write of the log goes through here."""

from datetime import date, datetime

from edumetrics.analysis_db.models import AnalysisState, RosterStudent, WeeklyMetrics
from edumetrics.engine.errors import EduMetricsError
from edumetrics.interventions.models import InterventionLog


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
        logged_at=at,
    )


def _answered_week(state: AnalysisState) -> int:
    """The last published week that is a teaching week, since an exam week has no list that a contact could answer."""
    key = {"class_id": state.class_id, "academic_year": state.academic_year, "semester": state.semester}
    scored = WeeklyMetrics.objects.filter(**key, risk_score__isnull=False, sem_week__lte=state.sem_week)
    last = scored.order_by("-sem_week").values_list("sem_week", flat=True).first()
    return last or state.sem_week
