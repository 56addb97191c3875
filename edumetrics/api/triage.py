"""Which list each flag is in for a user: the stored one, cut again by an advisor's own capacity, with what is snoozed.

Everything that shows or counts flags takes the list from here, so that they agree (scoring.md section 7, ranking).
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.expressions import Combinable

from edumetrics.accounts import scope
from edumetrics.accounts.models import Role, User
from edumetrics.analysis_db.models import AnalysisState, WeeklyFlags, WeeklyMetrics
from edumetrics.api.policy_file import policy_in_force, today
from edumetrics.api.weeks import of_weeks
from edumetrics.databases.compiled import Compiled
from edumetrics.engine.calendar import term_of
from edumetrics.engine.flags.codes import LEVELS, LISTS
from edumetrics.interventions.snoozes import active_snoozes, put_off

_TO_SEE = ("contact", "watching")
_TOLERANCE = 1e-9

Week = tuple[int, str, int]
"""academic year, term, week of the semester: what an advisor's capacity is for."""


@dataclass(frozen=True)
class Cut:
    """What differs from the stored lists.

    ``snoozed``: student_id -> level up to which the student's snooze holds. ``contact``: of an advisor, who is to be
    contacted, by academic year, semester and week; None where the stored lists hold.
    """

    snoozed: Mapping[str, str]
    contact: Mapping[tuple[int, int, int], frozenset[str]] | None
    only_published: bool
    """Whether every row is of a class's published week, so that none has to be looked at for that."""

    def as_case(self) -> Combinable:
        """The list as an SQL expression over weekly_flags, named ``effective``."""
        whens = [When(self._put_off(), then=Value("in_progress"))] if self.snoozed else []
        if self.contact is not None:
            whens += [When(Q(override=True, risk_level__isnull=False), then=Value("contact"))]
            whens += [
                When(Q(list__in=_TO_SEE, student_id__among=ids, **_week(key)), then=Value("contact"))
                for key, ids in self.contact.items()
            ]
            whens += [When(list="contact", then=Value("watching"))]
        return Case(*whens, default=F("list"), output_field=CharField()) if whens else F("list")

    @property
    def shape(self) -> tuple[Hashable, ...]:
        """What a query with ``as_case`` is compiled for; of its ``values``."""
        weeks = None if self.contact is None else len(self.contact)
        return tuple(sorted(set(self.snoozed.values()))), weeks, self.only_published

    @property
    def values(self) -> dict[str, Any]:
        """What differs among cuts of a shape: by name, for ``cut_of``."""
        found: dict[str, Any] = {}
        for level in set(self.snoozed.values()):
            found[f"held_{level}"] = [one for one, up_to in self.snoozed.items() if up_to == level]
        for number, ((year, semester, week), ids) in enumerate((self.contact or {}).items()):
            found |= {f"year_{number}": year, f"semester_{number}": semester, f"week_{number}": week}
            found[f"contact_{number}"] = list(ids)
        return found

    def _put_off(self) -> Q:
        """Flags that a snooze holds for: in the published week, not above its level, no override."""
        by_level: dict[str, list[str]] = defaultdict(list)
        for student_id, level in self.snoozed.items():
            by_level[level].append(student_id)
        held = Q()
        for level, ids in by_level.items():
            held |= Q(student_id__among=ids, risk_level__in=put_off(level))
        held &= Q(override=False)
        return held if self.only_published else held & Q(_is_published())


def cut_of(shape: tuple[Any, ...], values: Mapping[str, Any]) -> Cut:
    """The cut that has this shape and these values."""
    levels, weeks, only_published = shape
    snoozed = {student_id: level for level in levels for student_id in values[f"held_{level}"]}
    if weeks is None:
        return Cut(snoozed, None, only_published)
    keys = [tuple(values[f"{name}_{number}"] for name in ("year", "semester", "week")) for number in range(weeks)]
    contact: Any = {key: frozenset(values[f"contact_{number}"]) for number, key in enumerate(keys)}
    return Cut(snoozed, contact, only_published)


def _week(key: tuple[int, int, int]) -> dict[str, int]:
    return dict(zip(("academic_year", "semester", "sem_week"), key, strict=True))


def _is_published() -> Exists:
    here = {name: OuterRef(name) for name in ("class_id", "academic_year", "semester", "sem_week")}
    return Exists(AnalysisState.objects.filter(**here))


