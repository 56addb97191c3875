"""The Django app of the analysis tables."""

from django.apps import AppConfig


class AnalysisDbConfig(AppConfig):
    """The tables that runs write and everything else reads."""

    name = "edumetrics.analysis_db"
    label = "analysis_db"
    verbose_name = "Analysis database"
