"""/api/policy/: the policy in force, each number with its meaning."""

from typing import Any

from django.db.models import Count
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from edumetrics.accounts import scope
from edumetrics.analysis_db.models import AnalysisState
from edumetrics.api.policy_file import policy_in_force
from edumetrics.api.resources import Resource
from edumetrics.engine.policy import Policy, values_of


class PolicyNumberSerializer(serializers.Serializer[Any]):
    """One number, text or list of the policy."""

    key = serializers.CharField(help_text="its name in the policy file, like triage.levels.watch")
    value = serializers.JSONField(help_text="a number, a text, a list or an object")
    default = serializers.JSONField(help_text="what it is where the file does not name it")
    meaning = serializers.CharField()


class PolicyInUseSerializer(serializers.Serializer[Any]):
    """A version by which classes that you see are scored."""

    policy_version = serializers.CharField()
    classes = serializers.IntegerField()


class PolicySerializer(serializers.Serializer[Any]):
    """The policy that the next run uses."""

    version = serializers.CharField(help_text="the same numbers have the same version everywhere")
    numbers = PolicyNumberSerializer(many=True)
    in_use = PolicyInUseSerializer(
        many=True, help_text="a class keeps its policy for the semester, so it may be another than the file's"
    )


class PolicyInForce(Resource):
    """The policy."""

    @extend_schema(operation_id="policy_retrieve", responses={200: PolicySerializer})
    def get(self, request: Request) -> Response:
        """Every number of the scoring and of the schedule, with its meaning."""
        policy = policy_in_force()
        defaults = {one.key: one.value for one in values_of(Policy())}
        numbers = [
            {"key": one.key, "value": one.value, "default": defaults[one.key], "meaning": one.meaning}
            for one in values_of(policy)
        ]
        states = scope.of_classes(AnalysisState.objects.all(), self.user)
        in_use = states.values("policy_version").annotate(classes=Count("pk")).order_by("policy_version")
        return Response({"version": policy.version, "numbers": numbers, "in_use": list(in_use)})
