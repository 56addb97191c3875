"""What goes well, what is missing, and the flag in one line."""

from dataclasses import dataclass

import polars as pl

from edumetrics.engine.arithmetic import added
from edumetrics.engine.flags.codes import MISSING
from edumetrics.engine.flags.reasons import json_lists
from edumetrics.engine.flags.words import counted, number, percent, sentence
from edumetrics.engine.metrics.rounding import PERCENTAGE_DIGITS, at_least, at_most, rounded
from edumetrics.engine.policy import Policy

MOST_STRENGTHS = 2

# From where on something is worth praise; for the eye only, no score reads them.
_GOOD_ATTENDANCE = 85
_GOOD_MARKS = 70
_ALL_WORK = 2
_LIBRARY_VISITS = 3


@dataclass(frozen=True)
class Strength:
    """One strength as expressions over a flag's row."""

    code: str
    fires: pl.Expr
    sentence: pl.Expr
    value: pl.Expr


def strengths(flags: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """flag_no and strengths: a JSON list of up to two (code, sentence, value)."""
    long = pl.concat(
        flags.filter(strength.fires).select(
            "flag_no",
            order=pl.lit(order, pl.Int8),
            json=pl.struct(
                pl.lit(strength.code).alias("code"),
                strength.sentence.alias("sentence"),
                rounded(strength.value.cast(pl.Float64), PERCENTAGE_DIGITS).alias("value"),
            ).struct.json_encode(),
        )
        for order, strength in enumerate(_strengths(policy))
    )
    chosen = long.sort("flag_no", "order").group_by("flag_no", maintain_order=True).head(MOST_STRENGTHS)
    return json_lists(chosen, flags, "strengths")


def _strengths(policy: Policy) -> list[Strength]:
    overall, weekly = pl.col("overall_att_pct"), pl.col("weekly_att_pct")
    marks, due = pl.col("academic_performance"), pl.col("window_due")
    window = policy.effort.work_window
    good = max(_GOOD_ATTENDANCE, policy.attendance.required_pct)
    return [
        Strength(
            "marks_rising",
            at_least(-pl.col("performance_own_drop"), policy.baseline.performance_drop.points),
            sentence(
                "Marks rose from an average of ", percent(pl.col("performance_baseline")), " to ", percent(marks), "."
            ),
            marks,
        ),
        Strength(
            "attendance_rising",
            at_least(-pl.col("attendance_own_drop"), policy.baseline.attendance_drop.points),
            sentence(
                "Attendance rose from an average of ",
                percent(pl.col("attendance_baseline")),
                " to ",
                percent(weekly),
                ".",
            ),
            weekly,
        ),
        Strength(
            "all_work_in",
            (due >= _ALL_WORK) & (pl.col("window_handed_in") == due),
            sentence("Has handed in all ", number(due), f" pieces of work due in the last {window} teaching weeks."),
            due,
        ),
        Strength(
            "good_marks",
            ~pl.col("performance_stale") & at_least(marks, _GOOD_MARKS),
            sentence("Averages ", percent(marks), " in recent work."),
            marks,
        ),
        Strength(
            "full_attendance",
            at_least(weekly, 100),
            sentence("Attended all ", counted(pl.col("held"), "lecture", "lectures"), " of this week."),
            weekly,
        ),
        Strength(
            "good_attendance",
            at_least(overall, good),
            sentence("Has attended ", percent(overall), " of the semester's lectures."),
            overall,
        ),
        Strength(
            "library_visits",
            pl.col("library_visits") >= _LIBRARY_VISITS,
            sentence("Was in the library ", counted(pl.col("library_visits"), "time", "times"), " this week."),
            pl.col("library_visits"),
        ),
    ]


def missing_list(missing: pl.DataFrame, flags: pl.DataFrame) -> pl.DataFrame:
    """flag_no and missing: a JSON list of what is missing (code, source, sentence)."""
    said = pl.col("code").replace_strict(
        {code: f"{text[0].upper()}{text[1:]}." for code, text in MISSING.items()}, return_dtype=pl.String
    )
    source = pl.when(pl.col("source").is_not_null()).then(
        sentence("Too many of this week's rows of ", pl.col("source"), " are wrong in the college's data.")
    )
    long = (
        missing.join(flags.select("flag_no", "student_no", "week"), on=["student_no", "week"])
        .sort("flag_no", "code", "source")
        .select(
            "flag_no", json=pl.struct("code", "source", source.otherwise(said).alias("sentence")).struct.json_encode()
        )
    )
    return json_lists(long, flags, "missing")


_THEMES = {
    "attendance": ("attendance_requirement", "attendance_drop"),
    "missed work": ("missed_assignments", "missed_quizzes"),
    "marks": ("low_performance", "performance_drop"),
    "effort": ("low_effort", "effort_drop"),
    "weeks of flags before": ("persistence",),
}


def diagnosis(flags: pl.DataFrame) -> pl.Series:
    """One line for each flag: which theme carries the score, and which comes next."""
    points = {name: added(pl.col(f"contribution_{one}") for one in codes) for name, codes in _THEMES.items()}
    themed = flags.select("flag_no", **points).unpivot(index="flag_no", variable_name="theme", value_name="points")
    ordered = themed.filter(pl.col("points") > 0).sort(["flag_no", "points", "theme"], descending=[False, True, False])
    pairs = ordered.group_by("flag_no", maintain_order=True).agg(
        total=pl.col("points").sum(),
        first=pl.col("theme").first(),
        first_points=pl.col("points").first(),
        second=pl.col("theme").get(1, null_on_oob=True),
        second_points=pl.col("points").get(1, null_on_oob=True),
    )
    # A second theme is worth a word from a quarter of the score.
    next_theme = pl.when(~at_most(pl.col("second_points"), pl.col("total") / 4)).then(
        sentence(", then ", pl.col("second"), " (", number(pl.col("second_points")), ")")
    )
    mainly = sentence(
        "Mainly ",
        pl.col("first"),
        " (",
        number(pl.col("first_points")),
        " of ",
        counted(pl.col("total"), "point", "points"),
        ")",
        next_theme.otherwise(pl.lit("")),
        ".",
    )
    rows = flags.join(pairs.select("flag_no", mainly=mainly), on="flag_no", how="left", maintain_order="left")
    return rows.select(
        diagnosis=pl.when(pl.col("level") > 0)
        .then(pl.coalesce("mainly", pl.lit("Attendance of the week.")))
        .when("integrity")
        .then(pl.lit("Plagiarism in recent work: a separate conversation."))
        .otherwise(pl.lit("Cannot tell: data is missing."))
    ).to_series()
