"""/api/audit/: who did what, for admins."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from edumetrics.accounts.models import Role
from edumetrics.api.resources import Key, ListParameters, ListResource
from edumetrics.audit.actions import What, pseudonym
from edumetrics.audit.models import AuditLog


class AuditParameters(ListParameters):
    """Filters of the audit log."""

    orderings = ("at",)

    who = serializers.CharField(max_length=150, required=False, help_text="user name, or user of the operating system")
    what = serializers.ChoiceField(choices=[str(one) for one in What], required=False)
    whom = serializers.CharField(max_length=150, required=False, help_text="user name, or a student's pseudonym")
    student_id = Key(help_text="what was done about this student, who need not be on the roster any more")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """With ``from`` and ``to``, which are no names in Python."""
        fields = super().get_fields()
        fields["from"] = serializers.DateTimeField(required=False, help_text="not before")
        fields["to"] = serializers.DateTimeField(required=False, help_text="before")
        return fields


class AuditSerializer(serializers.Serializer[Any]):
    """Something that was done."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    who = serializers.CharField(help_text="the user; of a command, the operating system's user")
    what = serializers.CharField(help_text="what was done, like read_student")
    whom = serializers.CharField(help_text="whom it was about; a student as a pseudonym")
    from_where = serializers.CharField(help_text="an address, or: command line on HOST")
    details = serializers.DictField(help_text="counts and options")


class Audit(ListResource):
    """The audit log."""

    roles = (Role.ADMIN,)
    parameters = AuditParameters
    item = AuditSerializer
    csv_name = "audit"
    order = ("-id",)
    orders = {"at": ("at", "id")}

    def rows(self) -> "QuerySet[Any, Any]":
        """What the filters leave."""
        query = self.query
        found = AuditLog.objects.filter(**{name: query[name] for name in ("who", "what", "whom") if name in query})
        if "student_id" in query:
            found = found.filter(whom=pseudonym(query["student_id"]))
        begin: datetime | None = query.get("from")
        end: datetime | None = query.get("to")
        if begin is not None:
            found = found.filter(at__gte=begin)
        if end is not None:
            found = found.filter(at__lt=end)
        values: QuerySet[Any, Any] = found.values(*AuditSerializer().fields)
        return values

    def reason(self) -> str:
        """Why there is none."""
        return "Nothing like that is recorded."
