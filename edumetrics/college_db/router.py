"""The first barrier: Django reads Client models from the college's database and refuses to write them."""

from typing import Any

from django.db.models import Model

from edumetrics.engine.errors import EduMetricsError

COLLEGE_ALIAS = "client_db"
COLLEGE_APP = "college_db"


class CollegeIsReadOnly(EduMetricsError):
    """Something tried to write to the college's database."""


class CollegeRouter:
    """Sends Client models to the college's database for reads, and nothing there for writes or migrations."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        """The college's database for its models; None leaves the choice to Django."""
        return COLLEGE_ALIAS if model._meta.app_label == COLLEGE_APP else None

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        """Raises CollegeIsReadOnly for a model of the college."""
        if model._meta.app_label == COLLEGE_APP:
            raise CollegeIsReadOnly(
                f"{model.__name__} is a table of the college, and EduMetrics never writes the college's database. "
                "Correct the record in the college's own system."
            )
        return None

    def allow_relation(self, obj1: Model, obj2: Model, **hints: Any) -> bool | None:
        """Rows of the college relate to rows of the college only."""
        labels = {obj1._meta.app_label, obj2._meta.app_label}
        return labels == {COLLEGE_APP} if COLLEGE_APP in labels else None

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """No migration touches the college's database, and none is for its models."""
        if db == COLLEGE_ALIAS or app_label == COLLEGE_APP:
            return False
        return None
