"""The whole of scoring.md for one term, week after week from week 1."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from edumetrics.engine.calendar import Term
from edumetrics.engine.policy import Policy
from tests.reference import metrics, risk, triage
from tests.reference.exact import Number, at_least, median, stored
from tests.reference.known import ClassSemester, Row, Tables
from tests.reference.metrics import Deviation, Published
from tests.reference.reading import semesters_of
from tests.reference.signals import Exact, midterm_score_pct, overall_att_pct, weekly_signals
from tests.reference.triage import Past, Triaged
from tests.reference.work import work_of_students

WHOLE, SCORE, RISK, RATE = 0, 2, 1, 4
DECIMALS = {
    "effort_score": SCORE,
    "effort_coverage": RATE,
    "library_visits": WHOLE,
    "book_borrows": WHOLE,
    "assn_quality_pct": SCORE,
    "assn_plagiarism_pct": SCORE,
    "weekly_att_pct": SCORE,
    "overall_att_pct": SCORE,
    "quiz_attempt_rate": RATE,
    "assn_submit_rate": RATE,
    "quiz_avg_pct": SCORE,
    "assn_avg_pct": SCORE,
    "academic_performance": SCORE,
    "midterm_score_pct": SCORE,
    "risk_of_detention": SCORE,
    "lectures_to_attend": WHOLE,
    "lectures_remaining": WHOLE,
    "effort_baseline": SCORE,
    "performance_baseline": SCORE,
    "attendance_baseline": SCORE,
    "risk_score": RISK,
}
METRIC_OF = {"effort": "effort_score", "performance": "academic_performance", "attendance": "weekly_att_pct"}


@dataclass
class Result:
    """What the analysis database would hold: rows of weekly_metrics, weekly_flags and class_notice, and the work."""

    metrics: list[Row] = field(default_factory=list)
    flags: list[Row] = field(default_factory=list)
    notices: list[Row] = field(default_factory=list)
    work: list[Row] = field(default_factory=list)

    def published(self) -> Published:
        """The stored metrics by student and week."""
        return {(row["student_id"], row["sem_week"]): row for row in self.metrics}

    def past(self, semester: ClassSemester, student_id: str, week: int, interventions: Sequence[Row]) -> Past:
        """What is on record about a student in week ``week``."""
        flags = {row["sem_week"]: row for row in self.flags if row["student_id"] == student_id}
        key = (student_id, semester.academic_year, semester.number)
        contacts = [
            row["sem_week"]
            for row in interventions
            if (row["student_id"], row["academic_year"], row["semester"]) == key and row["sem_week"] <= week
        ]
        return Past(flags, contacts)


def score(
    tables: Tables,
    policy: Policy,
    *,
    academic_year: int,
    term: Term,
    through_week: int,
    interventions: Iterable[Row] = (),
) -> Result:
    """Score every class of the term, weeks 1..``through_week``. A table that is not in ``tables`` is declared absent."""
    result, logged = Result(), list(interventions)
    semesters = semesters_of(tables, policy, academic_year, term)
    for week in range(1, through_week + 1):
        if week in policy.calendar.teaching_weeks:
            _teaching_week(tables, semesters, week, result, logged)
        else:
            for semester in semesters:
                result.metrics += _reduced_rows(semester, week)
    result.work = [row for semester in semesters for row in work_of_students(semester, through_week)]
    return result


def _reduced_rows(semester: ClassSemester, week: int) -> list[Row]:
    """ "An exam-week row carries only overall_att_pct, the attendance requirement and midterm_score_pct"."""
    a_week = metrics.lectures_a_week(semester, week)
    return [
        _stored_metrics(
            semester,
            student_id,
            week,
            {
                "overall_att_pct": overall_att_pct(semester, student_id, week),
                "midterm_score_pct": midterm_score_pct(semester, student_id, week),
                **metrics.requirement(semester, student_id, week, a_week),
            },
        )
        for student_id in semester.roll(week)
    ]


def _teaching_week(
    tables: Tables, semesters: list[ClassSemester], week: int, result: Result, interventions: list[Row]
) -> None:
    """Metrics, notices and flags of one week, added to the result."""
    triaged: list[Triaged] = []
    rows: list[Row] = []
    published = result.published()
    for semester in semesters:
        found = {one: _student_metrics(semester, one, week, published) for one in semester.roll(week)}
        _add_requirement(semester, week, found)
        deviations = _add_baselines(semester, week, found, published)
        shifts = {name: metrics.class_shift(semester, list(of.values())) for name, of in deviations.items()}
        class_median = median([one["effort_score"] for one in found.values() if one["effort_score"] is not None])
        for student_id, values in found.items():
            past = result.past(semester, student_id, week, interventions)
            drops = {name: _drop(semester, name, of[student_id], shifts[name]) for name, of in deviations.items()}
            signals = _risk_signals(semester, student_id, week, values, drops, class_median, past)
            parts = risk.contributions(semester, week, signals)
            values["risk_score"] = sum(parts.values(), Fraction(0))
            triaged.append(_triage(semester, student_id, week, values, parts, past))
            rows.append(_stored_metrics(semester, student_id, week, values))
        result.notices += _notices(semester, week, shifts)
    flags = triage.put_on_lists(triaged, semesters, tables, week) if semesters else []
    result.metrics += rows
    result.flags += [_stored_flag(flag) for flag in flags]


def _student_metrics(semester: ClassSemester, student_id: str, week: int, published: Published) -> Exact:
    values = weekly_signals(semester, student_id, week)
    values["effort_score"], values["effort_coverage"] = metrics.effort(semester, student_id, week, values)
    performance, stale = metrics.performance(semester, student_id, week, published)
    return {**values, "academic_performance": performance, "performance_stale": stale}


def _add_requirement(semester: ClassSemester, week: int, found: dict[str, Exact]) -> None:
    a_week = metrics.lectures_a_week(semester, week)
    for student_id, values in found.items():
        values.update(metrics.requirement(semester, student_id, week, a_week))


def _add_baselines(
    semester: ClassSemester, week: int, found: dict[str, Exact], published: Published
) -> dict[str, dict[str, Deviation]]:
    """Baseline and own drop of the three metrics, by metric and student."""
    deviations: dict[str, dict[str, Deviation]] = {name: {} for name in METRIC_OF}
    for name, column in METRIC_OF.items():
        for student_id, values in found.items():
            own = metrics.deviation(semester, student_id, week, column, values, published)
            deviations[name][student_id] = own
            values[f"{name}_baseline"] = own.baseline
    return deviations


def _drop(semester: ClassSemester, name: str, own: Deviation, shift: Fraction) -> Number:
    return metrics.meaningful_drop(own, shift, getattr(semester.policy.baseline, f"{name}_drop"))


def _risk_signals(
    semester: ClassSemester,
    student_id: str,
    week: int,
    values: Exact,
    drops: dict[str, Number],
    class_median: Number,
    past: Past,
) -> Exact:
    """The table of section 6."""
    return {
        "low_performance": risk.low_performance(semester, student_id, week, values["academic_performance"]),
        "attendance_requirement": values["attendance_requirement"],
        "missed_assignments": risk.missed(semester, "assignments", student_id, week),
        "missed_quizzes": risk.missed(semester, "quizzes", student_id, week),
        "low_effort": risk.low_effort(semester, values["effort_score"], class_median),
        "performance_drop": risk.drop_signal(semester, drops["performance"]),
        "effort_drop": risk.drop_signal(semester, drops["effort"]),
        "attendance_drop": risk.drop_signal(semester, drops["attendance"]),
        "persistence": risk.persistence(semester, week, past.flagged_weeks),
    }


def _triage(
    semester: ClassSemester, student_id: str, week: int, values: Exact, parts: dict[str, Fraction], past: Past
) -> Triaged:
    policy = semester.policy
    run = triage.run_before(policy, past, week)
    fires = triage.override(semester, student_id, week, values)
    level = triage.level(policy, week, values["risk_score"], run, past, fires)
    return Triaged(
        student_id=student_id,
        semester=semester,
        week=week,
        level=level,
        risk_score=values["risk_score"],
        performance=values["academic_performance"],
        contributions=parts,
        run=run,
        override=fires,
        integrity=triage.integrity(semester, student_id, week),
        missing=triage.missing(semester, student_id, week),
        in_progress=triage.in_progress(policy, week, level, fires, past),
    )


def _notices(semester: ClassSemester, week: int, shifts: dict[str, Fraction]) -> list[Row]:
    """ "a shift of 10 or more is reported once"; "No attendance row for a whole class = one class notice"."""
    codes = [
        f"class_shift_{name}"
        for name, shift in shifts.items()
        if at_least(shift, semester.policy.baseline.notice_shift)
    ]
    expected = "attendance" in semester.recorded and semester.roll(week)
    if expected and not triage.class_attendance_loaded(semester, week):
        codes.append("attendance_not_loaded")
    return [{**_class_key(semester, week), "code": code} for code in codes]


def _class_key(semester: ClassSemester, week: int) -> Row:
    return {
        "class_id": semester.class_id,
        "academic_year": semester.academic_year,
        "semester": semester.number,
        "sem_week": week,
    }


def _stored_metrics(semester: ClassSemester, student_id: str, week: int, values: Exact) -> Row:
    """A row of weekly_metrics; a column without a value is null."""
    rounded = {column: stored(values.get(column), decimals) for column, decimals in DECIMALS.items()}
    stale = values.get("performance_stale")
    return {"student_id": student_id, **_class_key(semester, week), **rounded, "performance_stale": stale}


def _stored_flag(flag: Triaged) -> Row:
    """A row of weekly_flags."""
    own_week = [flag.week] if flag.level is not None else []
    return {
        "student_id": flag.student_id,
        **_class_key(flag.semester, flag.week),
        "risk_level": flag.level,
        "risk_score": stored(flag.risk_score, RISK),
        "urgency": stored(flag.urgency, RISK),
        "rank_in_class": flag.rank_in_class,
        "list": flag.on_list,
        "contributions": {name: float(value) for name, value in flag.contributions.items()},
        "reason_codes": triage.reason_codes(flag),
        "missing_codes": sorted(flag.missing),
        "escalation_level": len(flag.run),
        "first_flagged_week": min([*flag.run, *own_week], default=None),
        "grace": flag.week <= flag.semester.policy.calendar.grace_weeks,
        "override": flag.override,
        "integrity": flag.integrity,
    }
