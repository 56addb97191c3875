"""What is in a table: rows, nulls, duplicates, ids and semesters that cannot be."""

from collections.abc import Iterator

from edumetrics.college_db.check import sql
from edumetrics.college_db.check.asking import Question
from edumetrics.college_db.check.report import Finding, Gravity, counted, of_all
from edumetrics.college_db.check.tables import Found
from edumetrics.college_db.check.values import UNIQUE, check_values
from edumetrics.engine.tables.canonical import Kind, Table

LONGEST_ID = 64
"""Characters of an id in the analysis tables."""

SEMESTERS = range(1, 9)

# Ids that the analysis tables keep: of the first table by their own, of the others in every row of a student or class.
_IDS = {
    "classes": ("class_id",),
    "students": ("student_id", "advisor_id"),
    "advisors": ("advisor_id",),
    "subjects": ("subject_id",),
    "exam_schedule": ("schedule_id", "subject_id"),
}
_SEMESTER_COLUMNS = ("semester", "odd_sem", "even_sem")
_DATES = {
    "attendance": "week_date",
    "library_visits": "week_date",
    "assignment_submissions": "submission_date",
    "quiz_submissions": "attempt_date",
}
_SHOWN = 3


def profile(question: Question, found: Found) -> None:
    """One pass over the table: its rows, nulls and wrong values."""
    names = sorted(found.columns)
    wrongs = {name: condition for name in names if (condition := found.wrong(name))}
    counts = {"row_count": "COUNT(*)"}
    counts |= {f"null_{name}": sql.count_if(f"t.{name} IS NULL") for name in names}
    counts |= {f"bad_{name}": sql.count_if(condition) for name, condition in wrongs.items()}
    fields = ", ".join(f"{count} AS {name}" for name, count in counts.items())
    numbers = question.numbers(f"SELECT {fields} FROM {found.source} AS t", list(counts))
    found.rows, found.is_counted = numbers["row_count"], True
    found.nulls = {name: numbers[f"null_{name}"] for name in names}
    found.bad = {name: numbers[f"bad_{name}"] for name in wrongs}
    found.newest_date = _newest_date(question, found)


def _newest_date(question: Question, found: Found) -> str | None:
    name = _DATES.get(found.table.name)
    if name is None or name not in found.columns:
        return None
    is_wrong = found.wrong(name)
    right = f"WHERE NOT {is_wrong}" if is_wrong else ""
    newest = question.texts(f"SELECT MAX({found.value(name)}) AS newest FROM {found.source} AS t {right}", "newest")
    return newest[0]["newest"][:10] if newest[0]["newest"] else None


def check_rows(question: Question, found: Found, *, may_be_empty: bool) -> Iterator[Finding]:
    """Whether there are rows at all, with their values, of the right kind, each once."""
    if not found.rows:
        yield _empty(found.table, may_be_empty=may_be_empty)
        return
    yield from _nulls(found)
    yield from check_values(question, found)
    yield from _duplicates(question, found)
    yield from _long_ids(question, found)
    yield from _semesters(question, found)


def _empty(table: Table, *, may_be_empty: bool) -> Finding:
    if table.required or table.name == "sim_state":
        return Finding(Gravity.ERROR, "empty", "The table is empty: nothing can be scored.", table.name, count=0, of=0)
    if may_be_empty:
        return Finding(
            Gravity.OK,
            "empty",
            "The table is empty, which is as it should be before week 1.",
            table.name,
            count=0,
            of=0,
        )
    return Finding(
        Gravity.WARNING,
        "empty",
        "The table is empty. If the college has nothing like it, declare it absent: its weight then is shared out.",
        table.name,
        fix=f"{table.name} = false",
        count=0,
        of=0,
    )


def _nulls(found: Found) -> Iterator[Finding]:
    for column in found.table.columns:
        count = found.nulls.get(column.name, 0)
        if column.nullable or not count:
            continue
        nothing = count == found.rows
        yield Finding(
            Gravity.ERROR if nothing and found.table.required else Gravity.WARNING,
            "null",
            f"{column.name} is null in {of_all(count, found.rows)}, which no score can use. Correct them in the "
            "college's system, or leave them out in the mapping.",
            found.table.name,
            column.name,
            fix=f"WHERE {column.name} IS NOT NULL",
            count=count,
            of=found.rows,
        )


