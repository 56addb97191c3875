"""/api/me/: who is signed in, whose students they see, and what they can set for themselves."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from edumetrics.accounts import scope
from edumetrics.accounts.models import Role, User
from edumetrics.accounts.signing_in import is_demo
from edumetrics.analysis_db.models import AnalysisState, RosterClass
from edumetrics.api.policy_file import policy_in_force
from edumetrics.api.resources import Body, Resource
from edumetrics.audit.actions import What
from edumetrics.interventions import follow_ups
from edumetrics.interventions.models import InterventionLog
from edumetrics.runs.queue import runner_alive

MOST_CLASSES = 200


class NotifySerializer(Body):
    """What to be told of by mail."""

    weekly_briefing = serializers.BooleanField(required=False)
    follow_ups_due = serializers.BooleanField(required=False)


class OwnClassSerializer(serializers.Serializer[Any]):
    """A class that the user sees, and its published week."""

    class_id = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    branch = serializers.CharField(allow_null=True)
    academic_year = serializers.IntegerField(allow_null=True)
    semester = serializers.IntegerField(allow_null=True)
    sem_week = serializers.IntegerField(allow_null=True, help_text="null: nothing is published of it")


class MeSerializer(serializers.Serializer[Any]):
    """The signed-in user."""

    username = serializers.CharField()
    name = serializers.CharField()
    email = serializers.CharField()
    role = serializers.ChoiceField(choices=Role.choices)
    advisor_id = serializers.CharField(allow_null=True)
    capacity = serializers.IntegerField(allow_null=True, help_text="students a week; null: a fifth of the students")
    notify = NotifySerializer()
    demo = serializers.BooleanField(help_text="the college is a simulated one: nobody in it is real")
    classes = OwnClassSerializer(many=True, help_text=f"at most {MOST_CLASSES}; /api/classes/ has all")
    class_count = serializers.IntegerField()
    follow_ups_due = serializers.IntegerField(help_text="your own follow-ups that are due today or were before")
    runner_alive = serializers.BooleanField(
        allow_null=True, help_text="whether a process is there that carries out runs; null: only admins are told"
    )


class OwnSettingsSerializer(Body):
    """What users set for themselves. What is left out stays."""

    capacity = serializers.IntegerField(min_value=0, max_value=1000, allow_null=True, required=False)
    notify = NotifySerializer(required=False)


class Me(Resource):
    """Who I am."""

    keeps = True

    def may_keep(self) -> bool:
        """Not those of admins, whom it tells which process was alive a moment ago."""
        return super().may_keep() and not self.user.is_admin

    @extend_schema(operation_id="me_retrieve", responses={200: MeSerializer})
    def get(self, request: Request) -> HttpResponse:
        """Name, role, classes, settings, and whether this is a demo."""
        return self.kept_answer() or Response(_present(self.user))

    @extend_schema(operation_id="me_change", request=OwnSettingsSerializer, responses={200: MeSerializer})
    def patch(self, request: Request) -> Response:
        """Set the weekly capacity and what to be told of."""
        values = self.body(OwnSettingsSerializer)
        user = self.user
        if "capacity" in values:
            user.capacity = values["capacity"]
        if "notify" in values:
            user.notify = {**user.notify, **values["notify"]}
        user.save(update_fields=["capacity", "notify"])
        self.audit(What.CHANGE_USER, whom=user.username, fields=sorted(values))
        return Response(_present(user))


def _present(user: User) -> dict[str, Any]:
    seen = scope.class_ids(user)
    classes = RosterClass.objects.filter(class_id__in=seen).order_by("class_id")
    shown = list(classes.values("class_id", "name", "branch")[:MOST_CLASSES])
    states = {
        row["class_id"]: row
        for row in AnalysisState.objects.filter(class_id__in=[one["class_id"] for one in shown]).values(
            "class_id", "academic_year", "semester", "sem_week"
        )
    }
    own = scope.of_students(InterventionLog.objects.filter(follow_up_by=user.username), user)
    zone = policy_in_force().calendar.zone
    unpublished = {"academic_year": None, "semester": None, "sem_week": None}
    return {
        "username": user.username,
        "name": user.name,
        "email": user.email,
        "role": user.role,
        "advisor_id": user.advisor_id,
        "capacity": user.capacity,
        "notify": user.notify,
        "demo": is_demo(),
        "classes": [{**one, **states.get(one["class_id"], unpublished)} for one in shown],
        "class_count": classes.count(),
        "follow_ups_due": follow_ups.due(own, datetime.now(zone).date()).count(),
        "runner_alive": runner_alive(datetime.now(UTC)) is not None if user.is_admin else None,
    }
