"""The Django app of the college's tables."""

from django.apps import AppConfig


class CollegeDbConfig(AppConfig):
    """Unmanaged models over the college's own tables."""

    name = "edumetrics.college_db"
    label = "college_db"
    verbose_name = "College database"
