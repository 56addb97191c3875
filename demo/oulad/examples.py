"""Examples for predictors out of the Open University's files: what was known of each enrolment on a day, and its end.

Nearly everything is held against the student's own class (module presentation) on the same day, as ranks and
differences, so that what is learnt on one presentation holds on another with other work, other weeks and other
websites. Protected columns (gender, age band, disability, region, deprivation) stand in ``audit`` only.

``vle_days_14_28_42_56`` is not used: it has only people with one enrolment, also counting later ones, so whether a
student is in it tells the future (who fails often comes back).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from demo.oulad.load import LoadError, read_table
from edumetrics.engine.predictions.examples import Examples

CLASS = ["code_module", "code_presentation"]
ENROLMENT = [*CLASS, "id_student"]
AUDIT = ["gender", "age_band", "disability", "region", "imd_band"]
AT_RISK = ["Fail", "Withdrawn"]
TABLES = ("studentInfo", "studentRegistration", "assessments", "studentAssessment", "vle_stage_snapshots")
SITES = ("forumng", "homepage", "oucontent", "quiz", "resource", "subpage", "url")
NEVER = 9999
# These depend on a class's work and dates as much as on the student: what they taught of one misled on the next.
ABSOLUTE = [
    *("gone", "missed", "assignments_missed", "below_40", "missed_in_a_row", "days_since_work", "early"),
    *("last_score", "lowest_score", "mean_score", "late", "last_late", "early_score"),
]

EDUCATION = {
    "No Formal quals": 0,
    "Lower Than A Level": 1,
    "A Level or Equivalent": 2,
    "HE Qualification": 3,
    "Post Graduate Qualification": 4,
}
# All computer-marked work of BBB came in 2 to 6 days after its date: the date is no deadline.
DAYS_AFTER_DATE = pl.when(pl.col("assessment_type").eq("CMA") & pl.col("code_module").eq("BBB")).then(7).otherwise(0)


@dataclass(frozen=True)
class OpenUniversity:
    """The files as frames, under their own names and types."""

    students: pl.DataFrame
    registrations: pl.DataFrame
    assessments: pl.DataFrame
    submissions: pl.DataFrame
    stages: pl.DataFrame

    @classmethod
    def read(cls, folder: Path) -> "OpenUniversity":
        """From a folder of compressed CSV files. Raises LoadError that names what is missing."""
        if missing := [name for name in TABLES if not (folder / f"{name}.csv.gz").is_file()]:
            raise LoadError(f"{folder} has no {', '.join(f'{name}.csv.gz' for name in missing)}; put the files there.")
        return cls(*(read_table(folder / f"{name}.csv.gz") for name in TABLES))

    def stage_days(self) -> list[float]:
        """The days for which there are accesses to the virtual learning environment, in order."""
        return [float(day) for day in self.stages["approx_day"].unique().sort()]


def examples(university: OpenUniversity, day: float, presentations: Sequence[str]) -> Examples:
    """Everybody of these presentations who is registered on ``day``, with what was known at its end.

    The outcome is whether the enrolment ended in failing or withdrawing. The period is the order of presentations.
    """
    roll = on_roll(university, day, presentations)
    features = (
        roll.select(*ENROLMENT)
        .join(enrolment_features(roll), on=ENROLMENT)
        .join(work_features(university, roll, day), on=ENROLMENT, how="left")
        .join(access_features(university, roll, day), on=ENROLMENT, how="left")
        .sort(ENROLMENT)
    )
    roll = roll.sort(ENROLMENT)
    return Examples(
        features=features.drop(*ENROLMENT, *ABSOLUTE),
        target=roll["final_result"].is_in(AT_RISK),
        person=roll["id_student"],
        period=_period(roll["code_presentation"]),
        baselines=features.select(
            pl.col("mean_score").alias("mean mark so far"), pl.col("last_score").alias("last mark alone")
        ),
        audit=roll.select(pl.col(AUDIT).cast(pl.String)),
        cohort=roll["code_module"],
    )


def on_roll(university: OpenUniversity, day: float, presentations: Sequence[str]) -> pl.DataFrame:
    """Those registered on the day, with ``gone``: the share of the class that left."""
    students = university.students.filter(pl.col("code_presentation").is_in(list(presentations))).join(
        university.registrations, on=ENROLMENT
    )
    left, joined = pl.col("date_unregistration").fill_null(NEVER), pl.col("date_registration").fill_null(-1)
    begun = students.filter(left > 0, joined <= day)
    return begun.with_columns(gone=(left <= day).mean().over(CLASS)).filter(left > day)


def enrolment_features(roll: pl.DataFrame) -> pl.DataFrame:
    """What was known when the student joined, and how much of the class has left."""
    return roll.select(
        *ENROLMENT,
        "gone",
        previous_attempts=pl.col("num_of_prev_attempts").clip(0, 4),
        credits=pl.col("studied_credits").clip(30, 240),
        credits_rank=rank("studied_credits"),
        education=pl.col("highest_education").replace_strict(EDUCATION, default=None, return_dtype=pl.Float64),
        registered_day=pl.col("date_registration").clip(-200, 30),
        registered_rank=rank("date_registration"),
        modules_at_once=pl.len().over("id_student", "code_presentation"),
    )


def work_features(university: OpenUniversity, roll: pl.DataFrame, day: float) -> pl.DataFrame:
    """Work due by the day: handed in or not, when, and how it was marked, beside the class."""
    work = university.assessments.filter(pl.col("assessment_type") != "Exam", pl.col("date").is_not_null())
    work = work.with_columns(due=pl.col("date") + DAYS_AFTER_DATE)
    handed_in = university.submissions.filter(pl.col("date_submitted") <= day)
    each = (
        work.filter(pl.col("due") <= day)
        .join(roll.select(ENROLMENT), on=CLASS)
        .join(handed_in, on=["id_assessment", "id_student"], how="left")
        .with_columns(handed_in=pl.col("date_submitted").is_not_null())
        .with_columns(**_beside_the_class())
        .sort(*ENROLMENT, "due", "id_assessment")
    )
    early = (
        handed_in.join(work.filter(pl.col("due") > day), on="id_assessment")
        .group_by(ENROLMENT)
        .agg(early=pl.len(), early_score=pl.col("score").mean())
    )
    return (
        roll.select(ENROLMENT)
        .join(each.group_by(ENROLMENT).agg(**_of_all_work(day)), on=ENROLMENT, how="left")
        .join(early, on=ENROLMENT, how="left")
        .with_columns(early=pl.col("early").fill_null(0))
        .with_columns(
            early_rank=rank("early"),
            weighted_rank=rank("weighted"),
            weighted_beside=pl.col("weighted") - pl.col("weighted").mean().over(CLASS),
            mean_score_rank=rank("mean_score"),
            mean_score_beside=pl.col("mean_score") - pl.col("mean_score").mean().over(CLASS),
            late_rank=rank("late"),
        )
        .drop("weighted")
    )


def _beside_the_class() -> dict[str, pl.Expr]:
    """Of one piece of work: days late, the mark in deviations and as a rank, the share of the class that has it in."""
    score, work = pl.col("score"), "id_assessment"
    deviation = (score - score.mean().over(work)) / score.std().over(work).clip(5)
    return {
        "late": (pl.col("date_submitted") - pl.col("due")).clip(-30, 60),
        "deviation": deviation.clip(-4, 3),
        "mark_rank": ((score.rank("average") - 0.5) / score.count()).over(work),
        "others_in": pl.col("handed_in").mean().over(work),
    }


def _of_all_work(day: float) -> dict[str, pl.Expr]:
    """Of all work that was due. Weights count one more than they are, so that work of weight zero counts too."""
    score, handed_in = pl.col("score"), pl.col("handed_in")
    weight = pl.col("weight") + 1.0
    tutor_marked = pl.col("assessment_type") == "TMA"
    return {
        "handed_in_share": handed_in.mean(),
        "missed": (~handed_in).sum(),
        "missed_more_than_others": (pl.col("others_in") - handed_in).mean(),
        "assignments_missed": (tutor_marked & ~handed_in).sum(),
        "assignments_in_share": handed_in.filter(tutor_marked).mean(),
        "weighted_in_share": (weight * handed_in).sum() / weight.sum(),
        "weighted": (weight * score.fill_null(0)).sum() / weight.sum(),
        "mean_score": (weight * score).sum() / (weight * score.is_not_null()).sum(),
        "last_score": score.drop_nulls().last(),
        "lowest_score": score.min(),
        "below_40": (score < 40).sum(),
        "mean_deviation": pl.col("deviation").mean(),
        "lowest_deviation": pl.col("deviation").min(),
        "last_deviation": pl.col("deviation").drop_nulls().last(),
        "mean_mark_rank": pl.col("mark_rank").mean(),
        "last_in": handed_in.last(),
        "last_assignment_in": handed_in.filter(tutor_marked).last(),
        "missed_in_a_row": handed_in.reverse().cum_max().not_().sum(),
        "late": pl.col("late").mean(),
        "last_late": pl.col("late").drop_nulls().last(),
        "carried_over": pl.col("is_banked").max().fill_null(0),
        "days_since_work": int(day) - pl.col("date_submitted").max(),
    }


def access_features(university: OpenUniversity, roll: pl.DataFrame, day: float) -> pl.DataFrame:
    """Accesses to the virtual learning environment at the class's last stage by the day, and since the two before.

    FFF-2013J has no stage after day 122: there, later days look back to it. Without that a predictor which has not
    seen FFF-2013J would know nothing of accesses in it, and by its timid predictions calibrate all others too steeply.
    """
    stages = (
        university.stages.filter(pl.col("approx_day") <= day, pl.col("accesses_cum").is_not_null())
        .select(*CLASS, "approx_day")
        .unique()
        .with_columns(back=pl.col("approx_day").rank("dense", descending=True).over(CLASS))
    )
    if stages.is_empty():
        return roll.select(ENROLMENT)
    now = _at_stage(university, roll, stages, 1)
    found = now.select(
        *ENROLMENT,
        accesses_rank=rank("accesses_cum"),
        accesses_beside=_log_beside("accesses_cum"),
        sites_rank=rank("sites_accessed_cum"),
        sites_beside=_log_beside("sites_accessed_cum"),
        kinds_of_site=pl.sum_horizontal(pl.col("^acc_.*$") > 0)
        - pl.sum_horizontal(pl.col("^acc_.*$") > 0).mean().over(CLASS),
        **{
            f"{site}_rank": pl.when(pl.col(f"acc_{site}").sum().over(CLASS) > 0).then(rank(f"acc_{site}"))
            for site in SITES
        },
    )
    for back, name in ((2, "lately"), (3, "of_late")):
        if back in stages["back"]:
            found = found.join(_since(now, _at_stage(university, roll, stages, back), name), on=ENROLMENT)
    return found


def _at_stage(university: OpenUniversity, roll: pl.DataFrame, stages: pl.DataFrame, back: int) -> pl.DataFrame:
    """Accesses so far at the ``back``-th stage of each class counted back from the day; 0 for who has none.

    ``stages``: CLASS, approx_day, back. Null for a class that has no such stage.
    """
    here = stages.filter(pl.col("back") == back).drop("back")
    there = university.stages.join(here, on=[*CLASS, "approx_day"]).drop("stage_pct", "approx_day")
    counts = pl.col([name for name in there.columns if name not in ENROLMENT])
    return (
        roll.select(ENROLMENT)
        .join(there, on=ENROLMENT, how="left")
        .join(here.select(*CLASS, recorded=pl.lit(True)), on=CLASS, how="left")
        .with_columns(pl.when("recorded").then(counts.fill_null(0)))
        .drop("recorded")
    )


def _since(now: pl.DataFrame, before: pl.DataFrame, name: str) -> pl.DataFrame:
    earlier = before.select(*ENROLMENT, accesses_before="accesses_cum", sites_before="sites_accessed_cum")
    grown = now.join(earlier, on=ENROLMENT).with_columns(
        accesses=pl.col("accesses_cum") - pl.col("accesses_before"),
        sites=pl.col("sites_accessed_cum") - pl.col("sites_before"),
    )
    share = pl.col("accesses") / (pl.col("accesses_cum") + 5)
    return grown.select(
        *ENROLMENT,
        rank("accesses").alias(f"accesses_{name}_rank"),
        _log_beside("accesses").alias(f"accesses_{name}_beside"),
        rank("sites").alias(f"sites_{name}_rank"),
        pl.col("accesses").eq(0).alias(f"no_access_{name}"),
        (share - share.mean().over(CLASS)).alias(f"share_of_accesses_{name}_beside"),
    )


def rank(column: str) -> pl.Expr:
    """The rank within the class, from 0 (lowest) to 1; ties share their mean, null stays null."""
    value = pl.col(column)
    return ((value.rank("average") - 0.5) / value.count()).over(CLASS)


def _log_beside(column: str) -> pl.Expr:
    """The logarithm less the class's mean of it, so that twice as many counts the same in every class."""
    value = (pl.col(column) + 1).log()
    return value - value.mean().over(CLASS)


def _period(presentation: pl.Series) -> pl.Series:
    """2013B is 4026, 2013J 4027, 2014B 4028: in order of time."""
    year = presentation.str.head(4).cast(pl.Int64)
    return (2 * year + (presentation.str.tail(1) == "J").cast(pl.Int64)).alias("period")
