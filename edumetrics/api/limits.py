"""What no request may exceed."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from edumetrics.api.problems import answer

_PIECE = 1_000_000
_MOST_DROPPED = 100 * _PIECE


class BodyLimit:
    """Refuses bodies over MAX_BODY_BYTES; the framework's parsers know no limit.

    Where Content-Length says how long a body is, not a byte of it is read. A chunked body does not say it: it is read
    up to the limit, and handed on with its length, since Django takes a body without one for an empty one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 413 for a body that is too large, and pass every other request on."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        # int() would take other digits, signs and blanks too.
        if not (length.isascii() and length.isdigit()):
            return answer(400, "Content-Length is not a number.")
        if int(length) > settings.MAX_BODY_BYTES:
            return _too_large(f"this one has {int(length)}")
        if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower():
            body = request.META["wsgi.input"].read(settings.MAX_BODY_BYTES + 1)
            if len(body) > settings.MAX_BODY_BYTES:
                _drop(request.META["wsgi.input"])
                return _too_large("this one has more")
            request.META["CONTENT_LENGTH"] = str(len(body))
            request._stream = BytesIO(body)
        return self._get_response(request)


def _drop(stream: Any) -> None:
    """Read on for a while and keep nothing: a client that still sends does not hear an answer."""
    for _ in range(_MOST_DROPPED // _PIECE):
        if not stream.read(_PIECE):
            return


def _too_large(found: str) -> HttpResponse:
    return answer(413, f"The body may have {settings.MAX_BODY_BYTES} bytes; {found}.")
