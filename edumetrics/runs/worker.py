"""How a worker process begins and ends. It imports nothing large before ``begin`` has said how that is done."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack

from edumetrics.config.loading import loading

_until_the_end = ExitStack()
"""What a worker process keeps open for all its shards."""


def begin() -> None:
    """The first thing that a worker process does."""
    # Ctrl-C reaches every process of a terminal; who began the run lets shards that are being published end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.join,), daemon=True).start()
    with loading():
        # All that a shard needs is imported before there is one.
        import edumetrics.runs.shard  # noqa: F401
        from edumetrics.databases.reading import several_readers

        set_up()
    _until_the_end.enter_context(several_readers())


def set_up() -> None:
    """Read the settings from the environment; to be done twice is as to be done once."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edumetrics.config.settings")
    from edumetrics.config.logs import configure_logs

    configure_logs()


def _end_with(wait_for_parent: Callable[[], None]) -> None:
    wait_for_parent()
    os._exit(1)
