"""The entry point of a web server."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from edumetrics.config.loading import loading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edumetrics.config.settings")

with loading():
    _django = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django, which is not told of a charset: bodies and queries are UTF-8.

    It would read the query by the charset that a Content-Type names, and some that Python knows are not for texts.
    """
    environ["CONTENT_TYPE"] = environ.get("CONTENT_TYPE", "").partition(";")[0].strip()
    return _django(environ, start_response)
