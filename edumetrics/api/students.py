"""/api/students/: finding a student, and the whole story of one."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from edumetrics.accounts import scope
from edumetrics.analysis_db.models import AnalysisRun, AnalysisState, RosterClass, RosterStudent, WeeklyFlags
from edumetrics.api.flag_ids import FlagKey, flag_id
from edumetrics.api.folding import Folded, folded
from edumetrics.api.resources import Key, ListParameters, ListResource, Resource
from edumetrics.api.story import StorySerializer, story_of
from edumetrics.api.triage import Cut, cut_for
from edumetrics.api.weeks import WeekStatusSerializer, of_weeks, week_status
from edumetrics.audit.actions import What
from edumetrics.engine.flags.codes import LEVELS, LISTS

_LONGEST_SEARCH = 100


class StudentParameters(ListParameters):
    """Filters of the students."""

    orderings = ("name", "roll_number", "class_id", "student_id")

    search = serializers.CharField(
        max_length=_LONGEST_SEARCH,
        required=False,
        help_text="words of the name, or the beginning of the roll number or the student_id; accents and capitals "
        "do not matter",
    )
    class_id = Key()
    level = serializers.ChoiceField(choices=LEVELS, required=False, help_text="of this week's flag")
    list = serializers.ChoiceField(choices=LISTS, required=False, help_text="that the student is in this week")


class StudentSerializer(serializers.Serializer[Any]):
    """A student, and this week's list."""

    student_id = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    roll_number = serializers.IntegerField(allow_null=True)
    class_id = serializers.CharField(allow_null=True)
    class_name = serializers.CharField(allow_null=True)
    left_on = serializers.DateField(allow_null=True, help_text="null: is still here")
    level = serializers.ChoiceField(choices=LEVELS, allow_null=True, help_text="null: not flagged this week")
    list = serializers.ChoiceField(choices=LISTS, allow_null=True, help_text="null: in none")
    flag_id = serializers.CharField(allow_null=True)
    week_status = WeekStatusSerializer(allow_null=True, help_text="null: nothing is published of the class")


class Students(ListResource):
    """The students on the roster, those who left included."""

    parameters = StudentParameters
    item = StudentSerializer
    csv_name = "students"
    keeps = True
    order = (F("name").asc(nulls_last=True), "student_id")
    orders = {
        "name": (F("name").asc(nulls_last=True), "student_id"),
        "roll_number": (F("roll_number").asc(nulls_last=True), "student_id"),
        "class_id": (F("class_id").asc(nulls_last=True), F("roll_number").asc(nulls_last=True), "student_id"),
        "student_id": ("student_id",),
    }

    def rows(self) -> "QuerySet[Any, Any]":
        """In scope, found."""
        query = self.query
        self.check_class(query.get("class_id"))
        students = scope.of_students(RosterStudent.objects.all(), self.user)
        if "class_id" in query:
            students = students.filter(class_id=query["class_id"])
        if "search" in query:
            students = matching(students, query["search"])
        wanted = {"risk_level": "level", "effective": "list"}
        wanted = {column: query[name] for column, name in wanted.items() if name in query}
        if wanted:
            students = students.filter(student_id__in=self._flags().filter(**wanted).values("student_id"))
        class_name = RosterClass.objects.filter(class_id=OuterRef("class_id")).values("name")[:1]
        return students.annotate(class_name=Subquery(class_name)).values(
            "student_id", "name", "roll_number", "class_id", "class_name", "left_on"
        )

    @cached_property
    def cut(self) -> Cut:
        """How this week's lists are cut."""
        return cut_for(self.user, {})

    def _flags(self) -> "QuerySet[WeeklyFlags]":
        """This week's, with the list of each."""
        flags = of_weeks(scope.of_students(WeeklyFlags.objects.all(), self.user), {})
        return flags.annotate(effective=self.cut.as_case())

    def present(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """With this week's list."""
        found = self._flags().filter(student_id__in=[row["student_id"] for row in rows])
        columns = ("student_id", "academic_year", "semester", "sem_week", "risk_level", "effective")
        flags = {row["student_id"]: row for row in found.values(*columns)}
        weeks = published_weeks({row["class_id"] for row in rows})
        return [
            {**row, **_this_week(flags.get(row["student_id"])), "week_status": weeks.get(row["class_id"])}
            for row in rows
        ]

    def reason(self) -> str:
        """Why there is none."""
        if set(self.query) & {"search", "level", "list"}:
            return "No student of yours fits."
        return "No class is assigned to you, or nothing is published yet."


def matching(students: "QuerySet[RosterStudent]", search: str) -> "QuerySet[RosterStudent]":
    """Those whose name has every word, or whose roll number or student_id begins with it."""
    students = students.annotate(folded_name=Folded("name"), roll=Cast("roll_number", CharField()))
    for word in search.split():
        students = students.filter(
            Q(folded_name__contains=folded(word)) | Q(roll__startswith=word) | Q(student_id__istartswith=word)
        )
    return students


def published_weeks(class_ids: set[str | None]) -> dict[str, dict[str, Any]]:
    """The week_status of each class that is published. One query."""
    started = AnalysisRun.objects.filter(pk=OuterRef("run_id")).values("started")[:1]
    states = AnalysisState.objects.filter(class_id__in=class_ids).annotate(started=Subquery(started))
    names = ("class_id", "academic_year", "semester", "sem_week", "run_id", "started")
    return {row["class_id"]: week_status(row, {row["run_id"]: row["started"]}) for row in states.values(*names)}


def _this_week(flag: Mapping[str, Any] | None) -> dict[str, Any]:
    if flag is None:
        return {"level": None, "list": None, "flag_id": None}
    key = FlagKey(flag["student_id"], flag["academic_year"], flag["semester"], flag["sem_week"])
    return {"level": flag["risk_level"], "list": flag["effective"], "flag_id": flag_id(key)}


class OneStudent(Resource):
    """The whole story of one student."""

    @extend_schema(operation_id="student_retrieve", responses={200: StorySerializer})
    def get(self, request: Request, student_id: str) -> Response:
        """Everything that the student's page shows. The audit log records that you read it."""
        student = scope.of_students(RosterStudent.objects.filter(student_id=student_id), self.user).first()
        if student is None:
            raise NotFound
        self.audit(What.READ_STUDENT, student_id=student_id)
        weeks = published_weeks({student.class_id})
        return Response({**story_of(student, self.user), "week_status": weeks.get(student.class_id or "")})
