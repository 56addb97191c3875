"""/api/risk-of-failing/: how likely each student is to fail the endterm of each subject."""

from collections.abc import Sequence
from typing import ClassVar

from django.db.models import F, OuterRef, Subquery
from rest_framework import serializers

from edumetrics.analysis_db.models import RiskOfFailingPrediction, RosterSubject, SubjectDifficulty
from edumetrics.api.predictions import (
    KEY,
    NO_MODEL,
    LabelParameters,
    PredictionSerializer,
    Rows,
    StudentList,
    by_label,
    has_model,
    student_orders,
)
from edumetrics.api.resources import Key
from edumetrics.engine.predictions.codes import DIFFICULTIES, RISK_LABELS

_KEY = ("student_id", "subject_id", "academic_year", "semester", "sem_week")


class RiskOfFailingParameters(LabelParameters):
    """Filters of the risks by subject."""

    orderings: ClassVar[Sequence[str]] = ("p_fail", "subject_id", "name", "roll_number", "class_id")

    subject_id = Key(help_text="a subject of the college")


class RiskOfFailingSerializer(PredictionSerializer):
    """How likely a student is to fail the endterm of a subject."""

    subject_id = serializers.CharField()
    subject_name = serializers.CharField(allow_null=True)
    difficulty = serializers.ChoiceField(
        choices=DIFFICULTIES, allow_null=True, help_text="by the latest pass rate before this term; null: not known"
    )
    pass_rate = serializers.FloatField(allow_null=True, help_text="0-1: that pass rate")
    p_fail = serializers.FloatField(allow_null=True, help_text="0-1; null where note says why")
    risk_label = serializers.ChoiceField(choices=RISK_LABELS, allow_null=True, help_text="null: cannot be told")


class RiskOfFailing(StudentList):
    """Risks of failing by subject, from the second teaching week after the midterm; the highest first."""

    parameters = RiskOfFailingParameters
    item = RiskOfFailingSerializer
    model = RiskOfFailingPrediction
    csv_name = "risk-of-failing"
    filters = {**StudentList.filters, "label": "risk_label", "subject_id": "subject_id"}
    order = (by_label(), F("p_fail").desc(nulls_last=True), *_KEY)
    orders = {
        "p_fail": (F("p_fail").asc(nulls_last=True), *_KEY),
        "subject_id": ("subject_id", *KEY),
        **student_orders(_KEY),
    }
    unstored = StudentList.unstored | {"subject_name", "difficulty", "pass_rate"}

    def rows(self) -> Rows:
        """With the subject's name and how many passed it the last time before."""
        subject = RosterSubject.objects.filter(subject_id=OuterRef("subject_id"))
        before = SubjectDifficulty.objects.filter(
            subject_id=OuterRef("subject_id"), academic_year__lt=OuterRef("academic_year")
        ).order_by("-academic_year", "-semester")
        found: Rows = (
            super()
            .rows()
            .annotate(
                subject_name=Subquery(subject.values("subject_name")[:1]),
                difficulty=Subquery(before.values("difficulty_label")[:1]),
                pass_rate=Subquery(before.values("pass_rate")[:1]),
            )
        )
        return found

    def reason(self) -> str:
        """Why there is none."""
        if not has_model("subject_fail"):
            return NO_MODEL
        return (
            "No risk by subject is predicted here: it is from the second teaching week after the midterm to the last "
            "teaching week. Name another semester or week, or leave a filter out."
        )
