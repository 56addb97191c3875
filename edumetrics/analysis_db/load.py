"""Published rows back into frames, as the engine's history."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from edumetrics.databases.reading import open_reader
from edumetrics.databases.writing import quoted
from edumetrics.engine.history import CONTACTS_SCHEMA, FLAGS_SCHEMA, METRICS_SCHEMA, History
from edumetrics.engine.tables.canonical import Kind

_KINDS = {
    pl.String(): Kind.TEXT,
    pl.Int64(): Kind.INTEGER,
    pl.Float64(): Kind.NUMBER,
    pl.Boolean(): Kind.BOOLEAN,
}


def load_history(settings: Mapping[str, Any], terms: pl.DataFrame) -> History:
    """What is published of the terms (``roster.TERM_SCHEMA``) before their from_week, and their interventions."""
    years = sorted(set(terms["academic_year"]))
    where = f"WHERE t.academic_year IN ({', '.join(str(year) for year in years)})"
    until = max(terms["from_week"])
    before = f"{where} AND t.sem_week < {until}"
    if terms.height <= _FEW_CLASSES:
        before += f" AND t.class_id IN ({', '.join(quoted(class_id) for class_id in terms['class_id'])})"
    with open_reader(settings) as reader:
        return History(
            metrics=reader.frame("weekly_metrics", _kinds(METRICS_SCHEMA), before),
            flags=reader.frame("weekly_flags", _kinds(FLAGS_SCHEMA), before),
            contacts=reader.frame("intervention_log", _kinds(CONTACTS_SCHEMA), where),
        )


# Up to here naming the classes is quicker than reading every class's weeks.
_FEW_CLASSES = 500


def _kinds(schema: Mapping[str, pl.DataType]) -> dict[str, Kind]:
    return {name: _KINDS[dtype] for name, dtype in schema.items()}
