"""Rows that name something that is not there."""

from collections.abc import Iterator, Mapping

from edumetrics.college_db.check.asking import Question
from edumetrics.college_db.check.report import Finding, Gravity, of_all
from edumetrics.college_db.check.tables import Found

# Table -> column -> the table whose key it names.
REFERENCES: dict[str, dict[str, str]] = {
    "advisors": {"class_id": "classes"},
    "students": {"class_id": "classes", "advisor_id": "advisors"},
    "class_subjects": {"class_id": "classes", "subject_id": "subjects"},
    "attendance": {"student_id": "students", "class_id": "classes", "subject_id": "subjects"},
    "assignment_definitions": {"class_id": "classes", "subject_id": "subjects"},
    "assignment_submissions": {
        "assignment_id": "assignment_definitions",
        "student_id": "students",
        "class_id": "classes",
    },
    "quiz_definitions": {"class_id": "classes", "subject_id": "subjects"},
    "quiz_submissions": {"quiz_id": "quiz_definitions", "student_id": "students", "class_id": "classes"},
    "library_visits": {"student_id": "students", "class_id": "classes"},
    "book_borrows": {"student_id": "students", "class_id": "classes"},
    "exam_schedule": {"class_id": "classes", "subject_id": "subjects"},
    "exam_results": {"schedule_id": "exam_schedule", "student_id": "students", "class_id": "classes"},
}
# Without these a row is of nobody; the others only name it.
_NEEDED = ("student_id", "class_id", "assignment_id", "quiz_id", "schedule_id")
_SHOWN = 3


def check_references(question: Question, found: Mapping[str, Found], name: str) -> Iterator[Finding]:
    """What the rows of one table name and its table does not have."""
    here = found[name]
    if name == "students" and here.nulls.get("class_id"):
        yield _without_class(here)
    for column, of_table in REFERENCES.get(name, {}).items():
        there = found.get(of_table)
        key = there.table.key[0] if there else column
        if there and here.rows and not there.is_empty and column in here.columns and key in there.columns:
            yield from _unknown(question, here, column, there)


def _without_class(students: Found) -> Finding:
    count = students.nulls["class_id"]
    return Finding(
        Gravity.ERROR if count == students.rows else Gravity.WARNING,
        "no_class",
        f"class_id is null in {of_all(count, students.rows, 'student')}: they are in no class, so nobody is told about "
        "them.",
        "students",
        "class_id",
        count=count,
        of=students.rows,
    )


def _unknown(question: Question, here: Found, column: str, there: Found) -> Iterator[Finding]:
    # Grouped before it is joined, so that a long table is joined by its few ids.
    key = there.table.key[0]
    unknown = (
        f"(SELECT {here.value(column)} AS id, COUNT(*) AS times FROM {here.source} AS t WHERE t.{column} IS NOT NULL "
        f"GROUP BY {here.value(column)}) AS g "
        f"LEFT JOIN (SELECT DISTINCT {there.value(key)} AS id FROM {there.source} AS t) AS k ON k.id = g.id "
        "WHERE k.id IS NULL"
    )
    numbers = question.numbers(f"SELECT COUNT(*) AS n_ids, SUM(g.times) AS n_rows FROM {unknown}", ["n_ids", "n_rows"])
    if not numbers["n_rows"]:
        return
    rows = question.texts(f"SELECT g.id AS id FROM {unknown} ORDER BY g.times DESC, g.id LIMIT {_SHOWN}", "id")
    examples = tuple(sorted(str(row["id"]) for row in rows))
    total = here.rows - here.nulls[column]
    nothing = numbers["n_rows"] == total and column in _NEEDED
    what = "None of them can be used: the ids of the two tables do not agree." if nothing else _consequence(column)
    yield Finding(
        Gravity.ERROR if nothing else Gravity.WARNING,
        "reference",
        f"{column} names nothing in {there.table.name} in {of_all(numbers['n_rows'], total)} "
        f"({numbers['n_ids']:,} different, for example {', '.join(map(repr, examples))}). {what}",
        here.table.name,
        column,
        count=numbers["n_rows"],
        of=total,
        examples=examples,
    )


def _consequence(column: str) -> str:
    if column in _NEEDED:
        return "They are left out of the scores; every run counts them in its data-quality report."
    return "They are scored, but shown without its name."
