"""Where the time of a run goes."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


class Stages:
    """Seconds by stage, in the order in which the stages were first begun."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of the block."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.add({name: time.monotonic() - began})

    def add(self, seconds: Mapping[str, float]) -> None:
        """Count what another process took."""
        for name, value in seconds.items():
            self.seconds[name] = self.seconds.get(name, 0.0) + value

    @property
    def total(self) -> float:
        """Seconds of all stages."""
        return round(sum(self.seconds.values()), 3)

    def as_json(self) -> list[dict[str, object]]:
        """A list of stage and seconds."""
        return [{"stage": name, "seconds": round(value, 3)} for name, value in self.seconds.items()]
