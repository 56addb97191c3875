"""Assignments and quizzes: due, handed in, marked, missed, as known at each week."""

from dataclasses import dataclass

import polars as pl

from edumetrics.engine.arithmetic import quotient
from edumetrics.engine.keys import begins, grouped, kept, left_join
from edumetrics.engine.policy import Policy
from edumetrics.engine.signals.roll import teaching_numbers
from edumetrics.engine.tables.clean import ASSIGNMENT, QUIZ, CleanTables
from edumetrics.engine.tables.roster import Roster

PERCENTAGES = ("mark_pct", "quality_pct", "plagiarism_pct")
"""What a piece of work that is handed in was given; quizzes have marks only."""

_OF_PAIRS = ("item_no", "kind", "class_no", "due_no", "due_week", "loaded")


@dataclass(frozen=True)
class Work:
    """Work of the semester, item by item and student by student.

    items: item_no, kind, class_no, work_id, subject_id, title, max_marks, due_no (teaching number of the week it is
    due), due_week, loaded (the week from which any row of a student of the class is known; null: never).
    pairs: one row for each item and student it is due for: item_no, student_no, class_no, kind, due_no, due_week,
    loaded, handed_in (the week from which it is known to be handed in; null: never), unreadable (the week from which
    nothing can be told of it; null: never), mark_pct, quality_pct, plagiarism_pct (null unless handed in).
    """

    items: pl.DataFrame
    pairs: pl.DataFrame


def due_work(clean: CleanTables, spans: pl.DataFrame, policy: Policy) -> Work:
    """Every piece of work due in a teaching week, for each student who had joined by then."""
    loaded = (
        clean.hand_ins.join(clean.items.select("item_no", "class_no"), on="item_no")
        .group_by("item_no")
        .agg(loaded=pl.col("known").min())
    )
    items = (
        clean.items.join(teaching_numbers(policy), on="week")
        .rename({"week": "due_week", "teaching_no": "due_no"})
        .join(loaded, on="item_no", how="left")
        .with_columns(loaded=pl.when(pl.col("loaded").is_not_null()).then(pl.max_horizontal("due_week", "loaded")))
        .select(*_OF_PAIRS, "work_id", "subject_id", "title", "max_marks")
        .sort("item_no")
    )
    students = spans.select("student_no", "class_no", "first_week")
    rows = clean.hand_ins.select(
        "item_no",
        "student_no",
        pl.when("handed_in").then(pl.col(*PERCENTAGES)),
        handed_in=pl.when("handed_in").then("known"),
    )
    pairs = (
        # Student by student, item by item: sums of floats must not depend on the order in which joins give their rows.
        students.join(items.select(_OF_PAIRS).drop_nulls("loaded"), on="class_no", maintain_order="left_right")
        .filter(pl.col("due_week") >= pl.col("first_week"))
        .drop("first_week")
        .pipe(left_join, rows, "item_no", "student_no")
        .pipe(left_join, clean.hand_ins_unreadable, "item_no", "student_no")
    )
    return Work(items, pairs)


def work_by_lag(work: Work, from_week: int, policy: Policy) -> pl.DataFrame:
    """Work due in the teaching week ``lag`` before each week, as known at that week; before ``from_week`` lag 0 only.

    Columns: student_no, week, lag (0..), and for assignments and quizzes a_due, a_handed_in, a_mark, q_due,
    q_handed_in, q_mark (means in %), quality_sum, quality_count, plagiarism (max %).
    """
    weeks = teaching_numbers(policy)
    lags = max(policy.effort.work_window, policy.triage.integrity_window, len(policy.performance.week_weights))
    scored = weeks.filter(pl.col("week") >= from_week)
    return pl.concat([_due_before(work.pairs, lag, scored if lag else weeks) for lag in range(lags)], rechunk=True)


