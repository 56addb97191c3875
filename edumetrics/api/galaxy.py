"""/api/galaxy/: every student's effort and performance over the weeks of the semester, one row a student."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery
from rest_framework import serializers

from edumetrics.accounts import scope
from edumetrics.analysis_db.models import AnalysisState, RosterClass, RosterStudent, WeeklyFlags, WeeklyMetrics
from edumetrics.api.resources import Key, ListParameters, ListResource
from edumetrics.engine.flags.codes import LEVELS, LISTS

_KEY = ("student_id", "academic_year", "semester", "sem_week")
_METRICS = (*_KEY, "effort_score", "academic_performance", "risk_score")
_FLAGS = (*_KEY, "risk_level", "list", "urgency")

Term = tuple[int, int]
Weeks = dict[tuple[str, Term], dict[int, Mapping[str, Any]]]


def _series(child: serializers.Field[Any, Any, Any, Any], help_text: str) -> serializers.ListField:
    return serializers.ListField(child=child, help_text=help_text)


class GalaxyStudentSerializer(serializers.Serializer[Any]):
    """A student over the weeks of the semester that the class is in; each list has one value a week."""

    student_id = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    roll_number = serializers.IntegerField(allow_null=True)
    class_id = serializers.CharField()
    class_name = serializers.CharField(allow_null=True)
    academic_year = serializers.IntegerField()
    semester = serializers.IntegerField()
    weeks = _series(serializers.IntegerField(), "from 1 to the published week")
    effort = _series(serializers.FloatField(allow_null=True), "effort score; 0-100; null: no value")
    performance = _series(serializers.FloatField(allow_null=True), "academic performance; 0-100; null: no value")
    level = _series(serializers.ChoiceField(choices=LEVELS, allow_null=True), "null: not flagged")
    list = _series(
        serializers.ChoiceField(choices=LISTS, allow_null=True),
        "with the default capacity and without snoozes; null: in none",
    )
    urgency = _series(
        serializers.FloatField(allow_null=True), "of a flagged student; the risk score of all others; null: no value"
    )


class GalaxyParameters(ListParameters):
    """Whose class."""

    class_id = Key()


class Galaxy(ListResource):
    """Every student's effort, performance, level and urgency by week, for a whole class or all classes."""

    parameters = GalaxyParameters
    item = GalaxyStudentSerializer
    csv_name = "galaxy"
    order = ("class_id", F("roll_number").asc(nulls_last=True), "student_id")

    def rows(self) -> "QuerySet[Any, Any]":
        """The students of published classes."""
        self.check_class(self.query.get("class_id"))
        students = scope.of_students(RosterStudent.objects.all(), self.user)
        if "class_id" in self.query:
            students = students.filter(class_id=self.query["class_id"])
        state = AnalysisState.objects.filter(class_id=OuterRef("class_id"))
        class_name = RosterClass.objects.filter(class_id=OuterRef("class_id")).values("name")[:1]
        return (
            students.filter(Exists(state))
            .annotate(class_name=Subquery(class_name))
            .values("student_id", "name", "roll_number", "class_id", "class_name")
        )

    def present(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """With their weeks. Three queries, however many students there are."""
        states = AnalysisState.objects.filter(class_id__in={row["class_id"] for row in rows})
        terms = {state.class_id: state for state in states}
        metrics = self._weeks(WeeklyMetrics.objects.all(), rows, _METRICS)
        flags = self._weeks(WeeklyFlags.objects.all(), rows, _FLAGS)
        return [_item(row, terms[row["class_id"]], metrics, flags) for row in rows]

    def _weeks(self, found: "QuerySet[Any]", rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Weeks:
        """Their rows by student and term, then by week; past semesters are in the table too."""
        own = scope.of_students(found.filter(student_id__in=[row["student_id"] for row in rows]), self.user)
        weeks: Weeks = defaultdict(dict)
        for one in own.values(*columns):
            weeks[one["student_id"], (one["academic_year"], one["semester"])][one["sem_week"]] = one
        return weeks

    def reason(self) -> str:
        """Why there is none."""
        return "No class is assigned to you, or nothing is published yet."


def _item(row: Mapping[str, Any], state: AnalysisState, metrics: Weeks, flags: Weeks) -> dict[str, Any]:
    key = (row["student_id"], (state.academic_year, state.semester))
    weeks = range(1, state.sem_week + 1)
    measured = [metrics.get(key, {}).get(week, {}) for week in weeks]
    flagged = [flags.get(key, {}).get(week, {}) for week in weeks]
    return {
        **row,
        "academic_year": state.academic_year,
        "semester": state.semester,
        "weeks": list(weeks),
        "effort": [one.get("effort_score") for one in measured],
        "performance": [one.get("academic_performance") for one in measured],
        "level": [one.get("risk_level") for one in flagged],
        "list": [one.get("list") for one in flagged],
        "urgency": [flag.get("urgency", one.get("risk_score")) for flag, one in zip(flagged, measured, strict=True)],
    }
