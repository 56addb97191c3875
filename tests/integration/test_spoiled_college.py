"""A college that is spoiled on purpose: the data-quality report counts exactly what was spoiled, and the rest is as it was."""

import json
from collections import Counter
from collections.abc import Iterator

import polars as pl
import pytest

from demo.college.ways import WAYS, WHOLE_WEEKS
from edumetrics.engine.tables.quality import RULES
from tests.conftest import PAIRS, Maker, Templates, need
from tests.integration.workspace import DERIVED, Finished, Pair, Workspace, assert_same, of

CLEAN = "--students 240 --week 12 --past-years 0"
SPOILED = ("CSE25A", "CSE24A")
WHOLE = ("CSE26A", "CSE23A")
OF_SPOILED = "".join(f" --spoil-class {one}" for one in SPOILED)
EVENTS = ("attendance", "library_visits", "book_borrows", "exam_schedule", "exam_results")
WORK = ("assignment_definitions", "assignment_submissions", "quiz_definitions", "quiz_submissions")

KEY = ["student_id", "academic_year", "semester", "sem_week"]

Counts = Counter[tuple[str, str, int | None]]
"""Rows by table, rule and week."""


@pytest.fixture(scope="session")
def clean(pair: Pair, templates: Templates) -> Workspace:
    """Four classes, calibrated; to be read only."""
    return templates.calibrated(pair, CLEAN)


