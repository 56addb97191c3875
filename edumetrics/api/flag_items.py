"""A flag as every answer shows it: the stored row with the list it is in, the student, the trend and what was done."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import CharField, OuterRef, Q, QuerySet, Subquery
from rest_framework import serializers

from edumetrics.accounts.models import User
from edumetrics.analysis_db.models import RosterClass, RosterStudent, WeeklyFlags, WeeklyMetrics
from edumetrics.api.flag_ids import FlagKey, flag_id
from edumetrics.api.policy_file import today
from edumetrics.api.triage import Cut
from edumetrics.api.weeks import WeekStatusSerializer
from edumetrics.databases.compiled import Compiled
from edumetrics.engine.flags.codes import LEVELS, LISTS, MISSING, REASONS, STRENGTHS
from edumetrics.interventions.models import FlagFeedback, InterventionLog
from edumetrics.interventions.snoozes import active_snoozes, put_off

TREND_WEEKS = 8
MOVEMENTS = ("new", "up", "down", "same")
_KEY = ("student_id", "academic_year", "semester", "sem_week")
_STORED = (
    *(*_KEY, "class_id", "risk_level", "risk_score", "urgency", "rank_in_class", "contributions", "reasons"),
    *("strengths", "missing", "diagnosis", "escalation_level", "first_flagged_week", "grace", "override", "integrity"),
    "run_id",
)
_TREND = {
    "effort": "effort_score",
    "performance": "academic_performance",
    "attendance": "weekly_att_pct",
    "risk_score": "risk_score",
}
_RANKS = {level: place for place, level in enumerate(LEVELS)}


class ReasonSerializer(serializers.Serializer[Any]):
    """Why a student is flagged, to be said aloud."""

    code = serializers.ChoiceField(choices=list(REASONS))
    sentence = serializers.CharField()
    value = serializers.FloatField(allow_null=True, help_text="what was seen")
    baseline = serializers.FloatField(allow_null=True, help_text="what it is held against")
    yardstick = serializers.ChoiceField(choices=["own past", "class", "rule"])
    weeks = serializers.IntegerField(allow_null=True, help_text="teaching weeks that the sentence speaks of")
    contribution = serializers.FloatField(help_text="points of the risk score")
    clears_when = serializers.CharField()


class StrengthSerializer(serializers.Serializer[Any]):
    """What goes well."""

    code = serializers.ChoiceField(choices=list(STRENGTHS))
    sentence = serializers.CharField()
    value = serializers.FloatField(allow_null=True)


class MissingSerializer(serializers.Serializer[Any]):
    """What keeps us from telling."""

    code = serializers.ChoiceField(choices=list(MISSING))

    def get_fields(self) -> dict[str, Any]:
        """With ``source``, a name that Serializer itself uses."""
        source = serializers.CharField(allow_null=True, help_text="the college's source that has too many bad rows")
        return {**super().get_fields(), "source": source}

    sentence = serializers.CharField()


class MovementSerializer(serializers.Serializer[Any]):
    """Against the teaching week before."""

    kind = serializers.ChoiceField(choices=MOVEMENTS, allow_null=True, help_text="null: the flag has no level")
    level_before = serializers.ChoiceField(choices=LEVELS, allow_null=True)


def _values(what: str) -> serializers.ListField:
    return serializers.ListField(child=serializers.FloatField(allow_null=True), help_text=f"{what}; null: no value")


class TrendSerializer(serializers.Serializer[Any]):
    """The last 8 weeks of the semester up to the flag's, one value a week."""

    weeks = serializers.ListField(child=serializers.IntegerField())
    effort = _values("effort score")
    performance = _values("academic performance")
    attendance = _values("lectures attended in the week, in percent")
    risk_score = _values("risk score; none in exam weeks")


class LastContactSerializer(serializers.Serializer[Any]):
    """The last contact logged with the student."""

    kind = serializers.ChoiceField(choices=InterventionLog.Kind.choices)
    logged_at = serializers.DateTimeField()
    by = serializers.CharField()
    outcome = serializers.CharField()


