"""/api/classes/: the classes of the user, with the semester and week that is published of each."""

from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from rest_framework import serializers

from edumetrics.accounts import scope
from edumetrics.analysis_db.models import AnalysisState, RosterAdvisor, RosterClass, RosterStudent
from edumetrics.api.resources import Key, ListParameters, ListResource


class ClassParameters(ListParameters):
    """Filters of the classes."""

    orderings = ("class_id", "name", "branch", "students")

    class_id = Key()
    branch = serializers.CharField(max_length=200, required=False)


class ClassSerializer(serializers.Serializer[Any]):
    """A class."""

    class_id = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    branch = serializers.CharField(allow_null=True)
    section = serializers.CharField(allow_null=True)
    year_of_study = serializers.IntegerField(allow_null=True)
    students = serializers.IntegerField(help_text="on the roster of the last run, those who left included")
    advisor = serializers.CharField(allow_null=True, help_text="name of the advisor in the college's table")
    academic_year = serializers.IntegerField(allow_null=True)
    semester = serializers.IntegerField(allow_null=True)
    sem_week = serializers.IntegerField(allow_null=True, help_text="the published week; null: nothing is published")
    first_day = serializers.DateField(allow_null=True, help_text="first day of week 1; null: unknown")


class Classes(ListResource):
    """The classes."""

    parameters = ClassParameters
    item = ClassSerializer
    csv_name = "classes"
    keeps = True
    order = ("class_id",)
    orders = {
        "class_id": ("class_id",),
        "name": ("name", "class_id"),
        "branch": ("branch", "class_id"),
        "students": ("students", "class_id"),
    }

    def rows(self) -> "QuerySet[Any, Any]":
        """In scope; a class that does not exist for the user is a 404."""
        self.check_class(self.query.get("class_id"))
        named = {name: self.query[name] for name in ("class_id", "branch") if name in self.query}
        here = AnalysisState.objects.filter(class_id=OuterRef("class_id"))
        members = RosterStudent.objects.filter(class_id=OuterRef("class_id")).order_by().values("class_id")
        advisors = RosterAdvisor.objects.filter(class_id=OuterRef("class_id")).order_by("advisor_id")
        found: QuerySet[Any, Any] = (
            scope.of_classes(RosterClass.objects.filter(**named), self.user)
            .annotate(
                students=Coalesce(Subquery(members.annotate(all=Count("pk")).values("all")), 0),
                advisor=Subquery(advisors.values("name")[:1]),
                academic_year=Subquery(here.values("academic_year")),
                semester=Subquery(here.values("semester")),
                sem_week=Subquery(here.values("sem_week")),
            )
            .values(*ClassSerializer().fields)
        )
        return found

    def reason(self) -> str:
        """Why there is none."""
        return "No class is assigned to you, or nothing is published yet."
