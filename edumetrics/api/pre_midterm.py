"""/api/pre-midterm/: the midterm score predicted for each student."""

from collections.abc import Sequence
from typing import ClassVar

from django.db.models import F
from rest_framework import serializers

from edumetrics.analysis_db.models import PreMidTerm
from edumetrics.api.predictions import (
    KEY,
    NO_MODEL,
    PredictionParameters,
    PredictionSerializer,
    Rows,
    StudentList,
    has_model,
    student_orders,
    yes_or_no,
)


class PreMidtermParameters(PredictionParameters):
    """Filters of the predicted midterm scores."""

    orderings: ClassVar[Sequence[str]] = ("predicted_midterm_score", "name", "roll_number", "class_id")

    at_risk = yes_or_no("predicted below predictions.at_risk_below of the policy")


class PreMidtermSerializer(PredictionSerializer):
    """The midterm score predicted for a student."""

    predicted_midterm_score = serializers.FloatField(
        allow_null=True, help_text="0-100, over the subjects; academic performance where no trained model gave it"
    )
    low = serializers.FloatField(allow_null=True, help_text="lower end of the 80 % interval")
    high = serializers.FloatField(allow_null=True, help_text="upper end of the 80 % interval")
    at_risk = serializers.BooleanField(allow_null=True, help_text="null: cannot be told")


class PreMidterm(StudentList):
    """Midterm scores predicted in the two teaching weeks before the midterm; the lowest first."""

    parameters = PreMidtermParameters
    item = PreMidtermSerializer
    model = PreMidTerm
    csv_name = "pre-midterm"
    order = (F("predicted_midterm_score").asc(nulls_last=True), *KEY)
    orders = {
        "predicted_midterm_score": (F("predicted_midterm_score").asc(nulls_last=True), *KEY),
        **student_orders(KEY),
    }

    def found(self) -> Rows:
        """Those at risk, or the others, where that is asked for."""
        rows = super().found()
        return rows.filter(at_risk=self.query["at_risk"] == "true") if "at_risk" in self.query else rows

    def reason(self) -> str:
        """Why there is none."""
        if not has_model("midterm_score"):
            return NO_MODEL
        return (
            "No midterm score is predicted here: it is in the two teaching weeks before the midterm. Name another "
            "semester or week, or leave a filter out."
        )
