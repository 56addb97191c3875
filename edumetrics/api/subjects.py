"""/api/subjects/: the subjects of the college, and how hard each was by past pass rates."""

from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from rest_framework import serializers

from edumetrics.accounts import scope
from edumetrics.analysis_db.models import AnalysisState, RosterExam, RosterSubject, SubjectDifficulty
from edumetrics.api.columns import column_fields
from edumetrics.api.resources import Key, ListParameters, ListResource

_KNOWN = ("academic_year", "total_students", "students_passed", "pass_rate", "difficulty_label")


class SubjectParameters(ListParameters):
    """Filters of the subjects."""

    orderings = ("subject_id", "subject_name", "semester", "pass_rate")

    subject_id = Key()
    semester = serializers.IntegerField(min_value=1, max_value=8, required=False)
    class_id = Key(help_text="the subjects of this class's present semester that it has an exam in")


class SubjectSerializer(serializers.Serializer[Any]):
    """A subject; the last endterm's pass rate over all its classes, where one is known."""

    def get_fields(self) -> dict[str, Any]:
        """Of the roster, then of the difficulty."""
        roster = ("subject_id", "subject_name", "semester", "credits", "subject_type", "difficulty")
        known = column_fields(SubjectDifficulty, _KNOWN)
        for field in known.values():
            field.allow_null = True
        return {**column_fields(RosterSubject, roster), **known}


class Subjects(ListResource):
    """The subjects. They are the college's, not a class's, so everybody sees all of them."""

    parameters = SubjectParameters
    item = SubjectSerializer
    csv_name = "subjects"
    keeps = True
    order = ("semester", "subject_id")
    orders = {
        "subject_id": ("subject_id",),
        "subject_name": ("subject_name", "subject_id"),
        "semester": ("semester", "subject_id"),
        "pass_rate": ("pass_rate", "subject_id"),
    }

    def rows(self) -> "QuerySet[Any, Any]":
        """With the latest difficulty of each."""
        query = self.query
        self.check_class(query.get("class_id"))
        found = RosterSubject.objects.filter(
            **{name: query[name] for name in ("subject_id", "semester") if name in query}
        )
        if "class_id" in query:
            found = found.filter(self._of_class(query["class_id"]))
        last = SubjectDifficulty.objects.filter(subject_id=OuterRef("subject_id")).order_by(
            "-academic_year", "-semester"
        )
        known = {name: Subquery(last.values(name)[:1]) for name in _KNOWN}
        values: QuerySet[Any, Any] = found.annotate(**known).values(*SubjectSerializer().fields)
        return values

    def _of_class(self, class_id: str) -> Q:
        state = scope.of_classes(AnalysisState.objects.filter(class_id=class_id), self.user).first()
        exams = RosterExam.objects.filter(class_id=class_id, semester=state.semester if state else None)
        return Q(subject_id__in=exams.values("subject_id"))

    def reason(self) -> str:
        """Why there is none."""
        return "There is no subject like that on the roster of the last run."
