"""Training: every finished semester scored anew by the same engine, then a predictor for each output.

The college's own tables are the source, not what was published: definitions are the same, and semesters from before
EduMetrics began count too (docs/decisions/0011). Nothing of it is stored but the predictors and their cards.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl
from django.db import connections

from edumetrics.analysis_db.models import AnalysisRun
from edumetrics.college_db.mapping import Mapping
from edumetrics.college_db.read import CollegeReader, open_college
from edumetrics.college_db.semester import is_readable, population, read_semester, read_strays, shared_ids
from edumetrics.engine.calendar import Position
from edumetrics.engine.errors import PredictionError, TrainingRefused
from edumetrics.engine.history import History
from edumetrics.engine.policy import Policy
from edumetrics.engine.predictions.candidates import CANDIDATES
from edumetrics.engine.predictions.codes import OUTPUTS
from edumetrics.engine.predictions.college_examples import (
    KINDS,
    Terms,
    Thinning,
    WholeTerms,
    examples_of,
    term_data,
)
from edumetrics.engine.predictions.outcomes import year_of
from edumetrics.engine.predictions.subject_features import past_pass_rates
from edumetrics.engine.predictions.train import train
from edumetrics.engine.predictions.weeks import period, term_of_period
from edumetrics.engine.predictions.words import WORDS
from edumetrics.engine.semester import score
from edumetrics.engine.tables.canonical import TABLES, Kind
from edumetrics.engine.tables.roster import advisor_key, only_advisors
from edumetrics.runs import models
from edumetrics.runs.difficulty import read_difficulty
from edumetrics.runs.errors import RunError
from edumetrics.runs.lock import only_run
from edumetrics.runs.position import classes_now, college_position
from edumetrics.runs.predictions import hard_subjects, load_predictor, read_taught
from edumetrics.runs.progress import Steps, progress
from edumetrics.runs.record import Record, recorded
from edumetrics.runs.retry import with_retries
from edumetrics.runs.rounds import read_groups
from edumetrics.runs.shard import settings_of
from edumetrics.runs.shards import shards_of
from edumetrics.runs.stopping import stoppable

log = logging.getLogger("edumetrics.runs")

DEFAULT_SEED = 1
LINEAR = tuple(one for one in CANDIDATES if one.name.startswith("linear"))


@dataclass(frozen=True)
class TrainRequest:
    """What a training was asked to do. ``outputs``: codes.OUTPUTS. ``by``: who asked. ``queued``: its row of the queue.
    ``simple``: linear candidates only.

    ``now`` places a college without sim_state in its calendar. ``parameters``: those of the mapping, for the record.
    """

    mapping: Mapping
    policy: Policy
    now: datetime
    shard_students: int
    outputs: tuple[str, ...] = tuple(OUTPUTS)
    seed: int = DEFAULT_SEED
    promote_if_better: bool = False
    simple: bool = False
    by: str = ""
    parameters: tuple[str, ...] = ()
    queued: int | None = None

    def as_json(self) -> dict[str, Any]:
        """What the record of the run keeps of it."""
        return {
            "recompute_from": None,
            "parameters": list(self.parameters),
            "outputs": list(self.outputs),
            "seed": self.seed,
            "promote_if_better": self.promote_if_better,
            "simple": self.simple,
        }


@dataclass(frozen=True)
class TrainOutcome:
    """What came of a training: lines to read, and whether any predictor was trained."""

    run: AnalysisRun
    lines: list[str]
    trained: int


def train_all(request: TrainRequest) -> TrainOutcome:
    """Train a predictor for each output on all finished semesters. Raises RunError where there is none."""
    with (
        only_run(settings_of("default")),
        recorded("train", request.policy, request.as_json(), request.queued) as record,
        stoppable(),
    ):
        return _Training(request, record).work()


class _Training:
    """One training, under the run lock."""

    def __init__(self, request: TrainRequest, record: Record) -> None:
        self._request = request
        self._policy = request.policy
        self._record = record
        self._lines: list[str] = []

    def work(self) -> TrainOutcome:
        """Read and score the finished terms, learn, store, and promote if asked to."""
        with self._record.stages.stage("plan"), self._college() as college:
            position = college_position(college, self._policy, self._request.now)
            now = classes_now(college, position)
            terms = finished_terms(college, now, position, self._policy)
            if terms.is_empty():
                raise RunError(
                    "There is no finished semester with endterm results in the college's database, so there is "
                    "nothing to learn from yet. Until then predictions are rules of thumb, and say so."
                )
            parts = {number: self._shards(college, of) for number, of in _by_period(terms)}
            difficulty = read_difficulty(college, now, self._policy)
            taught = read_taught(college, terms["class_id"].unique())
            groups = self._groups(college)
        self._record.planned(position, _weeks_of(terms))
        steps_in_all = sum(map(len, parts.values())) + len(self._request.outputs)
        with progress(steps_in_all) as steps:
            found = self._score_all(parts, taught, difficulty, steps)
            hard = _hard_subjects(found, taught, difficulty, self._policy)
            trained = sum(self._learn(output, found, groups, hard, terms, steps) for output in self._request.outputs)
        self._record.wrote({"model_card": trained})
        return TrainOutcome(self._record.run, self._lines, trained)

    def _college(self) -> Any:
        return open_college(settings_of("client_db"), self._request.mapping)

    def _shards(self, college: CollegeReader, terms: pl.DataFrame) -> list[pl.DataFrame]:
        advisors = college.table("advisors") if college.has("advisors") else TABLES["advisors"].empty()
        people = population(college).join(only_advisors(advisors), on="class_id", how="left")
        people = people.with_columns(link=advisor_key())
        return shards_of(terms, people, shared_ids(college), self._request.shard_students)

    def _groups(self, college: CollegeReader) -> pl.DataFrame:
        """``read_groups``; says which columns the college does not have."""
        groups = read_groups(college, self._policy)
        for name in set(self._policy.predictions.groups) - set(groups.columns):
            self._lines.append(f"The college's students have no column {name}, which predictions.groups names.")
        return groups

    # Scoring

    def _score_all(
        self, parts: dict[int, list[pl.DataFrame]], taught: pl.DataFrame, difficulty: pl.DataFrame, steps: Steps
    ) -> Terms:
        found: list[Terms] = []
        students = self._count_students(parts)
        thinning = Thinning.for_students(students, self._policy)
        for number, shards in parts.items():
            year, term = term_of_period(number)
            with self._record.stages.stage("strays"), self._college() as one, self._college() as another:
                strays = read_strays([one, another], pl.concat(shards))
            for place, terms in enumerate(shards, start=1):
                steps.step(f"scoring the {term} semesters of {year}: part {place} of {len(shards)}")
                with self._record.stages.stage("read"), self._college() as college:
                    tables = read_semester(college, terms, strays.of(terms["class_id"], first=place == 1))
                with self._record.stages.stage("score"):
                    scored = score(tables, terms, History.none(), self._policy)
                    rates = past_pass_rates(difficulty, terms["academic_year"].to_list())
                    whole = WholeTerms(scored.results.metrics, scored.results.flags, scored.clean, scored.roster)
                    found.append(term_data(whole, taught, rates, thinning, self._policy))
        return Terms.together(found)

    def _count_students(self, parts: dict[int, list[pl.DataFrame]]) -> int:
        """About how many students there are, counted once a term."""
        with self._college() as college:
            people = population(college).group_by("class_id").agg(pl.col("students").sum())
        terms = pl.concat([one for shards in parts.values() for one in shards])
        return int(terms.join(people, on="class_id")["students"].sum())

    # Learning

    def _learn(
        self,
        output: str,
        found: Terms,
        groups: pl.DataFrame,
        hard: pl.DataFrame,
        terms: pl.DataFrame,
        steps: Steps,
    ) -> int:
        """Train one output and say what came of it; how many cards are new or the same again."""
        steps.step(f"learning {output}")
        with self._record.stages.stage(f"learn {output}"):
            try:
                examples = examples_of(output, found, groups, hard, self._policy)
                trained = train(
                    examples,
                    kind=KINDS[output],
                    seed=self._request.seed,
                    words=WORDS,
                    candidates=LINEAR if self._request.simple else CANDIDATES,
                )
            except TrainingRefused as error:
                self._lines.append(f"{output}: not trained. {error}")
                return 0
            except pl.exceptions.PolarsError as error:
                raise PredictionError(f"The examples of {output} do not fit: {error}.") from error
        comparison = self._compared(output, examples, trained)
        by = models.Training(
            self._record.run.pk,
            self._request.by,
            self._started,
            {"terms": _told(terms), "policy": self._policy.version},
        )
        version, is_new = with_retries(
            lambda: models.store(output, trained, by, comparison), "storing a model", run=self._record.run.pk
        )
        again = "" if is_new else " (the same as before)"
        self._lines.append(f"{version}{again}: {trained.card.candidate}, {models.said(trained.card)}.")
        self._decide(output, version, trained.card.beats_baselines, comparison)
        connections["default"].close()
        return 1

    @property
    def _started(self) -> datetime:
        started = self._record.run.started
        assert started is not None
        return started

    def _compared(self, output: str, examples: Any, trained: Any) -> dict[str, Any] | None:
        """The new model beside the promoted one, on the rows that it was tested on."""
        promoted = models.in_use(output)
        connections["default"].close()
        if promoted is None or promoted.artefact_sha256 == trained.card.sha256:
            return None
        return models.compare(promoted, load_predictor(promoted.artefact_sha256), examples, trained)

    def _decide(self, output: str, version: str, beats_baselines: bool, comparison: dict[str, Any] | None) -> None:
        if comparison:
            self._lines.append(f"  {comparison['said']}")
        if not beats_baselines:
            self._lines.append("  It does not beat the naive baselines by more than chance, so it is not promoted.")
            return
        if not self._request.promote_if_better:
            self._lines.append(f"  To use it: manage.py promote {version}")
            return
        promoted = models.in_use(output)
        if promoted is not None and promoted.version == version:
            self._lines.append("  It is in use already.")
        elif comparison is None or comparison["is_better"]:
            models.promote(version, by=self._request.by or "train --promote-if-better")
            self._lines.append("  Promoted: it is in use from the next run on.")
        else:
            self._lines.append(f"  Not promoted: {promoted.version if promoted else 'the one in use'} is as good.")


def finished_terms(college: CollegeReader, now: pl.DataFrame, position: Position, policy: Policy) -> pl.DataFrame:
    """The terms (``roster.TERM_SCHEMA``, whole) with endterm results that are over.

    ``now``: class_id, academic_year, semester of the classes in a semester.
    """
    if not is_readable(college, "exam_results"):
        raise RunError("The college has no exam results (the mapping declares them absent), so nothing can be learnt.")
    results = college.mapping.source("exam_results")
    source = (
        f"(SELECT DISTINCT d.class_id, d.semester FROM {college.mapping.source('exam_schedule')} AS d "
        f"WHERE d.exam_type = 'endterm' AND d.schedule_id IN (SELECT r.schedule_id FROM {results} AS r))"
    )
    found = college.select("exam_schedule", source, {"class_id": Kind.TEXT, "semester": Kind.INTEGER}).drop_nulls()
    is_over = pl.col("of_semester") < pl.col("semester")
    if position.sem_week == policy.calendar.weeks:
        is_over |= pl.col("of_semester") == pl.col("semester")
    return (
        found.rename({"semester": "of_semester"})
        .join(now, on="class_id")
        .filter(is_over)
        .select(
            "class_id",
            academic_year=year_of(pl.col("of_semester")),
            semester="of_semester",
            from_week=pl.lit(1, pl.Int64),
            through_week=pl.lit(policy.calendar.weeks, pl.Int64),
        )
        .sort("academic_year", "semester", "class_id")
    )


def _by_period(terms: pl.DataFrame) -> Iterable[tuple[int, pl.DataFrame]]:
    """Each term's number (``weeks.period``) and its classes: a class is in one semester of it."""
    numbered = terms.with_columns(number=period())
    for (number,), group in numbered.sort("number", "class_id").group_by("number", maintain_order=True):
        yield int(str(number)), group.drop("number")


def _hard_subjects(found: Terms, taught: pl.DataFrame, difficulty: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    return hard_subjects(taught, difficulty, found.outcomes, policy)


def _weeks_of(terms: pl.DataFrame) -> list[dict[str, Any]]:
    grouped = terms.group_by("academic_year", "semester", "from_week", "through_week").agg(classes=pl.len())
    return grouped.sort("academic_year", "semester").to_dicts()


def _told(terms: pl.DataFrame) -> list[dict[str, Any]]:
    grouped = terms.with_columns(number=period()).group_by("number").agg(classes=pl.len()).sort("number")
    return [
        {"academic_year": term_of_period(number)[0], "term": term_of_period(number)[1], "classes": classes}
        for number, classes in grouped.iter_rows()
    ]
