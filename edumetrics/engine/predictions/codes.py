"""Every name that a stored prediction may carry, with its meaning: the words of API, portal and docs."""

import polars as pl

OUTPUTS = {
    "midterm_score": "a student's mean midterm score",
    "subject_fail": "whether a student fails the endterm of a subject",
    "endterm_score": "a student's mean endterm score",
    "endterm_fail": "whether a student fails the endterm of at least one subject",
    "watchlist": "whether a student will fail an endterm or drop out in the coming semester",
    "at_risk": "whether a student will fail an endterm or drop out in this semester, asked every teaching week",
}

EXAM_TYPES = ("midterm", "endterm")

RISK_LABELS = ("LOW", "MEDIUM", "HIGH")

VERDICTS = {
    "under": "did worse than the 80 % interval (a subject: failed where the risk was LOW)",
    "as expected": "inside the interval (a subject: as the risk said)",
    "over": "did better than the interval (a subject: passed where the risk was HIGH)",
}

DIFFICULTIES = ("HARD", "MEDIUM", "EASY")

NOTES = {
    "no_trained_model": "no model for p_at_risk has been trained and promoted yet",
    "trained_on_this": "the promoted model was trained on this very semester, or on a later one",
    "too_early": "before the first week in which p_at_risk is given",
    "published_before": "the week was published before, without this student",
    "no_teaching": "an exam or holiday week",
}
"""Why p_at_risk is null."""

LEDGER_KINDS = {
    "any": "flagged at all",
    "rule": "a signal that contributed to the risk score, override, integrity",
    "reason": "a reason that was given",
    "level": "the level of the flag",
    "list": "the list of the flag",
    "prediction": "p_at_risk of 0.35 (MEDIUM) or 0.60 (HIGH) and above",
}

DRIVER = pl.Struct(
    {"feature": pl.String, "value": pl.Float64, "typical": pl.Float64, "effect": pl.Float64, "text": pl.String}
)
"""What drives a prediction, before it is stored as JSON (docs/reference/predictions.md)."""
