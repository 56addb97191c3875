"""The week's list of a class or an advisor, to be read on a terminal or as CSV."""

import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from edumetrics.analysis_db.models import (
    AnalysisState,
    ClassNotice,
    RosterAdvisor,
    RosterClass,
    RosterStudent,
    WeeklyFlags,
    WeeklyMetrics,
)
from edumetrics.engine.flags.codes import LISTS
from edumetrics.runs.errors import RunError

TITLES = {
    "contact": "CONTACT FIRST",
    "watching": "WATCHING",
    "in_progress": "IN PROGRESS",
    "integrity": "INTEGRITY: A SEPARATE CONVERSATION",
    "cannot_tell": "CANNOT TELL",
}
# Shape and word, never colour alone.
_MARKS = {"critical": "◆ critical", "high": "▲ high", "watch": "○ watch", None: "· no level"}
_WIDTH = 110


@dataclass(frozen=True)
class Scope:
    """Whose students: of a class, of an advisor, or of both."""

    class_id: str | None = None
    advisor_id: str | None = None


@dataclass(frozen=True)
class ClassWeek:
    """One class in one published week."""

    class_id: str
    name: str
    academic_year: int
    semester: int
    sem_week: int


def class_weeks(scope: Scope, week: int | None) -> list[ClassWeek]:
    """The classes of the scope, each in ``week`` or in the last one published.

    Raises RunError for a class or advisor that is not there, and for a week that is not published.
    """
    classes = _class_ids(scope)
    names = dict(RosterClass.objects.values_list("class_id", "name"))
    states = AnalysisState.objects.filter(class_id__in=classes).order_by("class_id")
    found = []
    for state in states:
        if week is not None and not 1 <= week <= state.sem_week:
            raise RunError(f"Week {week} of {state.class_id} is not published; weeks 1 to {state.sem_week} are.")
        name = names.get(state.class_id) or state.class_id
        found.append(ClassWeek(state.class_id, name, state.academic_year, state.semester, week or state.sem_week))
    if not found:
        raise RunError("Nothing is published for it yet. Run manage.py calibrate first.")
    return found


def _class_ids(scope: Scope) -> list[str]:
    known = list(RosterClass.objects.order_by("class_id").values_list("class_id", flat=True))
    if not known:
        raise RunError("Nothing is published yet. Run manage.py calibrate first.")
    if scope.class_id and scope.class_id not in known:
        raise RunError(f"There is no class {scope.class_id!r}; the college has {_some(known)}.")
    wanted = [scope.class_id] if scope.class_id else known
    if scope.advisor_id is None:
        return wanted
    of_advisor = _students_of(scope.advisor_id)
    mine = set(of_advisor.values_list("class_id", flat=True))
    if not mine:
        advisors = list(RosterAdvisor.objects.order_by("advisor_id").values_list("advisor_id", flat=True))
        raise RunError(f"There is no advisor {scope.advisor_id!r} with students; the college has {_some(advisors)}.")
    return [one for one in wanted if one in mine]


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:8])
    return f"{shown} and {len(names) - 8} more" if len(names) > 8 else shown or "none"


def _students_of(advisor_id: str) -> Any:
    """The advisor's students: those who name the advisor, and those of the advisor's class who name nobody."""
    classes = RosterAdvisor.objects.filter(advisor_id=advisor_id).values("class_id")
    named = RosterStudent.objects.filter(advisor_id=advisor_id)
    return named | RosterStudent.objects.filter(advisor_id=None, class_id__in=classes)


def flag_rows(scope: Scope, week: ClassWeek, lists: Iterable[str] = LISTS) -> list[dict[str, Any]]:
    """The flags of one class and week as dicts, with name and roll_number, in the order to read them."""
    flags = WeeklyFlags.objects.filter(
        class_id=week.class_id,
        academic_year=week.academic_year,
        semester=week.semester,
        sem_week=week.sem_week,
        list__in=list(lists),
    )
    if scope.advisor_id:
        flags = flags.filter(student_id__in=_students_of(scope.advisor_id).values("student_id"))
    people = {
        row["student_id"]: row
        for row in RosterStudent.objects.filter(class_id=week.class_id).values("student_id", "name", "roll_number")
    }
    rows = [{**row, **people.get(row["student_id"], {"name": None, "roll_number": None})} for row in flags.values()]
    return sorted(rows, key=_reading_order)


