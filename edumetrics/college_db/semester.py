"""What scoring some classes needs of the college, and no more of it.

Most rows name the class their student is in, and are read class by class. The others, *strays*, are found once for all
classes of a run and given to the class that they count for:

- a row filed under another class than the student's (the student moved, or somebody mistyped) goes to the student's;
- a row of an unknown student goes to the class that it names, which reports it;
- a row that has no such class either goes to the first classes read, so that it is reported once.

So the results do not depend on which classes are read together (docs/decisions/0007).
"""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Mapping as MappingType
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import SimpleQueue

import polars as pl

from edumetrics.college_db.read import CollegeReader
from edumetrics.databases.literals import in_rows
from edumetrics.databases.urls import Dialect
from edumetrics.engine.errors import CollegeDataError
from edumetrics.engine.keys import kept
from edumetrics.engine.tables.canonical import Kind
from edumetrics.engine.tables.roster import one_row_each

BY_CLASS = ("attendance", "library_visits", "book_borrows")
WORK = {
    "assignment_submissions": ("assignment_definitions", "assignment_id"),
    "quiz_submissions": ("quiz_definitions", "quiz_id"),
}
DEFINITIONS = tuple(definitions for definitions, _ in WORK.values())
_LARGEST_FIRST = (*BY_CLASS, *WORK, "exam_results", *DEFINITIONS)
_REFERS_TO = {name: definitions for name, (definitions, _) in WORK.items()} | {"exam_results": "exam_schedule"}
# An id that two classes share is a fault of both, so both are to be read together.
_IDS = {
    "assignment_definitions": "assignment_id",
    "quiz_definitions": "quiz_id",
    "exam_schedule": "schedule_id",
    "book_borrows": "borrow_id",
}

_OWNER = "edumetrics_owner"
_HOME, _STUDENT, _WORK = "edumetrics_home", "edumetrics_student", "edumetrics_work"
_STUDENTS_AT_ONCE = 20_000
NOBODY = ""
"""The owner of rows that count for no class."""


@dataclass(frozen=True)
class Strays:
    """rows: by table, with its columns and the owner of each row. twice: students with more than one row."""

    rows: dict[str, pl.DataFrame]
    twice: tuple[str, ...]

    def of(self, classes: pl.Series, *, first: bool) -> "Strays":
        """The strays that these classes own; those of nobody too for the ``first`` classes that are read."""
        owners = [*classes, NOBODY] if first else list(classes)
        found = {name: rows.filter(pl.col(_OWNER).is_in(owners)) for name, rows in self.rows.items()}
        return Strays({name: rows for name, rows in found.items() if not rows.is_empty()}, self.twice)


def population(college: CollegeReader) -> pl.DataFrame:
    """class_id, advisor_id, students: how many students of each class name each advisor (null: none)."""
    source = f"(SELECT class_id, advisor_id, COUNT(*) AS students FROM {college.mapping.source('students')} AS s "
    kinds = {"class_id": Kind.TEXT, "advisor_id": Kind.TEXT, "students": Kind.INTEGER}
    found = college.select("students", f"{source}GROUP BY class_id, advisor_id)", kinds)
    if found.is_empty():
        raise CollegeDataError("The college's table students is empty, so there is nobody to score.")
    return found


def shared_ids(college: CollegeReader) -> pl.DataFrame:
    """class_id, link: ids of work, exams and loans that rows of more than one class have."""
    frames = [pl.DataFrame(schema={"class_id": pl.String, "link": pl.String})]
    for name, key in _IDS.items():
        if not college.has(name):
            continue
        table = college.mapping.source(name)
        shared = f"SELECT {key} FROM {table} AS i GROUP BY {key} HAVING MIN(class_id) <> MAX(class_id)"
        source = f"(SELECT DISTINCT class_id, {key} AS link FROM {table} AS u WHERE {key} IN ({shared}))"
        found = college.select(name, source, {"class_id": Kind.TEXT, "link": Kind.TEXT})
        frames.append(found.with_columns(link=pl.lit(f"{name}:") + pl.col("link")))
    return pl.concat(frames).drop_nulls()


