"""Rows as CSV that a spreadsheet opens and does not run."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rest_framework import serializers

_RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A cell that begins so is a formula to a spreadsheet."""


class _Line:
    """What csv.writer writes to: it gives the line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(item: serializers.BaseSerializer[Any], chunks: Iterable[list[dict[str, Any]]]) -> Iterator[str]:
    """A head line, then a line for each row. Nested objects become columns a.b, lists of sentences one text."""
    columns = list(_columns(item))
    writer = csv.writer(_Line())
    # Excel takes a file for UTF-8 only where it begins so.
    yield "\ufeff" + writer.writerow(columns)
    for rows in chunks:
        yield "".join(writer.writerow([_cell(_at(row, column)) for column in columns]) for row in rows)


def _columns(item: serializers.BaseSerializer[Any]) -> Iterator[str]:
    for name, field in item.fields.items():  # type: ignore[attr-defined]
        if isinstance(field, serializers.Serializer):
            yield from (f"{name}.{inner}" for inner in _columns(field))
        else:
            yield name


def _at(row: Mapping[str, Any], column: str) -> Any:
    value: Any = row
    for name in column.split("."):
        value = None if value is None else value.get(name)
    return value


def _cell(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(one, Mapping) and "sentence" in one for one in value):
        value = " ".join(str(one["sentence"]) for one in value)
    elif isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(_RUNS):
        return "'" + value
    return value