def _due_before(pairs: pl.DataFrame, lag: int, weeks: pl.DataFrame) -> pl.DataFrame:
    as_of = weeks.select("week", due_no=pl.col("teaching_no") - lag)
    is_in = (pl.col("handed_in") <= pl.col("week")).fill_null(False)
    assignment, quiz = pl.col("kind") == ASSIGNMENT, pl.col("kind") == QUIZ
    # A hand-in that cannot be read is neither handed in nor missed.
    is_told = (pl.col("loaded") <= pl.col("week")) & (pl.col("unreadable") > pl.col("week")).fill_null(True)
    columns = ("student_no", "kind", "due_no", "loaded", "handed_in", "unreadable", *PERCENTAGES)
    rows = kept(pairs.select(columns).join(as_of, on="due_no", maintain_order="left"), is_told).select(
        "student_no",
        "week",
        a_due=assignment,
        a_handed_in=assignment & is_in,
        a_mark=pl.when(assignment & is_in).then("mark_pct"),
        q_due=quiz,
        q_handed_in=quiz & is_in,
        q_mark=pl.when(quiz & is_in).then("mark_pct"),
        quality=pl.when(is_in).then("quality_pct"),
        plagiarism=pl.when(is_in).then("plagiarism_pct"),
    )
    counts = ("a_due", "a_handed_in", "q_due", "q_handed_in")
    return grouped(
        rows,
        "student_no",
        "week",
        *[pl.col(name).sum().cast(pl.Int64) for name in counts],
        pl.col("a_mark", "q_mark").mean(),
        pl.col("plagiarism").max(),
        quality_sum=pl.col("quality").sum(),
        quality_count=pl.col("quality").count().cast(pl.Int64),
    ).with_columns(lag=pl.lit(lag, pl.Int64))


def missed_runs(work: Work, kind: str, roll: pl.DataFrame, from_week: int, policy: Policy) -> pl.DataFrame:
    """The run of teaching weeks with missed work of one kind, back from each week from ``from_week`` on (section 6).

    Columns: student_no, week, signal (0-100), run_weeks, run_missed, run_due (pieces of work in the run), run_from
    (its first week). A student and week without a row has no run.
    """
    weeks = teaching_numbers(policy)
    through_week = roll.select(pl.col("week").max().fill_null(0)).item()
    pairs = work.pairs.select(
        "student_no", "class_no", "kind", "due_no", "due_week", "loaded", "handed_in", "unreadable"
    )
    pairs = pairs.filter(pl.col("kind") == kind)
    missing = _missing(pairs, weeks, from_week, through_week)
    due = _due_weeks(work.items.filter(pl.col("kind") == kind), weeks.filter(pl.col("week") >= from_week))
    unmissed = 1 - quotient(policy.risk.missed_share_factor * pl.col("missed"), pl.col("due"))
    unreadable = pairs.drop_nulls("unreadable")
    return (
        _without_unreadable(missing.join(due, on=["class_no", "due_no", "week"]), due, unreadable)
        .sort("student_no", "week", "due_no", descending=[False, False, True])
        # The i-th missing week counted back is in the run only if every due week since is missing too.
        .filter(_place_in_group("student_no", "week") == pl.col("due_weeks_since"))
        .group_by("student_no", "week")
        .agg(
            signal=100 * (1 - unmissed.product()),
            run_weeks=pl.len().cast(pl.Int64),
            run_missed=pl.col("missed").sum(),
            run_due=pl.col("due").sum(),
            run_from=pl.col("due_week").min(),
        )
    )


def _place_in_group(*key: str) -> pl.Expr:
    """0, 1, 2, ... within each run of rows of the same key, in a frame sorted by it; many times quicker than over()."""
    row = pl.int_range(pl.len())
    return row - pl.when(begins(*key)).then(row).forward_fill()


def _missing(pairs: pl.DataFrame, weeks: pl.DataFrame, from_week: int, through_week: int) -> pl.DataFrame:
    """student_no, class_no, due_no, due_week, week, missed: work known to be missing, for each week it is so."""
    before = {week: sum(one < week for one in weeks["week"]) for week in range(1, through_week + 2)}
    since = pl.max_horizontal("loaded", pl.lit(from_week, pl.Int64))
    until = pl.min_horizontal("handed_in", "unreadable", pl.lit(through_week + 1))
    first_no, end_no = (week.replace_strict(before, return_dtype=pl.Int64, default=None) for week in (since, until))
    return (
        pairs.filter(since < until)
        .select("student_no", "class_no", "due_no", "due_week", teaching_no=pl.int_ranges(first_no, end_no))
        .explode("teaching_no")
        .drop_nulls("teaching_no")
        .join(weeks, on="teaching_no")
        .group_by("student_no", "class_no", "due_no", "due_week", "week")
        .agg(missed=pl.len().cast(pl.Int64))
    )


