"""The audit log. Rows are added and never changed: the model refuses, and so does a trigger of the table.

On SQLite a migration that alters the table makes it anew without its triggers; it must create them again (0001).
"""

from collections.abc import Iterable
from typing import Any, NoReturn

from django.db import models

from edumetrics.engine.errors import EduMetricsError


class AuditLogIsAppendOnly(EduMetricsError):
    """Something tried to change or remove a row of the audit log."""

    def __init__(self) -> None:
        super().__init__(
            "The audit log is append-only: what was recorded is neither changed nor removed. Record a new row instead."
        )


class AppendOnly(models.QuerySet["AuditLog"]):
    """Rows that can be read and added."""

    def update(self, **values: Any) -> NoReturn:
        """Raises AuditLogIsAppendOnly."""
        raise AuditLogIsAppendOnly

    def delete(self) -> NoReturn:
        """Raises AuditLogIsAppendOnly."""
        raise AuditLogIsAppendOnly

    def bulk_update(self, objs: Iterable["AuditLog"], fields: Iterable[str], batch_size: int | None = None) -> NoReturn:
        """Raises AuditLogIsAppendOnly."""
        raise AuditLogIsAppendOnly

    def bulk_create(self, objs: Iterable["AuditLog"], *args: Any, **options: Any) -> list["AuditLog"]:
        """Add rows; raises AuditLogIsAppendOnly where rows that are there would be changed."""
        if options.get("update_conflicts"):
            raise AuditLogIsAppendOnly
        return super().bulk_create(objs, *args, **options)

    def _raw_delete(self, using: str | None) -> NoReturn:
        raise AuditLogIsAppendOnly


class AuditLog(models.Model):
    """Something that was done with personal data or to the analysis database. Rows are never changed."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(help_text="when")
    who = models.CharField(max_length=150, help_text="the user; of a command, the operating system's user")
    what = models.CharField(max_length=32, help_text="a code of edumetrics.audit.actions.What")
    whom = models.TextField(blank=True, help_text="whom it was about; a student as a pseudonym, never as student_id")
    from_where = models.TextField(help_text="an address, or: command line on HOST")
    details = models.JSONField(default=dict, help_text="counts and options; nothing personal")

    objects = AppendOnly.as_manager()

    class Meta:
        db_table = "audit_log"
        base_manager_name = "objects"
        indexes = [
            models.Index(fields=["-at"], name="audit_latest"),
            models.Index(fields=["whom", "-at"], name="audit_whom"),
        ]

    def save(self, *args: Any, **options: Any) -> None:
        """Add the row; raises AuditLogIsAppendOnly for one that is there already."""
        if not self._state.adding:
            raise AuditLogIsAppendOnly
        # Without it Django would first try to update a row whose id is given.
        super().save(*args, **{**options, "force_insert": True})

    def delete(self, using: str | None = None, keep_parents: bool = False) -> NoReturn:
        """Raises AuditLogIsAppendOnly."""
        raise AuditLogIsAppendOnly
