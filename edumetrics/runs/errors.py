"""What a run refuses, and how its commands exit."""

from edumetrics.engine.errors import EduMetricsError

EXIT_QUARANTINED = 3
"""The run succeeded, but a source of some class had too many bad rows (docs/reference/commands.md)."""

EXIT_IN_PROGRESS = 4
"""Another run is at work on the same analysis database."""


class RunError(EduMetricsError):
    """A run that cannot be done as asked."""


class PolicyChanged(RunError):
    """The policy differs from the one pinned for the semester."""


class CollegeIsBehind(RunError):
    """The analysis database is past the college's week."""


class RunInProgress(RunError):
    """Another run is at work on the same analysis database."""
