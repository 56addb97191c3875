"""Where the college stands, and how far its data reach."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from edumetrics.college_db.check import sql
from edumetrics.college_db.check.asking import Question
from edumetrics.college_db.check.report import Finding, Gravity, counted, of_all
from edumetrics.college_db.check.tables import Found
from edumetrics.engine.calendar import Position
from edumetrics.engine.errors import CalendarError
from edumetrics.engine.policy import Policy
from edumetrics.engine.tables.canonical import Kind

WEEKLY = ("attendance", "library_visits")
WORK = {
    "assignment_submissions": ("assignment_definitions", "assignment_id", "due_week"),
    "quiz_submissions": ("quiz_definitions", "quiz_id", "scheduled_week"),
}
_FILLED_FROM_WEEK_1 = (*WEEKLY, *WORK, "book_borrows", "assignment_definitions", "quiz_definitions")


def may_be_empty(name: str, position: Position | None, policy: Policy) -> bool:
    """Whether nothing is due in a table yet: weekly ones before week 1, results before the first exam."""
    if position is None:
        return False
    if name == "exam_results":
        return position.sem_week < min(policy.calendar.exam_weeks, default=0)
    return position.sem_week == 0 and name in _FILLED_FROM_WEEK_1


def check_position(
    question: Question, sim_state: Found | None, policy: Policy, now: datetime
) -> tuple[Position | None, list[Finding]]:
    """The last week that is over: of sim_state, or where that is declared absent (None), of the policy's calendar."""
    try:
        if sim_state is None:
            today = now.astimezone(policy.calendar.zone).date()
            position = policy.calendar.position_on(today)
            return position, [_stands(position, f"by the policy's calendar on {today}")]
        row = _current(question, sim_state)
        if isinstance(row, Finding):
            return None, [row]
        position = policy.calendar.position(*row)
    except CalendarError as error:
        return None, [Finding(Gravity.ERROR, "week", str(error), "sim_state")]
    return position, [_stands(position, f"by sim_state (week {row[0]} of {row[1]})")]


def _stands(position: Position, by: str) -> Finding:
    where = f"academic year {position.academic_year}, {position.term} semester, week {position.sem_week} is over"
    return Finding(Gravity.OK, "week", f"The college stands at: {where}, {by}.", "sim_state")


def _current(question: Question, sim_state: Found) -> tuple[int, int] | Finding:
    """current_week and sim_year of the one row that has both."""
    whole = f"{sim_state.number('current_week')} IS NOT NULL AND {sim_state.number('sim_year')} IS NOT NULL"
    rows = question.rows(
        f"SELECT {sim_state.number('current_week')} AS current_week, {sim_state.number('sim_year')} AS sim_year "
        f"FROM {sim_state.source} AS t WHERE {whole} LIMIT 2",
        {"current_week": Kind.INTEGER, "sim_year": Kind.INTEGER},
    )
    if len(rows) == 1:
        return rows[0]["current_week"], rows[0]["sim_year"]
    count = question.numbers(f"SELECT COUNT(*) AS n FROM {sim_state.source} AS t WHERE {whole}", ["n"])["n"]
    return Finding(
        Gravity.ERROR,
        "week",
        f"The table has {counted(count, 'row')} with current_week and sim_year; it must have one. Correct it, or "
        "declare it absent to take the week from the policy's calendar.",
        "sim_state",
        fix="sim_state = false",
        count=count,
        of=sim_state.rows,
    )


def check_terms(question: Question, classes: Found, position: Position) -> Iterator[Finding]:
    """How many classes are in a semester of the running term."""
    column = f"{position.term}_sem"
    if not classes.rows or column not in classes.columns or position.sem_week == 0:
        return
    number = classes.number(column)
    count = question.numbers(f"SELECT COUNT({number}) AS n FROM {classes.source} AS t", ["n"])["n"]
    if count:
        yield Finding(
            Gravity.OK,
            "term",
            f"In an {position.term} semester: {of_all(count, classes.rows, 'class', 'classes')}.",
            "classes",
            column,
            count=count,
            of=classes.rows,
        )
        return
    yield Finding(
        Gravity.ERROR,
        "term",
        f"The college is in its {position.term} semesters and {column} is null in every class, so there is nobody to "
        f"score. Select the number of the class's {position.term} semester.",
        "classes",
        column,
        count=0,
        of=classes.rows,
    )


# how far do the data reach?


def check_weeks(
    question: Question, found: Mapping[str, Found], name: str, position: Position, policy: Policy
) -> tuple[int | None, list[Finding]]:
    """The newest week of a table in the running semesters, and what that means."""
    expected = max((week for week in policy.calendar.teaching_weeks if week <= position.sem_week), default=None)
    classes = _running_classes(found, position)
    if expected is None or classes is None or not found[name].rows:
        return None, []
    if name in WEEKLY:
        return _weekly(question, found[name], classes, position, expected, policy.calendar.weeks)
    if name in WORK:
        return _work(question, found, name, classes, position)
    return None, []


def _running_classes(found: Mapping[str, Found], position: Position) -> str | None:
    """A SELECT of class_id and semester of the classes that run and have students; None where it cannot be told."""
    classes, students = found.get("classes"), found.get("students")
    column = f"{position.term}_sem"
    if not classes or not students or not classes.present("class_id", column) or not students.present("class_id"):
        return None
    return (
        f"SELECT DISTINCT c.class_id, c.semester FROM (SELECT {classes.value('class_id')} AS class_id, "
        f"{classes.number(column)} AS semester FROM {classes.source} AS t) AS c "
        f"JOIN (SELECT DISTINCT {students.value('class_id')} AS class_id FROM {students.source} AS t) AS s "
        "ON s.class_id = c.class_id WHERE c.semester IS NOT NULL"
    )


