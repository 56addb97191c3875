"""Errors as application/problem+json (RFC 9457): type, title, status, detail, and ``errors`` by field."""

import json
import logging
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import Error as DatabaseError
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from edumetrics.databases.errors import is_passing
from edumetrics.engine.errors import EduMetricsError

MEDIA_TYPE = "application/problem+json"
WHOLE = "non_field_errors"
"""The key of what is wrong with the request as a whole, in ``errors``."""

_log = logging.getLogger("edumetrics.api")

_DETAILS = {
    400: "The request cannot be understood.",
    401: "Sign in first: send a valid access token as 'Authorization: Bearer ...'.",
    403: "Your role may not do this.",
    404: "There is nothing here for you.",
    405: "This address does not take that method.",
    406: "This address has no answer in a format that you accept.",
    413: "The body of the request is too large.",
    415: "Send the body as application/json.",
    429: "That were too many requests. Wait a moment and try again.",
    500: "Something went wrong here; nothing was changed. Try again, and tell your admin if it stays.",
    503: "This cannot be done at the moment.",
}


class Conflict(exceptions.APIException):
    """409: it cannot be done in the present state. ``extra`` are further members of the answer."""

    status_code = HTTPStatus.CONFLICT

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.extra = extra


class Unavailable(exceptions.APIException):
    """503: somebody else has to act first; ``wait``: when to ask again, in seconds."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE

    def __init__(self, detail: str, wait: float | None = None) -> None:
        super().__init__(detail)
        self.wait = wait


def problem(
    status: int, detail: str = "", errors: Mapping[str, Any] | None = None, extra: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The members of an answer."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": int(status),
        "detail": detail or _DETAILS.get(status, HTTPStatus(status).description),
        **(extra or {}),
    }
    return body | ({"errors": errors} if errors else {})


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Django REST framework's exception handler; None leaves the error to Django, which answers 500."""
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, EduMetricsError):
        error = exceptions.ValidationError(str(error))
    elif isinstance(error, DatabaseError) and (is_passing(error) or connection.connection is None):
        # Without a connection there was none to be had, for whichever reason.
        _log.warning("the database cannot be reached", extra={"error": str(error)})
        error = Unavailable("The database cannot be reached at the moment. Try again in a little while.", wait=5)
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    status = int(error.status_code)
    if isinstance(error, exceptions.ValidationError):
        body = problem(status, "Some of the request is wrong: see errors.", _by_field(error.detail))
    else:
        body = problem(status, _detail(error), extra=getattr(error, "extra", None))
    # The renderer that was agreed on may be one for tables.
    context["request"].accepted_renderer = _renderer()
    # Where no format was agreed on, it has none yet.
    context["request"].accepted_media_type = "application/json"
    return Response(body, status=status, headers=_headers(error), content_type=MEDIA_TYPE)


def _renderer() -> Any:
    from edumetrics.api.rendering import JsonRenderer

    return JsonRenderer()


def _detail(error: exceptions.APIException) -> str:
    """Our own words where the framework's say nothing of use."""
    if isinstance(error, exceptions.NotAuthenticated | exceptions.NotFound | exceptions.MethodNotAllowed):
        return (
            ""
            if error.detail == type(error).default_detail or isinstance(error, exceptions.MethodNotAllowed)
            else str(error.detail)
        )
    if isinstance(error.detail, Mapping):
        # simplejwt says detail, code and messages.
        return str(error.detail.get("detail", ""))
    return str(error.detail)


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(math.ceil(wait))
    return headers


def _by_field(detail: Any) -> dict[str, list[str]]:
    """Every message below the name of its field; nested fields as a.b."""
    if isinstance(detail, Mapping):
        found: dict[str, list[str]] = {}
        for name, inner in detail.items():
            for path, messages in _by_field(inner).items():
                found[name if path == WHOLE else f"{name}.{path}"] = messages
        return found
    if isinstance(detail, list | tuple):
        plain = [str(one) for one in detail if not isinstance(one, Mapping | list | tuple)]
        found = {WHOLE: plain} if plain else {}
        for place, one in enumerate(detail):
            if isinstance(one, Mapping | list | tuple) and one:
                found |= {f"{place}.{path}": messages for path, messages in _by_field(one).items()}
        return found
    return {WHOLE: [str(detail)]}


def answer(status: int, detail: str = "") -> HttpResponse:
    """A problem from outside the framework, such as from a middleware."""
    return HttpResponse(json.dumps(problem(status, detail)), status=status, content_type=MEDIA_TYPE)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    return answer(400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler403."""
    return answer(403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    return answer(404)


def failed(request: HttpRequest) -> HttpResponse:
    """Django's handler500."""
    return answer(500)
