"""What came of each piece of work of one student, out of the lists in which it is published."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypedDict

State = Literal["handed_in", "late", "missed", "not_due", "unknown", "not_loaded"]
"""handed_in: in time. late: after the week in which it was due. not_due: due after the published week, or while the
student was not on the roll. unknown: its row breaks a rule, so nothing can be told. not_loaded: no row of the whole
class is known, so nobody missed it.
"""


class Outcome(TypedDict):
    """known_week: from which it is known as handed in, else null. Percentages are 0-100, null where not known."""

    state: State
    known_week: int | None
    mark_pct: float | None
    quality_pct: float | None
    plagiarism_pct: float | None


class Piece(Outcome):
    """An assignment or quiz of a student's class, and what came of it."""

    kind: str
    work_id: str
    subject_id: str | None
    title: str | None
    due_week: int
    max_marks: float | None


def pieces(student: Mapping[str, Any], works: Iterable[Mapping[str, Any]]) -> list[Piece]:
    """Every piece of work of the student's class, in the order of ``works``.

    ``student``: a row of student_work, its lists decoded. ``works``: the rows of class_work of its class and semester.
    """
    found = {work_no: _nothing("missed") for work_no in student["missed"]}
    found |= {work_no: _nothing("unknown") for work_no, _ in student["unknown"]}
    handed_in = {entry[0]: entry[1:] for entry in student["handed_in"]}
    return [_piece(student, work, handed_in.get(work["work_no"]), found.get(work["work_no"])) for work in works]


def _piece(
    student: Mapping[str, Any], work: Mapping[str, Any], handed_in: list[Any] | None, found: Outcome | None
) -> Piece:
    due_week = work["due_week"]
    if handed_in is not None:
        found = _handed_in(due_week, *handed_in)
    if found is None:
        is_due = student["first_week"] <= due_week <= student["sem_week"]
        found = _nothing("not_loaded" if is_due else "not_due")
    return {
        "kind": work["kind"],
        "work_id": work["work_id"],
        "subject_id": work["subject_id"],
        "title": work["title"],
        "due_week": due_week,
        "max_marks": work["max_marks"],
        **found,
    }


def _handed_in(
    due_week: int,
    known_week: int,
    mark_pct: float | None,
    quality_pct: float | None = None,
    plagiarism_pct: float | None = None,
) -> Outcome:
    return {
        "state": "late" if known_week > due_week else "handed_in",
        "known_week": known_week,
        "mark_pct": mark_pct,
        "quality_pct": quality_pct,
        "plagiarism_pct": plagiarism_pct,
    }


def _nothing(state: State) -> Outcome:
    return {"state": state, "known_week": None, "mark_pct": None, "quality_pct": None, "plagiarism_pct": None}
