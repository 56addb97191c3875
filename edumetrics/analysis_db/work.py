"""One student's work of a semester, piece by piece, as screens show it."""

from edumetrics.analysis_db.models import ClassWork, RosterSubject, StudentWork
from edumetrics.engine.metrics.pieces import Piece, pieces


class NamedPiece(Piece):
    """A piece of work with the name of its subject."""

    subject_name: str | None


def work_of_student(student_id: str, academic_year: int, semester: int) -> list[NamedPiece]:
    """Every piece of work of the student's class, in the order of due_week, as known at the published week.

    Empty where nothing is published of the student in the semester. Makes three queries at most.
    """
    student = StudentWork.objects.filter(pk=(student_id, academic_year, semester)).values().first()
    if student is None:
        return []
    of_class = ClassWork.objects.filter(
        class_id=student["class_id"], academic_year=academic_year, semester=semester
    ).order_by("work_no")
    found = pieces(student, of_class.values())
    subjects = {one["subject_id"] for one in found if one["subject_id"] is not None}
    names = dict(RosterSubject.objects.filter(subject_id__in=subjects).values_list("subject_id", "subject_name"))
    return [{**one, "subject_name": names.get(one["subject_id"] or "")} for one in found]