@pytest.fixture(scope="session")
def spoiled_again(clean: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A copy that each test spoils and scores anew."""
    copy = clean.copy(tmp_path_factory.mktemp("spoiled"))
    yield copy
    copy.drop()


@pytest.fixture
def college(clean: Workspace, make: Maker) -> Workspace:
    """A copy, to be spoiled."""
    return make(copy=clean)


def spoil(college: Workspace, *shares: str) -> Finished:
    """Write the same college with these shares spoiled, and score it anew; how the run ended."""
    college.manage_all(f"demo_college {CLEAN}{OF_SPOILED}" + "".join(f" --spoil {one}" for one in shares))
    return college.run("calibrate --recompute")


def reported(workspace: Workspace) -> Counts:
    """What the last run's report counts."""
    counts: Counts = Counter()
    for one in json.loads(str(workspace.last_run()["quality"]))["findings"]:
        counts[one["table"], one["rule"], one["week"]] += one["rows"]
    return counts


def spoiled(workspace: Workspace) -> Counts:
    """What the simulator says it spoiled."""
    rows = workspace.college.rows("SELECT table_name, rule, week, bad_rows FROM edumetrics_demo_spoiled")
    return Counter({(table, rule, week): count for table, rule, week, count in rows})


def untouched(workspace: Workspace) -> dict[str, pl.DataFrame]:
    """What is published of the classes that were not spoiled."""
    return of(workspace.published(DERIVED), pl.col("class_id").is_in(WHOLE))


def can_hold(workspace: Workspace, rule: str) -> bool:
    """Whether the database has a value for it: only PostgreSQL knows what is not a number."""
    return rule != "not_a_number" or workspace.college.url.startswith("postgresql")


@pytest.mark.parametrize("rule", RULES)
def test_of_each_rule_the_report_counts_exactly_what_was_spoiled(
    rule: str, clean: Workspace, spoiled_again: Workspace
) -> None:
    college = spoiled_again
    done = spoil(college, f"{rule}=0.2")
    assert done.code in (0, 3), done.err
    assert reported(college) == spoiled(college) + reported(clean)
    assert college.last_run()["state"] == "succeeded"
    assert_same(untouched(college), untouched(clean))

    tables = {table for table, ways in WAYS.items() if rule in ways and ways[rule].counted}
    tables |= {"attendance"} if rule == WHOLE_WEEKS else set()
    tables |= {"assignment_submissions", "quiz_submissions"} if rule == "marks_on_zero_max" else set()
    expected = {(table, rule) for table in tables} if can_hold(college, rule) else set()
    assert {(table, found) for table, found, _ in spoiled(college)} == expected


@pytest.mark.parametrize("kinds", [*PAIRS, ("sqlite", "mysql")], ids="-".join)
def test_with_a_fifth_spoiled_in_every_way_the_run_ends_with_its_own_code_and_true_counts(
    kinds: Pair, templates: Templates, make: Maker
) -> None:
    clean = templates.calibrated(need(kinds), CLEAN)
    college = make(copy=clean)
    done = spoil(college, "all=0.2")
    assert done.code == 3
    assert "Exit code 3: the run succeeded, but a source had too many bad rows." in done.out
    assert reported(college) == spoiled(college) + reported(clean)
    assert {rule for _, rule, _ in reported(college)} == {rule for rule in RULES if can_hold(college, rule)}
    assert_same(untouched(college), untouched(clean))

    quality = json.loads(str(college.last_run()["quality"]))
    assert {one["class_id"] for one in quality["quarantined"]} == set(SPOILED)
    assert all(len(one["examples"]) == min(one["rows"], 20) for one in quality["findings"])
    assert all(one["examples"] == sorted(one["examples"]) for one in quality["findings"])


def test_rows_of_other_classes_are_the_same_with_their_ids(clean: Workspace, college: Workspace) -> None:
    college.manage_all(f"demo_college {CLEAN}{OF_SPOILED} --spoil all=0.5")
    for table in ("students", *EVENTS, *WORK):
        before, after = (one.college.table(table) for one in (clean, college))
        whole = pl.col("class_id").is_in(WHOLE)
        assert_same({table: after.filter(whole)}, {table: before.filter(whole)})
        assert not after.filter(~whole.fill_null(False)).equals(before.filter(~whole))


def test_spoiling_goes_on_with_the_weeks_and_leaves_earlier_rows_as_they_are(
    clean: Workspace, college: Workspace
) -> None:
    spoil(college, "all=0.1")
    before = college.college.table("attendance")
    advanced = college.manage_all("demo_college --advance 2")[0].out
    assert "week 14, seed 1, spoiled: all=0.1 of CSE25A, CSE24A" in advanced
    after = college.college.table("attendance")
    assert_same({"attendance": after.join(before, on="id", how="semi")}, {"attendance": before})
    new = {week for table, _, week in spoiled(college) if table == "attendance" and week}
    assert {13, 14} <= new
    assert college.run("calibrate").code == 3
    assert {week for table, _, week in reported(college) if table == "attendance" and week} >= {13, 14}


def test_a_college_made_anew_without_spoiling_is_clean(clean: Workspace, college: Workspace) -> None:
    spoil(college, "all=0.2")
    published = college.analysis.table("weekly_metrics").select(KEY)
    college.manage_all(f"demo_college {CLEAN}", "calibrate --recompute")
    assert spoiled(college) == Counter()
    expected = clean.published()
    # What was predicted in a published week stays as it was said then, and of who was not there nothing was said.
    unsaid = expected["weekly_metrics"].join(published, on=KEY, how="anti")
    assert unsaid.height > 0
    metrics = expected["weekly_metrics"].join(unsaid.select(*KEY, unsaid=pl.lit(True)), on=KEY, how="left")
    note = pl.when("unsaid").then(pl.lit("published_before")).otherwise("p_at_risk_note")
    expected["weekly_metrics"] = metrics.with_columns(p_at_risk_note=note).drop("unsaid")
    assert_same(college.published(), expected)


def test_what_was_spoiled_and_what_cannot_be_is_said(college: Workspace) -> None:
    lines = college.manage_all(f"demo_college {CLEAN}{OF_SPOILED} --spoil all=0.2")[0].out.splitlines()
    totals: Counter[tuple[str, str]] = Counter()
    for (table, rule, _), count in spoiled(college).items():
        totals[table, rule] += count
    for (table, rule), count in totals.items():
        line = next(one for one in lines if one.startswith(f"  {table}: ") and "multiplied" not in one)
        assert f"{rule} {count}" in line
    assert any(one.startswith("  identical_duplicate: not in students, book_borrows") for one in lines)
    assert any(one.startswith("  value_missing: not in library_visits") for one in lines)
    assert any(one.startswith("  attendance: the shares add up to more than 0.9") for one in lines)
    assert any(one.startswith("  not_a_number: nowhere") for one in lines) != can_hold(college, "not_a_number")


def test_a_rule_that_no_row_is_spoiled_by_is_named(college: Workspace) -> None:
    out = college.manage_all(f"demo_college {CLEAN}{OF_SPOILED} --spoil all=0 --spoil unknown_status=0.0001")[0].out
    assert "  unknown_status: no row; there were too few for the share" in out
    assert spoiled(college) == Counter()


def test_what_makes_no_sense_is_refused_and_changes_nothing(clean: Workspace) -> None:
    refused = {
        "--spoil marks=0.2": "There is no rule 'marks'; the rules are unknown_student,",
        "--spoil marks_over_max": "--spoil marks_over_max: write it as RULE=SHARE, for example marks_over_max=0.2.",
        "--spoil marks_over_max=1.2": "The share of marks_over_max is 1.2; it must be from 0 to 1.",
        "--spoil marks_over_max=nan": "The share of marks_over_max is nan; it must be from 0 to 1.",
        "--spoil all=0.2 --spoil-class CSE99A": "--spoil-class CSE99A: the classes are CSE23A, CSE24A, CSE25A, CSE26A.",
        "--spoil-class CSE25A": "--spoil-class says where to spoil; say what with --spoil",
    }
    before = {table: clean.college.table(table) for table in clean.college.tables()}
    done = clean.manage_in_turn(
        *(f"demo_college {CLEAN} {one}" for one in refused), "demo_college --advance --spoil all=0.2"
    )
    for one, message in zip(done, [*refused.values(), "leave out --spoil."], strict=True):
        assert message in " ".join(one.refusal().split())
    assert_same({table: clean.college.table(table) for table in clean.college.tables()}, before)
