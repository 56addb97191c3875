"""/api/post-exam/: what came of an exam beside what was predicted, and how wrong the models were."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, Value, When
from rest_framework import serializers

from edumetrics.analysis_db.models import AnalysisState, PostExamAnalysis, PredictionDrift, RosterSubject
from edumetrics.api.predictions import Rows, StudentList, StudentSerializer, student_orders
from edumetrics.api.resources import Key, ListParameters, names_of
from edumetrics.api.weeks import WeekStatusSerializer
from edumetrics.engine.predictions.codes import EXAM_TYPES, OUTPUTS, VERDICTS

_KEY = ("student_id", F("subject_id").asc(nulls_first=True), "academic_year", "semester", "exam_type")
_TERM = ("class_id", "academic_year", "semester")
_SCORES = {"midterm_score", "endterm_score"}


class PostExamParameters(ListParameters):
    """Filters of what came of the exams."""

    orderings = ("residual", "actual", "predicted", "name", "roll_number", "class_id")

    academic_year = serializers.IntegerField(min_value=1900, max_value=2999, required=False)
    semester = serializers.IntegerField(min_value=1, max_value=8, required=False)
    exam_type = serializers.ChoiceField(
        choices=EXAM_TYPES,
        required=False,
        help_text="without it the latest exam of each class, or every exam of the term named",
    )
    by = serializers.ChoiceField(
        choices=["student", "subject"], default="student", help_text="a row over all subjects, or one for each subject"
    )
    class_id = Key(help_text="a class that you may see; without it all of them")
    student_id = Key(help_text="a student whom you may see")
    subject_id = Key(help_text="rows of this subject")
    verdict = serializers.ChoiceField(choices=list(VERDICTS), required=False)


class PostExamSerializer(StudentSerializer):
    """What came of an exam for a student, beside what was predicted."""

    subject_id = serializers.CharField(allow_null=True, help_text="null: over all subjects")
    subject_name = serializers.CharField(allow_null=True)
    exam_type = serializers.ChoiceField(choices=EXAM_TYPES)
    predicted_in_week = serializers.IntegerField(allow_null=True, help_text="week of the prediction; null: none")
    predicted = serializers.FloatField(allow_null=True, help_text="0-100: predicted score")
    low = serializers.FloatField(allow_null=True, help_text="lower end of its 80 % interval")
    high = serializers.FloatField(allow_null=True, help_text="upper end of its 80 % interval")
    actual = serializers.FloatField(allow_null=True, help_text="0-100; null: absent from all, or left before")
    residual = serializers.FloatField(allow_null=True, help_text="actual less predicted, in points")
    p_fail = serializers.FloatField(allow_null=True, help_text="0-1: predicted probability of failing")
    failed = serializers.BooleanField(allow_null=True)
    failed_subjects = serializers.IntegerField(allow_null=True, help_text="only over all subjects")
    left_college = serializers.BooleanField(help_text="left before the exam")
    verdict = serializers.ChoiceField(choices=list(VERDICTS), allow_null=True, help_text="null where reason says why")
    reason = serializers.CharField(help_text="the verdict in words, or why there is none")
    model_version = serializers.CharField(allow_null=True, help_text="of the score")
    fail_model_version = serializers.CharField(allow_null=True, help_text="of p_fail")
    week_status = WeekStatusSerializer()


class RoundSerializer(serializers.Serializer[Any]):
    """An exam of the rows listed, over all pages."""

    academic_year = serializers.IntegerField()
    semester = serializers.IntegerField()
    exam_type = serializers.ChoiceField(choices=EXAM_TYPES)
    rows = serializers.IntegerField()
    under = serializers.IntegerField(help_text="did worse than was predicted")
    as_expected = serializers.IntegerField()
    over = serializers.IntegerField(help_text="did better than was predicted")
    failed = serializers.IntegerField()
    left_college = serializers.IntegerField()
    sentence = serializers.CharField()


class CurvePointSerializer(serializers.Serializer[Any]):
    """Students of about the same probability: how many there were, what was predicted and what came."""

    n = serializers.IntegerField()
    predicted = serializers.FloatField(help_text="0-1: mean probability")
    actual = serializers.FloatField(help_text="0-1: share of those with the outcome")


class ModelErrorSerializer(serializers.Serializer[Any]):
    """How well a model did in one exam, over all students of the college."""

    model_version = serializers.CharField()
    output = serializers.ChoiceField(choices=list(OUTPUTS))
    academic_year = serializers.IntegerField()
    term = serializers.ChoiceField(choices=["odd", "even"])
    exam_type = serializers.ChoiceField(choices=EXAM_TYPES)
    predictions = serializers.IntegerField(help_text="with an outcome")
    students = serializers.IntegerField()
    error = serializers.FloatField(
        allow_null=True, help_text="mean absolute error in points, or Brier score of probabilities"
    )
    card_error = serializers.FloatField(allow_null=True, help_text="the same when it was tested")
    growth = serializers.FloatField(allow_null=True, help_text="error / card_error; from 1.5 on it is to be retrained")
    coverage = serializers.FloatField(allow_null=True, help_text="0-1: share of scores in their 80 % interval")
    calibration_slope = serializers.FloatField(allow_null=True, help_text="of probabilities; 1 is right")
    calibration_intercept = serializers.FloatField(allow_null=True, help_text="of probabilities; 0 is right")
    curve = serializers.JSONField(help_text="of probabilities: n, predicted and actual share by tenths")
    retrain = serializers.BooleanField(help_text="the error has grown by half")
    sentence = serializers.CharField()


class PostExam(StudentList):
    """Actual against predicted, the largest disappointments first, with the error of each model this time.

    Without a semester or a year it is the latest exam of each class.
    """

    parameters = PostExamParameters
    item = PostExamSerializer
    model = PostExamAnalysis
    csv_name = "post-exam"
    filters = {name: name for name in ("student_id", "subject_id", "exam_type", "verdict")}
    order = (F("residual").asc(nulls_last=True), *_KEY)
    orders = {
        **{name: (F(name).asc(nulls_last=True), *_KEY) for name in ("residual", "actual", "predicted")},
        **student_orders(_KEY),
    }
    unstored = StudentList.unstored | {"subject_name"}
    beside_fields = {"exams": RoundSerializer(many=True), "model_errors": ModelErrorSerializer(many=True)}

    def of_term(self, rows: Rows) -> Rows:
        """Of the term asked for, or of each class the latest exam."""
        query = self.query
        rows = rows.filter(**{name: query[name] for name in _TERM if name in query})
        if "subject_id" not in query:
            rows = rows.filter(subject_id__isnull=query["by"] == "student")
        if {"academic_year", "semester"} & set(query):
            return rows
        return rows.filter(Exists(_latest(query.get("exam_type"))))

    def triage(self, rows: Sequence[Mapping[str, Any]]) -> Mapping[tuple[Any, ...], Mapping[str, Any]]:
        """None: the list is about an exam."""
        return {}

    def present(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        """With the names of the subjects."""
        subjects = {row["subject_id"] for row in rows}
        names = dict(RosterSubject.objects.filter(subject_id__in=subjects).values_list("subject_id", "subject_name"))
        return super().present([{**row, "subject_name": names.get(row["subject_id"])} for row in rows])

    def beside(self) -> dict[str, Any]:
        """The exams of the rows, and how well the models did in them."""
        exams = list(
            self.found()
            .order_by()
            .values("academic_year", "semester", "exam_type")
            .annotate(
                rows=Count("pk"),
                under=Count("pk", filter=Q(verdict="under")),
                as_expected=Count("pk", filter=Q(verdict="as expected")),
                over=Count("pk", filter=Q(verdict="over")),
                failures=Count("pk", filter=Q(failed=True)),
                leavers=Count("pk", filter=Q(left_college=True)),
            )
            .order_by("-academic_year", "-semester", "exam_type")
        )
        for exam in exams:
            exam["failed"], exam["left_college"] = exam.pop("failures"), exam.pop("leavers")
            exam["sentence"] = _of_exam(exam)
        return {"exams": exams, "model_errors": _model_errors(exams)}

    def reason(self) -> str:
        """Why there is none."""
        if PostExamAnalysis.objects.exists():
            return "No results are known of such an exam. Name another semester or exam, or leave a filter out."
        return (
            "No exam has been looked back on yet: the results of a midterm or endterm come with the first run after "
            "they are known."
        )


def _latest(exam_type: str | None) -> Rows:
    """The state of a class where the outer row is of its latest exam: of the published term, else of the one before."""
    results = PostExamAnalysis.objects.filter(class_id=OuterRef("class_id"))
    wanted = {"exam_type": exam_type} if exam_type else {}
    now = results.filter(academic_year=OuterRef("academic_year"), semester=OuterRef("semester"), **wanted)
    is_odd = Q(semester__in=(1, 3, 5, 7))
    states = AnalysisState.objects.annotate(
        exam_semester=Case(When(Exists(now), then=F("semester")), default=F("semester") - 1),
        exam_year=Case(
            When(Exists(now), then=F("academic_year")),
            When(is_odd, then=F("academic_year") - 1),
            default=F("academic_year"),
        ),
    )
    outer = {
        "class_id": OuterRef("class_id"),
        "exam_year": OuterRef("academic_year"),
        "exam_semester": OuterRef("semester"),
    }
    if exam_type:
        return states.filter(**outer)
    endterm = results.filter(
        academic_year=OuterRef("exam_year"), semester=OuterRef("exam_semester"), exam_type="endterm"
    )
    latest = Case(When(Exists(endterm), then=Value("endterm")), default=Value("midterm"), output_field=CharField())
    return states.annotate(latest_exam=latest).filter(**outer, latest_exam=OuterRef("exam_type"))


def _of_exam(exam: Mapping[str, Any]) -> str:
    return (
        f"{exam['exam_type'].capitalize()} of semester {exam['semester']}: {exam['under']} did worse than was "
        f"predicted, {exam['over']} better, {exam['as_expected']} as expected."
    )


def _model_errors(exams: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How well the models did in these exams."""
    wanted = Q(pk__in=[])
    for exam in exams:
        term = "odd" if exam["semester"] % 2 else "even"
        wanted |= Q(academic_year=exam["academic_year"], term=term, exam_type=exam["exam_type"])
    columns = [name for name in names_of(ModelErrorSerializer) if name != "sentence"]
    rows = PredictionDrift.objects.filter(wanted).order_by("-academic_year", "term", "exam_type", "output", "pk")
    return [{**row, "sentence": of_error(row)} for row in rows.values(*columns)]


def of_error(drift: Mapping[str, Any]) -> str:
    """A model's error in one exam, in words."""
    about = OUTPUTS[drift["output"]]
    if drift["error"] is None:
        return f"For {about} nothing could be compared."
    if drift["output"] in _SCORES:
        said = f"For {about} it was {drift['error']:.1f} points off on average"
        said += "" if drift["card_error"] is None else f" ({drift['card_error']:.1f} when it was tested)"
        if drift["coverage"] is not None:
            said += f"; {drift['coverage']:.0%} lay in the 80% interval"
    else:
        said = f"For {about} its Brier score was {drift['error']:.3f}"
        said += "" if drift["card_error"] is None else f" ({drift['card_error']:.3f} when it was tested)"
    return said + (". The error has grown by half: train a new model." if drift["retrain"] else ".")
