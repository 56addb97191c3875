"""Section 7: from score to list, and the order of the reasons of section 8."""

import math
from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from edumetrics.engine.policy import Policy
from tests.reference.exact import Number, above, at_least, at_most, below, exact
from tests.reference.known import ClassSemester, Row, Tables
from tests.reference.risk import NEEDS
from tests.reference.signals import (
    Exact,
    attendance_pct,
    last_teaching_weeks,
    lectures,
    plagiarism_pct,
    teaching_weeks_before,
    teaching_weeks_to,
)

LEVELS = (None, "watch", "high", "critical")
MOST_REASONS = 4


@dataclass
class Triaged:
    """A student's flag of one week, exact, before and after it is put on a list."""

    student_id: str
    semester: ClassSemester
    week: int
    level: str | None
    risk_score: Fraction
    performance: Number
    contributions: dict[str, Fraction]
    run: list[int]
    override: bool
    integrity: bool
    missing: list[str]
    in_progress: bool
    rank_in_class: int | None = None
    on_list: str | None = None

    @property
    def urgency(self) -> Fraction:
        """ "exact risk_score + 5*min(escalation_level, 4)"."""
        triage = self.semester.policy.triage
        return self.risk_score + exact(triage.urgency_per_week) * min(len(self.run), triage.urgency_weeks)

    @property
    def is_ranked(self) -> bool:
        """ "over flagged students not in progress"."""
        return self.level is not None and not self.in_progress

    @property
    def order(self) -> tuple[Fraction, bool, Fraction, str]:
        """ "by urgency, ties by lower A (null first), then student_id"."""
        return (-self.urgency, self.performance is not None, self.performance or Fraction(0), self.student_id)


@dataclass(frozen=True)
class Past:
    """What earlier weeks published about one student, and the contacts logged by now."""

    flags: dict[int, Row]
    contacts: list[int]

    @property
    def flagged_weeks(self) -> set[int]:
        """Weeks with a level; lists integrity and cannot_tell have none."""
        return {week for week, flag in self.flags.items() if flag["risk_level"] is not None}


def run_before(policy: Policy, past: Past, week: int) -> list[int]:
    """ "consecutive flagged teaching weeks just before this one", the earliest first; cannot-tell weeks "neither breaking
    nor extending a run"."""
    run: list[int] = []
    for before in teaching_weeks_to(policy, week - 1)[::-1]:
        flag = past.flags.get(before)
        if flag is not None and flag["list"] == "cannot_tell":
            continue
        if before not in past.flagged_weeks:
            break
        run.append(before)
    return run[::-1]


def level_of_score(policy: Policy, risk_score: Fraction) -> str | None:
    """ "critical >= 60 · high >= 40 · watch >= 25 · below 25 none"."""
    levels = policy.triage.levels
    for name in ("critical", "high", "watch"):
        if at_least(risk_score, getattr(levels, name)):
            return name
    return None


def level(policy: Policy, week: int, risk_score: Fraction, run: list[int], past: Past, override: bool) -> str | None:
    """ "score -> level -> grace cap -> escalation -> override"."""
    found = level_of_score(policy, risk_score)
    grace = week <= policy.calendar.grace_weeks
    if grace and found is not None:
        found = "watch"
    contacted = bool(run) and any(run[0] <= contact < week for contact in past.contacts)
    if found == "watch" and not grace and len(run) >= policy.triage.escalate_from and not contacted:
        found = "high"
    return "critical" if override else found


def override(semester: ClassSemester, student_id: str, week: int, signals: Exact) -> bool:
    """ "weekly_att_pct <= 30 with held >= 5, and overall_att_pct < 75 or the preceding teaching week <= 30 too"."""
    triage = semester.policy.triage
    now = signals["weekly_att_pct"]
    _, held = lectures(semester, student_id, [week], week)
    if now is None or above(now, triage.override_attendance_pct) or held < triage.override_min_lectures:
        return False
    if below(signals["overall_att_pct"], semester.policy.attendance.required_pct):
        return True
    preceding = attendance_pct(semester, student_id, teaching_weeks_before(semester.policy, week, 1), week)
    return preceding is not None and at_most(preceding, triage.override_attendance_pct)


def integrity(semester: ClassSemester, student_id: str, week: int) -> bool:
    """ "plagiarism_pct > 50 on work due in the last three teaching weeks"."""
    triage = semester.policy.triage
    window = last_teaching_weeks(semester.policy, week, triage.integrity_window)
    highest = plagiarism_pct(semester, student_id, window, week)
    return highest is not None and above(highest, triage.integrity_plagiarism_pct)


