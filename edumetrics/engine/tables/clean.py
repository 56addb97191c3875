"""The college's rows of the semester being scored, each with the week from which it is known, without the bad ones."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from edumetrics.engine.keys import distinct
from edumetrics.engine.policy import Policy
from edumetrics.engine.tables.quality import QualityReport, clipped, outside_percentage, sift
from edumetrics.engine.tables.roster import Roster, is_this_year, of_this_term, place, week_of

IN_HAND = ("submitted", "late", "graded")
_PASSED = {"P": True, "F": False}
ASSIGNMENT, QUIZ = "assignments", "quizzes"


@dataclass(frozen=True)
class CleanTables:
    """Rows that may be scored, by student_no and class_no. ``known`` is the week from which a row counts.

    attendance: student_no, class_no, subject_id, week, held, present.
    library: student_no, class_no, week, visits. library_unknown: student_no, week of bad rows.
    borrows: student_no, class_no, week.
    items: item_no (in the order of class, week, kind and work_id), kind (assignments/quizzes), class_no, work_id,
    subject_id, title, week (due or scheduled), max_marks.
    hand_ins: item_no, student_no, known, handed_in, mark_pct, quality_pct, plagiarism_pct.
    hand_ins_unreadable: item_no, student_no, unreadable: the week from which a bad row of the student is known.
    midterm, last_endterm: student_no, known, score_pct. exam_rows: student_no, known of every result of this semester.
    exam_results: student_no, subject_id, exam_type, last, known, score_pct, passed: every result, null scores too, of
    this semester and of the endterm before it (last); passed is null where the college does not say.
    absent: sources that the college declared absent.
    """

    attendance: pl.DataFrame
    library: pl.DataFrame
    library_unknown: pl.DataFrame
    borrows: pl.DataFrame
    items: pl.DataFrame
    hand_ins: pl.DataFrame
    hand_ins_unreadable: pl.DataFrame
    midterm: pl.DataFrame
    last_endterm: pl.DataFrame
    exam_rows: pl.DataFrame
    exam_results: pl.DataFrame
    absent: frozenset[str]
    report: QualityReport


def clean_tables(
    frames: dict[str, pl.DataFrame], absent: frozenset[str], roster: Roster, policy: Policy
) -> CleanTables:
    """Apply every rule to the tables (``sources.with_every_table``)."""
    report = QualityReport(policy.quality.examples, policy.quality.quarantine_share)
    _report_students(frames, report)
    visits, visits_unknown = _library(frames["library_visits"], roster, policy, report)
    assignments, assignment_rows, assignment_unknown = _assignments(frames, roster, policy, report)
    quizzes, quiz_rows, quiz_unknown = _quizzes(frames, roster, policy, report)
    items = (
        pl.concat([assignments, quizzes]).sort("class_no", "week", "kind", "work_id").with_row_index("item_no")
    ).with_columns(pl.col("item_no").cast(pl.Int64))
    exams = _exam_results(frames, roster, policy, report)
    attendance, attendance_bad = _attendance(frames["attendance"], roster, policy, report)
    if "attendance" not in absent:
        loaded = pl.concat([rows.select("class_no", "week") for rows in (attendance, attendance_bad)])
        _report_classes_without_attendance(loaded, roster, policy, report)
    return CleanTables(
        attendance=attendance,
        library=visits,
        library_unknown=visits_unknown,
        borrows=_borrows(frames["book_borrows"], roster, policy, report),
        items=items,
        hand_ins=_numbered(items, {ASSIGNMENT: assignment_rows, QUIZ: quiz_rows}),
        hand_ins_unreadable=_numbered(items, {ASSIGNMENT: assignment_unknown, QUIZ: quiz_unknown}),
        midterm=exams["midterm"],
        last_endterm=exams["last_endterm"],
        exam_rows=exams["rows"],
        exam_results=exams["results"],
        absent=absent,
        report=report,
    )


def _report_students(frames: dict[str, pl.DataFrame], report: QualityReport) -> None:
    students = frames["students"]
    classless = pl.col("class_id").is_null() | ~pl.col("class_id").is_in(frames["classes"]["class_id"].implode())
    report.add("students", "student_in_no_class", students.filter(classless), None, ["student_id"])
    again = students.unique().filter(pl.col("student_id").is_duplicated())
    report.add("students", "differing_duplicate", again, None, ["student_id"])


def _row_rules(week: str, weeks: int) -> dict[str, pl.Expr]:
    """The rules that every table of a student's rows has."""
    return {
        "unknown_student": pl.col("student_no").is_null(),
        "unknown_class": ~pl.col("known_class"),
        "week_outside_calendar": ~pl.col(week).is_between(1, weeks).fill_null(False),
    }


