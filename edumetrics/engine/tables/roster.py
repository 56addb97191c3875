"""Who is in which class, in which semester, and when that semester began.

Inside the engine students and classes are small integers, numbered in the order of their ids:
``student_no`` and ``class_no``. A *term* is one class in one semester of one academic year.
"""

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from edumetrics.engine.calendar import DAYS_A_WEEK, term_of
from edumetrics.engine.keys import begins, kept
from edumetrics.engine.policy import Policy
from edumetrics.engine.tables.quality import QualityReport

HALF_A_YEAR = timedelta(days=182)

TERM_SCHEMA = pl.Schema(
    {
        "class_id": pl.String(),
        "academic_year": pl.Int64(),
        "semester": pl.Int64(),
        "from_week": pl.Int64(),
        "through_week": pl.Int64(),
    }
)


@dataclass(frozen=True)
class Roster:
    """The classes being scored and all known students.

    classes: class_no, class_id, academic_year, semester, from_week, through_week, first_day (null: unknown).
    students: student_no, student_id, class_no (null where the class is not being scored), class_id, joined_on,
    left_on, advisor (the key that capacity is shared by).
    known_classes: every class_id of the college, scored or not.
    """

    classes: pl.DataFrame
    students: pl.DataFrame
    known_classes: pl.Series


def build_roster(tables: dict[str, pl.DataFrame], terms: pl.DataFrame, policy: Policy) -> Roster:
    """Number students and classes and find each class's first day.

    ``tables``: every canonical table (``sources.with_every_table``).
    ``terms`` has one row a class (columns TERM_SCHEMA): the semester to score and its weeks.
    """
    classes = terms.sort("class_id").with_row_index("class_no").with_columns(pl.col("class_no").cast(pl.Int64))
    students = _number_students(tables, classes)
    first_days = _first_days(tables, classes, policy)
    return Roster(
        classes.join(first_days, on="class_no", how="left"),
        students,
        tables["classes"]["class_id"].drop_nulls(),
    )


def _number_students(tables: dict[str, pl.DataFrame], classes: pl.DataFrame) -> pl.DataFrame:
    students = one_row_each(tables["students"])
    for name in ("joined_on", "left_on"):
        if name not in students.columns:
            students = students.with_columns(pl.lit(None, pl.Date).alias(name))
    return (
        students.with_row_index("student_no")
        .with_columns(pl.col("student_no").cast(pl.Int64))
        .join(classes.select("class_id", "class_no"), on="class_id", how="left")
        .join(only_advisors(tables["advisors"]), on="class_id", how="left")
        .select(
            "student_no",
            "student_id",
            "class_no",
            "class_id",
            "joined_on",
            "left_on",
            advisor=advisor_key(),
        )
        .sort("student_no")
    )


def one_row_each(students: pl.DataFrame) -> pl.DataFrame:
    """Each student once, by id: in the first class by id, for one who is there twice."""
    rows = students.drop_nulls("student_id").sort("student_id", "class_id", nulls_last=True)
    return rows.unique("student_id", keep="first", maintain_order=True)


def advisor_key() -> pl.Expr:
    """What capacity is shared by: the student's advisor_id, else the class's only advisor, else the class.

    Students of one advisor share that advisor's time, in whichever class they are.
    """
    return pl.coalesce(
        "advisor:" + pl.col("advisor_id"), "advisor:" + pl.col("class_advisor_id"), "class:" + pl.col("class_id")
    )


def only_advisors(advisors: pl.DataFrame) -> pl.DataFrame:
    """class_id, class_advisor_id of the classes that have exactly one advisor."""
    return (
        advisors.drop_nulls(["class_id", "advisor_id"])
        .group_by("class_id")
        .agg(class_advisor_id=pl.col("advisor_id").first(), advisors=pl.col("advisor_id").n_unique())
        .filter(pl.col("advisors") == 1)
        .drop("advisors")
    )


