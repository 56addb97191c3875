"""Kinds of columns that several analysis tables have."""

from django.db import models
from django.db.models import Q


def percentage(help_text: str) -> "models.FloatField[float | None, float | None]":
    """0-100 with 2 decimals, or null."""
    return models.FloatField(null=True, help_text=f"{help_text}; 0-100, 2 decimals")


def rate(help_text: str) -> "models.FloatField[float | None, float | None]":
    """0-1 with 4 decimals, or null."""
    return models.FloatField(null=True, help_text=f"{help_text}; 0-1, 4 decimals")


def within(names: tuple[str, ...], upper: int, table: str) -> models.CheckConstraint:
    """Null or 0..upper for each column."""
    inside = Q()
    for name in names:
        inside &= Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": 0, f"{name}__lte": upper})
    return models.CheckConstraint(condition=inside, name=f"{table}_within_0_{upper}")
