"""The policy file: defaults, wrong values, versions and differences."""

import os
import subprocess
import sys
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from edumetrics.engine.errors import PolicyError
from edumetrics.engine.policy import Policy, load_policy, parse_policy, policy_differences

DEFAULTS: dict[str, Any] = {
    "calendar": {
        "weeks": 18,
        "midterm_weeks": [8],
        "endterm_weeks": [18],
        "holiday_weeks": [],
        "grace_weeks": 3,
        "silent_join_week": 4,
        "time_zone": "Asia/Kolkata",
        "first_days": {},
    },
    "sources": {"absent": []},
    "effort": {
        "weights": {
            "library_visits": 25,
            "book_borrows": 20,
            "assignment_quality": 20,
            "plagiarism": 15,
            "attendance": 10,
            "submission_rate": 10,
        },
        "full_library_visits": 5,
        "full_book_borrows": 2,
        "work_window": 3,
        "min_coverage": 0.2,
    },
    "performance": {"week_weights": [40, 30, 30]},
    "attendance": {
        "required_pct": 75,
        "detention_steps": [
            {"share": 0, "risk": 0},
            {"share": 0.5, "risk": 80 * 0.5},
            {"share": 0.75, "risk": 40 + 80 * (0.75 - 0.5)},
            {"share": 1, "risk": 60 + 120 * (1 - 0.75)},
        ],
    },
    "baseline": {
        "weeks": 4,
        "min_values": 2,
        "coverage_tolerance": 0.15,
        "min_students_for_shift": 5,
        "notice_shift": 10,
        "effort_drop": {"points": 10, "deviations": 1},
        "performance_drop": {"points": 10, "deviations": 1},
        "attendance_drop": {"points": 15, "deviations": 2},
    },
    "risk": {
        "weights": {
            "low_performance": 22,
            "attendance_requirement": 20,
            "missed_assignments": 18,
            "missed_quizzes": 9,
            "low_effort": 8,
            "performance_drop": 8,
            "effort_drop": 5,
            "attendance_drop": 5,
            "persistence": 5,
        },
        "max_contribution": 40,
        "low_performance_from": 60,
        "low_performance_span": 40,
        "attendance_share_from": 0.75,
        "missed_share_factor": 0.5,
        "points_per_gap": 2,
        "persistence_weeks": 3,
        "persistence_power": 2,
    },
    "triage": {
        "levels": {"critical": 60, "high": 40, "watch": 25},
        "escalate_from": 3,
        "urgency_per_week": 5,
        "urgency_weeks": 4,
        "override_attendance_pct": 30,
        "override_min_lectures": 5,
        "integrity_plagiarism_pct": 50,
        "integrity_window": 3,
        "follow_up_weeks": 2,
        "capacity_share": 0.2,
    },
    "quality": {"quarantine_share": 0.2, "clip": 0.01, "examples": 20},
}


def refusal(text: str) -> str:
    with pytest.raises(PolicyError) as error:
        parse_policy(text, "college.toml")
    return str(error.value)


# defaults


def test_the_defaults_are_the_numbers_of_the_scoring_definitions() -> None:
    assert Policy().as_json() == DEFAULTS


def test_an_empty_file_and_no_file_are_the_defaults() -> None:
    assert parse_policy("") == load_policy(None) == Policy()


