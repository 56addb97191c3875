"""/api/flagged/: whom to see this week, in what order, and why; what the user says of a flag, and snoozes."""

from datetime import UTC, datetime
from typing import Any

from django.db.models import F, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from edumetrics.accounts import scope
from edumetrics.accounts.signing_in import client_address
from edumetrics.analysis_db.models import AnalysisState, WeeklyFlags
from edumetrics.api.flag_ids import key_of
from edumetrics.api.flag_items import FeedbackSerializer, FlagSerializer, SnoozeSerializer, flag_items, flag_values
from edumetrics.api.kinds_of_week import about_week
from edumetrics.api.policy_file import today
from edumetrics.api.problems import Conflict
from edumetrics.api.resources import Body, Found, Key, ListResource, Resource, in_order
from edumetrics.api.triage import cut_for, cut_of, level_order, list_order
from edumetrics.api.weeks import TermListParameters, of_weeks
from edumetrics.databases.compiled import Compiled
from edumetrics.engine.flags.codes import LEVELS, LISTS
from edumetrics.interventions.feedback import give_feedback
from edumetrics.interventions.snoozes import NotToBeSnoozed, end_snooze, snooze

LONGEST_TEXT = 2000
MOST = 1000

_LAST = ("student_id", "academic_year", "semester", "sem_week")
_BY_RANK = (F("urgency").desc(), F("rank_in_class").asc(nulls_last=True), *_LAST)


class FlaggedParameters(TermListParameters):
    """Filters of the flags."""

    orderings = ("rank", "urgency", "risk_score", "level", "name", "roll_number", "class_id", "weeks_flagged")

    level = serializers.ChoiceField(choices=LEVELS, required=False)
    list = serializers.ChoiceField(choices=LISTS, required=False)
    student_id = Key()
    capacity = serializers.IntegerField(
        min_value=0,
        max_value=MOST,
        required=False,
        help_text="how many students can be met in a week; without it an advisor's own capacity, and for others the "
        "default of the policy by class",
    )


_FILTERS = ("academic_year", "semester", "week", "class_id", "student_id", "level")


class Flagged(ListResource):
    """The flags of a week."""

    parameters = FlaggedParameters
    item = FlagSerializer
    csv_name = "flagged"
    keeps = True
    order = (list_order(), *_BY_RANK)
    orders = {
        "rank": (F("rank_in_class").asc(nulls_last=True), F("urgency").desc(), *_LAST),
        "urgency": ("urgency", *_LAST),
        "risk_score": ("risk_score", *_LAST),
        "level": (level_order(), "urgency", *_LAST),
        "name": (F("name").asc(nulls_last=True), *_LAST),
        "roll_number": (F("roll_number").asc(nulls_last=True), *_LAST),
        "class_id": ("class_id", F("rank_in_class").asc(nulls_last=True), *_LAST),
        "weeks_flagged": ("escalation_level", "urgency", *_LAST),
    }

    def rows(self) -> Any:
        """In scope, each in the list that it is in for this user."""
        query = self.query
        self.check_class(query.get("class_id"))
        self.check_student(query.get("student_id"))
        cut = cut_for(self.user, query)
        filters = {name: query[name] for name in _FILTERS if name in query}
        shape = (self.user.role, cut.shape, query.get("list"), query.get("ordering"))
        return Found(_FLAGS, shape, {**filters, **cut.values, **scope.of_user(self.user)})

    def ordered(self, rows: Any) -> Any:
        """As they are."""
        return rows

    def present(self, rows: Any) -> list[dict[str, Any]]:
        """With trend, movement, and what was done."""
        return flag_items(rows, self.user)

    def reason(self) -> str:
        """What the week is, where it has no flags; else that nobody fits."""
        states = scope.of_classes(AnalysisState.objects.all(), self.user)
        if "class_id" in self.query:
            states = states.filter(class_id=self.query["class_id"])
        published = states.order_by("-sem_week").values_list("sem_week", flat=True).first()
        if published is None:
            return "No class is assigned to you, or nothing is published yet."
        week = self.query.get("week", published)
        if week > published and not {"academic_year", "semester"} & set(self.query):
            return f"Week {week} is not published yet; the last one is week {published}."
        return about_week(week) or f"Nobody is flagged in week {week} who fits."