def read_strays(colleges: Sequence[CollegeReader], terms: pl.DataFrame) -> Strays:
    """The strays of the classes of ``terms`` (class_id, semester), each with its owner: such a class, or NOBODY.

    Rows of known students who are in no class of ``terms`` are left out. ``colleges``: readers of the same college,
    one or more, which share the tables among them: each is a pass over all its rows, done by the server.
    """
    twice = _students_twice(colleges[0])
    free: SimpleQueue[_Finder] = SimpleQueue()
    for one in colleges:
        free.put(_Finder(one, terms, twice))

    def look(name: str) -> pl.DataFrame:
        finder = free.get()
        try:
            return finder.strays(name)
        finally:
            free.put(finder)

    # The largest first, so that all readers are done at about the same time.
    tables = ("students", *(name for name in _LARGEST_FIRST if is_readable(colleges[0], name)))
    with ThreadPoolExecutor(len(colleges)) as pool:
        found = zip(tables, pool.map(look, tables), strict=True)
        return Strays({name: rows for name, rows in found if not rows.is_empty()}, twice)


def read_semester(college: CollegeReader, terms: pl.DataFrame, strays: Strays) -> dict[str, pl.DataFrame]:
    """All tables that scoring ``terms`` (class_id, semester) needs; tables declared absent are left out.

    Of the rows of students only those of students in these classes, and the strays.
    """
    dialect = college.reader.dialect
    classes = in_rows(dialect, ["t.class_id"], terms.select("class_id").rows())
    of_terms = in_rows(dialect, ["t.class_id", "t.semester"], terms.select("class_id", "semester").rows())
    frames = {"classes": college.table("classes")}
    if college.has("advisors"):
        frames["advisors"] = college.table("advisors")
    once = f" AND NOT {in_rows(dialect, ['t.student_id'], _each(strays.twice))}" if strays.twice else ""
    frames["students"] = _with(college.table("students", f"WHERE {classes}{once}"), strays.rows.get("students"))
    mine = frames["students"]["student_id"].drop_nulls().unique().implode()
    wheres = dict.fromkeys((*BY_CLASS, *DEFINITIONS), f"WHERE {of_terms}")
    for name, (definitions, key) in WORK.items():
        wheres[name] = (
            f"WHERE t.{key} IN (SELECT t.{key} FROM {college.mapping.source(definitions)} AS t WHERE {of_terms})"
        )
    semesters = ", ".join(str(number) for number in _exam_semesters(terms))
    exams = f"{classes} AND t.semester IN ({semesters})"
    wheres["exam_schedule"] = f"WHERE {exams}"
    schedule = college.mapping.source("exam_schedule")
    wheres["exam_results"] = f"WHERE t.schedule_id IN (SELECT t.schedule_id FROM {schedule} AS t WHERE {exams})"
    for name, where in wheres.items():
        if is_readable(college, name):
            rows = college.table(name, where)
            others = strays.rows.get(name)
            if "student_id" in rows.columns:
                is_mine = pl.col("student_id").is_in(mine).fill_null(False)
                rows = kept(rows, is_mine)
                if others is not None:
                    others = _unread(others, is_mine, name, terms, frames)
            frames[name] = _with(rows, others)
    if "exam_results" in frames:
        frames["exam_schedule"] = _with_exams_of(college, frames["exam_schedule"], strays.rows.get("exam_results"))
    return frames


def other_students(college: CollegeReader, scored: pl.Series) -> Iterator[pl.DataFrame]:
    """All students of the college but those of the classes ``scored``, in parts, one row each."""
    people = population(college).group_by("class_id").agg(pl.col("students").sum())
    others = people.filter(pl.col("class_id").is_not_null() & ~pl.col("class_id").is_in(scored.implode()))
    parts: list[list[str]] = []
    filled = _STUDENTS_AT_ONCE
    for class_id, students in others.sort("class_id").iter_rows():
        if filled + students > _STUDENTS_AT_ONCE and (not parts or parts[-1]):
            parts.append([])
            filled = 0
        parts[-1].append(class_id)
        filled += students
    wheres = [in_rows(college.reader.dialect, ["t.class_id"], _each(part)) for part in parts]
    for where in ("t.class_id IS NULL", *wheres):
        yield one_row_each(college.table("students", f"WHERE {where}"))