def test_what_a_file_does_not_name_keeps_its_default(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("[risk.weights]\nlow_performance = 30\n[triage.levels]\nhigh = 45\n")
    expected = deepcopy(DEFAULTS)
    expected["risk"]["weights"]["low_performance"] = 30
    expected["triage"]["levels"]["high"] = 45
    assert load_policy(path).as_json() == expected


def test_what_a_drop_rule_does_not_name_keeps_its_default_too() -> None:
    rule = parse_policy("[baseline.attendance_drop]\npoints = 20").baseline.attendance_drop
    assert (rule.points, rule.deviations) == (20, 2)


def test_first_days_and_weeks_are_read() -> None:
    calendar = parse_policy(
        "[calendar]\nweeks = 10\nmidterm_weeks = [4, 5]\nendterm_weeks = [10]\nholiday_weeks = [2]\n"
        'first_days = {"2026-odd" = 2026-07-06, "2026-even" = 2027-01-04}'
    ).calendar
    assert calendar.teaching_weeks == (1, 3, 6, 7, 8, 9)
    assert calendar.last_teaching_week == 9
    assert calendar.first_day(2026, "even") == date(2027, 1, 4)
    assert calendar.first_day(2027, "odd") is None


# wrong values


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "[risk.weights]\nlow_performance = -1",
            ["risk.weights.low_performance", "found -1", "greater than or equal to 0"],
        ),
        ("[risk.weights]\nlow_performance = 1001", ["risk.weights.low_performance", "found 1001", "1000"]),
        ('[risk.weights]\nlow_performance = "much"', ["risk.weights.low_performance", "found 'much'", "number"]),
        ("[risk.weights]\nlow_performance = nan", ["risk.weights.low_performance", "found nan"]),
        ("[effort]\nmin_coverage = 1.5", ["effort.min_coverage", "found 1.5", "less than or equal to 1"]),
        ("[effort]\nfull_library_visits = 0", ["effort.full_library_visits", "found 0", "greater than 0"]),
        ("[effort]\nwork_window = 2.5", ["effort.work_window", "found 2.5", "integer"]),
        ("[performance]\nweek_weights = []", ["performance.week_weights", "found []", "at least 1"]),
        ("[performance]\nweek_weights = [40, -30]", ["performance.week_weights.1", "found -30"]),
        ("[attendance]\nrequired_pct = 101", ["attendance.required_pct", "found 101", "100"]),
        ("[baseline]\nmin_values = 1", ["baseline.min_values", "found 1", "2"]),
        ("[risk]\nattendance_share_from = 1", ["risk.attendance_share_from", "found 1", "less than 1"]),
        ("[triage]\ncapacity_share = 20", ["triage.capacity_share", "found 20", "less than or equal to 1"]),
        ("[triage]\nescalate_from = -1", ["triage.escalate_from", "found -1", "0"]),
        ("[calendar]\nweeks = 0", ["calendar.weeks", "found 0", "1"]),
        ("[calendar]\nendterm_weeks = [19]", ["calendar", "endterm_weeks has week 19", "weeks 1 to 18"]),
        ("[calendar]\nweeks = 2\nmidterm_weeks = [1]\nendterm_weeks = [2]", ["calendar", "no teaching week is left"]),
        ('[calendar]\ntime_zone = "Bombay"', ["calendar.time_zone", "found 'Bombay'", "Asia/Kolkata"]),
        ('[calendar.first_days]\n"2026" = 2026-07-06', ["calendar.first_days", '"2026"', '"2026-odd"']),
        ('[calendar.first_days]\n"2026-odd" = "July"', ["calendar.first_days.2026-odd", "found 'July'", "date"]),
        ('[sources]\nabsent = ["canteen"]', ["sources.absent.0", "found 'canteen'", "'library'"]),
        (
            "[triage.levels]\nwatch = 50",
            ["triage.levels", "watch 50, high 40, critical 60", "watch must be below high"],
        ),
        (
            "[attendance]\ndetention_steps = [{share = 0.5, risk = 0}, {share = 1, risk = 9}]",
            ["attendance.detention_steps", "[0.5, 1.0]", "start at 0 and increase"],
        ),
        (
            "[attendance]\ndetention_steps = [{share = 0, risk = 0}]",
            ["attendance.detention_steps", "at least 2"],
        ),
        ("calendar = 5", ["calendar", "found 5"]),
        ("[triage]\nlevel = 5", ["triage.level", "there is no such key", "escalate_from", "levels"]),
        ("[triage.levels]\nlow = 5", ["triage.levels.low", "there is no such key", "critical, high, watch"]),
        ("[colour]\nred = 5", ["colour", "there is no such key", "attendance, baseline, calendar"]),
        ("[schedule]\nweekly = 5", ["schedule.weekly", "found 5", "string"]),
        ('[schedule]\nweekly = "monday"', ["schedule.weekly", "found 'monday'", "has 1 fields", '"0 5 * * 1"']),
        ('[schedule]\nweekly = "0 0 5 * * 1"', ["schedule.weekly", "has 6 fields", "minute hour day month weekday"]),
        ('[schedule]\nweekly = "0 25 * * 1"', ["schedule.weekly", "no time of cron (bad hour)", '"0 5 * * 1"']),
        ('[schedule]\nweekly = "0 0 31 2 *"', ["schedule.weekly", "bad day-of-month"]),
        ('[schedule]\nweekly = "0 0 */31 2 1#5"', ["schedule.weekly", "is a time that never comes"]),
        ("[calendar", ["not valid TOML"]),
    ],
)
def test_a_wrong_value_is_refused_by_key_with_what_was_found_and_what_is_allowed(text: str, parts: list[str]) -> None:
    message = refusal(text)
    assert message.startswith("college.toml ")
    assert [part for part in parts if part not in message] == [], message


