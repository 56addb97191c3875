"""The engine's work of each student, piece by piece."""

import json
from typing import Any

from edumetrics.engine.metrics.pieces import pieces
from edumetrics.engine.metrics.student_work import LISTS
from edumetrics.engine.semester import Results


def pieces_of(results: Results) -> list[dict[str, Any]]:
    """A row for each piece of work of each student, with the student's key."""
    works = results.class_work.sort("class_id", "work_no").to_dicts()
    rows = []
    for student in results.student_work.to_dicts():
        student |= {name: json.loads(student[name]) for name in LISTS}
        key = {name: student[name] for name in ("student_id", "class_id", "semester", "sem_week")}
        of_class = [
            work for work in works if (work["class_id"], work["semester"]) == (key["class_id"], key["semester"])
        ]
        rows += [{**key, **one} for one in pieces(student, of_class)]
    return rows
