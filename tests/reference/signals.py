"""Section 1: the weekly signals of one student, as known at that week, exact."""

from collections.abc import Sequence
from fractions import Fraction

from edumetrics.engine.policy import Policy
from tests.reference.exact import HUNDRED, Number, mean
from tests.reference.known import KINDS, ClassSemester, Kind, WorkRow

Exact = dict[str, Number]


def teaching_weeks_to(policy: Policy, week: int) -> list[int]:
    """Teaching weeks 1..w, in order."""
    return [teaching for teaching in policy.calendar.teaching_weeks if teaching <= week]


def last_teaching_weeks(policy: Policy, week: int, count: int) -> list[int]:
    """w and the teaching weeks before it, ``count`` in all, the latest first."""
    return teaching_weeks_to(policy, week)[::-1][:count]


def teaching_weeks_before(policy: Policy, week: int, count: int) -> list[int]:
    """The ``count`` teaching weeks just before w, the latest first."""
    return teaching_weeks_to(policy, week - 1)[::-1][:count]


def lectures(semester: ClassSemester, student_id: str, weeks: Sequence[int], week: int) -> tuple[int, int]:
    """(attended, held) over subjects in ``weeks``, as known at ``week``."""
    rows = [row for row in semester.attendance_of[student_id] if row.week in weeks and row.known_from <= week]
    return sum(row.present for row in rows), sum(row.held for row in rows)


def attendance_pct(semester: ClassSemester, student_id: str, weeks: Sequence[int], week: int) -> Number:
    """ "100 * sum(present)/sum(lectures_held) over subjects; null if held = 0"."""
    attended, held = lectures(semester, student_id, weeks, week)
    return HUNDRED * attended / held if held else None


def overall_att_pct(semester: ClassSemester, student_id: str, week: int) -> Number:
    """ "100 * sum(present)/sum(held), teaching weeks 1..w"."""
    return attendance_pct(semester, student_id, teaching_weeks_to(semester.policy, week), week)


def handed_in_and_due(
    semester: ClassSemester, kinds: Sequence[Kind], student_id: str, weeks: Sequence[int], week: int
) -> tuple[int, int]:
    """How many pieces of work due in ``weeks`` were handed in, and how many were due, as known at ``week``."""
    due = [work for kind in kinds for due_week in weeks for work in semester.due(kind, student_id, due_week, week)]
    return sum(semester.handed_in(work, student_id, week) is not None for work in due), len(due)


def rate(semester: ClassSemester, kind: Kind, student_id: str, week: int) -> Number:
    """ "handed in / due this week; null if none due or loaded"."""
    done, due = handed_in_and_due(semester, (kind,), student_id, [week], week)
    return Fraction(done, due) if due else None


def rows_handed_in(
    semester: ClassSemester, kind: Kind, student_id: str, weeks: Sequence[int], week: int
) -> list[WorkRow]:
    """The student's rows for the work due in ``weeks`` that was handed in, as known at ``week``."""
    due = [work for due_week in weeks for work in semester.due(kind, student_id, due_week, week)]
    rows = [semester.handed_in(work, student_id, week) for work in due]
    return [row for row in rows if row is not None]


def quality_pct(semester: ClassSemester, student_id: str, weeks: Sequence[int], week: int) -> Number:
    """ "mean quality_pct of the assignments due that were handed in"."""
    return mean(row.quality_pct for row in rows_handed_in(semester, "assignments", student_id, weeks, week))


def plagiarism_pct(semester: ClassSemester, student_id: str, weeks: Sequence[int], week: int) -> Number:
    """ "max plagiarism_pct of the assignments due that were handed in"."""
    rows = rows_handed_in(semester, "assignments", student_id, weeks, week)
    return max((row.plagiarism_pct for row in rows if row.plagiarism_pct is not None), default=None)


def mark_pct(semester: ClassSemester, kind: Kind, student_id: str, due_week: int, week: int) -> Number:
    """ "mean of 100*marks_obtained/max_marks over graded assignments due"; "mean score_pct of attempted quizzes"."""
    return mean(row.mark_pct for row in rows_handed_in(semester, kind, student_id, [due_week], week))


def library_visits(semester: ClassSemester, student_id: str, week: int) -> Number:
    """ "sum; a missing row is 0 if the class has any library row that week, else null"."""
    rows = [row for row in semester.visits if row.week == week and row.known_from <= week]
    return Fraction(sum(row.visits for row in rows if row.student_id == student_id)) if rows else None


def book_borrows(semester: ClassSemester, student_id: str, week: int) -> Number:
    """ "count of borrows with borrow_week = w; null where the class has no row in weeks 1..w"."""
    rows = [row for row in semester.borrows if row.week <= week and row.known_from <= week]
    return Fraction(sum(row.week == week and row.student_id == student_id for row in rows)) if rows else None


def midterm_score_pct(semester: ClassSemester, student_id: str, week: int) -> Number:
    """ "mean score_pct over subjects, once known, else null"."""
    return mean(row.score_pct for row in semester.midterm if row.student_id == student_id and row.known_from <= week)


def weekly_signals(semester: ClassSemester, student_id: str, week: int) -> Exact:
    """The table of section 1 in a teaching week."""
    return {
        "weekly_att_pct": attendance_pct(semester, student_id, [week], week),
        "assn_submit_rate": rate(semester, "assignments", student_id, week),
        "quiz_attempt_rate": rate(semester, "quizzes", student_id, week),
        "assn_quality_pct": quality_pct(semester, student_id, [week], week),
        "assn_plagiarism_pct": plagiarism_pct(semester, student_id, [week], week),
        "assn_avg_pct": mark_pct(semester, "assignments", student_id, week, week),
        "quiz_avg_pct": mark_pct(semester, "quizzes", student_id, week, week),
        "library_visits": library_visits(semester, student_id, week),
        "book_borrows": book_borrows(semester, student_id, week),
        "overall_att_pct": overall_att_pct(semester, student_id, week),
        "midterm_score_pct": midterm_score_pct(semester, student_id, week),
    }


def class_has_marks(semester: ClassSemester, week: int) -> bool:
    """Whether any row of the class for work due up to w, known at w, has a mark."""
    due = {work.work_id for kind in KINDS for work in semester.work[kind] if work.due_week <= week}
    return any(
        row.handed_in and row.mark_pct is not None and row.known_from <= week
        for row in semester.row_of.values()
        if row.work_id in due
    )
