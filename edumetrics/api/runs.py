"""/api/calibrate/ and /api/runs/: asking for a run, and what runs do and did."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from edumetrics.accounts.models import Role
from edumetrics.analysis_db.models import AnalysisRun, Runner
from edumetrics.api.problems import Conflict, Unavailable
from edumetrics.api.resources import Body, ListParameters, ListResource, Resource
from edumetrics.api.weeks import week_field
from edumetrics.audit.actions import What
from edumetrics.runs import queue

State = AnalysisRun.State

_TO_EVERYBODY = ("id", "kind", "state", "queued", "started", "finished", "academic_year", "term", "sem_week")
_TO_ADMINS = ("queued_by", "policy_version", "error", "rows", "weeks", "stages")
_ADMINS = "null: only admins see it"


class RunParameters(ListParameters):
    """Filters of the runs."""

    orderings = ("id", "started")

    kind = serializers.ChoiceField(choices=["weekly", "calibrate", "train"], required=False)
    state = serializers.ChoiceField(choices=State.choices, required=False)


class RunProgressSerializer(serializers.Serializer[Any]):
    """How far a run is."""

    what = serializers.CharField(allow_null=True, help_text="what it does")
    shards_done = serializers.IntegerField(allow_null=True)
    shards = serializers.IntegerField(allow_null=True)
    classes_done = serializers.IntegerField(allow_null=True)
    classes = serializers.IntegerField(allow_null=True)


class RunStageSerializer(serializers.Serializer[Any]):
    """Where the time went, added up over all shards."""

    stage = serializers.CharField()
    seconds = serializers.FloatField()


class RunWeeksSerializer(serializers.Serializer[Any]):
    """Weeks that the run scored."""

    academic_year = serializers.IntegerField()
    semester = serializers.IntegerField()
    from_week = serializers.IntegerField()
    through_week = serializers.IntegerField()
    classes = serializers.IntegerField()


class RunSerializer(serializers.Serializer[Any]):
    """A run."""

    id = serializers.IntegerField()
    kind = serializers.CharField(help_text="weekly, calibrate or train")
    state = serializers.ChoiceField(choices=State.choices)
    queued = serializers.DateTimeField(allow_null=True, help_text="null: begun by hand at once")
    started = serializers.DateTimeField(allow_null=True)
    finished = serializers.DateTimeField(allow_null=True)
    academic_year = serializers.IntegerField(allow_null=True, help_text="where the college stood")
    term = serializers.CharField(allow_null=True, help_text="odd or even")
    sem_week = serializers.IntegerField(allow_null=True)
    progress = RunProgressSerializer(allow_null=True, help_text="null: it has not begun")
    queued_by = serializers.CharField(allow_null=True, help_text=_ADMINS)
    policy_version = serializers.CharField(allow_null=True, help_text=_ADMINS)
    error = serializers.CharField(allow_null=True, help_text=f"why it failed; {_ADMINS}")
    rows = serializers.DictField(
        child=serializers.IntegerField(), allow_null=True, help_text=f"rows written by table; {_ADMINS}"
    )
    weeks = RunWeeksSerializer(many=True, allow_null=True, help_text=_ADMINS)
    stages = RunStageSerializer(many=True, allow_null=True, help_text=_ADMINS)


class FindingSerializer(serializers.Serializer[Any]):
    """Rows of one table and week that break one rule."""

    table = serializers.CharField()
    rule = serializers.CharField()
    sentence = serializers.CharField(help_text="the rule in words")
    week = serializers.IntegerField(allow_null=True)
    rows = serializers.IntegerField()
    examples = serializers.ListField(child=serializers.CharField(), help_text="keys of some of the rows")


class QuarantineSerializer(serializers.Serializer[Any]):
    """A source of a class that is left out for a week."""

    class_id = serializers.CharField()
    sem_week = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]
    bad = serializers.IntegerField()
    rows = serializers.IntegerField()


class LateChangeSerializer(serializers.Serializer[Any]):
    """A published week whose source changed afterwards."""

    class_id = serializers.CharField()
    sem_week = serializers.IntegerField()
    students = serializers.IntegerField()


class QualitySerializer(serializers.Serializer[Any]):
    """The data-quality report."""

    findings = FindingSerializer(many=True)
    quarantined = QuarantineSerializer(many=True)
    late_changes = LateChangeSerializer(many=True)


class RunDetailSerializer(RunSerializer):
    """A run with its report."""

    quality = QualitySerializer(allow_null=True, help_text=f"{_ADMINS}, since its examples name students")


class CalibrateSerializer(Body):
    """What to calibrate; nothing given: every week that is missing."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Made at each request, since the policy may have been given a longer calendar."""
        week = week_field("score the weeks from this one on anew", allow_null=True)
        return super().get_fields() | {"recompute_from": week}