def _reading_order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (LISTS.index(row["list"]), row["rank_in_class"] or 10**9, -row["urgency"], row["student_id"])


def as_text(scope: Scope, weeks: list[ClassWeek], lists: Iterable[str]) -> str:
    """The lists as an advisor would read them."""
    lists = list(lists)
    parts = [_advisor_line(scope)] if scope.advisor_id else []
    for week in weeks:
        parts += _class_text(scope, week, lists)
    return "\n".join(parts)


def _advisor_line(scope: Scope) -> str:
    advisor = RosterAdvisor.objects.filter(advisor_id=scope.advisor_id).first()
    return f"{advisor.name} ({scope.advisor_id})" if advisor else str(scope.advisor_id)


def _class_text(scope: Scope, week: ClassWeek, lists: list[str]) -> list[str]:
    key = {
        "class_id": week.class_id,
        "academic_year": week.academic_year,
        "semester": week.semester,
        "sem_week": week.sem_week,
    }
    students = WeeklyMetrics.objects.filter(**key).count()
    lines = [
        f"{week.name} ({week.class_id}) · semester {week.semester}, week {week.sem_week} · {students} students",
        "",
    ]
    for notice in ClassNotice.objects.filter(**key).order_by("code"):
        lines += [*textwrap.wrap(f"Notice: {notice.sentence}", _WIDTH), ""]
    rows = flag_rows(scope, week, lists)
    for name in lists:
        members = [row for row in rows if row["list"] == name]
        if members:
            lines += [f"{TITLES[name]} ({len(members)})", *(line for row in members for line in _student_text(row)), ""]
    if not rows:
        lines += ["Nobody is flagged in these lists this week.", ""]
    return lines


def _student_text(row: Mapping[str, Any]) -> list[str]:
    rank = f"{row['rank_in_class']:>3}" if row["rank_in_class"] else "   "
    run = row["escalation_level"]
    since = f"week {run + 1} of this" if run else "new"
    head = f"{rank}  {_MARKS[row['risk_level']]:<10}  {row['name'] or row['student_id']} ({row['student_id']})"
    status = since if row["risk_level"] else ""
    lines = [f"{head:<72}{status}".rstrip()]
    for reason in row["reasons"]:
        lines += textwrap.wrap(reason["sentence"], _WIDTH, initial_indent=" " * 17, subsequent_indent=" " * 17)
    for missing in row["missing"]:
        lines.append(" " * 17 + "? " + missing["sentence"])
    for strength in row["strengths"]:
        lines.append(" " * 17 + "+ " + strength["sentence"])
    return lines


def as_csv(scope: Scope, weeks: list[ClassWeek], lists: Iterable[str]) -> str:
    """The lists as CSV, one student a line, reasons as sentences."""
    columns = ["class_id", "academic_year", "semester", "sem_week", "list", "rank_in_class", "student_id", "name"]
    columns += ["roll_number", "risk_level", "risk_score", "urgency", "escalation_level", "first_flagged_week"]
    rows = [
        {**{name: row[name] for name in columns}, **_sentences(row)}
        for week in weeks
        for row in flag_rows(scope, week, lists)
    ]
    texts = ("reasons", "strengths", "missing", "diagnosis")
    if not rows:
        return pl.DataFrame(schema=dict.fromkeys([*columns, *texts], pl.String)).write_csv()
    return pl.DataFrame(rows, schema=[*columns, *texts], infer_schema_length=None).write_csv()


def _sentences(row: Mapping[str, Any]) -> dict[str, str]:
    joined = {name: " ".join(one["sentence"] for one in row[name]) for name in ("reasons", "strengths", "missing")}
    return {**joined, "diagnosis": row["diagnosis"]}
