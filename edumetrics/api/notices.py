"""/api/notices/: what is told once about a whole class."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from rest_framework import serializers

from edumetrics.accounts import scope
from edumetrics.analysis_db.models import ClassNotice, RosterClass
from edumetrics.api.resources import ListResource
from edumetrics.api.weeks import TermListParameters, WeekStatusSerializer, computed_at, of_weeks, week_status
from edumetrics.engine.flags.codes import NOTICES

_KEY = ("class_id", "academic_year", "semester", "sem_week", "code")


class NoticeParameters(TermListParameters):
    """Filters of the notices."""

    orderings = ("sem_week", "class_id")

    code = serializers.ChoiceField(choices=list(NOTICES), required=False)


class NoticeSerializer(serializers.Serializer[Any]):
    """Something about a whole class in a week."""

    class_id = serializers.CharField()
    class_name = serializers.CharField(allow_null=True)
    code = serializers.ChoiceField(choices=list(NOTICES))
    sentence = serializers.CharField()
    values = serializers.DictField(help_text="the numbers and names in the sentence")
    week_status = WeekStatusSerializer()


class Notices(ListResource):
    """The notices of a week."""

    parameters = NoticeParameters
    item = NoticeSerializer
    csv_name = "notices"
    keeps = True
    order = ("class_id", "academic_year", "semester", "sem_week", "code")
    orders = {
        "sem_week": ("academic_year", "sem_week", "class_id", "semester", "code"),
        "class_id": ("class_id", "academic_year", "semester", "sem_week", "code"),
    }

    def rows(self) -> "QuerySet[Any, Any]":
        """In scope."""
        self.check_class(self.query.get("class_id"))
        found = of_weeks(scope.of_classes(ClassNotice.objects.all(), self.user), self.query)
        if "code" in self.query:
            found = found.filter(code=self.query["code"])
        name = RosterClass.objects.filter(class_id=OuterRef("class_id")).values("name")[:1]
        rows: QuerySet[Any, Any] = found.annotate(class_name=Subquery(name))
        return rows.values(*_KEY, "sentence", "values", "run_id", "class_name")

    def present(self, rows: Any) -> list[dict[str, Any]]:
        """With the week."""
        times = computed_at(row["run_id"] for row in rows)
        shown = ("class_id", "class_name", "code", "sentence", "values")
        return [{name: row[name] for name in shown} | {"week_status": week_status(row, times)} for row in rows]

    def reason(self) -> str:
        """Why there is none."""
        return "There is nothing to say about a whole class in this week."