def _duplicates(question: Question, found: Found) -> Iterator[Finding]:
    for names in dict.fromkeys((found.table.key, UNIQUE.get(found.table.name, found.table.key))):
        if found.present(*names):
            yield from _repeated(question, found, names)


def _repeated(question: Question, found: Found, names: tuple[str, ...]) -> Iterator[Finding]:
    fields = ", ".join(f"{found.value(name)} AS k_{name}" for name in names)
    there = " AND ".join(f"t.{name} IS NOT NULL" for name in names)
    groups = ", ".join(found.value(name) for name in names)
    rows = f"{found.source} AS t WHERE {there}"
    repeated = f"SELECT {fields}, COUNT(*) AS times FROM {rows} GROUP BY {groups} HAVING COUNT(*) > 1"
    numbers = question.numbers(
        f"SELECT COUNT(*) AS n_keys, SUM(d.times - 1) AS n_rows FROM ({repeated}) AS d", ["n_keys", "n_rows"]
    )
    if not numbers["n_keys"]:
        return
    keys = question.texts(
        f"SELECT {', '.join(f'd.k_{name}' for name in names)} FROM ({repeated}) AS d "
        f"ORDER BY d.times DESC, {', '.join(f'd.k_{name}' for name in names)} LIMIT {_SHOWN}",
        *(f"k_{name}" for name in names),
    )
    examples = tuple(sorted(" ".join(str(value) for value in row.values()) for row in keys))
    yield Finding(
        Gravity.WARNING,
        "duplicate",
        f"{counted(numbers['n_keys'], 'key')} ({', '.join(names)}) {_come(numbers['n_keys'])} more than once, with "
        f"{counted(numbers['n_rows'], 'row')} too many, for example {examples[0]}. Identical rows are read once, "
        "differing ones not at all; a join in the mapping that multiplies rows is the usual cause.",
        found.table.name,
        names[0] if len(names) == 1 else None,
        count=numbers["n_rows"],
        of=found.rows,
        examples=examples,
    )


def _come(count: int) -> str:
    return "comes" if count == 1 else "come"


def _long_ids(question: Question, found: Found) -> Iterator[Finding]:
    for name in _IDS.get(found.table.name, ()):
        if name not in found.columns:
            continue
        is_long = f"{sql.length(found.dialect, f't.{name}')} > {LONGEST_ID}"
        row = question.rows(
            f"SELECT COUNT(*) AS n_rows, MIN({sql.shown(found.dialect, f't.{name}')}) AS example "
            f"FROM {found.source} AS t WHERE {is_long}",
            {"n_rows": Kind.INTEGER, "example": Kind.TEXT},
        )[0]
        if row["n_rows"]:
            yield Finding(
                Gravity.ERROR,
                "too_long",
                f"{name} has more than {LONGEST_ID} characters in {of_all(row['n_rows'], found.rows)}, which the "
                f"analysis tables cannot hold; one begins with {row['example']!r}. Select a shorter id, the same in "
                "every table.",
                found.table.name,
                name,
                count=row["n_rows"],
                of=found.rows,
                examples=(row["example"],),
            )


def _semesters(question: Question, found: Found) -> Iterator[Finding]:
    for name in _SEMESTER_COLUMNS:
        if name not in found.columns:
            continue
        number = found.number(name)
        allowed = [one for one in SEMESTERS if name == "semester" or one % 2 == (name == "odd_sem")]
        outside = f"{number} NOT IN ({', '.join(map(str, allowed))})"
        rows = question.rows(
            f"SELECT {number} AS number, COUNT(*) AS times FROM {found.source} AS t WHERE {outside} "
            f"GROUP BY {number} ORDER BY times DESC, number LIMIT {_SHOWN}",
            {"number": Kind.INTEGER, "times": Kind.INTEGER},
        )
        if rows:
            yield _outside(question, found, name, outside, allowed, [str(row["number"]) for row in rows])


def _outside(
    question: Question, found: Found, name: str, outside: str, allowed: list[int], examples: list[str]
) -> Finding:
    count = question.numbers(f"SELECT COUNT(*) AS n FROM {found.source} AS t WHERE {outside}", ["n"])["n"]
    return Finding(
        Gravity.WARNING,
        "semester",
        f"{name} is {', '.join(examples)} in {of_all(count, found.rows)}; semesters there are "
        f"{', '.join(map(str, allowed))}. Such rows are of no semester that is scored.",
        found.table.name,
        name,
        count=count,
        of=found.rows,
        examples=tuple(examples),
    )
