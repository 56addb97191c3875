"""The whole story of one student, for the student's page."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Model, QuerySet
from rest_framework import serializers

from edumetrics.accounts import scope
from edumetrics.accounts.models import Role, User
from edumetrics.analysis_db.models import (
    AtRiskDrivers,
    PostExamAnalysis,
    PreEndTerm,
    PreMidTerm,
    PreSemWatchlist,
    RiskOfFailingPrediction,
    RosterAdvisor,
    RosterClass,
    RosterStudent,
    RosterSubject,
    WeeklyFlags,
    WeeklyMetrics,
)
from edumetrics.api.columns import column_fields
from edumetrics.api.flag_ids import FlagKey, flag_id
from edumetrics.api.flag_items import FlagSerializer, ReasonSerializer, flag_items, flag_values
from edumetrics.api.flagged import Flagged
from edumetrics.api.policy_file import policy_in_force, today
from edumetrics.api.student_performance import StudentWeekSerializer, student_items, student_weeks
from edumetrics.api.triage import Cut, cut_for
from edumetrics.api.weeks import WeekStatusSerializer, of_term, of_weeks
from edumetrics.engine.flags.codes import LEVELS, LISTS
from edumetrics.interventions.models import FlagFeedback, InterventionLog, Snooze

_PERSON = (
    *("student_id", "name", "roll_number", "email", "parent_email", "phone", "joined_on", "left_on", "left_reason"),
)
_CLASS = ("class_id", "name", "branch", "section", "year_of_study")
_ADVISOR = ("advisor_id", "name", "email")
_INTERVENTION = (
    *("id", "academic_year", "semester", "sem_week", "kind", "notes", "outcome", "follow_up_on", "logged_at"),
)
_WEEK = ("academic_year", "semester", "sem_week")
_AT_RISK = (*_WEEK, "p_at_risk", "model_version")
_MIDTERM = (*_WEEK, "predicted_midterm_score", "low", "high", "at_risk", "model_version", "note")
_ENDTERM = (
    *(*_WEEK, "predicted_endterm_score", "low", "high", "p_fail", "risk_label", "model_version"),
    *("fail_model_version", "note"),
)
_FAILING = ("subject_id", *_WEEK, "p_fail", "risk_label", "model_version", "note")
_WATCHLIST = (
    *("academic_year", "target_semester", "risk_probability_pct", "risk_label", "att_rate_hist", "assn_rate_hist"),
    *("exam_avg_hist", "max_plagiarism", "escalation_level", "hard_subject_count", "model_version", "note"),
)
_EXAM = (
    *("subject_id", "academic_year", "semester", "exam_type", "sem_week", "predicted", "low", "high", "actual"),
    *("residual", "p_fail", "failed", "failed_subjects", "left_college", "verdict", "reason"),
)


class _Columns(serializers.Serializer[Any]):
    """Some columns of an analysis table."""

    model: type[Model]
    columns: Sequence[str]

    def get_fields(self) -> dict[str, Any]:
        """The columns first, then what the class declares."""
        return {**column_fields(self.model, self.columns), **super().get_fields()}


class DriverOfStudentSerializer(serializers.Serializer[Any]):
    """What moves a prediction."""

    feature = serializers.CharField()
    sentence = serializers.CharField()
    value = serializers.JSONField(help_text="the student's")
    typical = serializers.JSONField(help_text="of students like them")
    effect = serializers.FloatField(allow_null=True)


class PersonSerializer(_Columns):
    """The student, and how to reach them and their parents."""

    model, columns = RosterStudent, _PERSON


class ClassOfStudentSerializer(_Columns):
    """The class that the student is in."""

    model, columns = RosterClass, _CLASS


class AdvisorOfStudentSerializer(_Columns):
    """The advisor in the college's table."""

    model, columns = RosterAdvisor, _ADVISOR


