"""What cannot be removed or copied as asked."""

from edumetrics.engine.errors import EduMetricsError


class RetentionError(EduMetricsError):
    """A purge, erasure or backup that cannot be done as asked."""