def _first_days(tables: dict[str, pl.DataFrame], classes: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """class_no, first_day: the policy's, else what the dates of attendance and library rows say."""
    named = pl.DataFrame(
        [
            (class_no, policy.calendar.first_day(year, term_of(semester)))
            for class_no, year, semester in classes.select("class_no", "academic_year", "semester").iter_rows()
        ],
        schema={"class_no": pl.Int64(), "named": pl.Date()},
        orient="row",
    )
    seen = _first_days_seen(tables, classes, policy.calendar.weeks)
    return named.join(seen, on="class_no", how="left").select("class_no", first_day=pl.coalesce("named", "seen"))


def _first_days_seen(tables: dict[str, pl.DataFrame], classes: pl.DataFrame, weeks: int) -> pl.DataFrame:
    """class_no, seen: the earliest week_date - 7 * (week - 1) of the class's rows.

    Earliest among the dates of the seven days that most rows agree on, because one mistyped year
    must not move a whole class's calendar.
    """
    days = pl.concat([_implied_first_days(tables[name], classes, weeks) for name in ("attendance", "library_visits")])
    days = days.group_by("class_no", "day").agg(pl.col("rows").sum())
    within_a_week = (pl.col("day_of_row") - pl.col("day")).dt.total_days().is_between(0, DAYS_A_WEEK - 1)
    return (
        days.join(days.rename({"day": "day_of_row"}), on="class_no", suffix="_agreeing")
        .filter(within_a_week)
        .group_by("class_no", "day")
        .agg(pl.col("rows_agreeing").sum())
        .sort(["class_no", "rows_agreeing", "day"], descending=[False, True, False])
        .group_by("class_no", maintain_order=True)
        .agg(seen=pl.col("day").first())
    )


def _implied_first_days(table: pl.DataFrame, classes: pl.DataFrame, weeks: int) -> pl.DataFrame:
    """class_no, day, rows: the first days that the dated rows of one table imply."""
    key = ("class_id", "semester", "week", "week_date")
    # Rows mostly come class by class and week by week: to group runs of them takes a tenth of grouping the rows.
    dated = table.select(key).filter(pl.col("week_date").is_not_null() & pl.col("week").is_between(1, weeks))
    return (
        dated.with_row_index("row")
        .filter(begins(*key))
        .with_columns(rows=pl.col("row").shift(-1, fill_value=dated.height) - pl.col("row"))
        .group_by(key)
        .agg(pl.col("rows").sum())
        .join(classes.select("class_id", "class_no", "semester"), on=["class_id", "semester"])
        .select(
            "class_no",
            day=pl.col("week_date") - pl.duration(days=DAYS_A_WEEK * (pl.col("week") - 1)),
            rows=pl.col("rows").cast(pl.UInt32),
        )
    )


def week_of(day: pl.Expr, first_day: pl.Expr) -> pl.Expr:
    """The week of the semester a date lies in (below 1: before it); null where either is null."""
    return (day.cast(pl.Date) - first_day).dt.total_days().floordiv(DAYS_A_WEEK) + 1


def place(rows: pl.DataFrame, roster: Roster) -> pl.DataFrame:
    """Add student_no (null: unknown), class_no and first_day of the student's class, known_class, own_class.

    A row of an unknown student is one of the class that it names.

    Rows of students who are not being scored are left out; rows of unknown students stay, for the report.
    """
    terms = roster.classes.select("class_no", "first_day", term_semester=pl.col("semester"))
    students = roster.students.select("student_id", "student_no", "class_no", home_class=pl.col("class_id")).join(
        terms, on="class_no", how="left"
    )
    placed = rows.join(students, on="student_id", how="left", maintain_order="left")
    placed = kept(placed, pl.col("student_no").is_null() | pl.col("class_no").is_not_null())
    if placed["class_no"].null_count():
        named = roster.classes.select("class_id", named_no="class_no")
        placed = (
            placed.join(named, on="class_id", how="left", maintain_order="left")
            .with_columns(class_no=pl.coalesce("class_no", "named_no"))
            .drop("named_no")
        )
    return placed.with_columns(
        known_class=pl.col("class_id").is_in(roster.known_classes.implode()).fill_null(False),
        own_class=(pl.col("class_id") == pl.col("home_class")).fill_null(False),
    ).drop("home_class")


def is_this_year(day: str, week: str, of_class: pl.Expr) -> pl.Expr:
    """Whether a row is of this time through the semester: a repeater has rows of an earlier one.

    A dated row is this year's when the first day that it implies is within half a year of the class's; an undated one
    when it names the student's class (``of_class``).
    """
    implied = pl.col(day).cast(pl.Date) - pl.duration(days=DAYS_A_WEEK * (pl.col(week) - 1))
    return ((implied - pl.col("first_day")).abs() <= HALF_A_YEAR).fill_null(of_class)


def of_this_term(
    rows: pl.DataFrame, table: str, day: str, week: str, weeks: int, report: QualityReport
) -> pl.DataFrame:
    """Keep the placed rows of the semester being scored, and of this time through it.

    Rows of unknown students, classes, semesters and weeks stay, for the report, as do those dated later than the
    semester; those of an
    earlier year that name the student's class are only counted.
    """
    # Rows that name no known class come along from every semester; they are reported in their own.
    of_semester = (pl.col("semester") == pl.col("term_semester")).fill_null(False)
    to_report = (
        (~pl.col("known_class") & of_semester)
        | ~pl.col(week).is_between(1, weeks).fill_null(False)
        | pl.col("semester").is_null()
    )
    unknown = pl.col("student_no").is_null()
    this_year = is_this_year(day, week, pl.col("own_class"))
    dated_later = (pl.col(day).cast(pl.Date) > pl.col("first_day")).fill_null(False)
    is_kept = rows.select(unknown | to_report | (of_semester & (this_year | dated_later))).to_series()
    if is_kept.all():
        return rows
    earlier = rows.filter(~is_kept).filter(of_semester & pl.col("own_class"))
    report.add(table, "earlier_year", earlier, week, ["student_id", week])
    return rows.filter(is_kept)
