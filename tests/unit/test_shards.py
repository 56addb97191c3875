"""How a run's classes are divided: about the same size, in order, and never between classes that depend on each other."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edumetrics.engine.tables.roster import TERM_SCHEMA
from edumetrics.runs.shards import shards_of

LINKS = {"class_id": pl.String, "link": pl.String}


def terms(*classes: str) -> pl.DataFrame:
    return pl.DataFrame([(one, 2026, 3, 1, 5) for one in classes], schema=TERM_SCHEMA, orient="row")


def population(*rows: tuple[str, str, int]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=LINKS | {"students": pl.Int64}, orient="row")


def divided(people: pl.DataFrame, size: int, *links: tuple[str, str], workers: int = 1) -> list[list[str]]:
    found = shards_of(
        terms(*people["class_id"].unique()), people, pl.DataFrame(links, schema=LINKS, orient="row"), size, workers
    )
    return [one["class_id"].to_list() for one in found]


def test_a_small_college_is_one_shard() -> None:
    assert divided(population(("B", "b", 60), ("A", "a", 60)), 4000) == [["A", "B"]]


def test_shards_are_of_about_the_same_size_and_in_the_order_of_their_classes() -> None:
    people = population(*[(f"C{number:02}", f"a{number}", 60) for number in range(10)])
    found = divided(people, 250)
    assert [one for shard in found for one in shard] == [f"C{number:02}" for number in range(10)]
    assert sorted(map(len, found)) == [3, 3, 4]


@pytest.mark.parametrize(("size", "expected"), [(600, 1), (599, 2), (250, 2), (200, 4), (140, 4), (130, 6), (59, 10)])
def test_several_shards_make_full_rounds_of_the_workers(size: int, expected: int) -> None:
    people = population(*[(f"C{number:02}", f"a{number}", 60) for number in range(10)])
    assert len(divided(people, size, workers=2)) == expected


def test_classes_of_one_advisor_stay_together_whatever_their_size() -> None:
    people = population(("A", "x", 60), ("B", "b", 60), ("C", "x", 1), ("C", "c", 59), ("D", "c", 60))
    assert divided(people, 60) == [["A", "C", "D"], ["B"]]


def test_classes_that_share_an_id_stay_together() -> None:
    people = population(("A", "a", 60), ("B", "b", 60), ("C", "c", 60))
    assert divided(people, 60, ("A", "loan:7"), ("C", "loan:7")) == [["A", "C"], ["B"]]


def test_a_link_to_a_class_that_is_not_scored_joins_nothing() -> None:
    assert divided(population(("A", "a", 60), ("B", "b", 60)), 60, ("Z", "one"), ("A", "one")) == [["A"], ["B"]]


def test_no_class_no_shard() -> None:
    assert shards_of(terms(), population(), pl.DataFrame(schema=LINKS), 60) == []


ROWS = st.lists(st.tuples(st.sampled_from("ABCDEFGH"), st.sampled_from("pqrs"), st.integers(0, 90)), min_size=1)


@given(ROWS, st.integers(1, 400))
def test_every_class_is_in_one_shard_and_no_link_in_two(rows: list[tuple[str, str, int]], size: int) -> None:
    found = divided(population(*rows), size)
    assert sorted(one for shard in found for one in shard) == sorted({row[0] for row in rows})
    where = {one: number for number, shard in enumerate(found) for one in shard}
    for link in {row[1] for row in rows}:
        assert len({where[class_id] for class_id, other, _ in rows if other == link}) == 1