class QueuedSerializer(serializers.Serializer[Any]):
    """A run that waits for the runner."""

    run_id = serializers.IntegerField(help_text="/api/runs/{run_id}/ says how far it is")
    state = serializers.ChoiceField(choices=State.choices)


class Calibrate(Resource):
    """Asking for a run."""

    roles = (Role.ADMIN,)
    errors = {409: "A run is under way or waits; run_id names it.", 503: "No runner process is alive."}

    @extend_schema(operation_id="calibrate", request=CalibrateSerializer, responses={202: QueuedSerializer})
    def post(self, request: Request) -> Response:
        """Queue a run that brings the results to the college's week; the runner process carries it out."""
        values = self.body(CalibrateSerializer)
        with transaction.atomic():
            check_runner()
            run = queue.enqueue("calibrate", recompute_from=values.get("recompute_from"), by=self.user.username)
            self.audit(What.CALIBRATE, whom=f"run {run.pk}", recompute_from=values.get("recompute_from"))
        return Response({"run_id": run.pk, "state": run.state}, status=202)


def check_runner() -> None:
    """Raises Unavailable where no runner is alive, and Conflict where a run is under way or waits.

    Within a transaction: until its end nobody else gets past here.
    """
    alive = queue.runner_alive(datetime.now(UTC))
    if alive is None:
        raise Unavailable("No runner is alive, so the run would wait in vain. Start one: manage.py scheduler.")
    Runner.objects.select_for_update().filter(pk=alive.pk).first()
    open_states = (State.RUNNING, State.QUEUED)
    # Alphabetically the running one is after the queued ones.
    there = AnalysisRun.objects.filter(state__in=open_states).order_by("-state", "id").first()
    if there is not None:
        what = "is under way" if there.state == State.RUNNING else "waits in the queue"
        raise Conflict(f"Run {there.pk} ({there.kind}) {what}. Wait until it has ended.", run_id=there.pk)


class Runs(ListResource):
    """The runs."""

    parameters = RunParameters
    item = RunSerializer
    csv_name = "runs"
    order = ("-id",)
    orders = {"id": ("id",), "started": (F("started").asc(nulls_last=True), "id")}

    def rows(self) -> "QuerySet[Any, Any]":
        """All of them: that a run took place is no secret."""
        named = {name: self.query[name] for name in ("kind", "state") if name in self.query}
        found: QuerySet[Any, Any] = AnalysisRun.objects.filter(**named).values(*_TO_EVERYBODY, *_TO_ADMINS, "progress")
        return found

    def present(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        """As this user may see them."""
        return [_present(row, self.user.is_admin) for row in rows]

    def reason(self) -> str:
        """Why there is none."""
        return "There was no such run yet."


@extend_schema(parameters=[OpenApiParameter("run_id", OpenApiTypes.INT64, OpenApiParameter.PATH)])
class Run(Resource):
    """One run."""

    @extend_schema(operation_id="run_retrieve", responses={200: RunDetailSerializer})
    def get(self, request: Request, run_id: int) -> Response:
        """How far it is, or what came of it."""
        row = AnalysisRun.objects.filter(pk=run_id).values(*_TO_EVERYBODY, *_TO_ADMINS, "progress", "quality").first()
        if row is None:
            raise NotFound
        quality = _quality(row["quality"]) if self.user.is_admin and row["quality"] else None
        return Response({**_present(row, self.user.is_admin), "quality": quality})


def _present(row: dict[str, Any], is_admin: bool) -> dict[str, Any]:
    progress = {name: row["progress"].get(name) for name in RunProgressSerializer().fields}
    return {
        **{name: row[name] for name in _TO_EVERYBODY},
        "progress": progress if row["progress"] else None,
        **{name: row[name] if is_admin else None for name in _TO_ADMINS},
    }


def _quality(report: dict[str, Any]) -> dict[str, Any]:
    from edumetrics.engine.tables.quality import RULES

    findings = [{**one, "sentence": f"{one['rows']} {RULES[one['rule']]}"} for one in report["findings"]]
    return {
        "findings": [{name: one[name] for name in FindingSerializer().fields} for one in findings],
        "quarantined": [{name: one[name] for name in QuarantineSerializer().fields} for one in report["quarantined"]],
        "late_changes": [{name: one[name] for name in LateChangeSerializer().fields} for one in report["late_changes"]],
    }