def is_readable(college: CollegeReader, name: str) -> bool:
    """Whether the college has the table, and the one that its rows refer to."""
    return college.has(name) and college.has(_REFERS_TO.get(name, name))


def _with(rows: pl.DataFrame, strays: pl.DataFrame | None) -> pl.DataFrame:
    return rows if strays is None else pl.concat([rows, strays.select(rows.columns)])


def _unread(
    strays: pl.DataFrame, is_mine: pl.Expr, name: str, terms: pl.DataFrame, frames: dict[str, pl.DataFrame]
) -> pl.DataFrame:
    """The strays of a table but for those of students of ``terms`` that are filed under another class of ``terms``.

    Those have been read with that class already.
    """
    if name in BY_CLASS:
        asked = terms.select("class_id", "semester")
    elif name == "exam_results":
        asked = frames["exam_schedule"].select("schedule_id").unique()
    else:
        return strays
    return pl.concat(
        [strays.filter(~is_mine), strays.filter(is_mine).join(asked, on=asked.columns, how="anti", nulls_equal=False)]
    )


def _with_exams_of(college: CollegeReader, schedule: pl.DataFrame, results: pl.DataFrame | None) -> pl.DataFrame:
    """The schedule, and the exams that stray results are of."""
    if results is None:
        return schedule
    missing = results.select("schedule_id").drop_nulls().unique().join(schedule, on="schedule_id", how="anti")
    if missing.is_empty():
        return schedule
    where = in_rows(college.reader.dialect, ["t.schedule_id"], missing.rows())
    return pl.concat([schedule, college.table("exam_schedule", f"WHERE {where}")])


def _exam_semesters(terms: pl.DataFrame) -> list[int]:
    """These semesters and the ones before them, whose endterm counts before any mark."""
    return sorted({number for semester in terms["semester"] for number in (semester - 1, semester)})


def _students_twice(college: CollegeReader) -> tuple[str, ...]:
    """Students with more than one row."""
    students = college.mapping.source("students")
    source = f"(SELECT student_id FROM {students} AS s GROUP BY student_id HAVING COUNT(*) > 1)"
    found = college.select("students", source, {"student_id": Kind.TEXT})["student_id"]
    return tuple(found.drop_nulls().sort())