class FollowUpSerializer(serializers.Serializer[Any]):
    """What was promised and is not done yet; of several the first that is due."""

    intervention_id = serializers.IntegerField()
    follow_up_on = serializers.DateField()
    due = serializers.BooleanField(help_text="today or before")
    outcome = serializers.CharField()


class SnoozeSerializer(serializers.Serializer[Any]):
    """A snooze that holds."""

    reason = serializers.CharField()
    until = serializers.DateField(help_text="the last day on which it holds")
    by = serializers.CharField()
    at = serializers.DateTimeField()


class FeedbackSerializer(serializers.Serializer[Any]):
    """What the user said of the flag."""

    helpful = serializers.BooleanField()
    why = serializers.CharField()
    at = serializers.DateTimeField()


class FlagSerializer(serializers.Serializer[Any]):
    """A flag: a student to see in a week (or one of whom we cannot tell), and why."""

    id = serializers.CharField(help_text="public id of the flag; the same after every recompute")
    student_id = serializers.CharField()
    name = serializers.CharField(allow_null=True)
    roll_number = serializers.IntegerField(allow_null=True)
    class_id = serializers.CharField()
    class_name = serializers.CharField(allow_null=True)
    level = serializers.ChoiceField(choices=LEVELS, allow_null=True, help_text="null: integrity or cannot_tell only")
    list = serializers.ChoiceField(choices=LISTS)
    rank_in_class = serializers.IntegerField(allow_null=True)
    risk_score = serializers.FloatField()
    urgency = serializers.FloatField()
    reasons = ReasonSerializer(many=True)
    strengths = StrengthSerializer(many=True)
    missing = MissingSerializer(many=True)
    contributions = serializers.DictField(
        child=serializers.FloatField(), help_text="signal -> points; they add up to the risk score"
    )
    diagnosis = serializers.CharField()
    escalation_level = serializers.IntegerField(help_text="flagged teaching weeks in a row just before this one")
    first_flagged_week = serializers.IntegerField(allow_null=True)
    weeks_flagged = serializers.IntegerField(help_text="flagged teaching weeks in a row up to this one")
    grace = serializers.BooleanField()
    override = serializers.BooleanField()
    integrity = serializers.BooleanField()
    movement = MovementSerializer()
    trend = TrendSerializer()
    last_contact = LastContactSerializer(allow_null=True)
    follow_up = FollowUpSerializer(allow_null=True)
    snooze = SnoozeSerializer(allow_null=True)
    feedback = FeedbackSerializer(allow_null=True)
    week_status = WeekStatusSerializer()


def flag_values(flags: "QuerySet[WeeklyFlags]", cut: Cut) -> "QuerySet[WeeklyFlags, dict[str, Any]]":
    """The flags as values, with ``effective`` (the list), name, roll_number and class_name: rows for ``flag_items``."""
    person = RosterStudent.objects.filter(student_id=OuterRef("student_id"))
    its_class = RosterClass.objects.filter(class_id=OuterRef("class_id"))
    rows: QuerySet[WeeklyFlags, dict[str, Any]] = flags.annotate(
        effective=cut.as_case(),
        name=Subquery(person.values("name")[:1]),
        roll_number=Subquery(person.values("roll_number")[:1]),
        class_name=Subquery(its_class.values("name")[:1], output_field=CharField()),
    ).values(*_STORED, "effective", "name", "roll_number", "class_name")
    return rows