class FlagOfWeekSerializer(serializers.Serializer[Any]):
    """A week's flag, in short."""

    id = serializers.CharField()
    academic_year = serializers.IntegerField()
    semester = serializers.IntegerField()
    sem_week = serializers.IntegerField()
    level = serializers.ChoiceField(choices=LEVELS, allow_null=True)
    list = serializers.ChoiceField(choices=LISTS, help_text="as it was stored")
    risk_score = serializers.FloatField()
    urgency = serializers.FloatField()
    diagnosis = serializers.CharField()
    reasons = ReasonSerializer(many=True)


class AttendanceLeftSerializer(serializers.Serializer[Any]):
    """What is left of the attendance that the college requires."""

    required_pct = serializers.FloatField()
    overall_att_pct = serializers.FloatField(allow_null=True)
    lectures_to_attend = serializers.IntegerField(allow_null=True)
    lectures_remaining = serializers.IntegerField(allow_null=True)
    reachable = serializers.BooleanField(allow_null=True, help_text="null: not known")
    sentence = serializers.CharField()


class InterventionOfStudentSerializer(_Columns):
    """A contact."""

    model, columns = InterventionLog, _INTERVENTION

    by = serializers.CharField(help_text="who logged it")


class SnoozeOfStudentSerializer(_Columns):
    """A snooze, of now or before."""

    model, columns = Snooze, (*_WEEK, "risk_level", "reason", "until", "by", "at", "ended_by", "ended_at")

    active = serializers.BooleanField(help_text="neither over nor ended")


class FeedbackOfStudentSerializer(_Columns):
    """What somebody said of one of the flags."""

    model, columns = FlagFeedback, (*_WEEK, "helpful", "why", "by", "at")


class AtRiskSerializer(_Columns):
    """How likely the student is to fail an endterm or drop out, by a trained model."""

    model, columns = AtRiskDrivers, _AT_RISK

    drivers = DriverOfStudentSerializer(many=True)


class MidtermOfStudentSerializer(_Columns):
    """The midterm score predicted."""

    model, columns = PreMidTerm, _MIDTERM

    drivers = DriverOfStudentSerializer(many=True)


class EndtermOfStudentSerializer(_Columns):
    """The endterm score predicted."""

    model, columns = PreEndTerm, _ENDTERM

    drivers = DriverOfStudentSerializer(many=True)
    fail_drivers = DriverOfStudentSerializer(many=True)


class FailingOfStudentSerializer(_Columns):
    """How likely the student is to fail a subject."""

    model, columns = RiskOfFailingPrediction, _FAILING

    subject_name = serializers.CharField(allow_null=True)
    drivers = DriverOfStudentSerializer(many=True)


class WatchlistOfStudentSerializer(_Columns):
    """How likely the student is to fail or drop out in the coming semester."""

    model, columns = PreSemWatchlist, _WATCHLIST

    reasons = DriverOfStudentSerializer(many=True)


class ExamOfStudentSerializer(_Columns):
    """What was predicted for an exam, and what came of it."""

    model, columns = PostExamAnalysis, _EXAM

    subject_name = serializers.CharField(allow_null=True, help_text="null: over all subjects")


class PredictionsSerializer(serializers.Serializer[Any]):
    """What is likely, each of the last week that it was predicted in; null or empty: not predicted."""

    at_risk = AtRiskSerializer(allow_null=True)
    midterm = MidtermOfStudentSerializer(allow_null=True)
    endterm = EndtermOfStudentSerializer(allow_null=True)
    risk_of_failing = FailingOfStudentSerializer(many=True)
    watchlist = WatchlistOfStudentSerializer(allow_null=True)
    exams = ExamOfStudentSerializer(many=True)


class NeighbourSerializer(serializers.Serializer[Any]):
    """Another student of the list."""

    student_id = serializers.CharField()
    name = serializers.CharField(allow_null=True)


class NeighboursSerializer(serializers.Serializer[Any]):
    """Before and after the student in this week's list; null: none, or the student is in no list."""

    previous = NeighbourSerializer(allow_null=True)
    next = NeighbourSerializer(allow_null=True)


