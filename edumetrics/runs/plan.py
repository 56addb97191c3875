"""What is to be done: which weeks of which classes, in which order. Plain functions on frames."""

from dataclasses import dataclass

import polars as pl

from edumetrics.engine.calendar import SEMESTERS_A_YEAR, academic_year_of
from edumetrics.engine.tables.roster import TERM_SCHEMA

STATE_SCHEMA = {
    "class_id": pl.String(),
    "academic_year": pl.Int64(),
    "semester": pl.Int64(),
    "sem_week": pl.Int64(),
    "policy_version": pl.String(),
    "due_from": pl.Int64(),
    "due_policy_version": pl.String(),
}

_ROLL_BACK_SCHEMA = {**TERM_SCHEMA, "due_from": pl.Int64(), "due_policy_version": pl.String()}


@dataclass(frozen=True)
class Plan:
    """passes: frames of terms (``roster.TERM_SCHEMA``) to score one after the other, each class once in each.
    roll_back: terms whose rows past through_week are to be removed first, with due_from and due_policy_version of
    weeks that are left and still to be scored anew.
    """

    passes: list[pl.DataFrame]
    roll_back: pl.DataFrame

    @property
    def is_empty(self) -> bool:
        """Whether the analysis database already is at the college's week."""
        return not self.passes and self.roll_back.is_empty()

    @property
    def student_weeks(self) -> list[str]:
        """A line for each pass: what it scores."""
        return [line for one in self.passes for line in describe(one)]


def describe(terms: pl.DataFrame) -> list[str]:
    """Lines like "2026 odd semesters, weeks 1-11: 10 classes"."""
    groups = (
        terms.with_columns(
            half=pl.when(pl.col("semester") % SEMESTERS_A_YEAR == 1).then(pl.lit("odd")).otherwise(pl.lit("even"))
        )
        .group_by("academic_year", "half", "from_week", "through_week")
        .agg(classes=pl.len())
        .sort("academic_year", "half", "from_week")
    )
    lines = []
    for year, half, first, last, classes in groups.iter_rows():
        weeks = f"week {last}" if first == last else f"weeks {first}-{last}"
        lines.append(f"{year} {half} semesters, {weeks}: {classes} {'class' if classes == 1 else 'classes'}")
    return lines


def plan_catch_up(now: pl.DataFrame, week: int, state: pl.DataFrame, weeks: int) -> Plan:
    """Every missing week in order, and what is past the college's week.

    ``now``: class_id, academic_year, semester of each class; ``week``: the last one that is over; ``state``
    (STATE_SCHEMA): what is published; ``weeks``: of a semester. A class never published begins with week 1 of the
    semester it is in; one published in an earlier semester first finishes that and those between. Weeks that an
    interrupted run was to score anew are as good as missing.
    """
    if week == 0:
        return Plan([], _no_roll_back())
    published = {row["class_id"]: row for row in state.to_dicts()}
    missing: list[list[tuple[str, int, int, int, int]]] = []
    ahead = []
    for class_id, year, semester in now.iter_rows():
        target = (year, semester, week)
        done = published.get(class_id)
        if done and (done["academic_year"], done["semester"], done["sem_week"]) > target:
            left = (done["due_from"], done["due_policy_version"])
            of_term = (done["academic_year"], done["semester"]) == (year, semester)
            is_due = of_term and done["due_from"] is not None and done["due_from"] <= week
            ahead.append((class_id, *target[:2], 1, week, *(left if is_due else (None, ""))))
            continue
        for number, term in enumerate(_missing_terms(done, target, weeks)):
            missing[number:] = missing[number:] or [[]]
            missing[number].append((class_id, *term))
    return Plan([_terms(rows) for rows in missing], pl.DataFrame(ahead, schema=_ROLL_BACK_SCHEMA, orient="row"))


def plan_recompute(now: pl.DataFrame, week: int, from_week: int, state: pl.DataFrame, weeks: int) -> Plan:
    """As ``plan_catch_up``, but the semester that runs is scored anew from ``from_week`` or where it is missing."""
    plan = plan_catch_up(now, week, state, weeks)
    if week == 0:
        return plan
    key = ["class_id", "academic_year", "semester"]
    done = now.join(state.select(*key, done=_done()), on=key, how="left")
    first = pl.min_horizontal(pl.lit(from_week, pl.Int64), pl.col("done").fill_null(0) + 1)
    current = done.select(*key, from_week=first, through_week=pl.lit(week, pl.Int64))
    earlier = [one.join(current, on=key, how="anti") for one in plan.passes]
    return Plan([one for one in (*earlier, current) if not one.is_empty()], plan.roll_back)


def _missing_terms(
    done: dict[str, object] | None, target: tuple[int, int, int], weeks: int
) -> list[tuple[int, int, int, int]]:
    """academic_year, semester, from_week, through_week of what one class lacks, in order."""
    year, semester, week = target
    if done is None:
        return [(year, semester, 1, week)]
    reached_year, reached, reached_week = (int(str(done[name])) for name in ("academic_year", "semester", "sem_week"))
    if done["due_from"] is not None:
        reached_week = min(reached_week, int(str(done["due_from"])) - 1)
    if (reached_year, reached) == (year, semester):
        return [(year, semester, reached_week + 1, week)] if reached_week < week else []
    between = [(reached_year, reached, reached_week + 1, weeks)] if reached_week < weeks else []
    if academic_year_of(reached, semester, year) == reached_year:
        # The same cohort moved on; a class id that now names another cohort has no semesters between.
        between += [(academic_year_of(one, semester, year), one, 1, weeks) for one in range(reached + 1, semester)]
    return [*between, (year, semester, 1, week)]


def _done() -> pl.Expr:
    """The last week that need not be scored again."""
    return pl.min_horizontal("sem_week", pl.col("due_from") - 1)


def _terms(rows: list[tuple[str, int, int, int, int]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=TERM_SCHEMA, orient="row")


def _no_roll_back() -> pl.DataFrame:
    return pl.DataFrame(schema=_ROLL_BACK_SCHEMA)
