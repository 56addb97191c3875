"""From finished semesters to examples: what was known in the week of a prediction, and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from zlib import crc32

import polars as pl

from edumetrics.engine.policy import Policy
from edumetrics.engine.predictions import student_features as of_students
from edumetrics.engine.predictions import subject_features as of_subjects
from edumetrics.engine.predictions import watchlist_features as of_watchlist
from edumetrics.engine.predictions.examples import Examples
from edumetrics.engine.predictions.outcomes import (
    exam_results,
    last_endterms,
    over_subjects,
    semester_outcomes,
    year_of,
)
from edumetrics.engine.predictions.predictor import Kind
from edumetrics.engine.predictions.student_features import TERM_KEY
from edumetrics.engine.predictions.watchlist_features import highest_escalation, watchlist_features
from edumetrics.engine.predictions.weeks import (
    at_risk_weeks,
    endterm_weeks,
    failing_weeks,
    midterm_weeks,
    period,
)
from edumetrics.engine.tables.clean import CleanTables
from edumetrics.engine.tables.roster import Roster

KINDS: Mapping[str, Kind] = {
    "midterm_score": "score",
    "subject_fail": "probability",
    "endterm_score": "score",
    "endterm_fail": "probability",
    "watchlist": "probability",
    "at_risk": "probability",
}
"""What kind of predictor each output has (``codes.OUTPUTS``)."""

_FEATURES = {
    "midterm_score": of_students.FEATURES,
    "subject_fail": (*of_subjects.OF_STUDENT, *of_subjects.FEATURES),
    "endterm_score": of_students.FEATURES,
    "endterm_fail": of_students.FEATURES,
    "watchlist": of_watchlist.FEATURES,
    # The midterm is unknown to everybody before it, which would drive their predictions; the last exam is not.
    "at_risk": ("last_exam", *[name for name in of_students.FEATURES if name != "midterm"]),
}
_BASELINES = of_students.BASELINES


@dataclass(frozen=True)
class Terms:
    """What finished terms tell, of the rows that may become examples.

    students: ``student_features`` of the weeks of predictions, subjects: ``subject_features``, both thinned out. ends:
    ``student_features`` of the last teaching week. escalation, outcomes, endterms, midterms: one row a student
    (TERM_KEY). results: failed by subject.
    """

    students: pl.DataFrame
    subjects: pl.DataFrame
    ends: pl.DataFrame
    escalation: pl.DataFrame
    outcomes: pl.DataFrame
    endterms: pl.DataFrame
    midterms: pl.DataFrame
    results: pl.DataFrame

    @classmethod
    def together(cls, parts: "list[Terms]") -> "Terms":
        """All of them."""
        return cls(*(pl.concat([getattr(part, name) for part in parts]) for name in cls.__dataclass_fields__))


@dataclass(frozen=True)
class Thinning:
    """Which rows become examples, so that there are no more than can be learnt from; by the student's id, not chance.

    weeks: of the weeks of a prediction that is made every week, how many of each student. keep: every how manieth
    student and subject.
    """

    weeks: int
    keep: int

    @classmethod
    def for_students(cls, students: int, policy: Policy) -> "Thinning":
        """For so many students, counted once a term."""
        most = policy.predictions.max_examples
        subjects = 5
        weeks = max(1, min(len(at_risk_weeks(policy)), most // max(1, students)))
        return cls(weeks, max(1, -(-students * subjects // most)))


@dataclass(frozen=True)
class WholeTerms:
    """Finished terms as they were scored: metrics and flags as the analysis tables name them, and their rows."""

    metrics: pl.DataFrame
    flags: pl.DataFrame
    clean: CleanTables
    roster: Roster


def term_data(
    whole: WholeTerms, taught: pl.DataFrame, pass_rates: pl.DataFrame, thinning: Thinning, policy: Policy
) -> Terms:
    """What finished terms tell. ``taught``, ``pass_rates``: as ``subject_features`` wants them."""
    results = exam_results(whole.clean, whole.roster, policy)
    features = of_students.student_features(
        whole.metrics, whole.flags, last_endterms(whole.clean, whole.roster), policy
    )
    calendar = policy.calendar
    always = [*midterm_weeks(calendar), *endterm_weeks(calendar)]
    failing = features.filter(_in_turn(features, failing_weeks(calendar), 1))
    subjects = of_subjects.subject_features(failing, whole.clean, whole.roster, pass_rates, taught, policy)
    exams = over_subjects(results)
    return Terms(
        students=features.with_columns(is_sampled=_in_turn(features, at_risk_weeks(policy), thinning.weeks)).filter(
            pl.col("sem_week").is_in(always) | pl.col("is_sampled")
        ),
        subjects=_every(subjects, thinning.keep),
        ends=features.filter(pl.col("sem_week") == calendar.last_teaching_week),
        escalation=highest_escalation(whole.flags),
        outcomes=semester_outcomes(results, whole.metrics, policy),
        endterms=exams.filter(pl.col("exam_type") == "endterm"),
        midterms=exams.filter(pl.col("exam_type") == "midterm"),
        results=results.filter(pl.col("exam_type") == "endterm").select(*TERM_KEY, "subject_id", "failed"),
    )


def examples_of(
    output: str, terms: Terms, groups: pl.DataFrame, hard_subjects: pl.DataFrame, policy: Policy
) -> Examples:
    """The examples of one output (``codes.OUTPUTS``).

    ``groups``: student_id and the protected columns, as text; for audit only. ``hard_subjects``: as
    ``watchlist_features`` wants it.
    """
    rows = _ROWS[output](terms, hard_subjects, policy).sort(
        *TERM_KEY,
        *(["subject_id"] if output == "subject_fail" else []),
        *(["sem_week"] if output != "watchlist" else []),
    )
    rows = rows.with_columns(the_period=period())
    protected = [name for name in groups.columns if name != "student_id"]
    audit = rows.select("student_id").join(
        groups.rename({name: f"group {name}" for name in protected}), on="student_id", how="left", maintain_order="left"
    )
    return Examples(
        features=rows.select(_FEATURES[output]),
        target=rows["target"],
        person=rows["student_id"],
        period=rows["the_period"],
        baselines=rows.select(_BASELINES),
        cohort=rows["class_id"],
        audit=audit.select(pl.col(f"group {name}").alias(name) for name in protected),
    )


def _midterm_score(terms: Terms, hard_subjects: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    rows = terms.students.filter(pl.col("sem_week").is_in(midterm_weeks(policy.calendar)))
    came = terms.midterms.select(*TERM_KEY, target="actual").drop_nulls()
    return rows.join(came, on=TERM_KEY)


def _endterm_score(terms: Terms, hard_subjects: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    return terms.ends.join(terms.endterms.select(*TERM_KEY, target="actual").drop_nulls(), on=TERM_KEY)


def _endterm_fail(terms: Terms, hard_subjects: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    return terms.ends.join(terms.endterms.select(*TERM_KEY, target="failed").drop_nulls(), on=TERM_KEY)


def _subject_fail(terms: Terms, hard_subjects: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    came = terms.results.rename({"failed": "target"}).drop_nulls()
    return terms.subjects.join(came, on=[*TERM_KEY, "subject_id"])


def _at_risk(terms: Terms, hard_subjects: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    rows = terms.students.filter("is_sampled")
    return rows.join(terms.outcomes.select(*TERM_KEY, target="lost").drop_nulls(), on=TERM_KEY)


def _watchlist(terms: Terms, hard_subjects: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """What the semester before told of each student who has an outcome."""
    one_before = pl.col("semester") - 1
    came = terms.outcomes.select(*TERM_KEY, "class_id", target="lost").drop_nulls()
    targets = came.select(*TERM_KEY, "class_id", from_year=year_of(one_before), from_semester=one_before).filter(
        pl.col("from_semester") >= 1
    )
    before = terms.ends.select(from_year="academic_year", from_semester="semester", student_id="student_id").unique()
    targets = targets.join(before, on=["student_id", "from_year", "from_semester"], how="semi")
    rows = watchlist_features(terms.ends, terms.escalation, terms.endterms, targets, hard_subjects, policy)
    return rows.join(came.select(*TERM_KEY, "target"), on=TERM_KEY)


_ROWS = {
    "midterm_score": _midterm_score,
    "subject_fail": _subject_fail,
    "endterm_score": _endterm_score,
    "endterm_fail": _endterm_fail,
    "watchlist": _watchlist,
    "at_risk": _at_risk,
}


def _in_turn(features: pl.DataFrame, weeks: tuple[int, ...], count: int) -> pl.Series:
    """Whether a row is one of ``count`` weeks of its student, spread so that every week has its share."""
    place = features["sem_week"].replace_strict(
        {week: number for number, week in enumerate(weeks)}, default=None, return_dtype=pl.Int64
    )
    return ((place - _number(features, TERM_KEY)) % len(weeks) < count).fill_null(False)


def _every(rows: pl.DataFrame, keep: int) -> pl.DataFrame:
    return rows.filter(_number(rows, (*TERM_KEY, "subject_id")) % keep == 0)


def _number(rows: pl.DataFrame, key: tuple[str, ...]) -> pl.Series:
    """A number of each row's key that looks like chance, and is the same everywhere and always."""
    names = rows.select(pl.concat_str(key, separator="|")).to_series()
    return names.map_elements(lambda name: crc32(name.encode()), return_dtype=pl.Int64)
