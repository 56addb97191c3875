"""What a run refuses, and how its commands exit."""

from edumetrics.engine.errors import EduMetricsError

EXIT_QUARANTINED = 3
"""The run succeeded, but a source of some class had too many bad rows (docs/reference/commands.md)."""


class RunError(EduMetricsError):
    """A run that cannot be done as asked."""


class PolicyChanged(RunError):
    """The policy differs from the one pinned for the semester."""


class CollegeIsBehind(RunError):
    """The analysis database is past the college's week."""
