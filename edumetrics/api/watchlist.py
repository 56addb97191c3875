"""/api/watchlist/: who is likely to fail or drop out in the coming semester."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from rest_framework import serializers

from edumetrics.analysis_db.models import AnalysisState, PreSemWatchlist
from edumetrics.api.predictions import (
    NO_MODEL,
    DriverSerializer,
    Rows,
    StudentList,
    StudentSerializer,
    by_label,
    has_model,
    student_orders,
)
from edumetrics.api.resources import Key, ListParameters
from edumetrics.api.weeks import WeekStatusSerializer
from edumetrics.engine.predictions.codes import RISK_LABELS

_KEY = ("student_id", "academic_year", "target_semester")


class WatchlistParameters(ListParameters):
    """Filters of the watchlist."""

    orderings = ("risk_probability_pct", "hard_subject_count", "name", "roll_number", "class_id")

    academic_year = serializers.IntegerField(
        min_value=1900, max_value=2999, required=False, help_text="of the coming semester"
    )
    semester = serializers.IntegerField(min_value=1, max_value=8, required=False, help_text="the coming semester")
    class_id = Key(help_text="a class that you may see; without it all of them")
    student_id = Key(help_text="a student whom you may see")
    label = serializers.ChoiceField(choices=RISK_LABELS, required=False)  # type: ignore[assignment]


class WatchlistSerializer(StudentSerializer):
    """How likely a student is to fail an endterm or drop out in the coming semester, and their semester before."""

    academic_year = serializers.IntegerField(help_text="of the coming semester")
    target_semester = serializers.IntegerField(help_text="the coming semester")
    risk_probability_pct = serializers.FloatField(allow_null=True, help_text="0-100; null where note says why")
    risk_label = serializers.ChoiceField(choices=RISK_LABELS, allow_null=True, help_text="null: cannot be told")
    att_rate_hist = serializers.FloatField(allow_null=True, help_text="0-1: lectures attended in the semester before")
    assn_rate_hist = serializers.FloatField(allow_null=True, help_text="0-1: assignments handed in")
    exam_avg_hist = serializers.FloatField(allow_null=True, help_text="0-100: mean endterm score")
    max_plagiarism = serializers.FloatField(allow_null=True, help_text="0-100: highest plagiarism")
    escalation_level = serializers.IntegerField(allow_null=True, help_text="highest escalation level reached")
    hard_subject_count = serializers.IntegerField(
        allow_null=True, help_text="HARD subjects of the coming semester; null: not known"
    )
    reasons = DriverSerializer(many=True)
    model_version = serializers.CharField(allow_null=True, help_text="null: no trained model gave it")
    note = serializers.CharField(help_text="why a number is null or a rule of thumb; empty: a trained model's")
    week_status = WeekStatusSerializer()


class Watchlist(StudentList):
    """The watchlist, made at the end of a semester for the coming one; who is likeliest first.

    Without a semester or a year it is the last one of each student that is not over.
    """

    parameters = WatchlistParameters
    item = WatchlistSerializer
    model = PreSemWatchlist
    csv_name = "watchlist"
    filters = {**StudentList.filters, "label": "risk_label"}
    key = _KEY
    order = (by_label(), F("risk_probability_pct").desc(nulls_last=True), *_KEY)
    orders = {
        "risk_probability_pct": (F("risk_probability_pct").asc(nulls_last=True), *_KEY),
        "hard_subject_count": (F("hard_subject_count").asc(nulls_last=True), *_KEY),
        **student_orders(_KEY),
    }
    hidden = ("made_academic_year", "made_semester", "made_sem_week", "run_id")

    def of_term(self, rows: Rows) -> Rows:
        """Of the semester asked for, or of each student the last one that is not over."""
        columns = {"academic_year": "academic_year", "semester": "target_semester", "class_id": "class_id"}
        rows = rows.filter(**{column: self.query[name] for name, column in columns.items() if name in self.query})
        if {"academic_year", "semester"} & set(self.query):
            return rows
        here = AnalysisState.objects.filter(
            class_id=OuterRef("class_id"),
            academic_year__lte=OuterRef("academic_year"),
            semester__lte=OuterRef("target_semester"),
        )
        later = PreSemWatchlist.objects.filter(student_id=OuterRef("student_id")).filter(
            Q(academic_year__gt=OuterRef("academic_year"))
            | Q(academic_year=OuterRef("academic_year"), target_semester__gt=OuterRef("target_semester"))
        )
        return rows.filter(Exists(here), ~Exists(later))

    def triage(self, rows: Sequence[Mapping[str, Any]]) -> Mapping[tuple[Any, ...], Mapping[str, Any]]:
        """None: the list is about a semester, and not about a week."""
        return {}

    def week(self, row: Mapping[str, Any], times: Mapping[int, Any]) -> dict[str, Any]:
        """The week in which a row was made."""
        made = {name: row[f"made_{name}"] for name in ("academic_year", "semester", "sem_week")}
        return {**made, "computed_at": times.get(row["run_id"])}

    def reason(self) -> str:
        """Why there is none."""
        if not has_model("watchlist"):
            return NO_MODEL
        return (
            "Nobody is on a watchlist here: it is made in the last week of a semester for the coming one. Name a "
            "semester, or leave a filter out."
        )