def class_attendance_loaded(semester: ClassSemester, week: int) -> bool:
    """Whether the class has an attendance row this week."""
    return any(row.week == week and row.known_from <= week for row in semester.attendance)


def missing(semester: ClassSemester, student_id: str, week: int) -> list[str]:
    """ "no attendance row of the student this week while the class has some, ... or no row at all"."""
    own = any(row.week == week and row.known_from <= week for row in semester.attendance_of[student_id])
    codes = []
    if class_attendance_loaded(semester, week) and not own:
        codes.append("attendance_missing")
    # "(see the roll)": it is the student without joined_on who "joins the roll in week 4, as cannot-tell".
    if not semester.has_any_row(student_id, week) and not semester.join_is_known(student_id):
        codes.append("no_rows")
    return codes


def in_progress(policy: Policy, week: int, found: str | None, fires: bool, past: Past) -> bool:
    """In a follow-up window "unless the level is above that of the week of the contact or an override fires"."""
    if found is None or fires:
        return False
    return any(
        week in _follow_up_window(policy, contact) and LEVELS.index(found) <= LEVELS.index(_level_in(past, contact))
        for contact in past.contacts
        if contact <= week
    )


def _follow_up_window(policy: Policy, contact: int) -> list[int]:
    """The teaching weeks after the week of the contact that the follow-up lasts."""
    after = [teaching for teaching in policy.calendar.teaching_weeks if teaching > contact]
    return after[: policy.triage.follow_up_weeks]


def _level_in(past: Past, week: int) -> str | None:
    return past.flags[week]["risk_level"] if week in past.flags else None


def put_on_lists(triaged: list[Triaged], semesters: list[ClassSemester], tables: Tables, week: int) -> list[Triaged]:
    """The flags of one week, each on its list; students who are neither flagged, integrity nor cannot-tell drop out."""
    for semester in semesters:
        ranked = sorted(
            (one for one in triaged if one.semester is semester and one.is_ranked), key=lambda one: one.order
        )
        for position, one in enumerate(ranked, start=1):
            one.rank_in_class = position
    for one in triaged:
        if one.level is not None:
            one.on_list = "in_progress" if one.in_progress else "watching"
        elif one.integrity:
            one.on_list = "integrity"
        elif one.missing:
            one.on_list = "cannot_tell"
    _fill_contact(triaged, semesters, tables, week)
    return [one for one in triaged if one.on_list is not None]


def _fill_contact(triaged: list[Triaged], semesters: list[ClassSemester], tables: Tables, week: int) -> None:
    """ "every override is in list contact and takes no place; of the other flagged students not in progress the first
    capacity (default ceil(n/5) of the students on the roll) are in contact too"."""
    advisor_of = advisors_of(tables, semesters)
    roll = defaultdict(int)
    for semester in semesters:
        for student_id in semester.roll(week):
            roll[advisor_of[student_id]] += 1
    for advisor, students in roll.items():
        ranked = sorted((one for one in triaged if advisor_of[one.student_id] == advisor and one.is_ranked), key=_order)
        capacity = math.ceil(exact(semesters[0].policy.triage.capacity_share) * students)
        others = [one for one in ranked if not one.override]
        for one in [*(one for one in ranked if one.override), *others[:capacity]]:
            one.on_list = "contact"


def _order(one: Triaged) -> tuple[Fraction, bool, Fraction, str]:
    return one.order


def advisors_of(tables: Tables, semesters: list[ClassSemester]) -> dict[str, tuple[str, str]]:
    """Whose capacity a student takes: the own advisor, else the class's only one, else the class by itself."""
    of_class = defaultdict(list)
    for row in tables.get("advisors", []):
        of_class[row["class_id"]].append(row["advisor_id"])
    found = {}
    for semester in semesters:
        advisors = of_class[semester.class_id]
        common = ("advisor", advisors[0]) if len(advisors) == 1 else ("class", semester.class_id)
        for student in semester.students:
            own = student["advisor_id"]
            found[student["student_id"]] = ("advisor", own) if own is not None else common
    return found


def reason_codes(one: Triaged) -> list[str]:
    """ "an override first (contribution 0), then the strongest contributions", 4 at most."""
    order = list(NEEDS)
    strongest = sorted(one.contributions, key=lambda name: (-one.contributions[name], order.index(name)))
    first = ["integrity"] if one.on_list == "integrity" else ["override"] if one.override else []
    return [*first, *strongest][:MOST_REASONS]
