"""From score to level, week after week, since a week depends on the ones before (scoring.md section 7)."""

from dataclasses import dataclass

import polars as pl

from edumetrics.engine.arithmetic import added
from edumetrics.engine.flags.codes import LEVELS
from edumetrics.engine.metrics.risk import SIGNALS, contribution
from edumetrics.engine.metrics.rounding import at_least
from edumetrics.engine.policy import Policy

WATCH, HIGH, CRITICAL = (LEVELS.index(name) + 1 for name in ("watch", "high", "critical"))

FLAGGED_SCHEMA = pl.Schema(
    {"student_no": pl.Int64(), "week": pl.Int64(), "teaching_no": pl.Int64(), "level": pl.Int64()}
)
RUN_SCHEMA = pl.Schema({"student_no": pl.Int64(), "run": pl.Int64(), "run_from": pl.Int64()})
CONTACT_SCHEMA = pl.Schema({"student_no": pl.Int64(), "week": pl.Int64()})


@dataclass(frozen=True)
class Memory:
    """What a week must know of the weeks before it.

    flagged (FLAGGED_SCHEMA): every flagged student-week so far; level 1 watch, 2 high, 3 critical.
    runs (RUN_SCHEMA): students with a run of flagged weeks up to now, its length and first week.
    """

    flagged: pl.DataFrame
    runs: pl.DataFrame

    @classmethod
    def empty(cls) -> "Memory":
        """Nothing has been flagged yet."""
        return cls(pl.DataFrame(schema=FLAGGED_SCHEMA), pl.DataFrame(schema=RUN_SCHEMA))


def triage(weeks: pl.DataFrame, memory: Memory, contacts: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """``weeks`` (teaching weeks, sorted) with contribution_persistence, risk_score, level, escalation_level,
    first_flagged_week, flagged_before (of the last weeks), in_progress and last_contact.

    ``contacts`` (CONTACT_SCHEMA): student and week of every intervention logged.
    """
    contacts = contacts.select(*CONTACT_SCHEMA).with_columns(
        # How many teaching weeks there are up to the contact.
        contact_no=pl.col("week").replace_strict(
            {week: _teaching_weeks_until(week, policy) for week in range(1, policy.calendar.weeks + 1)},
            default=None,
            return_dtype=pl.Int64,
        )
    )
    weeks = weeks.with_columns(
        score_before=added(pl.col(f"contribution_{name}") for name in SIGNALS if name != "persistence")
    )
    judged = []
    for _, week in sorted(weeks.partition_by("teaching_no", as_dict=True, maintain_order=True).items()):
        rows = _judge(week, memory, contacts, policy)
        memory = _remember(memory, rows)
        judged.append(rows)
    return pl.concat(judged) if judged else _judge(weeks, memory, contacts, policy)


def _teaching_weeks_until(week: int, policy: Policy) -> int:
    return sum(one <= week for one in policy.calendar.teaching_weeks)


def _judge(rows: pl.DataFrame, memory: Memory, contacts: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """One week's rows with everything that triage decides before capacity."""
    this = rows["teaching_no"].first()
    number = this if isinstance(this, int) else 0
    week = rows["week"].first()
    rows = (
        rows.join(_flagged_before(memory.flagged, number, policy), on="student_no", how="left", maintain_order="left")
        .join(memory.runs, on="student_no", how="left", maintain_order="left")
        .join(_last_contacts(contacts, week), on="student_no", how="left", maintain_order="left")
        .join(
            _followed_up(memory.flagged, contacts, number, policy), on="student_no", how="left", maintain_order="left"
        )
        .with_columns(pl.col("flagged_before").fill_null(0), escalation_level=pl.col("run").fill_null(0))
    )
    share = pl.col("flagged_before") / policy.risk.persistence_weeks
    persistence = contribution(100 * share.pow(policy.risk.persistence_power), "persistence", policy)
    rows = rows.with_columns(contribution_persistence=persistence)
    rows = rows.with_columns(risk_score=pl.col("score_before") + pl.col("contribution_persistence"))
    rows = rows.with_columns(level=_level(policy))
    flagged = pl.col("level") > 0
    return rows.with_columns(
        first_flagged_week=pl.coalesce("run_from", pl.when(flagged).then("week")),
        in_progress=(flagged & (pl.col("level") <= pl.col("contact_level")) & ~pl.col("override")).fill_null(False),
    ).drop("run", "run_from", "contact_level")


def _level(policy: Policy) -> pl.Expr:
    """Levels, then the grace cap, then escalation, then override."""
    bounds, score = policy.triage.levels, pl.col("risk_score")
    scored = (
        pl.when(at_least(score, bounds.critical))
        .then(CRITICAL)
        .when(at_least(score, bounds.high))
        .then(HIGH)
        .when(at_least(score, bounds.watch))
        .then(WATCH)
        .otherwise(0)
    )
    capped = pl.when("grace").then(pl.min_horizontal(scored, pl.lit(WATCH))).otherwise(scored)
    contacted = (pl.col("last_contact") >= pl.col("run_from")).fill_null(False)
    rises = (pl.col("escalation_level") >= policy.triage.escalate_from) & ~contacted & ~pl.col("grace")
    escalated = pl.when((capped == WATCH) & rises).then(HIGH).otherwise(capped)
    return pl.when("override").then(CRITICAL).otherwise(escalated).cast(pl.Int64)


def _flagged_before(flagged: pl.DataFrame, number: int, policy: Policy) -> pl.DataFrame:
    """student_no, flagged_before: how many of the teaching weeks just before were flagged."""
    first = number - policy.risk.persistence_weeks
    return (
        flagged.filter(pl.col("teaching_no").is_between(first, number - 1))
        .group_by("student_no")
        .agg(flagged_before=pl.len().cast(pl.Int64))
    )


def _last_contacts(contacts: pl.DataFrame, week: object) -> pl.DataFrame:
    """student_no, last_contact: the last week before this one whose list an intervention answered.

    A contact that answers this week's list was made when the list was out, and cannot have changed it.
    """
    until = week if isinstance(week, int) else 0
    return contacts.filter(pl.col("week") < until).group_by("student_no").agg(last_contact=pl.col("week").max())


def _followed_up(flagged: pl.DataFrame, contacts: pl.DataFrame, number: int, policy: Policy) -> pl.DataFrame:
    """student_no, contact_level: the highest level at a contact whose follow-up window is open."""
    weeks_since = number + 1 - pl.col("contact_no")
    # An exam week has no level, so that a contact logged for it keeps nobody off the list.
    at_contact = flagged.select("student_no", "week", contact_level="level")
    return (
        contacts.filter(weeks_since.is_between(1, policy.triage.follow_up_weeks))
        .join(at_contact, on=["student_no", "week"])
        .group_by("student_no")
        .agg(pl.col("contact_level").max())
    )


def _remember(memory: Memory, rows: pl.DataFrame) -> Memory:
    """The memory after a week: cannot-tell weeks neither break nor extend a run, unflagged ones end it."""
    flagged = pl.col("level") > 0
    only_unclear = ~flagged & pl.col("cannot_tell") & ~pl.col("integrity")
    runs = rows.filter(flagged | (only_unclear & (pl.col("escalation_level") > 0))).select(
        "student_no",
        run=pl.col("escalation_level") + flagged.cast(pl.Int64),
        run_from="first_flagged_week",
    )
    elsewhere = memory.runs.join(rows.select("student_no"), on="student_no", how="anti")
    return Memory(
        pl.concat([memory.flagged, rows.filter(flagged).select(*FLAGGED_SCHEMA)]), pl.concat([elsewhere, runs])
    )
