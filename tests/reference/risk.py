"""Section 6: the nine signals of the risk score and their contributions, exact."""

from fractions import Fraction

from edumetrics.engine.policy import Source
from tests.reference.exact import HUNDRED, Number, exact
from tests.reference.known import KINDS, ClassSemester, Kind
from tests.reference.signals import (
    Exact,
    class_has_marks,
    handed_in_and_due,
    teaching_weeks_before,
    teaching_weeks_to,
)

WORK: tuple[Source, ...] = ("assignments", "quizzes")
EFFORT: tuple[Source, ...] = ("library", "borrowing", "assignments", "plagiarism", "attendance", "quizzes")
NEEDS: dict[str, tuple[Source, ...]] = {
    "low_performance": WORK,
    "attendance_requirement": ("attendance",),
    "missed_assignments": ("assignments",),
    "missed_quizzes": ("quizzes",),
    "low_effort": EFFORT,
    "performance_drop": WORK,
    "effort_drop": EFFORT,
    "attendance_drop": ("attendance",),
    "persistence": (),
}


def low_performance(semester: ClassSemester, student_id: str, week: int, performance: Number) -> Number:
    """ "min(100, max(0, 60 - A)/40*100); where A is null: 100 if work was due for the student up to w, none of it handed
    in, and the class has marks; else null"."""
    risk = semester.policy.risk
    if performance is not None:
        below = max(Fraction(0), exact(risk.low_performance_from) - performance)
        return min(HUNDRED, below / exact(risk.low_performance_span) * 100)
    weeks = teaching_weeks_to(semester.policy, week)
    done, due = handed_in_and_due(semester, KINDS, student_id, weeks, week)
    return HUNDRED if due and not done and class_has_marks(semester, week) else None


def missed(semester: ClassSemester, kind: Kind, student_id: str, week: int) -> Number:
    """ "100 * (1 - product over the run of (1 - 0.5*missed share)); the run = the teaching weeks with assignments due, back
    from w, as long as some are missing as known at w"."""
    product = Fraction(1)
    for due_week in teaching_weeks_to(semester.policy, week)[::-1]:
        done, due = handed_in_and_due(semester, (kind,), student_id, [due_week], week)
        if due and done == due:
            break
        if due:
            product *= 1 - exact(semester.policy.risk.missed_share_factor) * Fraction(due - done, due)
    return HUNDRED * (1 - product)


def low_effort(semester: ClassSemester, effort: Number, class_median: Number) -> Number:
    """ "min(100, 2*max(0, class median E - E))"."""
    if effort is None or class_median is None:
        return None
    return min(HUNDRED, exact(semester.policy.risk.points_per_gap) * max(Fraction(0), class_median - effort))


def drop_signal(semester: ClassSemester, drop: Number) -> Number:
    """ "min(100, 2*drop) if meaningful else 0"."""
    return None if drop is None else min(HUNDRED, exact(semester.policy.risk.points_per_gap) * drop)


def persistence(semester: ClassSemester, week: int, flagged_weeks: set[int]) -> Fraction:
    """ "(weeks flagged among the 3 teaching weeks before w / 3)^2 * 100"."""
    risk = semester.policy.risk
    before = teaching_weeks_before(semester.policy, week, risk.persistence_weeks)
    share = Fraction(sum(teaching in flagged_weeks for teaching in before), risk.persistence_weeks)
    return exact(share ** exact(risk.persistence_power)) * 100


def contributions(semester: ClassSemester, week: int, signals: Exact) -> dict[str, Fraction]:
    """ "min(40, weight * signal / sum of the weights whose source the class has)"; only those that are not zero."""
    weights = {name: exact(weight) for name, weight in semester.policy.risk.weights.model_dump().items()}
    usable = [name for name, needs in NEEDS.items() if not needs or any(semester.has(need, week) for need in needs)]
    total = sum(weights[name] for name in usable)
    most = exact(semester.policy.risk.max_contribution)
    found = {name: min(most, weights[name] * (signals[name] or 0) / total) for name in usable if total}
    return {name: value for name, value in found.items() if value != 0}
