"""Which tables hold what, found from the models, so that a new table is not forgotten."""

from django.apps import apps
from django.db import models


def analysis_models() -> list[type[models.Model]]:
    """Every table that EduMetrics writes, by name."""
    ours = [config for config in apps.get_app_configs() if config.name.startswith("edumetrics.")]
    managed = [model for config in ours for model in config.get_models() if model._meta.managed]
    return sorted(managed, key=lambda model: model._meta.db_table)


def models_with(column: str) -> list[type[models.Model]]:
    """Every table that EduMetrics writes and that has the column."""
    return [model for model in analysis_models() if column in [field.attname for field in model._meta.concrete_fields]]


def table_counts(deleted: dict[str, int]) -> dict[str, int]:
    """What Django's ``delete`` counts by model, by table."""
    return {apps.get_model(label)._meta.db_table: count for label, count in deleted.items() if count}
