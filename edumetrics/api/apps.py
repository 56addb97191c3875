"""The Django app of the API."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """What is served to the portal and to other programs."""

    name = "edumetrics.api"
    label = "api"

    def ready(self) -> None:
        """Listen for requests that fail."""
        from edumetrics.api.requests import listen

        listen()
