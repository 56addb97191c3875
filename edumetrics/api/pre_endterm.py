"""/api/pre-endterm/: the endterm score predicted for each student, and the probability of failing."""

from collections.abc import Sequence
from typing import ClassVar

from django.db.models import F
from rest_framework import serializers

from edumetrics.analysis_db.models import PreEndTerm
from edumetrics.api.predictions import (
    KEY,
    NO_MODEL,
    DriverSerializer,
    LabelParameters,
    PredictionSerializer,
    StudentList,
    by_label,
    has_model,
    student_orders,
)
from edumetrics.engine.predictions.codes import RISK_LABELS


class PreEndtermParameters(LabelParameters):
    """Filters of the predicted endterms."""

    orderings: ClassVar[Sequence[str]] = ("predicted_endterm_score", "p_fail", "name", "roll_number", "class_id")


class PreEndtermSerializer(PredictionSerializer):
    """The endterm predicted for a student; drivers and model_version are those of the score."""

    predicted_endterm_score = serializers.FloatField(
        allow_null=True, help_text="0-100, over the subjects; academic performance where no trained model gave it"
    )
    low = serializers.FloatField(allow_null=True, help_text="lower end of the 80 % interval")
    high = serializers.FloatField(allow_null=True, help_text="upper end of the 80 % interval")
    p_fail = serializers.FloatField(allow_null=True, help_text="0-1: probability of failing at least one endterm")
    risk_label = serializers.ChoiceField(choices=RISK_LABELS, allow_null=True, help_text="null: cannot be told")
    fail_drivers = DriverSerializer(many=True, help_text="of p_fail")
    fail_model_version = serializers.CharField(allow_null=True, help_text="of p_fail")


class PreEndterm(StudentList):
    """Endterms predicted in the last teaching week; who is likeliest to fail first."""

    parameters = PreEndtermParameters
    item = PreEndtermSerializer
    model = PreEndTerm
    csv_name = "pre-endterm"
    filters = {**StudentList.filters, "label": "risk_label"}
    order = (by_label(), F("p_fail").desc(nulls_last=True), *KEY)
    orders = {
        "predicted_endterm_score": (F("predicted_endterm_score").asc(nulls_last=True), *KEY),
        "p_fail": (F("p_fail").asc(nulls_last=True), *KEY),
        **student_orders(KEY),
    }

    def reason(self) -> str:
        """Why there is none."""
        if not has_model("endterm_score", "endterm_fail"):
            return NO_MODEL
        return (
            "No endterm is predicted here: it is in the last teaching week. Name another semester or week, or leave a "
            "filter out."
        )
