"""/api/student-performance/: one student's weeks, with the class beside."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from rest_framework import serializers

from edumetrics.accounts import scope
from edumetrics.analysis_db.models import WeeklyFlags, WeeklyMetrics
from edumetrics.api.class_weeks import ClassWeek, QuartilesSerializer, known, quartiles, values_of
from edumetrics.api.columns import column_fields
from edumetrics.api.kinds_of_week import KINDS, kind_of
from edumetrics.api.resources import Found, Key, ListResource, in_order
from edumetrics.api.weeks import TermListParameters, WeekStatusSerializer, of_term
from edumetrics.audit.actions import What
from edumetrics.databases.compiled import Compiled
from edumetrics.engine.flags.codes import LEVELS, LISTS

_BANDS = {
    "effort_score": "effort",
    "academic_performance": "performance",
    "weekly_att_pct": "weekly_attendance",
    "overall_att_pct": "overall_attendance",
}
_COLUMNS = (
    *("effort_score", "effort_coverage", "library_visits", "book_borrows", "assn_quality_pct", "assn_plagiarism_pct"),
    *("weekly_att_pct", "overall_att_pct", "quiz_attempt_rate", "assn_submit_rate", "quiz_avg_pct", "assn_avg_pct"),
    *("academic_performance", "performance_stale", "midterm_score_pct", "risk_of_detention", "lectures_to_attend"),
    *("lectures_remaining", "effort_baseline", "performance_baseline", "attendance_baseline", "risk_score"),
    *("p_at_risk", "p_at_risk_version", "p_at_risk_note"),
)
_KEY = ("student_id", "class_id", "academic_year", "semester", "sem_week")


class ClassBandsSerializer(serializers.Serializer[Any]):
    """The class in the same week."""

    effort = QuartilesSerializer()
    performance = QuartilesSerializer()
    weekly_attendance = QuartilesSerializer()
    overall_attendance = QuartilesSerializer()


class StudentWeekSerializer(serializers.Serializer[Any]):
    """A student's week; null: there is no value."""

    student_id = serializers.CharField()
    class_id = serializers.CharField()
    kind = serializers.ChoiceField(choices=KINDS, help_text="exam and holiday weeks have no risk score")

    def get_fields(self) -> dict[str, Any]:
        """With the columns of weekly_metrics, as they are documented there, and what comes after them."""
        return {
            **super().get_fields(),
            **column_fields(WeeklyMetrics, _COLUMNS),
            "level": serializers.ChoiceField(choices=LEVELS, allow_null=True, help_text="null: not flagged"),
            "list": serializers.ChoiceField(
                choices=LISTS, allow_null=True, help_text="with the default capacity and without snoozes; null: in none"
            ),
            "contributions": serializers.DictField(
                child=serializers.FloatField(),
                allow_null=True,
                help_text="of a flagged student: signal -> points, which add up to the risk score",
            ),
            "class_bands": ClassBandsSerializer(),
            "week_status": WeekStatusSerializer(),
        }


class StudentPerformanceParameters(TermListParameters):
    """Whose, and which weeks."""

    orderings = ("sem_week",)

    student_id = Key(required=True)


_FILTERS = ("student_id", "academic_year", "semester", "week", "class_id")


