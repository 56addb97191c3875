"""Trying again where a database was gone for a moment."""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.db import connections

from edumetrics.databases.errors import is_passing

T = TypeVar("T")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 15.0

log = logging.getLogger("edumetrics.runs")


def with_retries(work: Callable[[], T], what: str, **context: object) -> T:
    """Do the work; again, after pauses that grow, where it fails in a way that may pass, for RETRY_SECONDS at most.

    ``work`` must be such that doing it twice is as doing it once. Raises its last error.
    """
    began = time.monotonic()
    pause = _FIRST_PAUSE
    while True:
        try:
            return work()
        except Exception as error:
            left = settings.RETRY_SECONDS - (time.monotonic() - began)
            if left <= 0 or not is_passing(error):
                raise
            log.warning(
                "%s failed and is tried again", what, extra={**context, "error": type(error).__name__, "pause": pause}
            )
        # A connection that is lost is no use for the next try.
        connections["default"].close()
        time.sleep(min(pause, left))
        pause = min(2 * pause, _LONGEST_PAUSE)