def test_every_wrong_value_is_named_at_once() -> None:
    message = refusal("[quality]\nclip = -1\nexamples = -2\nquarantine_share = 2")
    assert "3 wrong value(s)" in message
    assert all(f"quality.{name}" in message for name in ("clip", "examples", "quarantine_share"))


def test_an_unknown_key_in_a_detention_step_is_refused_like_any_other() -> None:
    message = refusal("[attendance]\ndetention_steps = [{share = 0, risk = 0, colour = 1}, {share = 1, risk = 9}]")
    assert "attendance.detention_steps.0.colour: there is no such key; allowed here: risk, share" in message


@pytest.mark.parametrize(
    "text",
    [
        "[risk.weights]\nlow_performance = true",
        "[calendar]\ngrace_weeks = true",
    ],
)
def test_a_boolean_is_no_number(text: str) -> None:
    assert "number" in refusal(text) or "integer" in refusal(text)


@pytest.mark.parametrize("key", ["effort.full_library_visits", "risk.points_per_gap", "triage.urgency_per_week"])
def test_infinity_is_no_number_of_a_policy(key: str) -> None:
    section, _, name = key.partition(".")
    assert key in refusal(f"[{section}]\n{name} = inf")


@pytest.mark.parametrize("text", ['"2026-odd" = 0', '"26-odd" = 2026-07-06'])
def test_a_first_day_must_be_a_date_of_a_year_with_four_digits(text: str) -> None:
    assert "calendar.first_days" in refusal(f"[calendar.first_days]\n{text}")


def test_a_file_that_is_not_there_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(
        PolicyError, match=r"nowhere\.toml cannot be read: No such file or directory\. Check POLICY_FILE"
    ):
        load_policy(tmp_path / "nowhere.toml")


def test_a_file_that_is_not_utf_8_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes("# the college of Orléans\n".encode("latin-1"))
    with pytest.raises(PolicyError, match=r"policy\.toml"):
        load_policy(path)


# version and differences


