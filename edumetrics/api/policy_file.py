"""The policy in force: that of POLICY_FILE, read again when the file changes; and what day it is by it."""

from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from edumetrics.engine.policy import Policy, load_policy


def policy_in_force() -> Policy:
    """Raises PolicyError for a file that says something impossible."""
    return _read(*policy_stamp())


def policy_stamp() -> tuple[Path | None, int]:
    """The file and when it was changed: another stamp may be another policy."""
    path = Path(settings.POLICY_FILE) if settings.POLICY_FILE else None
    return path, path.stat().st_mtime_ns if path is not None and path.exists() else 0


@lru_cache(maxsize=1)
def _read(path: Path | None, changed: int) -> Policy:
    return load_policy(path)


def today() -> date:
    """The date at the college."""
    return datetime.now(UTC).astimezone(policy_in_force().calendar.zone).date()
