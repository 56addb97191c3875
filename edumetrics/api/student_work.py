"""/api/students/{id}/work/: what a student was to hand in, and what came of each piece."""

from typing import Any, get_args

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from edumetrics.accounts import scope
from edumetrics.analysis_db.models import AnalysisState, RosterStudent, StudentWork
from edumetrics.analysis_db.work import work_of_student
from edumetrics.api.resources import Parameters, Resource
from edumetrics.api.weeks import WeekStatusSerializer, computed_at, week_status
from edumetrics.audit.actions import What
from edumetrics.engine.metrics.pieces import State

WORK_STATES = get_args(State)


class WorkParameters(Parameters):
    """Which semester; without them the one that the class is published in."""

    academic_year = serializers.IntegerField(min_value=1900, max_value=2999, required=False)
    semester = serializers.IntegerField(min_value=1, max_value=8, required=False)


class PieceSerializer(serializers.Serializer[Any]):
    """A piece of work."""

    kind = serializers.ChoiceField(choices=["assignment", "quiz"])
    work_id = serializers.CharField()
    subject_id = serializers.CharField(allow_null=True)
    subject_name = serializers.CharField(allow_null=True)
    title = serializers.CharField(allow_null=True)
    due_week = serializers.IntegerField(help_text="week of the semester in which it is due, or the quiz is held")
    max_marks = serializers.FloatField(allow_null=True)
    state = serializers.ChoiceField(
        choices=WORK_STATES,
        help_text="unknown: its row breaks a rule of data quality; not_loaded: no row of the whole class is there yet",
    )
    known_week = serializers.IntegerField(allow_null=True, help_text="the week in which it became known; null: not yet")
    mark_pct = serializers.FloatField(allow_null=True, help_text="0-100; null: not marked")
    quality_pct = serializers.FloatField(allow_null=True)
    plagiarism_pct = serializers.FloatField(allow_null=True)


class WorkSerializer(serializers.Serializer[Any]):
    """The work of a semester, in the order in which it is due."""

    student_id = serializers.CharField()
    week_status = WeekStatusSerializer(allow_null=True, help_text="null: nothing is published of the student")
    work = PieceSerializer(many=True)


class OneStudentWork(Resource):
    """The work of one student."""

    parameters = WorkParameters

    @extend_schema(operation_id="student_work_list", responses={200: WorkSerializer})
    def get(self, request: Request, student_id: str) -> Response:
        """Every piece of work, due or not yet. The audit log records that you read it."""
        student = scope.of_students(RosterStudent.objects.filter(student_id=student_id), self.user).first()
        if student is None:
            raise NotFound
        self.audit(What.READ_STUDENT, student_id=student_id)
        found = self._term(student)
        status, work = None, []
        if found is not None:
            status = week_status(found, computed_at([found["run_id"]]))
            work = work_of_student(student_id, found["academic_year"], found["semester"])
        return Response({"student_id": student_id, "week_status": status, "work": work})

    def _term(self, student: RosterStudent) -> dict[str, Any] | None:
        """The row of the semester asked for; the latest one that fits."""
        rows = StudentWork.objects.filter(student_id=student.student_id, **self.query)
        if not self.query:
            state = AnalysisState.objects.filter(class_id=student.class_id).first()
            if state is None:
                return None
            rows = rows.filter(academic_year=state.academic_year, semester=state.semester)
        latest = rows.order_by("-academic_year", "-semester")
        found = latest.values("academic_year", "semester", "sem_week", "run_id").first()
        return None if found is None else dict(found)
