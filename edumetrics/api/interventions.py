"""/api/interventions/: the contacts with students, what came of them, and what is still to be done."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from edumetrics.accounts import scope
from edumetrics.analysis_db.models import RosterStudent, WeeklyMetrics
from edumetrics.api.policy_file import policy_in_force
from edumetrics.api.resources import Body, Key, ListParameters, ListResource, Resource
from edumetrics.api.weeks import WeekStatusSerializer, computed_at, week_status
from edumetrics.audit.actions import What
from edumetrics.interventions import follow_ups
from edumetrics.interventions.actions import amend_intervention, log_intervention
from edumetrics.interventions.models import InterventionHistory, InterventionLog

LONGEST_TEXT = 10_000
_SHOWN = ("id", "student_id", "student_name", "roll_number", "class_id", "advisor", "logged_at", "amended_at")
_SAID = ("kind", "notes", "outcome", "follow_up_on", "follow_up_by", "follow_up_done_at")


class InterventionParameters(ListParameters):
    """Filters of the contacts."""

    orderings = ("logged_at", "follow_up_on")

    student_id = Key()
    class_id = Key(help_text="contacts with the students who are in the class now")
    advisor = serializers.CharField(max_length=150, required=False, help_text="who logged it")
    follow_up_by = serializers.CharField(max_length=150, required=False, help_text="whose the follow-up is")
    kind = serializers.ChoiceField(choices=InterventionLog.Kind.choices, required=False)
    due = serializers.BooleanField(
        required=False, help_text="true: only with a follow-up that is due today or was before, and is not done"
    )
    academic_year = serializers.IntegerField(min_value=1900, max_value=2999, required=False)
    semester = serializers.IntegerField(min_value=1, max_value=8, required=False)


class VersionSerializer(serializers.Serializer[Any]):
    """What an intervention said before somebody amended it."""

    changed_at = serializers.DateTimeField(help_text="when it ceased to say this")
    changed_by = serializers.CharField()
    kind = serializers.ChoiceField(choices=InterventionLog.Kind.choices)
    notes = serializers.CharField()
    outcome = serializers.CharField()
    follow_up_on = serializers.DateField(allow_null=True)
    follow_up_by = serializers.CharField()
    follow_up_done_at = serializers.DateTimeField(allow_null=True)


class InterventionSerializer(serializers.Serializer[Any]):
    """A contact with a student."""

    id = serializers.IntegerField()
    student_id = serializers.CharField()
    student_name = serializers.CharField(allow_null=True)
    roll_number = serializers.IntegerField(allow_null=True)
    class_id = serializers.CharField(help_text="the class the student was in when it was logged")
    advisor = serializers.CharField(help_text="user name of who logged it")
    kind = serializers.ChoiceField(choices=InterventionLog.Kind.choices)
    notes = serializers.CharField()
    outcome = serializers.CharField()
    follow_up_on = serializers.DateField(allow_null=True)
    follow_up_by = serializers.CharField(help_text="user name of whose the follow-up is")
    follow_up_done_at = serializers.DateTimeField(allow_null=True)
    due = serializers.BooleanField(help_text="a follow-up is due today or was before, and is not done")
    logged_at = serializers.DateTimeField()
    amended_at = serializers.DateTimeField(allow_null=True, help_text="the last time; null: it says what it said first")
    week_status = WeekStatusSerializer(help_text="the published week whose list the contact answers")


class InterventionDetailSerializer(InterventionSerializer):
    """A contact, and all that it said before."""

    history = VersionSerializer(many=True, help_text="earlier versions, the oldest first")


class _Said(Body):
    """What people write about a contact."""

    notes = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, required=False)
    outcome = serializers.CharField(max_length=LONGEST_TEXT, allow_blank=True, required=False)
    follow_up_on = serializers.DateField(
        allow_null=True, required=False, help_text="when to see to it again; null: no follow-up"
    )

    def validate_follow_up_on(self, value: date | None) -> date | None:
        """Years that somebody meant."""
        if value is not None and not 2000 <= value.year <= 2999:
            raise ValidationError(f"The year is {value.year}; it may be 2000 to 2999.")
        return value


class NewInterventionSerializer(_Said):
    """A contact to be logged."""

    student_id = Key(required=True)
    kind = serializers.ChoiceField(choices=InterventionLog.Kind.choices)


class AmendedInterventionSerializer(_Said):
    """What is to be put right. What is left out stays."""

    kind = serializers.ChoiceField(choices=InterventionLog.Kind.choices, required=False)
    follow_up_done = serializers.BooleanField(required=False, help_text="true: it is done; false: it is open again")


_EXAMPLE = OpenApiExample(
    "A conversation",
    {
        "student_id": "25CSEA012",
        "kind": "conversation",
        "notes": "Missed two weeks for a wedding at home.",
        "outcome": "Will see the tutor for mathematics.",
        "follow_up_on": "2026-12-07",
    },
    request_only=True,
)


class Interventions(ListResource):
    """The log of contacts."""

    parameters = InterventionParameters
    item = InterventionSerializer
    csv_name = "interventions"
    order = ("-logged_at", "-id")
    orders = {
        "logged_at": ("logged_at", "id"),
        "follow_up_on": (F("follow_up_on").asc(nulls_last=True), "id"),
    }

    def rows(self) -> "QuerySet[Any, Any]":
        """In scope, by the class that the student is in now."""
        query = self.query
        self.check_student(query.get("student_id"))
        self.check_class(query.get("class_id"))
        names = ("student_id", "advisor", "follow_up_by", "kind", "academic_year", "semester")
        rows = in_scope(self).filter(**{name: query[name] for name in names if name in query})
        if "class_id" in query:
            members = RosterStudent.objects.filter(class_id=query["class_id"])
            rows = rows.filter(student_id__in=members.values("student_id"))
        if query.get("due"):
            rows = follow_ups.due(rows, today())
        return as_values(rows)

    def present(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        """As they are answered."""
        return present(rows)

    def reason(self) -> str:
        """Why there is none."""
        return "No contact is logged that this list asks for."

    @extend_schema(
        operation_id="intervention_log",
        request=NewInterventionSerializer,
        responses={201: InterventionDetailSerializer},
        examples=[_EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        """Log a contact. In the follow-up window of the policy the student then is in progress."""
        values = self.body(NewInterventionSerializer)
        self.check_student(values["student_id"])
        with transaction.atomic():
            logged = log_intervention(by=self.user.username, at=datetime.now(UTC), **values)
            self.audit(What.LOG_INTERVENTION, student_id=logged.student_id, intervention=logged.pk, kind=logged.kind)
        return Response(detail(self, logged.pk), status=201)


@extend_schema(parameters=[OpenApiParameter("intervention_id", OpenApiTypes.INT64, OpenApiParameter.PATH)])
class Intervention(Resource):
    """One contact."""

    errors: ClassVar[dict[int, str]] = {}

    @extend_schema(operation_id="intervention_retrieve", responses={200: InterventionDetailSerializer})
    def get(self, request: Request, intervention_id: int) -> Response:
        """What it says, and what it said before."""
        found = detail(self, intervention_id)
        self.audit(What.READ_STUDENT, student_id=found["student_id"], intervention=intervention_id)
        return Response(found)

    @extend_schema(
        operation_id="intervention_amend",
        request=AmendedInterventionSerializer,
        responses={200: InterventionDetailSerializer},
        examples=[
            OpenApiExample(
                "The follow-up is done", {"follow_up_done": True, "outcome": "Is back in class."}, request_only=True
            )
        ],
    )
    def patch(self, request: Request, intervention_id: int) -> Response:
        """Put it right, or say that its follow-up is done; what it said before is kept."""
        values = self.body(AmendedInterventionSerializer)
        now = datetime.now(UTC)
        with transaction.atomic():
            # For update: the history is to have what was there, and not what somebody else just changed.
            row = in_scope(self).select_for_update().filter(pk=intervention_id).first()
            if row is None:
                raise NotFound
            changed = amend_intervention(intervention_id, by=self.user.username, at=now, **_changes(values, row, now))
            if changed:
                self.audit(
                    What.AMEND_INTERVENTION, student_id=row.student_id, intervention=intervention_id, fields=changed
                )
        return Response(detail(self, intervention_id))


def _changes(values: dict[str, Any], row: InterventionLog, now: datetime) -> dict[str, Any]:
    changes = {name: value for name, value in values.items() if name != "follow_up_done"}
    follow_up_on = changes.get("follow_up_on", row.follow_up_on)
    done = values.get("follow_up_done")
    if done and follow_up_on is None:
        raise ValidationError({"follow_up_done": ["There is no follow-up: give follow_up_on with it."]})
    if done and row.follow_up_done_at is None:
        changes["follow_up_done_at"] = now
    elif done is False or follow_up_on is None:
        changes["follow_up_done_at"] = None
    return changes


def in_scope(view: Resource) -> "QuerySet[InterventionLog]":
    """The contacts with students whom the user may see."""
    return scope.of_students(InterventionLog.objects.all(), view.user)


def today() -> date:
    """The date at the college."""
    return datetime.now(policy_in_force().calendar.zone).date()


def as_values(rows: "QuerySet[InterventionLog]") -> "QuerySet[Any, Any]":
    """With what the student is called, when it was last amended, and the run that computed its week."""
    student = RosterStudent.objects.filter(student_id=OuterRef("student_id"))
    key = {name: OuterRef(name) for name in ("student_id", "academic_year", "semester", "sem_week")}
    versions = InterventionHistory.objects.filter(intervention=OuterRef("pk")).order_by("-changed_at", "-id")
    found: QuerySet[Any, Any] = rows.annotate(
        student_name=Subquery(student.values("name")),
        roll_number=Subquery(student.values("roll_number")),
        run_id=Subquery(WeeklyMetrics.objects.filter(**key).values("run_id")[:1]),
        amended_at=Subquery(versions.values("changed_at")[:1]),
    ).values(
        *_SHOWN, *_SAID, "academic_year", "semester", "sem_week", "run_id",
    )  # fmt: skip
    return found


def present(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Rows of ``as_values`` as they are answered."""
    times = computed_at(row["run_id"] for row in rows if row["run_id"] is not None)
    day = today()
    return [
        {
            **{name: row[name] for name in _SHOWN},
            **{name: row[name] for name in _SAID},
            "due": row["follow_up_on"] is not None and row["follow_up_done_at"] is None and row["follow_up_on"] <= day,
            "week_status": week_status(row, times),
        }
        for row in rows
    ]


def detail(view: Resource, intervention_id: int) -> dict[str, Any]:
    """One contact with its history. Raises NotFound where there is none for the user."""
    rows = list(as_values(in_scope(view).filter(pk=intervention_id)))
    if not rows:
        raise NotFound
    versions = InterventionHistory.objects.filter(intervention=intervention_id).order_by("changed_at", "id")
    return {**present(rows)[0], "history": list(versions.values("changed_at", "changed_by", *_SAID))}
