"""What the lists of predictions have in common: which week's, of whom, with drivers and the triage beside them."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.db.models import (
    Case,
    Exists,
    F,
    IntegerField,
    Max,
    Model,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.http.response import HttpResponseBase
from rest_framework import serializers
from rest_framework.request import Request

from edumetrics.accounts import scope
from edumetrics.analysis_db.models import AnalysisState, ModelCard, RosterStudent, WeeklyFlags
from edumetrics.api.resources import Key, ListResource, names_of
from edumetrics.api.weeks import TermListParameters, WeekStatusSerializer, computed_at, week_status
from edumetrics.audit.actions import What
from edumetrics.engine.flags.codes import LEVELS, LISTS
from edumetrics.engine.predictions.codes import RISK_LABELS

Rows = QuerySet[Any, Any]

_TERM = ("class_id", "academic_year", "semester")
KEY = ("student_id", "academic_year", "semester", "sem_week")

NO_MODEL = (
    "No trained model yet: an admin has one trained (POST /api/models/) and promoted once the college has a finished "
    "semester with exam results."
)


def yes_or_no(help_text: str) -> serializers.ChoiceField:
    """A parameter that is true or false, and nothing else that could be read as one of them."""
    return serializers.ChoiceField(choices=["true", "false"], required=False, help_text=help_text)


class PredictionParameters(TermListParameters):
    """Term, week, class and student of predictions."""

    orderings: ClassVar[Sequence[str]] = ("name", "roll_number", "class_id")

    student_id = Key(help_text="a student whom you may see")
    weeks = serializers.ChoiceField(
        choices=["last", "all"],
        default="last",
        help_text="without week: the last week that each class has a prediction of in the term, or all of them",
    )


class LabelParameters(PredictionParameters):
    """The same with the label of the risk."""

    label = serializers.ChoiceField(choices=RISK_LABELS, required=False)  # type: ignore[assignment]


class DriverSerializer(serializers.Serializer[Any]):
    """One of the main drivers of a prediction, the strongest first."""

    feature = serializers.CharField(help_text="name of the feature")
    sentence = serializers.CharField(help_text="in words, with its numbers")
    value = serializers.FloatField(allow_null=True, help_text="the student's; null: not known")
    typical = serializers.FloatField(allow_null=True, help_text="median of those learnt from, or the rule")
    effect = serializers.FloatField(
        allow_null=True,
        help_text="how far the prediction would move if it were typical; points of a score, 0-1 of a probability; "
        "null: a rule of thumb",
    )


class TriageSerializer(serializers.Serializer[Any]):
    """What the rules said of the student in the week of the prediction; null: not flagged."""

    level = serializers.ChoiceField(choices=LEVELS, allow_null=True)
    list = serializers.ChoiceField(choices=LISTS)
    risk_score = serializers.FloatField()
    urgency = serializers.FloatField()
    rank_in_class = serializers.IntegerField(allow_null=True)


class StudentSerializer(serializers.Serializer[Any]):
    """Whom a row is about."""

    student_id = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    roll_number = serializers.IntegerField(allow_null=True)
    class_id = serializers.CharField(help_text="the class at the time of the row")


class PredictionSerializer(StudentSerializer):
    """What every prediction has."""

    drivers = DriverSerializer(many=True)
    model_version = serializers.CharField(allow_null=True, help_text="null: no trained model gave it")
    note = serializers.CharField(help_text="why a number is null or a rule of thumb; empty: a trained model's")
    triage = TriageSerializer(allow_null=True)
    week_status = WeekStatusSerializer()


def of_predictions(rows: Rows, query: Mapping[str, Any]) -> Rows:
    """The rows of the term and week that the parameters name.

    Predictions are made in some weeks only, so that without a week it is the last that a class has one of in the term.
    Without a semester or a year it is the term that each class is published in.
    """
    everything = rows.model._default_manager
    rows = rows.filter(**{name: query[name] for name in _TERM if name in query})
    if not {"academic_year", "semester"} & set(query):
        rows = rows.filter(Exists(AnalysisState.objects.filter(**{name: OuterRef(name) for name in _TERM})))
    if "week" in query:
        return rows.filter(sem_week=query["week"])
    if query["weeks"] == "all":
        return rows
    weeks = everything.filter(**{name: OuterRef(name) for name in _TERM}).order_by().values(*_TERM)
    return rows.filter(sem_week=Subquery(weeks.annotate(last=Max("sem_week")).values("last")))


def with_student(rows: Rows) -> Rows:
    """With name and roll_number of the roster; null for who is not on it any more."""
    student = RosterStudent.objects.filter(student_id=OuterRef("student_id"))
    found: Rows = rows.annotate(
        name=Subquery(student.values("name")[:1]), roll_number=Subquery(student.values("roll_number")[:1])
    )
    return found


def by_label() -> Case:
    """HIGH first, what cannot be told last: for orders."""
    whens = [When(risk_label=label, then=Value(place)) for place, label in enumerate(reversed(RISK_LABELS))]
    return Case(*whens, default=Value(len(RISK_LABELS)), output_field=IntegerField())


def has_model(*outputs: str) -> bool:
    """Whether a trained model is in use for one of the outputs."""
    return ModelCard.objects.filter(output__in=outputs, promoted__isnull=False, retired__isnull=True).exists()


class StudentList(ListResource):
    """A list of rows about students, in scope; what is asked of one student is recorded."""

    model: ClassVar[type[Model]]
    filters: ClassVar[Mapping[str, str]] = {"student_id": "student_id"}
    """Parameter -> column."""
    key: ClassVar[Sequence[str]] = KEY
    """What makes an order total."""
    unstored: ClassVar[frozenset[str]] = frozenset({"week_status", "triage"})
    """Fields of ``item`` that ``present`` adds."""
    hidden: ClassVar[Sequence[str]] = ("academic_year", "semester", "sem_week", "run_id")
    """Columns that ``present`` needs."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """A page of the list, or with format=csv the whole of it."""
        if "student_id" in self.query:
            self.check_student(self.query["student_id"])
            self.audit(What.READ_STUDENT, student_id=self.query["student_id"], page=self.csv_name)
        return super().get(request, *args, **kwargs)

    def of_term(self, rows: Rows) -> Rows:
        """Those of the term, week and class asked for."""
        return of_predictions(rows, self.query)

    def found(self) -> Rows:
        """The rows in scope, filtered."""
        self.check_class(self.query.get("class_id"))
        rows = self.of_term(scope.of_students(self.model._default_manager.all(), self.user))
        return rows.filter(**{column: self.query[name] for name, column in self.filters.items() if name in self.query})

    def rows(self) -> Rows:
        """With the names of the students, as values."""
        stored = [name for name in names_of(self.item) if name not in self.unstored]
        return with_student(self.found()).values(*{*stored, *self.hidden})

    def present(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        """In the order of the serializer's fields."""
        times, triage = computed_at(row["run_id"] for row in rows), self.triage(rows)
        names = names_of(self.item)
        return [self._in_order(row, names, times, triage) for row in rows]

    def triage(self, rows: Sequence[Mapping[str, Any]]) -> Mapping[tuple[Any, ...], Mapping[str, Any]]:
        """What the rules said: KEY -> fields of TriageSerializer."""
        return _triage(rows)

    def week(self, row: Mapping[str, Any], times: Mapping[int, Any]) -> dict[str, Any]:
        """What week a row was computed for; ``times``: weeks.computed_at."""
        return week_status(row, times)

    def _in_order(
        self, row: Mapping[str, Any], names: Sequence[str], times: Mapping[int, Any], triage: Mapping[Any, Any]
    ) -> dict[str, Any]:
        said = triage.get(tuple(row.get(name) for name in KEY))
        whole = {**row, "week_status": self.week(row, times), "triage": said}
        return {name: whole[name] for name in names}


def _triage(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[Any, ...], dict[str, Any]]:
    """What the rules said of the same students and weeks: key -> fields of TriageSerializer. One query."""
    wanted = {f"{column}__in": {row[column] for row in rows} for column in KEY}
    columns = ("risk_level", "list", "risk_score", "urgency", "rank_in_class")
    return {
        tuple(flag[column] for column in KEY): {"level": flag["risk_level"]} | {n: flag[n] for n in columns[1:]}
        for flag in WeeklyFlags.objects.filter(**wanted).values(*KEY, *columns)
    }


def student_orders(key: Sequence[Any]) -> dict[str, Sequence[Any]]:
    """The orders that every list of students has; ``key`` makes them total."""
    return {
        "name": (F("name").asc(nulls_last=True), *key),
        "roll_number": (F("roll_number").asc(nulls_last=True), *key),
        "class_id": ("class_id", F("roll_number").asc(nulls_last=True), *key),
    }
