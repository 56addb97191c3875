"""What the weekly briefing of a class says, from the API's answers to lines of text."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from edumetrics.engine.policy import Policy

MOST_SENTENCES = 3
MOST_SHORT = 20
"""Rows of a table that would else fill pages: two pages are read, six are not."""

_LEVELS = {"critical": "Critical", "high": "High", "watch": "Watch"}
_KINDS = {"midterm": "Midterm", "endterm": "Endterm", "holiday": "Holiday"}
_OTHERS = {
    "watching": ("Watching", None),
    "in_progress": ("In progress", "Somebody has been in touch lately, or has put the student off with a reason."),
    "integrity": ("Integrity", "A plagiarism check found something: a conversation of its own."),
    "cannot_tell": ("Cannot tell", "Too little is known of the student to say anything."),
}
_MEASURES = {
    "effort": ("Effort", ""),
    "performance": ("Performance", ""),
    "weekly_attendance": ("Attendance of the week", "%"),
}


def briefing_words(
    *,
    policy: Policy,
    today: date,
    first_day: date | None,
    nobody: str | None,
    series: Sequence[Mapping[str, Any]],
    flags: Sequence[Mapping[str, Any]],
    notices: Sequence[str],
    short: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Everything that the template says, as text and numbers.

    ``series``: the weeks of the class as /api/class-performance/ has them; the briefing is of the last. ``flags`` and
    ``short``: as /api/flagged/ and /api/attendance-shortfall/ have them, of that week. ``first_day``: of week 1, None
    where it is unknown. ``nobody``: why there are no flags in a week without teaching; None in any other.
    """
    last = series[-1]
    status = last["week_status"]
    week = status["sem_week"]
    name = last["class_name"] or last["class_id"]
    by_list = {
        code: [_student(flag, policy, today) for flag in flags if flag["list"] == code]
        for code in ("contact", *_OTHERS)
    }
    return {
        "title": f"{name}, weekly briefing, week {week}",
        "heading": name,
        "summary": _summary(last, policy.calendar.weeks, first_day),
        "footer": f"EduMetrics · {name} · week {week} · confidential: it names students",
        "notices": list(notices),
        "levels": _levels(last),
        "movement": _movement(last["movement"]),
        "nobody": nobody or "Nobody is to be contacted first in this week.",
        "contact": by_list["contact"],
        "others": [(*_OTHERS[code], by_list[code]) for code in _OTHERS if by_list[code]],
        "weeks": [_week(row) for row in series],
        "measures": [_measure(series, code, policy.attendance.required_pct) for code in _MEASURES],
        "shortfall": _shortfall(last),
        "short": [_short(row) for row in short[:MOST_SHORT]],
        "short_of": len(short),
    }


def _summary(last: Mapping[str, Any], weeks: int, first_day: date | None) -> str:
    status = last["week_status"]
    week = status["sem_week"]
    parts = [
        "Weekly briefing",
        f"week {week} of {weeks}, semester {status['semester']}",
        f"{last['on_roll']} students",
    ]
    if first_day is not None:
        parts.append(f"data to {_day(first_day + timedelta(days=7 * week - 1))}")
    return " · ".join(parts)


def _day(day: date) -> str:
    """Day, month and year: 4 Oct 2026."""
    return f"{day.day} {day:%b %Y}"


def _levels(last: Mapping[str, Any]) -> list[dict[str, Any]]:
    """None in a week without teaching, in which nobody has a level."""
    if last["kind"] not in ("teaching", "grace"):
        return []
    return [{"code": code, "word": word, "students": last["levels"][code]} for code, word in _LEVELS.items()]


def _movement(moved: Mapping[str, Any]) -> str:
    if moved["week_before"] is None:
        return "There is no teaching week before to compare with."
    return (
        f"{moved['new']} new, {moved['worse']} worse, {moved['better']} better, {moved['same']} as before, "
        f"{moved['gone']} not flagged any more, since week {moved['week_before']}."
    )


def _student(flag: Mapping[str, Any], policy: Policy, today: date) -> dict[str, Any]:
    missing, reasons = ([one["sentence"] for one in flag[name]] for name in ("missing", "reasons"))
    said = [*missing, *reasons] if flag["list"] == "cannot_tell" else [*reasons, *missing]
    return {
        "name": flag["name"] or flag["student_id"],
        "level": flag["level"] or "none",
        "word": _LEVELS.get(flag["level"]),
        "about": _about(flag),
        "sentences": said[:MOST_SENTENCES],
        "strength": next((one["sentence"] for one in flag["strengths"]), None),
        "done": _done(flag, policy, today),
    }


def _about(flag: Mapping[str, Any]) -> str:
    number = [] if flag["roll_number"] is None else [f"No. {flag['roll_number']}"]
    weeks = flag["weeks_flagged"]
    since = [] if weeks == 0 else ["new" if weeks == 1 else f"week {weeks} of this"]
    return ", ".join([*number, *since])


def _done(flag: Mapping[str, Any], policy: Policy, today: date) -> str:
    contact, following = flag["last_contact"], flag["follow_up"]
    if contact is None:
        return "none"
    when = contact["logged_at"].astimezone(policy.calendar.zone).date()
    parts = [f"{_day(when)}, {contact['kind'].replace('_', ' ')}", contact["outcome"]]
    if following is not None:
        due = "was due" if following["follow_up_on"] < today else "due"
        parts.append(f"Follow-up {due} {_day(following['follow_up_on'])}")
    return ". ".join(one.rstrip(".") for one in parts if one)


def _week(row: Mapping[str, Any]) -> dict[str, Any]:
    number = row["week_status"]["sem_week"]
    return {"number": number, "word": _KINDS.get(row["kind"])}


def _measure(series: Sequence[Mapping[str, Any]], code: str, required: float) -> dict[str, Any]:
    name, sign = _MEASURES[code]
    means = [row[code]["mean"] for row in series]
    now = next((one for one in reversed(means) if one is not None), None)
    last = series[-1][code]
    said = (
        f"Half of the class is between {last['lower_quartile']:.0f}{sign} and {last['upper_quartile']:.0f}{sign}."
        if last["count"]
        else "No value in this week."
    )
    return {
        "name": name,
        "mean": means,
        "lower": [row[code]["lower_quartile"] for row in series],
        "upper": [row[code]["upper_quartile"] for row in series],
        "rule": required if code == "weekly_attendance" else None,
        "last": "" if now is None else f"{now:.0f}{sign}",
        "summary": said,
    }


def _shortfall(last: Mapping[str, Any]) -> str:
    short = last["attendance_shortfall"]
    rule = f"{short['required_pct']:g}%"
    if short["below_rule"] + short["at_risk"] == 0:
        return f"Nobody is short of the {rule} rule."
    return (
        f"{short['below_rule']} of {last['on_roll']} students attended less than {rule} so far. "
        f"{short['at_risk']} must attend most of what is left or cannot reach the rule; {short['out_of_reach']} cannot."
    )


def _short(row: Mapping[str, Any]) -> dict[str, str]:
    needed, left = row["lectures_to_attend"], row["lectures_remaining"]
    unknown = needed is None or left is None
    return {
        "name": row["name"] or row["student_id"],
        "semester": _percent(row["overall_att_pct"]),
        "week": _percent(row["weekly_att_pct"]),
        "attend": "not known" if unknown else f"{needed} ({left} left)",
        "reach": "not known" if unknown else "yes" if needed <= left else "no longer",
    }


def _percent(value: float | None) -> str:
    return "not known" if value is None else f"{value:.1f}%"
