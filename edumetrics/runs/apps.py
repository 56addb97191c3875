"""The Django app of the commands."""

from django.apps import AppConfig


class RunsConfig(AppConfig):
    """Runs and their management commands."""

    name = "edumetrics.runs"
    label = "runs"