def _without_unreadable(missing: pl.DataFrame, due: pl.DataFrame, unreadable: pl.DataFrame) -> pl.DataFrame:
    """``missing`` with due and due_weeks_since less the work of the student of which nothing can be told.

    A week of which nothing can be told at all neither extends nor ends a run.
    """
    if unreadable.is_empty():
        return missing
    key = ["student_no", "due_no", "week"]
    lost = (
        unreadable.join(due, on=["class_no", "due_no"])
        .filter(pl.col("unreadable") <= pl.col("week"))
        .group_by(key)
        .agg(lost=pl.len().cast(pl.Int64), due=pl.col("due").first())
    )
    empty = lost.filter(pl.col("lost") == pl.col("due")).select("student_no", "week", empty_no="due_no")
    since = (
        missing.select(key)
        .join(empty, on=["student_no", "week"])
        .filter(pl.col("empty_no") > pl.col("due_no"))
        .group_by(key)
        .agg(empty_weeks=pl.len().cast(pl.Int64))
    )
    return (
        missing.join(lost.drop("due"), on=key, how="left")
        .join(since, on=key, how="left")
        .with_columns(
            due=pl.col("due") - pl.col("lost").fill_null(0),
            due_weeks_since=pl.col("due_weeks_since") - pl.col("empty_weeks").fill_null(0),
        )
    )


def _due_weeks(items: pl.DataFrame, weeks: pl.DataFrame) -> pl.DataFrame:
    """class_no, due_no, week, due (pieces), due_weeks_since (teaching weeks with work due after it, up to week)."""
    return (
        items.drop_nulls("loaded")
        .join(weeks, how="cross")
        .filter(pl.col("loaded") <= pl.col("week"))
        .group_by("class_no", "due_no", "week")
        .agg(due=pl.len().cast(pl.Int64))
        .sort("class_no", "week", "due_no", descending=[False, False, True])
        .with_columns(due_weeks_since=pl.int_range(pl.len()).over("class_no", "week"))
    )


def work_milestones(work: Work) -> pl.DataFrame:
    """student_no, first_due, first_handed_in: weeks from which any work is due, and any due work is handed in.

    A hand-in that cannot be read counts for the latter: nobody is said to have handed in nothing because of it.
    """
    came = pl.min_horizontal("handed_in", "unreadable")
    return work.pairs.group_by("student_no").agg(
        first_due=pl.col("loaded").min(),
        first_handed_in=pl.max_horizontal("due_week", came).filter(came.is_not_null()).min(),
    )


def first_marks(work: Work, clean: CleanTables) -> pl.DataFrame:
    """class_no, first_mark: the week from which the class has any mark, of whomever, on work that is due."""
    return (
        clean.hand_ins.filter("handed_in")
        .drop_nulls("mark_pct")
        .join(work.items.select("item_no", "class_no", "due_week"), on="item_no")
        .group_by("class_no")
        .agg(first_mark=pl.max_horizontal("due_week", "known").min())
    )


def first_due(work: Work, kind: str) -> pl.DataFrame:
    """class_no, first_row: the first week in which the class has work of a kind due, loaded or not."""
    return work.items.filter(pl.col("kind") == kind).group_by("class_no").agg(first_row=pl.col("due_week").min())


def not_loaded(work: Work, roster: Roster) -> pl.DataFrame:
    """class_no, kind, subject_id, due_week, loaded of work without a row in the week it was due."""
    through = roster.classes.select("class_no", "through_week")
    return (
        work.items.join(through, on="class_no")
        .filter(pl.col("due_week") <= pl.col("through_week"))
        .filter(pl.col("loaded").is_null() | (pl.col("loaded") > pl.col("due_week")))
        .select("class_no", "kind", "subject_id", "due_week", "loaded")
    )
