"""The words of the weekly briefing, and that whatever they are makes a PDF."""

from datetime import UTC, date, datetime
from typing import Any

from edumetrics.api.briefing_pdf import as_pdf
from edumetrics.api.briefing_words import MOST_SHORT, briefing_words
from edumetrics.engine.policy import load_policy


def flag(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Asha Rao",
        "student_id": "S1",
        "roll_number": 7,
        "level": "high",
        "list": "contact",
        "weeks_flagged": 3,
        "reasons": [{"sentence": f"Reason {number}."} for number in range(5)],
        "missing": [{"sentence": "No quiz results."}],
        "strengths": [],
        "last_contact": None,
        "follow_up": None,
        **changes,
    }


def measure(mean: float | None) -> dict[str, Any]:
    return {
        "count": 0 if mean is None else 3,
        "mean": mean,
        "lower_quartile": mean,
        "median": mean,
        "upper_quartile": mean,
    }


def class_week(number: int, mean: float | None, kind: str = "teaching") -> dict[str, Any]:
    return {
        "class_id": "A",
        "class_name": "A #1 *bold* $x$ @cite",
        "kind": kind,
        "on_roll": 3,
        **{name: measure(mean) for name in ("effort", "performance", "weekly_attendance")},
        "levels": {"critical": 0, "high": 1, "watch": 0},
        "movement": {"week_before": None, "new": 1, "worse": 0, "better": 0, "same": 0, "gone": 0},
        "attendance_shortfall": {"required_pct": 75, "below_rule": 0, "at_risk": 0, "out_of_reach": 0},
        "week_status": {"academic_year": 2026, "semester": 3, "sem_week": number, "computed_at": None},
    }


def words(**changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "policy": load_policy(None),
        "today": date(2026, 10, 5),
        "first_day": None,
        "nobody": None,
        "series": [class_week(1, 50.0), class_week(2, None), class_week(3, 60.0)],
        "flags": [flag()],
        "notices": [],
        "short": [],
    }
    return briefing_words(**{**given, **changes})


def test_the_strongest_reasons_come_first_and_what_is_missing_first_where_we_cannot_tell() -> None:
    said = words(flags=[flag(), flag(list="cannot_tell", level=None, weeks_flagged=0)])
    assert said["contact"][0]["sentences"] == ["Reason 0.", "Reason 1.", "Reason 2."]
    assert said["contact"][0]["about"] == "No. 7, week 3 of this"
    (title, _, others), *more = said["others"]
    assert (title, more) == ("Cannot tell", [])
    assert others[0]["sentences"][0] == "No quiz results."
    assert others[0]["word"] is None


def test_the_last_contact_says_what_came_of_it_and_what_was_promised() -> None:
    contact = {"kind": "call", "logged_at": datetime(2026, 9, 30, 20, tzinfo=UTC), "outcome": "Two hours a week."}
    following = {"follow_up_on": date(2026, 10, 4)}
    said = words(flags=[flag(last_contact=contact, follow_up=following), flag()])
    assert [one["done"] for one in said["contact"]] == [
        "1 Oct 2026, call. Two hours a week. Follow-up was due 4 Oct 2026",
        "none",
    ]


def test_it_says_which_days_the_data_goes_to() -> None:
    assert words()["summary"] == "Weekly briefing · week 3 of 18, semester 3 · 3 students"
    assert words(first_day=date(2026, 7, 20))["summary"].endswith("data to 9 Aug 2026")


def test_a_long_table_is_cut_and_says_how_long_it_is() -> None:
    row = {"name": None, "student_id": "S1", "overall_att_pct": 74.96, "weekly_att_pct": None}
    said = words(short=[{**row, "lectures_to_attend": 9, "lectures_remaining": 4}] * 30)
    assert (len(said["short"]), said["short_of"]) == (MOST_SHORT, 30)
    expected = {"name": "S1", "semester": "75.0%", "week": "not known", "attend": "9 (4 left)", "reach": "no longer"}
    assert said["short"][0] == expected


def test_pages_can_be_made_of_gaps_of_nothing_and_of_names_that_look_like_markup() -> None:
    at = datetime(2026, 10, 4, 6, 30, 0, 5, tzinfo=UTC)
    name = '#panic("no") *_`<a> "\\'
    several = words(flags=[flag(name=name, reasons=[{"sentence": name}])], notices=[name])
    empty = words(series=[class_week(8, None, "midterm")], flags=[])
    for said in (several, empty):
        assert as_pdf(said, at=at).startswith(b"%PDF-")
    assert empty["levels"] == []
