"""Ending a run cleanly when the process is asked to end."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from edumetrics.runs.errors import RunStopped


@contextmanager
def stoppable() -> Iterator[None]:
    """SIGTERM raises RunStopped in the block: shards that are being published end, the others are left.

    Only the main thread hears signals; elsewhere this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(number: int, frame: FrameType | None) -> None:
    # Once is enough: what is being published is waited for.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise RunStopped("Stopped by SIGTERM; the next run finishes the work.")
