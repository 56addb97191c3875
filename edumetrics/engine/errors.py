"""Everything the engine refuses, in one tree.

EduMetricsError
├── CalendarError      a week or semester that the policy's calendar does not have
├── PolicyError        a policy file that says something impossible
├── MappingError       a mapping file that does not give the canonical tables
├── CollegeDataError   the college's tables cannot be read as the canonical ones
└── PredictionError    what is to be learnt from or predicted of does not fit
    ├── TrainingRefused    too little to learn from, or nothing to tell apart
    └── ArtefactError      a stored predictor that is not what its card says
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


class PredictionError(EduMetricsError):
    """Examples or features that do not fit; names the columns."""


class TrainingRefused(PredictionError):
    """Too little to learn from, or nothing to tell apart; says how much there is and how much is needed."""


class ArtefactError(PredictionError):
    """A stored predictor that is not the one its card describes, or holds what no predictor of ours holds."""
