"""What no request may exceed."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from edumetrics.api.problems import answer


class BodyLimit:
    """Refuses bodies over MAX_BODY_BYTES before a byte of them is read; the framework's parsers know no limit."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer 413 for a body that is too large, and pass every other request on."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdigit():
            return answer(400, "Content-Length is not a number.")
        if int(length) > settings.MAX_BODY_BYTES:
            return answer(413, f"The body may have {settings.MAX_BODY_BYTES} bytes; this one has {int(length)}.")
        return self._get_response(request)
