"""The history of runs, to be read on a terminal, as CSV or as JSON."""

import json
from datetime import UTC, datetime
from typing import Any

import polars as pl
from django.core.serializers.json import DjangoJSONEncoder

from edumetrics.analysis_db.models import AnalysisRun
from edumetrics.runs.commands import quality_lines
from edumetrics.runs.errors import RunError

_COLUMNS = ("id", "kind", "state", "started", "duration", "weeks", "rows", "policy")
_NUMBERS = ("id", "rows")


def runs(limit: int) -> list[AnalysisRun]:
    """The last runs, the latest first; queued ones before them."""
    return list(AnalysisRun.objects.order_by("-id")[:limit])


def run_with(number: int) -> AnalysisRun:
    """One run; raises RunError where there is none of the number."""
    run = AnalysisRun.objects.filter(pk=number).first()
    if run is None:
        last = AnalysisRun.objects.order_by("-id").values_list("id", flat=True).first()
        there = f"the last one is {last}" if last else "nothing has run yet"
        raise RunError(f"There is no run {number}; {there}. manage.py runs lists them.")
    return run


def as_table(found: list[AnalysisRun]) -> str:
    """One run a line, in columns."""
    if not found:
        return "Nothing has run yet.\n"
    lines = [list(_COLUMNS), *([_cell(value) for value in _summary(run).values()] for run in found)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(_COLUMNS))]
    aligned = [
        "  ".join(
            cell.rjust(width) if name in _NUMBERS else cell.ljust(width)
            for cell, width, name in zip(line, widths, _COLUMNS, strict=True)
        ).rstrip()
        for line in lines
    ]
    return "\n".join(aligned) + "\n"


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, float):
        return _duration(value)
    return "" if value is None else str(value)


def _summary(run: AnalysisRun) -> dict[str, Any]:
    return {
        "id": run.pk,
        "kind": run.kind,
        "state": run.state,
        "started": run.started,
        "duration": _seconds(run),
        "weeks": _weeks(run),
        "rows": sum(run.rows.values()),
        "policy": run.policy_version,
    }


def _seconds(run: AnalysisRun) -> float | None:
    """How long it ran, or has been running; null while queued."""
    if run.started is None:
        return None
    return ((run.finished or datetime.now(UTC)) - run.started).total_seconds()


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{seconds:.1f} s"


def _weeks(run: AnalysisRun) -> str:
    """Like "2026: 1-6", the weeks of every semester that was scored."""
    spans = {(one["academic_year"], one["from_week"], one["through_week"]) for one in run.weeks}
    return ", ".join(
        f"{year}: {first}" if first == last else f"{year}: {first}-{last}" for year, first, last in sorted(spans)
    )


def as_csv(found: list[AnalysisRun]) -> str:
    """One run a line; times in ISO and UTC, durations in seconds."""
    columns = ("id", "kind", "state", "started", "finished", "seconds", "weeks", "rows", "policy_version", "error")
    rows = [
        {
            **{name: value for name, value in _summary(run).items() if name in columns},
            "started": run.started and run.started.isoformat(),
            "finished": run.finished and run.finished.isoformat(),
            "seconds": _seconds(run),
            "policy_version": run.policy_version,
            "error": run.error,
        }
        for run in found
    ]
    schema = dict.fromkeys(columns, pl.String()) | {"id": pl.Int64(), "seconds": pl.Float64(), "rows": pl.Int64()}
    return pl.DataFrame(rows, schema=schema).write_csv()


def as_json(found: AnalysisRun | list[AnalysisRun]) -> str:
    """Every column of one run or of several."""
    content = [_columns(run) for run in found] if isinstance(found, list) else _columns(found)
    return json.dumps(content, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False) + "\n"


def _columns(run: AnalysisRun) -> dict[str, Any]:
    return {field.attname: getattr(run, field.attname) for field in run._meta.concrete_fields}


def in_full(run: AnalysisRun) -> str:
    """Everything about one run that a person would ask for."""
    parts = [
        [f"Run {run.pk}: {run.kind}, {run.state}"],
        _facts(run),
        _section("Scored", [_terms_line(one) for one in run.weeks]),
        _section("Rows written", [f"{table}: {count}" for table, count in sorted(run.rows.items())]),
        _section("Stages", _stage_lines(run.stages)),
        _section("Progress", _progress_lines(run)),
        _quality(run),
        _section("Error", run.error.splitlines()),
    ]
    return "\n".join(line for part in parts for line in part) + "\n"


_NO_FINDINGS: dict[str, Any] = {"findings": [], "quarantined": [], "late_changes": []}


def _quality(run: AnalysisRun) -> list[str]:
    """The data-quality report; of a run that did not succeed only what it found before it ended."""
    found = _NO_FINDINGS | run.quality
    return quality_lines(found) if run.state == AnalysisRun.State.SUCCEEDED or any(found.values()) else []


def _facts(run: AnalysisRun) -> list[str]:
    asked = f"{_cell(run.queued)}, by {run.queued_by or 'nobody named'}" if run.queued else ""
    stood = f"{run.academic_year}, {run.term} semester, week {run.sem_week}" if run.academic_year else ""
    facts = {
        "asked for": asked,
        "request": ", ".join(f"{name} = {value}" for name, value in run.request.items() if value not in (None, [])),
        "started": _cell(run.started),
        "finished": _cell(run.finished),
        "duration": _cell(_seconds(run)),
        "college": stood,
        "policy": run.policy_version,
    }
    return [f"  {name:<10} {value}" for name, value in facts.items() if value]


def _section(title: str, lines: list[str]) -> list[str]:
    return [f"{title}:", *(f"  {line}" for line in lines)] if lines else []


def _terms_line(one: dict[str, Any]) -> str:
    first, last = one["from_week"], one["through_week"]
    weeks = f"week {last}" if first == last else f"weeks {first}-{last}"
    classes = f"{one['classes']} {'class' if one['classes'] == 1 else 'classes'}"
    return f"{one['academic_year']}, semester {one['semester']}, {weeks}: {classes}"


def _stage_lines(stages: list[dict[str, Any]]) -> list[str]:
    """Each stage with its time and its share of all stages."""
    total = sum(one["seconds"] for one in stages) or 1
    width = max((len(one["stage"]) for one in stages), default=0)
    return [f"{one['stage']:<{width}} {one['seconds']:>9.2f} s {one['seconds'] / total:>5.0%}" for one in stages]


def _progress_lines(run: AnalysisRun) -> list[str]:
    """How far a run is that has not ended."""
    if run.state != AnalysisRun.State.RUNNING:
        return []
    return [f"{name.replace('_', ' ')}: {value}" for name, value in sorted(run.progress.items())]
