"""/api/class-performance/: how a class is doing, week by week."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rest_framework import serializers

from edumetrics.analysis_db.models import RosterClass, WeeklyFlags
from edumetrics.api.class_weeks import ClassWeek, QuartilesSerializer, class_weeks, known, of_class_weeks, quartiles
from edumetrics.api.class_weeks import values_of as values_of_weeks
from edumetrics.api.kinds_of_week import KINDS, kind_of
from edumetrics.api.policy_file import policy_in_force
from edumetrics.api.resources import ListResource
from edumetrics.api.weeks import TermListParameters, WeekStatusSerializer
from edumetrics.engine.flags.codes import LEVELS, LISTS
from edumetrics.engine.metrics.rounding import PERCENTAGE_DIGITS

BINS = 10
_MEASURES = {
    "effort": "effort_score",
    "performance": "academic_performance",
    "weekly_attendance": "weekly_att_pct",
    "overall_attendance": "overall_att_pct",
    "risk_score": "risk_score",
}
_ALSO = ("lectures_to_attend", "lectures_remaining", "computed_at")
_COLUMNS = (*_MEASURES.values(), *_ALSO)
_TO_ATTEND, _REMAINING, _COMPUTED_AT = (_COLUMNS.index(name) for name in _ALSO)
_OVERALL = _COLUMNS.index("overall_att_pct")


class MeasureSerializer(QuartilesSerializer):
    """One measure over the students who have a value."""

    count = serializers.IntegerField(help_text="students who have a value")
    mean = serializers.FloatField(allow_null=True)


class DistributedSerializer(MeasureSerializer):
    """The same, with how many students are in each tenth of 0 to 100."""

    bins = serializers.ListField(
        child=serializers.IntegerField(), help_text="students from 0 to under 10, to under 20, ... and 90 to 100"
    )


class LevelCountsSerializer(serializers.Serializer[Any]):
    """Students by level."""

    critical = serializers.IntegerField()
    high = serializers.IntegerField()
    watch = serializers.IntegerField()


class ListCountsSerializer(serializers.Serializer[Any]):
    """Students by list, with the default capacity and without snoozes."""

    contact = serializers.IntegerField()
    watching = serializers.IntegerField()
    in_progress = serializers.IntegerField()
    integrity = serializers.IntegerField()
    cannot_tell = serializers.IntegerField()


class ClassMovementSerializer(serializers.Serializer[Any]):
    """Flagged students against the teaching week before."""

    week_before = serializers.IntegerField(allow_null=True, help_text="null: the first teaching week, or no teaching")
    new = serializers.IntegerField(help_text="flagged, and not the week before")
    worse = serializers.IntegerField(help_text="a higher level")
    better = serializers.IntegerField(help_text="a lower level")
    same = serializers.IntegerField()
    gone = serializers.IntegerField(help_text="not flagged any more")


class ShortfallSerializer(serializers.Serializer[Any]):
    """Who is short of the attendance that the college requires."""

    required_pct = serializers.FloatField()
    below_rule = serializers.IntegerField(help_text="attended less than that in the semester so far")
    at_risk = serializers.IntegerField(help_text="must attend most of the remaining lectures, or cannot reach it")
    out_of_reach = serializers.IntegerField(help_text="cannot reach it any more")


class ClassPerformanceSerializer(serializers.Serializer[Any]):
    """A class in a week."""

    class_id = serializers.CharField()
    class_name = serializers.CharField(allow_null=True)
    kind = serializers.ChoiceField(choices=KINDS, help_text="exam and holiday weeks have no flags")
    on_roll = serializers.IntegerField()
    effort = DistributedSerializer()
    performance = DistributedSerializer()
    weekly_attendance = MeasureSerializer()
    overall_attendance = MeasureSerializer()
    risk_score = MeasureSerializer()
    levels = LevelCountsSerializer()
    lists = ListCountsSerializer()
    movement = ClassMovementSerializer()
    attendance_shortfall = ShortfallSerializer()
    week_status = WeekStatusSerializer()


class Found:
    """Class-weeks as the list resource needs them: counted, cut into pages, gone through."""

    def __init__(self, weeks: Sequence[ClassWeek]) -> None:
        self._weeks = weeks

    def count(self) -> int:
        """How many there are."""
        return len(self._weeks)

    def __getitem__(self, part: slice) -> Sequence[ClassWeek]:
        return self._weeks[part]

    def iterator(self, chunk_size: int) -> Iterator[ClassWeek]:
        """In the same order."""
        return iter(self._weeks)


class ClassPerformanceParameters(TermListParameters):
    """Filters of the class-weeks."""

    orderings = ("class_id", "sem_week")


class ClassPerformance(ListResource):
    """Aggregates of classes by week; without a week the whole series of the term."""

    parameters = ClassPerformanceParameters
    item = ClassPerformanceSerializer
    csv_name = "class-performance"
    keeps = True

    def rows(self) -> Any:
        """The class-weeks in scope."""
        self.check_class(self.query.get("class_id"))
        return class_weeks(self.user, self.query)

    def ordered(self, rows: Any) -> Any:
        """By class and week, or by week and class."""
        asked = self.query.get("ordering", "class_id")
        if asked.endswith("sem_week"):
            rows = sorted(rows, key=lambda one: (one.academic_year, one.sem_week, one.class_id, one.semester))
        return Found(rows[::-1] if asked.startswith("-") else rows)

    def present(self, rows: Sequence[ClassWeek]) -> list[dict[str, Any]]:
        """With what is aggregated from the students' rows and flags."""
        return performance_of(rows)

    def reason(self) -> str:
        """Why there is none."""
        return "Nothing is published for it, or no class is assigned to you."


