"""Which weeks of which classes a request is about, and what week a row was computed for."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from django.db.models import Exists, Model, OuterRef, QuerySet
from rest_framework import serializers

from edumetrics.analysis_db.models import AnalysisRun, AnalysisState
from edumetrics.api.policy_file import policy_in_force
from edumetrics.api.resources import Key, ListParameters, Parameters

Row = TypeVar("Row", bound=Model)


class _Week(serializers.IntegerField):
    """A week of the semester; beyond the calendar of the policy in force it is refused."""

    def __init__(self, **options: Any) -> None:
        weeks = policy_in_force().calendar.weeks
        super().__init__(**{"min_value": 1, "max_value": weeks, "required": False, **options})


def week_field(help_text: str, **options: Any) -> serializers.IntegerField:
    """A parameter or field that is a week of the semester, and need not be given."""
    return _Week(help_text=help_text, **options)


def _term_fields() -> dict[str, serializers.Field[Any, Any, Any, Any]]:
    return {
        "academic_year": serializers.IntegerField(min_value=1900, max_value=2999, required=False),
        "semester": serializers.IntegerField(min_value=1, max_value=8, required=False),
        "week": _Week(help_text="week of the semester; without it the last published one of each class"),
        "class_id": Key(help_text="a class that you may see; without it all of them"),
    }


class TermParameters(Parameters):
    """academic_year, semester, week, class_id."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Made at each request, since the policy may have been given a longer calendar."""
        return super().get_fields() | _term_fields()


class TermListParameters(ListParameters):
    """The same, of a list."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Made at each request, since the policy may have been given a longer calendar."""
        return super().get_fields() | _term_fields()


class WeekStatusSerializer(serializers.Serializer[Any]):
    """What a row was computed for, and when."""

    academic_year = serializers.IntegerField()
    semester = serializers.IntegerField()
    sem_week = serializers.IntegerField()
    computed_at = serializers.DateTimeField(allow_null=True)


def of_weeks(rows: "QuerySet[Row]", query: Mapping[str, Any]) -> "QuerySet[Row]":
    """The rows of the term and week that the parameters name.

    Without a semester or a year it is the term each class is published in; in that term, without a week, the last
    published one. Of an earlier term, without a week, every week.
    """
    if {"academic_year", "semester", "week"} & set(query):
        return of_term(rows, query)
    if "class_id" in query:
        rows = rows.filter(class_id=query["class_id"])
    return rows.filter(_published("class_id", "academic_year", "semester", "sem_week"))


def of_term(rows: "QuerySet[Row]", query: Mapping[str, Any]) -> "QuerySet[Row]":
    """The same, but without a week every week of the term."""
    named = {name: query[name] for name in ("academic_year", "semester", "class_id") if name in query}
    rows = rows.filter(**named)
    if "week" in query:
        rows = rows.filter(sem_week=query["week"])
    if {"academic_year", "semester"} & set(named):
        return rows
    return rows.filter(_published("class_id", "academic_year", "semester"))


def _published(*names: str) -> Exists:
    return Exists(AnalysisState.objects.filter(**{name: OuterRef(name) for name in names}))


def computed_at(run_ids: Iterable[int]) -> dict[int, Any]:
    """When the runs began that wrote some rows: run_id -> time. One query."""
    return dict(AnalysisRun.objects.filter(pk__in=set(run_ids)).values_list("pk", "started"))


def week_status(row: Mapping[str, Any], times: Mapping[int, Any]) -> dict[str, Any]:
    """Of a row of values with the week's key and run_id; ``times``: ``computed_at``."""
    return {
        "academic_year": row["academic_year"],
        "semester": row["semester"],
        "sem_week": row["sem_week"],
        "computed_at": times.get(row["run_id"]),
    }