class StorySerializer(serializers.Serializer[Any]):
    """Everything about one student. Weeks, flags and attendance are of the semester the class is in."""

    person = PersonSerializer()
    advisor = AdvisorOfStudentSerializer(allow_null=True)
    flag = FlagSerializer(allow_null=True, help_text="this week's; null: not flagged")
    weeks = StudentWeekSerializer(many=True)
    flags = FlagOfWeekSerializer(many=True)
    attendance = AttendanceLeftSerializer()
    interventions = InterventionOfStudentSerializer(many=True, help_text="of every semester, the latest first")
    snoozes = SnoozeOfStudentSerializer(many=True)
    feedback = FeedbackOfStudentSerializer(many=True)
    predictions = PredictionsSerializer()
    neighbours = NeighboursSerializer()
    week_status = WeekStatusSerializer(allow_null=True, help_text="null: nothing is published of the class")

    def get_fields(self) -> dict[str, Any]:
        """With ``class``, which is no name in Python."""
        fields = super().get_fields()
        return {"person": fields.pop("person"), "class": ClassOfStudentSerializer(allow_null=True), **fields}


def story_of(student: RosterStudent, user: User) -> dict[str, Any]:
    """The story but for its week_status; a constant number of queries."""
    of_student = {"student_id": student.student_id}
    metrics = of_term(WeeklyMetrics.objects.filter(**of_student), {})
    weeks = student_items(list(student_weeks(metrics).order_by(*_WEEK)))
    cut = cut_for(user, {})
    flags = flag_values(of_weeks(WeeklyFlags.objects.filter(**of_student), {}), cut)
    return {
        "person": {name: getattr(student, name) for name in _PERSON},
        "class": RosterClass.objects.filter(class_id=student.class_id).values(*_CLASS).first(),
        "advisor": _advisor(student),
        "flag": next(iter(flag_items(list(flags), user)), None),
        "weeks": weeks,
        "flags": _flags(student.student_id),
        "attendance": _attendance(weeks),
        "interventions": _interventions(student.student_id),
        "snoozes": _snoozes(student.student_id),
        "feedback": list(
            FlagFeedback.objects.filter(**of_student).order_by("-at").values(*_WEEK, "helpful", "why", "by", "at")
        ),
        "predictions": _predictions(student.student_id),
        "neighbours": _neighbours(student, user, cut),
    }


def _advisor(student: RosterStudent) -> dict[str, Any] | None:
    """Whom the student names, else who has the class."""
    named = RosterAdvisor.objects.filter(advisor_id=student.advisor_id)
    of_class = RosterAdvisor.objects.filter(class_id=student.class_id, class_id__isnull=False).order_by("advisor_id")
    found: dict[str, Any] | None = named.values(*_ADVISOR).first() or of_class.values(*_ADVISOR).first()
    return found


def _flags(student_id: str) -> list[dict[str, Any]]:
    flags = of_term(WeeklyFlags.objects.filter(student_id=student_id), {}).order_by(*_WEEK)
    shown = ("risk_score", "urgency", "diagnosis", "reasons", "list")
    return [
        {
            "id": flag_id(FlagKey(student_id, *(row[name] for name in _WEEK))),
            **{name: row[name] for name in (*_WEEK, *shown)},
            "level": row["risk_level"],
        }
        for row in flags.values(*_WEEK, "risk_level", *shown)
    ]


