"""Sections 2 to 5: effort, academic performance, attendance requirement, baseline and deviation."""

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from edumetrics.engine.policy import DropRule, Source
from tests.reference.exact import (
    HUNDRED,
    Number,
    at_least,
    at_most,
    below,
    exact,
    mean,
    median,
    standard_deviation,
    weighted_mean,
)
from tests.reference.known import KINDS, ClassSemester
from tests.reference.signals import (
    Exact,
    handed_in_and_due,
    last_teaching_weeks,
    lectures,
    mark_pct,
    overall_att_pct,
    plagiarism_pct,
    quality_pct,
    teaching_weeks_before,
    teaching_weeks_to,
)

Published = dict[tuple[str, int], dict[str, object]]

SOURCES_OF_COMPONENT: dict[str, tuple[Source, ...]] = {
    "library_visits": ("library",),
    "book_borrows": ("borrowing",),
    "assignment_quality": ("assignments",),
    "plagiarism": ("plagiarism",),
    "attendance": ("attendance",),
    "submission_rate": ("assignments", "quizzes"),
}


def effort_components(semester: ClassSemester, student_id: str, week: int, signals: Exact) -> Exact:
    """Section 2: visits, borrows and attendance of this week; the others over the last three teaching weeks."""
    effort = semester.policy.effort
    window = last_teaching_weeks(semester.policy, week, effort.work_window)
    plagiarism = plagiarism_pct(semester, student_id, window, week)
    done, due = handed_in_and_due(semester, KINDS, student_id, window, week)
    return {
        "library_visits": _share_of(signals["library_visits"], exact(effort.full_library_visits)),
        "book_borrows": _share_of(signals["book_borrows"], exact(effort.full_book_borrows)),
        "assignment_quality": quality_pct(semester, student_id, window, week),
        "plagiarism": HUNDRED - plagiarism if plagiarism is not None else None,
        "attendance": signals["weekly_att_pct"],
        "submission_rate": HUNDRED * done / due if due else None,
    }


def _share_of(count: Number, full: Fraction) -> Number:
    """ "100*min(visits,5)/5"."""
    return None if count is None else HUNDRED * min(count, full) / full


def effort(semester: ClassSemester, student_id: str, week: int, signals: Exact) -> tuple[Number, Number]:
    """(E, effort_coverage). "E is null when coverage < 0.2 or no component is present"."""
    weights = {name: exact(weight) for name, weight in semester.policy.effort.weights.model_dump().items()}
    components = effort_components(semester, student_id, week, signals)
    score = weighted_mean((weights[name], value) for name, value in components.items())
    present = sum(weights[name] for name, value in components.items() if value is not None)
    possible = sum(
        weights[name]
        for name, sources in SOURCES_OF_COMPONENT.items()
        if any(semester.has(source, week) for source in sources)
    )
    coverage = Fraction(present) / possible if possible else None
    if coverage is None or below(coverage, semester.policy.effort.min_coverage):
        return None, coverage
    return score, coverage


def week_mark(semester: ClassSemester, student_id: str, due_week: int, week: int) -> Number:
    """ "a_v = mean of the non-null of (quiz_avg_pct, assn_avg_pct) of week v, as known at w"."""
    return mean(mark_pct(semester, kind, student_id, due_week, week) for kind in KINDS)


def performance(semester: ClassSemester, student_id: str, week: int, published: Published) -> tuple[Number, bool]:
    """(A, stale): the weighted mean of the week marks, else the last published A, before any mark the endterm mean."""
    weights = [exact(weight) for weight in semester.policy.performance.week_weights]
    weeks = last_teaching_weeks(semester.policy, week, len(weights))
    marks = [week_mark(semester, student_id, due_week, week) for due_week in weeks]
    fresh = weighted_mean(zip(weights, marks, strict=False))
    if fresh is not None:
        return fresh, False
    for before in teaching_weeks_to(semester.policy, week - 1)[::-1]:
        row = published.get((student_id, before))
        if row and row["academic_performance"] is not None and not row["performance_stale"]:
            return exact(row["academic_performance"]), True
    rows = [row for row in semester.endterm_before if row.student_id == student_id and row.known_from <= week]
    endterm = mean(row.score_pct for row in rows)
    return endterm, endterm is not None


def lectures_a_week(semester: ClassSemester, week: int) -> Number:
    """ "m = mean of lectures held over all (student, teaching week 1..w) pairs of the roll with held > 0"."""
    held = [
        lectures(semester, student_id, [teaching], week)[1]
        for teaching in teaching_weeks_to(semester.policy, week)
        for student_id in semester.roll(teaching)
    ]
    return mean(Fraction(count) for count in held if count > 0)


