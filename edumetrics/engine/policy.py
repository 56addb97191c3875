"""The policy: every number of scoring.md, validated, versioned, and changed in a file, never in code."""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from zoneinfo import ZoneInfo, available_timezones

from cronsim import CronSim, CronSimError
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from edumetrics.engine.calendar import Position, Term, position_of_global_week, position_on
from edumetrics.engine.errors import PolicyError

Source = Literal["attendance", "assignments", "quizzes", "library", "borrowing", "plagiarism"]
SOURCES: tuple[Source, ...] = ("attendance", "assignments", "quizzes", "library", "borrowing", "plagiarism")

Weight = Annotated[float, Field(ge=0, le=1000, strict=True)]
Percentage = Annotated[float, Field(ge=0, le=100, strict=True)]
Share = Annotated[float, Field(ge=0, le=1, strict=True)]
Week = Annotated[int, Field(ge=1, le=60, strict=True)]
Count = Annotated[int, Field(ge=0, le=100, strict=True)]
Positive = Annotated[float, Field(gt=0, strict=True)]
NotNegative = Annotated[float, Field(ge=0, strict=True)]
Day = Annotated[date, Field(strict=True)]

_AS_IN_CRON = 'write five fields, minute hour day month weekday, like "0 5 * * 1" for Monday 05:00, or "" for no run'