def cut_for(user: User, query: Mapping[str, Any]) -> Cut:
    """How the lists of the weeks that ``query`` names are cut for the user, whatever else it filters by.

    An advisor's capacity is for all their students: ``capacity`` of the query, else the user's, else the share of the
    students on the roll that the policy says. A constant number of queries.
    """
    only_published = not {"academic_year", "semester", "week"} & set(query)
    seen, own = (user.role,), scope.of_user(user)
    snoozed = {row["student_id"]: row["risk_level"] for row in _SNOOZED.rows(*seen, today(), **own)}
    if user.role != Role.ADVISOR and "capacity" not in query:
        return Cut(snoozed, None, only_published)
    weeks = {name: value for name, value in query.items() if name in ("academic_year", "semester", "week")}
    flags = _TO_PLACE.rows(*seen, only_published, **weeks, **own)
    rows = [row for row in flags if not _held(row, snoozed)]
    given = query.get("capacity", user.capacity)
    sizes = {} if given is not None else _default_sizes(user, weeks)
    contact: dict[tuple[int, int, int], set[str]] = defaultdict(set)
    for week, of_week in _by_week(rows).items():
        for row in in_order(of_week)[: sizes.get(week, 0) if given is None else given]:
            contact[row["academic_year"], row["semester"], row["sem_week"]].add(row["student_id"])
    return Cut(snoozed, {key: frozenset(ids) for key, ids in contact.items()}, only_published)


def _snoozed(role: str, day: date, user: int = 0) -> "QuerySet[Any, Any]":
    return scope.of_students(active_snoozes(day), scope.standing_for(role, user)).values("student_id", "risk_level")


def _to_place(role: str, only_published: bool, user: int = 0, **weeks: Any) -> "QuerySet[Any, Any]":
    """Who takes a place: flagged, not in progress, no override."""
    of_student = {name: OuterRef(name) for name in ("student_id", "academic_year", "semester", "sem_week")}
    marks = WeeklyMetrics.objects.filter(**of_student).values("academic_performance")[:1]
    published = Value(True) if only_published else _is_published()
    flags = of_weeks(scope.of_students(WeeklyFlags.objects.all(), scope.standing_for(role, user)), weeks)
    found: QuerySet[Any, Any] = (
        flags.filter(list__in=_TO_SEE, override=False)
        .annotate(performance=Subquery(marks), published=published)
        .values(
            *("student_id", "class_id", "academic_year", "semester", "sem_week", "risk_level", "urgency"),
            *("rank_in_class", "performance", "published"),
        )
    )
    return found


def _rolls(role: str, user: int = 0, **weeks: Any) -> "QuerySet[Any, Any]":
    # By class and not by student, so that the index of classes and weeks alone can count them.
    rolls = of_weeks(scope.of_classes(WeeklyMetrics.objects.all(), scope.standing_for(role, user)), weeks)
    found: QuerySet[Any, Any] = rolls.values("academic_year", "semester", "sem_week").annotate(roll=Count("*"))
    return found.order_by()


_SNOOZED, _TO_PLACE, _ROLLS = Compiled(_snoozed), Compiled(_to_place), Compiled(_rolls)


def _held(row: Mapping[str, Any], snoozed: Mapping[str, str]) -> bool:
    level = snoozed.get(row["student_id"])
    return level is not None and row["published"] and row["risk_level"] in put_off(level)


def _by_week(rows: Iterable[dict[str, Any]]) -> dict[Week, list[dict[str, Any]]]:
    found: dict[Week, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[_week_of(row)].append(row)
    return found


def _week_of(row: Mapping[str, Any]) -> Week:
    return row["academic_year"], term_of(row["semester"]), row["sem_week"]


def _default_sizes(user: User, query: Mapping[str, Any]) -> dict[Week, int]:
    """The share of the policy of the students on the roll, rounded up."""
    share = policy_in_force().triage.capacity_share
    counts: dict[Week, int] = defaultdict(int)
    for row in _ROLLS.rows(user.role, **query, **scope.of_user(user)):
        counts[_week_of(row)] += row["roll"]
    return {week: math.ceil(share * roll - _TOLERANCE) for week, roll in counts.items()}


def in_order(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """By urgency, ties by lower performance (null first), then student_id; within a class by its rank.

    The rank is of the exact urgency, while what is stored of it has one decimal.
    """
    classes: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        classes[row["class_id"]].append(row)
    ranked = [sorted(of_class, key=lambda row: row["rank_in_class"]) for of_class in classes.values()]
    return list(heapq.merge(*ranked, key=_urgency))


def _urgency(row: Mapping[str, Any]) -> tuple[float, bool, float, str]:
    performance = row["performance"]
    return -row["urgency"], performance is not None, performance or 0.0, row["student_id"]


def list_order() -> Combinable:
    """The place of the list ``effective`` among the lists."""
    return Case(*(When(effective=name, then=Value(place)) for place, name in enumerate(LISTS)))


def level_order() -> Combinable:
    """The place of risk_level from the mildest; null first."""
    return Case(*(When(risk_level=name, then=Value(place + 1)) for place, name in enumerate(LEVELS)), default=Value(0))
