"""Everything the engine refuses, in one tree.

EduMetricsError
├── CalendarError      a week or semester that the policy's calendar does not have
├── PolicyError        a policy file that says something impossible
├── MappingError       a mapping file that does not give the canonical tables
└── CollegeDataError   the college's tables cannot be read as the canonical ones
"""


class EduMetricsError(Exception):
    """Something a user can put right; its text says what was wrong, what was found and what to do."""


class CalendarError(EduMetricsError):
    """A week or semester that the calendar of the policy does not have."""


class PolicyError(EduMetricsError):
    """A policy file that says something impossible."""


class MappingError(EduMetricsError):
    """A mapping file that does not give the canonical tables."""


class CollegeDataError(EduMetricsError):
    """The college's tables cannot be read as the canonical ones."""
