"""EduMetrics: an early-warning system for students, run by the college itself."""

__version__ = "0.1.0"