def _attendance(weeks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of the last week in which it is known."""
    required = policy_in_force().attendance.required_pct
    names = ("overall_att_pct", "lectures_to_attend", "lectures_remaining")
    last: Mapping[str, Any] = next((week for week in reversed(weeks) if week["lectures_to_attend"] is not None), {})
    found = {name: last.get(name) for name in names}
    needed, left = found["lectures_to_attend"], found["lectures_remaining"]
    if needed is None or left is None:
        told = {"reachable": None, "sentence": "The attendance needed is not known."}
    else:
        told = {"reachable": needed <= left, "sentence": _about_attendance(required, needed, left)}
    return {"required_pct": required, **found, **told}


def _about_attendance(required: float, needed: int, left: int) -> str:
    if needed > left:
        return f"{required:g}% can no longer be reached: {needed} lectures needed, {left} left."
    if needed <= 0:
        return f"Has reached {required:g}% whatever comes."
    return f"Must attend {needed} of the remaining {left} lectures to reach {required:g}%."


def _interventions(student_id: str) -> list[dict[str, Any]]:
    log = InterventionLog.objects.filter(student_id=student_id).order_by("-logged_at", "-id")
    return [
        {**{name: row[name] for name in _INTERVENTION}, "by": row["advisor"]}
        for row in log.values(*_INTERVENTION, "advisor")
    ]


def _snoozes(student_id: str) -> list[dict[str, Any]]:
    rows = Snooze.objects.filter(student_id=student_id).order_by("-at", "-id")
    day = today()
    return [
        {**row, "active": row["ended_at"] is None and row["until"] >= day}
        for row in rows.values(*SnoozeOfStudentSerializer.columns)
    ]


def _predictions(student_id: str) -> dict[str, Any]:
    failing = _of(RiskOfFailingPrediction, student_id).order_by(
        "-academic_year", "-semester", "-sem_week", "subject_id"
    )
    exams = _of(PostExamAnalysis, student_id).order_by("-academic_year", "-semester", "-exam_type", "subject_id")
    failing_rows = list(failing.values(*_FAILING, "drivers"))
    exam_rows = list(exams.values(*_EXAM))
    subjects = {row["subject_id"] for row in (*failing_rows, *exam_rows)}
    names = dict(RosterSubject.objects.filter(subject_id__in=subjects).values_list("subject_id", "subject_name"))
    newest = [row for row in failing_rows if _week_of(row) == _week_of(failing_rows[0])]
    watched = _of(PreSemWatchlist, student_id).order_by("-academic_year", "-target_semester")
    return {
        "at_risk": _latest(AtRiskDrivers, student_id, (*_AT_RISK, "drivers")),
        "midterm": _latest(PreMidTerm, student_id, (*_MIDTERM, "drivers")),
        "endterm": _latest(PreEndTerm, student_id, (*_ENDTERM, "drivers", "fail_drivers")),
        "risk_of_failing": [{**row, "subject_name": names.get(row["subject_id"])} for row in newest],
        "watchlist": watched.values(*_WATCHLIST, "reasons").first(),
        "exams": [{**row, "subject_name": names.get(row["subject_id"])} for row in exam_rows],
    }


def _of(model: type[Model], student_id: str) -> "QuerySet[Any]":
    return model._default_manager.filter(student_id=student_id)


def _latest(model: type[Model], student_id: str, columns: Sequence[str]) -> dict[str, Any] | None:
    rows = _of(model, student_id).order_by("-academic_year", "-semester", "-sem_week")
    found: Any = rows.values(*columns)
    row: dict[str, Any] | None = found.first()
    return row


def _week_of(row: Mapping[str, Any]) -> tuple[int, int, int]:
    return row["academic_year"], row["semester"], row["sem_week"]


def _neighbours(student: RosterStudent, user: User, cut: Cut) -> dict[str, Any]:
    """In the order of /api/flagged/: an advisor's whole list, for others that of the class."""
    query = {} if user.role == Role.ADVISOR else {"class_id": student.class_id}
    flags = of_weeks(scope.of_students(WeeklyFlags.objects.all(), user), query)
    listed = flags.annotate(effective=cut.as_case()).order_by(*Flagged.order)
    ids: list[str | None] = [None, *listed.values_list("student_id", flat=True), None]
    place = ids.index(student.student_id) if student.student_id in ids else None
    around = {"previous": ids[place - 1], "next": ids[place + 1]} if place else {"previous": None, "next": None}
    people = RosterStudent.objects.filter(student_id__in=[one for one in around.values() if one])
    found = {row["student_id"]: row for row in people.values("student_id", "name")}
    return {name: found.get(one) if one else None for name, one in around.items()}