class _Finder:
    """Looks for strays: one pass over each table."""

    def __init__(self, college: CollegeReader, terms: pl.DataFrame, twice: tuple[str, ...]) -> None:
        self._college = college
        self._terms = terms
        self._twice = twice
        self._classes = college.mapping.source("classes")
        students = college.mapping.source("students")
        # A student who is there twice is of the first class by id.
        once = f"(SELECT student_id, MIN(class_id) AS class_id FROM {students} AS h GROUP BY student_id)"
        self._homes = once if twice else students

    def strays(self, name: str) -> pl.DataFrame:
        """The strays of a table, with their owners."""
        if name in BY_CLASS:
            return self.by_class(name)
        if name in WORK:
            return self.work(name)
        if name in DEFINITIONS:
            return self.definitions(name)
        return self.students() if name == "students" else self.exam_results()

    def students(self) -> pl.DataFrame:
        """Students in no class of the college, and all rows of those who are there twice."""
        condition = self._no_class("x")
        if self._twice:
            condition += f" OR {in_rows(self._dialect, ['x.student_id'], _each(self._twice))}"
        rows = self._rows("students", condition)
        return self._owned(rows, unscored=NOBODY, unknown=pl.lit(NOBODY))

    def by_class(self, name: str) -> pl.DataFrame:
        """Rows filed under another class than the student's, of unknown students and classes, or of no semester."""
        nowhere = "x.semester IS NULL"
        elsewhere = f"{self._no_class('x')} OR {self._of_terms('x')}"
        # A CASE, so that PostgreSQL does not ask of every row what is to be asked of rows filed elsewhere.
        rows = self._rows(name, f"CASE WHEN s.class_id = x.class_id THEN {nowhere} ELSE {nowhere} OR {elsewhere} END")
        return self._owned(rows, unscored=None, unknown=pl.col("class_id"))

    def definitions(self, name: str) -> pl.DataFrame:
        """Work of unknown classes, in a semester that is scored or none."""
        semesters = ", ".join(str(number) for number in sorted(set(self._terms["semester"])))
        source = (
            f"(SELECT x.* FROM {self._college.mapping.source(name)} AS x WHERE {self._no_class('x')} "
            f"AND (x.semester IS NULL OR x.semester IN ({semesters})))"
        )
        rows = self._college.select(name, source, self._college.kinds(name))
        return rows.with_columns(pl.lit(NOBODY).alias(_OWNER))

    def work(self, name: str) -> pl.DataFrame:
        """Submissions of undefined work, and of unknown students."""
        definitions, key = WORK[name]
        defined = f"FROM {self._college.mapping.source(definitions)} AS d WHERE d.{key} = x.{key}"
        undefined = f"NOT EXISTS (SELECT 1 {defined})"
        of_terms = f"EXISTS (SELECT 1 {defined} AND {self._of_terms('d')})"
        rows = self._rows(
            name,
            f"CASE WHEN s.student_id IS NULL THEN {undefined} OR {of_terms} ELSE {undefined} END",
            {_WORK: f"(SELECT MIN(d.class_id) {defined})"},
        )
        return self._owned(rows, unscored=None, unknown=pl.col(_WORK))

    def exam_results(self) -> pl.DataFrame:
        """Results of an exam that is not one of the student's class, or not scheduled, or of unknown students."""
        scheduled = f"FROM {self._college.mapping.source('exam_schedule')} AS d WHERE d.schedule_id = x.schedule_id"
        semesters = ", ".join(str(number) for number in _exam_semesters(self._terms))
        rows = self._rows(
            "exam_results",
            f"NOT EXISTS (SELECT 1 {scheduled} AND d.class_id = s.class_id) AND "
            f"(NOT EXISTS (SELECT 1 {scheduled}) OR EXISTS (SELECT 1 {scheduled} AND d.semester IN ({semesters})))",
        )
        return self._owned(rows, unscored=None, unknown=pl.lit(NOBODY))

    @property
    def _dialect(self) -> Dialect:
        return self._college.reader.dialect

    def _of_terms(self, alias: str) -> str:
        """Whether a row is of a class that is scored, in the semester that is scored."""
        terms = self._terms.select("class_id", "semester").rows()
        return in_rows(self._dialect, [f"{alias}.class_id", f"{alias}.semester"], terms)

    def _no_class(self, alias: str) -> str:
        """Whether a row names no class that there is."""
        return f"NOT EXISTS (SELECT 1 FROM {self._classes} AS k WHERE k.class_id = {alias}.class_id)"

    def _rows(self, name: str, condition: str, more: MappingType[str, str] | None = None) -> pl.DataFrame:
        """Rows x of a table that meet a condition, with the student's class (s.class_id) and id (null: unknown)."""
        extra = {_HOME: "s.class_id", _STUDENT: "s.student_id", **(more or {})}
        columns = ", ".join(f"{sql} AS {alias}" for alias, sql in extra.items())
        source = (
            f"(SELECT x.*, {columns} FROM {self._college.mapping.source(name)} AS x "
            f"LEFT JOIN {self._homes} AS s ON s.student_id = x.student_id WHERE {condition})"
        )
        return self._college.select(name, source, self._college.kinds(name) | dict.fromkeys(extra, Kind.TEXT))

    def _owned(self, rows: pl.DataFrame, *, unscored: str | None, unknown: pl.Expr) -> pl.DataFrame:
        """The rows with their owner: the student's class; NOBODY or the named class for unknown students.

        ``unscored``: the owner of rows of students who are in no class that is scored; null leaves them out.
        """
        scored = self._terms["class_id"].implode()
        home = pl.when(pl.col(_HOME).is_in(scored)).then(pl.col(_HOME)).otherwise(pl.lit(unscored, pl.String))
        named = pl.when(unknown.is_in(scored)).then(unknown).otherwise(pl.lit(NOBODY))
        owner = pl.when(pl.col(_STUDENT).is_null()).then(named).otherwise(home)
        return rows.with_columns(owner.alias(_OWNER)).filter(pl.col(_OWNER).is_not_null())


def _each(values: Iterable[str]) -> list[tuple[str]]:
    """The values as rows of one."""
    return [(value,) for value in values]
