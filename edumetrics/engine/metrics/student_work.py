"""Each student's work of the semester, piece by piece, as known at the published week."""

import polars as pl

from edumetrics.engine.metrics.rounding import PERCENTAGE_DIGITS, rounded
from edumetrics.engine.signals.work import PERCENTAGES, Work
from edumetrics.engine.tables.clean import ASSIGNMENT, QUIZ
from edumetrics.engine.tables.roster import Roster

KINDS = {ASSIGNMENT: "assignment", QUIZ: "quiz"}
"""What one piece of each kind of work is called."""

_HANDED_IN, _MISSED, _UNKNOWN = LISTS = ("handed_in", "missed", "unknown")
_SAID = {
    _HANDED_IN: ("work_no", "known_week", *PERCENTAGES),
    _MISSED: ("work_no",),
    _UNKNOWN: ("work_no", "unknown_week"),
}
_ENTRY = dict.fromkeys(("work_no", "known_week", "unknown_week"), pl.Int64) | dict.fromkeys(PERCENTAGES, pl.Float64)


def class_work(work: Work, roster: Roster) -> pl.DataFrame:
    """The work of each class, due or not yet, sorted by class_no and work_no.

    Columns: class_no, work_no (from 1 in each class, in the order of due_week), kind (assignment/quiz), work_id,
    subject_id, title, due_week, max_marks, loaded_week (the week, not before due_week, from which any row of the class
    is known; null: none is by the class's through_week).
    """
    through = roster.classes.select("class_no", "through_week")
    return (
        _numbered(work)
        .join(through, on="class_no", how="left", maintain_order="left")
        .select(
            "class_no",
            "work_no",
            "work_id",
            "subject_id",
            "title",
            "due_week",
            kind=pl.col("kind").replace_strict(KINDS, return_dtype=pl.String),
            max_marks=pl.when(pl.col("max_marks").is_finite()).then("max_marks"),
            loaded_week=pl.when(pl.col("loaded") <= pl.col("through_week")).then("loaded"),
        )
    )


def student_work(work: Work, spans: pl.DataFrame, roster: Roster) -> pl.DataFrame:
    """What came of the work of each student who is or was on the roll, as known at the student's last published week.

    Columns: student_no, class_no, week (the class's through_week, or the student's last one on the roll), first_week
    (on the roll), and three lists as JSON, by work_no:
    handed_in: [work_no, week it became known, mark_pct, and for assignments quality_pct and plagiarism_pct];
    missed: work_no of what is due by ``week``, loaded, and not handed in;
    unknown: [work_no, week] of what is due and nothing can be told of from that week on.
    Percentages are 0-100, or null. Work that is due later is in handed_in if it came early, else nowhere; nor is work
    that was due before the student joined or is not loaded.
    """
    students = _published(spans, roster)
    pairs = (
        work.pairs.select("student_no", "item_no", "kind", "loaded", "handed_in", "unreadable", *PERCENTAGES)
        .join(students.select("student_no", "week"), on="student_no", maintain_order="left")
        .join(_numbered(work).select("item_no", "work_no"), on="item_no", how="left", maintain_order="left")
        .with_columns(
            known_week=_by_week("handed_in"),
            unknown_week=_by_week("unreadable"),
            is_due=pl.col("loaded") <= pl.col("week"),
            is_assignment=pl.col("kind") == ASSIGNMENT,
        )
    )
    return _as_lists(students, pairs)


def as_known_at(works: pl.DataFrame, students: pl.DataFrame, week: int) -> pl.DataFrame:
    """Rows of student_work of one semester, as they were at an earlier week.

    ``works``: class_id, work_no, kind, loaded_week; ``students``: class_id, first_week, sem_week and the lists, any
    other columns stay. Students who were not yet on the roll are left out.
    """
    rows = (
        students.filter(pl.col("first_week") <= week)
        .with_row_index("student_no")
        .with_columns(week=pl.min_horizontal("sem_week", pl.lit(week)))
    )
    entries = (
        pl.concat([_entries(rows, name) for name in LISTS])
        .join(works, on=["class_id", "work_no"])
        .with_columns(
            known_week=_by_week("known_week"),
            unknown_week=_by_week("unknown_week"),
            is_due=pl.col("loaded_week") <= pl.col("week"),
            is_assignment=pl.col("kind") == KINDS[ASSIGNMENT],
        )
        .sort("student_no", "work_no")
    )
    left = rows.with_columns(sem_week="week").drop(LISTS)
    return _as_lists(left, entries).select(students.columns)


