"""Spoiling on purpose: a share of the rows is made wrong, so that what becomes of wrong rows can be seen and counted.

A row is spoiled in one way at most, and breaks that rule and no other: what was spoiled is what the data-quality report
must count.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from zlib import crc32

import numpy as np
import numpy.typing as npt
import polars as pl

from demo.college.people import Cohort
from demo.college.semesters import Semester
from demo.college.terms import WEEKS, first_day
from demo.college.ways import DICE, NOT_A_NUMBER, OF_WORK, WAYS, WEEK_OF, WHOLE_WEEKS, Way
from edumetrics.engine.tables.canonical import TABLES
from edumetrics.engine.tables.quality import RULES

ALL = "all"
"""In place of a rule: every rule."""

MOST_OF_A_TABLE = 0.9
"""One row in ten of each table stays whole: without one, nobody could tell when the semester began."""

TALLY_SCHEMA = pl.Schema(
    {
        "academic_year": pl.Int64(),
        "term": pl.String(),
        "table_name": pl.String(),
        "rule": pl.String(),
        "week": pl.Int64(),
        "bad_rows": pl.Int64(),
    }
)

_CHANCE, _RULE = "_chance", "_rule"
_WORK_WEEK, _WORK_RULE = "_work_week", "_work_rule"
_GOLDEN = 0x9E3779B97F4A7C15


@dataclass(frozen=True)
class Spoiling:
    """What is to be spoiled.

    ``shares``: the share (0-1) of the rows by rule, or ALL; a rule's own goes before that of all. ``classes``: only
    rows of these, or where there is none, of every class. ``since``: the first day of the first semester spoiled.
    Raises ValueError for an unknown rule or an impossible share.
    """

    shares: Mapping[str, float]
    classes: tuple[str, ...]
    since: date

    def __post_init__(self) -> None:
        for rule, share in self.shares.items():
            if rule not in RULES and rule != ALL:
                raise ValueError(f"There is no rule {rule!r}; the rules are {', '.join(RULES)}, and {ALL} for each.")
            if not 0 <= share <= 1:
                raise ValueError(f"The share of {rule} is {share:g}; it must be from 0 to 1.")

    def share(self, rule: str) -> float:
        """The share of the rows that is to break a rule."""
        return self.shares.get(rule, self.shares.get(ALL, 0.0))


def first_day_at(year: int, week: int) -> date:
    """The first day of the semester that a global week of an academic year is in."""
    return first_day(year, _semester_at(week))


def _semester_at(week: int) -> int:
    return 2 if week > WEEKS else 1


@dataclass(frozen=True)
class Spoiler:
    """Spoils rows as they come and keeps the tally; ``seed`` is the college's.

    Whether a row is spoiled follows from its key, so a row is the same in whichever week the college is seen.
    ``keeps_nan``: whether the database has a value for what is not a number; if not, that rule is left out.
    """

    spoiling: Spoiling
    seed: int
    keeps_nan: bool
    _tally: list[pl.DataFrame] = field(default_factory=list)

    @property
    def tally(self) -> pl.DataFrame:
        """How many rows the data-quality report is to count, by all the other columns (TALLY_SCHEMA)."""
        key = TALLY_SCHEMA.names()[:-1]
        empty = pl.DataFrame(schema=TALLY_SCHEMA)
        return pl.concat([empty, *self._tally]).group_by(key).agg(pl.col("bad_rows").sum()).sort(key, nulls_last=True)

    @cached_property
    def shares(self) -> dict[str, dict[str, float]]:
        """The share of each table's rows by rule: less than was wanted in ``scaled`` tables."""
        return {
            table: {rule: share * self.scaled.get(table, 1.0) for rule, share in one.items()}
            for table, one in self._wanted.items()
        }

    @cached_property
    def scaled(self) -> dict[str, float]:
        """Tables whose shares would add up to more than MOST_OF_A_TABLE, with what they are multiplied by."""
        sums = {table: sum(one.values()) for table, one in self._wanted.items()}
        return {table: MOST_OF_A_TABLE / total for table, total in sums.items() if total > MOST_OF_A_TABLE}

    @cached_property
    def _wanted(self) -> dict[str, dict[str, float]]:
        return {table: {rule: self.wanted(rule) for rule in ways} for table, ways in WAYS.items()}

    def wanted(self, rule: str) -> float:
        """The share of the rows that is to break a rule, where the database can hold them."""
        return 0.0 if rule == NOT_A_NUMBER and not self.keeps_nan else self.spoiling.share(rule)

    def students(self, rows: pl.DataFrame, year: int, week: int) -> pl.DataFrame:
        """Rows of the table students, some of them now in no class."""
        drawn = self.drawn("students", rows, self.of_classes())
        self.count("students", drawn, year, _semester_at(week), pl.lit(None, pl.Int64))
        return _changed("students", drawn)

    def of(self, semester: Semester) -> "SemesterSpoiler | None":
        """The spoiler of a cohort's semester; None where it came before the first that is spoiled."""
        return SemesterSpoiler(self, semester) if semester.first_day >= np.datetime64(self.spoiling.since) else None

    def classless(self, cohort: Cohort) -> pl.Series:
        """The students who are in no class any more."""
        students = pl.DataFrame({"student_id": cohort.student_ids, "class_id": cohort.class_id_of})
        drawn = self.drawn("students", students, self.of_classes())
        return drawn.filter(pl.col(_RULE).is_not_null())["student_id"]

    def of_classes(self) -> pl.Expr:
        """Whether a row is one of a class that is spoiled."""
        classes = self.spoiling.classes
        return pl.col("class_id").is_in(classes) if classes else pl.lit(True)

    def drawn(self, table: str, rows: pl.DataFrame, may: pl.Expr) -> pl.DataFrame:
        """Add which rule a row is to break (null: none), among those that ``may`` be spoiled, and the dice."""
        chance, dice = _random(rows[TABLES[table].key[0]], self.seed, table)
        rows = rows.with_columns(chance.alias(_CHANCE), dice.alias(DICE))
        above, choices = 0.0, []
        for rule, share in self.shares[table].items():
            chosen = pl.col(_CHANCE).is_between(above, above + share, closed="left")
            choices.append(pl.when(may & chosen & WAYS[table][rule].of).then(pl.lit(rule)))
            above += share
        return rows.with_columns(pl.coalesce(choices).alias(_RULE)).drop(_CHANCE)

    def count(self, table: str, drawn: pl.DataFrame, year: int, semester: int, week: pl.Expr) -> None:
        """Add the rows with a rule to the tally; ``week`` is what the whole rows are counted under."""
        rule = pl.col(_RULE)
        has_week = ~rule.is_in(["undefined_assignment", "undefined_quiz", "undefined_exam"])
        week = pl.when(rule == "week_outside_calendar").then(week + WEEKS).when(has_week).then(week)
        counted = {name: way.counted for name, way in WAYS[table].items()}
        self._tally.append(
            drawn.filter(rule.is_not_null())
            .select(
                pl.lit(year, pl.Int64).alias("academic_year"),
                pl.lit("odd" if semester % 2 else "even").alias("term"),
                pl.lit(table).alias("table_name"),
                rule.alias("rule"),
                week.alias("week"),
                rule.replace_strict(counted, default=1, return_dtype=pl.Int64).alias("bad_rows"),
            )
            .group_by(TALLY_SCHEMA.names()[:-1])
            .agg(pl.col("bad_rows").sum())
            .filter(pl.col("bad_rows") > 0)
            .match_to_schema(TALLY_SCHEMA)
        )


