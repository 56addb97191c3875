"""The Django app of the intervention log."""

from django.apps import AppConfig


class InterventionsConfig(AppConfig):
    """Contacts with students; never deleted by a run."""

    name = "edumetrics.interventions"
    label = "interventions"