def flag_items(rows: Sequence[Mapping[str, Any]], user: User) -> list[dict[str, Any]]:
    """Rows of ``flag_values`` as they are answered; the same number of queries whatever their number."""
    if not rows:
        return []
    ids = list({row["student_id"] for row in rows})
    weeks, before = _weeks_of(rows), _levels_of(rows)
    contacts, snoozes, said = _contacts_of(ids), _snoozes_of(ids), _feedback_of(rows, user)
    return [
        _item(row)
        | {
            "movement": _movement(row, weeks[_term(row)], before[_term(row)]),
            "trend": _trend(row, weeks[_term(row)]),
            "last_contact": _last(contacts.get(row["student_id"], [])),
            "follow_up": follow_up(contacts.get(row["student_id"], [])),
            "snooze": _snooze_of(row, snoozes),
            "feedback": said.get(_flag_key(row)),
            "week_status": {
                "academic_year": row["academic_year"],
                "semester": row["semester"],
                "sem_week": row["sem_week"],
                "computed_at": weeks[_term(row)].get(row["sem_week"], {}).get("computed_at"),
            },
        }
        for row in rows
    ]


def _item(row: Mapping[str, Any]) -> dict[str, Any]:
    same = ("student_id", "name", "roll_number", "class_id", "class_name", "rank_in_class", "risk_score", "urgency")
    also = ("reasons", "strengths", "missing", "contributions", "diagnosis", "escalation_level", "first_flagged_week")
    return {
        "id": flag_id(_flag_key(row)),
        **{name: row[name] for name in (*same, *also, "grace", "override", "integrity")},
        "level": row["risk_level"],
        "list": row["effective"],
        "weeks_flagged": 0 if row["risk_level"] is None else row["escalation_level"] + 1,
    }


def _flag_key(row: Mapping[str, Any]) -> FlagKey:
    return FlagKey(*(row[name] for name in _KEY))


Term = tuple[str, int, int]


def _term(row: Mapping[str, Any]) -> Term:
    return row["student_id"], row["academic_year"], row["semester"]


def _in_weeks(rows: Sequence[Mapping[str, Any]], back: int) -> dict[str, Any]:
    """Values of ``_of_weeks``: from ``back`` weeks before the first of the rows to the last of them.

    Where the rows are of several semesters, the weeks of all of them, so that one form of the query does for any rows.
    """
    weeks = [row["sem_week"] for row in rows]
    return {
        "ids": sorted({row["student_id"] for row in rows}),
        "years": sorted({row["academic_year"] for row in rows}),
        "semesters": sorted({row["semester"] for row in rows}),
        "first": min(weeks) - back,
        "last": max(weeks),
    }


def _of_weeks(ids: Any, years: Any, semesters: Any, first: int, last: int) -> Q:
    return Q(
        student_id__among=ids,
        academic_year__among=years,
        semester__among=semesters,
        sem_week__gte=first,
        sem_week__lte=last,
    )


def _metrics(**weeks: Any) -> "QuerySet[Any, Any]":
    rows: QuerySet[Any, Any] = WeeklyMetrics.objects.filter(_of_weeks(**weeks)).values(
        *_KEY, *_TREND.values(), "computed_at"
    )
    return rows


def _levels(**weeks: Any) -> "QuerySet[Any, Any]":
    rows: QuerySet[Any, Any] = WeeklyFlags.objects.filter(_of_weeks(**weeks)).values(*_KEY, "risk_level")
    return rows


def _contacts(ids: Any) -> "QuerySet[Any, Any]":
    log = InterventionLog.objects.filter(student_id__among=ids).order_by("logged_at", "id")
    return log.values(
        "id", "student_id", "kind", "logged_at", "advisor", "outcome", "follow_up_on", "follow_up_done_at"
    )


def _active(day: date, ids: Any) -> "QuerySet[Any, Any]":
    found = active_snoozes(day).filter(student_id__among=ids)
    return found.values("student_id", "risk_level", "reason", "until", "by", "at")


def _feedback(by: str, **weeks: Any) -> "QuerySet[Any, Any]":
    rows: QuerySet[Any, Any] = FlagFeedback.objects.filter(_of_weeks(**weeks), by=by).values(
        *_KEY, "helpful", "why", "at"
    )
    return rows


