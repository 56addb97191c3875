"""Every code that a flag or a notice can carry is listed in ``engine.flags.codes``, and every listed one can occur."""

import json
from collections.abc import Iterator
from functools import cache

import polars as pl
import pytest

from edumetrics.engine.flags.codes import LEVELS, LISTS, MISSING, NOTICES, REASONS, STRENGTHS
from edumetrics.engine.metrics.risk import SIGNALS
from edumetrics.engine.policy import SOURCES, Policy
from edumetrics.engine.semester import Results
from tests.generative import agreement, colleges
from tests.spec.college import College, only


@cache
def everything() -> tuple[Results, ...]:
    """Two colleges told so that every code occurs, and random ones."""
    return (told(), falling(), *(agreement.by_engine(colleges.College(seed, "odd", max_weeks=12)) for seed in (1, 2)))


def told() -> Results:
    """A falls after week 4 and D rises; B has everything; E shows no attendance, and F copies."""
    college = College(calendar={"grace_weeks": 1}).student("A B D E F G").student("N", joined=None)
    present = {"A": (10, 10, 10, 10, 1, 1), "B": (10,) * 6, "D": (3, 3, 3, 3, 10, 10), "F": (9,) * 6, "G": (10,) * 6}
    for name, weeks in present.items():
        for week, count in enumerate(weeks, start=1):
            college.attendance(name, week=week, held=10, present=count)
    for week in range(1, 7):
        _work(college, week)
        college.visits("B", week=week, times=4)
    return _quiet(_hard(_wrong(college))).score(through=11).results


def falling() -> Results:
    """A falls in week 3, is contacted, and still comes to the library."""
    college = College(risk=only(low_performance=1, effort_drop=1, attendance_drop=1))
    college.student("A").visits("A", week=range(1, 5), times=4).contact("A", week=3)
    college.attendance("A", week=(1, 2), held=10, present=10).attendance("A", week=(3, 4), held=10, present=2)
    return college.assignment("W", due=3).handed_in("A", "W", marks=1).score(through=4).results


def _work(college: College, week: int) -> None:
    college.assignment(f"W{week}", due=week, of=100).quiz(f"Q{week}", week=week)
    college.handed_in("B E F G", f"W{week}", marks=80, quality=90, plagiarism=60 if week == 6 else 0)
    college.took("B E F G", f"Q{week}", score=80)
    if week < 5:
        college.handed_in("A", f"W{week}", marks=90, quality=90).took("A", f"Q{week}", score=90)
    elif week == 5:
        college.took("A", "Q5", score=10)
    college.handed_in("D", f"W{week}", marks=10 if week < 5 else 95, quality=10)


def _wrong(college: College) -> College:
    """In week 7 library rows are unreadable, and work is not loaded."""
    college.assignment("W7", due=7).quiz("Q7", week=7)
    return college.visits("A B D E F G", week=7, times=-1).attendance("A B D F G", week=7, held=10, present=9)


def _hard(college: College) -> College:
    """In week 9 everybody falls, E alone has shown nothing before."""
    college.assignment("W9", due=9, of=100).handed_in("A B D E F G", "W9", marks=10, quality=0, plagiarism=0)
    return college.attendance("A B D F G", week=9, held=10, present=1)


def _quiet(college: College) -> College:
    """In week 10 nothing is loaded at all; in week 11 all of it is well again."""
    return college.attendance("A B D F G", week=11, held=10, present=10)


def json_codes(column: str) -> set[str]:
    return {one["code"] for results in everything() for text in results.flags[column] for one in json.loads(text)}


@pytest.mark.parametrize(("column", "listed"), [("reasons", REASONS), ("strengths", STRENGTHS), ("missing", MISSING)])
def test_every_code_of_a_flag_is_listed_and_every_listed_one_occurs(column: str, listed: dict[str, str]) -> None:
    assert json_codes(column) == set(listed)


def test_every_code_of_a_notice_is_listed_and_every_listed_one_occurs() -> None:
    assert {code for results in everything() for code in results.notices["code"]} == set(NOTICES)


def test_every_level_and_list_of_a_flag_is_listed() -> None:
    flags = pl.concat([results.flags for results in everything()])
    assert set(flags["risk_level"].drop_nulls()) == set(LEVELS)
    assert set(flags["list"]) == set(LISTS)


def test_every_signal_of_the_risk_score_has_a_reason_and_a_weight() -> None:
    assert set(SIGNALS) <= set(REASONS)
    assert set(REASONS) - set(SIGNALS) == {"override", "integrity"}
    assert tuple(type(Policy().risk.weights).model_fields) == SIGNALS


def test_every_source_that_is_missing_is_a_source_of_the_policy() -> None:
    sources = {
        one["source"] for results in everything() for text in results.flags["missing"] for one in json.loads(text)
    }
    assert sources - {None} <= set(SOURCES)


def sentences() -> Iterator[str]:
    for results in everything():
        yield from results.notices["sentence"]
        for column in ("reasons", "strengths", "missing"):
            for text in results.flags[column]:
                yield from (one["sentence"] for one in json.loads(text))


def test_every_sentence_begins_with_a_capital_or_a_number_and_ends_with_a_full_stop() -> None:
    wrong = {one for one in sentences() if not (one[0].isupper() or one[0].isdigit()) or not one.endswith(".")}
    assert wrong == set()


def test_nothing_is_described_by_an_empty_text() -> None:
    assert all(text for listed in (REASONS, STRENGTHS, MISSING, NOTICES) for text in listed.values())
