"""Dividing a run's classes into shards: groups that are read, scored and published by themselves."""

import math
from collections import defaultdict
from collections.abc import Iterable

import polars as pl

# A shard may be so much larger than asked for, where that saves a round of all workers.
_LARGER = 0.2


def shards_of(
    terms: pl.DataFrame, population: pl.DataFrame, links: pl.DataFrame, size: int, workers: int = 1
) -> list[pl.DataFrame]:
    """``terms`` divided into frames of about ``size`` students each, in the order of their classes.

    More than one shard make full rounds of so many ``workers``, so that none is left without work at the end.

    Classes that depend on each other stay together, whatever their size: those that share an advisor's time, and those
    that ``links`` (class_id, link) names with the same link. ``population``: class_id, link, students; the links are
    the keys that capacity is shared by.
    """
    students = dict(population.group_by("class_id").agg(pl.col("students").sum()).iter_rows())
    groups = _together(sorted(terms["class_id"]), pl.concat([population.select("class_id", "link"), links]).iter_rows())
    sizes = [sum(students.get(class_id, 0) for class_id in group) for group in groups]
    # Shards of the same size rather than full ones and a rest.
    target = sum(sizes) / _number_of_shards(sum(sizes) / size, workers)
    shards: list[list[str]] = []
    filled = 0.0
    for group, of_group in zip(groups, sizes, strict=True):
        if not shards or filled + of_group / 2 > target * len(shards):
            shards.append([])
        shards[-1] += group
        filled += of_group
    return [terms.filter(pl.col("class_id").is_in(shard)).sort("class_id") for shard in shards]


def _number_of_shards(full: float, workers: int) -> int:
    """How many shards, where ``full`` ones of the size asked for would do."""
    if full <= 1:
        return 1
    return workers * max(1, math.ceil(full / workers - _LARGER))


def _together(classes: list[str], links: Iterable[tuple[str, str]]) -> list[list[str]]:
    """The classes in groups that no link joins, by the first class of each."""
    leader = {class_id: class_id for class_id in classes}

    def find(class_id: str) -> str:
        while leader[class_id] != class_id:
            leader[class_id] = leader[leader[class_id]]
            class_id = leader[class_id]
        return class_id

    seen: dict[str, str] = {}
    for class_id, link in links:
        if class_id in leader:
            first, second = find(class_id), find(seen.setdefault(link, class_id))
            leader[max(first, second)] = min(first, second)
    groups = defaultdict(list)
    for class_id in classes:
        groups[find(class_id)].append(class_id)
    return list(groups.values())
