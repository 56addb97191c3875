"""Classes in weeks: which there are, their students' values, and quartiles of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.db.models import Q
from rest_framework import serializers

from edumetrics.accounts import scope
from edumetrics.accounts.models import User
from edumetrics.analysis_db.models import AnalysisState, WeeklyMetrics
from edumetrics.engine.metrics.rounding import PERCENTAGE_DIGITS


class ClassWeek(NamedTuple):
    """A class in a week."""

    class_id: str
    academic_year: int
    semester: int
    sem_week: int


class QuartilesSerializer(serializers.Serializer[Any]):
    """Where the middle half of the students is; null: nobody has a value."""

    lower_quartile = serializers.FloatField(allow_null=True)
    median = serializers.FloatField(allow_null=True)
    upper_quartile = serializers.FloatField(allow_null=True)


def class_weeks(user: User, query: Mapping[str, Any]) -> list[ClassWeek]:
    """The classes and weeks that the parameters name, in scope, in order.

    Without a semester or a year the weeks of the term that each class is published in come from analysis_state alone,
    so that nothing is counted through all students' weeks.
    """
    named = {name: query[name] for name in ("academic_year", "semester", "class_id") if name in query}
    if {"academic_year", "semester"} & set(named):
        rows = scope.of_classes(WeeklyMetrics.objects.filter(**named), user)
        rows = rows.filter(sem_week=query["week"]) if "week" in query else rows
        return [ClassWeek(*key) for key in rows.values_list(*ClassWeek._fields).distinct().order_by(*ClassWeek._fields)]
    states = scope.of_classes(AnalysisState.objects.filter(**named), user).order_by("class_id")
    found = (ClassWeek(*state) for state in states.values_list(*ClassWeek._fields))
    if "week" in query:
        return [state._replace(sem_week=query["week"]) for state in found if query["week"] <= state.sem_week]
    return [state._replace(sem_week=week) for state in found for week in range(1, state.sem_week + 1)]


def of_class_weeks(wanted: Iterable[ClassWeek]) -> Q:
    """The rows of these classes in these weeks."""
    weeks: dict[tuple[str, int, int], set[int]] = defaultdict(set)
    for one in wanted:
        weeks[one[:3]].add(one.sem_week)
    classes: dict[tuple[int, int, frozenset[int]], list[str]] = defaultdict(list)
    for (class_id, year, semester), numbers in weeks.items():
        classes[year, semester, frozenset(numbers)].append(class_id)
    condition = Q(pk__in=[]) if not classes else Q()
    for (year, semester, shared), ids in classes.items():
        condition |= Q(class_id__in=ids, academic_year=year, semester=semester, sem_week__in=sorted(shared))
    return condition


def values_of(wanted: Collection[ClassWeek], columns: Sequence[str]) -> dict[ClassWeek, list[tuple[Any, ...]]]:
    """The students' values of some columns of weekly_metrics in each week. One query."""
    found: dict[ClassWeek, list[tuple[Any, ...]]] = defaultdict(list)
    for row in WeeklyMetrics.objects.filter(of_class_weeks(wanted)).values_list(*ClassWeek._fields, *columns):
        found[ClassWeek(*row[:4])].append(row[4:])
    return found


def quartiles(values: Sequence[float]) -> dict[str, float | None]:
    """By linear interpolation between the values, which are sorted; of none all are null."""
    names = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75}
    return {name: _quantile(values, share) for name, share in names.items()}


def _quantile(values: Sequence[float], share: float) -> float | None:
    if not values:
        return None
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return round(values[below] + (place - below) * (values[above] - values[below]), PERCENTAGE_DIGITS)


def known(rows: Iterable[tuple[Any, ...]], column: int) -> list[float]:
    """The values of one column that there are, sorted."""
    return sorted(row[column] for row in rows if row[column] is not None)
