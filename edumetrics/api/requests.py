"""One line in the log for each request, and what is counted of it: never with a path, which may name a student.

A request's id is that of the header X-Request-ID where it is a plain short token, else a new one. It goes back in the
answer and stands in every line that is written for the request.
"""

import logging
import re
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.core.signals import got_request_exception, request_finished
from django.http import HttpRequest, HttpResponse

from edumetrics.api.metrics import REQUEST_SECONDS, REQUESTS
from edumetrics.config.logs import request_id

_log = logging.getLogger("edumetrics.requests")

_TOKEN = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestLog:
    """The outermost middleware, so that it hears of every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Name the request, and write down what came of it and how long it took."""
        given = request.headers.get("X-Request-ID", "")
        token = given if _TOKEN.fullmatch(given) else uuid4().hex
        request_id.set(token)
        began = time.monotonic()
        response = self._get_response(request)
        seconds = time.monotonic() - began
        response["X-Request-ID"] = token
        route, method = route_of(request), request.method if request.method in _METHODS else "other"
        REQUESTS.labels(route, method, response.status_code).inc()
        REQUEST_SECONDS.labels(route, method).observe(seconds)
        fields = {"route": route, "method": method, "status": response.status_code, "seconds": round(seconds, 4)}
        if route not in _QUIET:
            _log.info("request", extra=fields)
        return response


class NoBodyForHead:
    """An answer to HEAD says how long that to GET is, and has none of it. Outside whatever looks at bodies."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Drop the body."""
        response = self._get_response(request)
        if request.method == "HEAD" and not response.streaming:
            response.headers.setdefault("Content-Length", str(len(response.content)))
            response.content = b""
        return response


_QUIET = frozenset({"/api/health/live", "/api/health/ready"})


def route_of(request: HttpRequest) -> str:
    """The pattern of the address, such as /api/students/{student_id}/."""
    match = request.resolver_match
    if match is None:
        # A file, or an address that does not exist.
        return "/static/" if request.path.startswith("/static/") else "none"
    if not match.route.startswith("api/"):
        return "portal"
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", match.route)


def _failed(sender: Any, request: HttpRequest | None = None, **_: Any) -> None:
    """Django's own line would have the path."""
    route = "none" if request is None else route_of(request)
    _log.error("request failed", exc_info=sys.exc_info(), extra={"route": route})


def _forget(sender: Any, **_: Any) -> None:
    request_id.set("")


def listen() -> None:
    """Hear of requests that fail and end."""
    got_request_exception.connect(_failed, dispatch_uid="edumetrics.requests.failed")
    request_finished.connect(_forget, dispatch_uid="edumetrics.requests.forget")
