"""Signing in: /api/token/ for programs, /api/session/ for the portal.

Programs hold both tokens themselves. The portal's refresh token is in a cookie that no script can read and that goes to
/api/session/ only; its access token is in the body only. A wrong user name, a wrong password and a locked account are
answered alike.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.models import update_last_login
from django.http import HttpResponse
from django.middleware.csrf import get_token
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.authentication import CSRFCheck
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.serializers import TokenObtainPairSerializer, TokenRefreshSerializer
from rest_framework_simplejwt.settings import api_settings
from rest_framework_simplejwt.tokens import RefreshToken

from edumetrics.accounts import sessions
from edumetrics.accounts.models import User
from edumetrics.accounts.signing_in import client_address, may_sign_in
from edumetrics.api.resources import Resource
from edumetrics.api.throttles import SignInThrottle
from edumetrics.audit.actions import What, record

COOKIE = "edumetrics_refresh"
COOKIE_PATH = "/api/session/"

_REFUSED = "There is no such account, or the password is another one. After several failures, wait a while."
_ENDED = "The session has ended. Sign in again."


class CredentialsSerializer(serializers.Serializer[Any]):
    """User name and password."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1000, trim_whitespace=False, write_only=True)


class TokensSerializer(serializers.Serializer[Any]):
    """Both tokens of a program."""

    access = serializers.CharField(help_text="send it as 'Authorization: Bearer ...'; good for 30 minutes")
    refresh = serializers.CharField(help_text="good for one refresh, within a day")


class RefreshSerializer(serializers.Serializer[Any]):
    """A refresh token."""

    refresh = serializers.CharField(max_length=4000)


class AccessSerializer(serializers.Serializer[Any]):
    """What the portal gets; the refresh token is in a cookie."""

    access = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="seconds that the access token is good for")


class _Open(Resource):
    """An address that needs no access token."""

    permission_classes = ()
    authentication_classes = ()
    throttle_classes = (SignInThrottle,)
    errors: ClassVar[Mapping[int, str]] = {401: "Refused; the answer does not say what was wrong."}

    def get_authenticate_header(self, request: Request) -> str:
        """So that refusals are 401."""
        return 'Bearer realm="api"'

    def sign_in(self) -> User:
        """The user whose credentials are in the body. Raises AuthenticationFailed."""
        given = self.body(CredentialsSerializer)
        user = authenticate(self.request, username=given["username"], password=given["password"])
        if not isinstance(user, User) or not may_sign_in(user):
            # What was typed may be a password, so only the names of accounts are kept.
            known = User.objects.filter(username__iexact=given["username"]).values_list("username", flat=True).first()
            self.note(What.SIGN_IN_REFUSED, known or "unknown")
            raise AuthenticationFailed(_REFUSED)
        update_last_login(User, user)
        self.note(What.SIGN_IN, user.username)
        return user

    def note(self, what: What, who: str) -> None:
        """Add to the audit log."""
        record(what, who=who, from_where=client_address(self.request._request))


