"""From the canonical tables to the rows of each class's semester."""

from datetime import date, timedelta

from edumetrics.engine.calendar import Term
from edumetrics.engine.policy import SOURCES, Policy, Source
from tests.reference.exact import HUNDRED, Number, exact, exact_or_null
from tests.reference.known import (
    ALWAYS,
    KINDS,
    Attendance,
    Borrow,
    ClassSemester,
    Kind,
    Result,
    Row,
    Tables,
    Visits,
    Work,
    WorkRow,
    known_from,
)

TABLES_OF: dict[Source, tuple[str, ...]] = {
    "attendance": ("attendance",),
    "assignments": ("assignment_definitions", "assignment_submissions"),
    "quizzes": ("quiz_definitions", "quiz_submissions"),
    "library": ("library_visits",),
    "borrowing": ("book_borrows",),
    "plagiarism": ("assignment_definitions", "assignment_submissions"),
}


def semesters_of(tables: Tables, policy: Policy, academic_year: int, term: Term) -> list[ClassSemester]:
    """Every class that has a semester in this term."""
    column = "odd_sem" if term == "odd" else "even_sem"
    return [
        _semester_of(tables, policy, str(row["class_id"]), academic_year, int(row[column]), term)
        for row in sorted(tables["classes"], key=lambda row: row["class_id"])
        if row[column] is not None
    ]


def _semester_of(
    tables: Tables, policy: Policy, class_id: str, academic_year: int, number: int, term: Term
) -> ClassSemester:
    recorded = {
        source
        for source in SOURCES
        if source not in policy.sources.absent and all(name in tables for name in TABLES_OF[source])
    }

    def rows(source: Source, table: str) -> list[Row]:
        """Rows of the class in this semester; none where the source is not recorded."""
        found = tables[table] if source in recorded else []
        return [row for row in found if row["class_id"] == class_id and row["semester"] == number]

    attendance, visits = rows("attendance", "attendance"), rows("library", "library_visits")
    first_day = policy.calendar.first_day(academic_year, term) or _earliest_first_day([*attendance, *visits])
    assignments = [_assignment(row) for row in rows("assignments", "assignment_definitions")]
    quizzes = [_quiz(row) for row in rows("quizzes", "quiz_definitions")]
    all_work: dict[Kind, list[Work]] = {"assignments": assignments, "quizzes": quizzes}
    teaching = policy.calendar.teaching_weeks
    return ClassSemester(
        policy=policy,
        class_id=class_id,
        academic_year=academic_year,
        number=number,
        first_day=first_day,
        students=sorted(
            (row for row in tables["students"] if row["class_id"] == class_id), key=lambda row: str(row["student_id"])
        ),
        recorded=recorded,
        attendance=[_attendance(row, first_day) for row in attendance if not _unknown_presence(row)],
        visits=[_visits(row, first_day) for row in visits],
        borrows=[_borrow(row, first_day) for row in rows("borrowing", "book_borrows")],
        work={kind: [work for work in all_work[kind] if work.due_week in teaching] for kind in KINDS},
        work_rows={
            "assignments": _assignment_rows(tables, assignments, first_day, "plagiarism" in recorded),
            "quizzes": _quiz_rows(tables, quizzes, first_day),
        },
        results=_results(tables, number, ("midterm", "endterm"), first_day, class_id=class_id),
        midterm=_results(tables, number, ("midterm",), first_day, class_id=class_id),
        endterm_before=_results(tables, number - 1, ("endterm",), first_day, own_week=ALWAYS),
    )


def _earliest_first_day(rows: list[Row]) -> date | None:
    """ "the earliest week_date - 7*(week-1) of the class's attendance and library rows of the semester, else unknown"."""
    days = [row["week_date"] - timedelta(days=7 * (row["week"] - 1)) for row in rows if row["week_date"] is not None]
    return min(days, default=None)


