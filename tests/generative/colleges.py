"""Random small colleges: valid, clean, and full of everything scoring.md has a rule for.

``random_college`` gives the canonical tables as lists of dicts; ``colleges`` is the Hypothesis strategy over it.
Run this module to see how often each level, list and signal occurs.
"""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from hypothesis import strategies as st

from edumetrics.engine.calendar import Term
from edumetrics.engine.policy import Policy
from tests.generative.classes import ClassPlan, random_plan, write_class
from tests.generative.policies import ACADEMIC_YEAR, EVEN_BEGINS, ODD_BEGINS, random_policy

Row = dict[str, object]
Tables = dict[str, list[Row]]

EMPTY: tuple[str, ...] = (
    "classes",
    "advisors",
    "students",
    "subjects",
    "class_subjects",
    "sim_state",
    "attendance",
    "assignment_definitions",
    "assignment_submissions",
    "quiz_definitions",
    "quiz_submissions",
    "library_visits",
    "book_borrows",
    "exam_schedule",
    "exam_results",
)
ABSENT_TOGETHER: tuple[tuple[str, ...], ...] = (
    ("attendance",),
    ("assignment_definitions", "assignment_submissions"),
    ("quiz_definitions", "quiz_submissions"),
    ("library_visits",),
    ("book_borrows",),
    ("exam_schedule", "exam_results"),
    ("advisors",),
    ("subjects", "class_subjects"),
)


@dataclass(frozen=True)
class College:
    """A college, the policy it runs under, where it stands and the contacts logged: all follow from seed and knobs.

    ``max_weeks`` bounds the weeks of the calendar and the weeks scored; ``class_sizes`` None draws them too.
    """

    seed: int
    term: Term
    class_sizes: tuple[int, ...] | None = None
    max_weeks: int = 20
    default_policy: bool = False
    academic_year: int = ACADEMIC_YEAR

    def _rng(self, part: str) -> random.Random:
        return random.Random(f"{self.seed} {part}")

    @cached_property
    def policy(self) -> Policy:
        """The defaults, or a random policy."""
        return Policy() if self.default_policy else random_policy(self._rng("policy"), max_weeks=self.max_weeks)

    @cached_property
    def through_week(self) -> int:
        """The last week to score: half the time the semester's last."""
        rng, weeks = self._rng("week"), self.policy.calendar.weeks
        return min(self.max_weeks, weeks if rng.random() < 0.5 else rng.randint(1, weeks))

    @cached_property
    def tables(self) -> Tables:
        """The canonical tables, with the rows of the whole semester."""
        return random_college(self._rng("tables"), self.policy, class_sizes=self.class_sizes, term=self.term)

    @cached_property
    def interventions(self) -> list[Row]:
        """Contacts logged in any week of the semester; in some colleges none."""
        rng = self._rng("interventions")
        return random_interventions(rng, self.tables, self.policy, self.term) if rng.random() < 0.7 else []


def random_college(
    rng: random.Random, policy: Policy, *, class_sizes: tuple[int, ...] | None = None, term: Term | None = None
) -> Tables:
    """The tables of a college whose sim_state says the term; the rows reach to the end of the semester.

    A table missing from the result is one that the college declares absent.
    """
    sizes = class_sizes if class_sizes is not None else random_sizes(rng)
    term = term or rng.choice(["odd", "even"])
    tables: Tables = {name: [] for name in EMPTY}
    plans = [random_plan(rng, policy, f"C{number}", size, term) for number, size in enumerate(sizes, start=1)]
    for plan in plans:
        begins = _first_day(rng, policy, term)
        write_class(rng, policy, plan, begins, tables)
    _add_advisors(rng, plans, tables)
    week = policy.calendar.weeks * (1 if term == "odd" else 2)
    tables["sim_state"].append({"id": 1, "current_week": week, "sim_year": ACADEMIC_YEAR, "last_updated": None})
    _forget_optional_columns(rng, tables)
    return _without_absent(rng, tables)


def random_sizes(rng: random.Random) -> tuple[int, ...]:
    """Students of each class: nobody, one, a few, or enough for a class shift."""
    return tuple(rng.choice([0, 1, rng.randint(2, 5), rng.randint(6, 14)]) for _ in range(rng.randint(1, 4)))


