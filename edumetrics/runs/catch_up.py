"""The work of a run: plan, then read, score and publish shard by shard (scoring.md section 9)."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from edumetrics.analysis_db.load import load_first_days
from edumetrics.analysis_db.models import AnalysisRun
from edumetrics.analysis_db.store import mark_due, publish_roster, replace_other_students, roll_back
from edumetrics.college_db.mapping import Mapping
from edumetrics.college_db.read import CollegeReader, Columns, open_college
from edumetrics.college_db.semester import Strays, other_students, population, read_strays, shared_ids
from edumetrics.databases.reading import several_readers
from edumetrics.engine.calendar import Position
from edumetrics.engine.policy import Policy
from edumetrics.engine.tables.canonical import TABLES
from edumetrics.engine.tables.roster import advisor_key, only_advisors
from edumetrics.runs.difficulty import load_difficulty, publish_difficulty, read_difficulty
from edumetrics.runs.errors import CollegeIsBehind, RunError
from edumetrics.runs.executors import Executor, in_processes, in_this_process, on_cluster
from edumetrics.runs.lock import only_run
from edumetrics.runs.plan import Plan, describe, plan_catch_up, plan_recompute
from edumetrics.runs.position import classes_now, college_position
from edumetrics.runs.predictions import Predicting, models_in_use
from edumetrics.runs.progress import Steps, progress
from edumetrics.runs.record import Record, check_policy_is_pinned, published_state, recorded
from edumetrics.runs.retry import with_retries
from edumetrics.runs.rounds import close_rounds, open_rounds, read_groups
from edumetrics.runs.shard import Job, Shard, ShardDone, settings_of
from edumetrics.runs.shards import shards_of
from edumetrics.runs.stopping import stoppable

_ROSTER_TABLES = {
    "roster_class": "classes",
    "roster_advisor": "advisors",
    "roster_subject": "subjects",
    "roster_exam": "exam_schedule",
}
SHARD_STUDENTS = 3_000
# One week has fewer rows to publish than a semester, so that more students fit into the same memory.
SHARD_STUDENTS_OF_A_WEEK = 6_000


@dataclass(frozen=True)
class Means:
    """What a run may use. ``workers``: processes; null: one for each core. ``cluster``: the address of a scheduler.

    ``shard_students``: about how many students are read and scored together; null: SHARD_STUDENTS, or
    SHARD_STUDENTS_OF_A_WEEK where one week is scored.
    """

    workers: int | None = None
    shard_students: int | None = None
    cluster: str | None = None

    @property
    def processes(self) -> int:
        """The most worker processes there may be."""
        return self.workers or os.cpu_count() or 1


@dataclass(frozen=True)
class Request:
    """What a run was asked to do.

    ``now`` places a college without sim_state in its calendar. ``queued``: the row of analysis_run that asked for it.
    ``parameters``: those of the mapping that the command line gave, for the record.
    """

    kind: str
    mapping: Mapping
    policy: Policy
    now: datetime
    recompute_from: int | None = None
    dry_run: bool = False
    means: Means = Means()
    parameters: tuple[str, ...] = ()
    queued: int | None = None

    def as_json(self) -> dict[str, Any]:
        """What the record of the run keeps of it."""
        return {"recompute_from": self.recompute_from, "parameters": list(self.parameters)}


@dataclass(frozen=True)
class Outcome:
    """What came of it: ``run`` is None for a dry run.

    ``classes``: how many are in a semester of the position's term. ``shards``: of each pass.
    """

    position: Position
    classes: int
    plan: Plan
    run: AnalysisRun | None
    shards: tuple[int, ...] = ()


@dataclass(frozen=True)
class _College:
    """What a run knows of the college before it reads rows.

    ``now``: class_id, academic_year, semester of the classes in a semester. ``population``: class_id, advisor_id,
    link, students. ``columns``: those that the tables have.
    """

    position: Position
    now: pl.DataFrame
    population: pl.DataFrame
    columns: Columns


def calibrate(request: Request) -> Outcome:
    """Bring the analysis database to the college's week: behind, every missing week; ahead, roll back; same, nothing.

    With ``recompute_from`` the weeks from there on are scored anew, with the policy of the request.
    """

    def planned(college: _College, state: pl.DataFrame) -> Plan:
        week = request.recompute_from
        if week is not None and not 1 <= week <= max(college.position.sem_week, 1):
            raise RunError(f"--from-week is {week}; weeks 1 to {college.position.sem_week} of the semester are over.")
        return _plan(college, state, request.policy, week)

    return _run(request, planned)


def run_weekly(request: Request) -> Outcome:
    """Everything due for the current week, which may be repeated; earlier weeks that are missing are made up first.

    Raises CollegeIsBehind where the analysis database is past the college's week; rolling back is ``calibrate``'s.
    """

    def planned(college: _College, state: pl.DataFrame) -> Plan:
        check_policy_is_pinned(request.policy, college.now, state)
        position = college.position
        plan = _plan(college, state, request.policy, position.sem_week)
        if not plan.roll_back.is_empty():
            raise CollegeIsBehind(
                f"The analysis database is past the college's week ({position.term} semester "
                f"{position.academic_year}, week {position.sem_week}) for {plan.roll_back.height} classes. "
                "If the college really went back, run manage.py calibrate: it removes the later weeks."
            )
        return plan

    return _run(request, planned)


_Planned = Callable[[_College, pl.DataFrame], Plan]

_NO_LINKS = pl.DataFrame(schema={"class_id": pl.String, "link": pl.String})


def _run(request: Request, planned: _Planned) -> Outcome:
    with several_readers(), only_run(settings_of("default")) as lock:
        if request.dry_run:
            college = _look(request)
            plan = planned(college, published_state())
            links = _links(request, college)
            shards = tuple(len(_shards(college, links, terms, request)) for terms in plan.passes)
            return Outcome(college.position, college.now.height, plan, None, shards)
        with recorded(request.kind, request.policy, request.as_json(), request.queued) as record, stoppable():
            lock.name(record.run.pk)
            return _carry_out(request, planned, record)


def _carry_out(request: Request, planned: _Planned, record: Record) -> Outcome:
    settings = settings_of("default")
    with record.stages.stage("plan"):
        college = with_retries(lambda: _look(request), "reading the college", run=record.run.pk)
        state = published_state()
        plan = planned(college, state)
        record.planned(college.position, _weeks_of(plan))
        passes = plan.passes
        if not plan.roll_back.is_empty():
            with_retries(lambda: roll_back(settings, plan.roll_back, record.run.pk), "rolling back", run=record.run.pk)
            # What is left may be behind: a semester that was never published has nothing to roll back to.
            state = published_state()
            passes = _plan(college, state, request.policy, request.recompute_from).passes
    shards: tuple[int, ...] = ()
    if passes:
        # Classes that have to stay together make fewer shards, never more; so workers may start before it is known.
        most = max(len(_shards(college, _NO_LINKS, terms, request)) for terms in passes)
        with _executor(request.means, most) as executor:
            shards = _carry_out_passes(request, executor, college, passes, state, record)
    _close_rounds(request, college, record)
    return Outcome(college.position, college.now.height, plan, record.run, shards)


def _carry_out_passes(
    request: Request,
    executor: Executor,
    college: _College,
    passes: list[pl.DataFrame],
    state: pl.DataFrame,
    record: Record,
) -> tuple[int, ...]:
    """Score and publish; how many shards each pass had."""
    settings = settings_of("default")
    run_id = record.run.pk
    with record.stages.stage("plan"):
        links = with_retries(lambda: _links(request, college), "reading the college", run=run_id)
        parts = [_shards(college, links, terms, request) for terms in passes]
    with progress(1 + sum(map(len, parts))) as steps:
        predicting = _predicting(request, college, passes, record)
        job = Job(run_id, _begun(record.run), request.policy, request.mapping, college.columns, predicting)
        due = _published_already(passes, state)
        version = request.policy.version
        with_retries(lambda: mark_due(settings, due, version, run_id), "marking what is due", run=run_id)
        steps.step("copying the roster")
        with record.stages.stage("roster"):
            record.wrote(with_retries(lambda: _publish_roster(job, passes), "copying the roster", run=run_id))
        for terms, of_pass in zip(passes, parts, strict=True):
            _score(executor, job, terms, of_pass, record, steps)
    return tuple(map(len, parts))


def _predicting(request: Request, college: _College, passes: list[pl.DataFrame], record: Record) -> Predicting:
    """What the shards need to predict; past pass rates are counted anew where a semester begins or ends."""
    settings = settings_of("default")
    run = record.run.pk
    with record.stages.stage("difficulty"):
        difficulty = with_retries(lambda: load_difficulty(settings), "reading who passed", run=run)
        weeks = pl.concat(passes)
        turns = (weeks["from_week"] == 1) | (weeks["through_week"] == request.policy.calendar.weeks)
        if turns.any() or difficulty.is_empty():
            difficulty = with_retries(lambda: _difficulty(request, college), "counting who passed", run=run)
            written = with_retries(
                lambda: publish_difficulty(settings, difficulty, request.policy, run), "publishing who passed", run=run
            )
            record.wrote({"subject_difficulty": written})
        models = with_retries(models_in_use, "reading which models are in use", run=run)
        return Predicting(models, difficulty, repeats_current=request.kind == "weekly")


def _close_rounds(request: Request, college: _College, record: Record) -> None:
    """The ledger and the drift of every round of exams that was compared since they were made."""
    settings = settings_of("default")
    with record.stages.stage("rounds"):
        run = record.run.pk
        rounds = with_retries(lambda: open_rounds(settings), "looking for rounds of exams", run=run)
        if not rounds:
            return
        with open_college(settings_of("client_db"), request.mapping, college.columns) as reader:
            groups = read_groups(reader, request.policy)
        record.wrote(
            with_retries(
                lambda: close_rounds(settings, rounds, groups, request.policy, run), "closing a round of exams", run=run
            )
        )


def _difficulty(request: Request, college: _College) -> pl.DataFrame:
    with open_college(settings_of("client_db"), request.mapping, college.columns) as reader:
        return read_difficulty(reader, college.now, request.policy)


def _look(request: Request) -> _College:
    with open_college(settings_of("client_db"), request.mapping) as college:
        position = college_position(college, request.policy, request.now)
        now = classes_now(college, position)
        advisors = college.table("advisors") if college.has("advisors") else TABLES["advisors"].empty()
        people = population(college).join(only_advisors(advisors), on="class_id", how="left")
        return _College(position, now, people.with_columns(link=advisor_key()), college.columns)


def _links(request: Request, college: _College) -> pl.DataFrame:
    """class_id, link of classes that are to be read together (``shards.shards_of``)."""
    with open_college(settings_of("client_db"), request.mapping, college.columns) as reader:
        return shared_ids(reader)


def _plan(college: _College, state: pl.DataFrame, policy: Policy, recompute_from: int | None) -> Plan:
    """What is to be done. Raises PolicyChanged where it would go on with weeks that another policy began."""
    week, weeks = college.position.sem_week, policy.calendar.weeks
    if recompute_from is None:
        check_policy_is_pinned(policy, college.now, state)
        plan = plan_catch_up(college.now, week, state, weeks)
    else:
        plan = plan_recompute(college.now, week, recompute_from, state, weeks)
    for terms in plan.passes:
        earlier = terms.join(college.now, on=["class_id", "academic_year", "semester"], how="anti")
        check_policy_is_pinned(policy, earlier, state)
    return plan


def _shards(college: _College, links: pl.DataFrame, terms: pl.DataFrame, request: Request) -> list[pl.DataFrame]:
    means = request.means
    # How many workers a cluster has is its own affair.
    workers = 1 if means.cluster else means.processes
    one_week = (terms["from_week"] == terms["through_week"]).all()
    size = means.shard_students or (SHARD_STUDENTS_OF_A_WEEK if one_week else SHARD_STUDENTS)
    return shards_of(terms, college.population, links, size, workers)


def _published_already(passes: list[pl.DataFrame], state: pl.DataFrame) -> pl.DataFrame:
    """The terms that have weeks published which the passes score anew."""
    key = ["class_id", "academic_year", "semester"]
    frames = [terms.join(state.select(*key, "sem_week"), on=key) for terms in passes]
    return pl.concat(frames).filter(pl.col("from_week") <= pl.col("sem_week"))


def _begun(run: AnalysisRun) -> datetime:
    assert run.started is not None
    return run.started


@contextmanager
def _executor(means: Means, shards: int) -> Iterator[Executor]:
    """This process for one shard, the cluster if there is one, else as many processes as are of use."""
    workers = min(means.processes, shards)
    if means.cluster:
        with on_cluster(means.cluster) as executor:
            yield executor
    elif workers > 1:
        with in_processes(workers) as executor:
            yield executor
    else:
        yield in_this_process


def _score(
    executor: Executor, job: Job, terms: pl.DataFrame, parts: list[pl.DataFrame], record: Record, steps: Steps
) -> None:
    """Carry out one pass, shard by shard."""
    what = "; ".join(describe(terms))
    with record.stages.stage("strays"):
        strays = with_retries(lambda: _strays(job, terms), "looking for strays", run=job.run_id)
    shards = [
        Shard(number, part, strays.of(part["class_id"], first=number == 1))
        for number, part in enumerate(parts, start=1)
    ]
    record.progress(shards=(0, len(shards)), classes=(0, terms.height), what=what)
    steps.step(what)
    done: list[ShardDone] = []
    for one in executor(job, shards):
        done.append(one)
        record.wrote(one.rows)
        record.stages.add(one.seconds)
        classes = sum(each.classes for each in done)
        record.progress(shards=(len(done), len(shards)), classes=(classes, terms.height), what=what)
        if len(done) < len(shards):
            steps.step(f"{what}: {classes} of {terms.height} are published")
    record.report(done)


def _strays(job: Job, terms: pl.DataFrame) -> Strays:
    client_db = settings_of("client_db")
    with (
        open_college(client_db, job.mapping, job.columns) as one,
        open_college(client_db, job.mapping, job.columns) as another,
    ):
        return read_strays([one, another], terms)


def _weeks_of(plan: Plan) -> list[dict[str, Any]]:
    groups = [
        one.group_by("academic_year", "semester", "from_week", "through_week").agg(classes=pl.len()).sort("semester")
        for one in plan.passes
    ]
    return [row for group in groups for row in group.to_dicts()]


def _publish_roster(job: Job, passes: list[pl.DataFrame]) -> dict[str, int]:
    """Copy what screens need of the college, but for the students whose classes are published with their shard."""
    settings = settings_of("default")
    scored = pl.concat(passes)["class_id"].unique().sort()
    first_days = load_first_days(settings)
    with open_college(settings_of("client_db"), job.mapping, job.columns) as college:
        found = {
            roster_table: _by_key(college, name) for roster_table, name in _ROSTER_TABLES.items() if college.has(name)
        }
        # A class keeps the first day that it had until it is scored.
        classes = found["roster_class"].drop("total_students").join(first_days, on="class_id", how="left")
        rows = publish_roster(settings, found | {"roster_class": classes}, job.run_id)
        others = other_students(college, scored)
        rows["roster_student"] = replace_other_students(settings, others, scored, job.run_id)
    return rows


def _by_key(college: CollegeReader, name: str) -> pl.DataFrame:
    key = TABLES[name].key[0]
    return college.table(name).drop_nulls(key).sort(pl.all()).unique(key, keep="first", maintain_order=True)
