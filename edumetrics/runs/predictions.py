"""What a shard predicts and compares, beside scoring it (docs/reference/predictions.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import polars as pl
from django.db import connections

from edumetrics.analysis_db.load_predictions import (
    frozen_p_at_risk,
    no_predictions,
    predictions_of_exams,
    published_weeks,
    whole_terms,
)
from edumetrics.analysis_db.store_predictions import P_AT_RISK, Predictions
from edumetrics.college_db.read import CollegeReader
from edumetrics.engine.errors import ArtefactError
from edumetrics.engine.history import METRICS_SCHEMA, History
from edumetrics.engine.policy import Policy
from edumetrics.engine.predictions import outputs, rule_of_thumb
from edumetrics.engine.predictions.outcomes import exam_results, last_endterms, over_subjects, year_of
from edumetrics.engine.predictions.outputs import KEY, Predictors, Promoted
from edumetrics.engine.predictions.post_exam import as_predicted, post_exam
from edumetrics.engine.predictions.student_features import TERM_KEY, student_features
from edumetrics.engine.predictions.subject_features import past_pass_rates, subject_features, subjects_so_far
from edumetrics.engine.predictions.watchlist_features import highest_escalation, watchlist_features
from edumetrics.engine.predictions.weeks import (
    at_risk_weeks,
    endterm_weeks,
    failing_weeks,
    midterm_weeks,
    period,
    period_of,
)
from edumetrics.engine.semester import Scored

LAST_SEMESTER = 8
DIFFICULTY_SCHEMA = pl.Schema(
    {
        "subject_id": pl.String(),
        "academic_year": pl.Int64(),
        "semester": pl.Int64(),
        "total_students": pl.Int64(),
        "students_passed": pl.Int64(),
    }
)

NOTHING_TAUGHT = pl.DataFrame(schema={"class_id": pl.String, "semester": pl.Int64, "subject_id": pl.String})


@dataclass(frozen=True)
class InUse:
    """A promoted model: its output, version, the hash of its artefact, and the latest period it learnt from."""

    output: str
    version: str
    sha256: str
    last_period: int


@dataclass(frozen=True)
class Predicting:
    """What all shards of a run share for predicting.

    difficulty (DIFFICULTY_SCHEMA): who passed what in earlier years. repeats_current: whether predictions of the
    current week are made anew where it is published already (``run_weekly``).
    """

    models: tuple[InUse, ...]
    difficulty: pl.DataFrame
    repeats_current: bool


def models_in_use() -> tuple[InUse, ...]:
    """The promoted models, by output."""
    # Not above, because a worker process imports this module before its apps are ready.
    from edumetrics.analysis_db.models import ModelCard

    cards = ModelCard.objects.filter(promoted__isnull=False, retired__isnull=True).order_by("output")
    found = tuple(
        InUse(
            card.output,
            card.version,
            card.artefact_sha256,
            period_of(card.last_academic_year, "even" if card.last_term == "even" else "odd"),
        )
        for card in cards
    )
    connections["default"].close()
    return found


def predictors(models: tuple[InUse, ...]) -> dict[str, Promoted]:
    """The predictors by output. Raises ArtefactError where a stored one is not what its card says."""
    return {one.output: Promoted(one.version, load_predictor(one.sha256), one.last_period) for one in models}


@lru_cache(maxsize=16)
def load_predictor(sha256: str) -> Any:
    """The predictor whose artefact has this hash, once a process."""
    # It brings NumPy, a tenth of a worker's start, where there is no predictor.
    from edumetrics.engine.predictions.artefact import from_bytes

    # Past the models of Django, since the apps of a worker process are never made ready.
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT content FROM model_artefact WHERE sha256 = %s", [sha256])
        found = cursor.fetchone()
    connections["default"].close()
    if found is None:
        raise ArtefactError(
            f"The predictor {sha256[:12]} is not stored. Train again, or promote an earlier one that is."
        )
    return from_bytes(bytes(found[0]), sha256)


def read_taught(college: CollegeReader, classes: pl.Series) -> pl.DataFrame:
    """class_id, semester, subject_id: what each of the classes is taught, in every semester that is told of."""
    if not (college.has("class_subjects") and college.has("subjects")):
        return NOTHING_TAUGHT
    semesters = college.table("subjects").select("subject_id", "semester").drop_nulls().unique("subject_id")
    return (
        college.table("class_subjects")
        .select("class_id", "subject_id")
        .filter(pl.col("class_id").is_in(classes.implode()))
        .join(semesters, on="subject_id")
        .select("class_id", "semester", "subject_id")
        .unique()
        .sort("class_id", "semester", "subject_id")
    )


@dataclass(frozen=True)
class Before:
    """The semester before: its metrics and flags (history's schemas), to predict the coming one from."""

    metrics: pl.DataFrame
    flags: pl.DataFrame


class ShardPredictions:
    """Makes the predictions of one shard.

    ``settings``: of the analysis database. ``terms``: ``roster.TERM_SCHEMA``. ``taught``: ``read_taught``.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        predicting: Predicting,
        terms: pl.DataFrame,
        scored: Scored,
        history: History,
        policy: Policy,
    ) -> None:
        self._settings = settings
        self._predicting = predicting
        self._scored = scored
        self._history = history
        self._policy = policy
        self._terms = self._with_predict_from(terms)
        self._students = scored.roster.students.drop_nulls("class_no").select("student_id", "class_id")
        # Imports what the predictors need, seconds, and only where there are any.
        self._predictors: Predictors = predictors(predicting.models)

    def make(self, taught: pl.DataFrame, before: "Before | None") -> Predictions:
        """Everything due in the weeks from predict_from on. ``before``: ``wants_before`` scored, if it did."""
        rows: dict[str, pl.DataFrame] = {}
        features = self._features()
        at_risk = self._p_at_risk(features)
        told = at_risk.drop_nulls("drivers")
        if not told.is_empty():
            rows["at_risk_drivers"] = told.select(
                *KEY, "class_id", "p_at_risk", "drivers", model_version="p_at_risk_version"
            )
        for table, weeks, make in (
            ("pre_mid_term", midterm_weeks(self._policy.calendar), outputs.pre_mid_term),
            ("pre_end_term", endterm_weeks(self._policy.calendar), outputs.pre_end_term),
        ):
            if self._has_due(weeks):
                rows[table] = make(features, self._predictors, self._policy)
        if self._has_due(failing_weeks(self._policy.calendar)):
            rows["risk_of_failing_prediction"] = self._failing(features, taught)
        watchlist = self._watchlists(taught, before)
        if watchlist is not None:
            rows["pre_sem_watchlist"] = watchlist
        compared = self._post_exams(rows)
        if compared is not None:
            rows["post_exam_analysis"] = compared
        return Predictions(
            self._terms.select("class_id", "academic_year", "semester", "predict_from"),
            self._with_frozen(at_risk),
            rows,
        )

    def needs_taught(self) -> bool:
        """Whether ``make`` looks at what the classes are taught."""
        weeks = (*failing_weeks(self._policy.calendar), 1, self._policy.calendar.weeks)
        return self._has_due(weeks)

    def wants_before(self) -> pl.DataFrame:
        """The terms before (``roster.TERM_SCHEMA``) that are not published, where a model could use them in week 1."""
        promoted = self._predicting_watchlist()
        begin = self._beginning()
        if promoted is None or begin.is_empty():
            return self._terms.clear().select("class_id", "academic_year", "semester", "from_week", "through_week")
        begin = begin.filter(period() > promoted.last_period)
        published = self._published_before(begin).metrics["student_id"].unique()
        has_some = self._students.filter(pl.col("student_id").is_in(published.implode()))["class_id"].unique()
        before = pl.col("semester") - 1
        return begin.filter(~pl.col("class_id").is_in(has_some.implode())).select(
            "class_id",
            academic_year=year_of(before),
            semester=before,
            from_week=pl.lit(1, pl.Int64),
            through_week=pl.lit(self._policy.calendar.weeks, pl.Int64),
        )

    # What there is to predict from

    def _with_predict_from(self, terms: pl.DataFrame) -> pl.DataFrame:
        """The terms with predict_from: the first week whose predictions are not frozen."""
        done = published_weeks(self._settings, terms["class_id"]).rename({"sem_week": "done"})
        week = pl.col("done").fill_null(0) + 1
        if self._predicting.repeats_current:
            week = pl.min_horizontal(week, "through_week")
        return terms.join(
            done, on=["class_id", "academic_year", "semester"], how="left", maintain_order="left"
        ).with_columns(predict_from=pl.max_horizontal(week, "from_week"))

    @cached_property
    def _metrics(self) -> pl.DataFrame:
        """Every week of the terms up to through_week, as published, with class_id."""
        own = self._terms.select("class_id", "academic_year", "semester", "from_week")
        earlier = (
            self._history.metrics.join(self._students, on="student_id")
            .join(own, on=["class_id", "academic_year", "semester"])
            .filter(pl.col("sem_week") < pl.col("from_week"))
            .drop("from_week")
        )
        return pl.concat([earlier, self._scored.results.metrics], how="diagonal")

    def _all_flags(self) -> pl.DataFrame:
        columns = [*KEY, "risk_level", "escalation_level"]
        return pl.concat([self._history.flags.select(columns), self._scored.results.flags.select(columns)]).unique(
            KEY, keep="last", maintain_order=True
        )

    def _features(self) -> pl.DataFrame:
        """``student_features`` of the weeks from predict_from on; none where nothing is predicted.

        Without a predictor those of them that the rule of thumb looks at.
        """
        weeks = {*midterm_weeks(self._policy.calendar), *endterm_weeks(self._policy.calendar)}
        weeks |= {*failing_weeks(self._policy.calendar)}
        if "at_risk" in self._predictors:
            weeks |= {*at_risk_weeks(self._policy)}
        is_due = pl.col("sem_week").is_in(sorted(weeks))
        if not self._predictors:
            return rule_of_thumb.week_features(self._due(self._scored.results.metrics).filter(is_due))
        metrics = self._metrics if self._has_due(tuple(weeks)) else self._metrics.clear()
        endterms = last_endterms(self._scored.clean, self._scored.roster)
        features = student_features(metrics, self._all_flags(), endterms, self._policy)
        return self._due(features).filter(is_due)

    def _due(self, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows of weeks from predict_from on."""
        terms = self._terms.select("class_id", "academic_year", "semester", "predict_from")
        return (
            rows.join(terms, on=["class_id", "academic_year", "semester"], maintain_order="left")
            .filter(pl.col("sem_week") >= pl.col("predict_from"))
            .drop("predict_from")
        )

    def _has_due(self, weeks: tuple[int, ...]) -> bool:
        return any(
            first <= week <= last
            for first, last in self._terms.select("predict_from", "through_week").iter_rows()
            for week in weeks
        )

    # The outputs

    def _p_at_risk(self, features: pl.DataFrame) -> pl.DataFrame:
        return outputs.p_at_risk(self._due(self._scored.results.metrics), features, self._predictors, self._policy)

    def _with_frozen(self, made: pl.DataFrame) -> pl.DataFrame:
        """KEY and P_AT_RISK of every row of the results: as made, or in frozen weeks as they stand."""
        made = made.select(*KEY, *P_AT_RISK)
        if self._terms.filter(pl.col("from_week") < pl.col("predict_from")).is_empty():
            return made
        frozen = frozen_p_at_risk(self._settings, self._terms, self._students["student_id"])
        others = self._scored.results.metrics.select(KEY).join(made, on=list(KEY), how="anti")
        kept = others.join(frozen, on=list(KEY), how="left").with_columns(
            p_at_risk_note=pl.when(pl.col("p_at_risk").is_null()).then(
                pl.coalesce("p_at_risk_note", pl.lit("published_before"))
            )
        )
        return pl.concat([made, kept.select(made.columns)])

    def _failing(self, features: pl.DataFrame, taught: pl.DataFrame) -> pl.DataFrame:
        rows = features.filter(pl.col("sem_week").is_in(failing_weeks(self._policy.calendar)))
        clean, roster = self._scored.clean, self._scored.roster
        if "subject_fail" in self._predictors:
            pass_rates = past_pass_rates(self._predicting.difficulty, self._terms["academic_year"].to_list())
            rows = subject_features(rows, clean, roster, pass_rates, taught, self._policy)
        else:
            rows = subjects_so_far(rows, clean, roster, taught)
        return outputs.risk_of_failing(rows, self._predictors, self._policy)

    # The watchlist

    def _predicting_watchlist(self) -> InUse | None:
        return next((one for one in self._predicting.models if one.output == "watchlist"), None)

    def _beginning(self) -> pl.DataFrame:
        """The terms whose first week is due, and that have a semester before them."""
        return self._terms.filter((pl.col("predict_from") == 1) & (pl.col("semester") > 1))

    def _published_before(self, begin: pl.DataFrame) -> Before:
        before = pl.col("semester") - 1
        terms = begin.select(academic_year=year_of(before), semester=before)
        students = self._students.filter(pl.col("class_id").is_in(begin["class_id"].implode()))["student_id"]
        return Before(*whole_terms(self._settings, terms, students))

    def _watchlists(self, taught: pl.DataFrame, scored_before: Before | None) -> pl.DataFrame | None:
        """Rows of pre_sem_watchlist for the semester that begins, and at its end for the one to come."""
        parts = []
        begin = self._beginning()
        if not begin.is_empty():
            parts.append(self._at_begin(begin, taught, scored_before))
        end = self._terms.filter(
            (pl.col("through_week") == self._policy.calendar.weeks) & (pl.col("semester") < LAST_SEMESTER)
        )
        if not end.is_empty():
            parts.append(self._at_end(end, taught))
        return pl.concat(parts) if parts else None

    def _at_begin(self, begin: pl.DataFrame, taught: pl.DataFrame, scored_before: Before | None) -> pl.DataFrame:
        before = self._published_before(begin)
        if scored_before is not None:
            before = Before(
                pl.concat([before.metrics, scored_before.metrics.select(before.metrics.columns)]),
                pl.concat([before.flags, scored_before.flags.select(before.flags.columns)]),
            )
        here = self._metrics.filter(pl.col("sem_week") == 1).select(*TERM_KEY, "class_id")
        targets = here.join(
            begin.select("class_id", "academic_year", "semester"), on=["class_id", "academic_year", "semester"]
        )
        one_before = pl.col("semester") - 1
        targets = targets.with_columns(from_year=year_of(one_before), from_semester=one_before)
        results = exam_results(self._scored.clean, self._scored.roster, self._policy, last=True)
        rows = self._watchlist(targets, before, results.filter(pl.col("known") <= 1), taught)
        return rows.with_columns(
            made_academic_year="academic_year", made_semester="target_semester", made_sem_week=pl.lit(1, pl.Int64)
        )

    def _at_end(self, end: pl.DataFrame, taught: pl.DataFrame) -> pl.DataFrame:
        here = self._metrics.filter(pl.col("sem_week") == self._policy.calendar.weeks).select(*TERM_KEY, "class_id")
        targets = here.join(
            end.select("class_id", "academic_year", "semester"), on=["class_id", "academic_year", "semester"]
        )
        coming = pl.col("semester") + 1
        targets = targets.select(
            "student_id",
            "class_id",
            academic_year=year_of(coming),
            semester=coming,
            from_year="academic_year",
            from_semester="semester",
        )
        results = exam_results(self._scored.clean, self._scored.roster, self._policy)
        results = results.filter(pl.col("known") <= self._policy.calendar.weeks)
        rows = self._watchlist(targets, Before(self._metrics, self._all_flags()), results, taught)
        one_before = pl.col("target_semester") - 1
        return rows.with_columns(
            made_academic_year=pl.col("academic_year") - ((pl.col("target_semester") + 1) // 2 - (one_before + 1) // 2),
            made_semester=one_before,
            made_sem_week=pl.lit(self._policy.calendar.weeks, pl.Int64),
        )

    def _watchlist(
        self, targets: pl.DataFrame, before: Before, results: pl.DataFrame, taught: pl.DataFrame
    ) -> pl.DataFrame:
        metrics = before.metrics
        if "class_id" not in metrics.columns:
            metrics = metrics.join(self._students, on="student_id")
        # What is published before may lack columns that no watchlist looks at.
        metrics = pl.concat([metrics, self._metrics.clear()], how="diagonal")
        features = watchlist_features(
            student_features(metrics, before.flags, _no_endterms(), self._policy),
            highest_escalation(before.flags),
            over_subjects(results),
            targets,
            hard_subjects(taught, self._predicting.difficulty, targets, self._policy),
            self._policy,
        )
        return outputs.watchlist(features, self._predictors, self._policy)

    # After an exam

    def _post_exams(self, made: dict[str, pl.DataFrame]) -> pl.DataFrame | None:
        """Rows of post_exam_analysis for the exams of which a result became known in the weeks of this run."""
        results = exam_results(self._scored.clean, self._scored.roster, self._policy)
        weeks = self._terms.select("class_id", "from_week", "through_week")
        results = results.join(weeks, on="class_id").filter(pl.col("known") <= pl.col("through_week"))
        calendar = self._policy.calendar
        held = {"midterm": calendar.midterm_weeks, "endterm": calendar.endterm_weeks}
        is_held = pl.col("exam_type").is_in([exam for exam, its_weeks in held.items() if its_weeks])
        news = results.filter(is_held, pl.col("known") >= pl.col("from_week")).select("class_id", "exam_type").unique()
        results = results.drop("from_week", "through_week")
        parts = self._late_endterms()
        if not news.is_empty():
            predicted = self._predicted(made)
            for (exam_type,), classes in news.group_by("exam_type", maintain_order=True):
                of_classes = pl.col("class_id").is_in(classes["class_id"].implode())
                on_roll = self._metrics.select(*KEY, "class_id").filter(of_classes)
                parts.append(post_exam(results.filter(of_classes), on_roll, predicted, str(exam_type), self._policy))
        return pl.concat(parts).sort(*TERM_KEY, "exam_type", "subject_id", nulls_last=False) if parts else None

    def _late_endterms(self) -> list[pl.DataFrame]:
        """The same for the endterm of the semester before, where its results became known in this one.

        When a semester begins it is compared once more, since results may have come between the two.
        """
        if not self._policy.calendar.endterm_weeks:
            return []
        weeks = self._terms.select("class_id", "from_week", "through_week")
        results = exam_results(self._scored.clean, self._scored.roster, self._policy, last=True).join(
            weeks, on="class_id"
        )
        is_new = (pl.col("known") >= pl.col("from_week")) | (pl.col("from_week") == 1)
        results = results.filter(pl.col("known") <= pl.col("through_week"))
        news = results.filter(is_new)["class_id"].unique()
        of_news = pl.col("class_id").is_in(news.implode())
        before = pl.col("semester") - 1
        terms = self._terms.filter(of_news).select(academic_year=year_of(before), semester=before)
        students = self._students.filter(of_news)
        if students.is_empty():
            return []
        metrics, _ = whole_terms(self._settings, terms, students["student_id"])
        if metrics.is_empty():
            return []
        last_week = failing_weeks(self._policy.calendar)[-1]
        predicted = predictions_of_exams(self._settings, terms, students["student_id"], last_week)
        on_roll = metrics.select(KEY).join(students, on="student_id")
        results = results.filter(of_news).join(on_roll.select(TERM_KEY).unique(), on=TERM_KEY, how="semi")
        # They belong to the end of their own semester, whenever they came.
        known = results.drop("from_week", "through_week").with_columns(
            known=pl.lit(self._policy.calendar.weeks, pl.Int64)
        )
        return [post_exam(known, on_roll, as_predicted(predicted), "endterm", self._policy)]

    def _predicted(self, made: dict[str, pl.DataFrame]) -> pl.DataFrame:
        """What was predicted of the exams: as stored for frozen weeks, and as made now."""
        terms = self._terms.filter(pl.col("predict_from") > 1)
        students = self._students.join(terms, on="class_id", how="semi")["student_id"]
        last_week = failing_weeks(self._policy.calendar)[-1]
        stored = predictions_of_exams(self._settings, terms, students, last_week)
        terms = terms.select("class_id", "academic_year", "semester", "predict_from")
        both = {}
        for table, columns in no_predictions().items():
            frozen = (
                stored[table]
                .join(self._students, on="student_id")
                .join(terms, on=["class_id", "academic_year", "semester"])
                .filter(pl.col("sem_week") < pl.col("predict_from"))
            )
            now = made.get(table, columns)
            both[table] = pl.concat([frozen.select(columns.columns), now.select(columns.columns)])
        return as_predicted(both)


def hard_subjects(
    taught: pl.DataFrame, difficulty: pl.DataFrame, targets: pl.DataFrame, policy: Policy
) -> pl.DataFrame:
    """class_id, semester, hard_subjects: how many of a class's subjects fewer passed than ``predictions.hard_below``.

    By the pass rates of the years before the target's; missing where none of its subjects has one.
    """
    terms = targets.select("class_id", "academic_year", "semester").unique()
    rates = past_pass_rates(difficulty, terms["academic_year"].to_list())
    return (
        terms.join(taught, on=["class_id", "semester"])
        .join(rates, on=["subject_id", "academic_year"])
        .group_by("class_id", "semester")
        .agg(hard_subjects=(pl.col("subject_pass_rate") < policy.predictions.hard_below).sum().cast(pl.Int64))
        .sort("class_id", "semester")
    )


def before_of(scored: Scored) -> Before:
    """A semester scored whole, as the one before."""
    metrics, flags = scored.results.metrics, scored.results.flags
    return Before(
        metrics.select(*METRICS_SCHEMA),
        flags.select(*KEY, "risk_level", "list", "escalation_level", "first_flagged_week"),
    )


def _no_endterms() -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            "student_id": pl.String,
            "academic_year": pl.Int64,
            "semester": pl.Int64,
            "known": pl.Int64,
            "score_pct": pl.Float64,
        }
    )