def random_interventions(rng: random.Random, tables: Tables, policy: Policy, term: Term) -> list[Row]:
    """Contacts with some students of the term's semester, in any week; some belong to another year or semester."""
    column = "odd_sem" if term == "odd" else "even_sem"
    semester_of = {row["class_id"]: row[column] for row in tables["classes"]}
    logged = []
    for student in tables["students"]:
        semester = semester_of.get(student["class_id"])
        for _ in range(rng.choice([0, 0, 1, 2, 3, 5]) if semester else 0):
            other = rng.random() < 0.05
            logged.append(
                {
                    "student_id": student["student_id"],
                    "academic_year": ACADEMIC_YEAR - other,
                    "semester": semester,
                    "sem_week": rng.randint(1, policy.calendar.weeks),
                }
            )
    return logged


def colleges(*, max_classes: int = 4, max_students: int = 14, max_weeks: int = 20) -> st.SearchStrategy[College]:
    """Colleges under random policies; sizes and weeks shrink, the rest follows from the seed."""
    return st.builds(
        College,
        seed=st.integers(0, 2**32 - 1),
        term=st.sampled_from(["odd", "even"]),
        class_sizes=st.lists(st.integers(0, max_students), min_size=1, max_size=max_classes).map(tuple),
        max_weeks=st.integers(6, max_weeks),
        default_policy=st.booleans(),
    )


def _first_day(rng: random.Random, policy: Policy, term: Term) -> date:
    """The policy's first day, else one of the class's own."""
    begins = ODD_BEGINS if term == "odd" else EVEN_BEGINS
    return policy.calendar.first_day(ACADEMIC_YEAR, term) or begins + timedelta(days=rng.randint(0, 9))


def _add_advisors(rng: random.Random, plans: list[ClassPlan], tables: Tables) -> None:
    """None, one or two advisors of a class; some students have an advisor of their own, maybe another class's."""
    for plan in plans:
        for number in range(rng.choice([0, 1, 1, 2])):
            advisor_id = f"A{plan.class_id}{number}"
            tables["advisors"].append(
                {"advisor_id": advisor_id, "name": f"Advisor {advisor_id}", "email": None, "class_id": plan.class_id}
            )
    known = [row["advisor_id"] for row in tables["advisors"]]
    share = rng.choice([0, 0, 0.3, 1])
    shared = rng.choice(known) if known and rng.random() < 0.5 else None
    for student in tables["students"]:
        if known and rng.random() < share:
            student["advisor_id"] = shared or rng.choice(known)


def _forget_optional_columns(rng: random.Random, tables: Tables) -> None:
    """The optional columns of students, left out by some colleges."""
    for columns in (("joined_on",), ("left_on", "left_reason")):
        if rng.random() < 0.25:
            for student in tables["students"]:
                for column in columns:
                    student.pop(column, None)


def _without_absent(rng: random.Random, tables: Tables) -> Tables:
    """The tables without those that this college declares absent, mostly none."""
    if rng.random() < 0.6:
        return tables
    absent = {name for group in rng.sample(ABSENT_TOGETHER, rng.choice([1, 1, 2])) for name in group}
    return {name: rows for name, rows in tables.items() if name not in absent}


def _statistics(count: int) -> Counter[str]:
    """How often levels, lists, signals and notices occur in ``count`` colleges."""
    from tests.reference.scorer import score

    seen: Counter[str] = Counter()
    for seed in range(count):
        college = College(seed, "odd" if seed % 2 else "even", default_policy=seed % 3 == 0)
        result = score(
            college.tables,
            college.policy,
            academic_year=college.academic_year,
            term=college.term,
            through_week=college.through_week,
            interventions=college.interventions,
        )
        seen["students"] += len(college.tables["students"])
        seen["metrics"] += len(result.metrics)
        seen.update(f"null {column}" for row in result.metrics for column, value in row.items() if value is None)
        seen["stale"] += sum(bool(row["performance_stale"]) for row in result.metrics)
        seen["detention between"] += sum(0 < (row["risk_of_detention"] or 0) < 100 for row in result.metrics)
        seen.update(f"notice {row['code']}" for row in result.notices)
        for flag in result.flags:
            seen.update([f"list {flag['list']}", f"level {flag['risk_level']}"])
            seen.update(f"signal {name}" for name in flag["contributions"])
            seen.update(f"missing {code}" for code in flag["missing_codes"])
            seen.update(name for name in ("grace", "override", "integrity") if flag[name])
            seen[f"escalation {min(flag['escalation_level'], 4)}"] += 1
            seen[f"contact {flag['list'] == 'contact'} override {flag['override']}"] += 1
    return seen


if __name__ == "__main__":
    for name, number in sorted(_statistics(150).items()):
        print(f"{number:8d}  {name}")