def _unknown_presence(row: Row) -> bool:
    """ "Null present = held - absent, else quarantined"."""
    return row["present"] is None and row["absent"] is None


def _attendance(row: Row, first_day: date | None) -> Attendance:
    present = row["present"] if row["present"] is not None else row["lectures_held"] - row["absent"]
    start = known_from(row["week_date"], row["week"], first_day)
    return Attendance(row["student_id"], row["week"], row["lectures_held"], present, start)


def _visits(row: Row, first_day: date | None) -> Visits:
    start = known_from(row["week_date"], row["week"], first_day)
    return Visits(row["student_id"], row["week"], row["physical_visits"], start)


def _borrow(row: Row, first_day: date | None) -> Borrow:
    return Borrow(row["student_id"], row["borrow_week"], known_from(row["borrow_date"], row["borrow_week"], first_day))


def _assignment(row: Row) -> Work:
    return Work(("assignments", row["assignment_id"]), row["due_week"], exact_or_null(row["max_marks"]))


def _quiz(row: Row) -> Work:
    return Work(("quizzes", row["quiz_id"]), row["scheduled_week"], exact_or_null(row["max_marks"]))


def _assignment_rows(tables: Tables, works: list[Work], first_day: date | None, plagiarism: bool) -> list[WorkRow]:
    """ "handed in when status is submitted, late or graded or it has marks"."""
    by_id = {work.work_id[1]: work for work in works}
    rows = []
    for row in tables.get("assignment_submissions", []):
        if row["assignment_id"] not in by_id:
            continue
        work, marks = by_id[row["assignment_id"]], row["marks_obtained"]
        rows.append(
            WorkRow(
                work_id=work.work_id,
                student_id=row["student_id"],
                handed_in=row["status"] in ("submitted", "late", "graded") or marks is not None,
                mark_pct=_mark_pct(marks, work.max_marks),
                quality_pct=exact_or_null(row["quality_pct"]),
                plagiarism_pct=exact_or_null(row["plagiarism_pct"]) if plagiarism else None,
                known_from=known_from(row["submission_date"], work.due_week, first_day),
            )
        )
    return rows


def _mark_pct(marks: object | None, max_marks: Number) -> Number:
    """100 * marks_obtained / max_marks."""
    return HUNDRED * exact(marks) / max_marks if marks is not None and max_marks else None


def _quiz_rows(tables: Tables, works: list[Work], first_day: date | None) -> list[WorkRow]:
    """ "a quiz [is handed in] when attempted"; its mark is the score_pct."""
    by_id = {work.work_id[1]: work for work in works}
    return [
        WorkRow(
            work_id=by_id[row["quiz_id"]].work_id,
            student_id=row["student_id"],
            handed_in=row["attempted"] is True,
            mark_pct=exact_or_null(row["score_pct"]) if row["attempted"] is True else None,
            quality_pct=None,
            plagiarism_pct=None,
            known_from=known_from(row["attempt_date"], by_id[row["quiz_id"]].due_week, first_day),
        )
        for row in tables.get("quiz_submissions", [])
        if row["quiz_id"] in by_id
    ]


def _results(
    tables: Tables,
    number: int,
    exam_types: tuple[str, ...],
    first_day: date | None,
    *,
    class_id: str | None = None,
    own_week: int | None = None,
) -> list[Result]:
    """Results of a semester's exams; undated they count from ``own_week``, else from the exam week."""
    exams = {
        row["schedule_id"]: row
        for row in tables.get("exam_schedule", [])
        if row["semester"] == number
        and row["exam_type"] in exam_types
        and (class_id is None or row["class_id"] == class_id)
    }
    return [
        Result(
            student_id=row["student_id"],
            score_pct=exact_or_null(row["score_pct"]),
            known_from=known_from(
                row["result_date"],
                exams[row["schedule_id"]]["scheduled_week"] if own_week is None else own_week,
                first_day,
            ),
        )
        for row in tables.get("exam_results", [])
        if row["schedule_id"] in exams
    ]
