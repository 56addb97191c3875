"""/api/attendance-shortfall/: who is short of the attendance that the college requires, in a week."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from rest_framework import serializers

from edumetrics.accounts import scope
from edumetrics.accounts.models import User
from edumetrics.analysis_db.models import RosterStudent, WeeklyMetrics
from edumetrics.api.columns import column_fields
from edumetrics.api.policy_file import policy_in_force
from edumetrics.api.resources import ListResource
from edumetrics.api.weeks import TermListParameters, WeekStatusSerializer, of_weeks

_COLUMNS = ("weekly_att_pct", "overall_att_pct", "lectures_to_attend", "lectures_remaining")
_WEEK = ("academic_year", "semester", "sem_week", "computed_at")


class ShortOfAttendanceSerializer(serializers.Serializer[Any]):
    """A student who attended less than the rule so far, or must attend most of what is left."""

    student_id = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    roll_number = serializers.IntegerField(allow_null=True)
    class_id = serializers.CharField(help_text="the class in that week")

    def get_fields(self) -> dict[str, Any]:
        """With the columns of weekly_metrics, as they are documented there, and what comes after them."""
        return {
            **super().get_fields(),
            **column_fields(WeeklyMetrics, _COLUMNS),
            "required_pct": serializers.FloatField(),
            "reachable": serializers.BooleanField(allow_null=True, help_text="null: not known"),
            "week_status": WeekStatusSerializer(),
        }


class AttendanceShortfallParameters(TermListParameters):
    """Term, week and class."""

    orderings = ("overall_att_pct", "name", "roll_number")


class AttendanceShortfall(ListResource):
    """Those who are short of the required attendance, the shortest first; counted in class-performance."""

    parameters = AttendanceShortfallParameters
    item = ShortOfAttendanceSerializer
    csv_name = "attendance-shortfall"
    order = (F("overall_att_pct").asc(nulls_last=True), "student_id", "academic_year", "semester", "sem_week")
    orders = {
        "overall_att_pct": order,
        "name": (F("name").asc(nulls_last=True), *order[1:]),
        "roll_number": (F("roll_number").asc(nulls_last=True), *order[1:]),
    }

    def rows(self) -> "QuerySet[Any, Any]":
        """By the policy in force: below the rule, or more to attend than the share that is a risk."""
        self.check_class(self.query.get("class_id"))
        return short_of_attendance(self.user, self.query)

    def present(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """With the rule, and whether it can still be reached."""
        required = policy_in_force().attendance.required_pct
        return [_item(row, required) for row in rows]

    def reason(self) -> str:
        """Why there is none."""
        return "Nobody is short of the required attendance in this week, or nothing is published of it."


def short_of_attendance(user: User, query: Mapping[str, Any]) -> "QuerySet[Any, Any]":
    """Who is short in the weeks that ``query`` names, in scope, as values. Not ordered."""
    policy = policy_in_force()
    needs = Q(lectures_to_attend__gt=policy.risk.attendance_share_from * F("lectures_remaining"))
    short = WeeklyMetrics.objects.filter(Q(overall_att_pct__lt=policy.attendance.required_pct) | needs)
    rows: QuerySet[Any, Any] = of_weeks(scope.of_students(short, user), query)
    student = RosterStudent.objects.filter(student_id=OuterRef("student_id"))
    named: QuerySet[Any, Any] = rows.annotate(
        name=Subquery(student.values("name")[:1]), roll_number=Subquery(student.values("roll_number")[:1])
    )
    return named.values("student_id", "name", "roll_number", "class_id", *_COLUMNS, *_WEEK)


def _item(row: Mapping[str, Any], required: float) -> dict[str, Any]:
    needed, left = row["lectures_to_attend"], row["lectures_remaining"]
    return {
        **{name: value for name, value in row.items() if name not in _WEEK},
        "required_pct": required,
        "reachable": None if needed is None or left is None else needed <= left,
        "week_status": {name: row[name] for name in _WEEK},
    }
