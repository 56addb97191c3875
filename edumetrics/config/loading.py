"""Loading the program without looking for garbage in it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Inside, no garbage is collected; what is there afterwards is never looked through again.

    Modules stay until the process ends. To look through them while they are loaded, and once more at the end, took
    nearly half of a processor's time for a short command.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