def requirement(semester: ClassSemester, student_id: str, week: int, a_week: Number) -> Exact:
    """risk_of_detention, lectures_to_attend, lectures_remaining and the signal attendance_requirement.

    "null (all of this section) while the student has no lecture held".
    """
    attended, held = lectures(semester, student_id, teaching_weeks_to(semester.policy, week), week)
    if not held or a_week is None:
        return dict.fromkeys(
            ("risk_of_detention", "lectures_to_attend", "lectures_remaining", "attendance_requirement")
        )
    after = [teaching for teaching in semester.policy.calendar.teaching_weeks if teaching > week]
    remaining = math.floor(a_week * len(after) + Fraction(1, 2))
    need = exact(semester.policy.attendance.required_pct) / 100 * (held + remaining) - attended
    if not after or remaining == 0:
        overall = overall_att_pct(semester, student_id, week)
        failed = below(overall, semester.policy.attendance.required_pct)
        detention = signal = HUNDRED if failed else Fraction(0)
    else:
        detention = risk_of_detention(semester, need / remaining)
        signal = attendance_requirement(semester, need / remaining)
    return {
        "risk_of_detention": detention,
        "lectures_to_attend": Fraction(math.ceil(max(need, Fraction(0)))),
        "lectures_remaining": Fraction(remaining),
        "attendance_requirement": signal,
    }


def risk_of_detention(semester: ClassSemester, share: Fraction) -> Fraction:
    """ "need <= 0 -> 0 · p <= .5 -> 80p · p <= .75 -> 40+80(p-.5) · p <= 1 -> 60+120(p-.75) · p > 1 -> 100"."""
    if at_most(share, 0):
        return Fraction(0)
    steps = [(exact(step.share), exact(step.risk)) for step in semester.policy.attendance.detention_steps]
    for (low, low_risk), (high, high_risk) in pairwise(steps):
        if at_most(share, high):
            return low_risk + (high_risk - low_risk) * (share - low) / (high - low)
    return HUNDRED


def attendance_requirement(semester: ClassSemester, share: Fraction) -> Fraction:
    """ "0 while p <= .75; (p - .75)/.25*100, at most 100"."""
    start = exact(semester.policy.risk.attendance_share_from)
    return min(HUNDRED, max(Fraction(0), (share - start) / (1 - start) * 100))


@dataclass(frozen=True)
class Deviation:
    """Section 5 for one student and metric: own drop = baseline - m; s = the deviation of the baseline's values."""

    baseline: Number
    deviation: Number
    own_drop: Number


def deviation(
    semester: ClassSemester, student_id: str, week: int, column: str, current: Exact, published: Published
) -> Deviation:
    """Baseline, s and own drop of a metric. "A stale A is no value for baselines or drops"."""
    rule = semester.policy.baseline
    values = []
    for before in teaching_weeks_before(semester.policy, week, rule.weeks):
        row = published.get((student_id, before))
        if row and row[column] is not None and _is_comparable(column, row, current, rule.coverage_tolerance):
            values.append(exact(row[column]))
    if len(values) < rule.min_values:
        return Deviation(None, None, None)
    baseline = sum(values) / len(values)
    has_value = current[column] is not None and not (column == "academic_performance" and current["performance_stale"])
    return Deviation(baseline, standard_deviation(values), baseline - current[column] if has_value else None)


def _is_comparable(column: str, row: dict[str, object], current: Exact, tolerance: float) -> bool:
    """ "for E: whose effort_coverage is within 0.15 of this week's"; a stale A is no value."""
    if column == "academic_performance":
        return not row["performance_stale"]
    if column == "effort_score":
        coverage = current["effort_coverage"]
        return coverage is not None and at_most(abs(exact(row["effort_coverage"]) - coverage), tolerance)
    return True


def class_shift(semester: ClassSemester, deviations: list[Deviation]) -> Fraction:
    """ "max(0, median own drop of the class that week), 0 if fewer than 5 have one"."""
    drops = [found.own_drop for found in deviations if found.own_drop is not None]
    if len(drops) < semester.policy.baseline.min_students_for_shift:
        return Fraction(0)
    return max(Fraction(0), median(drops))


def meaningful_drop(found: Deviation, shift: Fraction, rule: DropRule) -> Number:
    """drop = own drop - class shift if "own drop and drop both >= max(10, s)", else 0; null without an own drop."""
    if found.own_drop is None or found.deviation is None:
        return None
    bound = max(exact(rule.points), exact(rule.deviations) * found.deviation)
    drop = found.own_drop - shift
    return drop if at_least(found.own_drop, bound) and at_least(drop, bound) else Fraction(0)