def _flags(
    role: str, cut: tuple[Any, ...], of_list: str | None, ordering: str | None, user: int = 0, **values: Any
) -> "QuerySet[Any, Any]":
    """The flags of a query of the API, in its order."""
    flags = of_weeks(scope.of_students(WeeklyFlags.objects.all(), scope.standing_for(role, user)), values)
    if "student_id" in values:
        flags = flags.filter(student_id=values["student_id"])
    if "level" in values:
        flags = flags.filter(risk_level=values["level"])
    found: QuerySet[Any, Any] = flag_values(flags, cut_of(cut, values))
    return in_order(
        found if of_list is None else found.filter(effective=of_list), Flagged.order, Flagged.orders, ordering
    )


_FLAGS = Compiled(_flags)


class FeedbackBody(Body):
    """Whether a flag helped."""

    helpful = serializers.BooleanField()
    why = serializers.CharField(max_length=LONGEST_TEXT, required=False, allow_blank=True, default="")


class SnoozeBody(Body):
    """Not this week."""

    reason = serializers.CharField(max_length=LONGEST_TEXT)
    until = serializers.DateField(help_text="the last day on which it holds; today to 8 weeks from now")


class OfFlag(Resource):
    """Something that a user does about a flag."""

    def flag(self, public_id: str) -> WeeklyFlags:
        """The flag. Raises NotFound where it is none, is none any more, or is not the user's to see."""
        key = key_of(public_id)
        seen = scope.of_students(WeeklyFlags.objects.all(), self.user)
        found = seen.filter(**key._asdict()).first() if key else None
        if found is None:
            raise NotFound
        return found

    def by(self) -> dict[str, Any]:
        """Who does it, when, from where: what every action is told."""
        address = client_address(self.request._request)
        return {"by": self.user.username, "at": datetime.now(UTC), "from_where": address}


class Feedback(OfFlag):
    """Whether a flag helped."""

    @extend_schema(operation_id="flag_feedback", request=FeedbackBody, responses={200: FeedbackSerializer})
    def post(self, request: Request, flag: str) -> Response:
        """Say whether the flag helped, and why; what you said of it before is replaced."""
        found = self.flag(flag)
        given = self.body(FeedbackBody)
        said = give_feedback(found, **given, **self.by())
        return Response({"helpful": said.helpful, "why": said.why, "at": said.at})


class FlagSnooze(OfFlag):
    """Not this week."""

    errors = {409: "The flag cannot be put off as it stands."}

    @extend_schema(operation_id="flag_snooze", request=SnoozeBody, responses={201: SnoozeSerializer})
    def post(self, request: Request, flag: str) -> Response:
        """Put the flag off, with a reason and a day: until then it counts as in progress, unless it gets worse."""
        found = self.flag(flag)
        given = self.body(SnoozeBody)
        try:
            made = snooze(found, **given, today=today(), **self.by())
        except NotToBeSnoozed as error:
            raise Conflict(str(error)) from error
        answer = {"reason": made.reason, "until": made.until, "by": made.by, "at": made.at}
        return Response(answer, status=status.HTTP_201_CREATED)

    @extend_schema(operation_id="flag_snooze_end", responses={204: None})
    def delete(self, request: Request, flag: str) -> Response:
        """End the student's snooze; 404 where none is active."""
        found = self.flag(flag)
        if not end_snooze(found.student_id, today=today(), **self.by()):
            raise NotFound("The student has no snooze that holds.")
        return Response(status=status.HTTP_204_NO_CONTENT)
