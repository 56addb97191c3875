"""Columns of an analysis table as fields of an answer, with what the table says of them."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from rest_framework import serializers

_FIELDS: "tuple[tuple[type[models.Field[Any, Any]], type[serializers.Field[Any, Any, Any, Any]]], ...]" = (
    (models.DateTimeField, serializers.DateTimeField),
    (models.DateField, serializers.DateField),
    (models.BooleanField, serializers.BooleanField),
    (models.FloatField, serializers.FloatField),
    (models.IntegerField, serializers.IntegerField),
    (models.CharField, serializers.CharField),
    (models.TextField, serializers.CharField),
)


def column_fields(model: type[models.Model], names: Iterable[str]) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    """A field for each column; one that may be null in the table may be null in the answer."""
    return {name: _field(model._meta.get_field(name)) for name in names}


def _field(column: Any) -> serializers.Field[Any, Any, Any, Any]:
    kind = next(field for known, field in _FIELDS if isinstance(column, known))
    return kind(allow_null=column.null, help_text=str(column.help_text))
