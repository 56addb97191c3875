"""Removing everything about one student from the analysis database."""

import re
from typing import Any

from django.db import models, transaction

from edumetrics.analysis_db.models import AnalysisRun, RosterStudent
from edumetrics.audit.actions import What, pseudonym, record
from edumetrics.audit.models import AuditLog
from edumetrics.retention.tables import models_with, table_counts

ERASED = "(erased)"


def traces_of(student_id: str) -> dict[str, int]:
    """How many rows of each table are about the student, or (analysis_run) name the student."""
    found = {
        model._meta.db_table: model._base_manager.filter(student_id=student_id).count()
        for model in models_with("student_id")
    }
    found["analysis_run"] = len(_runs_that_name(student_id))
    return {table: count for table, count in found.items() if count}


def erase(student_id: str, *, in_college: bool | None) -> dict[str, int]:
    """Remove the student from every table, in one transaction; rows removed or (analysis_run) changed per table.

    ``in_college``: whether the college's database has the student, None where that is not known; only recorded. To be
    used under the run lock. On SQLite ``space.vacuum`` afterwards: the file keeps what was removed, also by runs.
    """
    with transaction.atomic():
        erased: dict[str, int] = {}
        # First, because it looks up in the roster what the student is called.
        changed = _runs_that_name(student_id)
        for run in changed:
            run.save(update_fields=["quality", "error"])
        for model in models_with("student_id"):
            _, by_model = model._base_manager.filter(student_id=student_id).delete()
            for table, count in table_counts(by_model).items():
                erased[table] = erased.get(table, 0) + count
        if changed:
            erased["analysis_run"] = len(changed)
        record(What.ERASE_STUDENT, whom=pseudonym(student_id), details={"rows": erased, "still_in_college": in_college})
    return erased


def erasures_of(student_id: str) -> "models.QuerySet[AuditLog]":
    """The records of the student's erasure, the latest first."""
    return AuditLog.objects.filter(what=What.ERASE_STUDENT, whom=pseudonym(student_id)).order_by("-at")


def _runs_that_name(student_id: str) -> list[AnalysisRun]:
    """The runs whose report or error names the student, with the name taken out and not yet saved.

    An error may quote a whole row, so there the student's name and contacts are looked for, too.
    """
    by_id = _naming([student_id])
    by_anything = _naming([student_id, *_names_of(student_id)])
    named = []
    for run in AnalysisRun.objects.only("id", "quality", "error").iterator():
        quality, error = _without(run.quality, by_id), _without(run.error, by_anything)
        if (quality, error) != (run.quality, run.error):
            run.quality, run.error = quality, error
            named.append(run)
    return named


def _names_of(student_id: str) -> list[str]:
    columns = ("name", "email", "parent_email", "phone")
    row = RosterStudent.objects.filter(student_id=student_id).values_list(*columns).first() or ()
    return [value.strip() for value in row if value and value.strip()]


def _naming(names: list[str]) -> re.Pattern[str]:
    """Matches texts that have one of the names whole: S1 is in "S1 CSE301 3" and in "SUB-S1-3", and not in "S12"."""
    alternatives = "|".join(re.escape(name) for name in names)
    return re.compile(rf"(?<![A-Za-z0-9])(?:{alternatives})(?![A-Za-z0-9])")


def _without(value: Any, naming: re.Pattern[str]) -> Any:
    """The value (JSON, or a text) with each line of text that names the student replaced by ERASED."""
    if isinstance(value, str):
        return "\n".join(ERASED if naming.search(line) else line for line in value.split("\n"))
    if isinstance(value, list):
        return [_without(one, naming) for one in value]
    if isinstance(value, dict):
        return {key: _without(one, naming) for key, one in value.items()}
    return value
