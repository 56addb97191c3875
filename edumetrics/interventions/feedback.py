"""Feedback on flags. Every write of it goes through here."""

from datetime import datetime
from typing import Any

from django.db import transaction

from edumetrics.analysis_db.models import WeeklyFlags
from edumetrics.audit.actions import What, pseudonym, record
from edumetrics.interventions.models import FlagFeedback


def give_feedback(
    flag: WeeklyFlags, *, helpful: bool, why: str, by: str, at: datetime, from_where: str | None = None
) -> FlagFeedback:
    """Say whether the flag helped; what the same user said of it before is replaced. What is written is not logged."""
    key: dict[str, Any] = {
        "student_id": flag.student_id,
        "academic_year": flag.academic_year,
        "semester": flag.semester,
        "sem_week": flag.sem_week,
        "by": by,
    }
    with transaction.atomic():
        given, _ = FlagFeedback.objects.update_or_create(
            **key, defaults={"class_id": flag.class_id, "helpful": helpful, "why": why, "at": at}
        )
        details = {"sem_week": flag.sem_week, "helpful": helpful}
        record(What.FEEDBACK, who=by, whom=pseudonym(flag.student_id), from_where=from_where, details=details)
    return given
