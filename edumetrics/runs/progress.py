"""How far long work is: a bar on a terminal, plain lines elsewhere."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Steps(Protocol):
    """Work that says what it does next."""

    def step(self, what: str) -> None:
        """The step before is done; ``what`` begins."""


class _Lines:
    def __init__(self, total: int) -> None:
        self._total = total
        self._number = 0
        self._began = time.monotonic()

    def step(self, what: str) -> None:
        self._number += 1
        print(f"[{self._number}/{self._total} {time.monotonic() - self._began:6.1f} s] {what}", flush=True)


class _Bar:
    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=total)
        self._begun = False

    def step(self, what: str) -> None:
        self._progress.update(self._task, advance=1 if self._begun else 0, description=what)
        self._begun = True

    def end(self) -> None:
        self._progress.update(self._task, advance=1, description="done")


@contextmanager
def progress(total: int) -> Iterator[Steps]:
    """Steps on standard output: a bar if it is a terminal, a line for each step otherwise."""
    if not sys.stdout.isatty():
        yield _Lines(total)
        return
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console()) as bars:
        bar = _Bar(bars, total)
        yield bar
        bar.end()