def performance_of(rows: Sequence[ClassWeek]) -> list[dict[str, Any]]:
    """Class-weeks as they are answered, whoever asks. Three queries."""
    values = values_of_weeks(rows, _COLUMNS)
    flags = _flags_of([*rows, *(one._replace(sem_week=_before(one.sem_week) or 0) for one in rows)])
    ids = {one.class_id for one in rows}
    names = dict(RosterClass.objects.filter(class_id__in=ids).values_list("class_id", "name"))
    return [_present(one, names.get(one.class_id), values[one], flags) for one in rows]


Flags = Mapping[ClassWeek, Mapping[str, tuple[str | None, str]]]
"""Of each class-week: student_id -> level and list."""


def _flags_of(weeks: Sequence[ClassWeek]) -> Flags:
    found: dict[ClassWeek, dict[str, tuple[str | None, str]]] = defaultdict(dict)
    flags = WeeklyFlags.objects.filter(of_class_weeks(weeks))
    for row in flags.values_list(*ClassWeek._fields, "student_id", "risk_level", "list"):
        found[ClassWeek(*row[:4])][row[4]] = (row[5], row[6])
    return found


def _before(week: int) -> int | None:
    """The teaching week before a teaching week."""
    teaching = policy_in_force().calendar.teaching_weeks
    earlier = [one for one in teaching if one < week]
    return earlier[-1] if earlier and week in teaching else None


def _present(one: ClassWeek, name: str | None, values: Sequence[tuple[Any, ...]], flags: Flags) -> dict[str, Any]:
    now = flags.get(one, {})
    levels = Counter(level for level, _ in now.values())
    lists = Counter(where for _, where in now.values())
    columns = {measure: known(values, _COLUMNS.index(column)) for measure, column in _MEASURES.items()}
    return {
        "class_id": one.class_id,
        "class_name": name,
        "kind": kind_of(one.sem_week),
        "on_roll": len(values),
        **{measure: _measure(column) for measure, column in columns.items()},
        "effort": {**_measure(columns["effort"]), "bins": _bins(columns["effort"])},
        "performance": {**_measure(columns["performance"]), "bins": _bins(columns["performance"])},
        "levels": {level: levels[level] for level in LEVELS},
        "lists": {where: lists[where] for where in LISTS},
        "movement": _movement(one, flags),
        "attendance_shortfall": _shortfall(values),
        "week_status": {
            "academic_year": one.academic_year,
            "semester": one.semester,
            "sem_week": one.sem_week,
            "computed_at": max((row[_COMPUTED_AT] for row in values), default=None),
        },
    }


def _measure(values: Sequence[float]) -> dict[str, Any]:
    mean = round(sum(values) / len(values), PERCENTAGE_DIGITS) if values else None
    return {"count": len(values), "mean": mean, **quartiles(values)}


def _bins(values: Sequence[float]) -> list[int]:
    counts = Counter(min(int(value // (100 / BINS)), BINS - 1) for value in values)
    return [counts[place] for place in range(BINS)]


def _movement(one: ClassWeek, flags: Flags) -> dict[str, Any]:
    week = _before(one.sem_week)
    now = {student: level for student, (level, _) in flags.get(one, {}).items() if level}
    earlier = flags.get(one._replace(sem_week=week), {}) if week else {}
    before = {student: level for student, (level, _) in earlier.items() if level}
    steps = [LEVELS.index(level) - LEVELS.index(before[student]) for student, level in now.items() if student in before]
    return {
        "week_before": week,
        "new": len(now) - len(steps),
        "worse": sum(step > 0 for step in steps),
        "better": sum(step < 0 for step in steps),
        "same": sum(step == 0 for step in steps),
        "gone": len(before) - len(steps),
    }


def _shortfall(values: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    policy = policy_in_force()
    required, share = policy.attendance.required_pct, policy.risk.attendance_share_from
    left = [(row[_TO_ATTEND], row[_REMAINING]) for row in values if None not in (row[_TO_ATTEND], row[_REMAINING])]
    return {
        "required_pct": required,
        "below_rule": sum(row[_OVERALL] < required for row in values if row[_OVERALL] is not None),
        "at_risk": sum(needed > share * remaining for needed, remaining in left),
        "out_of_reach": sum(needed > remaining for needed, remaining in left),
    }