def _entries(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """One row for each entry of a list: student_no, class_id, week and _ENTRY, null where the list does not say."""
    said = _SAID[name]
    kind = pl.List(pl.Float64) if len(said) == 1 else pl.List(pl.List(pl.Float64))
    entries = (
        rows.select("student_no", "class_id", "week", entry=pl.col(name).str.json_decode(kind))
        .explode("entry")
        .drop_nulls("entry")
    )
    if len(said) == 1:
        entries = entries.with_columns(pl.concat_list("entry"))
    values = {
        column: pl.col("entry").list.get(said.index(column), null_on_oob=True) if column in said else pl.lit(None)
        for column in _ENTRY
    }
    return entries.select(
        "student_no", "class_id", "week", **{column: value.cast(_ENTRY[column]) for column, value in values.items()}
    )


def _published(spans: pl.DataFrame, roster: Roster) -> pl.DataFrame:
    """student_no, class_no, first_week, week of those who are or were on the roll by the class's through_week."""
    through = roster.classes.select("class_no", "through_week")
    return (
        spans.join(through, on="class_no", maintain_order="left")
        .with_columns(week=pl.min_horizontal("through_week", "last_week"))
        .filter(pl.col("first_week") <= pl.col("week"))
        .select("student_no", "class_no", "first_week", "week")
    )


def _numbered(work: Work) -> pl.DataFrame:
    """The items in order, with work_no; work without an id, which nobody can hand in, is left out."""
    items = work.items.drop_nulls("work_id").sort("class_no", "item_no")
    return items.with_columns(work_no=pl.int_range(1, pl.len() + 1).over("class_no"))


def _by_week(column: str) -> pl.Expr:
    """The week in the column, if it is not after ``week``; what came before the semester is known from week 1."""
    return pl.when(pl.col(column) <= pl.col("week")).then(pl.col(column).clip(lower_bound=1))


def _as_lists(students: pl.DataFrame, pairs: pl.DataFrame) -> pl.DataFrame:
    """``students`` with the three lists.

    ``pairs``: student_no, work_no, is_assignment, known_week, unknown_week, is_due and the percentages, sorted by
    student_no and work_no.
    """
    is_in, is_lost = pl.col("known_week").is_not_null(), pl.col("unknown_week").is_not_null()
    parts = {
        _HANDED_IN: (is_in, _handed_in_text()),
        _MISSED: (pl.col("is_due") & ~is_in & ~is_lost, pl.col("work_no").cast(pl.String)),
        _UNKNOWN: (pl.col("is_due") & is_lost, pl.format("[{},{}]", "work_no", "unknown_week")),
    }
    for name, (of_part, text) in parts.items():
        entries = pairs.filter(of_part).select("student_no", text.alias(name))
        listed = entries.group_by("student_no", maintain_order=True).agg(pl.col(name).str.join(","))
        students = students.join(listed, on="student_no", how="left", maintain_order="left")
    return students.with_columns(pl.format("[{}]", pl.col(name).fill_null("")).alias(name) for name in LISTS)


def _handed_in_text() -> pl.Expr:
    mark, quality, plagiarism = (_number_text(name) for name in PERCENTAGES)
    of_kind = pl.when("is_assignment").then(pl.format(",{},{}", quality, plagiarism))
    return pl.format("[{},{},{}{}]", "work_no", "known_week", mark, of_kind.otherwise(pl.lit("")))


def _number_text(name: str) -> pl.Expr:
    number = pl.when(pl.col(name).is_finite()).then(rounded(pl.col(name), PERCENTAGE_DIGITS))
    return number.cast(pl.String).fill_null("null")
