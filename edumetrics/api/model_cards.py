"""/api/models/: the cards of the trained models, training, and which model is in use."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from edumetrics.accounts.models import Role
from edumetrics.accounts.signing_in import client_address
from edumetrics.analysis_db.models import AnalysisRun, ModelCard, PredictionDrift, Runner
from edumetrics.api.post_exam import ModelErrorSerializer, of_error
from edumetrics.api.predictions import NO_MODEL, Rows, yes_or_no
from edumetrics.api.problems import Conflict, Unavailable
from edumetrics.api.resources import ListParameters, ListResource, Resource, names_of
from edumetrics.audit.actions import What
from edumetrics.engine.predictions.codes import OUTPUTS
from edumetrics.runs import queue
from edumetrics.runs.promotion import NotPromotable, promote

_IN_USE = Q(promoted__isnull=False, retired__isnull=True)
_STATES = {"in use": _IN_USE, "retired": Q(retired__isnull=False), "never in use": Q(promoted__isnull=True)}


class VersionConverter:
    """A version in a path."""

    regex = r"[a-z_]{1,40}-[0-9a-f]{12}"

    def to_python(self, value: str) -> str:
        """As it is."""
        return value

    def to_url(self, value: str) -> str:
        """As it is."""
        return value


class ModelParameters(ListParameters):
    """Filters of the cards."""

    orderings = ("created", "output")

    output = serializers.ChoiceField(choices=list(OUTPUTS), required=False)
    in_use = yes_or_no("whether predictions are made by it")


class ModelSerializer(serializers.Serializer[Any]):
    """The card of a trained model."""

    version = serializers.CharField(help_text="the output and the first 12 digits of the model's hash")
    output = serializers.ChoiceField(choices=list(OUTPUTS))
    about = serializers.CharField(help_text="what it predicts, in words")
    kind = serializers.CharField(help_text="the kind of predictor that was chosen")
    state = serializers.ChoiceField(choices=list(_STATES))
    sentence = serializers.CharField(help_text="how good it is beside the naive baselines, in words")
    created = serializers.DateTimeField()
    created_by = serializers.CharField(help_text="who asked for the training; empty: the command line")
    trained_run_id = serializers.IntegerField()
    seed = serializers.IntegerField()
    trained_on = serializers.JSONField(help_text="terms, examples, students, version of the policy")
    last_academic_year = serializers.IntegerField(help_text="of the latest term learnt from")
    last_term = serializers.CharField(help_text="odd or even; it predicts later terms only")
    features = serializers.ListField(child=serializers.CharField())
    metrics = serializers.JSONField(help_text="on the latest term, which it was tested on, unseen")
    curve = serializers.JSONField(help_text="of probabilities: predicted and actual share by tenths; else empty")
    baselines = serializers.JSONField(help_text="the metrics of each naive baseline on the same rows")
    beats_baselines = serializers.BooleanField(help_text="better than each; only then can it be put into use")
    comparison = serializers.JSONField(
        allow_null=True, help_text="with the model in use when it was trained, on the same rows; null: there was none"
    )
    fairness = serializers.JSONField(
        allow_null=True, help_text="the metrics by group, for audit: to admins only, null for others"
    )
    artefact_sha256 = serializers.CharField()
    promoted = serializers.DateTimeField(allow_null=True, help_text="when it was last put into use")
    promoted_by = serializers.CharField()
    retired = serializers.DateTimeField(allow_null=True, help_text="when another one took its place")
    retrain = serializers.BooleanField(help_text="its error has grown by half: train a new one")
    retrain_reason = serializers.CharField()
    exams = ModelErrorSerializer(many=True, help_text="how well it did in each exam since, the latest first")


class QueuedRunSerializer(serializers.Serializer[Any]):
    """A run that waits for the runner."""

    run_id = serializers.IntegerField(help_text="/api/runs/{run_id}/ shows its progress")
    state = serializers.CharField()


class PromotedSerializer(serializers.Serializer[Any]):
    """A model that was put into use, and how it compares."""

    version = serializers.CharField()
    output = serializers.ChoiceField(choices=list(OUTPUTS))
    promoted = serializers.DateTimeField()
    promoted_by = serializers.CharField()
    in_place_of = serializers.CharField(allow_null=True, help_text="the model that was in use; null: none was")
    metrics = serializers.JSONField()
    baselines = serializers.JSONField()
    comparison = serializers.JSONField(allow_null=True, help_text="on the same rows, with the model then in use")
    sentence = serializers.CharField()


class ModelCards(ListResource):
    """The trained models: those in use first, then the latest."""

    parameters = ModelParameters
    item = ModelSerializer
    csv_name = "models"
    errors = {409: "A training waits or runs; run_id names it.", 503: "No runner is alive, or no database."}
    roles_of = {"POST": (Role.ADMIN,)}
    order = ("place", F("created").desc(), "version")
    orders = {"created": ("created", "version"), "output": ("output", "created", "version")}

    def rows(self) -> Rows:
        """Every card; nothing in it is about one student."""
        rows = ModelCard.objects.annotate(place=Case(When(_IN_USE, then=Value(0)), default=Value(1)))
        if "output" in self.query:
            rows = rows.filter(output=self.query["output"])
        if "in_use" in self.query:
            rows = rows.filter(place=0 if self.query["in_use"] == "true" else 1)
        made = {"about", "state", "sentence", "curve", "exams"}
        found: Rows = rows.values(*[name for name in names_of(ModelSerializer) if name not in made])
        return found

    def present(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        """With what each did in the exams since."""
        exams = _exams([row["version"] for row in rows])
        return [_present(row, exams.get(row["version"], []), for_audit=self.user.is_admin) for row in rows]

    def reason(self) -> str:
        """Why there is none."""
        return "No such model has been trained." if ModelCard.objects.exists() else NO_MODEL

    @extend_schema(
        operation_id="models_train",
        request=None,
        responses={202: OpenApiResponse(QueuedRunSerializer, description="The runner takes it up.")},
    )
    def post(self, request: Request) -> Response:
        """Have a model trained for each output, from every finished semester. None of them is put into use by that."""
        with transaction.atomic():
            runner = queue.runner_alive(datetime.now(UTC))
            if runner is None:
                raise Unavailable("No runner is alive, so nothing would be trained: start manage.py scheduler.")
            # Two requests at the same time wait here for each other, so that the second one finds the first's run.
            Runner.objects.select_for_update().get(pk=runner.pk)
            unfinished = AnalysisRun.objects.filter(kind="train", state__in=(queue.State.QUEUED, queue.State.RUNNING))
            if (there := unfinished.order_by("pk").first()) is not None:
                raise Conflict(f"Run {there.pk}, a training, is {there.state}.", run_id=there.pk)
            run = queue.enqueue("train", by=self.user.username)
            self.audit(What.TRAIN, whom=f"run {run.pk}")
        return Response({"run_id": run.pk, "state": run.state}, status=202)


class Promotion(Resource):
    """Putting a model into use."""

    roles = (Role.ADMIN,)
    errors = {409: "The model is in use already, or does not beat the naive baselines."}

    @extend_schema(operation_id="models_promote", request=None, responses={200: PromotedSerializer})
    def post(self, request: Request, version: str) -> Response:
        """Have the next runs predict by this model; what was predicted stays. Answers with the comparison."""
        card = ModelCard.objects.filter(pk=version).first()
        if card is None:
            raise NotFound
        before = ModelCard.objects.filter(_IN_USE, output=card.output).values_list("version", flat=True).first()
        try:
            card = promote(version=version, by=self.user.username, from_where=client_address(self.request._request))
        except NotPromotable as error:
            raise Conflict(str(error), comparison=card.comparison) from error
        shown = {name: getattr(card, name) for name in _SHOWN}
        return Response({**shown, "in_place_of": before, "sentence": how_good(shown)})


_SHOWN = ("version", "output", "promoted", "promoted_by", "metrics", "baselines", "comparison")


def _present(row: Mapping[str, Any], exams: Sequence[dict[str, Any]], *, for_audit: bool) -> dict[str, Any]:
    whole = {
        **row,
        "about": OUTPUTS[row["output"]],
        "state": _state(row),
        "sentence": how_good(row),
        "curve": (row["metrics"] or {}).get("curve") or [],
        "fairness": row["fairness"] if for_audit else None,
        "exams": exams,
    }
    return {name: whole[name] for name in names_of(ModelSerializer)}


def _state(row: Mapping[str, Any]) -> str:
    if row["promoted"] is None:
        return "never in use"
    return "in use" if row["retired"] is None else "retired"


def _exams(versions: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """How well models did in the exams since: version -> the latest first. One query."""
    columns = [name for name in names_of(ModelErrorSerializer) if name != "sentence"]
    found: dict[str, list[dict[str, Any]]] = {}
    rows = PredictionDrift.objects.filter(model_version__in=versions)
    # "even" is the later half of a year, and the earlier word.
    for row in rows.order_by("-academic_year", "term", "exam_type", "model_version").values(*columns):
        found.setdefault(row["model_version"], []).append({**row, "sentence": of_error(row)})
    return found


_SAID = {"mae": ("is {:.1f} points off on average", min), "brier": ("has a Brier score of {:.3f}", min)}


def how_good(card: Mapping[str, Any]) -> str:
    """A card's main figure beside that of the best naive baseline, in words."""
    metrics, baselines = card["metrics"] or {}, card["baselines"] or {}
    for name, (words, best) in _SAID.items():
        if not isinstance(metrics.get(name), int | float):
            continue
        said = f"For {OUTPUTS[card['output']]} it {words.format(metrics[name])} on {metrics.get('n', 'the')} test rows"
        others = [one[name] for one in baselines.values() if isinstance(one.get(name), int | float)]
        return said + (f"; the best naive baseline {words.format(best(others))}." if others else ".")
    return f"For {OUTPUTS[card['output']]} no figures are known."