class Section(BaseModel):
    """One table of the policy file."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Calendar(Section):
    """The weeks of a semester and what each is for."""

    weeks: Week = Field(18, description="the weeks of a semester")
    midterm_weeks: tuple[Week, ...] = Field((8,), description="exam weeks of the midterm; may be empty")
    endterm_weeks: tuple[Week, ...] = Field((18,), description="exam weeks of the endterm; may be empty")
    holiday_weeks: tuple[Week, ...] = Field((), description="weeks without teaching, treated like exam weeks")
    grace_weeks: Count = Field(3, description="the first weeks, in which nobody is flagged above watch")
    silent_join_week: Week = Field(
        4, description="the week in which a student joins the roll of whom no date of joining and no row is known"
    )
    time_zone: str = Field("Asia/Kolkata", description="the college's time zone (IANA name)")
    first_days: dict[str, Day] = Field(
        default_factory=dict,
        description='the first day of week 1 by "<academic year>-odd" or "<academic year>-even"; '
        "where none is given it comes from the dates of attendance and library rows",
    )

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError("is not an IANA time zone; write it like Asia/Kolkata or Europe/London")
        return value

    @field_validator("first_days")
    @classmethod
    def _year_and_term(cls, value: dict[str, date]) -> dict[str, date]:
        for key in value:
            year, _, term = key.partition("-")
            if not (re.fullmatch(r"[0-9]{4}", year) and term in ("odd", "even")):
                raise ValueError(f'has the key "{key}"; allowed are keys like "2026-odd" and "2026-even"')
        return value

    @model_validator(mode="after")
    def _weeks_inside_semester(self) -> Self:
        for name in ("midterm_weeks", "endterm_weeks", "holiday_weeks"):
            outside = [week for week in getattr(self, name) if week > self.weeks]
            if outside:
                raise ValueError(f"{name} has week {outside[0]}; a semester has weeks 1 to {self.weeks}")
        if not self.teaching_weeks:
            raise ValueError("no teaching week is left; name fewer exam and holiday weeks")
        return self

    @cached_property
    def exam_weeks(self) -> tuple[int, ...]:
        """Weeks of midterm and endterm, in order."""
        return tuple(sorted({*self.midterm_weeks, *self.endterm_weeks}))

    @cached_property
    def teaching_weeks(self) -> tuple[int, ...]:
        """Every week that is neither exam nor holiday, in order."""
        off = {*self.exam_weeks, *self.holiday_weeks}
        return tuple(week for week in range(1, self.weeks + 1) if week not in off)

    @property
    def last_teaching_week(self) -> int:
        """T of scoring.md."""
        return self.teaching_weeks[-1]

    def first_day(self, academic_year: int, term: Term) -> date | None:
        """The first day of week 1 that the policy names, or None."""
        return self.first_days.get(f"{academic_year}-{term}")

    def position(self, global_week: int, academic_year: int) -> Position:
        """The position that a global week means. Raises CalendarError outside 0..2N."""
        return position_of_global_week(global_week, academic_year, self.weeks)

    def position_on(self, day: date) -> Position:
        """The position on a date. Raises CalendarError where the first days do not tell."""
        first_days: dict[tuple[int, Term], date] = {}
        for key, first in self.first_days.items():
            year, _, term = key.partition("-")
            first_days[int(year), "odd" if term == "odd" else "even"] = first
        return position_on(day, first_days, self.weeks)

    @property
    def zone(self) -> ZoneInfo:
        """The time zone as an object."""
        return ZoneInfo(self.time_zone)


class Sources(Section):
    """What the college does not record."""

    absent: tuple[Source, ...] = Field((), description="sources the college does not have; their weight is shared out")


class EffortWeights(Section):
    """Weights of the components of the effort score."""

    library_visits: Weight = Field(25, description="library visits of the week")
    book_borrows: Weight = Field(20, description="books borrowed in the week")
    assignment_quality: Weight = Field(20, description="mean quality of the assignments handed in")
    plagiarism: Weight = Field(15, description="100 minus the highest plagiarism")
    attendance: Weight = Field(10, description="attendance of the week")
    submission_rate: Weight = Field(10, description="share of the work due that was handed in")


class Effort(Section):
    """The effort score (scoring.md section 2)."""

    weights: EffortWeights = EffortWeights()
    full_library_visits: Positive = Field(5, description="library visits a week that count as 100")
    full_book_borrows: Positive = Field(2, description="books borrowed a week that count as 100")
    work_window: Week = Field(
        3, description="teaching weeks of work that quality, plagiarism and submission rate cover"
    )
    min_coverage: Share = Field(0.2, description="below this coverage there is no effort score")


class Performance(Section):
    """Academic performance (section 3)."""

    week_weights: tuple[Weight, ...] = Field(
        (40, 30, 30), min_length=1, description="weights of this teaching week and the ones before it"
    )


class DetentionStep(Section):
    """A corner of the piecewise linear risk of detention."""

    share: Share = Field(description="share of the remaining lectures that is needed")
    risk: Percentage = Field(description="risk of detention at that share")


class AttendanceRule(Section):
    """The attendance requirement (section 4)."""

    required_pct: Percentage = Field(75, description="attendance the college requires over the semester")
    detention_steps: tuple[DetentionStep, ...] = Field(
        (
            DetentionStep(share=0, risk=0),
            DetentionStep(share=0.5, risk=40),
            DetentionStep(share=0.75, risk=60),
            DetentionStep(share=1, risk=90),
        ),
        min_length=2,
        description="risk of detention by the share of the remaining lectures needed; linear between, 100 beyond",
    )

    @field_validator("detention_steps")
    @classmethod
    def _increasing(cls, steps: tuple[DetentionStep, ...]) -> tuple[DetentionStep, ...]:
        shares = [step.share for step in steps]
        if shares != sorted(set(shares)) or shares[0] != 0:
            raise ValueError(f"has the shares {shares}; they must start at 0 and increase")
        return steps


class DropRule(Section):
    """When a drop below the own baseline is meaningful."""

    points: Positive = Field(10, description="the smallest drop that counts, in points")
    deviations: NotNegative = Field(1, description="and at least this many standard deviations")


class AttendanceDropRule(DropRule):
    """The same for attendance, which moves more from week to week."""

    points: Positive = Field(15, description="the smallest drop that counts, in points")
    deviations: NotNegative = Field(2, description="and at least this many standard deviations")


class Baseline(Section):
    """Baseline and deviation (section 5)."""

    weeks: Week = Field(4, description="teaching weeks before this one that make the baseline")
    min_values: Annotated[int, Field(ge=2, strict=True)] = Field(2, description="fewest weeks with a value")
    coverage_tolerance: Share = Field(0.15, description="an effort week counts if its coverage is this near to now")
    min_students_for_shift: Annotated[int, Field(ge=1, strict=True)] = Field(
        5, description="fewest students who make a class shift"
    )
    notice_shift: Positive = Field(10, description="a class shift this large is told once, as a class notice")
    effort_drop: DropRule = DropRule()
    performance_drop: DropRule = DropRule()
    attendance_drop: AttendanceDropRule = AttendanceDropRule()


class RiskWeights(Section):
    """Weights of the signals in the risk score."""

    low_performance: Weight = 22
    attendance_requirement: Weight = 20
    missed_assignments: Weight = 18
    missed_quizzes: Weight = 9
    low_effort: Weight = 8
    performance_drop: Weight = 8
    effort_drop: Weight = 5
    attendance_drop: Weight = 5
    persistence: Weight = 5


class Risk(Section):
    """The risk score (section 6)."""

    weights: RiskWeights = RiskWeights()
    max_contribution: Positive = Field(40, description="the most one signal can contribute")
    low_performance_from: Percentage = Field(60, description="academic performance below this begins to count")
    low_performance_span: Positive = Field(40, description="points below it that make the signal 100")
    attendance_share_from: Annotated[float, Field(ge=0, lt=1, strict=True)] = Field(
        0.75, description="share of the remaining lectures needed from which the signal rises, to 100 at 1"
    )
    missed_share_factor: Share = Field(0.5, description="how much a week with everything missed takes away")
    points_per_gap: Positive = Field(2, description="signal points for a point below the class median or the baseline")
    persistence_weeks: Week = Field(3, description="teaching weeks before this one that persistence looks at")
    persistence_power: Positive = Field(2, description="power of the share of those weeks that were flagged")


class Levels(Section):
    """Lowest risk score of each level (section 7)."""

    critical: Percentage = 60
    high: Percentage = 40
    watch: Percentage = 25

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.watch < self.high < self.critical:
            raise ValueError(
                f"found watch {self.watch:g}, high {self.high:g}, critical {self.critical:g}; "
                "watch must be below high and high below critical"
            )
        return self


class Triage(Section):
    """From score to list (section 7)."""

    levels: Levels = Levels()
    escalate_from: Count = Field(3, description="escalation level from which watch without a contact rises to high")
    urgency_per_week: NotNegative = Field(5, description="urgency points for a week flagged before")
    urgency_weeks: Count = Field(4, description="weeks flagged before that count for urgency, at most")
    override_attendance_pct: Percentage = Field(30, description="attendance of a week at or below which we override")
    override_min_lectures: Count = Field(5, description="fewest lectures held in such a week")
    integrity_plagiarism_pct: Percentage = Field(50, description="plagiarism above this is an integrity matter")
    integrity_window: Week = Field(3, description="teaching weeks of work that integrity looks at")
    follow_up_weeks: Count = Field(2, description="teaching weeks after a contact in which a student is in progress")
    capacity_share: Share = Field(0.2, description="default capacity as a share of the students on the roll")


class Quality(Section):
    """Data that is wrong (college-schema.md)."""

    quarantine_share: Share = Field(0.2, description="above this share of bad rows a source counts as quarantined")
    clip: NotNegative = Field(0.01, description="a value this little over its bound is clipped to it")
    examples: Count = Field(20, description="example keys kept for each rule")


class Predictions(Section):
    """Predictions (predictions.md). No score depends on it, and none is made anew: it may change in mid-semester."""

    first_week: Week = Field(3, description="first week in which p_at_risk is given")
    pass_pct: Percentage = Field(40, description="score from which an exam is passed, where the college does not say")
    at_risk_below: Percentage = Field(50, description="a predicted midterm score below this is at risk")
    medium_from: Share = Field(0.35, description="probability from which a risk is MEDIUM")
    high_from: Share = Field(0.6, description="probability from which a risk is HIGH")
    hard_below: Share = Field(0.75, description="a subject that fewer pass is HARD")
    easy_from: Share = Field(0.9, description="a subject that so many pass is EASY")
    groups: tuple[str, ...] = Field(
        ("gender",),
        description="columns of the students table that results are broken down by, for audit; protected: they are "
        "never features, and nothing else is made of them",
    )
    max_examples: Annotated[int, Field(ge=1000, strict=True)] = Field(
        60_000, description="examples that a predictor learns from, at most, taken evenly over students and weeks"
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for low, high in (("medium_from", "high_from"), ("hard_below", "easy_from")):
            if not getattr(self, low) < getattr(self, high):
                raise ValueError(
                    f"found {low} {getattr(self, low):g}, {high} {getattr(self, high):g}; {low} must be below {high}"
                )
        return self


class Schedule(Section):
    """When the scheduler starts runs by itself. It decides no result, so it may change in mid-semester."""

    weekly: str = Field(
        "0 5 * * 1",
        description="when the scheduler starts the weekly run: minute, hour, day, month, weekday as in cron, in the "
        'time zone of the calendar; "" for never. It may be changed in mid-semester',
    )

    @field_validator("weekly")
    @classmethod
    def _comes(cls, value: str) -> str:
        if not value.strip():
            return ""
        if len(value.split()) != 5:
            raise ValueError(f"has {len(value.split())} fields; {_AS_IN_CRON}")
        try:
            first = next(CronSim(value, datetime(2024, 1, 1, tzinfo=UTC)), None)
        except CronSimError as error:
            raise ValueError(f"is no time of cron ({str(error).lower()}); {_AS_IN_CRON}") from error
        if first is None:
            raise ValueError(f"is a time that never comes; {_AS_IN_CRON}")
        return value

    def next_weekly(self, after: datetime, zone: ZoneInfo) -> datetime | None:
        """The first time after ``after`` for a weekly run, in UTC; None where none is scheduled.

        A time that the clocks skip in spring comes when they have been put forward; one that they show twice in autumn
        comes the first time.
        """
        if not self.weekly:
            return None
        times = (time.astimezone(UTC) for time in CronSim(self.weekly, after.astimezone(zone)))
        # In the hour that comes twice the first time may already be over.
        return next(time for time in times if time > after)


class Policy(Section):
    """All numbers of scoring.md and of the predictions, and the schedule.

    ``Policy()`` gives the defaults, ``load_policy(path)`` a file.
    """

    calendar: Calendar = Calendar()
    sources: Sources = Sources()
    effort: Effort = Effort()
    performance: Performance = Performance()
    attendance: AttendanceRule = AttendanceRule()
    baseline: Baseline = Baseline()
    risk: Risk = Risk()
    triage: Triage = Triage()
    quality: Quality = Quality()
    predictions: Predictions = Predictions()
    schedule: Schedule = Schedule()

    def as_json(self) -> dict[str, Any]:
        """Every number of the scoring as plain JSON values; schedule and predictions, which decide no score, are left
        out.
        """
        return self.model_dump(mode="json", exclude={"schedule", "predictions"})

    @cached_property
    def version(self) -> str:
        """A short name for exactly the numbers of ``as_json``: the same ones have the same version everywhere."""
        canonical = json.dumps(self.as_json(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def load_policy(path: Path | None) -> Policy:
    """Read a TOML policy file; None gives the defaults. A key not named keeps its default.

    Raises PolicyError that names each wrong key, what was found and what is allowed.
    """
    if path is None:
        return Policy()
    try:
        return parse_policy(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise PolicyError(f"The policy file {path} cannot be read: {error.strerror}. Check POLICY_FILE.") from error
    except UnicodeDecodeError as error:
        raise PolicyError(f"The policy file {path} is not UTF-8 ({error.reason}). Save it as UTF-8.") from error


def parse_policy(text: str, name: str = "policy") -> Policy:
    """Read a policy from TOML text; ``name`` is what errors call it."""
    try:
        return Policy.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise PolicyError(f"{name} is not valid TOML: {error}.") from error
    except ValidationError as error:
        raise PolicyError(f"{name} has {error.error_count()} wrong value(s):\n{_explain(error)}") from error


@dataclass(frozen=True)
class Value:
    """One value of a policy; ``key`` as in the file, like triage.levels.watch."""

    key: str
    value: Any
    meaning: str


def values_of(section: Section, prefix: str = "") -> Iterator[Value]:
    """Every value of a policy as plain JSON, with its meaning."""
    for name, field in type(section).model_fields.items():
        found = getattr(section, name)
        if isinstance(found, Section):
            yield from values_of(found, f"{prefix}{name}.")
        else:
            value = section.model_dump(mode="json", include={name})[name]
            yield Value(f"{prefix}{name}", value, field.description or _weight_or_level(prefix, name))


def _weight_or_level(prefix: str, name: str) -> str:
    words = name.replace("_", " ")
    if prefix.startswith("risk.weights"):
        return f"weight of the signal {words}"
    return f"lowest risk score of the level {words}"


def policy_differences(old: dict[str, Any], new: dict[str, Any], prefix: str = "") -> list[str]:
    """Lines "key: old -> new" for every value that differs between two policies' JSON."""
    lines = []
    for key in sorted({*old, *new}):
        before, after = old.get(key), new.get(key)
        if isinstance(before, dict) and isinstance(after, dict):
            lines += policy_differences(before, after, f"{prefix}{key}.")
        elif before != after:
            lines.append(f"{prefix}{key}: {before} -> {after}")
    return lines


def _explain(error: ValidationError) -> str:
    lines = []
    for fault in error.errors():
        key = ".".join(str(part) for part in fault["loc"]) or "policy"
        if fault["type"] == "extra_forbidden":
            allowed = ", ".join(_keys_beside(fault["loc"]))
            lines.append(f"  {key}: there is no such key; allowed here: {allowed}")
        else:
            message = fault["msg"].removeprefix("Value error, ")
            found = "" if isinstance(fault["input"], dict) else f"found {fault['input']!r}; "
            lines.append(f"  {key}: {found}{message[0].lower()}{message[1:]}")
    return "\n".join(lines)


def _keys_beside(location: tuple[int | str, ...]) -> list[str]:
    """The keys the policy has where an unknown one was found."""
    section: Any = Policy
    for part in location[:-1]:
        section = section.model_fields[part].annotation if isinstance(part, str) else get_args(section)[0]
    return sorted(section.model_fields)
