"""The work of each student, piece by piece, as known at the last week that is published of the student."""

from tests.reference.exact import stored
from tests.reference.known import KINDS, ClassSemester, Row, Work, WorkRow

SINGULAR = {"assignments": "assignment", "quizzes": "quiz"}
PERCENTAGE = 2


def work_of_students(semester: ClassSemester, through_week: int) -> list[Row]:
    """A row for each piece of work of the class and student who is or was on the roll."""
    rows = []
    for student in semester.students:
        student_id = str(student["student_id"])
        weeks = [week for week in range(1, through_week + 1) if student_id in semester.roll(week)]
        if weeks:
            rows += [_piece(semester, work, student_id, max(weeks)) for kind in KINDS for work in semester.work[kind]]
    return rows


def _piece(semester: ClassSemester, work: Work, student_id: str, week: int) -> Row:
    kind, work_id = work.work_id
    row = semester.handed_in(work, student_id, week)
    state = _state(semester, work, student_id, week, row)
    known = row if state in ("handed_in", "late") else None
    percentages = ("mark_pct", "quality_pct", "plagiarism_pct")
    return {
        "student_id": student_id,
        "class_id": semester.class_id,
        "semester": semester.number,
        "sem_week": week,
        "kind": SINGULAR[kind],
        "work_id": work_id,
        "due_week": work.due_week,
        "max_marks": stored(work.max_marks, PERCENTAGE),
        "state": state,
        "known_week": known.known_from if known else None,
        **{name: stored(getattr(known, name), PERCENTAGE) if known else None for name in percentages},
    }


def _state(semester: ClassSemester, work: Work, student_id: str, week: int, row: WorkRow | None) -> str:
    """ "Work due before a student joined is not due for that student"; "No row = not handed in, but if no row of any
    student of the class for it is known by week w, it is not loaded at w: left out, not 0"."""
    if work.due_week < semester.joins[student_id]:
        return "not_due"
    if row is not None:
        return "late" if row.known_from > work.due_week else "handed_in"
    if work.due_week > week:
        return "not_due"
    kind, _ = work.work_id
    return "missed" if work in semester.due(kind, student_id, work.due_week, week) else "not_loaded"