@dataclass(frozen=True)
class _Reach:
    """How far a table goes in each class: ``of_class`` is a source (alias x) of class_id and newest, a week or null."""

    name: str
    of_class: str
    is_behind: str
    lacking: str
    position: Position

    def newest(self, question: Question, is_ahead: str = "1 = 0") -> dict[str, int]:
        """Newest of all classes (0: none has a row), n_classes, n_behind, n_ahead."""
        return question.numbers(
            f"SELECT MAX(x.newest) AS newest, COUNT(*) AS n_classes, {sql.count_if(self.is_behind)} AS n_behind, "
            f"{sql.count_if(is_ahead)} AS n_ahead FROM {self.of_class}",
            ["newest", "n_classes", "n_behind", "n_ahead"],
        )

    def behind(self, question: Question, numbers: dict[str, int]) -> list[Finding]:
        """The finding, where a class is behind."""
        count = numbers["n_behind"]
        if not count:
            return []
        rows = question.texts(
            f"SELECT x.class_id AS class_id FROM {self.of_class} WHERE {self.is_behind} ORDER BY x.class_id LIMIT 3",
            "class_id",
        )
        examples = tuple(str(row["class_id"]) for row in rows)
        total = numbers["n_classes"]
        lack = f"{_of_classes(count, total)} {'has' if count == 1 else 'have'} no {self.lacking}"
        newest = f"ends with week {numbers['newest']}" if numbers["newest"] else "has no row of the running semesters"
        whole = f"The table {newest}; the college is at week {self.position.sem_week}. " if count == total else ""
        return [
            Finding(
                Gravity.WARNING,
                "stale",
                f"{whole}{lack}, for example {examples[0]}. Load what is missing before the run, or their students "
                "cannot be told about.",
                self.name,
                count=count,
                of=total,
                examples=examples,
            )
        ]


def _weekly(
    question: Question, table: Found, classes: str, position: Position, expected: int, weeks: int
) -> tuple[int | None, list[Finding]]:
    if not table.present("class_id", "semester", "week"):
        return None, []
    name, week = table.table.name, table.number("week")
    newest = (
        f"SELECT {table.value('class_id')} AS class_id, {table.number('semester')} AS semester, MAX({week}) AS newest "
        f"FROM {table.source} AS t WHERE {week} BETWEEN 1 AND {weeks} "
        f"GROUP BY {table.value('class_id')}, {table.number('semester')}"
    )
    of_class = (
        f"(SELECT r.class_id AS class_id, MAX(w.newest) AS newest FROM ({classes}) AS r LEFT JOIN ({newest}) AS w "
        "ON w.class_id = r.class_id AND w.semester = r.semester GROUP BY r.class_id) AS x"
    )
    is_behind = f"(x.newest IS NULL OR x.newest < {expected})"
    reach = _Reach(name, of_class, is_behind, f"row of week {expected}", position)
    # The week that runs may have its first rows.
    numbers = reach.newest(question, is_ahead=f"x.newest > {position.sem_week + 1}")
    findings = reach.behind(question, numbers)
    if numbers["n_ahead"]:
        findings.append(_ahead(name, numbers, position))
    return numbers["newest"] or None, findings


def _ahead(name: str, numbers: dict[str, int], position: Position) -> Finding:
    return Finding(
        Gravity.WARNING,
        "ahead",
        f"The table has rows of week {numbers['newest']}, but the college is at week {position.sem_week} "
        f"({_of_classes(numbers['n_ahead'], numbers['n_classes'])}). Is the college's week kept up to date?",
        name,
        "week",
        count=numbers["n_ahead"],
        of=numbers["n_classes"],
    )


def _work(
    question: Question, found: Mapping[str, Found], name: str, classes: str, position: Position
) -> tuple[int | None, list[Finding]]:
    definitions, key, week_name = WORK[name]
    defined, rows = found.get(definitions), found[name]
    if not defined or not defined.present("class_id", "semester", key, week_name) or key not in rows.columns:
        return None, []
    week = defined.number(week_name)
    due = (
        f"SELECT {defined.value(key)} AS work, {defined.value('class_id')} AS class_id, "
        f"{defined.number('semester')} AS semester, {week} AS week FROM {defined.source} AS t "
        f"WHERE {week} BETWEEN 1 AND {position.sem_week}"
    )
    handed = "WHERE t.status IS NULL OR t.status <> 'pending'" if "status" in rows.columns else ""
    seen = f"SELECT DISTINCT {rows.value(key)} AS work FROM {rows.source} AS t {handed}"
    newest = "MAX(CASE WHEN s.work IS NOT NULL THEN d.week END)"
    of_class = (
        f"(SELECT r.class_id AS class_id, MAX(d.week) AS due, {newest} AS newest FROM ({classes}) AS r "
        f"JOIN ({due}) AS d ON d.class_id = r.class_id AND d.semester = r.semester "
        f"LEFT JOIN ({seen}) AS s ON s.work = d.work GROUP BY r.class_id) AS x"
    )
    last = question.numbers(f"SELECT MAX(x.due) AS due FROM {of_class}", ["due"])["due"]
    if not last:
        return None, []
    lacking = f"row for the work due last, in week {last} at the latest"
    reach = _Reach(name, of_class, "(x.newest IS NULL OR x.newest < x.due)", lacking, position)
    numbers = reach.newest(question)
    return numbers["newest"] or None, reach.behind(question, numbers)


def _of_classes(count: int, total: int) -> str:
    return f"{count:,} of {counted(total, 'class', 'classes')}"