def _date_outside_week(day: str, week: str) -> pl.Expr:
    """Whether a date is not in the week that its row names; unknown first day or date: no."""
    return (week_of(pl.col(day), pl.col("first_day")) != pl.col(week)).fill_null(False)


def _attendance(
    rows: pl.DataFrame, roster: Roster, policy: Policy, report: QualityReport
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Good rows, and the bad ones."""
    weeks = policy.calendar.weeks
    counts = ("lectures_held", "present", "absent", "late")
    placed = of_this_term(place(rows, roster), "attendance", "week_date", "week", weeks, report).with_columns(
        attended=pl.coalesce("present", pl.col("lectures_held") - pl.col("absent"))
    )
    rules = _row_rules("week", weeks) | {
        "value_missing": pl.any_horizontal(
            pl.col(name).is_null() for name in ("lectures_held", "attended", "semester")
        ),
        "negative_count": pl.any_horizontal(pl.col(name) < 0 for name in (*counts, "attended")),
        "present_over_held": pl.col("attended") > pl.col("lectures_held"),
        "date_outside_week": _date_outside_week("week_date", "week"),
    }
    columns = ["student_id", "subject_id", "semester", "week", "week_date", "class_id", *counts, "attended"]
    columns += ["student_no", "class_no", "known_class", "first_day"]
    sifted = sift(
        placed.select(columns), "attendance", rules, report, key=["student_id", "subject_id", "week"], week="week"
    )
    good = sifted.good.select("student_no", "class_no", "subject_id", "week", held="lectures_held", present="attended")
    return good, sifted.bad


def _report_classes_without_attendance(
    loaded: pl.DataFrame, roster: Roster, policy: Policy, report: QualityReport
) -> None:
    """Count the class-weeks without a row (``loaded``: class_no, week) of the class: the source is not loaded yet."""
    weeks = pl.DataFrame({"week": policy.calendar.teaching_weeks}, schema={"week": pl.Int64})
    expected = roster.classes.join(weeks, how="cross").filter(pl.col("week") <= pl.col("through_week"))
    weeks_loaded = distinct(loaded, "class_no", "week")
    missing = expected.join(weeks_loaded, on=["class_no", "week"], how="anti")
    report.add("attendance", "no_row_of_the_class", missing, "week", ["class_id"])


def _library(
    rows: pl.DataFrame, roster: Roster, policy: Policy, report: QualityReport
) -> tuple[pl.DataFrame, pl.DataFrame]:
    weeks = policy.calendar.weeks
    # Several rows of a student in a week add up (section 1), so each row stands for itself.
    placed = of_this_term(place(rows, roster), "library_visits", "week_date", "week", weeks, report).with_row_index(
        "row"
    )
    rules = _row_rules("week", weeks) | {
        "value_missing": pl.col("physical_visits").is_null() | pl.col("semester").is_null(),
        "negative_count": pl.col("physical_visits") < 0,
        "date_outside_week": _date_outside_week("week_date", "week"),
    }
    sifted = sift(
        placed,
        "library_visits",
        rules,
        report,
        key=["student_id", "week", "row"],
        week="week",
        named=["student_id", "week"],
    )
    good = sifted.good.select("student_no", "class_no", "week", visits="physical_visits")
    return good, sifted.bad.select("student_no", "week").drop_nulls()


def _borrows(rows: pl.DataFrame, roster: Roster, policy: Policy, report: QualityReport) -> pl.DataFrame:
    weeks = policy.calendar.weeks
    placed = of_this_term(place(rows, roster), "book_borrows", "borrow_date", "borrow_week", weeks, report)
    rules = _row_rules("borrow_week", weeks) | {
        "value_missing": pl.col("semester").is_null(),
        "date_outside_week": _date_outside_week("borrow_date", "borrow_week"),
    }
    if placed["borrow_id"].null_count():
        placed = placed.with_columns(borrow_id=pl.coalesce("borrow_id", pl.int_range(pl.len()).cast(pl.String) + "?"))
    sifted = sift(placed, "book_borrows", rules, report, key=["borrow_id"], week="borrow_week")
    return sifted.good.select("student_no", "class_no", week="borrow_week")


def _definitions(
    rows: pl.DataFrame, table: str, id_column: str, week: str, roster: Roster, policy: Policy, report: QualityReport
) -> pl.DataFrame:
    """The work of the semester being scored: work_id, class_no, subject_id, title, week, max_marks, first_day."""
    placed = rows.join(
        roster.classes.select("class_id", "semester", "class_no", "first_day"), on=["class_id", "semester"], how="left"
    ).with_columns(known_class=pl.col("class_id").is_in(roster.known_classes.implode()).fill_null(False))
    rules = {
        "unknown_class": ~pl.col("known_class"),
        "week_outside_calendar": ~pl.col(week).is_between(1, policy.calendar.weeks).fill_null(False),
        "negative_count": pl.col("max_marks") < 0,
        "not_a_number": pl.col("max_marks").is_nan(),
    }
    placed = placed.filter(pl.col("class_no").is_not_null() | ~pl.col("known_class"))
    sifted = sift(placed, table, rules, report, key=[id_column], week=week)
    columns = ("class_no", "subject_id", "title", "max_marks", "first_day")
    return sifted.good.select(*columns, work_id=id_column, week=pl.col(week))


def _work_rows(
    rows: pl.DataFrame, id_column: str, day: str, defined: pl.DataFrame, all_ids: pl.Series, roster: Roster
) -> pl.DataFrame:
    """Rows of students being scored, joined to the work of their own class, with the week from which they are known.

    Undefined work stays, for the report.
    """
    students = roster.students.select("student_id", "student_no", home_no=pl.col("class_no"))
    terms = roster.classes.select(home_no=pl.col("class_no"), home_first_day=pl.col("first_day"))
    # Nothing says of which semester undefined work is; what came before this one was reported then.
    of_an_earlier_term = (pl.col(day).cast(pl.Date) < pl.col("home_first_day")).fill_null(False)
    work = defined.select("work_id", "week", "max_marks", "first_day", "class_no").rename({"work_id": id_column})
    return (
        rows.join(students, on="student_id", how="left", maintain_order="left")
        .join(terms, on="home_no", how="left", maintain_order="left")
        .join(work, on=id_column, how="left", maintain_order="left")
        .with_columns(
            known_class=pl.col("class_id").is_in(roster.known_classes.implode()).fill_null(False),
            defined=pl.col("week").is_not_null() | pl.col(id_column).is_in(all_ids.implode()),
        )
        .filter(
            pl.col("student_no").is_null()
            | (pl.col("home_no") == pl.col("class_no"))
            | (pl.col("home_no").is_not_null() & ~pl.col("defined") & ~of_an_earlier_term)
        )
        .drop("home_first_day")
        # Whether a row is known and what it is worth is asked of the student's own class.
        .with_columns(class_no=pl.coalesce("home_no", "class_no"), known=_known(day, "week"))
    )


def _work_rules(undefined: str) -> dict[str, pl.Expr]:
    return {
        "unknown_student": pl.col("student_no").is_null(),
        "unknown_class": ~pl.col("known_class"),
        undefined: ~pl.col("defined"),
        "negative_count": pl.col("marks_obtained") < 0,
        "marks_on_zero_max": pl.col("marks_obtained").is_not_null() & (pl.col("max_marks") == 0),
        # To Polars what is not a number is more than any number.
        "marks_over_max": (pl.col("max_marks") > 0)
        & (pl.col("marks_obtained") > pl.col("max_marks"))
        & ~pl.col("marks_obtained").is_nan(),
        "not_a_number": pl.col("marks_obtained").is_nan(),
    }


def _known(day: str, own_week: str) -> pl.Expr:
    """The week from which a row counts: its date's, else its own; never before week 0."""
    dated = week_of(pl.col(day), pl.col("first_day"))
    return pl.coalesce(dated, pl.col(own_week)).clip(lower_bound=0)


def _assignments(
    frames: dict[str, pl.DataFrame], roster: Roster, policy: Policy, report: QualityReport
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    definitions, rows = frames["assignment_definitions"], frames["assignment_submissions"]
    defined = _definitions(definitions, "assignment_definitions", "assignment_id", "due_week", roster, policy, report)
    placed = _work_rows(
        frames["assignment_submissions"],
        "assignment_id",
        "submission_date",
        defined,
        definitions["assignment_id"],
        roster,
    ).with_columns(
        clipped("quality_pct", pl.lit(100.0), policy.quality.clip),
        clipped("plagiarism_pct", pl.lit(100.0), policy.quality.clip),
        clipped("marks_obtained", pl.col("max_marks"), policy.quality.clip),
    )
    rules = _work_rules("undefined_assignment") | {
        "percentage_outside_0_100": outside_percentage("quality_pct") | outside_percentage("plagiarism_pct"),
        "unknown_status": pl.col("marks_obtained").is_null()
        & pl.col("status").is_not_null()
        & ~pl.col("status").is_in([*IN_HAND, "pending", "missing"]),
    }
    sifted = sift(placed, "assignment_submissions", rules, report, key=["assignment_id", "student_id"], week="week")
    rows = sifted.good.select(
        "student_no",
        work_id="assignment_id",
        known="known",
        handed_in=pl.col("status").is_in(IN_HAND).fill_null(False) | pl.col("marks_obtained").is_not_null(),
        mark_pct=100 * pl.col("marks_obtained") / pl.col("max_marks"),
        quality_pct="quality_pct",
        plagiarism_pct="plagiarism_pct",
    )
    return _work_items(defined, ASSIGNMENT), rows, _unknown_work(sifted.bad, "assignment_id")


def _quizzes(
    frames: dict[str, pl.DataFrame], roster: Roster, policy: Policy, report: QualityReport
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    definitions = frames["quiz_definitions"]
    defined = _definitions(definitions, "quiz_definitions", "quiz_id", "scheduled_week", roster, policy, report)
    placed = _work_rows(
        frames["quiz_submissions"], "quiz_id", "attempt_date", defined, definitions["quiz_id"], roster
    ).with_columns(
        clipped("score_pct", pl.lit(100.0), policy.quality.clip),
        clipped("marks_obtained", pl.col("max_marks"), policy.quality.clip),
    )
    rules = _work_rules("undefined_quiz") | {"percentage_outside_0_100": outside_percentage("score_pct")}
    sifted = sift(placed, "quiz_submissions", rules, report, key=["quiz_id", "student_id"], week="week")
    attempted = pl.col("attempted").fill_null(False)
    rows = sifted.good.select(
        "student_no",
        work_id="quiz_id",
        known="known",
        handed_in=attempted,
        mark_pct=pl.when(attempted).then(pl.col("score_pct")),
        quality_pct=pl.lit(None, pl.Float64),
        plagiarism_pct=pl.lit(None, pl.Float64),
    )
    return _work_items(defined, QUIZ), rows, _unknown_work(sifted.bad, "quiz_id")


def _work_items(defined: pl.DataFrame, kind: str) -> pl.DataFrame:
    columns = ("work_id", "class_no", "subject_id", "title", "week", "max_marks")
    return defined.drop_nulls("class_no").select(*columns, kind=pl.lit(kind))


def _unknown_work(bad: pl.DataFrame, id_column: str) -> pl.DataFrame:
    pairs = bad.select("student_no", "known", work_id=id_column).drop_nulls()
    return pairs.group_by("student_no", "work_id").agg(unreadable=pl.col("known").min())


def _numbered(items: pl.DataFrame, rows_by_kind: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The rows of both kinds of work, with item_no in place of work_id, which is one kind's own."""
    return pl.concat(
        [
            rows.join(items.filter(pl.col("kind") == kind).select("work_id", "item_no"), on="work_id").drop("work_id")
            for kind, rows in rows_by_kind.items()
        ],
        rechunk=True,
    )


def _exam_results(
    frames: dict[str, pl.DataFrame], roster: Roster, policy: Policy, report: QualityReport
) -> Mapping[str, pl.DataFrame]:
    """Midterm and rows: this semester's; last_endterm: of the semester before, known from week 0 if undated."""
    schedule = _exams(frames["exam_schedule"], policy, report)
    students = roster.students.select("student_id", "student_no", "class_no", home_class="class_id")
    terms = roster.classes.select("class_no", "first_day", term_semester=pl.col("semester"))
    exam = schedule.select(
        "schedule_id",
        "semester",
        "subject_id",
        "exam_type",
        "scheduled_week",
        scheduled_marks="max_marks",
        exam_class="class_id",
    )
    # Results of an exam that is itself wrong are not reported once more.
    dropped = frames["exam_schedule"].join(schedule, on="schedule_id", how="anti")
    placed = (
        frames["exam_results"]
        .join(dropped, on="schedule_id", how="anti")
        .join(students, on="student_id", how="left", maintain_order="left")
        .filter(pl.col("student_no").is_null() | pl.col("class_no").is_not_null())
        .join(terms, on="class_no", how="left", maintain_order="left")
        .join(exam, on="schedule_id", how="left", maintain_order="left")
        .filter(_wanted_exam())
        .with_columns(
            known_class=pl.col("class_id").is_in(roster.known_classes.implode()).fill_null(False),
            max_marks=pl.coalesce("max_marks", "scheduled_marks"),
        )
        .with_columns(
            clipped("score_pct", pl.lit(100.0), policy.quality.clip),
            clipped("marks_obtained", pl.col("max_marks"), policy.quality.clip),
            defined=pl.col("exam_type").is_not_null(),
        )
    )
    rules = _work_rules("undefined_exam") | {"percentage_outside_0_100": outside_percentage("score_pct")}
    good = sift(placed, "exam_results", rules, report, key=["schedule_id", "student_id"], week="scheduled_week").good
    last = pl.col("semester") < pl.col("term_semester")
    own_week = pl.when(last).then(0).otherwise(pl.col("scheduled_week"))
    results = good.select(
        "student_no",
        "subject_id",
        "score_pct",
        "exam_type",
        last=last,
        passed=pl.col("pass_fail").replace_strict(_PASSED, default=None, return_dtype=pl.Boolean),
        known=pl.coalesce(week_of(pl.col("result_date"), pl.col("first_day")), own_week).clip(lower_bound=0),
    )
    scored = results.drop_nulls("score_pct").select("student_no", "known", "score_pct", "exam_type", "last")
    return {
        "midterm": scored.filter(~pl.col("last") & (pl.col("exam_type") == "midterm")).drop("exam_type", "last"),
        "last_endterm": scored.filter(pl.col("last")).drop("exam_type", "last"),
        "rows": results.filter(~pl.col("last")).select("student_no", "known"),
        "results": results,
    }


def _exams(rows: pl.DataFrame, policy: Policy, report: QualityReport) -> pl.DataFrame:
    """The scheduled exams, one row for each schedule_id."""
    outside = ~pl.col("scheduled_week").is_between(1, policy.calendar.weeks).fill_null(False)
    report.add("exam_schedule", "week_outside_calendar", rows.filter(outside), "scheduled_week", ["schedule_id"])
    again = rows.unique().filter(pl.col("schedule_id").is_duplicated())
    report.add("exam_schedule", "differing_duplicate", again, None, ["schedule_id"])
    return rows.filter(~outside).unique("schedule_id", keep="first", maintain_order=True).drop_nulls("schedule_id")


def _wanted_exam() -> pl.Expr:
    """Exams of this semester, endterms of the one before; rows that cannot be placed stay, for the report.

    An exam of this semester is this year's as any row is: by its date, or undated by the class that it names.
    """
    of_class = pl.col("exam_class") == pl.col("home_class")
    this_year = is_this_year("result_date", "scheduled_week", of_class)
    this_semester = (pl.col("semester") == pl.col("term_semester")) & this_year
    last_endterm = (pl.col("semester") == pl.col("term_semester") - 1) & (pl.col("exam_type") == "endterm")
    return (this_semester | last_endterm | pl.col("student_no").is_null() | pl.col("exam_type").is_null()).fill_null(
        True
    )
