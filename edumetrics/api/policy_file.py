"""The policy in force: that of POLICY_FILE, read again when the file changes."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from edumetrics.engine.policy import Policy, load_policy


def policy_in_force() -> Policy:
    """Raises PolicyError for a file that says something impossible."""
    path = Path(settings.POLICY_FILE) if settings.POLICY_FILE else None
    changed = path.stat().st_mtime_ns if path is not None and path.exists() else 0
    return _read(path, changed)


@lru_cache(maxsize=1)
def _read(path: Path | None, changed: int) -> Policy:
    return load_policy(path)
