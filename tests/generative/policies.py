"""Random policies: varied calendars always, other numbers now and then."""

import random
from datetime import date, timedelta

from edumetrics.engine.policy import Policy

ACADEMIC_YEAR = 2026
ODD_BEGINS, EVEN_BEGINS = date(2026, 7, 6), date(2027, 1, 4)


def random_policy(rng: random.Random, *, max_weeks: int = 20, other_numbers: float = 0.3) -> Policy:
    """A policy with a random calendar; with probability ``other_numbers`` other weights and thresholds too."""
    values: dict[str, object] = {"calendar": random_calendar(rng, max_weeks)}
    if rng.random() < 0.15:
        values["sources"] = {"absent": rng.sample(["attendance", "quizzes", "library", "borrowing", "plagiarism"], 1)}
    if rng.random() < other_numbers:
        values |= random_numbers(rng)
    return Policy.model_validate(values)


def random_calendar(rng: random.Random, max_weeks: int) -> dict[str, object]:
    """The default calendar a third of the time, else any: exams and holidays anywhere or nowhere."""
    if max_weeks >= 18 and rng.random() < 0.33:
        return {"first_days": random_first_days(rng)}
    weeks = rng.randint(min(6, max_weeks), max_weeks)
    off = rng.sample(range(1, weeks + 1), min(weeks - 3, rng.choice([0, 1, 2, 3, 4])))
    cuts = sorted(rng.randint(0, len(off)) for _ in range(2))
    midterm, endterm = sorted(off[: cuts[0]]), sorted(off[cuts[0] : cuts[1]])
    if rng.random() < 0.5:
        endterm = [weeks] if weeks not in off else endterm
    return {
        "weeks": weeks,
        "midterm_weeks": midterm,
        "endterm_weeks": endterm,
        "holiday_weeks": sorted(off[cuts[1] :]),
        "grace_weeks": rng.randint(0, 4),
        "silent_join_week": rng.randint(1, 6),
        "first_days": random_first_days(rng),
    }


def random_first_days(rng: random.Random) -> dict[str, date]:
    """First days that the policy names: none, one or both."""
    days = {
        f"{ACADEMIC_YEAR}-odd": ODD_BEGINS + timedelta(days=rng.randint(-3, 3)),
        f"{ACADEMIC_YEAR}-even": EVEN_BEGINS + timedelta(days=rng.randint(-3, 3)),
    }
    return {key: day for key, day in days.items() if rng.random() < 0.4}


def random_numbers(rng: random.Random) -> dict[str, object]:
    """Weights, windows and thresholds other than the defaults."""
    watch = rng.randint(10, 30)
    high = watch + rng.randint(5, 20)
    required = rng.choice([60, 75, 80, 66.5])
    return {
        "effort": {
            "weights": {
                "library_visits": rng.choice([0, 5, 25, 12.5]),
                "book_borrows": rng.choice([0, 10, 20]),
                "attendance": rng.choice([10, 30]),
                "submission_rate": rng.choice([10, 25]),
            },
            "full_library_visits": rng.choice([3, 5, 2.5]),
            "work_window": rng.randint(1, 5),
            "min_coverage": rng.choice([0.1, 0.2, 0.5]),
        },
        "performance": {"week_weights": rng.choice([[40, 30, 30], [50, 50], [1], [40, 30, 20, 10]])},
        "attendance": {"required_pct": required},
        "baseline": {
            "weeks": rng.randint(2, 6),
            "min_values": rng.randint(2, 3),
            "coverage_tolerance": rng.choice([0.05, 0.15, 0.4]),
            "min_students_for_shift": rng.randint(1, 6),
            "notice_shift": rng.choice([2, 5, 10]),
            "effort_drop": {"points": rng.choice([5, 10]), "deviations": rng.choice([0, 1, 1.5])},
            "attendance_drop": {"points": rng.choice([5, 15]), "deviations": rng.choice([0, 1, 2])},
        },
        "risk": {
            "weights": {
                "low_performance": rng.choice([0, 22, 30]),
                "missed_assignments": rng.choice([18, 7.5]),
                "attendance_drop": rng.choice([0, 5, 15]),
                "persistence": rng.choice([0, 5, 12]),
            },
            "max_contribution": rng.choice([20, 40, 60]),
            "attendance_share_from": rng.choice([0.5, 0.75]),
            "missed_share_factor": rng.choice([0.3, 0.5, 1]),
            "persistence_weeks": rng.randint(2, 4),
            "persistence_power": rng.choice([1, 2, 3]),
        },
        "triage": {
            "levels": {"watch": watch, "high": high, "critical": high + rng.randint(5, 25)},
            "escalate_from": rng.randint(1, 4),
            "urgency_per_week": rng.choice([0, 5, 2.5]),
            "urgency_weeks": rng.randint(0, 5),
            "override_attendance_pct": rng.choice([20, 30, 50]),
            "override_min_lectures": rng.choice([1, 5]),
            "integrity_window": rng.randint(1, 4),
            "follow_up_weeks": rng.randint(0, 4),
            "capacity_share": rng.choice([0, 0.1, 0.2, 0.5]),
        },
    }
