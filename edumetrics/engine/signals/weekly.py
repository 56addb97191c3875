"""All signals of every student and week side by side."""

from dataclasses import dataclass

import polars as pl

from edumetrics.engine.arithmetic import quotient
from edumetrics.engine.keys import left_join
from edumetrics.engine.policy import Policy
from edumetrics.engine.signals.attendance import (
    attendance_so_far,
    classes_with_attendance,
    lectures_a_week,
    weekly_attendance,
)
from edumetrics.engine.signals.exams import mean_score_so_far
from edumetrics.engine.signals.library import book_borrows, library_visits
from edumetrics.engine.signals.roll import roll as roll_of
from edumetrics.engine.signals.roll import spans as spans_of
from edumetrics.engine.signals.roll import teaching_numbers
from edumetrics.engine.signals.sources import class_sources
from edumetrics.engine.signals.work import (
    Work,
    due_work,
    first_marks,
    missed_runs,
    not_loaded,
    work_by_lag,
    work_milestones,
)
from edumetrics.engine.tables.clean import ASSIGNMENT, QUIZ, CleanTables
from edumetrics.engine.tables.roster import Roster

# What analysis_db stores of a week under the name it has here: a published value that the source no longer gives
# is a late change.
PUBLISHED_SIGNALS = (
    "library_visits",
    "book_borrows",
    "assn_quality_pct",
    "assn_plagiarism_pct",
    "weekly_att_pct",
    "overall_att_pct",
    "quiz_attempt_rate",
    "assn_submit_rate",
    "quiz_avg_pct",
    "assn_avg_pct",
    "midterm_score_pct",
)

_TEACHING_ONLY = ("library_visits", "book_borrows")


@dataclass(frozen=True)
class WeeklySignals:
    """Signals as known at each week.

    students: who is on the roll, and when (``roll.spans``).
    all_weeks: one row for each student and week of the roll, with PUBLISHED_SIGNALS.
    weeks: those from the from_week of each class on, with all signals of section 1 and what the metrics need.
    lags: work due in this and the teaching weeks before, of weeks that are scored (``work.work_by_lag``).
    missed: for each kind of work the runs of missed weeks (``work.missed_runs``), of weeks that are scored.
    work: the work of the semester, item by item (``work.Work``).
    work_not_loaded: work without a row in its week (``work.not_loaded``).
    """

    students: pl.DataFrame
    all_weeks: pl.DataFrame
    weeks: pl.DataFrame
    work: Work
    lags: pl.DataFrame
    missed: dict[str, pl.DataFrame]
    work_not_loaded: pl.DataFrame


def weekly_signals(clean: CleanTables, roster: Roster, policy: Policy) -> WeeklySignals:
    """Compute every signal for every week 1..through_week of every class.

    What looks back over several weeks is computed for the weeks to score only, from the first from_week on: of a
    published week only the signals of the week itself are asked for (``PUBLISHED_SIGNALS``).
    """
    from_week = min(roster.classes["from_week"], default=1)
    students = spans_of(roster, clean, policy)
    roll = roll_of(students, roster, policy)
    work = due_work(clean, students, policy)
    lags = work_by_lag(work, from_week, policy)
    attendance = weekly_attendance(clean, policy)
    all_weeks = _of_students(clean, roll, attendance, lags)
    # Most of what else there is to know of a week is of its class; nobody asks for it in weeks that stay as they are.
    weeks = all_weeks.join(roster.classes.select("class_no", "from_week"), on="class_no", maintain_order="left").filter(
        pl.col("week") >= pl.col("from_week")
    )
    return WeeklySignals(
        students=students,
        all_weeks=all_weeks,
        weeks=_to_measure(weeks, clean, students, roll, attendance, work, policy),
        work=work,
        lags=lags.filter(pl.col("week") >= from_week),
        missed={kind: missed_runs(work, kind, roll, from_week, policy) for kind in (ASSIGNMENT, QUIZ)},
        work_not_loaded=not_loaded(work, roster),
    )


def _of_students(clean: CleanTables, roll: pl.DataFrame, attendance: pl.DataFrame, lags: pl.DataFrame) -> pl.DataFrame:
    """The roll with what is known of each student's week, side by side."""
    of_each_row = [
        attendance_so_far(attendance, roll),
        library_visits(clean, roll),
        book_borrows(clean, roll),
        mean_score_so_far(clean.midterm, roll, "midterm_score_pct"),
    ]
    weeks = pl.concat([roll, *of_each_row], how="horizontal")
    for frame in (attendance, _work_of_the_week(lags)):
        weeks = left_join(weeks, frame, "student_no", "week")
    return weeks.with_columns(
        weekly_att_pct=_percentage("present", "held"),
        overall_att_pct=_percentage("present_so_far", "held_so_far"),
        # An exam week carries attendance and the midterm only.
        **{name: pl.when(pl.col("teaching_no").is_not_null()).then(pl.col(name)) for name in _TEACHING_ONLY},
    )


def _to_measure(
    weeks: pl.DataFrame,
    clean: CleanTables,
    students: pl.DataFrame,
    roll: pl.DataFrame,
    attendance: pl.DataFrame,
    work: Work,
    policy: Policy,
) -> pl.DataFrame:
    """``weeks`` with what else the metrics need."""
    last_endterm = mean_score_so_far(clean.last_endterm, weeks, "last_endterm_pct")
    weeks = pl.concat([weeks, last_endterm], how="horizontal")
    weeks = left_join(weeks, _week_before(attendance, policy), "student_no", "teaching_no")
    by_class_week = [
        lectures_a_week(attendance, roll),
        classes_with_attendance(clean),
        class_sources(clean, work, weeks, policy),
    ]
    for frame in by_class_week:
        weeks = left_join(weeks, frame, "class_no", "week")
    return (
        weeks.join(work_milestones(work), on="student_no", how="left", maintain_order="left")
        .join(first_marks(work, clean), on="class_no", how="left", maintain_order="left")
        .join(
            students.select("student_no", "first_row_week", "join_is_known"),
            on="student_no",
            how="left",
            maintain_order="left",
        )
        .with_columns(is_unseen=~pl.col("join_is_known") & (pl.col("first_row_week") > pl.col("week")).fill_null(True))
    )


def _week_before(attendance: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """student_no, teaching_no, attendance_last_week: attendance (%) of the teaching week before."""
    return attendance.join(teaching_numbers(policy), on="week").select(
        "student_no", pl.col("teaching_no") + 1, attendance_last_week=_percentage("present", "held")
    )


def _percentage(part: str, whole: str) -> pl.Expr:
    return pl.when(pl.col(whole) > 0).then(quotient(100 * pl.col(part), pl.col(whole)))


def _work_of_the_week(lags: pl.DataFrame) -> pl.DataFrame:
    """Rates and means over the work due in the week itself."""
    return lags.filter(pl.col("lag") == 0).select(
        "student_no",
        "week",
        assn_submit_rate=_share("a_handed_in", "a_due"),
        quiz_attempt_rate=_share("q_handed_in", "q_due"),
        assn_quality_pct=_share("quality_sum", "quality_count"),
        assn_plagiarism_pct="plagiarism",
        assn_avg_pct="a_mark",
        quiz_avg_pct="q_mark",
    )


def _share(part: str, whole: str) -> pl.Expr:
    return pl.when(pl.col(whole) > 0).then(quotient(pl.col(part), pl.col(whole)))
