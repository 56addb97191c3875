"""The Django app of the API."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """What is served to the portal and to other programs."""

    name = "edumetrics.api"
    label = "api"

    def ready(self) -> None:
        """Let SQLite search as PostgreSQL does."""
        from django.db.backends.signals import connection_created

        from edumetrics.api.folding import register

        connection_created.connect(register)
