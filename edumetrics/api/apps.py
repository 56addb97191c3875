"""The Django app of the API."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """What is served to the portal and to other programs."""

    name = "edumetrics.api"
    label = "api"

    def ready(self) -> None:
        """Let SQLite search as PostgreSQL does, and listen for requests that fail."""
        from django.db.backends.signals import connection_created

        from edumetrics.api.folding import register
        from edumetrics.api.requests import listen

        connection_created.connect(register)
        listen()
