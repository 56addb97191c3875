"""What a run refuses, and how its commands exit."""

from edumetrics.engine.errors import EduMetricsError

EXIT_QUARANTINED = 3
"""The run succeeded, but a source of some class had too many bad rows (docs/reference/commands.md)."""

EXIT_IN_PROGRESS = 4
"""Another run is at work on the same analysis database."""

EXIT_STOPPED = 5
"""The run was stopped by SIGTERM; what it published is good, and the next run finishes the work."""

EXIT_WARNINGS = 6
"""check_college found nothing that keeps a run from working, but something to look at."""


class RunError(EduMetricsError):
    """A run that cannot be done as asked."""


class PolicyChanged(RunError):
    """The policy differs from the one pinned for the semester."""


class CollegeIsBehind(RunError):
    """The analysis database is past the college's week."""


class RunInProgress(RunError):
    """Another run is at work on the same analysis database."""


class RunStopped(RunError):
    """The process was asked to end."""