class SemesterSpoiler:
    """Spoils the rows of one cohort's semester: definitions come before their marks, a week of attendance at once."""

    def __init__(self, spoiler: Spoiler, semester: Semester) -> None:
        self._spoiler = spoiler
        self._semester = semester
        self._classless = spoiler.classless(semester.cohort)
        self._work: dict[str, pl.DataFrame] = {}

    def __call__(self, table: str, rows: pl.DataFrame) -> pl.DataFrame:
        """The rows, some of them spoiled."""
        if table in OF_WORK:
            return _changed(table, self._counted(table, self._drawn_marks(table, rows), pl.col(_WORK_WEEK)))
        if table == "attendance":
            rows = self._without_weeks(rows)
        may = self._spoiler.of_classes()
        if "student_id" in rows.columns:
            may &= self._in_class()
        drawn = self._counted(table, self._spoiler.drawn(table, rows, may), pl.col(WEEK_OF[table]))
        self._work[table] = drawn.select(
            TABLES[table].key[0], pl.col(WEEK_OF[table]).alias(_WORK_WEEK), pl.col(_RULE).alias(_WORK_RULE)
        )
        return _changed(table, drawn)

    def _in_class(self) -> pl.Expr:
        # No run looks at the rows of a student in no class, so they would not be counted.
        return ~pl.col("student_id").is_in(self._classless.implode())

    def _counted(self, table: str, drawn: pl.DataFrame, week: pl.Expr) -> pl.DataFrame:
        number = self._semester.number
        self._spoiler.count(table, drawn, self._semester.cohort.academic_year(number), number, week)
        return drawn

    def _drawn_marks(self, table: str, rows: pl.DataFrame) -> pl.DataFrame:
        """Marks for work that is itself wrong are not counted once more, except those for work that gives none."""
        definitions, key = OF_WORK[table]
        rows = rows.join(self._work[definitions], on=key, how="left", maintain_order="left")
        work_rule = pl.col(_WORK_RULE)
        may = self._spoiler.of_classes() & self._in_class() & work_rule.is_null()
        on_zero = (work_rule == "marks_on_zero_max") & pl.col("marks_obtained").is_not_null() & self._in_class()
        drawn = self._spoiler.drawn(table, rows, may)
        return drawn.with_columns(pl.when(on_zero).then(work_rule).otherwise(pl.col(_RULE)).alias(_RULE))

    def _without_weeks(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Attendance without some weeks of some classes."""
        weeks = rows.filter(self._spoiler.of_classes()).select("class_id", "week").unique(maintain_order=True)
        name = weeks.select(pl.format("{} {} {}", "class_id", pl.lit(self._semester.number), "week")).to_series()
        chance, _ = _random(name, self._spoiler.seed, WHOLE_WEEKS)
        lost = weeks.filter(chance < self._spoiler.spoiling.share(WHOLE_WEEKS))
        self._counted("attendance", lost.with_columns(pl.lit(WHOLE_WEEKS).alias(_RULE)), pl.col("week"))
        return rows.join(lost, on=["class_id", "week"], how="anti", maintain_order="left")


def _changed(table: str, drawn: pl.DataFrame) -> pl.DataFrame:
    """The rows with what their rule changes, and the copies after them."""
    columns = TABLES[table].column_names
    present = drawn[_RULE].unique().drop_nulls().to_list()
    rows, copies = drawn, []
    for rule, way in WAYS[table].items():
        if rule not in present:
            continue
        hit = (pl.col(_RULE) == rule).fill_null(False)
        if way.copied:
            copies.append(drawn.filter(hit).with_columns(**way.changes).select(columns))
        else:
            rows = rows.with_columns(_where(hit, way))
    return pl.concat([rows.select(columns), *copies])


def _where(hit: pl.Expr, way: Way) -> list[pl.Expr]:
    return [pl.when(hit).then(value).otherwise(pl.col(name)).alias(name) for name, value in way.changes.items()]


def _random(keys: pl.Series, seed: int, purpose: str) -> tuple[pl.Series, pl.Series]:
    """A number from 0 to 1 for each key, and an independent one of 0-2047: always the same for the same key."""
    bits = _mixed(_numbers(keys) + np.uint64(crc32(f"{seed} {purpose}".encode()) * _GOLDEN % 2**64))
    shift, mask = np.uint64(11), np.uint64(2047)
    return pl.Series((bits >> shift) * 2.0**-53), pl.Series((bits & mask).astype(np.int64))


def _numbers(keys: pl.Series) -> npt.NDArray[np.uint64]:
    if keys.dtype == pl.String:
        return np.fromiter((crc32(key.encode()) for key in keys), dtype=np.uint64, count=len(keys))
    return keys.to_numpy().astype(np.uint64)


def _mixed(bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The last step of SplitMix64: every bit of the result depends on every bit that went in."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
