"""/api/classes/<class_id>/briefing/: the weekly briefing of a class as a PDF, to be printed or taken to a meeting."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from edumetrics.accounts import scope
from edumetrics.analysis_db.models import ClassNotice, RosterClass, WeeklyFlags
from edumetrics.api.attendance_shortfall import AttendanceShortfall, short_of_attendance
from edumetrics.api.briefing_pdf import as_pdf
from edumetrics.api.briefing_words import briefing_words
from edumetrics.api.class_performance import performance_of
from edumetrics.api.class_weeks import ClassWeek, class_weeks
from edumetrics.api.flag_items import flag_items, flag_values
from edumetrics.api.flagged import Flagged
from edumetrics.api.kinds_of_week import about_week
from edumetrics.api.policy_file import policy_in_force, today
from edumetrics.api.rendering import JsonRenderer, PdfRenderer
from edumetrics.api.resources import Parameters, Resource
from edumetrics.api.triage import cut_for, list_order
from edumetrics.api.weeks import of_weeks, week_field
from edumetrics.audit.actions import What


class BriefingParameters(Parameters):
    """Which week."""

    academic_year = serializers.IntegerField(min_value=1900, max_value=2999, required=False)
    semester = serializers.IntegerField(min_value=1, max_value=8, required=False)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """With the week, whose bound is that of the policy in force."""
        return super().get_fields() | {"week": week_field("of the semester; without it the last published one")}


class Briefing(Resource):
    """The weekly briefing."""

    parameters = BriefingParameters
    renderer_classes = (PdfRenderer, JsonRenderer)

    @extend_schema(operation_id="class_briefing", responses={(200, PdfRenderer.media_type): OpenApiTypes.BINARY})
    def get(self, request: Request, class_id: str) -> HttpResponse:
        """Whom to contact first and why, who else is on a list, the class over the weeks, who is short of attendance.

        Two pages of A4 for most classes. The lists are those that you see on the home page. The audit log records it.
        """
        self.check_class(class_id)
        until = self._weeks_until(class_id)
        last = until[-1]
        query = {**self.query, "class_id": class_id, "week": last.sem_week}
        if {"academic_year", "semester"} & set(self.query):
            query |= {"academic_year": last.academic_year, "semester": last.semester}
        series = performance_of(until)
        flags = self._flags(query)
        words = briefing_words(
            policy=policy_in_force(),
            today=today(),
            first_day=RosterClass.objects.filter(class_id=class_id).values_list("first_day", flat=True).first(),
            nobody=about_week(last.sem_week),
            series=series,
            flags=flags,
            notices=[one.sentence for one in of_weeks(ClassNotice.objects.order_by("code"), query)],
            short=list(short_of_attendance(self.user, query).order_by(*AttendanceShortfall.order)),
        )
        self.audit(What.EXPORT, whom="briefing", rows=len(flags))
        at = series[-1]["week_status"]["computed_at"] or datetime.now(UTC)
        response = HttpResponse(as_pdf(words, at=at), content_type=PdfRenderer.media_type)
        name = f"briefing-{class_id}-week-{last.sem_week}.pdf"
        response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
        return response

    def _weeks_until(self, class_id: str) -> list[ClassWeek]:
        """The published weeks of the semester up to the one asked for. Raises NotFound where that is not published."""
        term = {name: value for name, value in self.query.items() if name != "week"}
        weeks = class_weeks(self.user, {**term, "class_id": class_id})
        of_last_term = [one for one in weeks if one[:3] == weeks[-1][:3]]
        asked = self.query.get("week", of_last_term[-1].sem_week if of_last_term else 0)
        found = [one for one in of_last_term if one.sem_week <= asked]
        if not found or found[-1].sem_week != asked:
            raise NotFound("This week of the class is not published.")
        return found

    def _flags(self, query: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Of the class, in the lists and the order of /api/flagged/."""
        flags = of_weeks(scope.of_students(WeeklyFlags.objects.all(), self.user), query)
        rows = flag_values(flags, cut_for(self.user, query)).order_by(list_order(), *Flagged.order[1:])
        return flag_items(list(rows), self.user)