def leaves(values: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The place of every number in the policy."""
    items = values.items() if isinstance(values, dict) else enumerate(values) if isinstance(values, list) else None
    if items is not None:
        for key, value in items:
            yield from leaves(value, (*path, key))
    elif isinstance(values, int | float):
        yield path


def changed(path: tuple[str | int, ...]) -> dict[str, Any]:
    """The defaults with one number a little other; whole numbers stay whole, shares stay shares."""
    values = deepcopy(DEFAULTS)
    at: Any = values
    for key in path[:-1]:
        at = at[key]
    one = at[path[-1]]
    if path == ("calendar", "endterm_weeks", 0):
        one -= 2
    at[path[-1]] = one + (1 if isinstance(one, int) and one > 1 else 0.001)
    return values


FIXED = {("attendance", "detention_steps", step, "share") for step in (0, 3)}
"""The first and last share are 0 and 1."""


@pytest.mark.parametrize("path", [path for path in leaves(DEFAULTS) if path not in FIXED], ids=str)
def test_every_number_changes_the_version_and_is_named_as_a_difference(path: tuple[str | int, ...]) -> None:
    policy = Policy.model_validate(changed(path))
    assert policy.version != Policy().version
    (line,) = policy_differences(Policy().as_json(), policy.as_json())
    # A list is one value.
    key = takewhile(lambda one: isinstance(one, str), path)
    assert line.startswith(".".join(map(str, key)) + ":")


def test_the_version_is_the_same_for_the_same_numbers_in_every_process() -> None:
    spelled_out = parse_policy("[risk.weights]\nlow_performance = 22.0\n[calendar]\nholiday_weeks = []")
    assert spelled_out.version == Policy().version
    code = "from edumetrics.engine.policy import Policy; print(Policy().version)"
    environment = os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parents[2])}
    printed = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert printed.stdout.strip() == Policy().version
    assert len(Policy().version) == 12


def test_differences_say_the_key_the_old_and_the_new_value() -> None:
    new = parse_policy('[triage.levels]\nwatch = 30\n[calendar]\nmidterm_weeks = [9]\n[sources]\nabsent = ["library"]')
    assert policy_differences(Policy().as_json(), new.as_json()) == [
        "calendar.midterm_weeks: [8] -> [9]",
        "sources.absent: [] -> ['library']",
        "triage.levels.watch: 25.0 -> 30.0",
    ]
    assert policy_differences(Policy().as_json(), Policy().as_json()) == []


def test_a_key_that_only_one_of_two_policies_has_is_a_difference() -> None:
    assert policy_differences({"a": 1}, {"b": 2}) == ["a: 1 -> None", "b: None -> 2"]


# schedule


def test_the_schedule_is_part_of_no_version_so_that_it_may_change_in_mid_semester() -> None:
    moved = parse_policy('[schedule]\nweekly = "30 6 * * 2"')
    assert moved.schedule.weekly == "30 6 * * 2"
    assert moved != Policy()
    assert moved.version == Policy().version
    assert policy_differences(Policy().as_json(), moved.as_json()) == []
    # What a run records reads back as a policy that scores alike.
    assert Policy.model_validate(moved.as_json()).version == moved.version


def weekly_times(text: str, zone: str, *after: datetime) -> list[str]:
    policy = parse_policy(f'[schedule]\nweekly = "{text}"\n[calendar]\ntime_zone = "{zone}"')
    times = [policy.schedule.next_weekly(one, policy.calendar.zone) for one in after]
    return ["never" if time is None else f"{time:%m-%d %H:%M %Z}" for time in times]


def test_the_weekly_run_is_on_monday_at_5_in_the_time_zone_of_the_college() -> None:
    policy = Policy()
    after = datetime(2026, 8, 5, 12, tzinfo=UTC)
    assert policy.schedule.next_weekly(after, policy.calendar.zone) == datetime(2026, 8, 9, 23, 30, tzinfo=UTC)


def test_an_empty_text_schedules_no_weekly_run() -> None:
    assert weekly_times("", "UTC", datetime(2026, 8, 5, tzinfo=UTC)) == ["never"]
    assert weekly_times("  ", "UTC", datetime(2026, 8, 5, tzinfo=UTC)) == ["never"]


def test_the_next_time_is_later_than_the_moment_asked_of() -> None:
    five = datetime(2026, 8, 10, 5, tzinfo=UTC)
    moments = [five.replace(hour=4, minute=59, second=59), five, five.replace(microsecond=1)]
    assert weekly_times("0 5 * * 1", "UTC", *moments) == ["08-10 05:00 UTC", "08-17 05:00 UTC", "08-17 05:00 UTC"]


def test_a_time_that_the_clocks_skip_comes_when_they_have_been_put_forward() -> None:
    # In Berlin 02:00 of 29 March 2026 is 03:00.
    before, after = datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 29, 1, 0, 5, tzinfo=UTC)
    assert weekly_times("30 2 * * 0", "Europe/Berlin", before, after) == ["03-29 01:00 UTC", "04-05 00:30 UTC"]


def test_a_time_that_the_clocks_show_twice_comes_once() -> None:
    # In Berlin 02:30 of 25 October 2026 comes at 00:30 and at 01:30 UTC.
    moments = [datetime(2026, 10, 24, tzinfo=UTC), *(datetime(2026, 10, 25, hour, 10, tzinfo=UTC) for hour in (0, 1))]
    expected = ["10-25 00:30 UTC", "10-25 00:30 UTC", "11-01 01:30 UTC"]
    assert weekly_times("30 2 * * 0", "Europe/Berlin", *moments) == expected
