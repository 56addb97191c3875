"""One model for each analysis table; the names of tables and columns are a contract with those who query them."""

from edumetrics.analysis_db.models.predictions import (
    AtRiskDrivers,
    ModelArtefact,
    ModelCard,
    PostExamAnalysis,
    PrecisionLedger,
    PredictionDrift,
    PreEndTerm,
    PreMidTerm,
    PreSemWatchlist,
    RiskOfFailingPrediction,
    SubjectDifficulty,
)
from edumetrics.analysis_db.models.revision import Revision
from edumetrics.analysis_db.models.roster import (
    RosterAdvisor,
    RosterClass,
    RosterExam,
    RosterStudent,
    RosterSubject,
)
from edumetrics.analysis_db.models.runs import AnalysisRun, AnalysisState, Runner
from edumetrics.analysis_db.models.weekly import ClassNotice, WeeklyFlags, WeeklyMetrics
from edumetrics.analysis_db.models.work import ClassWork, StudentWork

__all__ = [
    "AnalysisRun",
    "AnalysisState",
    "AtRiskDrivers",
    "ClassNotice",
    "ClassWork",
    "ModelArtefact",
    "ModelCard",
    "PostExamAnalysis",
    "PreEndTerm",
    "PreMidTerm",
    "PreSemWatchlist",
    "PrecisionLedger",
    "PredictionDrift",
    "Revision",
    "RiskOfFailingPrediction",
    "RosterAdvisor",
    "RosterClass",
    "RosterExam",
    "RosterStudent",
    "RosterSubject",
    "Runner",
    "StudentWork",
    "SubjectDifficulty",
    "WeeklyFlags",
    "WeeklyMetrics",
]