class StudentPerformance(ListResource):
    """One student's metrics of a week, or without one the series of the semester."""

    parameters = StudentPerformanceParameters
    item = StudentWeekSerializer
    csv_name = "student-performance"
    keeps = True
    order = ("academic_year", "semester", "sem_week")
    orders = {"sem_week": ("academic_year", "semester", "sem_week")}

    def rows(self) -> Any:
        """The weeks of the student."""
        query = self.query
        self.check_class(query.get("class_id"))
        self.check_student(query["student_id"])
        self.audit(What.READ_STUDENT, student_id=query["student_id"])
        filters = {name: query[name] for name in _FILTERS if name in query}
        return Found(_WEEKS, (self.user.role, query.get("ordering")), {**filters, **scope.of_user(self.user)})

    def ordered(self, rows: Any) -> Any:
        """As they are."""
        return rows

    def kept_answer(self) -> HttpResponse | None:
        """It is read by somebody all the same."""
        kept = super().kept_answer()
        if kept is not None:
            self.audit(What.READ_STUDENT, student_id=self.request.query_params["student_id"])
        return kept

    def present(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """With flags and the class."""
        return student_items(rows)

    def reason(self) -> str:
        """Why there is none."""
        return "Nothing is published about the student in these weeks."


def student_weeks(weeks: "QuerySet[WeeklyMetrics]") -> "QuerySet[WeeklyMetrics, dict[str, Any]]":
    """Rows for ``student_items``."""
    rows: QuerySet[WeeklyMetrics, dict[str, Any]] = weeks.values(*_KEY, *_COLUMNS, "computed_at", "run_id")
    return rows


def _weeks(role: str, ordering: str | None, student_id: str, user: int = 0, **values: Any) -> "QuerySet[Any, Any]":
    weeks = WeeklyMetrics.objects.filter(student_id=student_id)
    rows = student_weeks(of_term(scope.of_students(weeks, scope.standing_for(role, user)), values))
    return in_order(rows, StudentPerformance.order, StudentPerformance.orders, ordering)


def _flags(ids: Any) -> "QuerySet[Any, Any]":
    flags = WeeklyFlags.objects.filter(student_id__among=ids)
    return flags.values("student_id", "academic_year", "semester", "sem_week", "risk_level", "list", "contributions")


_WEEKS, _FLAGS = Compiled(_weeks), Compiled(_flags)


def student_items(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Weeks as they are answered. At most two queries, however many there are."""
    flags = _flags_of(rows)
    bands = _bands_of({_class_week(row): row["run_id"] for row in rows})
    return [_item(row, flags.get(_key(row), {}), bands[_class_week(row)]) for row in rows]


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["student_id"], row["academic_year"], row["semester"], row["sem_week"]


def _class_week(row: Mapping[str, Any]) -> ClassWeek:
    return ClassWeek(row["class_id"], row["academic_year"], row["semester"], row["sem_week"])


def _flags_of(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The flags of the students in the rows, by key; those of other weeks too."""
    return {_key(row): row for row in _FLAGS.rows(ids=sorted({row["student_id"] for row in rows}))}


_MOST_KEPT = 10_000
_kept: dict[tuple[ClassWeek, int], dict[str, Any]] = {}
"""Bands by class-week and the run that wrote it. A run replaces a class's week as a whole, so they do not change."""


def _bands_of(weeks: Mapping[ClassWeek, int]) -> dict[ClassWeek, dict[str, Any]]:
    """The bands of each class-week, given with its run. One query, or none where all are kept."""
    found = {week: bands for week, run in weeks.items() if (bands := _kept.get((week, run))) is not None}
    unknown = weeks.keys() - found.keys()
    if unknown:
        if len(_kept) > _MOST_KEPT:
            _kept.clear()
        made = {week: _bands(values) for week, values in values_of(unknown, list(_BANDS)).items()}
        _kept.update({(week, weeks[week]): bands for week, bands in made.items()})
        found |= made
    return found


def _bands(values: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    return {name: quartiles(known(values, place)) for place, name in enumerate(_BANDS.values())}


def _item(row: Mapping[str, Any], flag: Mapping[str, Any], bands: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "student_id": row["student_id"],
        "class_id": row["class_id"],
        "kind": kind_of(row["sem_week"]),
        **{name: row[name] for name in _COLUMNS},
        "level": flag.get("risk_level"),
        "list": flag.get("list"),
        "contributions": flag.get("contributions"),
        "class_bands": bands,
        "week_status": {
            "academic_year": row["academic_year"],
            "semester": row["semester"],
            "sem_week": row["sem_week"],
            "computed_at": row["computed_at"],
        },
    }
