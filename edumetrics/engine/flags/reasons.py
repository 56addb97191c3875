"""Why a student is flagged, in sentences an advisor can say aloud (scoring.md section 8)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import polars as pl

from edumetrics.engine.flags.words import counted, number, percent, sentence, whole
from edumetrics.engine.metrics.risk import SIGNALS, nothing_handed_in
from edumetrics.engine.metrics.rounding import COMPARABLE_DIGITS, PERCENTAGE_DIGITS, below, rounded
from edumetrics.engine.policy import Policy

MOST_REASONS = 4

Yardstick = Literal["own past", "class", "rule"]


@dataclass(frozen=True)
class Reason:
    """One reason as expressions over a flag's row.

    ``value`` is what was seen and ``baseline`` what it is held against, by ``yardstick``; ``weeks`` is how many
    teaching weeks the sentence speaks of. ``fires`` says for which rows the reason is given at all.
    """

    code: str
    fires: pl.Expr
    contribution: pl.Expr
    sentence: pl.Expr
    value: pl.Expr
    baseline: pl.Expr
    yardstick: Yardstick
    weeks: pl.Expr
    clears_when: pl.Expr


def reasons(flags: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """flag_no and reasons: a JSON list of up to 4 reasons, an override first, then the strongest contributions.

    ``flags``: rows of ``lists.listed`` with flag_no. Only a cannot-tell without any contribution has an empty list.
    """
    every = [_integrity(policy), _override(policy), *_signals(policy)]
    long = pl.concat([_rows_of(reason, flags, order) for order, reason in enumerate(every)])
    return json_lists(
        long.sort("flag_no", "rank", -pl.col("contribution").round(COMPARABLE_DIGITS), "order")
        .group_by("flag_no", maintain_order=True)
        .head(MOST_REASONS),
        flags,
        "reasons",
    )


def json_lists(long: pl.DataFrame, flags: pl.DataFrame, name: str) -> pl.DataFrame:
    """flag_no and ``name``: the JSON texts (column ``json``) of each flag as one JSON list, in their order."""
    lists = long.group_by("flag_no", maintain_order=True).agg(items=pl.col("json").str.join(","))
    return (
        flags.select("flag_no")
        .join(lists, on="flag_no", how="left", maintain_order="left")
        .select("flag_no", (pl.lit("[") + pl.col("items").fill_null("") + "]").alias(name))
    )


def contributions_json(flags: pl.DataFrame) -> pl.Series:
    """The contributions of each flag as a JSON object: signal -> points, unrounded, non-zero ones only."""
    points = [pl.col(f"contribution_{name}") for name in SIGNALS]
    entries = [
        pl.when(value > 0).then(pl.lit(f'"{name}":') + value.cast(pl.String))
        for name, value in zip(SIGNALS, points, strict=True)
    ]
    joined = pl.concat_str(entries, separator=",", ignore_nulls=True)
    return flags.select((pl.lit("{") + joined + "}").alias("contributions")).to_series()


def _rows_of(reason: Reason, flags: pl.DataFrame, order: int) -> pl.DataFrame:
    first = reason.code in ("integrity", "override")
    return flags.filter(reason.fires).select(
        "flag_no",
        rank=pl.lit(0 if first else 1, pl.Int8),
        order=pl.lit(order, pl.Int8),
        contribution=reason.contribution.cast(pl.Float64),
        json=pl.struct(
            pl.lit(reason.code).alias("code"),
            reason.sentence.alias("sentence"),
            rounded(reason.value.cast(pl.Float64), PERCENTAGE_DIGITS).alias("value"),
            rounded(reason.baseline.cast(pl.Float64), PERCENTAGE_DIGITS).alias("baseline"),
            pl.lit(reason.yardstick).alias("yardstick"),
            reason.weeks.cast(pl.Int64).alias("weeks"),
            reason.contribution.cast(pl.Float64).alias("contribution"),
            reason.clears_when.alias("clears_when"),
        ).struct.json_encode(),
    )


def _signals(policy: Policy) -> Iterable[Reason]:
    yield _low_performance(policy)
    yield _attendance_requirement(policy)
    yield _missed(
        "missed_assignments",
        "a",
        "assignment",
        "Has not handed in",
        "Clears when all assignments due in a week are handed in.",
    )
    yield _missed("missed_quizzes", "q", "quiz", "Has not taken", "Clears when all quizzes of a week are taken.")
    yield _low_effort()
    for measure, subject, unit in (
        ("performance", "Marks", "%"),
        ("effort", "Effort", ""),
        ("attendance", "Attendance", "%"),
    ):
        yield _drop(measure, subject, unit, policy)
    yield _persistence(policy)


def _by_contribution(code: str) -> dict[str, pl.Expr]:
    points = pl.col(f"contribution_{code}")
    return {"fires": points > 0, "contribution": points}


def _override(policy: Policy) -> Reason:
    required = policy.attendance.required_pct
    again = pl.when(below(pl.col("overall_att_pct"), required)).then(
        sentence("; ", percent(pl.col("overall_att_pct")), f" over the semester, below the {required:g}% rule.")
    )
    bound = policy.triage.override_attendance_pct
    return Reason(
        code="override",
        fires=pl.col("override"),
        contribution=pl.lit(0.0),
        sentence=sentence(
            "Attended ",
            number(pl.col("present")),
            " of ",
            counted(pl.col("held"), "lecture", "lectures"),
            " this week",
            again.otherwise(sentence(", after ", percent(pl.col("attendance_last_week")), " the week before.")),
        ),
        value=pl.col("weekly_att_pct"),
        baseline=pl.lit(bound),
        yardstick="rule",
        weeks=pl.lit(1),
        clears_when=pl.lit(f"Clears when more than {bound:g}% of a week's lectures are attended."),
    )


def _integrity(policy: Policy) -> Reason:
    bound, window = policy.triage.integrity_plagiarism_pct, policy.triage.integrity_window
    found = pl.col("integrity_plagiarism")
    return Reason(
        code="integrity",
        # With a level the flag says so in its own column, and the reasons speak of the level.
        fires=pl.col("integrity") & (pl.col("level") == 0),
        contribution=pl.lit(0.0),
        sentence=sentence(
            "A plagiarism check found ", percent(found), f" in work due in the last {window} teaching weeks."
        ),
        value=found,
        baseline=pl.lit(bound),
        yardstick="rule",
        weeks=pl.lit(window),
        clears_when=pl.lit(f"Clears when no work of the last {window} teaching weeks is above {bound:g}%."),
    )


def _low_performance(policy: Policy) -> Reason:
    average, window = pl.col("academic_performance"), len(policy.performance.week_weights)
    bound = policy.risk.low_performance_from
    unmarked = sentence(f"No marks in the last {window} teaching weeks; averaged ", percent(average), " before that.")
    marked = sentence("Averages ", percent(average), f" in work of the last {window} teaching weeks")
    median = pl.col("performance_median")
    beside = pl.when(median.is_not_null()).then(sentence("; the class median is ", percent(median), "."))
    return Reason(
        code="low_performance",
        **_by_contribution("low_performance"),
        sentence=pl.when(average.is_null() & nothing_handed_in())
        .then(pl.lit("Has handed in none of the work due so far, while the class already has marks."))
        .when(pl.col("performance_stale"))
        .then(unmarked)
        .otherwise(sentence(marked, beside.otherwise(pl.lit(".")))),
        value=average,
        baseline=pl.coalesce(median, pl.lit(bound)),
        yardstick="class",
        weeks=pl.lit(window),
        clears_when=pl.when(average.is_null())
        .then(pl.lit(f"Clears when work is handed in and averages {bound:g}%."))
        .otherwise(pl.lit(f"Clears when the average reaches {bound:g}%.")),
    )


def _attendance_requirement(policy: Policy) -> Reason:
    required = policy.attendance.required_pct
    needed, left, overall = pl.col("lectures_to_attend"), pl.col("lectures_remaining"), pl.col("overall_att_pct")
    start = policy.risk.attendance_share_from
    lost = sentence(
        f"{required:g}% can no longer be reached: ",
        counted(needed, "lecture", "lectures"),
        " needed, ",
        number(left),
        " left.",
    )
    must = sentence(
        "Must attend ",
        number(needed),
        " of the remaining ",
        counted(left, "lecture", "lectures"),
        f" to reach {required:g}%.",
    )
    return Reason(
        code="attendance_requirement",
        **_by_contribution("attendance_requirement"),
        sentence=pl.when("term_ended")
        .then(sentence("Ended the term at ", percent(overall), f", below the {required:g}% rule."))
        .when(needed > left)
        .then(lost)
        .otherwise(must),
        value=overall,
        baseline=pl.lit(required),
        yardstick="rule",
        weeks=pl.col("teaching_no") + 1,
        clears_when=pl.when("term_ended")
        .then(pl.lit("Does not clear: the term is over."))
        .otherwise(
            pl.lit(f"Clears when {100 * start:g}% or less of the remaining lectures is enough to reach {required:g}%.")
        ),
    )


def _missed(code: str, prefix: str, noun: str, verb: str, clears_when: str) -> Reason:
    missed, due, since = pl.col(f"{prefix}_run_missed"), pl.col(f"{prefix}_run_due"), pl.col(f"{prefix}_run_from")
    plural = "quizzes" if noun == "quiz" else f"{noun}s"
    when = pl.when(since == pl.col("week")).then(pl.lit("this week")).otherwise(sentence("since week ", number(since)))
    one = sentence(
        f"{verb} the {noun} due ",
        pl.when(since == pl.col("week")).then(pl.lit("this week")).otherwise(sentence("in week ", number(since))),
        ".",
    )
    all_of_them = sentence(f"{verb} any of the ", number(due), f" {plural} due ", when, ".")
    some = sentence(f"{verb} ", number(missed), " of the ", number(due), f" {plural} due ", when, ".")
    return Reason(
        code=code,
        **_by_contribution(code),
        sentence=pl.when(due == 1).then(one).when(missed == due).then(all_of_them).otherwise(some),
        value=missed,
        baseline=pl.lit(0),
        yardstick="rule",
        weeks=pl.col(f"{prefix}_run_weeks"),
        clears_when=pl.lit(clears_when),
    )


def _low_effort() -> Reason:
    score, median = pl.col("effort_score"), pl.col("effort_median")
    return Reason(
        code="low_effort",
        **_by_contribution("low_effort"),
        sentence=sentence("Effort is ", number(score), " of 100 this week; the class median is ", number(median), "."),
        value=score,
        baseline=median,
        yardstick="class",
        weeks=pl.lit(1),
        clears_when=pl.lit("Clears when effort reaches the class median."),
    )


def _drop(measure: str, subject: str, unit: str, policy: Policy) -> Reason:
    value = {"performance": "academic_performance", "effort": "effort_score", "attendance": "weekly_att_pct"}[measure]
    now, before, shift = pl.col(value), pl.col(f"{measure}_baseline"), pl.col(f"{measure}_shift")
    rule = getattr(policy.baseline, f"{measure}_drop")
    fell = whole(before) - whole(now)
    return Reason(
        code=f"{measure}_drop",
        **_by_contribution(f"{measure}_drop"),
        sentence=sentence(
            f"{subject} fell ",
            counted(fell, "point", "points"),
            ", from an average of ",
            number(before),
            f"{unit} in the {policy.baseline.weeks} teaching weeks before to ",
            number(now),
            f"{unit}; the class ",
            pl.when(whole(shift) > 0).then(sentence("fell ", number(shift), ".")).otherwise(pl.lit("did not fall.")),
        ),
        value=now,
        baseline=before,
        yardstick="own past",
        weeks=pl.lit(policy.baseline.weeks),
        clears_when=pl.lit(f"Clears when it is within {rule.points:g} points of the own average again."),
    )


def _persistence(policy: Policy) -> Reason:
    window = policy.risk.persistence_weeks
    times, in_a_row = pl.col("flagged_before"), pl.col("escalation_level")
    contact = pl.when(pl.col("last_contact").is_not_null()).then(
        sentence("; last contact in week ", number(pl.col("last_contact")), ".")
    )
    return Reason(
        code="persistence",
        **_by_contribution("persistence"),
        sentence=sentence(
            pl.when(in_a_row >= times)
            .then(sentence("Flagged ", counted(in_a_row, "week", "weeks"), " in a row before this one"))
            .otherwise(sentence("Flagged in ", number(times), f" of the last {window} teaching weeks")),
            contact.otherwise(pl.lit("; no contact logged yet.")),
        ),
        value=times,
        baseline=pl.lit(0),
        yardstick="own past",
        weeks=pl.lit(window),
        clears_when=pl.lit(f"Clears after {window} teaching weeks without a flag."),
    )