_METRICS, _LEVELS, _CONTACTS = Compiled(_metrics), Compiled(_levels), Compiled(_contacts)
_ACTIVE, _FEEDBACK = Compiled(_active), Compiled(_feedback)


def _weeks_of(rows: Sequence[Mapping[str, Any]]) -> dict[Term, dict[int, dict[str, Any]]]:
    """The metrics of the weeks that the trends of the rows show: student and term -> week -> values."""
    found: dict[Term, dict[int, dict[str, Any]]] = defaultdict(dict)
    for week in _METRICS.rows(**_in_weeks(rows, TREND_WEEKS)):
        found[_term(week)][week["sem_week"]] = week
    return found


def _levels_of(rows: Sequence[Mapping[str, Any]]) -> dict[Term, dict[int, str | None]]:
    """The levels of the same weeks: student and term -> week -> level."""
    found: dict[Term, dict[int, str | None]] = defaultdict(dict)
    for week in _LEVELS.rows(**_in_weeks(rows, TREND_WEEKS)):
        found[_term(week)][week["sem_week"]] = week["risk_level"]
    return found


def _movement(
    row: Mapping[str, Any], weeks: Mapping[int, Mapping[str, Any]], levels: Mapping[int, str | None]
) -> dict[str, Any]:
    """Against the last week before that has a score: exam weeks have none, and no flags."""
    scored = [week for week, values in weeks.items() if week < row["sem_week"] and values["risk_score"] is not None]
    before = levels.get(max(scored)) if scored else None
    level = row["risk_level"]
    if level is None:
        return {"kind": None, "level_before": before}
    if before is None:
        return {"kind": "new", "level_before": None}
    change = _RANKS[level] - _RANKS[before]
    return {"kind": "up" if change > 0 else "down" if change < 0 else "same", "level_before": before}


def _trend(row: Mapping[str, Any], weeks: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    last = row["sem_week"]
    shown = range(max(1, last - TREND_WEEKS + 1), last + 1)
    empty: Mapping[str, Any] = {}
    return {
        "weeks": list(shown),
        **{name: [weeks.get(week, empty).get(column) for week in shown] for name, column in _TREND.items()},
    }


def _contacts_of(ids: Sequence[str]) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The contacts logged with each student, the first one first."""
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in _CONTACTS.rows(ids=ids):
        found[row["student_id"]].append(row)
    return found


def _last(contacts: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    if not contacts:
        return None
    last = contacts[-1]
    return {"kind": last["kind"], "logged_at": last["logged_at"], "by": last["advisor"], "outcome": last["outcome"]}


def follow_up(contacts: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The open follow-up of these contacts; of several the first that is due."""
    still_open = [one for one in contacts if one["follow_up_on"] is not None and one["follow_up_done_at"] is None]
    if not still_open:
        return None
    first = min(still_open, key=lambda one: (one["follow_up_on"], one["id"]))
    return {
        "intervention_id": first["id"],
        "follow_up_on": first["follow_up_on"],
        "due": first["follow_up_on"] <= today(),
        "outcome": first["outcome"],
    }


def _snoozes_of(ids: Sequence[str]) -> dict[str, dict[str, Any]]:
    return {one["student_id"]: one for one in _ACTIVE.rows(today(), ids=ids)}


def _snooze_of(row: Mapping[str, Any], snoozes: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    """The snooze that put this flag off; one that does not hold for it is not shown."""
    one = snoozes.get(row["student_id"])
    if one is None or row["effective"] != "in_progress" or row["risk_level"] not in put_off(one["risk_level"]):
        return None
    return {name: one[name] for name in ("reason", "until", "by", "at")}


def _feedback_of(rows: Sequence[Mapping[str, Any]], user: User) -> dict[FlagKey, dict[str, Any]]:
    given = _FEEDBACK.rows(by=user.username, **_in_weeks(rows, 0))
    return {_flag_key(row): {name: row[name] for name in ("helpful", "why", "at")} for row in given}