class Token(_Open):
    """Sign in, for programs."""

    @extend_schema(
        operation_id="token_create",
        request=CredentialsSerializer,
        responses={200: TokensSerializer},
        auth=[],
        examples=[OpenApiExample("An advisor", {"username": "ADV001", "password": "..."}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """User name and password for an access and a refresh token."""
        token = TokenObtainPairSerializer.get_token(self.sign_in())
        return Response({"access": str(token.access_token), "refresh": str(token)})  # type: ignore[attr-defined]


class TokenRefresh(_Open):
    """Go on, for programs."""

    @extend_schema(operation_id="token_refresh", request=RefreshSerializer, responses={200: TokensSerializer}, auth=[])
    def post(self, request: Request) -> Response:
        """A refresh token for a new access and a new refresh token; the old one is spent."""
        refresh = self.body(RefreshSerializer)["refresh"]
        try:
            token = RefreshToken(refresh)
            user = User.objects.filter(pk=token.get(api_settings.USER_ID_CLAIM)).first()
            if user is None or sessions.is_of_session(token) or sessions.is_of_old_password(token, user):
                raise AuthenticationFailed(_ENDED)
            given = TokenRefreshSerializer(data={"refresh": refresh})
            given.is_valid(raise_exception=True)
        except TokenError as error:
            raise AuthenticationFailed(_ENDED) from error
        return Response(given.validated_data)


class TokenBlacklist(_Open):
    """Sign out, for programs."""

    @extend_schema(operation_id="token_blacklist", request=RefreshSerializer, responses={204: None}, auth=[])
    def post(self, request: Request) -> Response:
        """The refresh token is good for nothing any more."""
        try:
            RefreshToken(self.body(RefreshSerializer)["refresh"]).blacklist()
        except TokenError as error:
            raise AuthenticationFailed(_ENDED) from error
        return Response(status=204)


_CSRF = OpenApiParameter("X-CSRFToken", str, OpenApiParameter.HEADER, description="the value of the cookie csrftoken")
_CSRF_ERROR = {403: "The CSRF token is missing or wrong."}


class Session(_Open):
    """The portal's session."""

    errors: ClassVar[Mapping[int, str]] = {**_Open.errors, **_CSRF_ERROR}

    @extend_schema(
        operation_id="session_create", request=CredentialsSerializer, responses={200: AccessSerializer}, auth=[]
    )
    def post(self, request: Request) -> Response:
        """Sign in; the refresh token comes as a cookie."""
        return answer(request, sessions.begin(self.sign_in()))

    @extend_schema(operation_id="session_end", request=None, responses={204: None}, parameters=[_CSRF], auth=[])
    def delete(self, request: Request) -> Response:
        """Sign out: no token of this session holds any more."""
        check_csrf(request)
        user = sessions.end(request.COOKIES.get(COOKIE, ""))
        if user is not None:
            self.note(What.SIGN_OUT, user.username)
        response = Response(status=204)
        response.delete_cookie(COOKIE, path=COOKIE_PATH, samesite="Strict")
        return response


class SessionRefresh(_Open):
    """Go on, for the portal."""

    errors: ClassVar[Mapping[int, str]] = {**_Open.errors, **_CSRF_ERROR}

    @extend_schema(
        operation_id="session_refresh", request=None, responses={200: AccessSerializer}, parameters=[_CSRF], auth=[]
    )
    def post(self, request: Request) -> Response:
        """A new access token, and a new refresh token in the cookie."""
        check_csrf(request)
        try:
            return answer(request, sessions.go_on(request.COOKIES.get(COOKIE, "")))
        except sessions.SessionEnded as error:
            raise AuthenticationFailed(_ENDED) from error


def check_csrf(request: Request) -> None:
    """Raises PermissionDenied unless the request carries the token that only our own pages can read."""
    check = CSRFCheck(lambda _: HttpResponse())
    check.process_request(request._request)
    if check.process_view(request._request, lambda *_: HttpResponse(), (), {}) is not None:
        raise PermissionDenied("The CSRF token is missing or wrong. Load the page again.")


def answer(request: Request, tokens: sessions.Tokens) -> Response:
    """Access token in the body, refresh token in the cookie, and the cookie of the CSRF token."""
    response = Response(
        {"access": tokens.access, "expires_in": int(api_settings.ACCESS_TOKEN_LIFETIME.total_seconds())}
    )
    response.set_cookie(
        COOKIE,
        tokens.refresh,
        max_age=int(api_settings.REFRESH_TOKEN_LIFETIME.total_seconds()),
        path=COOKIE_PATH,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Strict",
    )
    # Without CsrfViewMiddleware nobody else sets it.
    response.set_cookie(
        settings.CSRF_COOKIE_NAME,
        get_token(request._request),
        max_age=settings.CSRF_COOKIE_AGE,
        secure=settings.HTTPS,
        samesite="Strict",
    )
    return response
