"""/api/password/: changing one's own, setting one by a one-time link, and asking for such a link."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError as WeakPassword
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from edumetrics.accounts import links
from edumetrics.accounts.actions import set_password
from edumetrics.accounts.models import User
from edumetrics.accounts.signing_in import client_address, may_sign_in
from edumetrics.api.resources import Body, Resource
from edumetrics.audit.actions import What, record
from edumetrics.audit.models import AuditLog

LONGEST_PASSWORD = 1_000
_BETWEEN_MAILS = timedelta(minutes=5)
_ASKED = (
    "If there is such an account, it has a mail address and EduMetrics sends mail here, a link is on its way. "
    "Otherwise ask an admin for one."
)


class _NewPassword(Body):
    """What both bodies have."""

    new = serializers.CharField(
        max_length=LONGEST_PASSWORD,
        trim_whitespace=False,
        write_only=True,
        help_text="at least 10 characters, not only digits, no common one, unlike name and user name",
    )


class ChangedPasswordSerializer(_NewPassword):
    """The present and the new password."""

    old = serializers.CharField(max_length=LONGEST_PASSWORD, trim_whitespace=False, write_only=True)


class PasswordByLinkSerializer(_NewPassword):
    """What the link says, and the new password."""

    uid = serializers.CharField(max_length=64)
    token = serializers.CharField(max_length=128)


class ForgottenSerializer(Body):
    """Whose password it is."""

    username = serializers.CharField(max_length=150)


class AskedSerializer(serializers.Serializer[Any]):
    """What happens now; the same for every user name."""

    detail = serializers.CharField()


class Password(Resource):
    """One's own password."""

    @extend_schema(operation_id="password_change", request=ChangedPasswordSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """Change one's own. Every session and token ends, this one too: sign in anew."""
        values = self.body(ChangedPasswordSerializer)
        # By the way of signing in, so that guessing is locked out here too.
        if authenticate(request._request, username=self.user.username, password=values["old"]) is None:
            raise ValidationError({"old": ["It is another one. After several failures, wait a while."]})
        _set(request, self.user, values["new"])
        return Response(status=204)


class _Open(Resource):
    permission_classes = ()
    authentication_classes = ()


class PasswordByLink(_Open):
    """Setting a password by a link."""

    @extend_schema(operation_id="password_set", request=PasswordByLinkSerializer, responses={204: None}, auth=[])
    def post(self, request: Request) -> Response:
        """Set the password of the account whose link it is; the link works once. Then sign in."""
        values = self.body(PasswordByLinkSerializer)
        user = links.user_of(values["uid"], values["token"])
        if user is None:
            raise ValidationError({"token": ["The link was used, is too old, or is not whole. Ask for another one."]})
        _set(request, user, values["new"])
        return Response(status=204)


class ForgottenPassword(_Open):
    """Asking for a link."""

    @extend_schema(
        operation_id="password_forgotten",
        request=ForgottenSerializer,
        responses={202: AskedSerializer},
        auth=[],
        examples=[OpenApiExample("Anybody", {"username": "ADV001"}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Ask for a one-time link by mail. The answer does not say whether there is such an account."""
        username = self.body(ForgottenSerializer)["username"]
        user = User.objects.filter(username__iexact=username).first()
        who = user.username if user else "unknown"
        asked = AuditLog.objects.filter(what=What.ASK_FOR_PASSWORD, who=who, at__gt=datetime.now(UTC) - _BETWEEN_MAILS)
        # A few minutes' peace: anybody can ask in anybody's name.
        is_new = not asked.exists()
        record(What.ASK_FOR_PASSWORD, who=who, from_where=client_address(request._request))
        if user is not None and is_new and may_sign_in(user) and links.can_mail(user):
            why = "Somebody, probably you, asked for a new password. If it was not you, do nothing."
            links.send_later(links.link_for(user, is_mailed=True), subject="Your password in EduMetrics", why=why)
        return Response({"detail": _ASKED}, status=202)


def _set(request: Request, user: User, new: str) -> None:
    try:
        set_password(user, new, by=user.username, from_where=client_address(request._request))
    except WeakPassword as error:
        raise ValidationError({"new": error.messages}) from error
